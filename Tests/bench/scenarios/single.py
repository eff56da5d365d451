"""One connection, one delivery after the other: every event is a commit of its own. The disk writes as many bytes as the
daemon did for each."""
from harness.report import Target
from harness.subjects import Linewarden

TITLE = "Acknowledgements at one connection"
DISK = "the disk: write and fdatasync"


def measure(bench):
    with Linewarden(bench) as daemon:
        result = daemon.load(connections=1, prepare=10_000)
    return {Linewarden.name: result, DISK: bench.storage(result)}


TARGETS = [
    Target("p50, linewarden : the disk",
           lambda one: one[Linewarden.name]["latency_ms"]["p50"] / one[DISK]["latency_ms"]["p50"], most=2),
]
