"""Two pause hooks at 500 events a second: first both answer, then one of them accepts connections and never answers. What
others feel of it: acknowledgements, and the hook that answers."""
from harness.report import Target
from harness.subjects import Linewarden, free_port

TITLE = "One hook black-holed"
KINDS = ("both hooks answer", "one never answers")


def measure(bench):
    results = {}
    for kind in KINDS:
        ports = free_port(), free_port()
        hooks = {name: {"type": "http", "url": f"http://127.0.0.1:{port}/"}
                 for name, port in zip(("sender", "second"), ports)}
        routes = [{"name": "stop", "on": ["FLAGGED"], "pause": ["sender", "second"]}]
        with Linewarden(bench, hooks=hooks, routes=routes) as daemon:
            options = ["--black-hole"] if kind == KINDS[1] else []
            result = bench.ask("pause", *options, to=daemon.url, rate=500, seconds=bench.seconds, pid=daemon.pid,
                               sink=f"127.0.0.1:{ports[0]}", second=f"127.0.0.1:{ports[1]}")
        missing = {"hook not called": result["missing"]} if result["missing"] else {}
        results[f"{kind}: acknowledgement"] = result["acknowledgement"]
        results[f"{kind}: pause"] = {"latency_ms": result["pause_ms"], "errors": missing}
    return results


def ratio(what, percentile):
    def value(one):
        with_both, with_one = (one[f"{kind}: {what}"]["latency_ms"][percentile] for kind in KINDS)
        return with_one / with_both
    return value


TARGETS = [
    Target("p99 of acknowledgements, black-holed : not", ratio("acknowledgement", "p99"), most=1.2),
    Target("p50 of the other hook, black-holed : not", ratio("pause", "p50"), most=1.2),
    Target("p99 of the other hook, black-holed : not", ratio("pause", "p99"), most=1.2),
]
