"""500 deliveries a second, each of which flags another line: from just before the last byte of the delivery was written to
when the first byte of that line's hook request was read, by one clock."""
from harness.report import Target
from harness.subjects import Linewarden, free_port

TITLE = "Time to pause at 500 events a second"
PAUSE = "delivery to pause hook"


def measure(bench):
    port = free_port()
    hooks = {"sender": {"type": "http", "url": f"http://127.0.0.1:{port}/"}}
    routes = [{"name": "stop", "on": ["FLAGGED"], "pause": ["sender"]}]
    with Linewarden(bench, hooks=hooks, routes=routes) as daemon:
        result = bench.ask("pause", to=daemon.url, rate=500, seconds=bench.seconds, pid=daemon.pid,
                           sink=f"127.0.0.1:{port}")
    missing = {"hook not called": result["missing"]} if result["missing"] else {}
    return {"delivery to acknowledgement": result["acknowledgement"],
            PAUSE: {"latency_ms": result["pause_ms"], "errors": missing}}


TARGETS = [
    Target("p50 to the pause", lambda one: one[PAUSE]["latency_ms"]["p50"], most=2, unit=" ms"),
    Target("p99 to the pause", lambda one: one[PAUSE]["latency_ms"]["p99"], most=10, unit=" ms"),
]
