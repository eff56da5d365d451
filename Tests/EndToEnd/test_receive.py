"""HTTP/1.1 as clients, proxies and attackers really speak it (issue 2, point 1)."""

import socket
import struct

import pytest

import wire
from harness import PATH
from payloads import LINE, encode, signed, status_event, unique_id

BODY_LIMIT = 262_144


def request(event=None, path=PATH, **more):
    """A signed delivery as bytes."""
    body, headers = signed(event or status_event())
    return wire.request_bytes(path, body, headers | more)


def padded_event(size):
    """An event whose body has exactly this many bytes."""
    event = status_event()
    event["padding"] = ""
    event["padding"] = "x" * (size - len(encode(event)))
    return event


def test_a_connection_serves_many_requests(daemon):
    with wire.RawStream(daemon.webhook) as stream:
        for _ in range(5):
            stream.send(request())
            assert stream.answer().status == 200


def test_pipelined_requests_are_answered_in_their_order(daemon):
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(request() + request(path="/nowhere") + request() + request(path="/nowhere") + request())
        assert [stream.answer().status for _ in range(5)] == [200, 404, 200, 404, 200]


def test_a_slow_sender_may_trickle(daemon):
    """Every split of a request must be survived; byte by byte is all of them."""
    with wire.RawStream(daemon.webhook) as stream:
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request():
            stream.send(bytes([byte]))
        assert stream.answer().status == 200


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunked_bodies(daemon, size):
    event = status_event()
    body, headers = signed(event)
    head = wire.request_bytes(PATH, b"", headers | {"Transfer-Encoding": "chunked"}, length=False)
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(head + wire.chunked(body, size))
        assert stream.answer().status == 200
        stream.send(request())
        assert stream.answer().status == 200, "the next request begins where the trailer ends"
    assert event["event_id"] in daemon.event_ids()


def test_expect_100_continue(daemon):
    body, headers = signed(status_event())
    whole = wire.request_bytes(PATH, body, headers | {"Expect": "100-continue"})
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(whole[: -len(body)])
        assert stream.answer().status == 100
        stream.send(body)
        assert stream.answer().status == 200


def test_a_body_that_is_too_large_is_not_asked_for(daemon):
    head = wire.request_bytes(
        PATH, b"", {"Expect": "100-continue", "Content-Length": str(BODY_LIMIT + 1)}, length=False
    )
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(head)
        assert stream.answer().status == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_post_is_allowed(daemon, method):
    answer = wire.ask(daemon.webhook, method, PATH)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"
    if method == "HEAD":
        assert answer.body == b""
    else:
        assert answer.json["error"] and answer.json["detail"]


@pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/linq/", "/webhooks/linq/more", "//webhooks/linq"])
def test_other_paths_are_not_found(daemon, path):
    assert daemon.post(*signed(status_event()), path=path).status == 404


def test_a_query_belongs_to_the_path(daemon):
    """`?version=…` pins the payload version of a subscription."""
    assert daemon.post(*signed(status_event()), path=f"{PATH}?version=2026-02-03").status == 200


def test_the_largest_body_is_taken(daemon):
    assert daemon.deliver(padded_event(BODY_LIMIT)).status == 200


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_larger_body_is_refused(daemon, framing):
    body, headers = signed(padded_event(BODY_LIMIT + 1))
    if framing == "length":
        data = wire.request_bytes(PATH, body, headers)
    else:
        head = wire.request_bytes(PATH, b"", headers | {"Transfer-Encoding": "chunked"}, length=False)
        data = head + wire.chunked(body, 8192)
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(data)
        answer = stream.answer()
        assert answer.status == 413 and answer.headers["connection"] == "close"
        assert stream.is_closed()
    daemon.wait_until_idle()


MALFORMED = {
    "garbage": b"GARBAGE\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two spaces": b"POST  /webhooks/linq HTTP/1.1\r\nHost: a\r\n\r\n",
    "no version": b"POST /webhooks/linq\r\nHost: a\r\n\r\n",
    "no host": b"POST /webhooks/linq HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "two hosts": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
    "no colon": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
    "space before colon": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n",
    "folded field": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
    "NUL in a field": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n",
    "bare CR in a field": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n",
    "negative length": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "length in words": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
    "huge length": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nContent-Length: 1" + b"0" * 30 + b"\r\n\r\n",
    "two lengths": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "length and chunks": (
        b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "bad chunk size": b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "endless chunk size": (
        b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n"
    ),
}
# RFC 9112 gives these a more precise status of their own.
OTHERWISE_REFUSED = {"huge length": {400, 413}, "endless chunk size": {400, 413}}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_requests_are_refused_and_disturb_nobody(daemon, name):
    """A neighbour is in the middle of its request meanwhile, and goes on as if nothing had happened."""
    neighbour_request = request()
    with wire.RawStream(daemon.webhook) as neighbour, wire.RawStream(daemon.webhook) as stream:
        neighbour.send(neighbour_request[:100])
        stream.send(MALFORMED[name])
        answer = stream.answer()
        assert answer.status in OTHERWISE_REFUSED.get(name, {400})
        assert answer.headers["connection"] == "close"
        assert set(answer.json) == {"error", "detail"}
        assert stream.is_closed(), "after a request that cannot be understood, where the next begins is not known"
        neighbour.send(neighbour_request[100:])
        assert neighbour.answer().status == 200


def test_a_header_that_is_too_large(daemon):
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n")
        assert stream.answer().status == 431


@pytest.mark.parametrize("manner", ["close", "reset"])
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_peers_that_vanish_disturb_nobody(make_daemon, directory, kind, manner):
    """At any moment: before a byte, in the middle, with the answer unread. Their connections are forgotten at once."""
    listen = "127.0.0.1:0" if kind == "tcp" else f"unix:{directory}/hook.sock"
    daemon = make_daemon(webhook={"listen": [listen]}).start()
    whole = request()
    for data in (b"", whole[:1], whole[:20], whole[:-1], whole, whole + whole, whole + whole[:-1], b"nonsense\r\n\r\n"):
        for _ in range(5):
            with wire.RawStream(daemon.webhook) as stream:
                stream.send(data)
                if manner == "reset":
                    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert daemon.deliver(status_event()).status == 200
    daemon.wait_until_idle()


def test_http_1_0_and_connection_close(daemon):
    for data in (request().replace(b"HTTP/1.1", b"HTTP/1.0", 1), request(Connection="close")):
        with wire.RawStream(daemon.webhook) as stream:
            stream.send(data)
            assert stream.answer().status == 200
            assert stream.is_closed()


def test_a_half_closed_peer_still_gets_its_answer(daemon):
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(request())
        stream.socket.shutdown(socket.SHUT_WR)
        assert stream.answer().status == 200


def test_unix_and_tcp_listeners_side_by_side(make_daemon, directory):
    path = f"{directory}/hook.sock"
    daemon = make_daemon(webhook={"listen": [f"unix:{path}", "127.0.0.1:0", "127.0.0.1:0"]}).start()
    addresses = daemon.addresses("webhook")
    assert addresses[0] == f"unix:{path}" and len(set(addresses)) == 3
    for address in addresses:
        assert wire.ask(address, "POST", PATH, *signed(status_event())).status == 200


def test_a_unix_socket_left_behind_is_replaced(make_daemon, directory):
    daemon = make_daemon(webhook={"listen": [f"unix:{directory}/hook.sock"]}).start()
    daemon.kill()
    daemon.start()
    assert daemon.deliver(status_event()).status == 200


def test_ipv6(make_daemon):
    if not socket.has_ipv6 or not _can_bind_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    daemon = make_daemon(webhook={"listen": ["[::1]:0"]}).start()
    assert daemon.webhook.startswith("[::1]:")
    with wire.RawStream(daemon.webhook) as stream:
        stream.send(request())
        assert stream.answer().status == 200


def _can_bind_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def test_many_connections_at_once(daemon):
    """As a proxy before the daemon opens them: all before the first is answered, and none is lost."""
    streams = [wire.RawStream(daemon.webhook) for _ in range(200)]
    events = [status_event(event_id=unique_id(), line=LINE) for _ in streams]
    try:
        for stream, event in zip(streams, events):
            stream.send(request(event))
        assert {stream.answer().status for stream in streams} == {200}
    finally:
        for stream in streams:
            stream.close()
    assert {event["event_id"] for event in events} <= daemon.event_ids()
