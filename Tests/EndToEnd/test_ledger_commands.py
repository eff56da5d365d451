"""Backup, check and upgrade of the ledger, with the real binary and while the real daemon writes."""

import json
import os
import re
import shutil
import sqlite3
import stat
import threading

import pytest

from harness import Daemon, cli, configuration, eventually
from payloads import LINE, moment, status_event

# The version of the schema that this linewarden writes, and how an older one looked.
OLDER = 3


def line(number):
    return f"+1202555{number:04}"


def open_ledger(path):
    return sqlite3.connect(path, isolation_level=None)


def pages(path):
    with open(path, "rb") as file:
        file.seek(16)
        size = int.from_bytes(file.read(2), "big")
    return size, os.path.getsize(path) // size


def damage(path):
    """Overwrites a page in the middle of a table, as a dying disk does."""
    with sqlite3.connect(path) as connection:
        [(root,)] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").fetchall()
    connection.close()
    size, _ = pages(path)
    with open(path, "r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)


@pytest.fixture
def stopped(daemon):
    """A daemon that has stopped in order, with two lines in its ledger."""
    daemon.accept(status_event(status="FLAGGED"))
    daemon.accept(status_event(line=line(1), status="ACTIVE"))
    assert daemon.stop() == 0
    return daemon


def unfinished(directory):
    """What a backup left beside its target."""
    return [name for name in os.listdir(directory) if "unfinished" in name]


def backup(daemon, target, *arguments):
    return cli("ledger", "backup", "--config", daemon.file, target, *arguments)


# --- backup ---------------------------------------------------------------------------------------


def test_a_backup_of_a_running_daemon_is_what_a_daemon_starts_on(daemon, directory):
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    target = directory / "copy.db"
    result = backup(daemon, target)
    assert result.returncode == 0, result.stderr
    assert str(target) in result.stdout and "checked" in result.stdout and result.stderr == ""
    assert stat.S_IMODE(os.stat(target).st_mode) == 0o640
    assert not unfinished(directory)
    # The disk is gone, and the copy is put into place.
    assert daemon.stop() == 0
    shutil.rmtree(daemon.state)
    daemon.state.mkdir()
    shutil.copy(target, daemon.state / "linewarden.db")
    daemon.start()
    assert daemon.decision(LINE) == "paused"
    assert not re.search("damaged|brought from", daemon.log)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(9)))
    assert daemon.decision(LINE) == "allowed"


def test_the_daemon_writes_all_the_while(daemon, directory):
    """Each copy is one moment: what was acknowledged before it began is in it, and nobody was kept waiting."""
    done, accepted = threading.Event(), []

    def deliver():
        while not done.is_set():
            event = status_event(line=line(len(accepted) % 50), status="FLAGGED")
            daemon.accept(event)
            accepted.append(event["event_id"])

    writer = threading.Thread(target=deliver)
    writer.start()
    try:
        for number in range(5):
            eventually(lambda: len(accepted) > 20 * number, "deliveries")
            before = list(accepted)
            result = backup(daemon, directory / f"{number}.db")
            assert result.returncode == 0, result.stderr
            copy = open_ledger(directory / f"{number}.db")
            found = {row[0] for row in copy.execute("SELECT id FROM event")}
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            # Events, lines and deliveries of one moment, not of several.
            told = copy.execute("SELECT count(*) FROM delivery WHERE type = 'line.paused'").fetchone()[0]
            assert told == copy.execute("SELECT count(*) FROM line WHERE decision = 'paused'").fetchone()[0]
            copy.close()
            assert set(before) <= found
    finally:
        done.set()
        writer.join()
    assert daemon.metrics.value("linewarden_commit_failures_total") == 0


def test_nothing_is_overwritten(stopped, directory):
    target = directory / "precious"
    target.write_text("precious")
    result = backup(stopped, target)
    assert result.returncode == 1 and "is there already" in result.stderr and result.stdout == ""
    assert target.read_text() == "precious"
    assert not unfinished(directory)
    # Nor the ledger itself.
    assert backup(stopped, stopped.state / "linewarden.db").returncode == 1
    assert stopped.start().decision(LINE) == "paused"


def test_a_backup_that_fails_leaves_nothing(stopped, directory):
    assert backup(stopped, directory / "nowhere/copy.db").returncode == 1
    damage(stopped.state / "linewarden.db")
    result = backup(stopped, directory / "copy.db")
    assert result.returncode == 1 and "damaged" in result.stderr
    assert not unfinished(directory) and not (directory / "copy.db").exists()


def test_a_backup_for_programs(stopped, directory):
    result = cli("ledger", "backup", "--directory", stopped.state, directory / "copy.db", "--json")
    told = json.loads(result.stdout)
    assert told["file"] == str(directory / "copy.db") and told["bytes"] == os.path.getsize(directory / "copy.db")


# --- check ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [(), ("--quick",)])
def test_a_sound_ledger(daemon, how):
    daemon.accept(status_event(status="FLAGGED"))
    for _ in range(2):
        result = cli("ledger", "check", "--config", daemon.file, *how)
        assert result.returncode == 0 and "is sound" in result.stdout, result.stderr
        if daemon.process.popen.poll() is None:
            assert daemon.stop() == 0
    # Looking leaves nothing that a daemon would take for an unclean end.
    daemon.start()
    assert "not closed properly" not in daemon.log


@pytest.mark.parametrize("how", [(), ("--quick",)])
def test_damage_is_found(stopped, how):
    damage(stopped.state / "linewarden.db")
    result = cli("ledger", "check", "--config", stopped.file, *how)
    assert result.returncode == 1 and "DAMAGED" in result.stdout and len(result.stdout.splitlines()) > 1
    told = json.loads(cli("ledger", "check", "--config", stopped.file, *how, "--json").stdout)
    assert told["good"] is False and told["findings"]


def test_an_index_that_lies_is_found_by_the_whole_check(stopped):
    path = stopped.state / "linewarden.db"
    connection = open_ledger(path)
    rows = connection.execute("SELECT * FROM sqlite_schema WHERE name = 'delivery_by_line'").fetchall()
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("DELETE FROM sqlite_schema WHERE name = 'delivery_by_line'")
    connection.close()
    connection = open_ledger(path)
    connection.execute("UPDATE delivery SET line = '+12025550199'")
    connection.execute("PRAGMA writable_schema = ON")
    connection.executemany("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", rows)
    connection.close()
    assert cli("ledger", "check", "--config", stopped.file, "--quick").returncode == 0
    result = cli("ledger", "check", "--config", stopped.file)
    assert result.returncode == 1 and "delivery_by_line" in result.stdout


# --- migrate --------------------------------------------------------------------------------------


def make_older(daemon):
    """Takes the ledger back to an older version: the steps after it are undone by making it anew."""
    path = daemon.state / "linewarden.db"
    folder = os.path.dirname(__file__) + "/../../Sources/Ledger/"
    # The sixth step has a file of its own; only those before it are done here, the others counted.
    sources = [open(folder + name).read() for name in ("SchemaSteps.swift", "SchemaWithoutTemporaryTables.swift")]
    steps = re.findall(r'"""\n(.*?)"""', "".join(sources), re.DOTALL)
    assert len(steps) > OLDER
    path.unlink()
    connection = open_ledger(path)
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    for step in steps[:OLDER]:
        connection.executescript(step)
    connection.execute(f"PRAGMA user_version = {OLDER}")
    connection.execute("INSERT INTO incident VALUES ('i', ?, 1, NULL, 'critical', 'status is FLAGGED')", (LINE,))
    connection.execute(
        "INSERT INTO line (number, status, status_changed_at, status_source, decision, decision_since, incident)"
        " VALUES (?, 'FLAGGED', 1, 'webhook', 'paused', 1, 'i')",
        (LINE,),
    )
    connection.close()
    return len(steps)


def test_an_older_ledger_is_brought_forward_by_the_command(stopped):
    newest = make_older(stopped)
    told = cli("ledger", "check", "--config", stopped.file)
    assert told.returncode == 0 and f"version {OLDER}, older" in told.stdout
    result = cli("ledger", "migrate", "--config", stopped.file)
    assert result.returncode == 0 and f"from version {OLDER} to {newest}" in result.stdout, result.stderr
    again = cli("ledger", "migrate", "--directory", stopped.state)
    assert again.returncode == 0 and f"has version {newest} already" in again.stdout
    stopped.start()
    assert stopped.decision(LINE) == "paused" and "was brought" not in stopped.log


def test_an_older_ledger_is_brought_forward_by_a_start(stopped):
    newest = make_older(stopped)
    stopped.start()
    assert stopped.decision(LINE) == "paused"
    assert f"brought from version {OLDER} to {newest}" in stopped.log


def test_nothing_is_migrated_while_a_daemon_runs(daemon):
    result = cli("ledger", "migrate", "--config", daemon.file)
    assert result.returncode == 1 and "locked by another process" in result.stderr and result.stdout == ""
    daemon.accept(status_event())


def test_a_newer_ledger_is_refused_and_left_alone(stopped):
    path = stopped.state / "linewarden.db"
    connection = open_ledger(path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = path.read_bytes()
    for command in (["ledger", "migrate"], ["serve"]):
        result = cli(*command, "--config", stopped.file)
        assert result.returncode == 1
        assert re.search(r"version 9999 .*newer version; install that one again", result.stderr), result.stderr
        assert path.read_bytes() == before
    told = cli("ledger", "check", "--config", stopped.file)
    assert told.returncode == 0 and "newer than" in told.stdout


# --- which ledger ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["check"], ["migrate"], ["backup", "copy.db"]], ids=lambda words: words[0])
def test_where_there_is_no_ledger_none_is_made(directory, command):
    result = cli("ledger", *command, "--directory", directory)
    assert result.returncode == 1 and f"there is no ledger at {directory}/linewarden.db" in result.stderr
    assert os.listdir(directory) == []


def test_secrets_are_not_needed_to_find_it(stopped):
    """A backup by cron has no environment of the service."""
    config = json.loads(stopped.file.read_text())
    config["webhook"]["endpoints"][0]["secrets"] = [{"env": "NOT_SET"}]
    stopped.write(config)
    assert cli("check", "--config", stopped.file).returncode == 78
    assert cli("ledger", "check", "--config", stopped.file).returncode == 0


@pytest.mark.parametrize(
    "text, code", [("{", 78), ('{"state": {}}', 78), (None, 78)], ids=["broken", "without", "missing"]
)
def test_a_configuration_that_does_not_tell(directory, text, code):
    path = directory / "config.json"
    if text is not None:
        path.write_text(text)
    result = cli("ledger", "check", "--config", path)
    assert result.returncode == code and str(path) in result.stderr


def test_two_places_are_one_too_many(directory):
    assert cli("ledger", "check", "--config", "a", "--directory", "b").returncode == 64


def test_a_second_daemon_reads_the_copy_of_the_first(daemon, directory):
    """A copy is a ledger of its own: both go on."""
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    second = directory / "second"
    (second / "state").mkdir(parents=True)
    assert backup(daemon, second / "state/linewarden.db").returncode == 0
    other = Daemon(second, configuration(second))
    try:
        assert other.start().decision(LINE) == "paused"
        other.accept(status_event(status="ACTIVE", changed_at=moment(9)))
    finally:
        other.end()
    assert daemon.decision(LINE) == "paused"
