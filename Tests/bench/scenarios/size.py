"""The program on disk, from its start with an empty directory to `/readyz` saying 200, and its memory: just started, with
10,000 connections that have asked once and rest, and after 64 busy ones."""
from harness.report import Target
from harness.subjects import Linewarden

TITLE = "Size, start and memory"
COLUMNS = [(name, lambda m, name=name: m.get(name)) for name in
           ("program MB", "ready ms", "idle MB", "connections MB", "loaded MB")]
MB = 1048576


def measure(bench):
    result = {"program MB": bench.tools.linewarden.stat().st_size / MB}
    with Linewarden(bench) as daemon:
        result["ready ms"], result["idle MB"] = daemon.ready_ms, daemon.settled() / MB
        address = f"http://127.0.0.1:{daemon.port}/healthz"
        connections = bench.ask("connections", to=address, pid=daemon.pid, count=10_000)
        result["connections MB"] = connections["resident_bytes"] / MB
    with Linewarden(bench) as daemon:
        result["loaded MB"] = bench.load(daemon)["resident_bytes"] / MB
    return {Linewarden.name: result}


def value(name):
    return lambda one: one[Linewarden.name][name]


TARGETS = [
    Target("the program, stripped", value("program MB"), most=15, unit=" MB"),
    Target("cold start to ready", value("ready ms"), most=50, unit=" ms"),
    Target("resident, idle", value("idle MB"), most=12, unit=" MB"),
    Target("resident, 10,000 idle connections", value("connections MB"), most=80, unit=" MB"),
]
