"""No request-smuggling difference against nginx (issue 3, point 2), and the README's proxies as they stand there.

Every odd request goes to linewarden through nginx, as buffered and as streamed, and directly. nginx keeps connections
to linewarden open, so that bytes that it takes for the end of one request could become the beginning of another.
"""

import json
import re
import shutil
import socket
import tempfile
import threading
from pathlib import Path

import pytest

import wire
from harness import PATH, REFUSED, REQUESTS, TIMEOUTS, Daemon, configuration, end_all
from payloads import LINE, OTHER_SECRET, signed, status_event
from proxies import adapt, caddy, free_port, nginx, readme_block, readme_blocks

# --- the corpus -----------------------------------------------------------------------------------

# Five bytes that cannot begin a method.
BODY = b"he:lo"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
LINE_1_1 = b"POST /webhooks/linq HTTP/1.1"


def head(*fields, line=LINE_1_1, host=b"Host: a"):
    """A head whose lines are exactly these."""
    return b"".join(each + b"\r\n" for each in (line, *([host] if host else []), *fields)) + b"\r\n"


def codings():
    """Transfer-Encoding in many spellings, alone and with a Content-Length before and after it.

    Who believes the length sees one request, who believes in chunks sees two.
    """
    values = [
        b"chunked", b" chunked", b"chunked ", b"\tchunked", b"Chunked", b"CHUNKED", b"chunked, chunked", b"identity",
        b"identity, chunked", b"chunked, identity", b"gzip, chunked", b"xchunked", b"chunked;q=1", b'"chunked"',
        b",chunked", b"chunked,", b"", b"\x0bchunked", b"chunked\0", b"chun ked", b"chunked\r\n ", b"\xa0chunked",
    ]  # fmt: skip
    body = b"0\r\n\r\n" + SMUGGLED
    length = b"Content-Length: %d" % len(body)
    for value in values:
        coding = b"Transfer-Encoding:" + (b"" if value[:1] in (b" ", b"\t", b"\x0b") else b" ") + value
        yield f"TE {value!r}", head(coding) + body
        yield f"CL, TE {value!r}", head(length, coding) + body
        yield f"TE {value!r}, CL", head(coding, length) + body
    names = [
        b"Transfer-Encoding :", b"Transfer-Encoding\t:", b" Transfer-Encoding:", b"Transfer_Encoding:",
        b"X:\nTransfer-Encoding:", b"X:\rTransfer-Encoding:", b"X\r\nTransfer-Encoding:", b"\0Transfer-Encoding:",
        b"Transfer-Encoding\0:",
        b"transfer-encoding:", b"Transfer-Encoding:\r\n", b"X:\r\n Transfer-Encoding:", b"Content-Encoding:",
    ]  # fmt: skip
    for name in names:
        yield f"CL, {name!r}", head(length, name + b" chunked") + body
    yield "TE twice", head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked") + body
    yield "TE twice, differing", head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity") + body
    yield "TE twice, CL", head(b"Transfer-Encoding: chunked", length, b"Transfer-Encoding: x") + body


def lengths():
    """Content-Length as no honest sender writes it: five bytes follow, and then what may be a request."""
    values = [
        b"5", b"+5", b"-5", b"0x5", b"5,5", b"5, 5", b"5, 6", b"5 5", b"  5", b"5  ", b"05", b"5.0", b"5e0", b"",
        b"\xd9\xa5", b"5;", b"4294967301", b"18446744073709551621", b"5\x0b", b"\t5", b"'5'", b"5\0", b"0", b"five",
        b"5\r\n 5",
    ]  # fmt: skip
    for value in values:
        yield f"CL {value!r}", head(b"Content-Length: " + value) + BODY + SMUGGLED
    pairs = [(b"5", b"5"), (b"5", b"0"), (b"0", b"5"), (b"5", b"%d" % (5 + len(SMUGGLED)))]
    for first, second in pairs:
        fields = b"Content-Length: " + first, b"content-length: " + second
        yield f"CL {first!r} and {second!r}", head(*fields) + BODY + SMUGGLED
    names = (b"Content-Length :", b"Content-Length\t:", b" Content-Length:", b"Content_Length:", b"Content-Length:\r\n")
    for name in names:
        yield f"{name!r} 5", head(name + b" 5") + BODY + SMUGGLED
    inside = b"Content-Length: %d" % len(SMUGGLED)
    yield "no length", head() + SMUGGLED
    yield "a request in the body of a POST", head(inside) + SMUGGLED
    yield "a request in the body of a GET", head(inside, line=b"GET /webhooks/linq HTTP/1.1") + SMUGGLED
    yield "a request in a chunk", (
        head(b"Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
    )
    yield "a body that is too short", head(b"Content-Length: 500") + SMUGGLED
    yield "two honest requests", (head(b"Content-Length: 5") + BODY) * 2
    yield "three honest requests", head(b"Content-Length: 0") * 2 + SMUGGLED


def fields():
    """Lines that are none, or that end where they should not."""
    lines = [
        b"X: a\r\n b", b"X: a\r\n\tb", b"X:\r\n", b"X: a\n b", b"X: a\nContent-Length: 5", b"X: a\rContent-Length: 5",
        b"X: a\rb", b"X: a\r\rb", b"X: a\0b", b"X\0: a", b"X : a", b"X\t: a", b" X: a", b"\tX: a", b"nonsense", b": a",
        b"X: a\x7f", b"X: a\x01", b"X: \xff", b"X(: a", b"X Y: a", b"X: a\n", b"X: a\n\n", b"\n", b"\r", b"X: a\r\n\r",
    ]  # fmt: skip
    for line in lines:
        yield f"field {line!r}", head(line, b"Content-Length: 5") + BODY + SMUGGLED
    hosts = [
        None, b"Host: ", b"Host: a\r\nHost: a", b"Host: a\r\nHost: b", b"Host: a b", b"Host: a, b", b"Host: a:80:80",
        b"Host: u@a", b"Host: a\r\n b", b"Host : a", b"Host: a/b", b"Host: [::1]", b"Host: a:x", b"Host: a:99999",
    ]  # fmt: skip
    for host in hosts:
        yield f"host {host!r}", head(b"Content-Length: 5", host=host) + BODY + SMUGGLED
    options = (b"close", b"Content-Length", b"Transfer-Encoding", b"keep-alive, Host", b"upgrade", b"close\r\n X")
    for connection in options:
        more = b"Connection: " + connection
        yield f"connection {connection!r}", head(more, b"Content-Length: 5") + BODY + SMUGGLED
    h2c = b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMA"
    yield "upgrade to h2c", head(*h2c) + SMUGGLED
    yield "expect", head(b"Expect: 100-continue", b"Content-Length: 5") + BODY + SMUGGLED
    yield "expect, no body", head(b"Expect: 100-continue") + SMUGGLED
    yield "expect the impossible", head(b"Expect: 200-ok", b"Content-Length: 5") + BODY + SMUGGLED


def lines():
    """Request lines and what is around them."""
    whole = [
        b"POST http://a/webhooks/linq HTTP/1.1", b"POST http://b/webhooks/linq HTTP/1.1", b"POST http://a HTTP/1.1",
        b"POST http:///webhooks/linq HTTP/1.1", b"POST https://a/webhooks/linq HTTP/1.1", b"POST ftp://a/ HTTP/1.1",
        b"POST //a/webhooks/linq HTTP/1.1", b"POST a/webhooks/linq HTTP/1.1", b"POST * HTTP/1.1", b"OPTIONS * HTTP/1.1",
        b"CONNECT a:80 HTTP/1.1", b"TRACE / HTTP/1.1", b"post /webhooks/linq HTTP/1.1", b"P\0ST / HTTP/1.1",
        b"POST  /webhooks/linq HTTP/1.1", b"POST /webhooks/linq  HTTP/1.1", b"POST /webhooks/linq HTTP/1.1 ",
        b" POST /webhooks/linq HTTP/1.1", b"POST\t/webhooks/linq\tHTTP/1.1", b"POST /web hooks HTTP/1.1",
        b"POST /a\0b HTTP/1.1", b"POST /a#b HTTP/1.1", b"POST /%zz HTTP/1.1", b"POST /%00 HTTP/1.1",
        b"POST /\xff HTTP/1.1", b"POST /webhooks/linq",
        b"POST /webhooks/linq HTTP/1.0", b"POST /webhooks/linq HTTP/1.2", b"POST /webhooks/linq HTTP/2.0",
        b"POST /webhooks/linq HTTP/0.9", b"POST /webhooks/linq http/1.1", b"POST /webhooks/linq HTTP/1.1x",
        b"POST /webhooks/linq HTTP/01.1", b"POST /webhooks/linq HTTP/1.1\rX: y", b"POST /webhooks/linq HTTP/1.1\r",
        b"POST /../webhooks/linq HTTP/1.1", b"POST / HTTP/1.1\nX: y", b"POST /webhooks/linq HTTP / 1.1", b"",
    ]  # fmt: skip
    for line in whole:
        yield f"line {line!r}", head(b"Content-Length: 5", line=line) + BODY + SMUGGLED
    old = b"POST /webhooks/linq HTTP/1.0"
    coding = head(b"Transfer-Encoding: chunked", b"Connection: keep-alive", line=old)
    yield "1.0 with TE", coding + b"0\r\n\r\n" + SMUGGLED
    yield "1.0 kept alive", head(b"Connection: keep-alive", b"Content-Length: 5", line=old) + BODY + SMUGGLED
    yield "1.0 without host", head(b"Content-Length: 5", line=old, host=None) + BODY + SMUGGLED
    yield "1.0 without length", head(line=old) + SMUGGLED
    yield "0.9", b"GET /webhooks/linq\r\n" + SMUGGLED
    yield "the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED
    for lead in (b"\r\n", b"\r\n\r\n", b"\n", b"\r", b" \r\n", b"\0", b"\r\n" * 20, b"\xef\xbb\xbf"):
        yield f"{lead!r} before the request", lead + head(b"Content-Length: 5") + BODY + SMUGGLED
    good = head(b"Content-Length: 5")
    yield "line feeds only", good.replace(b"\r\n", b"\n") + BODY + SMUGGLED
    yield "carriage returns only", good.replace(b"\r\n", b"\r") + BODY + SMUGGLED
    yield "the last empty line is a line feed", good[:-2] + b"\n" + BODY + SMUGGLED
    yield "the last empty line has a space", good[:-2] + b" \r\n\r\n" + BODY + SMUGGLED
    yield "no end of the head", good[:-2] + SMUGGLED


def chunks():
    """Chunked bodies that are none; after each follows what may be a request."""
    coding = head(b"Transfer-Encoding: chunked")
    sizes = [
        b"5", b"5;a=1", b"5 ;a=1", b"5; a", b'5;a="\r\n0\r\n\r\n', b"5;a\nb", b"005", b"0x5", b"+5", b"-5", b"5 ",
        b" 5", b"5\t", b"5_0", b"F" * 17, b"1" + b"0" * 15 + b"5", b"100000005", b"0" * 30 + b"5", b"5\0", b"5;a\0",
        b"", b"5,5", b"5\rX",
        b"5;" + b"a" * 5_000, b"5\n", b"g", b"0x", b"5h", b"\xb5",
    ]  # fmt: skip
    for size in sizes:
        yield f"chunk size {size[:20]!r}", coding + size + b"\r\nhe:lo\r\n0\r\n\r\n" + SMUGGLED
    bodies = {
        "a size that ends in LF": b"5\nhe:lo\r\n0\r\n\r\n",
        "data that ends in LF": b"5\r\nhe:lo\n0\r\n\r\n",
        "data that ends in CR": b"5\r\nhe:lo\r0\r\n\r\n",
        "data that ends in nothing": b"5\r\nhe:lo0\r\n\r\n",
        "data that goes on": b"5\r\nhe:loXX0\r\n\r\n",
        "data that is too short": b"5\r\nhi\r\n0\r\n\r\n",
        "three noughts": b"5\r\nhe:lo\r\n000\r\n\r\n",
        "a last chunk with LF": b"5\r\nhe:lo\r\n0\n\n",
        "a last chunk with CRLF and LF": b"5\r\nhe:lo\r\n0\r\n\n",
        "a last chunk with an extension": b"5\r\nhe:lo\r\n0;a=b\r\n\r\n",
        "no last chunk": b"5\r\nhe:lo\r\n",
        "no end of the trailers": b"5\r\nhe:lo\r\n0\r\n",
        "a trailer": b"5\r\nhe:lo\r\n0\r\nX: y\r\n\r\n",
        "a length as trailer": b"5\r\nhe:lo\r\n0\r\nContent-Length: 50\r\n\r\n",
        "a coding as trailer": b"5\r\nhe:lo\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "a trailer without a colon": b"5\r\nhe:lo\r\n0\r\nnonsense\r\n\r\n",
        "a folded trailer": b"5\r\nhe:lo\r\n0\r\nX: y\r\n z\r\n\r\n",
        "a trailer with LF": b"5\r\nhe:lo\r\n0\r\nX: y\n\r\n",
        "a request as trailer": b"5\r\nhe:lo\r\n0\r\n" + SMUGGLED,
        "an empty chunk first": b"0\r\n\r\n5\r\nhe:lo\r\n0\r\n\r\n",
        "no chunk at all": b"",
    }
    for name, body in bodies.items():
        yield name, coding + body + SMUGGLED


CORPUS = [each for group in (codings, lengths, fields, lines, chunks) for each in group()]
assert len(dict(CORPUS)) == len(CORPUS) > 60

# What RFC 9110 and 9112 allow and linewarden takes, but nginx refuses with 4xx or 5xx and forwards to nobody.
LENIENT = {
    "TE b'\\tchunked'": "RFC 9110, section 5.6.3: a tab is whitespace before a value, too",
    "CL b'\\t5'": "the same",
    "host b'Host: '": "RFC 9112, section 3.2: Host may be empty",
    "line b'OPTIONS * HTTP/1.1'": "RFC 9112, section 3.2.4: the asterisk form, of which nginx knows nothing",
    "line b'TRACE / HTTP/1.1'": "a method like others that are not allowed: 405 or 404",
    "line b'post /webhooks/linq HTTP/1.1'": "RFC 9110, section 9.1: any token is a method",
    "line b'POST /%00 HTTP/1.1'": "RFC 3986, section 2.1: paths are compared as they are, never decoded",
    "line b'POST /../webhooks/linq HTTP/1.1'": "the same; it is no endpoint's path",
}
assert LENIENT.keys() <= dict(CORPUS).keys()

# --- what is compared -----------------------------------------------------------------------------

SERVERS = """
    client_header_timeout 300ms; client_body_timeout 300ms; keepalive_timeout 80ms; lingering_timeout 80ms;
    proxy_next_upstream off; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    upstream buffered {{ server {buffered}; keepalive 8; }}
    upstream streamed {{ server {streamed}; keepalive 8; }}
    server {{
        listen unix:{directory}/buffered.sock;
        access_log {directory}/buffered.log counted;
        location / {{ proxy_pass http://buffered; }}
    }}
    server {{
        listen unix:{directory}/streamed.sock;
        access_log {directory}/streamed.log counted;
        location / {{ proxy_pass http://streamed; proxy_request_buffering off; }}
    }}
"""



class Way:
    """A way to a linewarden of its own, and what is counted on it."""

    def __init__(self, daemon, address=None, log=None):
        self.daemon = daemon
        self.address = address or daemon.webhook
        self.log = log

    def send(self, data):
        """Sends the bytes, waits until all is over, and keeps what was counted: requests that linewarden took, those
        that it saw at all, and those that nginx forwarded."""
        before = self._counts()
        with wire.RawStream(self.address) as stream:
            try:
                stream.send(data)
                if not self.log:
                    # Else linewarden would wait for more; nginx, which takes this for a hang-up, is less patient.
                    stream.socket.shutdown(socket.SHUT_WR)
                while stream.socket.recv(65_536):
                    pass
            except ConnectionError:
                pass
        self.taken, self.seen, self.forwarded = (now - then for now, then in zip(self._counts(), before))

    def _counts(self):
        metrics = self.daemon.metrics
        taken = metrics.value(REQUESTS)
        seen = taken + metrics.value(REFUSED) + metrics.value(TIMEOUTS)
        return taken, seen, self._forwarded()

    def _forwarded(self):
        # "- " for what nginx answered itself.
        return sum(line.split(" ")[1] != "-" for line in self.log.read_text().splitlines()) if self.log else 0


@pytest.fixture(scope="module")
def ways():
    """nginx, and a linewarden for each way, so that all ways can be gone at the same time."""
    directory = Path(tempfile.mkdtemp(prefix="lw-"))
    things = []
    try:
        daemons = {}
        for name in ("buffered", "streamed", "direct"):
            (home := directory / name).mkdir()
            daemons[name] = Daemon(home, configuration(home))
            things.append(daemons[name])
            daemons[name].start()
        addresses = {name: daemon.webhook for name, daemon in daemons.items()}
        logs = {name: directory / f"{name}.log" for name in ("buffered", "streamed")}
        sockets = {name: f"unix:{directory}/{name}.sock" for name in logs}
        things.insert(0, nginx(directory, SERVERS.format(directory=directory, **addresses), sockets.values()))
        yield {
            "direct": Way(daemons["direct"]),
            **{name: Way(daemons[name], sockets[name], logs[name]) for name in logs},
        }
    finally:
        end_all(things)
        shutil.rmtree(directory, ignore_errors=True)


def send_all(ways, data):
    """The same bytes on every way at once."""
    threads = [threading.Thread(target=way.send, args=(data,)) for way in ways.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("name", dict(CORPUS), ids=lambda name: name.replace("\\", "|"))
def test_linewarden_never_sees_more_than_nginx(ways, name):
    """A difference that is real shows every time; one that a busy machine makes, by a timeout in nginx, does not."""
    for _ in range(3):
        send_all(ways, dict(CORPUS)[name])
        found = differences(**ways)
        if name in LENIENT and ways["direct"].taken and not ways["buffered"].forwarded + ways["streamed"].forwarded:
            found = found[:-1]
        if not found:
            return
    raise AssertionError("; ".join(found))


def differences(direct, buffered, streamed):
    """What is wrong with the counts, in words."""
    found = [
        f"{name}: nginx forwarded {way.forwarded:.0f}, linewarden saw {way.seen:.0f}"
        for name, way in (("buffered", buffered), ("streamed", streamed))
        if way.seen > way.forwarded
    ]
    most = max(buffered.forwarded, streamed.forwarded)
    if direct.taken > most:
        found.append(f"directly linewarden took {direct.taken:.0f}, nginx {most:.0f}")
    return found


def test_honest_requests_are_counted_alike(ways):
    """Else the test above would compare nothing."""
    send_all(ways, dict(CORPUS)["three honest requests"])
    assert [way.taken for way in ways.values()] == [3, 3, 3]
    assert ways["buffered"].forwarded == ways["streamed"].forwarded == 3
    send_all(ways, dict(CORPUS)["CL, TE b'chunked'"])
    assert ways["direct"].taken == 0 and ways["direct"].seen == 1


# --- the README's proxies -------------------------------------------------------------------------

CLIENT = "127.0.0.5"
CERTIFICATES = "/etc/letsencrypt/live/hooks.example.com"


def nginx_of_readme(directory, daemon, authority):
    """The README's nginx, where it listens, under which name, and what its clients trust."""
    port, pair = free_port(), authority.issue()
    server = adapt(
        readme_block("nginx"),
        address=("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        certificate=(f"{CERTIFICATES}/fullchain.pem", pair.certificate),
        key=(f"{CERTIFICATES}/privkey.pem", pair.key),
        daemon=("127.0.0.1:8080", daemon.webhook),
    )
    address = f"127.0.0.1:{port}"
    return nginx(directory, server, [address]), address, "hooks.example.com", authority.client()


def caddy_of_readme(directory, daemon, authority):
    """The README's Caddy, under a name for which it makes a certificate itself instead of asking an authority."""
    port = free_port()
    site = adapt(
        readme_block("caddy"), name=("hooks.example.com", "localhost"), daemon=("127.0.0.1:8080", daemon.webhook)
    )
    proxy, tls = caddy(directory, site, port)
    return proxy, f"127.0.0.1:{port}", "localhost", tls


PROXIES = {"nginx": nginx_of_readme, "caddy": caddy_of_readme}


@pytest.fixture(params=PROXIES)
def behind(request, make_daemon, directory, authority):
    """Starts a daemon with these limits behind a proxy of the README, and gives a way to ask through it."""
    proxies = []

    def start(limits):
        daemon = make_daemon(webhook={"limits": limits}).start()
        proxy, address, name, tls = PROXIES[request.param](directory, daemon, authority)
        proxies.append(proxy)

        def post(event, headers=None, path=PATH, **how):
            body, signature = signed(event, **how)
            headers = {"Host": name} | signature | (headers or {})
            return wire.ask(address, "POST", path, body, headers, tls=tls, source=CLIENT)

        return daemon, post

    yield start
    for proxy in proxies:
        proxy.end()


def trust_of_readme():
    """What the README tells to configure behind a proxy on the same machine."""
    block = next(each for each in readme_blocks("json") if "trusted_proxies" in each)
    return json.loads(re.search(r'"limits": (\{.*?\})', block)[1])


def test_a_delivery_through_the_proxies_of_the_readme(behind):
    daemon, post = behind(trust_of_readme())
    event = status_event(status="FLAGGED")
    answer = post(event)
    assert (answer.status, answer.json) == (200, {"status": "stored"})
    assert event["event_id"] in daemon.event_ids() and daemon.decision(LINE) == "paused"


@pytest.mark.parametrize("path", ["/", "/webhooks/linq/", "/webhooks", "/metrics"])
def test_other_paths_are_no_success(behind, path):
    """A 2xx means durable: a proxy that is content with everything would lose what Linq posts to a wrong path."""
    _, post = behind({})
    assert post(status_event(), path=path).status >= 400


def test_the_client_is_named_by_a_proxy_that_is_trusted(behind):
    """And what the client itself claims is not believed."""
    daemon, post = behind(trust_of_readme())
    assert post(status_event(), {"X-Forwarded-For": "203.0.113.9"}, secret=OTHER_SECRET).status == 503
    daemon.process.wait_for_log(rf"refused a delivery: signature_mismatch .*client={CLIENT} ")
    assert "203.0.113.9" not in daemon.log


def test_a_proxy_that_is_not_trusted_is_the_client_itself(behind):
    daemon, post = behind({})
    assert post(status_event(), {"X-Forwarded-For": "203.0.113.9"}, secret=OTHER_SECRET).status == 503
    daemon.process.wait_for_log(r"refused a delivery: signature_mismatch .*client=127\.0\.0\.1 ")
    assert CLIENT not in daemon.log and "203.0.113.9" not in daemon.log


FORWARDED = {
    "one": (["127.0.0.1"], "203.0.113.9", "203.0.113.9"),
    "the last counts": (["127.0.0.1"], "198.51.100.1, 203.0.113.9", "203.0.113.9"),
    "past another trusted proxy": (["127.0.0.1", "203.0.113.0/24"], "198.51.100.1, 203.0.113.9", "198.51.100.1"),
    "of the sixth version": (["127.0.0.1"], "2001:db8::9", "2001:db8::9"),
    "nonsense": (["127.0.0.1"], "198.51.100.1, _hidden", "127.0.0.1"),
    "a block": (["127.0.0.1"], "0.0.0.0/0", "127.0.0.1"),
    "nothing": (["127.0.0.1"], "", "127.0.0.1"),
    "from a stranger": (["10.0.0.0/8"], "203.0.113.9", "127.0.0.1"),
    "a line break": (["127.0.0.1"], "203.0.113.9\tcritical", "127.0.0.1"),
}


@pytest.mark.parametrize("name", FORWARDED)
def test_who_is_believed_about_the_client(make_daemon, name):
    trusted, claim, client = FORWARDED[name]
    daemon = make_daemon(webhook={"limits": {"trusted_proxies": trusted}}).start()
    body, headers = signed(status_event(), secret=OTHER_SECRET)
    assert daemon.post(body, headers | {"X-Forwarded-For": claim}).status == 503
    daemon.process.wait_for_log(rf"client={re.escape(client)} ")
