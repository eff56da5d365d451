"""Disks that are full, read-only, locked or broken: never a wrong 200, and no hands where none are needed (design.md, 4).

Of a fault while the daemon runs: 503 with Retry-After, a sentence in the log, /readyz with the reason, an alert that
goes past the ledger; and when it is over, all of that by itself in the other direction.
"""

import errno
import re
import sqlite3
import time
from contextlib import closing

import pytest

import wire
from faults import Disk, SmallDisk
from harness import PATH, configuration, eventually, http_hook
from load import Load
from payloads import LINE, signed, status_event, unique_id

ROUTES = [{"name": "stop", "on": ["FLAGGED"], "pause": ["sender"]}]


@pytest.fixture
def make_watched(make_daemon, make_sink, directory):
    """Makes a daemon whose alerts go to a sink, with its state in a directory of the test's choice."""

    def make(state=None, **keywords):
        alerts = make_sink()
        hooks = {"ops": http_hook(alerts, group_wait="0s"), "sender": http_hook(make_sink())}
        config = configuration(directory, hooks=hooks, routes=ROUTES, alerts={"page": ["ops"]})
        config["state"] = {"directory": str(state or directory / "state")}
        daemon = make_daemon(config, **keywords)
        daemon.alerts = alerts
        return daemon

    return make


@pytest.fixture
def disk(directory):
    return Disk(directory)


@pytest.fixture
def small_disk(directory):
    disk = SmallDisk(directory, "4m")
    yield disk
    disk.unmount()


def kinds(daemon):
    """Alerts in the order in which they came."""
    return [each.json["data"]["alert"]["kind"] for each in list(daemon.alerts.requests)]


def wait_for_alert(daemon, kind):
    eventually(lambda: kind in kinds(daemon), f"the alert {kind}", lambda: f"{kinds(daemon)}\n{daemon.log[-3000:]}")
    return next(each for each in daemon.alerts.requests if each.json["data"]["alert"]["kind"] == kind)


def large_event(event_id=None):
    """One that fills some pages of the ledger."""
    return status_event(event_id=event_id or unique_id(), status="FLAGGED") | {"padding": "x" * 60_000}


def refusal(daemon):
    """Delivers until it is refused; gives the answer, and the ids that were acknowledged before."""
    taken = set()
    while True:
        event = large_event()
        answer = daemon.deliver(event)
        if answer.status != 200:
            return answer, taken
        taken.add(event["event_id"])


def check_refusal(daemon, answer, *words):
    """All that people and Linq are told while nothing can be stored."""
    assert answer.status == 503 and int(answer.headers["retry-after"]) >= 1 and answer.json["error"] == "not_stored"
    ready = eventually(lambda: (found := daemon.get("/readyz")).status == 503 and found, "not ready", lambda: daemon.log)
    [reason] = ready.json["reasons"]
    for word in words:
        assert word in reason, reason
    line = f"an event was not stored: {reason.split(' (')[0]}"
    eventually(lambda: line in daemon.log, line, lambda: daemon.log)
    alert = wait_for_alert(daemon, "ledger_failed").verify()["data"]["alert"]
    assert words[0] in alert["summary"] and alert["remedy"]


def check_recovery(daemon, acknowledged):
    """Nobody does anything: it is ready, says so, and stores; what was acknowledged is there."""
    eventually(lambda: daemon.get("/readyz").status == 200, "ready again", lambda: daemon.log[-3000:])
    wait_for_alert(daemon, "ledger_recovered")
    eventually(lambda: "the ledger can be written again" in daemon.log, "a word about it", lambda: daemon.log)
    last = status_event()
    daemon.accept(last)
    assert set(acknowledged) | {last["event_id"]} <= daemon.event_ids()
    assert kinds(daemon) == ["ledger_failed", "ledger_recovered"], "told once each"


# --- while it runs --------------------------------------------------------------------------------


def test_a_full_disk(make_watched, small_disk):
    daemon = make_watched(state=small_disk.path / "state").start()
    daemon.accept(status_event(status="FLAGGED"))
    small_disk.fill()
    answer, taken = refusal(daemon)
    check_refusal(daemon, answer, "the disk is full", "make room")
    assert daemon.gate(LINE).status == 423, "the gate is asked all the same"
    # For some of its own turns, in which small things fit where a large one did not.
    readiness = set()
    end = time.monotonic() + 3.5
    while time.monotonic() < end:
        event = large_event()
        if daemon.deliver(event).status == 200:
            taken.add(event["event_id"])
        readiness.add(daemon.get("/readyz").status)
        time.sleep(0.05)
    assert readiness == {503}, f"{kinds(daemon)}\n{daemon.log[-3000:]}"
    small_disk.free()
    check_recovery(daemon, taken)
    assert daemon.stop() == 0
    daemon.start()
    assert taken <= daemon.event_ids()
    assert daemon.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


@pytest.mark.parametrize(
    ("write", "sync", "words"),
    [
        (errno.EROFS, errno.EROFS, ["cannot be written"]),
        (errno.EIO, 0, ["cannot be written", "disk I/O error"]),
        (0, errno.EIO, ["cannot be written", "disk I/O error"]),
        (errno.EDQUOT, 0, ["cannot be written"]),
    ],
    ids=["read-only", "unwritable", "no sync", "over quota"],
)
def test_a_disk_that_takes_nothing_for_a_while(make_watched, disk, write, sync, words):
    """As after an error of the disk, which makes the kernel remount it read-only. Events come in all the time."""
    daemon = make_watched(env=disk.env).start()
    load = Load(daemon.webhook, senders=2).start().wait_for(50)
    disk.fails(write, sync)
    eventually(lambda: load.refused, "a refusal", lambda: daemon.log[-3000:])
    check_refusal(daemon, daemon.deliver(status_event()), *words)
    before = len(load.acknowledged)
    daemon.deliver(status_event())
    assert len(load.acknowledged) == before, "nothing is acknowledged now"
    disk.heals()
    eventually(lambda: len(load.acknowledged) > before, "acknowledged again", lambda: daemon.log[-3000:])
    acknowledged = load.stop()
    assert set(load.refused) == {503}
    check_recovery(daemon, acknowledged)
    daemon.kill()
    daemon.start()
    assert set(acknowledged) <= daemon.event_ids()


def test_a_locked_ledger(make_watched):
    """Somebody has it open in an editor for databases: it waits for two seconds, and refuses."""
    daemon = make_watched().start()
    daemon.accept(status_event())
    with closing(sqlite3.connect(daemon.state / "linewarden.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        check_refusal(daemon, daemon.deliver(status_event()), "another process locks the ledger")
        other.execute("ROLLBACK")
    check_recovery(daemon, set())


# --- damage ---------------------------------------------------------------------------------------


def fill(daemon, count=300):
    """Events enough for some hundred pages, all of them in the database file."""
    ids = set()
    with wire.Connection(daemon.webhook) as connection:
        for number in range(count):
            event = status_event(line=f"+1303555{number:04d}", status="FLAGGED")
            assert connection.ask("POST", PATH, *signed(event)).status == 200
            ids.add(event["event_id"])
    return ids


def pages(daemon, table):
    """The numbers of the pages that hold a table's rows."""
    rows = daemon.rows("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno", table)
    return [row["pageno"] for row in rows]


def damage(path, numbers):
    """Overwrites pages of the database, whole."""
    with open(path, "r+b") as file:
        for number in numbers:
            file.seek((number - 1) * 4096)
            file.write(b"\xa5" * 4096)


def refuses_to_start(daemon):
    """It says what to do, and leaves the file as it is for whoever repairs it."""
    path = daemon.state / "linewarden.db"
    before = path.read_bytes()
    daemon.launch()
    assert daemon.process.wait() == 1
    assert f"cannot start: {path} is damaged" in daemon.log
    assert "restore a backup or start with an empty one" in daemon.log
    # SQLite counts openings in the first page.
    assert path.read_bytes()[4096:] == before[4096:]


@pytest.mark.parametrize("table", ["line", "incident", "delivery", "sqlite_schema"])
def test_damage_that_the_start_meets(make_watched, table):
    daemon = make_watched().start()
    fill(daemon)
    assert daemon.stop() == 0
    damage(daemon.state / "linewarden.db", pages(daemon, table))
    refuses_to_start(daemon)


@pytest.mark.parametrize("share", [0.9, 0.5, 0.01])
def test_a_truncated_ledger(make_watched, share):
    daemon = make_watched().start()
    fill(daemon)
    assert daemon.stop() == 0
    path = daemon.state / "linewarden.db"
    with open(path, "r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    refuses_to_start(daemon)


def test_damage_that_the_start_does_not_meet(make_watched):
    """Old history that nothing reads: the check after a crash finds it, while the daemon serves and stores."""
    daemon = make_watched().start()
    fill(daemon)
    assert daemon.stop() == 0
    old = pages(daemon, "event")
    daemon.start()
    daemon.accept(status_event())
    daemon.kill()
    damage(daemon.state / "linewarden.db", old[len(old) // 2 : len(old) // 2 + 1])
    daemon.start()
    daemon.process.wait_for_log("the ledger is damaged: .*restore a backup")
    ready = daemon.get("/readyz")
    assert ready.status == 503 and "damaged" in ready.json["reasons"][0]
    daemon.accept(status_event())


@pytest.mark.parametrize("how", ["damaged", "truncated"])
def test_damage_while_it_runs(make_watched, how):
    """Nobody is told that something is stored once the ledger cannot be read; nothing crashes."""
    daemon = make_watched().start()
    fill(daemon)
    assert daemon.stop() == 0
    daemon.start()
    path = daemon.state / "linewarden.db"
    if how == "damaged":
        damage(path, range(2, path.stat().st_size // 4096 + 1))
    else:
        with open(path, "r+b") as file:
            file.truncate(4096)
    answers = [daemon.deliver(status_event(line=f"+1303555{number:04d}")) for number in range(0, 300, 10)]
    assert {answer.status for answer in answers} <= {200, 503} and answers[-1].status == 503, daemon.log[-3000:]
    check_refusal(daemon, answers[-1], "damaged", "restore a backup")
    assert daemon.get("/metrics").status in (200, 500, 503) and daemon.get("/healthz").status == 200


def test_a_read_only_file_system_at_the_start(make_watched, small_disk):
    daemon = make_watched(state=small_disk.path / "state").start()
    acknowledged = fill(daemon, count=20)
    assert daemon.stop() == 0
    small_disk.remount("ro")
    daemon.launch()
    assert daemon.process.wait() == 1
    assert re.search(r"cannot start: .*(read-only|Read-only).*", daemon.log), daemon.log
    small_disk.remount("rw")
    daemon.start()
    assert acknowledged <= daemon.event_ids()
