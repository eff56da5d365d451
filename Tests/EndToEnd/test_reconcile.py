"""Lines as Linq lists them: what deliveries missed is found, taken over and told, and never more than the list can see."""

import pytest

from account import account, alert, compared, kinds, make_account, reconcile
from harness import cli, eventually
from linq_cli import LINE, OTHER
from linq_state import TOKEN
from payloads import envelope, moment, status_event

__all__ = ["make_account"]


def evidence(daemon, line=LINE):
    return daemon.get(f"/v1/lines/{line}").json["evidence"]


def test_lines_are_learnt_on_start(make_account, fake):
    fake.line(OTHER).reputation = "CRITICAL"
    daemon = make_account().start()
    compared(daemon)
    assert {line["phone_number"] for line in daemon.get("/v1/lines").json["lines"]} == {LINE, OTHER}
    assert daemon.decision(LINE) == "allowed" and daemon.decision(OTHER) == "paused"
    [opened] = daemon.sink.wait_for(1)
    assert opened.type == "incident.opened" and opened.line == OTHER
    [first] = evidence(daemon, OTHER)
    assert first["source"] == "reconcile" and first["reputation"]["value"] == "CRITICAL"
    assert daemon.metrics.value("linewarden_reconcile_differences_total") == 0, "what is learnt was not missed"


def test_the_list_is_compared_now_and_then(make_account, fake):
    daemon = make_account(linq={"reconcile_every": "1s"}).start()
    compared(daemon)
    eventually(lambda: len(fake.asked("GET", "/phone_numbers")) >= 3, "a third look", lambda: daemon.log)


@pytest.mark.parametrize(("known", "listed", "decision"), [("HEALTHY", "CRITICAL", "paused"), ("CRITICAL", "HEALTHY", "allowed")])
def test_a_missed_change_is_healed_and_told(make_account, fake, known, listed, decision):
    fake.line(LINE).reputation = None
    daemon = make_account(linq={"reconcile_every": "2s"}).start()
    compared(daemon)
    daemon.accept(status_event(reputation=known, changed_at=moment(0)))
    fake.line(LINE).reputation = listed
    eventually(lambda: daemon.decision(LINE) == decision, decision, lambda: daemon.log)
    told = alert(daemon, "deliveries_missed")
    assert LINE in told["summary"] and listed in told["summary"]
    assert daemon.metrics.value("linewarden_reconcile_differences_total") == 1
    assert account(daemon)["differences"] == 1
    newest = evidence(daemon)[0]
    assert newest["source"] == "reconcile" and newest["reputation"]["outcome"] == "changed"


def test_a_delivery_that_was_only_late_is_not_called_missed(make_account, fake):
    daemon = make_account(linq={"reconcile_every": "2s"}).start()
    compared(daemon)
    fake.line(LINE).reputation = "CRITICAL"
    eventually(lambda: daemon.decision(LINE) == "paused", "paused", lambda: daemon.log)
    daemon.accept(status_event(reputation="CRITICAL"))
    looks = len(fake.asked("GET", "/phone_numbers"))
    eventually(lambda: len(fake.asked("GET", "/phone_numbers")) >= looks + 3, "the grace over", lambda: daemon.log)
    assert "deliveries_missed" not in kinds(daemon)


def test_a_flag_is_never_cleared_by_the_list(make_account, fake):
    fake.line(LINE).reputation = None
    daemon = make_account().start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED", reputation="CRITICAL", changed_at=moment(0)))
    fake.line(LINE).reputation = "HEALTHY"
    found = reconcile(daemon)
    assert [each["listed"] for each in found["differences"]] == ["HEALTHY"]
    assert daemon.gate(LINE).json["reasons"] == ["status is FLAGGED"] and daemon.decision(LINE) == "paused"


def test_what_is_newer_than_the_list_stays(make_account, fake):
    """The list shows HEALTHY still; a delivery of this minute says CRITICAL."""
    daemon = make_account().start()
    daemon.accept(status_event(reputation="CRITICAL"))
    assert reconcile(daemon)["differences"] == [] and daemon.decision(LINE) == "paused"


def test_a_gap_has_the_list_looked_at_at_once(make_account, fake):
    daemon = make_account().start()
    compared(daemon)
    daemon.accept(status_event(line=OTHER))
    fake.line(LINE).reputation = "CRITICAL"
    # Of the other line an event is missing; who knows of how many more.
    daemon.accept(status_event(line=OTHER, previous_reputation="AT_RISK"))
    eventually(lambda: daemon.decision(LINE) == "paused", "paused", lambda: daemon.log)


def test_a_line_that_is_listed_no_more_is_let_go(make_account, fake):
    daemon = make_account().start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED"))
    gate = daemon.directory / "paused" / LINE
    eventually(gate.exists, "the gate closed", lambda: daemon.log)
    daemon.sink.wait_for(1, type="incident.opened")
    gone = fake.lines.pop(0)
    assert reconcile(daemon)["retired"] == [], "once may be a mishap"
    assert gate.exists()
    assert reconcile(daemon)["retired"] == [LINE]
    eventually(lambda: not gate.exists(), "the gate opened", lambda: daemon.log)
    [resolved] = daemon.sink.wait_for(1, type="incident.resolved")
    assert "released from the account" in str(resolved.json["data"]["line"]["reasons"])
    assert daemon.decision(LINE) == "allowed"
    # It comes back, and what was known against it counts again.
    fake.lines.append(gone)
    assert reconcile(daemon)["learnt"] == [LINE]
    assert daemon.decision(LINE) == "paused"


def test_an_empty_list_lets_nobody_go(make_account, fake):
    daemon = make_account().start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED"))
    fake.lines.clear()
    for _ in range(3):
        assert reconcile(daemon)["retired"] == []
    assert daemon.decision(LINE) == "paused"
    assert "lists no line at all" in alert(daemon, "lines_vanished")["summary"]


def test_lines_of_another_account_are_left_alone(make_account, fake):
    """Only who was listed can be missing from the list."""
    daemon = make_account().start()
    compared(daemon)
    foreign = "+14155550100"
    daemon.accept(status_event(line=foreign, status="FLAGGED"))
    for _ in range(3):
        assert reconcile(daemon)["retired"] == []
    assert daemon.decision(foreign) == "paused"


def test_events_about_lines_that_come_and_go_are_acted_on(make_account, fake):
    # What a list says is of now, and newer than what is delivered here.
    fake.lines.pop(0)
    daemon = make_account().start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    assert daemon.decision(LINE) == "paused"
    looks = len(fake.asked("GET", "/phone_numbers"))

    def change(kind, changed_at):
        data = {"phone_number": LINE, "changed_at": changed_at}
        return daemon.accept(envelope(data, event_type=f"phone_number.{kind}"))

    change("assigned", moment(5))
    change("released", moment(3_590))
    assert daemon.decision(LINE) == "allowed"
    assert daemon.gate(LINE).json["reasons"] == ["released from the account"]
    eventually(lambda: len(fake.asked("GET", "/phone_numbers")) > looks, "a look at the list", lambda: daemon.log)
    change("assigned", moment(3_580))
    assert daemon.decision(LINE) == "allowed", "older than the release"
    change("assigned", moment(3_595))
    assert daemon.decision(LINE) == "paused", "what is known against it counts again"


@pytest.mark.parametrize(
    "fault",
    [{"status": 503, "body": b"<html>busy</html>"}, {"reset": True}, {"status": 200, "body": b'{"phone_numbers": [7'}],
    ids=["5xx", "reset", "garbage"],
)
def test_a_failing_api_changes_nothing_and_is_told_after_a_while(make_account, fake, fault):
    daemon = make_account(linq={"reconcile_every": "1s"}).start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED"))
    fake.fail(1_000, **fault)
    failed = eventually(lambda: account(daemon)["failure"], "a failure", lambda: daemon.log, deadline=90)
    assert failed["reason"] and daemon.decision(LINE) == "paused" and daemon.get("/readyz").status == 200
    assert "Linq cannot be asked" in alert(daemon, "linq_unreachable")["summary"]
    fake.faults.clear()
    eventually(lambda: account(daemon)["failure"] is None, "asked again", lambda: daemon.log, deadline=90)


def test_a_refused_key_is_told_at_once_with_the_trace(make_account, fake):
    daemon = make_account()
    daemon.env["LINQ_API_V3_API_KEY"] = "wrong"
    daemon.start()
    told = alert(daemon, "linq_unreachable")
    assert "2004" in told["summary"] and "trace" in told["summary"] and "linq.api_key" in told["remedy"]
    daemon.accept(status_event(status="FLAGGED"))
    assert daemon.decision(LINE) == "paused"


def test_the_second_version_lists_lines_only(make_account, fake):
    linq = {"api": "v2", "base_url": fake.origin, "api_key": {"env": "LINQ_TOKEN"}}
    daemon = make_account(linq=linq)
    daemon.config["linq"].pop("audit")
    daemon.env["LINQ_TOKEN"] = TOKEN
    daemon.start()
    compared(daemon)
    assert {line["phone_number"] for line in daemon.get("/v1/lines").json["lines"]} == {LINE, OTHER}
    assert all(request.path.startswith("/api/partner/v2/") for request in fake.requests)


def test_the_command_says_what_was_missed(make_account, fake):
    daemon = make_account().start()
    daemon.accept(status_event(reputation="HEALTHY", changed_at=moment(0)))
    compared(daemon)
    admin = ["--admin", daemon.admin_url]
    good = cli("reconcile", *admin)
    assert good.returncode == 0 and "nothing had been missed" in good.stdout, good.stderr
    fake.line(LINE).reputation = "AT_RISK"
    bad = cli("reconcile", *admin)
    assert bad.returncode == 1 and f"{LINE} is AT_RISK, and was HEALTHY" in bad.stdout
    status = cli("status", *admin)
    assert "last compared with its list" in status.stdout


def test_without_the_section_nothing_is_asked(make_daemon):
    daemon = make_daemon().start()
    answer = daemon.order("POST", "/v1/reconcile", {})
    assert answer.status == 409 and answer.json["error"] == "linq_not_configured"
    assert account(daemon) is None


def test_a_reload_asks_another_linq(make_account, fake):
    daemon = make_account().start()
    compared(daemon)
    asked = len(fake.requests)
    daemon.write({key: value for key, value in daemon.config.items() if key != "linq"})
    assert daemon.order("POST", "/v1/reload", {}).status == 200
    assert account(daemon) is None
    daemon.write(daemon.config)
    assert daemon.order("POST", "/v1/reload", {}).status == 200
    compared(daemon)
    assert len(fake.requests) > asked
