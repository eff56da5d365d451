"""A daemon that asks a Linq of the tests, and what such tests have in common."""

import pytest

from harness import eventually, http_hook
from linq_state import KEY

URL = "https://hooks.example.com/webhooks/linq"


def section(fake, **more):
    """The section `linq` of a configuration."""
    return {"api_key": {"env": "LINQ_API_V3_API_KEY"}, "base_url": fake.url, "reconcile_every": "1h"} | more


@pytest.fixture
def make_account(make_daemon, make_sink, directory, fake):
    """Makes a daemon that pauses through gate files, pages a sink, tells it its troubles, and asks the fake."""

    def make(sink=None, linq=None, page=True, **keywords):
        sink = sink or make_sink()
        gate = {"type": "gate_files", "directory": f"{directory}/paused"}
        route = {"name": "all", "on": ["FLAGGED", "CRITICAL"], "pause": ["gate"]}
        daemon = make_daemon(
            env={"LINQ_API_V3_API_KEY": KEY},
            hooks={"gate": gate, "ops": http_hook(sink)},
            routes=[route | ({"page": ["ops"]} if page else {})],
            alerts={"page": ["ops"]},
            linq=section(fake, **({"audit": False} | (linq or {}))),
            **keywords,
        )
        daemon.sink = sink
        return daemon

    return make


def reconcile(daemon):
    """Has lines and subscription compared now; what was found."""
    answer = daemon.order("POST", "/v1/reconcile", {})
    assert answer.status == 200, f"{answer.status} {answer.text}\n{daemon.log}"
    return answer.json


def account(daemon):
    return daemon.get("/v1/status").json["linq"]


def compared(daemon):
    """Waits for the first comparison after a start."""
    return eventually(lambda: account(daemon)["reconciled_at"], "a comparison", lambda: daemon.log)


def alert(daemon, kind, count=1):
    """The alert of a kind, which has to come; the newest one."""
    def found():
        return [each for each in daemon.sink.requests if alert_kind(each) == kind]

    got = eventually(lambda: len(found()) >= count and found(), f"{count} alert {kind}", lambda: f"{kinds(daemon)}\n{daemon.log}")
    return got[-1].json["data"]["alert"]


def alert_kind(request):
    return request.json["data"]["alert"]["kind"] if request.type == "daemon.alert" else None


def kinds(daemon):
    """The kinds of all alerts that came."""
    return [alert_kind(each) for each in daemon.sink.requests if each.type == "daemon.alert"]
