"""Stopping in order and reading the configuration again (issue 2, point 10; design.md, section 7)."""

import copy
import signal
import sqlite3
import threading
import time

import pytest

import wire
from harness import PATH, eventually, http_hook
from load import Load
from payloads import LINE, OTHER_LINE, OTHER_SECRET, SECRET, signed, status_event
from sink import Reply

SECONDS = 10


def test_sigterm_under_load(make_daemon):
    """Exit 0 within seconds; no answer is cut off; every acknowledgement is kept."""
    daemon = make_daemon().start()
    load = Load(daemon.webhook).start().wait_for(200)
    begun = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - begun < SECONDS
    acknowledged = load.join()
    assert set(load.refused) <= {503}
    daemon.start()
    assert set(acknowledged) <= daemon.event_ids()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_daemon_stops_at_once(daemon, number):
    with wire.RawStream(daemon.webhook) as idle:
        idle.send(wire.request_bytes(PATH, *signed(status_event())))
        assert idle.answer().status == 200
        assert daemon.process.stop(number) == 0
        assert idle.is_closed()


def test_what_is_in_flight_is_answered(daemon):
    """The commit is held up while SIGTERM arrives: the request behind it gets its answer, and the answer is true."""
    daemon.accept(status_event())
    event = status_event(status="FLAGGED")
    lock = sqlite3.connect(daemon.state / "linewarden.db", isolation_level=None)
    with wire.RawStream(daemon.webhook) as stream:
        try:
            lock.execute("BEGIN IMMEDIATE")
            stream.send(wire.request_bytes(PATH, *signed(event)))
            daemon.process.popen.terminate()
            daemon.process.wait_for_log("stopping")
        finally:
            lock.close()
        answer = stream.answer()
        assert answer.status in (200, 503)
        assert stream.is_closed()
    assert daemon.process.wait() == 0
    assert (event["event_id"] in daemon.event_ids()) == (answer.status == 200)


def test_a_request_that_ends_while_stopping(daemon):
    """Half a request is there when SIGTERM comes: it is finished and answered, with 503 at the worst."""
    whole = wire.request_bytes(PATH, *signed(status_event()))
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(whole[:-10])
        # The same loop may serve both; an answer on another connection shows that the daemon is awake.
        daemon.accept(status_event())
        daemon.process.popen.terminate()
        daemon.process.wait_for_log("stopping")
        stream.send(whole[-10:])
        answer = stream.answer()
        assert answer.status == 200 or (answer.status == 503 and answer.headers["connection"] == "close")
        assert stream.is_closed()
    assert daemon.process.wait() == 0


def test_it_does_not_accept_any_more(daemon):
    address = daemon.webhook
    assert daemon.stop() == 0
    with pytest.raises(ConnectionRefusedError):
        wire.connect(address)


def test_a_hanging_hook_does_not_keep_it_alive(make_daemon, make_sink):
    sink = make_sink(default=Reply(gate=threading.Event()))
    daemon = make_daemon(hooks={"sender": http_hook(sink, timeout="5m")}).start()
    daemon.accept(status_event(status="FLAGGED"))
    sink.wait_for(1)
    begun = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - begun < SECONDS
    assert [each["state"] for each in daemon.deliveries()] == ["pending"]


def test_unix_sockets_are_removed(make_daemon, directory):
    daemon = make_daemon(
        webhook={"listen": [f"unix:{directory}/hook.sock"]}, admin={"listen": [f"unix:{directory}/admin.sock"]}
    ).start()
    assert (directory / "hook.sock").is_socket() and (directory / "admin.sock").is_socket()
    assert daemon.stop() == 0
    assert not (directory / "hook.sock").exists() and not (directory / "admin.sock").exists()


# --- SIGHUP ---------------------------------------------------------------------------------------


def reload(daemon, config, expected):
    """Puts a configuration in place, asks for a reload, and waits for the verdict in the log."""
    daemon.write(config)
    daemon.process.popen.send_signal(signal.SIGHUP)
    daemon.process.wait_for_log(expected)


def test_a_good_file_is_taken_over(make_daemon, make_sink):
    """New endpoints, new routes, new hooks; what was decided stays decided."""
    first, second = make_sink(), make_sink()
    daemon = make_daemon(hooks={"first": http_hook(first)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    first.wait_for(1)
    config = copy.deepcopy(daemon.config)
    config["hooks"]["second"] = http_hook(second)
    config["routes"][0]["pause"].append("second")
    config["webhook"]["endpoints"].append({"path": "/new", "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}]})
    reload(daemon, config, "reloaded")
    answer = daemon.post(*signed(status_event(line=OTHER_LINE, status="FLAGGED")), path="/new")
    assert answer.status == 200
    first.wait_for(1, line=OTHER_LINE)
    second.wait_for(1, line=OTHER_LINE)
    assert daemon.decision(LINE) == "paused"


def test_secrets_are_read_anew(make_daemon, directory):
    (directory / "secret").write_text(SECRET)
    endpoints = [{"path": PATH, "secrets": [{"file": f"{directory}/secret"}]}]
    daemon = make_daemon(webhook={"endpoints": endpoints}).start()
    daemon.accept(status_event(), secret=SECRET)
    (directory / "secret").write_text(OTHER_SECRET)
    reload(daemon, daemon.config, "reloaded")
    daemon.accept(status_event(), secret=OTHER_SECRET)
    assert daemon.deliver(status_event(), secret=SECRET).status == 401


@pytest.mark.parametrize("mistake", ["not JSON", "unknown key", "no such hook", "gone"])
def test_a_bad_file_changes_nothing(daemon, mistake):
    config = copy.deepcopy(daemon.config)
    config["webhook"]["endpoints"][0]["path"] = "/elsewhere"
    if mistake == "not JSON":
        config = "{"
    elif mistake == "unknown key":
        config["webhock"] = {}
    elif mistake == "no such hook":
        config["routes"][0]["pause"] = ["nobody"]
    elif mistake == "gone":
        daemon.file.unlink()
    if mistake != "gone":
        daemon.write(config)
    daemon.process.popen.send_signal(signal.SIGHUP)
    daemon.process.wait_for_log("keeps the old configuration")
    daemon.accept(status_event(status="FLAGGED"))
    assert daemon.decision(LINE) == "paused"
    reload(daemon, daemon.config, "reloaded")


def test_reloads_under_load_refuse_nobody(make_daemon):
    daemon = make_daemon().start()
    load = Load(daemon.webhook).start()
    for count in range(1, 6):
        load.wait_for(len(load.acknowledged) + 20)
        daemon.process.popen.send_signal(signal.SIGHUP)
        eventually(lambda: daemon.log.count("reloaded") >= count, "a reload", lambda: daemon.log)
    acknowledged = load.stop()
    assert load.refused == {}
    assert set(acknowledged) <= daemon.event_ids()
