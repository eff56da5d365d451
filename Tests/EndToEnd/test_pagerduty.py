"""PagerDuty alerts that are opened with one key are closed with it, whatever the configuration says by then."""

from payloads import moment, status_event
from sink import Reply

ROUTES = [{"name": "all", "on": ["FLAGGED", "CRITICAL"], "page": ["oncall"]}]
OLD, NEW = "0" * 32, "1" * 32


def pagerduty_hook(sink):
    retry = {"first": "20ms", "max": "200ms", "broken": "200ms"}
    hook = {"type": "pagerduty", "url": sink.url, "routing_key": {"env": "PD_KEY"}, "group_wait": "0s"}
    return hook | {"rate": "1000/s", "retry": retry}


def test_a_changed_key_still_resolves(make_daemon, make_sink):
    sink = make_sink(default=Reply(202, b'{"status":"success"}'))
    daemon = make_daemon(hooks={"oncall": pagerduty_hook(sink)}, routes=ROUTES, env={"PD_KEY": OLD}).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    daemon.wait_until_delivered()
    daemon.stop()
    daemon.env["PD_KEY"] = NEW
    daemon.start()
    daemon.accept(status_event(status="FLAGGED", reputation="CRITICAL", changed_at=moment(1)))
    daemon.wait_until_delivered(2)
    daemon.accept(status_event(status="ACTIVE", reputation="HEALTHY", changed_at=moment(2)))
    daemon.accept(status_event(line="+12025555678", status="FLAGGED", changed_at=moment(3)))
    daemon.wait_until_delivered(4)
    told = [(each.json["event_action"], each.json["routing_key"]) for each in sink.requests]
    assert sorted(told) == sorted([("trigger", OLD), ("trigger", OLD), ("resolve", OLD), ("trigger", NEW)])
    assert len({each.json["dedup_key"] for each in sink.requests}) == 2


def test_each_incident_is_an_event_of_its_own(make_daemon, make_sink):
    """Grouping would leave nothing to resolve them by."""
    sink = make_sink(default=Reply(202, b"{}"))
    hook = pagerduty_hook(sink) | {"group_wait": "300ms"}
    daemon = make_daemon(hooks={"oncall": hook}, routes=ROUTES, env={"PD_KEY": OLD}).start()
    for number in range(5):
        daemon.accept(status_event(line=f"+1202555000{number}", status="FLAGGED"))
    daemon.wait_until_delivered(5)
    assert len({each.json["dedup_key"] for each in sink.requests}) == 5


def test_success_is_202_and_nothing_else(make_daemon, make_sink):
    sink = make_sink(script=[Reply(200)], default=Reply(202, b"{}"))
    daemon = make_daemon(hooks={"oncall": pagerduty_hook(sink)}, routes=ROUTES, env={"PD_KEY": OLD}).start()
    daemon.accept(status_event(status="FLAGGED"))
    [delivery] = daemon.wait_until_delivered()
    assert delivery["attempts"] == 2 and "202" in delivery["last_error"]
