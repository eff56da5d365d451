"""Operators hold lines back and let them go, and whoever reads the history later knows who did and why."""

import json

import pytest

import wire
from harness import cli, eventually, http_hook
from payloads import LINE, OTHER_LINE, moment, status_event


@pytest.fixture
def guarded(make_daemon, sink):
    hooks = {"sender": http_hook(sink)}
    routes = [{"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["sender"], "page": ["sender"]}]
    return make_daemon(hooks=hooks, routes=routes).start()


def order(daemon, verb, line, *arguments):
    return cli(verb, line, "--reason", "because of a test", "--by", "ada", *arguments, LINEWARDEN_ADMIN=daemon.admin_url)


def test_a_hold_pauses_and_ends(guarded, sink):
    guarded.accept(status_event(status="ACTIVE"))
    result = order(guarded, "pause", LINE)
    assert result.returncode == 0 and "paused: held by an operator: because of a test" in result.stdout
    assert guarded.gate(LINE).status == 423
    sink.wait_for(2)
    assert sorted(sink.types) == ["incident.opened", "line.paused"]
    assert order(guarded, "resume", LINE).returncode == 0
    assert guarded.gate(LINE).status == 200
    sink.wait_for(4)
    assert sorted(sink.types[2:]) == ["incident.resolved", "line.resumed"]


def test_a_line_nobody_has_heard_of_can_be_held(guarded):
    assert order(guarded, "pause", OTHER_LINE).returncode == 0
    assert guarded.gate(OTHER_LINE).status == 423


def test_evidence_does_not_end_a_hold(guarded):
    order(guarded, "pause", LINE)
    guarded.accept(status_event(status="ACTIVE", reputation="HEALTHY"))
    assert guarded.gate(LINE).status == 423


def test_a_release_lasts_until_the_next_change(guarded):
    guarded.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    assert order(guarded, "resume", LINE).returncode == 0
    assert guarded.gate(LINE).status == 200
    guarded.accept(status_event(status="FLAGGED", changed_at=moment(1)))
    assert guarded.gate(LINE).status == 200, "the same again is no change"
    guarded.accept(status_event(status="FLAGGED", reputation="CRITICAL", changed_at=moment(2)))
    assert guarded.gate(LINE).status == 423


def test_a_hold_with_an_end_ends_by_itself(guarded):
    assert order(guarded, "pause", LINE, "--for", "200ms").returncode == 0
    eventually(lambda: guarded.gate(LINE).status == 200, "the end of the hold", lambda: guarded.log)
    types = [each["type"] for each in guarded.get(f"/v1/lines/{LINE}").json["evidence"]]
    assert types == ["hold.ended", "operator.pause"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_orders_survive(guarded, end):
    guarded.accept(status_event(line=OTHER_LINE, status="FLAGGED"))
    order(guarded, "pause", LINE)
    order(guarded, "resume", OTHER_LINE)
    getattr(guarded, end)()
    guarded.start()
    assert guarded.gate(LINE).status == 423 and guarded.gate(OTHER_LINE).status == 200


def test_the_history_says_who_and_why(guarded):
    order(guarded, "pause", LINE)
    told = guarded.get(f"/v1/lines/{LINE}").json
    assert told["line"]["hold"]["reason"] == "because of a test"
    assert told["evidence"][0]["source"] == "operator" and told["evidence"][0]["detail"] == "ada: because of a test"


@pytest.mark.parametrize(
    "verb, body, words",
    [
        ("pause", b"", "JSON object"),
        ("pause", b"[]", "JSON object"),
        ("pause", b"{}", "reason"),
        ("pause", b'{"reason":"  "}', "reason"),
        ("pause", b'{"reason":"r","for":"soon"}', "30m"),
        ("pause", b'{"reason":"r","for":"0s"}', "30m"),
        ("pause", b'{"reason":"r","until":"x"}', "until"),
        ("resume", b'{"reason":"r","for":"1h"}', "for"),
        ("resume", b'{"reason":"r","by":7}', "name"),
    ],
)
def test_orders_that_cannot_be_followed(guarded, verb, body, words):
    answer = wire.ask(guarded.admin, "POST", f"/v1/lines/{LINE}/{verb}", body)
    assert answer.status == 400 and answer.json["error"] == "bad_order" and words in answer.json["detail"]
    assert guarded.gate(LINE).status == 200


def test_json(guarded):
    result = order(guarded, "pause", LINE, "--json")
    assert json.loads(result.stdout)["line"]["decision"] == "paused"
