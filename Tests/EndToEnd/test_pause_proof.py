"""Messages that leave a paused line: proof that a sender does not obey."""

from datetime import datetime, timezone

import pytest

from account import alert, kinds, make_account
from harness import eventually
from linq_cli import LINE
from payloads import envelope, moment, rfc3339, status_event

__all__ = ["make_account"]
OLD = {"webhook_version": "2025-01-01"}


def now():
    return rfc3339(datetime.now(timezone.utc))


def unified(chat="chat_1", sent_at=None, direction="outbound", line=LINE):
    """`message.sent` of 2026-02-03."""
    handle = {"id": "h1", "handle": line, "is_me": True, "service": "iMessage", "joined_at": moment(0)}
    data = {
        "id": "m1",
        "direction": direction,
        "chat": {"id": chat, "is_group": False, "owner_handle": handle},
        "sender_handle": handle,
        "parts": [{"type": "text", "value": "hello"}],
        "service": "iMessage",
        "sent_at": sent_at or now(),
    }
    return envelope(data, event_type="message.sent")


def first(chat="chat_1", sent_at=None, is_from_me=True):
    """`message.sent` of 2025-01-01."""
    data = {
        "chat_id": chat,
        "is_from_me": is_from_me,
        "from": LINE,
        "from_handle": {"id": "h1", "handle": LINE, "is_me": True},
        "message": {"id": "m1", "parts": [{"type": "text", "value": "hello"}]},
        "sent_at": sent_at or now(),
    }
    return envelope(data, event_type="message.sent", **OLD)


def paused(make_account, grace="0s"):
    daemon = make_account(linq={"pause_grace": grace}).start()
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: daemon.decision(LINE) == "paused", "paused", lambda: daemon.log)
    return daemon


@pytest.mark.parametrize("message", [unified, first])
def test_messages_from_a_paused_line_are_told_once_with_their_chats(make_account, fake, message):
    daemon = paused(make_account)
    events = [message(chat=f"chat_{number}") for number in range(3)]
    for event in events:
        assert daemon.accept(event).json["status"] == "observed"
    told = alert(daemon, "pause_ineffective")
    for word in ("the pause is not effective", "3 messages", LINE, "chat_0, chat_1, chat_2", events[-1]["trace_id"]):
        assert word in told["summary"], told
    daemon.accept(message())
    assert "hello" not in daemon.log and daemon.rows("SELECT * FROM event WHERE type = 'message.sent'") == []
    assert kinds(daemon).count("pause_ineffective") == 1


@pytest.mark.parametrize(
    "event",
    [
        unified(direction="inbound"),
        first(is_from_me=False),
        unified(sent_at=moment(0)),
        first(sent_at=moment(0)),
        unified(line="+14155550100"),
    ],
    ids=["inbound", "not from me", "sent before", "first, sent before", "another line"],
)
def test_what_proves_nothing_is_not_told(make_account, fake, event):
    daemon = paused(make_account)
    daemon.accept(event)
    # An alert of what does prove something comes alone.
    daemon.accept(unified(chat="chat_bad"))
    assert "1 message left" in alert(daemon, "pause_ineffective")["summary"]


def test_messages_on_their_way_are_forgiven(make_account, fake):
    daemon = paused(make_account, grace="1h")
    daemon.accept(unified())
    daemon.config["linq"]["pause_grace"] = "0s"
    daemon.write(daemon.config)
    assert daemon.order("POST", "/v1/reload", {}).status == 200
    daemon.accept(unified(chat="chat_bad"))
    assert "to chats chat_bad" in alert(daemon, "pause_ineffective")["summary"]


def test_a_line_that_may_send_may_send(make_account, fake):
    daemon = make_account(linq={"pause_grace": "0s"}).start()
    daemon.accept(unified())
    daemon.accept(status_event(status="FLAGGED"))
    daemon.accept(unified(chat="chat_bad"))
    assert "1 message left" in alert(daemon, "pause_ineffective")["summary"]
