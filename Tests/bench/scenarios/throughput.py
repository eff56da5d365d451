"""Durable acknowledgements, closed loop at 64 connections. nginx and `webhook` get a POST of the same body with one
HMAC header, the others what Linq sends, each event once. The disk makes commits of the bytes and events that the daemon's
had in the same round."""
from harness.report import Target
from harness.subjects import Hummingbird, Linewarden, Nginx, Null, Starlette, Webhook

TITLE = "Acknowledgements at 64 connections"


def measure(bench):
    results = {}
    for kind in (Nginx, Null, Linewarden, Webhook, Starlette, Hummingbird):
        with kind(bench) as subject:
            results[kind.name] = subject.load() if kind is Linewarden else bench.load(subject)
    results["the disk: write and fdatasync"] = bench.storage(results[Linewarden.name])
    return results


def of(kind):
    return lambda one: one[Linewarden.name]["rate"] / one[kind if isinstance(kind, str) else kind.name]["rate"]


TARGETS = [
    Target("linewarden : webhook", of(Webhook), least=3.0),
    Target("linewarden : Starlette", of(Starlette), least=12),
    Target("linewarden : itself without its ledger", of(Null), least=0.5),
    Target("linewarden : Hummingbird, which stores nothing", of(Hummingbird)),
    Target("linewarden : nginx", of(Nginx)),
    Target("linewarden : the disk at its batch size", of("the disk: write and fdatasync")),
]
