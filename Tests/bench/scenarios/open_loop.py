"""2,000 events a second whatever comes back, each answer's time counted from when its delivery was due. A checkpoint shows
by the database file's modification time, looked at every 2 ms; slices of 20 ms in which it changed, and the one after, are
held against the rest."""
import os
import struct
import threading
import time

from harness.report import Target
from harness.subjects import Linewarden

TITLE = "2,000 events a second, open loop"
WINDOW = 20_000_000


def measure(bench):
    with Linewarden(bench) as daemon:
        samples = daemon.directory / "samples"
        with Watch(daemon.state / "linewarden.db") as watch:
            result = daemon.load(rate=2_000, seconds=max(10, bench.seconds), samples=samples)
        result["checkpoints"] = daemon.metric("linewarden_checkpoints_total")
        during, rest = split(samples.read_bytes(), watch.changes)
    result["during"], result["rest"] = percentile(during, 99), percentile(rest, 99)
    result["share"] = len(during) / max(1, len(during) + len(rest))
    return {Linewarden.name: result}


class Watch(threading.Thread):
    """Notes when a file has changed."""

    def __init__(self, path):
        super().__init__()
        self.path, self.changes, self.done = path, [], threading.Event()

    def run(self):
        last = os.stat(self.path).st_mtime_ns
        while not self.done.wait(0.002):
            now = os.stat(self.path).st_mtime_ns
            if now != last:
                self.changes.append(time.monotonic_ns())
                last = now

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()


def split(data, changes):
    windows = {change // WINDOW + after for change in changes for after in (0, 1)}
    during, rest = [], []
    for intended, latency in struct.iter_unpack("<QQ", data):
        (during if intended // WINDOW in windows else rest).append(latency / 1e6)
    return during, rest


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)] if values else None


def ratio(one):
    result = one[Linewarden.name]
    return result["during"] / result["rest"] if result["during"] and result["rest"] else None


TARGETS = [
    Target("p99", lambda one: one[Linewarden.name]["latency_ms"]["p99"], most=8, unit=" ms"),
    Target("p99 during checkpoints : the rest", ratio, most=3),
    Target("share of the answers during checkpoints", lambda one: one[Linewarden.name]["share"]),
]
