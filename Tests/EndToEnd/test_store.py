"""A 2xx means durable (design.md, promise 1): duplicates, crashes, group commit."""

import random
import sqlite3

import pytest

import wire
from harness import BATCH_SIZE, PATH, REQUESTS, http_hook
from load import Load, flagging_event
from payloads import LINE, signed, status_event, unique_id

SEED = 20260218


def test_a_duplicate_has_no_second_effect(make_daemon, sink):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    event = status_event(status="FLAGGED")
    for scheme in ("standard", "standard", "legacy", "both"):
        daemon.accept(event, scheme=scheme)
    daemon.wait_until_delivered()
    assert len(daemon.rows("SELECT * FROM event")) == 1
    assert len(daemon.rows("SELECT * FROM incident")) == 1
    assert len(daemon.deliveries()) == 1
    assert daemon.metrics.value(REQUESTS, outcome="duplicate") == 3


def test_a_duplicate_is_known_by_its_event_id_alone(daemon):
    """A retry may be stamped anew; what was taken first stands."""
    first = status_event(status="FLAGGED")
    daemon.accept(first, message_id="msg_1")
    daemon.accept(status_event(event_id=first["event_id"], status="ACTIVE"), message_id="msg_2")
    assert daemon.decision(LINE) == "paused"
    assert daemon.event_ids() == {first["event_id"]}


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_duplicates_are_known_after_a_restart(make_daemon, sink, end):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    event = status_event(status="FLAGGED")
    daemon.accept(event)
    daemon.wait_until_delivered()
    getattr(daemon, end)()
    daemon.start()
    daemon.accept(event)
    assert daemon.decision(LINE) == "paused"
    assert len(daemon.rows("SELECT * FROM event")) == 1
    assert len(daemon.deliveries()) == 1


def test_the_same_event_from_many_sides_at_once(make_daemon, sink):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    body, headers = signed(status_event(status="FLAGGED"))
    data = wire.request_bytes(PATH, body, headers)
    streams = [wire.RawStream(daemon.webhook) for _ in range(40)]
    try:
        for stream in streams:
            stream.send(data)
        assert {stream.answer().status for stream in streams} == {200}
    finally:
        for stream in streams:
            stream.close()
    daemon.wait_until_delivered()
    assert len(daemon.rows("SELECT * FROM event")) == 1
    assert len(daemon.deliveries()) == 1
    assert len(sink.requests) == 1


def test_kill_9_loses_nothing_that_was_acknowledged(make_daemon):
    """Ten lives under load, each ended at a random moment; every life must know all that earlier ones acknowledged."""
    moments = random.Random(SEED)
    daemon = make_daemon()
    acknowledged = {}
    for _ in range(10):
        daemon.start()
        load = Load(daemon.webhook).start().wait_for(moments.randint(1, 250))
        daemon.kill()
        acknowledged |= load.join()
        assert not load.refused
    daemon.start()
    lost = set(acknowledged) - daemon.event_ids()
    assert not lost, f"of {len(acknowledged)} acknowledged {len(lost)} are lost (seed {SEED})"
    assert daemon.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    sample = sorted(acknowledged)[:: max(1, len(acknowledged) // 20)]
    for event_id in sample:
        daemon.accept(status_event(event_id=event_id))
    assert daemon.metrics.value(REQUESTS, outcome="duplicate") == len(sample)


def test_kill_9_keeps_line_incident_and_deliveries_together(make_daemon, sink):
    """What an acknowledged event calls for is in the same transaction, so it is there after any crash."""
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    load = Load(daemon.webhook, flagging_event).start().wait_for(60)
    daemon.kill()
    acknowledged = load.join()
    daemon.start()
    lines = [event["data"]["phone_number"] for event in acknowledged.values()]
    assert {daemon.decision(line) for line in lines} == {"paused"}
    incidents = {row["line"] for row in daemon.rows("SELECT line FROM incident WHERE closed_at IS NULL")}
    deliveries = {row["line"] for row in daemon.deliveries(type="line.paused")}
    assert set(lines) <= incidents and set(lines) <= deliveries
    daemon.wait_until_delivered(len(lines), type="line.paused")
    assert set(lines) <= {each.line for each in sink.requests}


def test_requests_that_arrive_during_a_commit_share_the_next_one(daemon):
    """The commit is held up by a lock on the file, so that the others really arrive meanwhile."""
    count = 40
    daemon.accept(status_event())
    before = daemon.metrics
    streams = [wire.RawStream(daemon.webhook) for _ in range(count)]
    lock = sqlite3.connect(daemon.state / "linewarden.db", isolation_level=None)
    try:
        lock.execute("BEGIN IMMEDIATE")
        for stream in streams:
            stream.send(wire.request_bytes(PATH, *signed(status_event(event_id=unique_id()))))
        lock.execute("ROLLBACK")
        assert {stream.answer().status for stream in streams} == {200}
    finally:
        lock.close()
        for stream in streams:
            stream.close()
    after = daemon.metrics
    commits = after.value(f"{BATCH_SIZE}_count") - before.value(f"{BATCH_SIZE}_count")
    events = after.value(f"{BATCH_SIZE}_sum") - before.value(f"{BATCH_SIZE}_sum")
    assert events >= count
    assert commits < count, "forty requests had forty commits: there is no group commit"


def test_the_ledger_is_a_write_ahead_log(daemon):
    assert daemon.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]


def test_a_ledger_has_one_daemon(daemon, run):
    """A second one would decide about the same lines without knowing of the first."""
    second = run("serve", "--config", daemon.file)
    assert second.wait() == 1
    assert str(daemon.state) in second.log
    daemon.accept(status_event())


def test_a_ledger_from_the_future_is_not_touched(make_daemon):
    daemon = make_daemon().start()
    assert daemon.stop() == 0
    path = daemon.state / "linewarden.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    daemon.launch()
    assert daemon.process.wait() == 1
    assert "newer" in daemon.log
    assert daemon.rows("PRAGMA user_version") == [{"user_version": 999}]


def test_a_ledger_that_is_none_is_not_overwritten(make_daemon):
    daemon = make_daemon()
    daemon.state.mkdir(parents=True)
    path = daemon.state / "linewarden.db"
    path.write_bytes(b"these are the family photographs" * 200)
    daemon.launch()
    assert daemon.process.wait() == 1
    assert str(path) in daemon.log or str(daemon.state) in daemon.log
    assert path.read_bytes() == b"these are the family photographs" * 200
