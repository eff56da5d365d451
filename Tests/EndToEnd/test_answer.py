"""Every row of the table of answers (design.md, section 4) that needs no TLS, in one place."""

import resource
import signal
import sqlite3
import time

import pytest

import wire
from harness import PATH, eventually
from payloads import (
    LINE,
    OTHER_SECRET,
    SECRET,
    encode,
    envelope,
    legacy_headers,
    signed,
    standard_headers,
    status_event,
    unique_id,
)

BODY = encode(status_event(status="FLAGGED"))


def check_refusal(answer, status):
    """Small JSON in words of the daemon's own: no secret, nothing of the body."""
    assert answer.status == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert set(answer.json) == {"error", "detail"}
    assert all(isinstance(text, str) and text for text in answer.json.values())
    assert len(answer.body) < 500
    for secret in (SECRET, OTHER_SECRET, SECRET.removeprefix("whsec_")):
        assert secret not in answer.text
    assert LINE not in answer.text and "FLAGGED" not in answer.text


# --- 200 ------------------------------------------------------------------------------------------


def test_verified_and_stored(daemon):
    answer = daemon.deliver(status_event())
    assert answer.status == 200 and answer.json
    assert len(daemon.event_ids()) == 1


def test_duplicate(daemon):
    event = status_event()
    assert [daemon.deliver(event).status for _ in range(2)] == [200, 200]
    assert len(daemon.event_ids()) == 1


def test_a_type_we_do_not_act_on(daemon):
    assert daemon.deliver(envelope({"text": "hello"}, event_type="message.received")).status == 200


def test_not_understood(daemon):
    body = b"not JSON"
    assert daemon.post(body, standard_headers(body)).status == 200
    assert [row["state"] for row in daemon.rows("SELECT state FROM event")] == ["quarantined"]


# --- 401 and 503: who is believed -----------------------------------------------------------------


@pytest.mark.parametrize(
    "error, headers",
    [
        ("signature_missing", lambda: {}),
        ("signature_missing", lambda: {"webhook-id": "msg_1"}),
        ("signature_malformed", lambda: standard_headers(BODY) | {"webhook-timestamp": "soon"}),
        ("signature_malformed", lambda: standard_headers(BODY) | {"webhook-signature": "v1"}),
        ("signature_malformed", lambda: legacy_headers(BODY) | {"X-Webhook-Signature": "abc"}),
        ("signature_stale", lambda: standard_headers(BODY, at=time.time() - 4000)),
        ("signature_stale", lambda: legacy_headers(BODY, at=time.time() + 4000)),
    ],
)
def test_unproved(daemon, error, headers):
    answer = daemon.post(BODY, headers())
    check_refusal(answer, 401)
    assert answer.json["error"] == error
    assert daemon.event_ids() == set()


def test_no_secret_matches_and_none_ever_did(daemon):
    answer = daemon.post(BODY, standard_headers(BODY, OTHER_SECRET))
    check_refusal(answer, 503)
    assert answer.headers["retry-after"].isdigit()


def test_no_secret_matches_but_one_did_before(trusted):
    check_refusal(trusted.post(BODY, standard_headers(BODY, OTHER_SECRET)), 401)


# --- 503: the ledger ------------------------------------------------------------------------------


def test_the_ledger_is_locked(daemon):
    """By a backup that forgot to let go, say. Linq sends the event again; then it is taken."""
    daemon.accept(status_event())
    body, headers = signed(status_event(event_id="evt_locked", status="FLAGGED"))
    lock = sqlite3.connect(daemon.state / "linewarden.db", isolation_level=None)
    try:
        lock.execute("BEGIN IMMEDIATE")
        answer = daemon.post(body, headers)
        check_refusal(answer, 503)
        assert answer.headers["retry-after"].isdigit()
        not_ready = daemon.get("/readyz")
        assert not_ready.status == 503 and not_ready.json["reasons"]
    finally:
        lock.close()
    assert daemon.post(body, headers).status == 200
    assert "evt_locked" in daemon.event_ids()
    # One success may be luck: it is ready again when nothing has failed for a while.
    eventually(lambda: daemon.get("/readyz").status == 200, "ready", lambda: daemon.log)


def test_the_disk_is_full(make_daemon):
    """A limit on file sizes stands for a full disk: the same SQLite errors, and it can be lifted again."""
    daemon = make_daemon(prepare=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)).start()
    acknowledged = [status_event() for _ in range(3)]
    for event in acknowledged:
        daemon.accept(event)
    unlimited = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
    refused = status_event(status="FLAGGED")
    for _ in range(2):
        answer = daemon.deliver(refused)
        check_refusal(answer, 503)
        assert answer.headers["retry-after"].isdigit()
    assert daemon.get("/healthz").status == 200 and daemon.get("/readyz").status == 503
    assert daemon.decision(LINE) == "allowed", "what is not stored has not happened"
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, unlimited)
    daemon.accept(refused)
    assert daemon.decision(LINE) == "paused"
    assert {event["event_id"] for event in [*acknowledged, refused]} == daemon.event_ids()
    daemon.restart()
    assert daemon.decision(LINE) == "paused"


# --- 4xx: HTTP ------------------------------------------------------------------------------------


def test_too_large(daemon):
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(wire.request_bytes(PATH, b"", {"Content-Length": str(10_000_000)}, length=False))
        check_refusal(stream.answer(), 413)


def test_bad_http(daemon):
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(b"BREW /pot HTCPCP/1.0\r\n\r\n")
        assert stream.answer().status in (400, 505)


@pytest.mark.parametrize("phase", ["header", "body"])
def test_too_slow(make_daemon, phase):
    daemon = make_daemon(webhook={"limits": {"header_time": "250ms", "body_time": "250ms"}}).start()
    whole = wire.request_bytes(PATH, *signed(status_event()))
    end = whole.index(b"\r\n\r\n") + 4
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(whole[: 20 if phase == "header" else end + 5])
        answer = stream.answer()
        check_refusal(answer, 408)
        assert answer.headers["connection"] == "close"
        assert stream.is_closed()


def test_wrong_path(daemon):
    check_refusal(daemon.post(BODY, standard_headers(BODY), "/webhooks/other"), 404)


def test_wrong_method(daemon):
    answer = wire.ask(daemon.webhook, "GET", PATH)
    check_refusal(answer, 405)
    assert answer.headers["allow"] == "POST"


# --- 503: limits ----------------------------------------------------------------------------------


def test_over_the_connection_limit(make_daemon):
    """Those above the limit are told; those below it go on being served; room that is freed is used again."""
    limit = 8
    daemon = make_daemon(webhook={"limits": {"connections": limit}}).start()
    streams = [wire.RawStream(daemon.webhook) for _ in range(40)]
    served, refused = [], []
    try:
        for stream in streams:
            answer = ask_or_refused(stream)
            (served if answer.status == 200 else refused).append(answer)
        assert 1 <= len(served) <= limit
        for answer in refused:
            check_refusal(answer, 503)
            assert answer.headers["connection"] == "close"
    finally:
        for stream in streams:
            stream.close()
    eventually(lambda: daemon.deliver(status_event()).status == 200, "room for a new connection")


def ask_or_refused(stream):
    """The answer to a request, or the refusal that came before it could be sent."""
    try:
        stream.send(wire.request_bytes(PATH, *signed(status_event(event_id=unique_id()))))
    except (BrokenPipeError, ConnectionResetError):
        pass
    return stream.answer()
