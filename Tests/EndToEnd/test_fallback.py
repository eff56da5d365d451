"""Hooks that are broken: pages find another way, people hear of it, and the hook heals by itself."""

import threading

from harness import eventually, http_hook
from payloads import LINE, moment, status_event
from sink import Reply

ROUTES = [{"name": "all", "on": ["FLAGGED", "CRITICAL"], "page": ["ops"]}]


def hooks(ops, spare, **more):
    return {"ops": http_hook(ops, fallback="spare", **more), "spare": http_hook(spare)}


def test_pages_of_a_broken_hook_go_to_its_fallback(make_daemon, make_sink):
    ops, spare = make_sink(default=Reply(404)), make_sink()
    daemon = make_daemon(hooks=hooks(ops, spare), routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    assert spare.wait_for(1)[0].type == "incident.opened"
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    # Who was told the beginning is told the end; the one who was not is told nothing.
    assert spare.wait_for(2)[1].type == "incident.resolved"
    ops.requests.clear()
    ops.default = Reply()
    eventually(lambda: not daemon.deliveries(state="pending"), "nothing pending", daemon.deliveries)
    assert ops.requests == []


def test_a_broken_hook_heals_and_is_told_what_is_still_open(make_daemon, make_sink):
    ops, spare = make_sink(default=Reply(401)), make_sink()
    daemon = make_daemon(hooks=hooks(ops, spare), routes=ROUTES).start()
    for number in range(3):
        daemon.accept(status_event(line=f"+1202555000{number}", status="FLAGGED", changed_at=moment(0)))
    spare.wait_for(3)
    daemon.accept(status_event(line="+12025550000", status="ACTIVE", changed_at=moment(1)))
    eventually(lambda: daemon.get("/v1/status").json["broken_hooks"], "broken", lambda: daemon.log)
    ops.requests.clear()
    ops.default = Reply()
    eventually(lambda: not daemon.deliveries(state="pending"), "nothing pending", daemon.deliveries)
    assert sorted(each.line for each in ops.requests) == ["+12025550001", "+12025550002"]
    assert daemon.get("/v1/status").json["broken_hooks"] == []
    assert "works again" in daemon.log


def test_a_broken_hook_is_still_broken_after_a_restart(make_daemon, make_sink):
    ops, spare = make_sink(default=Reply(403)), make_sink()
    daemon = make_daemon(hooks=hooks(ops, spare, retry={"first": "20ms", "broken": "1h"}), routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    spare.wait_for(1)
    eventually(lambda: daemon.get("/v1/status").json["broken_hooks"], "broken", lambda: daemon.log)
    daemon.stop()
    daemon.start()
    assert [each["hook"] for each in daemon.get("/v1/status").json["broken_hooks"]] == ["ops"]
    daemon.accept(status_event(line="+12025550001", status="FLAGGED", changed_at=moment(0)))
    assert spare.wait_for(2)[1].line == "+12025550001"


def test_a_page_that_takes_too_long_is_told_elsewhere(make_daemon, make_sink):
    """The hook may come back, and nobody waits a day for that."""
    ops, spare = make_sink(default=Reply(503)), make_sink()
    daemon = make_daemon(hooks=hooks(ops, spare, fallback_after="1s"), routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    [received] = spare.wait_for(1)
    assert received.type == "incident.opened" and len(ops.requests) > 1


def test_every_page_of_a_group_is_told_elsewhere(make_daemon, make_sink):
    """The group is dissolved by each failure; what it carried is not lost with it."""
    ops, spare = make_sink(default=Reply(500)), make_sink()
    both = hooks(ops, spare, group_wait="200ms", fallback_after="1s", retry={"first": "300ms"})
    daemon = make_daemon(hooks=both, routes=ROUTES).start()
    lines = [f"+1202555000{number}" for number in range(3)]
    for line in lines:
        daemon.accept(status_event(line=line, status="FLAGGED", changed_at=moment(0)))
    assert sorted(each.line for each in spare.wait_for(3)) == lines
    assert "incident.group" in ops.types


def test_what_is_over_is_not_told_elsewhere(make_daemon, make_sink):
    """The fallback would hear of a beginning whose end is never sent."""
    ops, spare = make_sink(), make_sink()
    gate = threading.Event()
    ops.default = Reply(422, gate=gate)
    daemon = make_daemon(hooks=hooks(ops, spare), routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    ops.wait_for(1)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    gate.set()
    eventually(lambda: not daemon.deliveries(state="pending"), "nothing pending", daemon.deliveries)
    assert ops.types == ["incident.opened"] and spare.requests == []


def test_a_page_that_is_refused_for_good_is_told_elsewhere(make_daemon, make_sink):
    ops, spare = make_sink(default=Reply(422)), make_sink()
    daemon = make_daemon(hooks=hooks(ops, spare), routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    assert spare.wait_for(1)[0].line == LINE
    assert [each["state"] for each in daemon.deliveries(hook="ops")] == ["dead"]


def test_a_fallback_that_is_paged_anyway_is_paged_once(make_daemon, make_sink):
    ops, spare = make_sink(default=Reply(404)), make_sink()
    routes = [ROUTES[0] | {"page": ["ops", "spare"]}]
    daemon = make_daemon(hooks=hooks(ops, spare), routes=routes).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    eventually(lambda: daemon.deliveries(hook="ops", rerouted=1), "rerouted", daemon.deliveries)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    spare.wait_for(1, type="incident.resolved")
    assert spare.types == ["incident.opened", "incident.resolved"]


def test_people_hear_of_a_broken_hook_through_another(make_daemon, make_sink):
    ops, spare = make_sink(default=Reply(404)), make_sink()
    both = {"ops": http_hook(ops), "spare": http_hook(spare)}
    daemon = make_daemon(hooks=both, routes=ROUTES, alerts={"page": ["ops", "spare"]}).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    [told] = spare.wait_for(1)
    assert told.json["data"]["alert"]["kind"] == "hook_broken" and "ops" in told.json["data"]["alert"]["summary"]
    assert "daemon.alert" not in ops.types, "never through the hook that is in trouble"


def test_the_only_alert_hook_that_breaks_is_told_of_by_its_fallback(make_daemon, make_sink):
    ops, spare = make_sink(default=Reply(404)), make_sink()
    daemon = make_daemon(hooks=hooks(ops, spare), routes=ROUTES, alerts={"page": ["ops"]}).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    eventually(lambda: "daemon.alert" in spare.types, "an alert", lambda: spare.types)


def test_rate_and_retry_after_hold_the_whole_hook(make_daemon, make_sink):
    sink = make_sink(script=[Reply(429, headers={"Retry-After": "1"})])
    daemon = make_daemon(hooks={"ops": http_hook(sink, rate="5/s")}, routes=ROUTES).start()
    for number in range(4):
        daemon.accept(status_event(line=f"+1202555000{number}", status="FLAGGED"))
    times = [each.at for each in sink.wait_for(5)]
    assert times[1] - times[0] >= 0.9, "429 is about the hook, not about one message"
    # Each may have been on its way for longer than the next: what counts is all of them.
    assert times[-1] - times[1] >= 0.5, times
