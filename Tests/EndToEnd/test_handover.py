"""Restarts under steady load (issue 3, point 6): with inherited sockets nobody is refused, and in no case is anything
lost that was acknowledged."""

import contextlib
import http.client
import itertools
import socket
import sqlite3
import sys
import threading
import time
from pathlib import Path

import pytest

import wire
from harness import PATH, eventually
from load import quiet_event
from payloads import signed, status_event
from test_receive import request

RESTARTS = 5


class Steady:
    """Senders who deliver without end, some on connections that they keep, some on a new one each time.

    Whatever is not a 2xx is a failure; nothing is tried again.
    """

    def __init__(self, address, kept=4, new=4):
        self.address = address
        self.acknowledged = set()
        self.failures = []
        self._numbers = itertools.count()
        self._ending = threading.Event()
        kinds = [True] * kept + [False] * new
        self._threads = [threading.Thread(target=self._deliver, args=(kind,), daemon=True) for kind in kinds]

    def wait_for_more(self, count=40):
        """Until so many more have been acknowledged, or one failed."""
        aim = len(self.acknowledged) + count
        eventually(lambda: self.failures or len(self.acknowledged) >= aim, f"{aim} acknowledged")

    def _deliver(self, keeps):
        connection = wire.Connection(self.address)
        try:
            while not self._ending.is_set():
                event = quiet_event(next(self._numbers))
                answer = connection.ask("POST", PATH, *signed(event))
                if answer.status != 200:
                    self.failures.append(answer)
                else:
                    self.acknowledged.add(event["event_id"])
                # What says that it is the last answer is no failure: http.client opens another connection then.
                if not keeps:
                    connection.close()
                # Steady, not as fast as can be.
                self._ending.wait(0.01)
        except (OSError, http.client.HTTPException) as failure:
            self.failures.append(failure)
        finally:
            connection.close()

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender hangs"


@pytest.fixture
def inherited(make_daemon):
    """A daemon not yet started, whose listening sockets belong to the test, as they would to systemd."""
    with contextlib.ExitStack() as stack:
        sockets = {
            name: stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
            for name in ("webhook", "admin")
        }
        numbers = {name: each.fileno() for name, each in sockets.items()}
        arguments = [f"{name}={number}" for name, number in numbers.items()]
        daemon = make_daemon(
            webhook={"listen": ["systemd:webhook"]},
            admin={"listen": ["systemd:admin"], "token": {"env": "HOOK_SECRET"}},
            wrapper=[sys.executable, Path(__file__).with_name("inherit.py"), *arguments, "--"],
            descriptors=tuple(numbers.values()),
        )
        daemon.reach = {name: "127.0.0.1:%d" % each.getsockname()[1] for name, each in sockets.items()}
        yield daemon


def test_inherited_sockets_are_served(inherited):
    daemon = inherited.start()
    assert daemon.addresses("webhook") == ["systemd:webhook"] and daemon.addresses("admin") == ["systemd:admin"]
    assert wire.ask(daemon.reach["webhook"], "POST", PATH, *signed(status_event())).status == 200
    assert wire.ask(daemon.reach["admin"], "GET", "/readyz").status == 200
    assert wire.ask(daemon.reach["admin"], "GET", "/v1/status").status == 401


def test_a_socket_that_was_not_passed_is_named(make_daemon):
    daemon = make_daemon(webhook={"listen": ["systemd:webhook"]})
    daemon.launch()
    assert daemon.process.wait() == 1
    assert "systemd:webhook" in daemon.log and "socket" in daemon.log


def test_restarts_with_inherited_sockets_refuse_nobody(inherited):
    """While nobody accepts, connections wait in the kernel's queue; what is open is answered before it is closed."""
    daemon = inherited.start()
    with Steady(daemon.reach["webhook"]) as load:
        for _ in range(RESTARTS):
            load.wait_for_more()
            daemon.restart()
        load.wait_for_more()
    assert load.failures == []
    assert load.acknowledged <= daemon.event_ids()
    assert len(load.acknowledged) >= 40 * (RESTARTS + 1)


def test_what_waits_while_nobody_listens_is_served(inherited):
    """The daemon is gone for good, then comes back: whoever connected and sent meanwhile gets an answer."""
    daemon = inherited.start()
    assert daemon.stop() == 0
    streams = [wire.RawStream(daemon.reach["webhook"]) for _ in range(20)]
    for stream in streams:
        stream.send(request())
    daemon.start()
    for stream in streams:
        assert stream.answer().status == 200
        stream.close()


def test_a_kept_connection_is_told_before_it_is_closed(inherited):
    """A request that comes while the successor is on its way is answered, and the answer says that it is the last."""
    daemon = inherited.start()
    with wire.RawStream(daemon.reach["webhook"]) as kept:
        kept.send(request())
        assert kept.answer().status == 200
        daemon.process.popen.terminate()
        daemon.process.wait_for_log("stopping")
        kept.send(request())
        answer = kept.answer()
        assert answer.status == 200 and answer.headers["connection"] == "close"
        assert kept.is_closed()
    assert daemon.process.wait() == 0


@pytest.mark.parametrize("requests", [0, 1])
def test_an_idle_connection_does_not_hold_up_a_restart(inherited, requests):
    """While the old daemon waits for it nobody accepts: it gets a moment, and not the whole of `stop_timeout`."""
    inherited.config["stop_timeout"] = "15s"
    daemon = inherited.start()
    with wire.RawStream(daemon.reach["webhook"]) as idle:
        for _ in range(requests):
            idle.send(request())
            assert idle.answer().status == 200
        # It is accepted by the time that another one has been answered.
        assert wire.ask(daemon.reach["webhook"], "POST", PATH, *signed(status_event())).status == 200
        begun = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - begun < 8
        assert idle.is_closed()


def test_restarts_with_its_own_sockets_lose_nothing(make_daemon):
    """Between stop and start connections are refused, which Linq tries again; what was acknowledged is there."""
    daemon = make_daemon().start()
    acknowledged = set()
    for _ in range(RESTARTS):
        with Steady(daemon.webhook) as load:
            load.wait_for_more()
            assert daemon.stop() == 0
        for failure in load.failures:
            # An answer that is not 2xx is a 503 of a daemon that stops; every other failure is that of a connection.
            assert isinstance(failure, (OSError, http.client.HTTPException)) or failure.status == 503
        acknowledged |= load.acknowledged
        daemon.start()
    assert len(acknowledged) >= 40 * RESTARTS
    assert acknowledged <= daemon.event_ids()


def test_restarts_on_the_same_port_succeed_at_once(make_daemon):
    """Connections that linger in the kernel (TIME_WAIT) do not hold the port; `address in use` would be an outage."""
    daemon = make_daemon().start()
    address = daemon.webhook
    daemon.config["webhook"]["listen"] = [address]
    for _ in range(3):
        with Steady(address) as load:
            load.wait_for_more(20)
            assert daemon.stop() == 0
        daemon.start()
        assert daemon.webhook == address


def wait_until_read(streams):
    """Until the daemon has read all that was sent: nothing waits in the queues of its ends (/proc/net/tcp)."""
    ends = {(end(stream.socket.getpeername()), end(stream.socket.getsockname())) for stream in streams}

    def unread():
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return ends - {(row[1], row[2]) for row in rows if row[4].endswith(":00000000")}

    eventually(lambda: not unread(), "everything read", unread)


def end(address):
    """As the kernel writes it: the bytes of the address in the machine's order, the port."""
    host, port = address
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"


@pytest.fixture(params=["inherited", "own"])
def in_flight(request, make_daemon):
    """A daemon that was told to stop while twenty requests waited for a commit; with them, and their connections."""
    daemon = (request.getfixturevalue("inherited") if request.param == "inherited" else make_daemon()).start()
    address = daemon.reach["webhook"] if request.param == "inherited" else daemon.webhook
    assert wire.ask(address, "POST", PATH, *signed(status_event())).status == 200
    events = [quiet_event(number) for number in range(20)]
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(wire.RawStream(address)) for _ in events]
        lock = sqlite3.connect(daemon.state / "linewarden.db", isolation_level=None)
        try:
            lock.execute("BEGIN IMMEDIATE")
            for stream, event in zip(streams, events):
                stream.send(wire.request_bytes(PATH, *signed(event)))
            wait_until_read(streams)
            daemon.process.popen.terminate()
            daemon.process.wait_for_log("stopping")
        finally:
            lock.close()
        yield daemon, events, streams


def test_requests_in_flight_are_answered(in_flight):
    """All get an answer, and it is true."""
    daemon, events, streams = in_flight
    answers = [stream.answer() for stream in streams]
    assert {answer.status for answer in answers} <= {200, 503}
    assert all(stream.is_closed() for stream in streams)
    assert daemon.process.wait() == 0
    stored = {event["event_id"] for event, answer in zip(events, answers) if answer.status == 200}
    assert stored == daemon.event_ids() & {event["event_id"] for event in events}


def test_the_last_answer_says_that_it_is_the_last(in_flight):
    """Else the client sends its next request into a connection that is being closed, and cannot know what became of it
    (RFC 9112, section 9.6)."""
    _, _, streams = in_flight
    assert {stream.answer().headers.get("connection") for stream in streams} == {"close"}
