"""One connection, one delivery after the other: every event is a commit of its own. The generator asks for the answer
again and again (`--poll`): asleep, it is woken by the answer, which on an idle processor takes some 20 µs that are its own;
that is measured as well. The disk writes as many bytes as the daemon did for each."""
from harness.report import Target
from harness.subjects import Linewarden

TITLE = "Acknowledgements at one connection"
ASLEEP = "linewarden, the generator asleep"
DISK = "the disk: write and fdatasync"


def measure(bench):
    with Linewarden(bench) as daemon:
        polled = daemon.load("--poll", connections=1, prepare=10_000)
        asleep = daemon.load(connections=1, prepare=10_000)
    return {Linewarden.name: polled, ASLEEP: asleep, DISK: bench.storage(polled)}


def to_disk(name):
    return lambda one: one[name]["latency_ms"]["p50"] / one[DISK]["latency_ms"]["p50"]


TARGETS = [
    Target("p50, linewarden : the disk", to_disk(Linewarden.name), most=2),
    Target("p50 with the generator asleep : the disk", to_disk(ASLEEP)),
]
