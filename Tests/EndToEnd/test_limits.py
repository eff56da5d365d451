"""Every limit of `webhook.limits` (issue 3, point 3): what is just within it passes, what is beyond gets its answer and
is counted."""

import json
import select
import socket
import time

import pytest

import wire
from harness import LIMITED, PATH, REFUSED, TIMEOUTS, cli, configuration, eventually
from payloads import signed, status_event
from test_receive import padded_event, request

# The longest that a limit of time may be late (one tick of the wheel) is far within this, also on a busy machine.
PATIENCE = 10


@pytest.fixture
def limited(make_daemon):
    """Starts a daemon with these limits."""

    def start(**limits):
        return make_daemon(webhook={"limits": limits}).start()

    return start


def answer_to(daemon, data, **how):
    """The answer to these bytes, which must be JSON with a code and a sentence when it is a refusal."""
    with wire.RawStream(daemon.webhook, **how) as stream:
        stream.send(data)
        answer = stream.answer()
        if answer.status >= 400:
            assert_refusal(answer)
            assert stream.is_closed()
        return answer


def assert_refusal(answer):
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["connection"] == "close"
    assert set(answer.json) == {"error", "detail"} and all(answer.json.values())


# --- bytes ----------------------------------------------------------------------------------------


def with_request_line(size):
    """A delivery whose request line has that many bytes, its CRLF included."""
    target = PATH + "?" + "q" * (size - len(f"POST {PATH}? HTTP/1.1\r\n"))
    return request(path=target)


def with_header(size):
    """A delivery whose header section has that many bytes, the empty line included."""
    head, body = request(Padding="").split(b"\r\n\r\n", 1)
    section = head.split(b"\r\n", 1)[1] + b"\r\n\r\n"
    padding = b"Padding: " + b"p" * (size - len(section))
    return head.replace(b"Padding: ", padding) + b"\r\n\r\n" + body


def with_fields(count):
    """A delivery with that many header fields."""
    head, body = request().split(b"\r\n\r\n", 1)
    missing = count - head.count(b"\r\n")
    return head + b"".join(b"\r\nX-%d: x" % number for number in range(missing)) + b"\r\n\r\n" + body


def with_body(size):
    return request(padded_event(size))


def with_chunks(size):
    body, headers = signed(padded_event(size))
    head = wire.request_bytes(PATH, b"", headers | {"Transfer-Encoding": "chunked"}, length=False)
    return head + wire.chunked(body, 100)


def with_chunk_extensions(size):
    """All of them together count; half of them stand at the last chunk."""
    body, headers = signed(status_event())
    head = wire.request_bytes(PATH, b"", headers | {"Transfer-Encoding": "chunked"}, length=False)
    first, last = b";" + b"e" * (size // 2 - 1), b";" + b"e" * (size - size // 2 - 1)
    return head + b"%x%s\r\n%s\r\n0%s\r\n\r\n" % (len(body), first, body, last)


def with_trailers(size):
    """The empty line counts."""
    body, headers = signed(status_event())
    head = wire.request_bytes(PATH, b"", headers | {"Transfer-Encoding": "chunked"}, length=False)
    trailer = b"T: " + b"t" * (size - len(b"T: \r\n\r\n")) + b"\r\n\r\n"
    return head + b"%x\r\n%s\r\n0\r\n%s" % (len(body), body, trailer)


# Limits, the size that they allow, what has a size, and what is answered beyond it.
SIZES = {
    "request line": ({"request_line_bytes": 300}, 300, with_request_line, 414, "uri_too_long"),
    "request line by default": ({}, 8_192, with_request_line, 414, "uri_too_long"),
    "header": ({"header_bytes": 700}, 700, with_header, 431, "headers_too_large"),
    "header by default": ({}, 32_768, with_header, 431, "headers_too_large"),
    "fields": ({"header_count": 12}, 12, with_fields, 431, "headers_too_large"),
    "fields by default": ({}, 100, with_fields, 431, "headers_too_large"),
    "body": ({"body_bytes": 1_000}, 1_000, with_body, 413, "body_too_large"),
    "body in chunks": ({"body_bytes": 1_000}, 1_000, with_chunks, 413, "body_too_large"),
    "body by default": ({}, 262_144, with_body, 413, "body_too_large"),
    "a large body": ({"body_bytes": 1_000_000}, 1_000_000, with_body, 413, "body_too_large"),
    "chunk extensions": ({}, 1_024, with_chunk_extensions, 400, "bad_request"),
    "trailers": ({}, 4_096, with_trailers, 431, "headers_too_large"),
}


@pytest.mark.parametrize("name", SIZES)
def test_sizes(limited, name):
    limits, size, make, status, code = SIZES[name]
    daemon = limited(**limits)
    assert answer_to(daemon, make(size)).status == 200
    assert daemon.metrics.value(REFUSED) == 0
    refusal = answer_to(daemon, make(size + 1))
    assert (refusal.status, refusal.json["error"]) == (status, code)
    assert answer_to(daemon, make(size)).status == 200
    assert daemon.metrics.value(REFUSED, reason=code) == daemon.metrics.value(REFUSED) == 1


@pytest.mark.parametrize("name", ["request line", "header", "fields"])
def test_a_head_that_never_ends_is_refused_as_soon_as_it_is_too_long(limited, name):
    """Nothing waits for the end of a line that is too long already."""
    limits, size, make, status, _ = SIZES[name]
    daemon = limited(**limits, header_time="1h")
    unfinished = make(size * 40).split(b"\r\n\r\n")[0]
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(unfinished[: size * 4 if name != "fields" else len(unfinished)])
        assert stream.answer().status == status


def test_a_body_that_is_announced_too_large_is_not_waited_for(limited):
    daemon = limited(body_bytes=1_000, body_time="1h")
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(with_body(1_001)[:-1_001])
        assert stream.answer().status == 413


def test_requests_that_are_too_large_for_any_number(limited):
    daemon = limited()
    for length in (2**31, 2**32 + 1, 2**63, 2**64 + 1, 10**40):
        data = b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\nx" % length
        assert answer_to(daemon, data).status == 413
    assert daemon.metrics.value(REFUSED, reason="body_too_large") == 5


BAD = {
    "a line break alone": b"POST /webhooks/linq HTTP/1.1\nHost: a\n\n",
    "two hosts": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_requests_are_counted(limited, name):
    daemon = limited()
    assert answer_to(daemon, BAD[name]).status == 400
    assert daemon.metrics.value(REFUSED, reason="bad_request") == 1


# --- time -----------------------------------------------------------------------------------------


def trickle(stream, data, pause=0.05):
    """Sends byte by byte until the peer has had enough, and says how long that took."""
    stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begun = time.monotonic()
    for byte in data:
        if select.select([stream.socket], [], [], pause)[0]:
            return time.monotonic() - begun
        stream.send(bytes([byte]))
    raise AssertionError("it was let go on for ever")


def endless_header():
    return request().split(b"\r\n\r\n")[0] + b"\r\nX: " + b"x" * int(PATIENCE / 0.05)


@pytest.mark.parametrize("manner", ["silent", "trickling"])
@pytest.mark.parametrize("place", ["first", "second", "pipelined"])
def test_a_slow_header(limited, manner, place):
    """From a request's first byte to the end of its header, whatever comes meanwhile."""
    daemon = limited(header_time="1s", idle_time="1h")
    with wire.RawStream(daemon.webhook) as stream:
        data = endless_header()
        if place == "second":
            stream.send(request())
            assert stream.answer().status == 200
        if place == "pipelined":
            stream.send(request() + data[:10])
            assert stream.answer().status == 200
            data = data[10:]
        begun = time.monotonic()
        if manner == "trickling":
            trickle(stream, data)
        else:
            stream.send(data[:10])
        answer = stream.answer()
        assert time.monotonic() - begun < PATIENCE
        assert (answer.status, answer.json["error"]) == (408, "header_timeout")
        assert_refusal(answer)
        assert stream.is_closed()
    assert daemon.metrics.value(TIMEOUTS, phase="header") == daemon.metrics.value(TIMEOUTS) == 1


def test_a_header_that_is_just_in_time(limited):
    daemon = limited(header_time="5s")
    whole = request()
    with wire.RawStream(daemon.webhook) as stream:
        for index in range(0, 100, 2):
            stream.send(whole[index : index + 2])
            time.sleep(0.02)
        stream.send(whole[100:])
        assert stream.answer().status == 200


@pytest.mark.parametrize("manner", ["silent", "trickling"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_slow_body(limited, framing, manner):
    """It may not take longer than `body_time`, at whatever speed."""
    daemon = limited(body_time="1s", header_time="1h", idle_time="1h", body_bytes_per_second=0)
    head, rest = (with_body(1_000) if framing == "length" else with_chunks(1_000)).split(b"\r\n\r\n", 1)
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(head + b"\r\n\r\n")
        begun = time.monotonic()
        if manner == "trickling":
            trickle(stream, rest)
        else:
            stream.send(rest[:500])
        answer = stream.answer()
        assert time.monotonic() - begun < PATIENCE
        assert (answer.status, answer.json["error"]) == (408, "body_timeout")
        assert_refusal(answer)
        assert stream.is_closed()
    assert daemon.metrics.value(TIMEOUTS, phase="body") == daemon.metrics.value(TIMEOUTS) == 1


def test_body_time_is_kept_to_the_second(limited):
    """It is not a multiple of the interval at which the speed of a body is looked at (five seconds)."""
    daemon = limited(body_time="6s", body_bytes_per_second=0)
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(request()[:-1])
        begun = time.monotonic()
        assert stream.answer().status == 408
        assert 5.5 < time.monotonic() - begun < 8.5


def test_a_body_below_the_minimum_rate(limited):
    """A neighbour that is just as slow, but fast enough, is served after the slow one has been refused."""
    daemon = limited(body_time="1h", idle_time="1h", body_bytes_per_second=100)
    slow, fast = with_body(4_000), with_body(4_000)
    with wire.RawStream(daemon.webhook) as loser, wire.RawStream(daemon.webhook) as winner:
        loser.send(slow[: -4_000 + 50])
        winner.send(fast[:-1_000])
        answer = loser.answer()
        assert (answer.status, answer.json["error"]) == (408, "body_timeout")
        winner.send(fast[-1_000:])
        assert winner.answer().status == 200
    assert daemon.metrics.value(TIMEOUTS, phase="body") == 1


@pytest.mark.parametrize("requests", [0, 1])
def test_idle_connections_are_closed(limited, requests):
    """Without a word: an answer that nobody asked for would be taken for that to the next request."""
    daemon = limited(idle_time="500ms", header_time="1h")
    with wire.RawStream(daemon.webhook) as stream:
        for _ in range(requests):
            stream.send(request())
            assert stream.answer().status == 200
        assert stream.is_closed()
    daemon.wait_for_metric(TIMEOUTS, 1, phase="idle")


def test_empty_lines_buy_no_time(limited):
    """RFC 9112, section 2.2: they are skipped before a request. They do not begin one."""
    daemon = limited(idle_time="1s", header_time="1h")
    with wire.RawStream(daemon.webhook) as stream:
        trickle(stream, b"\r\n" * 4, pause=1)
        assert stream.is_closed()


def test_requests_keep_a_connection_alive(limited):
    daemon = limited(idle_time="2s")
    with wire.RawStream(daemon.webhook) as stream:
        begun = time.monotonic()
        while time.monotonic() - begun < 4:
            stream.send(request())
            assert stream.answer().status == 200
            time.sleep(0.2)


def test_answers_that_are_not_read(limited):
    """Requests go on arriving, answers pile up: reading stops first, and then the connection ends."""
    daemon = limited(write_time="1s", idle_time="1h", header_time="1h")
    requests = b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" * 1_000
    with wire.RawStream(daemon.webhook, receive_buffer=4_096) as stream:
        stream.socket.settimeout(PATIENCE)
        begun = time.monotonic()
        with pytest.raises((ConnectionError, TimeoutError)) as ended:
            while time.monotonic() - begun < PATIENCE * 2:
                stream.send(requests)
        assert isinstance(ended.value, ConnectionError), "it is closed, not held for ever"
    daemon.wait_for_metric(TIMEOUTS, 1, phase="write")
    assert daemon.deliver(status_event()).status == 200
    daemon.wait_until_idle()


# --- numbers --------------------------------------------------------------------------------------


class Crowd:
    """Connections that are opened one by one, and closed together."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.streams = []

    def open(self, source=None, **how):
        stream = wire.RawStream(self.daemon.webhook, source=source, **how)
        self.streams.append(stream)
        return stream

    def admit(self, count, source=None):
        """Opens connections, each of which must be served."""
        for _ in range(count):
            assert served(self.open(source))

    def refuse(self, source=None):
        """Opens one that must be turned away with 503, before it has said anything."""
        answer = self.open(source).answer()
        assert (answer.status, answer.json["error"]) == (503, "too_many_connections")
        assert_refusal(answer)
        assert "retry-after" in answer.headers
        assert self.streams.pop().is_closed()

    def leave(self):
        """Closes the oldest."""
        self.streams.pop(0).close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for stream in self.streams:
            stream.close()


def served(stream):
    stream.send(request())
    return stream.answer().status == 200


def test_connections_in_all(limited):
    daemon = limited(connections=5)
    with Crowd(daemon) as crowd:
        crowd.admit(3, source="127.0.0.2")
        crowd.admit(2, source="127.0.0.3")
        for source in ("127.0.0.2", "127.0.0.3", "127.0.0.4"):
            crowd.refuse(source)
        assert all(map(served, crowd.streams)), "those who are in are served"
        assert daemon.metrics.value(LIMITED, limit="connections") == daemon.metrics.value(LIMITED) == 3
        daemon.process.wait_for_log(r"turned away: webhook\.limits\.connections ")
        crowd.leave()
        daemon.wait_for_metric("linewarden_connections", 4)
        crowd.admit(1, source="127.0.0.4")
        crowd.refuse("127.0.0.4")


def test_connections_of_one_address(limited):
    daemon = limited(connections_per_address=3)
    with Crowd(daemon) as crowd:
        crowd.admit(3, source="127.0.0.2")
        crowd.refuse("127.0.0.2")
        crowd.admit(3, source="127.0.0.3")
        crowd.refuse("127.0.0.3")
        assert daemon.metrics.value(LIMITED, limit="connections_per_address") == daemon.metrics.value(LIMITED) == 2
        daemon.process.wait_for_log(r"127\.0\.0\.2.* turned away: webhook\.limits\.connections_per_address ")
        crowd.leave()
        daemon.wait_for_metric("linewarden_connections", 5)
        crowd.refuse("127.0.0.3")
        crowd.admit(1, source="127.0.0.2")


def test_a_refused_connection_that_speaks_first_still_hears_why(limited):
    """Its bytes are unread when it is closed; the reset that follows must not take the answer away."""
    daemon = limited(connections_per_address=1)
    with Crowd(daemon) as crowd:
        crowd.admit(1)
        for _ in range(20):
            stream = crowd.open()
            try:
                stream.send(with_body(100_000))
            except ConnectionError:
                pass
            assert stream.answer().status == 503


@pytest.mark.parametrize("block", ["127.0.0.2", "127.0.0.0/30"])
def test_trusted_proxies_are_exempt(limited, block):
    daemon = limited(connections_per_address=2, connections=12, trusted_proxies=[block])
    with Crowd(daemon) as crowd:
        crowd.admit(8, source="127.0.0.2")
        crowd.admit(2, source="127.0.0.9")
        crowd.refuse("127.0.0.9")
        crowd.admit(2, source="127.0.0.2")
        crowd.refuse("127.0.0.2")
        assert daemon.metrics.value(LIMITED, limit="connections") == 1, "in all they are not exempt"
        assert daemon.metrics.value(LIMITED, limit="connections_per_address") == 1


def test_connections_on_a_unix_socket_are_exempt(make_daemon, directory):
    daemon = make_daemon(
        webhook={"listen": [f"unix:{directory}/hook.sock"], "limits": {"connections_per_address": 1, "connections": 5}}
    ).start()
    with Crowd(daemon) as crowd:
        crowd.admit(5)
        crowd.refuse()


def test_under_tls_one_too_many_is_closed_without_a_word(make_daemon, authority):
    """An answer would need a handshake, which is what there is no room for."""
    webhook = {"tls": authority.issue().settings, "limits": {"connections": 1}}
    daemon = make_daemon(webhook=webhook, tls=authority.client()).start()
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as first:
        with wire.RawStream(daemon.webhook) as second:
            assert second.is_closed()
        assert served(first)
    daemon.wait_for_metric(LIMITED, 1, limit="connections")


@pytest.mark.parametrize("manner", ["one by one", "pipelined"])
def test_requests_of_one_connection(limited, manner):
    """The last is answered, and says that it was the last."""
    daemon = limited(requests_per_connection=3)
    with wire.RawStream(daemon.webhook) as stream:
        if manner == "pipelined":
            stream.send(request() + request() + request() + request())
        for number in range(3):
            if manner == "one by one":
                stream.send(request())
            answer = stream.answer()
            assert answer.status == 200
            assert answer.headers.get("connection", "keep-alive") == ("close" if number == 2 else "keep-alive")
        assert stream.is_closed()
    assert len(daemon.event_ids()) == 3


def test_a_limit_refuses_no_neighbour(limited):
    """All of them at once, beyond every limit; somebody else delivers meanwhile."""
    daemon = limited(header_time="500ms", idle_time="500ms", body_time="500ms", connections=50)
    attackers = [endless_header()[:50], b"", with_body(1_000)[:-10], with_header(100_000), with_body(300_000)]
    event = status_event()
    with Crowd(daemon) as crowd:
        for data in attackers * 4:
            try:
                crowd.open().send(data)
            except ConnectionError:
                pass
        for _ in range(30):
            daemon.accept(event)
    eventually(lambda: daemon.metrics.value("linewarden_connections") == 0, "all of them gone")


# --- their values ---------------------------------------------------------------------------------

IMPOSSIBLE = {
    "request_line_bytes": 255,
    "header_bytes": 0,
    "header_count": 7,
    "body_bytes": -1,
    "header_time": "249ms",
    "body_time": "2h",
    "idle_time": "0s",
    "write_time": 5,
    "handshake_time": "100ms",
    "connections": 0,
    "connections_per_address": 0,
    "body_bytes_per_second": -1,
    "requests_per_connection": 0,
    "trusted_proxies": ["proxy.example.com"],
    "conections": 5,
}


def test_values_that_make_no_sense_are_refused(directory):
    """All at once, each by its name."""
    file = directory / "config.json"
    file.write_text(json.dumps(configuration(directory, webhook={"limits": IMPOSSIBLE})))
    result = cli("check", "--config", file)
    assert result.returncode == 78
    for key in IMPOSSIBLE:
        assert f"webhook.limits.{key}" in result.stderr
