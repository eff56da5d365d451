"""What people are paged about, and what they are spared: ghosts, floods, and what a silence mutes."""

import threading

import pytest

from harness import eventually, http_hook
from payloads import LINE, moment, status_event
from sink import Reply

OTHER = "+12025555678"


def routes(**more):
    return [{"name": "all", "on": ["FLAGGED", "CRITICAL", "AT_RISK"], "page": ["ops"]} | more]


def pager(make_daemon, sink, hook=None, route=None, **more):
    return make_daemon(hooks={"ops": http_hook(sink, **(hook or {}))}, routes=routes(**(route or {})), **more).start()


def line(number):
    return f"+1202555{number:04}"


# --- no ghosts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["refused", "500", "404"])
def test_an_incident_that_closes_before_anybody_heard_of_it_is_never_told(make_daemon, make_sink, fault):
    sink = make_sink(default=Reply(int(fault) if fault.isdigit() else 200))
    if fault == "refused":
        sink.down()
    daemon = pager(make_daemon, sink)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    eventually(lambda: daemon.deliveries()[0]["attempts"] >= 2 or fault == "404", "attempts", daemon.deliveries)
    eventually(lambda: daemon.deliveries()[0]["attempts"] >= 1, "an attempt", daemon.deliveries)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    daemon.accept(status_event(line=OTHER, status="FLAGGED", changed_at=moment(2)))
    sink.requests.clear()
    sink.default = Reply()
    if fault == "refused":
        sink.up()
    daemon.wait_until_delivered(line=OTHER)
    eventually(lambda: not daemon.deliveries(state="pending"), "nothing pending", daemon.deliveries)
    assert {each.line for each in sink.requests} == {OTHER}, sink.requests
    assert {each["state"] for each in daemon.deliveries(line=LINE)} == {"superseded"}


def test_who_may_have_heard_the_beginning_hears_the_end(make_daemon, make_sink):
    """The receiver took the page and never answered: nobody can know, and so it is told that it is over."""
    gate = threading.Event()
    sink = make_sink(script=[Reply(gate=gate)])
    daemon = pager(make_daemon, sink, hook={"timeout": "500ms"})
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    sink.wait_for(1)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    daemon.wait_until_delivered(type="incident.resolved")
    gate.set()
    assert sink.types == ["incident.opened", "incident.resolved"]


def test_a_page_that_was_not_sent_says_how_things_are_now(make_daemon, make_sink):
    """Opened as a warning, worse by now: one message, the newest, and it is the opening."""
    sink = make_sink()
    sink.down()
    # One that is being sent while something changes is sent, and what changed follows it: here none is.
    daemon = pager(make_daemon, sink, hook={"retry": {"first": "1h", "max": "1h"}})
    for index, reputation in enumerate(["AT_RISK", "CRITICAL"]):
        daemon.accept(status_event(reputation=reputation, changed_at=moment(index)))
        eventually(lambda: daemon.deliveries()[-1]["attempts"] == 1, "an attempt", daemon.deliveries)
    sink.up()
    daemon.accept(status_event(status="FLAGGED", reputation="CRITICAL", changed_at=moment(2)))
    daemon.wait_until_delivered()
    [received] = sink.requests
    assert received.type == "incident.opened" and received.json["data"]["incident"]["severity"] == "critical"


# --- groups ---------------------------------------------------------------------------------------


def test_pages_that_come_together_are_one_message(make_daemon, sink):
    daemon = pager(make_daemon, sink, hook={"group_wait": "1s"})
    for number in range(12):
        daemon.accept(status_event(line=line(number), status="FLAGGED"))
    daemon.accept(status_event(line=line(99), reputation="AT_RISK"))
    daemon.wait_until_delivered(13)
    [received] = sink.requests
    assert received.type == "incident.group" and received.id.startswith("grp_")
    received.verify()
    messages = received.json["data"]["messages"]
    numbers = [each["data"]["line"]["phone_number"] for each in messages]
    assert sorted(numbers) == sorted([line(number) for number in [*range(12), 99]])
    assert numbers[-1] == line(99), "the gravest come first"
    assert {each["type"] for each in messages} == {"incident.opened"}


def test_a_single_page_is_no_group_and_controls_do_not_wait(make_daemon, make_sink):
    pages, commands = make_sink(), make_sink()
    hooks = {"ops": http_hook(pages, group_wait="1s"), "sender": http_hook(commands, group_wait="5m")}
    daemon = make_daemon(hooks=hooks, routes=routes(pause=["sender"])).start()
    daemon.accept(status_event(status="FLAGGED"))
    [command] = commands.wait_for(1)
    [page] = pages.wait_for(1)
    assert page.type == "incident.opened" and page.at - command.at >= 0.8


def test_a_line_that_recovers_while_pages_gather_disturbs_nobody(make_daemon, sink):
    daemon = pager(make_daemon, sink, hook={"group_wait": "1s"})
    daemon.accept(status_event(line=line(1), status="FLAGGED", changed_at=moment(0)))
    daemon.accept(status_event(line=line(2), status="FLAGGED", changed_at=moment(0)))
    daemon.accept(status_event(line=line(1), status="ACTIVE", changed_at=moment(1)))
    daemon.wait_until_delivered()
    [received] = sink.requests
    assert received.type == "incident.opened" and received.line == line(2)


def test_a_group_that_failed_is_made_anew_from_what_is_still_so(make_daemon, make_sink):
    sink = make_sink(default=Reply(500))
    daemon = pager(make_daemon, sink, hook={"group_wait": "100ms"})
    for number in range(3):
        daemon.accept(status_event(line=line(number), status="FLAGGED", changed_at=moment(0)))
    sink.wait_for(1)
    daemon.accept(status_event(line=line(0), status="ACTIVE", changed_at=moment(1)))
    sink.default = Reply()
    daemon.wait_until_delivered(2)
    last = sink.requests[-1].json["data"]["messages"]
    assert sorted(each["data"]["line"]["phone_number"] for each in last) == [line(1), line(2)]
    eventually(lambda: not daemon.deliveries(state="pending"), "nothing pending", daemon.deliveries)


def test_a_group_that_may_have_arrived_is_sent_again_as_it_was(make_daemon, make_sink):
    sink = make_sink(script=[Reply(reset=True)])
    daemon = pager(make_daemon, sink, hook={"group_wait": "300ms"})
    for number in range(3):
        daemon.accept(status_event(line=line(number), status="FLAGGED", changed_at=moment(0)))
    sink.wait_for(1)
    daemon.accept(status_event(line=line(0), status="ACTIVE", changed_at=moment(1)))
    daemon.wait_until_delivered(4)
    first, second, *rest = sink.requests
    assert first.id == second.id and first.body == second.body
    assert [each.type for each in rest] == ["incident.resolved"] and rest[0].line == line(0)


# --- reminders ------------------------------------------------------------------------------------


def test_an_incident_that_lasts_is_brought_to_mind(make_daemon, sink):
    daemon = pager(make_daemon, sink, route={"remind_every": "1s"})
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    opened, first, second = sink.wait_for(3)
    assert sink.types[:3] == ["incident.opened", "incident.reminder", "incident.reminder"]
    assert first.at - opened.at >= 0.9 and second.at - first.at >= 0.9
    assert first.json["data"]["incident"]["id"] == opened.json["data"]["incident"]["id"]
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    sink.wait_for(1, type="incident.resolved")
    assert daemon.rows("SELECT * FROM paged WHERE remind_at IS NOT NULL") == []


# --- flapping -------------------------------------------------------------------------------------


def test_a_line_that_flaps_is_held_and_paged_once(make_daemon, make_sink):
    pages, commands = make_sink(), make_sink()
    hooks = {"ops": http_hook(pages), "sender": http_hook(commands)}
    decisions = {"flap_limit": 3, "flap_window": "2s"}
    daemon = make_daemon(hooks=hooks, routes=routes(pause=["sender"]), decisions=decisions).start()
    for index in range(4):
        daemon.accept(status_event(status=["FLAGGED", "ACTIVE"][index % 2], changed_at=moment(index)))
        eventually(lambda: not daemon.deliveries(state="pending"), "all told", daemon.deliveries)
    assert daemon.decision(LINE) == "paused", "the evidence says ACTIVE, and has said too much"
    told = len(pages.requests)
    assert "flapping" in pages.requests[-1].json["data"]["line"]["reasons"][0]
    for index in range(4, 10):
        daemon.accept(status_event(status=["FLAGGED", "ACTIVE"][index % 2], changed_at=moment(index)))
        assert daemon.decision(LINE) == "paused"
    assert len(pages.requests) == told, "once is enough"
    eventually(lambda: daemon.decision(LINE) == "allowed", "quiet for long enough", lambda: daemon.log)
    pages.wait_for(1, type="incident.resolved")
    eventually(lambda: commands.types[-1] == "line.resumed", "the end of the pause", commands.seen)


# --- silences -------------------------------------------------------------------------------------


def silence(daemon, **order):
    answer = daemon.order("POST", "/v1/silences", {"for": "1h", "reason": "known", "by": "ann"} | order)
    assert answer.status == 201, answer.text
    return answer.json["silence"]


def test_a_silence_mutes_pages_and_never_pauses(make_daemon, make_sink):
    pages, commands = make_sink(), make_sink()
    hooks = {"ops": http_hook(pages), "sender": http_hook(commands)}
    daemon = make_daemon(hooks=hooks, routes=routes(pause=["sender"])).start()
    made = silence(daemon, lines="+1202555*")
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    assert commands.wait_for(1)[0].type == "line.paused" and daemon.decision(LINE) == "paused"
    [muted] = [each for each in daemon.get("/v1/deliveries").json["deliveries"] if each["hook"] == "ops"]
    assert muted["state"] == "superseded" and muted["muted_by"] == made["id"]
    assert pages.requests == []
    # When it is over, what is still open is told.
    answer = daemon.order("DELETE", f"/v1/silences/{made['id']}", {"by": "ben"})
    assert answer.status == 200, answer.text
    assert pages.wait_for(1)[0].type == "incident.opened"
    actions = [(each["author"], each["action"]) for each in daemon.get("/v1/audit").json["audit"]]
    assert actions == [("ben", "silence.remove"), ("ann", "silence.add")]


def test_a_silence_ends_by_itself_and_what_is_open_is_told(make_daemon, sink):
    daemon = pager(make_daemon, sink)
    silence(daemon, **{"for": "1s"})
    daemon.accept(status_event(line=LINE, status="FLAGGED", changed_at=moment(0)))
    daemon.accept(status_event(line=OTHER, status="FLAGGED", changed_at=moment(0)))
    daemon.accept(status_event(line=OTHER, status="ACTIVE", changed_at=moment(1)))
    assert [each.line for each in sink.wait_for(1)] == [LINE]
    assert daemon.get("/v1/silences").json["silences"] == []


def test_a_silence_is_about_some_lines_and_severities(make_daemon, sink):
    daemon = pager(make_daemon, sink)
    silence(daemon, lines=LINE, severities=["warning"])
    daemon.accept(status_event(reputation="AT_RISK", changed_at=moment(0)))
    daemon.accept(status_event(line=OTHER, reputation="AT_RISK", changed_at=moment(0)))
    daemon.accept(status_event(reputation="CRITICAL", changed_at=moment(1)))
    daemon.wait_until_delivered(2)
    assert sorted((each.line, each.type) for each in sink.requests) == [
        (LINE, "incident.opened"), (OTHER, "incident.opened")
    ]


def test_the_end_of_what_was_told_is_told_in_silence_too(make_daemon, sink):
    daemon = pager(make_daemon, sink)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    daemon.wait_until_delivered()
    silence(daemon)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    daemon.wait_until_delivered(2)
    assert sink.types == ["incident.opened", "incident.resolved"]
