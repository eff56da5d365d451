"""Audits of lines: why a page came, and the flags that only an audit tells of. A page never waits for one."""

import pytest

from account import alert, compared, kinds, make_account, reconcile
from harness import cli, eventually
from linq_cli import LINE, OTHER
from linq_state import report
from payloads import moment, status_event

__all__ = ["make_account"]
AUDITS = {"audit": True}


def inspections(daemon, line=LINE):
    return daemon.get(f"/v1/lines/{line}").json["audits"]


def settled(daemon, line=LINE):
    """The newest audit of a line, once it has ended."""
    def found():
        got = inspections(daemon, line)
        return got and got[0]["state"] != "pending" and got[0]

    return eventually(found, "an audit's end", lambda: f"{inspections(daemon, line)}\n{daemon.log}")


def starts(fake, line=LINE):
    return fake.asked("POST", f"/phone_numbers/{line}/reputation_audit")


def test_the_page_comes_first_and_then_why(make_account, fake):
    worst = {"chat_id": "chat_worst", "status": "CRITICAL", "driver_keys": ["low_engagement"]}
    stop = {"chat_id": "chat_stop", "messages_after_stop": 4}
    items = [
        {"priority": 2, "title": "Second", "detail": "b", "expected_impact": "low"},
        {"priority": 1, "title": "First", "detail": "a", "expected_impact": "high"},
    ]
    evidence = {"unhealthy_chats": [worst], "opt_out_chats": [stop]}
    fake.line(LINE).report = report("CRITICAL", "volume_spike", evidence=evidence, action_items=items)
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(reputation="CRITICAL"))
    opened, updated = daemon.sink.wait_for(2)
    assert (opened.type, updated.type) == ("incident.opened", "incident.updated")
    assert "audit" not in opened.json["data"]
    told = updated.json["data"]["audit"]
    assert told["severity"] == "CRITICAL" and told["primary_driver"]["key"] == "volume_spike"
    assert [each["title"] for each in told["action_items"]] == ["First", "Second"]
    assert [each["chat_id"] for each in told["conversations"]] == ["chat_stop", "chat_worst"]
    assert told["link"].startswith("https://") and told["audit_id"] == settled(daemon)["audit_id"]
    assert updated.json["data"]["incident"]["id"] == opened.json["data"]["incident"]["id"]
    explained = cli("explain", LINE, "--admin", daemon.admin_url).stdout
    assert "volume_spike" in explained and told["audit_id"] in explained
    # Once for each incident.
    daemon.accept(status_event(status="FLAGGED", reputation="CRITICAL"))
    daemon.sink.wait_for(3)
    assert len(starts(fake)) == 1


def test_a_page_never_waits_for_an_audit(make_account, fake):
    fake.line(LINE).audit_polls = 1_000
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED"))
    assert daemon.sink.wait_for(1)[0].type == "incident.opened"
    assert daemon.decision(LINE) == "paused"


def test_audits_can_be_switched_off(make_account, fake):
    daemon = make_account(linq={"audit": False}).start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED"))
    daemon.sink.wait_for(1)
    daemon.accept(status_event(status="ACTIVE"))
    daemon.sink.wait_for(2)
    assert starts(fake) == [] and inspections(daemon) == []


def test_a_hold_is_nobodys_riddle(make_account, fake):
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    assert daemon.order("POST", f"/v1/lines/{LINE}/pause", {"reason": "a test"}).status == 200
    daemon.accept(status_event(line=OTHER, status="FLAGGED"))
    settled(daemon, OTHER)
    assert starts(fake) == []


@pytest.mark.parametrize("answers_409", [False, True])
def test_an_audit_that_runs_already_is_used(make_account, fake, answers_409):
    line = fake.line(LINE)
    line.answers_409, line.tells_audit_id, line.audit_polls = answers_409, True, 2
    running = fake.begin_audit(LINE)
    line.report = report("CRITICAL", "opt_out_handling")
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(reputation="CRITICAL"))
    assert settled(daemon)["audit_id"] == running


def test_linq_is_left_alone_while_it_cools_down(make_account, fake):
    fake.fail(1, code=1007, retry_after=2, method="POST")
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(reputation="CRITICAL"))
    ended = settled(daemon)
    assert ended["state"] == "complete" and len(starts(fake)) == 2
    first, second = (each.at for each in starts(fake))
    assert second - first >= 1.9


def test_an_audit_that_fails_is_said_so(make_account, fake):
    fake.line(LINE).audit_error = "not enough data"
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(reputation="CRITICAL"))
    ended = settled(daemon)
    assert ended["state"] == "failed" and ended["detail"] == "not enough data"
    assert daemon.sink.types.count("incident.updated") == 0


def test_a_gap_has_the_line_audited_and_its_flag_found(make_account, fake):
    """Deliveries are missing: one of them may have said FLAGGED, which no list tells."""
    fake.line(LINE).report = report("HEALTHY", "flagged")
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(changed_at=moment(0)))
    daemon.accept(status_event(previous_reputation="AT_RISK"))
    eventually(lambda: daemon.decision(LINE) == "paused", "paused", lambda: daemon.log)
    line = daemon.get(f"/v1/lines/{LINE}").json
    assert line["line"]["status"]["value"] == "FLAGGED" and line["line"]["status"]["source"] == "audit"
    assert [each["cause"] for each in line["audits"]][-1] == "gap"
    # Linq's own word is the newer one.
    daemon.accept(status_event(status="ACTIVE", previous_status="FLAGGED"))
    assert daemon.decision(LINE) == "allowed"


def test_a_missed_change_has_the_line_audited(make_account, fake):
    fake.line(LINE).reputation = None
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(changed_at=moment(0)))
    fake.line(LINE).reputation = "AT_RISK"
    fake.line(LINE).report = report("AT_RISK", "flagged")
    assert len(reconcile(daemon)["differences"]) == 1
    eventually(lambda: daemon.decision(LINE) == "paused", "paused", lambda: daemon.log)


def test_that_no_flag_is_named_clears_none(make_account, fake):
    fake.line(LINE).report = report("HEALTHY", "")
    daemon = make_account().start()
    compared(daemon)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    asked = cli("inspect", LINE, "--admin", daemon.admin_url)
    assert asked.returncode == 0 and "HEALTHY" in asked.stdout, asked.stderr
    assert daemon.decision(LINE) == "paused"
    actions = [(each["action"], each["subject"]) for each in daemon.get("/v1/audit").json["audit"]]
    assert ("line.audit", LINE) in actions


def test_an_operator_has_a_flag_found(make_account, fake):
    fake.line(LINE).report = report("CRITICAL", "flagged")
    daemon = make_account().start()
    compared(daemon)
    asked = cli("inspect", LINE, "--admin", daemon.admin_url)
    assert asked.returncode == 0 and "flagged" in asked.stdout, asked.stderr
    assert sorted(daemon.gate(LINE).json["reasons"]) == ["reputation is CRITICAL", "status is FLAGGED"]
    assert daemon.sink.wait_for(1)[0].type == "incident.opened"


def test_what_runs_goes_on_after_a_crash(make_account, fake):
    fake.line(LINE).audit_polls = 4
    fake.line(LINE).report = report("CRITICAL", "volume_spike")
    daemon = make_account(linq=AUDITS).start()
    compared(daemon)
    daemon.accept(status_event(reputation="CRITICAL"))
    eventually(lambda: inspections(daemon) and inspections(daemon)[0]["audit_id"], "started", lambda: daemon.log)
    daemon.kill()
    daemon.start()
    assert settled(daemon)["state"] == "complete"
    daemon.sink.wait_for(1, type="incident.updated")
    assert len(starts(fake)) == 1, "the same audit is asked for"
    assert alert is not None and "audit_failed" not in kinds(daemon)
