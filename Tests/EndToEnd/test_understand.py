"""What bodies mean: three generations, bare data, gaps, surprises (issue 2, point 3; linq-contract.md, section 1)."""

import hashlib
import json

import pytest

from harness import EVENTS, REQUESTS
from payloads import (
    LINE,
    OTHER_LINE,
    encode,
    envelope,
    moment,
    raw_standard_headers,
    signed,
    standard_headers,
    status_data,
    status_event,
    unique_id,
)


def line_row(daemon, line=LINE):
    """What the ledger knows of a line."""
    rows = daemon.rows("SELECT * FROM line WHERE number = ?", line)
    return rows[0] if rows else None


@pytest.mark.parametrize(
    "generation, status, reputation, decision",
    [
        (1, "ACTIVE", None, "allowed"),
        (1, "FLAGGED", None, "paused"),
        (2, "ACTIVE", "HEALTHY", "allowed"),
        (2, "ACTIVE", "AT_RISK", "slowed"),
        (2, "ACTIVE", "CRITICAL", "paused"),
        (2, "FLAGGED", "HEALTHY", "paused"),
        (3, "ACTIVE", "HEALTHY", "allowed"),
        (3, "ACTIVE", "AT_RISK", "slowed"),
        (3, "ACTIVE", "CRITICAL", "paused"),
        (3, "FLAGGED", "HEALTHY", "paused"),
        (3, None, "CRITICAL", "paused"),
        (3, None, "AT_RISK", "slowed"),
        (3, "FLAGGED", None, "paused"),
    ],
)
@pytest.mark.parametrize("form", ["envelope", "bare"])
def test_all_generations(daemon, generation, status, reputation, decision, form):
    data = status_data(status=status, reputation=reputation, generation=generation)
    daemon.accept(envelope(data) if form == "envelope" else data)
    assert daemon.decision(LINE) == decision
    row = line_row(daemon)
    assert (row["status"], row["reputation"]) == (status, reputation)


def test_the_guides_example(daemon):
    """Seed 003, byte for byte."""
    daemon.accept(
        {
            "phone_number": "+12025551234",
            "previous_status": "ACTIVE",
            "new_status": "FLAGGED",
            "previous_health_status": "AT_RISK",
            "new_health_status": "CRITICAL",
            "changed_at": "2026-02-18T18:35:05.000Z",
        }
    )
    gate = daemon.gate("+12025551234")
    assert gate.status == 423
    assert gate.json["reasons"] == ["status is FLAGGED", "reputation is CRITICAL"]


def test_a_bare_body_is_known_by_its_webhook_id(daemon):
    body, headers = signed(status_data(status="FLAGGED"), message_id="msg_bare")
    assert daemon.post(body, headers).status == 200
    assert daemon.post(body, headers).status == 200
    assert daemon.event_ids() == {"msg_bare"}


def test_a_bare_body_without_a_webhook_id_is_known_by_its_digest(daemon):
    body, headers = signed(status_data(status="FLAGGED"), scheme="legacy")
    assert daemon.post(body, headers).status == 200
    assert daemon.post(body, headers).status == 200
    assert daemon.event_ids() == {hashlib.sha256(body).hexdigest()}


@pytest.mark.parametrize(
    "member", ["changed_at", "previous_status", "new_status", "previous_reputation", "new_reputation"]
)
@pytest.mark.parametrize("absence", ["missing", "null"])
def test_any_member_but_the_number_may_be_missing(daemon, member, absence):
    data = status_data(
        status="FLAGGED", reputation="CRITICAL", previous_status="ACTIVE", previous_reputation="HEALTHY"
    )
    if absence == "missing":
        del data[member]
    else:
        data[member] = None
    daemon.accept(envelope(data))
    assert daemon.decision(LINE) == "paused"


@pytest.mark.parametrize("member", ["api_version", "webhook_version", "created_at", "trace_id", "partner_id"])
def test_the_envelope_may_be_thin(daemon, member):
    event = status_event(status="FLAGGED")
    del event[member]
    daemon.accept(event)
    assert daemon.decision(LINE) == "paused"


def test_unknown_members_are_normal(daemon):
    event = status_event(status="FLAGGED")
    event["new_in_2027"] = {"deep": [1, 2, {"er": None}]}
    event["data"]["new_in_2027"] = "x" * 1000
    daemon.accept(event)
    assert daemon.decision(LINE) == "paused"


@pytest.mark.parametrize(
    "axis, value",
    [
        ("new_status", "SUSPENDED"),
        ("new_status", "active"),
        ("new_status", ""),
        ("new_status", "ACTIVE "),
        ("new_status", 1),
        ("new_status", True),
        ("new_status", {"value": "ACTIVE"}),
        ("new_reputation", "DOOMED"),
        ("new_reputation", "healthy"),
        ("new_reputation", 0.5),
        ("new_health_status", "OPTED_OUT"),
    ],
)
def test_values_outside_the_lists_are_kept_and_unsafe(daemon, axis, value):
    data = status_data(generation=2 if axis == "new_health_status" else 3)
    data[axis] = value
    daemon.accept(envelope(data))
    gate = daemon.gate(LINE)
    assert gate.status == 423 and gate.json["decision"] == "paused"
    if isinstance(value, str) and value:
        assert value in json.dumps(gate.json["reasons"])
        row = line_row(daemon)
        assert value in (row["status"], row["reputation"]), "verbatim"


@pytest.mark.parametrize(
    "reputation, health_status, worse",
    [("HEALTHY", "CRITICAL", "CRITICAL"), ("CRITICAL", "HEALTHY", "CRITICAL"), ("HEALTHY", "AT_RISK", "AT_RISK")],
)
def test_of_two_names_for_one_axis_the_worse_counts(daemon, reputation, health_status, worse):
    data = status_data(reputation=reputation)
    data["new_health_status"] = health_status
    daemon.accept(envelope(data))
    assert line_row(daemon)["reputation"] == worse
    daemon.process.wait_for_log("reputation and health_status differ")


UNKNOWN_TYPES = ["message.received", "phone_number.assigned", "webhook_subscription.disabled", "made.up.in.2030"]


@pytest.mark.parametrize("event_type", UNKNOWN_TYPES)
def test_types_we_do_not_act_on_are_counted(daemon, event_type):
    daemon.accept(envelope({"phone_number": LINE, "new_status": "FLAGGED"}, event_type=event_type))
    assert daemon.decision(LINE) == "allowed"
    assert daemon.metrics.value(EVENTS, type=event_type) == 1


NOT_UNDERSTOOD = {
    "nothing": b"",
    "not JSON": b"status=FLAGGED",
    "half JSON": b'{"event_type": "phone_number.status_updated"',
    "two values": b"{} {}",
    "a list": b"[]",
    "a text": b'"FLAGGED"',
    "null": b"null",
    "an empty object": b"{}",
    "not UTF-8": b'{"event_type": "\xff"}',
    "deep nesting": b"[" * 100_000,
    "no data": encode(envelope(None)),
    "data is a text": encode(envelope("FLAGGED")),
    "data is a list": encode(envelope([LINE])),
    "no number": encode(envelope({"new_status": "FLAGGED"})),
    "number is a number": encode(envelope({"phone_number": 12025551234, "new_status": "FLAGGED"})),
    "number without a plus": encode(envelope({"phone_number": "12025551234", "new_status": "FLAGGED"})),
    "number is a path": encode(envelope({"phone_number": "+1/../../x", "new_status": "FLAGGED"})),
    "number is too long": encode(envelope({"phone_number": "+" + "1" * 40, "new_status": "FLAGGED"})),
}


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_acknowledged_and_kept_whole(daemon, name):
    """It is genuine: refusing it would lose it for good, and an upgrade may understand it."""
    body = NOT_UNDERSTOOD[name]
    answer = daemon.post(body, raw_standard_headers(body, message_id=unique_id("odd")))
    assert answer.status == 200, answer.text
    [row] = daemon.rows("SELECT state, body, detail FROM event")
    assert row["state"] == "quarantined" and row["body"] == body and row["detail"]
    assert daemon.metrics.value(REQUESTS, outcome="quarantined") == 1
    assert daemon.rows("SELECT * FROM line") == []
    daemon.accept(status_event(line=OTHER_LINE, status="FLAGGED"))


def test_a_quarantined_event_is_not_taken_twice(daemon):
    body = b"not JSON"
    headers = standard_headers(body, message_id="odd")
    assert [daemon.post(body, headers).status for _ in range(2)] == [200, 200]
    assert len(daemon.rows("SELECT * FROM event")) == 1


def test_numbers_in_every_form_json_has(daemon):
    """Escapes in the payload are the same text."""
    text = json.dumps(status_event(status="FLAGGED")).replace("+12025551234", "\\u002b12025551234")
    assert daemon.post(text.encode(), standard_headers(text.encode())).status == 200
    assert daemon.decision(LINE) == "paused"


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-18T18:35:05Z",
        "2026-02-18T18:35:05.1Z",
        "2026-02-18T18:35:05.123456789Z",
        "2026-02-18T18:35:05.000+00:00",
        "2026-02-18T10:35:05.000-08:00",
        "2026-02-18t18:35:05z",
    ],
)
def test_times_as_rfc_3339_allows_them(daemon, written):
    daemon.accept(status_event(status="FLAGGED", changed_at=written))
    [row] = daemon.rows("SELECT changed_at FROM event")
    assert row["changed_at"] // 1_000_000 == 1771439705


def test_a_time_that_is_none_falls_back_to_the_envelopes(daemon):
    event = status_event(status="FLAGGED", changed_at="yesterday") | {"created_at": moment(0)}
    daemon.accept(event)
    [row] = daemon.rows("SELECT changed_at, created_at FROM event")
    assert row["changed_at"] == row["created_at"]
