"""Server-sent events of decisions: what senders follow within milliseconds, and find again after a break."""

import json
import socket
import time

import pytest

from harness import eventually
from payloads import LINE, OTHER_LINE, moment, status_event


class Reader:
    """Reads `/v1/stream` as it comes."""

    def __init__(self, daemon, last_id=None):
        host, port = daemon.admin.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        header = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        self.socket.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n{header}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(": ", 1)
            self.headers[name.lower()] = value

    def next(self):
        """The next event as (name, id, data); heartbeats are skipped."""
        event = {}
        while True:
            line = self.file.readline().decode()
            assert line, "the stream ended"
            line = line.rstrip("\n")
            if line.startswith(":") or (not line and not event):
                continue
            if not line:
                return event["event"], event.get("id"), json.loads(event["data"])
            name, value = line.split(": ", 1)
            event[name] = value

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def test_decisions_come_as_they_are_made(daemon):
    daemon.accept(status_event(line=OTHER_LINE, reputation="CRITICAL"))
    with Reader(daemon) as reader:
        assert reader.status == 200 and reader.headers["content-type"] == "text/event-stream"
        assert "content-length" not in reader.headers
        name, _, data = reader.next()
        assert name == "snapshot" and [line["phone_number"] for line in data["lines"]] == [OTHER_LINE]
        start = time.monotonic()
        daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
        name, first, data = reader.next()
        assert time.monotonic() - start < 2
        assert (name, data["phone_number"], data["decision"]) == ("decision", LINE, "paused")
        assert data["reasons"] == ["status is FLAGGED"] and data["incident"] and data["since"]
        # What changes nothing is no decision.
        daemon.accept(status_event(status="FLAGGED", changed_at=moment(1)))
        daemon.accept(status_event(status="ACTIVE", changed_at=moment(2)))
        name, second, data = reader.next()
        assert (name, data["decision"], data["reasons"]) == ("decision", "allowed", []) and first != second


def test_who_comes_back_is_told_what_was_missed(daemon):
    with Reader(daemon) as reader:
        _, start, _ = reader.next()
    for seconds, status in enumerate(["FLAGGED", "ACTIVE", "FLAGGED"]):
        daemon.accept(status_event(status=status, changed_at=moment(seconds)))
    with Reader(daemon, last_id=start) as reader:
        events = [reader.next() for _ in range(3)]
        assert [data["decision"] for _, _, data in events] == ["paused", "allowed", "paused"]
    with Reader(daemon, last_id=events[1][1]) as reader:
        assert reader.next() == events[2]
    with Reader(daemon, last_id=events[2][1]) as reader:
        daemon.accept(status_event(status="ACTIVE", changed_at=moment(9)))
        assert reader.next()[2]["decision"] == "allowed"


@pytest.mark.parametrize("last_id", ["nonsense", "zzz-5", "-", "1-99999999999999999999"])
def test_who_comes_back_from_elsewhere_is_told_everything(daemon, last_id):
    daemon.accept(status_event(status="FLAGGED"))
    with Reader(daemon, last_id=last_id) as reader:
        name, _, data = reader.next()
        assert name == "snapshot" and [line["decision"] for line in data["lines"]] == ["paused"]


def test_a_restart_ends_the_stream_and_tells_everything_anew(daemon):
    daemon.accept(status_event(status="FLAGGED"))
    reader = Reader(daemon)
    _, last, _ = reader.next()
    assert daemon.stop() == 0
    assert reader.file.read() == b"", "the end, not a reset"
    reader.close()
    daemon.start()
    with Reader(daemon, last_id=last) as reader:
        assert reader.next()[0] == "snapshot"


def test_who_does_not_read_is_cut_off(make_daemon):
    """And nobody else notices."""
    daemon = make_daemon().start()
    stuck = Reader(daemon)
    stuck.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    with Reader(daemon) as reader:
        reader.next()
        number = 0

        def is_cut():
            nonlocal number
            for _ in range(200):
                number += 1
                status = ["FLAGGED", "S" * 4_000][number % 2]
                line = f"+1202555{number % 10_000:04d}"
                daemon.accept(status_event(line=line, status=status, changed_at=moment(number / 100)))
                assert reader.next()[0] == "decision"
            return daemon.metrics.value("linewarden_stream_readers") == 1

        eventually(is_cut, "the reader that is stuck cut off", deadline=60)
    stuck.close()
    eventually(lambda: daemon.metrics.value("linewarden_stream_readers") == 0, "no reader left")
