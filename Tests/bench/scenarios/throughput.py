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
    results[DISK] = bench.storage(results[Linewarden.name])
    return results


DISK = "the disk: write and fdatasync"


def ratio(one, other):
    return lambda results: results[one]["rate"] / results[other]["rate"]


TARGETS = [
    Target("linewarden : webhook", ratio(Linewarden.name, Webhook.name), least=3.0),
    Target("linewarden : Starlette", ratio(Linewarden.name, Starlette.name), least=12),
    Target("linewarden : itself without its ledger", ratio(Linewarden.name, Null.name), least=0.5),
    Target("linewarden : the disk at its batch size", ratio(Linewarden.name, DISK)),
    Target("Hummingbird, which stores nothing : webhook", ratio(Hummingbird.name, Webhook.name)),
    Target("Starlette : webhook", ratio(Starlette.name, Webhook.name)),
    Target("nginx : webhook", ratio(Nginx.name, Webhook.name)),
]
