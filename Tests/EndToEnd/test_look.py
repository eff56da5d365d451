"""What operators, senders and Prometheus see (design.md, sections 6 and 7, The admin listener)."""

import sqlite3

import pytest

import harness
import wire
from harness import eventually, http_hook
from payloads import LINE, OTHER_LINE, OTHER_SECRET, encode, envelope, moment, standard_headers, status_event
from sink import Reply


def test_health(daemon):
    assert daemon.get("/healthz").status == 200
    assert daemon.get("/readyz").status == 200


def test_ready_again_after_trouble(daemon):
    daemon.accept(status_event())
    lock = sqlite3.connect(daemon.state / "linewarden.db", isolation_level=None)
    try:
        lock.execute("BEGIN IMMEDIATE")
        assert daemon.deliver(status_event()).status == 503
        answer = daemon.get("/readyz")
        assert answer.status == 503 and all(isinstance(reason, str) for reason in answer.json["reasons"])
        assert daemon.get("/healthz").status == 200, "the process lives; only what it needs does not work"
    finally:
        lock.close()
    daemon.accept(status_event())
    eventually(lambda: daemon.get("/readyz").status == 200, "ready", lambda: daemon.log)


# --- metrics --------------------------------------------------------------------------------------

FAMILIES = {
    harness.REQUESTS: "counter",
    harness.EVENTS: "counter",
    harness.BATCH_SIZE: "histogram",
    harness.COMMIT_SECONDS: "histogram",
    harness.DELIVERIES: "counter",
    harness.LINES: "gauge",
    harness.PENDING: "gauge",
    harness.OLDEST: "gauge",
}


def test_the_page_is_well_formed_from_the_first_scrape(daemon):
    answer = daemon.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {name: family.type for name, family in daemon.metrics.items()}
    assert FAMILIES.items() <= families.items()


def test_requests_are_counted_by_outcome(trusted):
    event = status_event()
    trusted.accept(event)
    trusted.accept(event)
    trusted.deliver(status_event(), secret=OTHER_SECRET)
    trusted.post(b"{}", {})
    body = b"odd"
    trusted.post(body, standard_headers(body))
    trusted.post(body, {}, path="/nowhere")
    metrics = trusted.metrics
    outcomes = ["stored", "duplicate", "ignored", "quarantined", "signature_mismatch", "signature_missing", "not_found"]
    assert {name: metrics.value(harness.REQUESTS, outcome=name) for name in outcomes} == dict.fromkeys(outcomes, 1)


def test_events_are_counted_by_type(daemon):
    for event_type in ["message.sent", "message.sent", 'odd "type"\\\n']:
        daemon.accept(envelope({}, event_type=event_type))
    daemon.accept(status_event())
    metrics = daemon.metrics
    assert metrics.value(harness.EVENTS, type="message.sent") == 2
    assert metrics.value(harness.EVENTS, type="phone_number.status_updated") == 1
    assert metrics.value(harness.EVENTS) == 4


def test_commits_are_measured(daemon):
    for _ in range(3):
        daemon.accept(status_event())
    metrics = daemon.metrics
    assert metrics.value(f"{harness.BATCH_SIZE}_sum") >= 3
    assert metrics.value(f"{harness.COMMIT_SECONDS}_count") >= 3
    assert 0 < metrics.value(f"{harness.COMMIT_SECONDS}_sum") < 60


def test_lines_are_counted_by_decision(daemon):
    for number, (status, reputation) in enumerate(
        [("FLAGGED", "HEALTHY"), ("ACTIVE", "CRITICAL"), ("ACTIVE", "AT_RISK"), ("ACTIVE", "HEALTHY")]
    ):
        daemon.accept(status_event(line=f"+1303555000{number}", status=status, reputation=reputation))
    expected = {"paused": 2, "slowed": 1, "allowed": 1}
    assert {name: daemon.metrics.value(harness.LINES, decision=name) for name in expected} == expected
    assert all(set(labels) == {"decision"} for labels in daemon.metrics.labels(harness.LINES)), "no numbers in labels"


def test_what_waits_is_counted_and_grows_old(make_daemon, make_sink):
    sink = make_sink(default=Reply(500))
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.accept(status_event(line=OTHER_LINE, status="FLAGGED"))
    sink.wait_for(3)
    metrics = daemon.metrics
    assert metrics.value(harness.PENDING, hook="sender") == 2
    assert metrics.value(harness.OLDEST, hook="sender") > 0
    sink.default = Reply()
    daemon.wait_until_delivered(2)
    metrics = daemon.metrics
    assert metrics.value(harness.PENDING) == 0 and metrics.value(harness.OLDEST) == 0
    assert metrics.value(harness.DELIVERIES, hook="sender", outcome="delivered") == 2


# --- the gate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, reputation, answer, decision, reasons",
    [
        ("ACTIVE", "HEALTHY", 200, "allowed", []),
        ("ACTIVE", "AT_RISK", 200, "slowed", ["reputation is AT_RISK"]),
        ("FLAGGED", "HEALTHY", 423, "paused", ["status is FLAGGED"]),
        ("FLAGGED", "CRITICAL", 423, "paused", ["status is FLAGGED", "reputation is CRITICAL"]),
    ],
)
@pytest.mark.parametrize("plus", ["+", "%2B", "%2b"])
def test_the_gate(daemon, status, reputation, answer, decision, reasons, plus):
    daemon.accept(status_event(status=status, reputation=reputation))
    gate = daemon.gate(plus + LINE[1:])
    assert gate.status == answer
    assert set(gate.json) == {"phone_number", "decision", "reasons", "since", "as_of", "incident"}
    assert gate.json["phone_number"] == LINE
    assert gate.json["decision"] == decision and gate.json["reasons"] == reasons
    assert gate.json["since"].endswith("Z") and gate.json["as_of"].endswith("Z")
    assert bool(gate.json["incident"]) == (decision != "allowed")


def test_a_line_nobody_has_heard_of_may_send(daemon):
    gate = daemon.gate(LINE)
    assert gate.status == 200 and gate.json["decision"] == "allowed" and gate.json["since"] is None


@pytest.mark.parametrize("number", ["12025551234", "+1202555abcd", "+", "%00", "+1202%2F5551234"])
def test_what_is_no_number_has_no_gate(daemon, number):
    answer = daemon.gate(number)
    assert answer.status in (400, 404) and set(answer.json) == {"error", "detail"}


# --- lines ----------------------------------------------------------------------------------------


def test_all_lines(daemon):
    daemon.accept(status_event(line=LINE, status="FLAGGED"))
    daemon.accept(status_event(line=OTHER_LINE, reputation="AT_RISK"))
    answer = daemon.get("/v1/lines")
    assert answer.status == 200
    found = {line["phone_number"]: line for line in answer.json["lines"]}
    assert {number: line["decision"] for number, line in found.items()} == {LINE: "paused", OTHER_LINE: "slowed"}
    assert found[LINE]["status"]["value"] == "FLAGGED" and found[LINE]["status"]["source"] == "webhook"


@pytest.mark.parametrize("plus", ["+", "%2B"])
def test_a_line_with_its_chain_of_evidence(make_daemon, sink, plus):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    events = [
        status_event(status=status, previous_status=previous, changed_at=moment(second))
        for second, previous, status in [(0, "ACTIVE", "FLAGGED"), (20, "FLAGGED", "ACTIVE"), (10, None, "FLAGGED")]
    ]
    for event in events:
        daemon.accept(event)
    daemon.wait_until_delivered(type="line.resumed")
    answer = daemon.get(f"/v1/lines/{plus}{LINE[1:]}")
    assert answer.status == 200
    assert answer.json["line"]["phone_number"] == LINE and answer.json["line"]["decision"] == "allowed"
    evidence = {each["event_id"]: each for each in answer.json["evidence"]}
    assert set(evidence) == {event["event_id"] for event in events}
    first, second, late = (evidence[event["event_id"]] for event in events)
    assert first["trace_id"] == events[0]["trace_id"] and first["status"]["value"] == "FLAGGED"
    assert first["decision"] == "paused" and second["decision"] == "allowed" and late["state"] == "stale"
    assert {each["type"] for each in answer.json["deliveries"]} == {"line.paused", "line.resumed"}


def test_a_line_that_is_not_known(daemon):
    answer = daemon.get(f"/v1/lines/{LINE}")
    assert answer.status == 404 and set(answer.json) == {"error", "detail"}


# --- the listener itself --------------------------------------------------------------------------


def test_unknown_paths_and_methods(daemon):
    assert daemon.get("/v2/everything").status == 404
    for path in ("/metrics", "/v1/lines", f"/v1/gate/{LINE}", "/readyz", "/healthz"):
        answer = wire.ask(daemon.admin, "DELETE", path)
        assert answer.status == 405 and "GET" in answer.headers["allow"]


def test_head(daemon):
    answer = wire.ask(daemon.admin, "HEAD", "/metrics")
    assert answer.status == 200 and answer.body == b""


def test_the_admin_listener_on_a_unix_socket(make_daemon, directory):
    daemon = make_daemon(admin={"listen": [f"unix:{directory}/admin.sock"]}).start()
    daemon.accept(status_event(status="FLAGGED"))
    assert daemon.gate(LINE).status == 423


def test_webhooks_and_admin_do_not_mix(daemon):
    """What the world can reach must not show what operators see."""
    for path in ("/metrics", "/v1/lines", f"/v1/gate/{LINE}", "/readyz"):
        assert wire.ask(daemon.webhook, "GET", path).status == 404
    body = encode(status_event())
    assert wire.ask(daemon.admin, "POST", harness.PATH, body, standard_headers(body)).status == 404


def test_an_admin_token(make_daemon):
    daemon = make_daemon(
        admin={"listen": ["127.0.0.1:0"], "token": {"env": "ADMIN_TOKEN"}}, env={"ADMIN_TOKEN": "open sesame"}
    ).start()
    assert daemon.get("/healthz").status == 200
    assert daemon.get("/v1/lines").status == 401
    for token, status in (("open sesame", 200), ("open", 401), ("", 401)):
        answer = wire.ask(daemon.admin, "GET", "/v1/lines", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == status
