"""What is done about it: hooks, retries, order, restarts (issue 2, point 6; design.md, sections 5 to 7)."""

import json
import threading

import pytest

from harness import DELIVERIES, eventually, http_hook
from payloads import LINE, OTHER_LINE, moment, standard_headers, status_event, unique_id
from sink import Reply


def routes(**names):
    """One route for everything that is not well."""
    return [{"name": "all", "on": ["FLAGGED", "CRITICAL", "AT_RISK"]} | names]


@pytest.fixture
def sender(make_daemon, sink):
    """A daemon that tells a sink to pause, slow and resume."""
    return make_daemon(hooks={"sender": http_hook(sink)}, routes=routes(pause=["sender"], slow=["sender"])).start()


@pytest.fixture
def pager(make_daemon, sink):
    """A daemon that pages a sink."""
    return make_daemon(hooks={"ops": http_hook(sink)}, routes=routes(page=["ops"])).start()


# --- what an http hook receives -------------------------------------------------------------------


def test_a_paused_line_is_told_as_documented(sender, sink):
    """design.md, section 7, member by member; the signature is judged by the independent library."""
    event = status_event(
        status="FLAGGED",
        reputation="CRITICAL",
        previous_status="ACTIVE",
        previous_reputation="AT_RISK",
        changed_at="2026-02-18T18:35:05.000Z",
    )
    sender.accept(event)
    [received] = sink.wait_for(1)
    assert received.method == "POST" and received.headers["content-type"].startswith("application/json")
    message = received.verify()
    assert set(message) == {"type", "timestamp", "data"} and message["type"] == "line.paused"
    line, incident, about = (message["data"][key] for key in ("line", "incident", "event"))
    assert line["phone_number"] == LINE and line["decision"] == "paused"
    assert (line["status"], line["reputation"]) == ("FLAGGED", "CRITICAL")
    assert line["reasons"] == ["status is FLAGGED", "reputation is CRITICAL"]
    assert incident["severity"] == "critical" and incident["id"] == sender.gate(LINE).json["incident"]
    assert about["event_id"] == event["event_id"] and about["trace_id"] == event["trace_id"]
    assert about["changed_at"].startswith("2026-02-18T18:35:05")
    assert about["previous"] == {"status": "ACTIVE", "reputation": "AT_RISK"}
    assert about["new"] == {"status": "FLAGGED", "reputation": "CRITICAL"}
    for time in (message["timestamp"], line["since"], incident["opened_at"], about["changed_at"]):
        assert time.endswith("Z") and "T" in time


def test_each_change_of_decision_is_told_once(sender, sink):
    steps = [("ACTIVE", "AT_RISK"), ("FLAGGED", "AT_RISK"), ("ACTIVE", "AT_RISK"), ("ACTIVE", "HEALTHY")]
    types = ["line.slowed", "line.paused", "line.slowed", "line.resumed"]
    for index, (status, reputation) in enumerate(steps):
        sender.accept(status_event(status=status, reputation=reputation, changed_at=moment(index)))
        sink.wait_for(index + 1)
    assert sink.types == types
    assert len({each.id for each in sink.requests}) == 4
    decisions = [each.json["data"]["line"]["decision"] for each in sink.requests]
    assert decisions == ["slowed", "paused", "slowed", "allowed"]


def test_an_incident_is_paged_from_beginning_to_end(pager, sink):
    for index, reputation in enumerate(["AT_RISK", "CRITICAL", "HEALTHY"]):
        pager.accept(status_event(reputation=reputation, changed_at=moment(index)))
        pager.wait_until_delivered(index + 1)
    assert sink.types == ["incident.opened", "incident.updated", "incident.resolved"]
    incidents = [each.verify()["data"]["incident"] for each in sink.requests]
    assert len({each["id"] for each in incidents}) == 1
    assert [each["severity"] for each in incidents] == ["warning", "error", "info"]


def test_headers_of_ones_own(make_daemon, sink):
    hook = http_hook(sink, headers={"Authorization": "Bearer t0ken"})
    daemon = make_daemon(hooks={"sender": hook}).start()
    daemon.accept(status_event(status="FLAGGED"))
    assert sink.wait_for(1)[0].headers["authorization"] == "Bearer t0ken"


def test_the_daemons_own_troubles_are_told(make_daemon, sink):
    daemon = make_daemon(hooks={"ops": http_hook(sink)}, routes=[], alerts={"page": ["ops"]}).start()
    body = b"not JSON"
    daemon.post(body, standard_headers(body, message_id=unique_id()))
    [received] = sink.wait_for(1)
    assert received.verify()["type"] == "daemon.alert"


# --- gate files -----------------------------------------------------------------------------------


def test_gate_files_come_and_go(daemon, directory):
    paused = directory / "paused"
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    daemon.accept(status_event(line=OTHER_LINE, reputation="CRITICAL", changed_at=moment(0)))
    eventually(lambda: (paused / LINE).exists() and (paused / OTHER_LINE).exists(), "two gate files")
    assert json.loads((paused / LINE).read_text())["decision"] == "paused"
    assert sorted(each.name for each in paused.iterdir()) == sorted([LINE, OTHER_LINE]), "nothing half written"
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    eventually(lambda: not (paused / LINE).exists(), "the gate file to vanish")
    assert (paused / OTHER_LINE).exists()


def test_the_gate_file_says_why_as_of_now(daemon, directory):
    path = directory / "paused" / LINE
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    eventually(path.exists, "a gate file")
    since = json.loads(path.read_text())["since"]
    daemon.accept(status_event(status="FLAGGED", reputation="CRITICAL", changed_at=moment(1)))
    reasons = ["status is FLAGGED", "reputation is CRITICAL"]
    eventually(lambda: json.loads(path.read_text())["reasons"] == reasons, "the new reason", path.read_text)
    assert json.loads(path.read_text())["since"] == since


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_gate_files_are_restored(daemon, directory, end):
    """/run is empty after a reboot; a leftover would block a line that has recovered."""
    paused = directory / "paused"
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: (paused / LINE).exists(), "a gate file")
    getattr(daemon, end)()
    (paused / LINE).unlink()
    (paused / OTHER_LINE).write_text("left over")
    daemon.start()
    eventually(lambda: (paused / LINE).exists() and not (paused / OTHER_LINE).exists(), "gate files as they should be")


def test_a_missing_gate_directory_is_made(daemon, directory):
    paused = directory / "paused"
    assert daemon.stop() == 0
    if paused.exists():
        paused.rmdir()
    daemon.start()
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: (paused / LINE).exists(), "a gate file")


# --- retries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408, 404, 401, 302])
def test_failures_are_tried_again_with_the_same_id(make_daemon, make_sink, status):
    elsewhere = make_sink()
    sink = make_sink(script=[Reply(status, headers={"Location": elsewhere.url})] * 3)
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    [delivery] = daemon.wait_until_delivered()
    assert len(sink.requests) == 4 and delivery["attempts"] == 4
    assert {each.id for each in sink.requests} == {delivery["id"]}
    assert len({each.body for each in sink.requests}) == 1, "what is stored is sent, not rendered anew"
    for each in sink.requests:
        each.verify()
    assert elsewhere.requests == [], "redirects are not followed: the secret would follow too"
    metrics = daemon.metrics
    assert metrics.value(DELIVERIES, hook="sender", outcome="retry") == 3
    assert metrics.value(DELIVERIES, hook="sender", outcome="delivered") == 1


def test_connections_that_break_are_tried_again(make_daemon, make_sink):
    sink = make_sink(script=[Reply(reset=True)] * 2)
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.wait_until_delivered()
    assert len(sink.requests) == 3


def test_the_pauses_between_attempts_grow(make_daemon, make_sink):
    """Only their lower bounds are certain: half of first × 2ⁿ, the other half being jitter."""
    sink = make_sink(script=[Reply(500)] * 4)
    daemon = make_daemon(hooks={"sender": http_hook(sink, retry={"first": "50ms", "max": "5s"})}).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.wait_until_delivered()
    times = [each.at for each in sink.requests]
    pauses = [later - earlier for earlier, later in zip(times, times[1:])]
    for pause, least in zip(pauses, [0.025, 0.05, 0.1, 0.2]):
        assert pause >= least - 0.01, pauses


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(make_daemon, make_sink, status):
    sink = make_sink(script=[Reply(status, headers={"Retry-After": "1"})])
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    first, second = sink.wait_for(2)
    assert second.at - first.at >= 0.99


def test_gone_means_broken_until_it_is_back(make_daemon, make_sink):
    """410: the receiver wants no more (Standard Webhooks). A pause is still tried now and then: the line depends on it."""
    sink = make_sink(default=Reply(410))
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    [broken] = eventually(lambda: daemon.get("/v1/status").json["broken_hooks"], "a broken hook", daemon.deliveries)
    assert broken["hook"] == "sender" and "410" in broken["reason"]
    assert daemon.metrics.value("linewarden_hook_broken", hook="sender") == 1
    sink.default = Reply()
    daemon.wait_until_delivered()
    assert daemon.get("/v1/status").json["broken_hooks"] == []
    assert daemon.metrics.value("linewarden_hook_broken", hook="sender") == 0


def test_a_delivery_is_given_up_in_the_end(make_daemon, make_sink):
    sink = make_sink(default=Reply(500))
    daemon = make_daemon(hooks={"sender": http_hook(sink, give_up_after="1s")}).start()
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: daemon.deliveries(state="dead"), "a dead delivery", daemon.deliveries)
    assert len(sink.requests) >= 2


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_deliveries_survive_a_restart(make_daemon, sink, end):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    sink.down()
    daemon.accept(status_event(status="FLAGGED"))
    [pending] = eventually(
        lambda: [each for each in daemon.deliveries() if each["attempts"] > 0], "a first attempt", lambda: daemon.log
    )
    assert pending["state"] == "pending"
    getattr(daemon, end)()
    sink.up()
    daemon.start()
    [received] = sink.wait_for(1)
    assert received.id == pending["id"] and received.verify()["type"] == "line.paused"
    daemon.wait_until_delivered()


# --- hooks that hang, and order -------------------------------------------------------------------


def test_a_hanging_hook_delays_nobody(make_daemon, make_sink):
    """Not an acknowledgement, not another hook, not another line of the same hook."""
    opened = threading.Event()
    quick = make_sink()
    slow = make_sink(default=lambda request: Reply(gate=opened if request.line == LINE else None))
    hooks = {"slow": http_hook(slow, timeout="60s"), "quick": http_hook(quick)}
    daemon = make_daemon(hooks=hooks).start()
    try:
        daemon.accept(status_event(status="FLAGGED"))
        slow.wait_for(1)
        for number in range(20):
            daemon.accept(status_event(line=f"+1303555{number:04d}", status="FLAGGED"))
        quick.wait_for(21)
        slow.wait_for(21)
        assert daemon.deliveries(hook="slow", line=LINE)[0]["state"] == "pending"
    finally:
        opened.set()
    daemon.wait_until_delivered(42)


def test_a_hook_that_hangs_for_ever_times_out(make_daemon, make_sink):
    sink = make_sink(script=[Reply(gate=threading.Event())])
    daemon = make_daemon(hooks={"sender": http_hook(sink, timeout="200ms")}).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.wait_until_delivered()
    assert len({each.id for each in sink.requests}) == 1 and len(sink.requests) == 2


def test_a_line_is_resumed_after_it_is_paused(make_daemon, make_sink):
    """Even when the pause is still under way as the recovery arrives."""
    opened = threading.Event()
    sink = make_sink(script=[Reply(gate=opened)])
    daemon = make_daemon(hooks={"sender": http_hook(sink, timeout="60s")}).start()
    try:
        daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
        sink.wait_for(1)
        daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
        assert sink.types == ["line.paused"]
    finally:
        opened.set()
    sink.wait_for(2)
    daemon.wait_until_delivered(type="line.resumed")
    assert sink.types == ["line.paused", "line.resumed"]


def test_a_newer_decision_supersedes_one_that_was_not_delivered(make_daemon, make_sink):
    """A pause that arrives after its resume would stop a healthy line for ever."""
    sink = make_sink(default=Reply(500))
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    sink.wait_for(1)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    assert [each["state"] for each in daemon.deliveries(type="line.paused")] == ["superseded"]
    sink.wait_for(1, type="line.resumed")
    sink.default = Reply()
    daemon.wait_until_delivered(type="line.resumed")
    types = sink.types
    first = types.index("line.resumed")
    assert set(types[:first]) == {"line.paused"} and set(types[first:]) == {"line.resumed"}


def test_only_the_last_of_many_decisions_is_delivered(make_daemon, sink):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    sink.down()
    for second in range(11):
        daemon.accept(status_event(status="ACTIVE" if second % 2 else "FLAGGED", changed_at=moment(second)))
    sink.up()
    daemon.wait_until_delivered()
    assert sink.types[-1] == "line.paused" and len(sink.types) <= 2, "at most the one that was just under way"
    states = [each["state"] for each in daemon.deliveries()]
    assert states == ["superseded"] * (len(states) - 1) + ["delivered"]


def test_pages_keep_their_order(make_daemon, make_sink):
    """What was told to begin is told to end, whatever fails on the way."""
    sink = make_sink(script=[Reply(500)] * 3 + [Reply(), Reply(500)])
    daemon = make_daemon(hooks={"ops": http_hook(sink)}, routes=routes(page=["ops"])).start()
    for index, status in enumerate(["FLAGGED", "ACTIVE", "FLAGGED", "ACTIVE"]):
        daemon.accept(status_event(status=status, changed_at=moment(index)))
        daemon.wait_until_delivered(index + 1)
    by_incident = {}
    for each in sink.requests:
        stages = by_incident.setdefault(each.json["data"]["incident"]["id"], [])
        if not stages or stages[-1] != each.type:
            stages.append(each.type)
    assert list(by_incident.values()) == [["incident.opened", "incident.resolved"]] * 2


def test_routes_may_be_about_some_lines(make_daemon, make_sink):
    east, west = make_sink(), make_sink()
    daemon = make_daemon(
        hooks={"east": http_hook(east), "west": http_hook(west)},
        routes=[
            {"name": "east", "on": ["FLAGGED"], "lines": ["+1202*"], "pause": ["east"]},
            {"name": "west", "on": ["FLAGGED"], "lines": ["+13105550000"], "pause": ["west"]},
        ],
    ).start()
    for line in ("+12025550001", "+13105550000", "+13105550001"):
        daemon.accept(status_event(line=line, status="FLAGGED"))
    daemon.wait_until_delivered(2)
    assert [each.line for each in east.requests] == ["+12025550001"]
    assert [each.line for each in west.requests] == ["+13105550000"]
    assert daemon.decision("+13105550001") == "paused", "the gate is closed whoever was told"
