"""A ledger with a long past (10 million events of 100,000 lines) beside one of 10,000 events of 1,000 lines. The large
one is made once by the daemon's own ledger, kept below .build/bench, and grows a little with every run."""
import statistics
import subprocess
import time

from harness.machine import HOME
from harness.report import COLUMNS as LOAD
from harness.report import Target
from harness.subjects import Linewarden

TITLE = "Growth"
SMALL, LARGE = "10,000 events", "the long past"
MB = 1048576
LISTS = ["/v1/lines", "/v1/lines?decision=paused", "/v1/events", "/v1/events?line=%2B12020000007",
         "/v1/events?state=stale", "/v1/incidents", "/v1/deliveries", "/v1/audit",
         "/v1/lines/%2B12020000007", "/v1/status", "/metrics"]
COLUMNS = LOAD + [(name, lambda m, name=name: m.get(name)) for name in
                  ("p50 ms alone", "ready ms", "start MB", "slowest list ms")]


def measure(bench):
    results = {}
    for name, events, lines, where in ((SMALL, 10_000, 1_000, bench.fresh("small")),
                                       (LARGE, bench.events, bench.events // 100, HOME)):
        words = ["nice", "-n", "19", bench.tools.bench, "fill", "--directory", where, "--events", events, "--lines", lines]
        state = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, check=True,
                               env=bench.environment).stdout.split()[-1]
        with Linewarden(bench, state=state) as daemon:
            start = {"ready ms": daemon.ready_ms, "start MB": daemon.settled() / MB}
            lists = {path: duration(daemon, path) for path in LISTS}
            alone = daemon.load(connections=1, lines=lines, prepare=10_000)
            result = daemon.load(lines=lines)
        results[name] = {**result, **start, "lists": lists, "slowest list ms": max(lists.values()),
                         "p50 ms alone": alone["latency_ms"]["p50"]}
    return results


def duration(daemon, path):
    """The median of some requests in milliseconds."""
    times = []
    for _ in range(5):
        start = time.monotonic()
        daemon.get(path)
        times.append((time.monotonic() - start) * 1000)
    return statistics.median(times)


def ratio(read):
    return lambda one: read(one[LARGE]) / read(one[SMALL])


TARGETS = [
    Target("p50 at 64 connections, large : small", ratio(lambda m: m["latency_ms"]["p50"]), most=1.3),
    Target("p50 at one connection, large : small", ratio(lambda m: m["p50 ms alone"]), most=1.3),
    Target("events a second, large : small", ratio(lambda m: m["rate"]), least=0.8),
    Target("start to ready", lambda one: one[LARGE]["ready ms"], most=500, unit=" ms"),
    *[Target(path, lambda one, path=path: one[LARGE]["lists"][path], most=50, unit=" ms") for path in LISTS],
    Target("resident after the load", lambda one: one[LARGE]["resident_bytes"] / MB, most=40, unit=" MB"),
]
