"""`GET /v1/gate/{line}` of 100 known lines at 64 connections, beside nginx `return 200` to the same queries."""
from harness.report import Target
from harness.subjects import Linewarden, Nginx

TITLE = "Gate queries at 64 connections"


def measure(bench):
    query = "/v1/gate/{line}"
    with Nginx(bench) as nginx:
        nginx.path, nginx.form = query, "get"
        results = {Nginx.name: bench.load(nginx)}
    with Linewarden(bench) as daemon:
        # So that the lines are known.
        bench.load(daemon, count=200, warmup=0)
        daemon.port, daemon.path, daemon.form, daemon.expect = daemon.admin, query, "get", '"allowed"'
        results[Linewarden.name] = bench.load(daemon)
    return results


TARGETS = [
    Target("linewarden : nginx", lambda one: one[Linewarden.name]["rate"] / one[Nginx.name]["rate"], least=0.5),
]
