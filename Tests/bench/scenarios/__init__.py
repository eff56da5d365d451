"""The scenarios of Tests/bench/run, one a file: what is measured, and the targets."""
