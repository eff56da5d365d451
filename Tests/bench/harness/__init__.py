"""What all scenarios of Tests/bench/run share."""
