"""Receivers that misbehave in every way at once: those that are well notice nothing, those that recover end up right."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from harness import eventually, http_hook
from payloads import LINE, moment, status_event
from sink import Reply

RETRY = {"first": "20ms", "max": "200ms"}


class Impolite:
    """A listener below HTTP. `hang`: takes the request and never answers; `trickle`: a body without an end, byte by
    byte; `reset`: closes with a reset. `heal` makes it a sink on the same port."""

    def __init__(self, kind, make_sink):
        self.kind, self.make_sink = kind, make_sink
        self.connections = 0
        self._ending = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def _accept(self):
        open_ones = []
        while not self._ending.is_set():
            try:
                stream, _ = self._listener.accept()
                self.connections += 1
                if self.kind == "reset":
                    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    stream.close()
                    continue
                if self.kind == "trickle":
                    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                open_ones.append(stream)
            except TimeoutError:
                pass
            for stream in open_ones if self.kind == "trickle" else ():
                try:
                    stream.send(b"x")
                except OSError:
                    pass
        for stream in open_ones:
            stream.close()
        self._listener.close()

    def end(self):
        self._ending.set()
        self._thread.join(10)

    def heal(self):
        self.end()
        sink = self.make_sink()
        sink.down()
        sink.port = self.port
        sink.up()
        return sink


@pytest.fixture
def make_impolite(make_sink):
    made = []

    def make(kind):
        made.append(Impolite(kind, make_sink))
        return made[-1]

    yield make
    for each in made:
        each.end()


@contextmanager
def untrusted_server(authority):
    """Speaks TLS with a certificate of an authority that nobody knows; gives its port."""
    pair = authority.issue()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    ending, listener = threading.Event(), socket.create_server(("127.0.0.1", 0), backlog=64)
    listener.settimeout(0.05)

    def serve():
        while not ending.is_set():
            try:
                with listener.accept()[0] as stream:
                    stream.settimeout(2)
                    context.wrap_socket(stream, server_side=True).close()
            except OSError:
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ending.set()
        thread.join()
        listener.close()


def http_date(seconds):
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)


def hook(url, **more):
    keys = {"type": "http", "url": url, "secret": {"env": "HOOK_SECRET"}, "retry": RETRY, "timeout": "500ms"}
    return keys | {"group_wait": "0s"} | more


def test_those_who_are_well_notice_nothing(make_daemon, make_sink, make_impolite, authority):
    hanging, trickling, resetting = map(make_impolite, ("hang", "trickle", "reset"))
    limited, dated = make_sink(Reply(429, headers={"Retry-After": "1"})), make_sink()
    dated.default = lambda _: Reply(429, headers={"Retry-After": http_date(2)})
    failing, slack = make_sink(Reply(500)), make_sink(Reply(200, b"<html>Sign in</html>"))
    sender, ops = make_sink(), make_sink()
    with untrusted_server(authority) as port:
        hooks = {
            "hanging": hook(hanging.url),
            "trickling": hook(trickling.url),
            "resetting": hook(resetting.url),
            "limited": hook(limited.url),
            "dated": hook(dated.url),
            "failing": hook(failing.url),
            "untrusted": hook(f"https://127.0.0.1:{port}/"),
            "nowhere": hook("http://receiver.invalid/hook"),
            "sender": http_hook(sender),
            "slack": {"type": "slack", "url": slack.url, "retry": RETRY, "group_wait": "0s", "rate": "100/s"},
            "ops": http_hook(ops, group_wait="0s"),
        }
        control = [name for name in hooks if name not in ("slack", "ops")]
        routes = [{"name": "all", "on": ["FLAGGED"], "pause": control, "page": ["slack", "ops"]}]
        daemon = make_daemon(hooks=hooks, routes=routes).start()
        lines = [f"+1303555{number:04d}" for number in range(25)]
        slowest = 0
        for number, line in enumerate(lines):
            for step, status in enumerate(("FLAGGED", "ACTIVE", "FLAGGED")):
                daemon.accept(status_event(line=line, status=status, changed_at=moment(number * 3 + step)))
                begun = time.monotonic()
                for sink in (sender, ops):
                    eventually(
                        lambda: sum(each.line == line for each in list(sink.requests)) >= step + 1,
                        f"step {step} of {line}",
                        lambda: daemon.log[-3000:],
                    )
                slowest = max(slowest, time.monotonic() - begun)
        print(f"the slowest of {len(lines) * 6} messages to those who are well took {slowest * 1000:.0f} ms")
        assert slowest < 2, "they wait for nobody"
        for line in lines:
            told = [each.type for each in sender.requests if each.line == line]
            assert told == ["line.paused", "line.resumed", "line.paused"]
            paged = [each.type for each in ops.requests if each.line == line]
            assert paged == ["incident.opened", "incident.resolved", "incident.opened"]
        failures = "linewarden_delivery_failures_total"
        for name, reason in [
            ("hanging", "timeout"),
            ("trickling", "timeout"),
            ("resetting", "interrupted"),
            ("limited", "http_429"),
            ("dated", "http_429"),
            ("failing", "http_500"),
            ("slack", "not_ok"),
            ("untrusted", "tls"),
            ("nowhere", "dns"),
        ]:
            eventually(
                lambda: daemon.metrics.value(failures, hook=name, reason=reason) > 0,
                f"{name} fails with {reason}",
                lambda: daemon.metrics.labels(failures),
            )
    # The bad ones recover, and are told the truth in the end: every line is paused.
    slack.default = Reply(200, b"ok")
    limited.default = dated.default = failing.default = Reply()
    healed = {"limited": limited, "dated": dated, "failing": failing}
    healed |= {"hanging": hanging.heal(), "trickling": trickling.heal(), "resetting": resetting.heal()}
    for name in healed:
        eventually(
            lambda: not daemon.deliveries(hook=name, state="pending"), f"{name} told", lambda: daemon.log[-3000:]
        )
        last = {each.line: each.type for each in healed[name].requests}
        assert {line: last.get(line) for line in lines} == {line: "line.paused" for line in lines}, name
        for received in healed[name].requests[-3:]:
            received.verify()
    eventually(lambda: not daemon.deliveries(hook="slack", state="pending"), "slack told", lambda: daemon.log[-3000:])
    for name in ("untrusted", "nowhere"):
        assert {row["line"] for row in daemon.deliveries(hook=name, state="pending")} == set(lines)


@pytest.mark.parametrize("end", ["stop", "kill"])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_survives_a_restart(make_daemon, make_sink, form, end):
    """Nothing goes to the hook earlier, not even another line's message; and it does not wait much longer either."""
    until = []

    def limit(_):
        # A date is in whole seconds.
        until.append(time.time() + 3 if form == "seconds" else int(time.time() + 4))
        return Reply(429, headers={"Retry-After": "3" if form == "seconds" else http_date(until[0] - time.time() + 0.01)})

    sink = make_sink(script=[limit])
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: daemon.deliveries()[0]["attempts"] == 1, "the answer written down", lambda: daemon.log)
    getattr(daemon, end)()
    daemon.start()
    daemon.accept(status_event(line="+13035550001", status="FLAGGED"))
    daemon.wait_until_delivered(2)
    offset = time.time() - time.monotonic()
    arrivals = [each.at + offset for each in sink.requests[1:]]
    assert {each.line for each in sink.requests[1:]} == {LINE, "+13035550001"}
    assert all(until[0] - 0.02 <= at <= until[0] + 2.5 for at in arrivals), (until, arrivals)
