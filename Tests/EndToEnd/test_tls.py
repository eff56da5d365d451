"""TLS as the daemon speaks it itself (issue 3, point 1): what it agrees to, what it refuses, how a certificate changes.

Clients are Python's ssl and the openssl command; both trust the root of `pki` only, so that every delivery that gets
through has also proved the chain.
"""

import copy
import json
import select
import socket
import ssl
import subprocess
import threading
import time

import pytest

import wire
from harness import (
    CERTIFICATE_SECONDS,
    PATH,
    REQUESTS,
    TIMEOUTS,
    TLS_FAILURES,
    cli,
    configuration,
    eventually,
    http_hook,
)
from payloads import encode, signed, status_event
from sink import HOOK_SECRET
from test_receive import BODY_LIMIT, padded_event, request

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture
def serve(make_daemon, authority):
    """Starts a daemon that shows a certificate, and that `daemon.deliver` asks over TLS."""

    def start(pair=None, limits=None, **more):
        webhook = {"tls": (pair or authority.issue()).settings, "limits": limits or {}}
        return make_daemon(webhook=webhook, tls=authority.client(), **more).start()

    return start


def shown(daemon):
    """The certificate that a new connection sees."""
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as stream:
        return stream.socket.getpeercert(binary_form=True)


def refusal(daemon, client):
    """The alert with which the server ends a handshake, in OpenSSL's words."""
    with pytest.raises(ssl.SSLError, match="alert") as caught:
        wire.RawStream(daemon.webhook, tls=client)
    return str(caught.value).split("alert ")[1].split(" (")[0]


# --- what is agreed on ----------------------------------------------------------------------------


@pytest.mark.parametrize("version", [V12, V13], ids=["1.2", "1.3"])
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_delivery_over_tls(serve, authority, kind, version):
    """Name and chain are verified by the client, the signature was made by an independent library."""
    daemon = serve(authority.issue(kind))
    event = status_event()
    with wire.RawStream(daemon.webhook, tls=authority.client(version=version)) as stream:
        assert stream.socket.version() == {V12: "TLSv1.2", V13: "TLSv1.3"}[version]
        for _ in range(3):
            stream.send(request(event))
            assert stream.answer().status == 200
    assert event["event_id"] in daemon.event_ids()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
def test_older_versions_are_refused(serve, authority, version):
    daemon = serve()
    assert refusal(daemon, authority.client(version=version)) == "protocol version"
    daemon.wait_for_metric(TLS_FAILURES, 1, reason="unsupported protocol")


@pytest.mark.parametrize("cipher", ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA", "aNULL"])
def test_ciphers_without_forward_secrecy_or_integrity_are_refused(serve, authority, cipher):
    """Keys sent under RSA, CBC with a separate code, and no certificate at all."""
    daemon = serve(authority.issue("rsa"))
    client = authority.client(version=V12)
    client.set_ciphers(f"{cipher}:@SECLEVEL=0")
    assert refusal(daemon, client) == "handshake failure"


@pytest.mark.parametrize("version", [V12, V13], ids=["1.2", "1.3"])
@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(None, None)] + [(first + ["http/1.1"], "http/1.1") for first in ([], ["h2"], ["http/1.0"], ["h2", "h3"])],
    ids=str,
)
def test_alpn(serve, authority, offered, chosen, version):
    daemon = serve()
    with wire.RawStream(daemon.webhook, tls=authority.client(offered, version)) as stream:
        assert stream.socket.selected_alpn_protocol() == chosen
        stream.send(request())
        assert stream.answer().status == 200


@pytest.mark.parametrize("version", [V12, V13], ids=["1.2", "1.3"])
def test_a_client_that_speaks_http_2_only_is_told_so(serve, authority, version):
    """RFC 7301, section 3.2: no_application_protocol, and not an answer in a protocol that nobody asked for."""
    daemon = serve()
    assert refusal(daemon, authority.client(["h2"], version)) == "no application protocol"
    assert daemon.deliver(status_event()).status == 200


# --- sessions -------------------------------------------------------------------------------------


def s_client(daemon, *options, data=None):
    """What `openssl s_client` says about one delivery; it ends when the server closes."""
    command = ["openssl", "s_client", "-connect", daemon.webhook, "-ign_eof", *map(str, options)]
    data = data or request(Connection="close")
    return subprocess.run(command, input=data, capture_output=True, timeout=30).stdout.decode("latin-1")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_sessions_are_resumed(serve, directory, version):
    """With a ticket, so that the server keeps nothing; also on another of its event loops."""
    daemon = serve()
    session = directory / "session"
    first = s_client(daemon, version, "-sess_out", session)
    assert "New, TLSv1" in first and "HTTP/1.1 200" in first
    for _ in range(4):
        again = s_client(daemon, version, "-sess_in", session)
        assert "Reused, TLSv1" in again and "HTTP/1.1 200" in again


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_session_from_before_a_reload_begins_anew(serve, authority, directory, version):
    daemon = serve(pair := authority.issue())
    session = directory / "session"
    s_client(daemon, version, "-sess_out", session)
    pair.replace(authority.issue())
    assert reload(daemon).returncode == 0
    again = s_client(daemon, version, "-sess_in", session)
    assert "New, TLSv1" in again and "HTTP/1.1 200" in again


def test_renegotiation_is_refused(serve):
    """It costs the server more than the client, and TLS 1.3 has none. `R` has s_client ask for it."""
    daemon = serve()
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as neighbour:
        check = undisturbed(daemon, neighbour)
        next(check)
        command = ["openssl", "s_client", "-connect", daemon.webhook, "-tls1_2", "-msg"]
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            client.stdin.write(b"R\n")
            client.stdin.flush()
            output = client.communicate(timeout=20)[0].decode("latin-1")
        finally:
            client.kill()
            client.wait()
        next(check, None)
    assert "RENEGOTIATING" in output and "warning no_renegotiation" in output
    assert output.count(", ServerHello\n") == 1, "no second handshake"


# --- those who do not speak TLS -------------------------------------------------------------------

STRANGERS = {
    "plain HTTP": (b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "http request"),
    "a proxy's CONNECT": (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "https proxy request"),
    "garbage": (bytes(range(200, 256)) * 8, "wrong version number"),
    "NULs": (bytes(2_000), "wrong version number"),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", "wrong version number"),
    "a hello that is none": (b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", None),
    "an alert": (b"\x15\x03\x03\x00\x02\x02\x28", None),
}
SILENT = {
    "silence": b"",
    "a first byte": b"\x16",
    "half a hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


def undisturbed(daemon, stream):
    """Begins a request, and when asked again finishes it and the next; others may come, too."""
    whole = request()
    stream.send(whole[:100])
    yield
    stream.send(whole[100:])
    assert stream.answer().status == 200
    stream.send(request())
    assert stream.answer().status == 200
    assert daemon.deliver(status_event()).status == 200


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_are_cut_off(serve, name):
    """At once: what can never become TLS is not waited for, else reading here would time out."""
    data, reason = STRANGERS[name]
    daemon = serve(limits={"handshake_time": "1h"})
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as neighbour:
        check = undisturbed(daemon, neighbour)
        next(check)
        with wire.RawStream(daemon.webhook) as stranger:
            stranger.send(data)
            read_until_closed(stranger.socket)
        next(check, None)
    eventually(lambda: daemon.metrics.value(TLS_FAILURES) == 1, "the failure in the metrics")
    labels = daemon.metrics.labels(TLS_FAILURES)
    assert reason is None or {"reason": reason} in labels, labels


@pytest.mark.parametrize("name", SILENT)
def test_a_silent_handshake_times_out(serve, name):
    daemon = serve(limits={"handshake_time": "500ms"})
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as neighbour:
        check = undisturbed(daemon, neighbour)
        next(check)
        with wire.RawStream(daemon.webhook) as stranger:
            begun = time.monotonic()
            stranger.send(SILENT[name])
            assert stranger.is_closed()
            assert time.monotonic() - begun > 0.3
        next(check, None)
    daemon.wait_for_metric(TIMEOUTS, 1, phase="handshake")


def test_a_trickled_handshake_times_out_all_the_same(serve, authority):
    """Bytes that come buy no time: the limit is for the whole handshake, which would take ten seconds here."""
    daemon = serve(limits={"handshake_time": "1s"})
    hello = ssl.MemoryBIO()
    client = authority.client().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with wire.RawStream(daemon.webhook) as stream:
        for byte in hello.read()[:500]:
            if select.select([stream.socket], [], [], 0.02)[0]:
                break
            stream.send(bytes([byte]))
        else:
            raise AssertionError("the handshake went on and on")
        assert stream.is_closed()
    daemon.wait_for_metric(TIMEOUTS, 1, phase="handshake")


def test_many_silent_handshakes_hold_up_nobody(serve):
    daemon = serve(limits={"handshake_time": "30s"})
    strangers = [wire.RawStream(daemon.webhook) for _ in range(100)]
    try:
        for stranger in strangers[::2]:
            stranger.send(SILENT["half a hello"])
        for _ in range(20):
            daemon.accept(status_event())
    finally:
        for stranger in strangers:
            stranger.close()
    daemon.wait_until_idle()


def read_until_closed(stream):
    """Whatever comes (an alert), until the peer closes or resets."""
    try:
        while stream.recv(4096):
            pass
    except ConnectionResetError:
        pass


# --- a new certificate ----------------------------------------------------------------------------


def reload(daemon):
    """What an operator runs after a renewal."""
    return cli("reload", "--admin", daemon.admin_url)


def test_a_reload_takes_the_new_certificate_and_drops_nobody(serve, authority):
    first, second = authority.issue("rsa"), authority.issue("ecdsa")
    daemon = serve(pair := authority.issue())
    pair.replace(first)
    assert reload(daemon).returncode == 0
    with (
        wire.RawStream(daemon.webhook, tls=daemon.tls) as before,
        wire.RawStream(daemon.webhook, tls=daemon.tls) as unfinished,
    ):
        before.send(request())
        assert before.answer().status == 200
        unfinished.send((whole := request())[:80])
        assert shown(daemon) == first.der
        pair.replace(second)
        assert reload(daemon).returncode == 0
        assert shown(daemon) == second.der
        unfinished.send(whole[80:])
        assert unfinished.answer().status == 200
        before.send(request())
        assert before.answer().status == 200
        assert before.socket.getpeercert(binary_form=True) == first.der
    assert daemon.deliver(status_event()).status == 200


MISTAKES = {
    "a key of another": lambda pair, other: pair.key.write_bytes(other.key.read_bytes()),
    "half of the chain": lambda pair, other: pair.certificate.write_bytes(other.certificate.read_bytes()[:300]),
    "an empty certificate": lambda pair, other: pair.certificate.write_text(""),
    "no key": lambda pair, other: pair.key.unlink(),
    "the key as certificate": lambda pair, other: pair.certificate.write_bytes(pair.key.read_bytes()),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_bad_new_certificate_keeps_the_old_one(serve, authority, mistake):
    pair = authority.issue()
    daemon = serve(pair)
    good = pair.der
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as stream:
        MISTAKES[mistake](pair, authority.issue("rsa"))
        result = reload(daemon)
        assert result.returncode == 1
        assert str(pair.certificate.parent) in result.stderr and "old configuration stays" in result.stderr
        daemon.process.wait_for_log(r"keeps the old configuration: .*webhook\.tls")
        assert shown(daemon) == good
        stream.send(request())
        assert stream.answer().status == 200
    assert "PRIVATE KEY" not in daemon.log + result.stderr


def test_a_renewal_after_a_mistake(serve, authority):
    pair = authority.issue()
    daemon = serve(pair)
    pair.key.write_text("nonsense")
    assert reload(daemon).returncode == 1
    pair.replace(new := authority.issue())
    assert reload(daemon).returncode == 0
    assert shown(daemon) == new.der


@pytest.mark.parametrize("mistake", MISTAKES)
def test_check_refuses_what_does_not_fit(directory, authority, mistake):
    pair = authority.issue()
    file = directory / "config.json"
    file.write_text(json.dumps(configuration(directory, webhook={"tls": pair.settings})))
    assert cli("check", "--config", file).returncode == 0
    MISTAKES[mistake](pair, authority.issue("rsa"))
    result = cli("check", "--config", file)
    assert result.returncode == 78
    assert "webhook.tls" in result.stderr and str(pair.certificate.parent) in result.stderr


def test_reloads_under_load_drop_nobody(serve, authority):
    """Deliveries on open and on new connections, while the certificate changes again and again."""
    pair = authority.issue()
    daemon = serve(pair)
    failures, delivered, ending = [], [0, 0], threading.Event()

    def deliver(index, keep):
        connection = wire.Connection(daemon.webhook, tls=daemon.tls)
        try:
            while not ending.is_set():
                answer = connection.ask("POST", PATH, *signed(status_event()))
                assert answer.status == 200, answer
                delivered[index] += 1
                if not keep:
                    connection.close()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    senders = [threading.Thread(target=deliver, args=each) for each in ((0, True), (1, False))]
    for sender in senders:
        sender.start()
    try:
        for _ in range(5):
            aim = [count + 5 for count in delivered]
            eventually(lambda: failures or all(a >= b for a, b in zip(delivered, aim)), "deliveries go on")
            pair.replace(authority.issue())
            assert reload(daemon).returncode == 0
    finally:
        ending.set()
        for sender in senders:
            sender.join()
    assert not failures


# --- how long it lasts ----------------------------------------------------------------------------


def test_days_left_are_told(serve, authority):
    pair = authority.issue(days=30)
    daemon = serve(pair)
    assert daemon.get("/readyz").json["certificate_days"] in (29, 30)
    assert 29.9 * 86_400 < daemon.metrics.value(CERTIFICATE_SECONDS) <= 30 * 86_400
    pair.replace(authority.issue(days=80))
    assert reload(daemon).returncode == 0
    assert daemon.get("/readyz").json["certificate_days"] in (79, 80)
    assert 79.9 * 86_400 < daemon.metrics.value(CERTIFICATE_SECONDS) <= 80 * 86_400


def test_without_a_certificate_nothing_is_told(daemon):
    assert "certificate_days" not in daemon.get("/readyz").json
    assert CERTIFICATE_SECONDS not in daemon.metrics


@pytest.mark.parametrize(("days", "kind"), [(10, "certificate_14_days"), (2, "certificate_3_days"), (20, None)])
def test_people_are_told_before_it_ends(serve, authority, make_sink, days, kind):
    """Another trouble is told of afterwards, so that silence about the certificate is seen without waiting for it."""
    sink = make_sink()
    daemon = serve(
        authority.issue(days=days),
        hooks={"ops": http_hook(sink)},
        routes=[],
        alerts={"page": ["ops"]},
    )
    daemon.accept(b'{"event_type": "phone_number.status_updated"}')
    alerts = sink.wait_for(1 if kind is None else 2, type="daemon.alert")
    kinds = [alert.verify(HOOK_SECRET)["data"]["alert"]["kind"] for alert in alerts]
    assert kinds == [each for each in (kind, "event_quarantined") if each]
    if kind:
        # Counted in whole days; it was made a moment ago.
        summary = alerts[0].json["data"]["alert"]["summary"]
        assert f"ends in {days} day" in summary or f"ends in {days - 1} day" in summary


# --- bytes under TLS ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [V12, V13], ids=["1.2", "1.3"])
@pytest.mark.parametrize("sizes", [[1, 7, 16_383, 16_384, 16_385, 3, 40_001], [65_537], [999]], ids=str)
def test_a_large_body_in_odd_pieces(serve, authority, sizes, version):
    """A record has 16,384 bytes at the most; pieces begin and end anywhere, and records are cut up by the network."""
    daemon = serve()
    event = padded_event(BODY_LIMIT)
    data = request(event)
    with wire.RawStream(daemon.webhook, tls=authority.client(version=version)) as stream:
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        index = count = 0
        while index < len(data):
            size = sizes[count % len(sizes)]
            stream.send(data[index : index + size])
            index, count = index + size, count + 1
        assert stream.answer().status == 200
    assert daemon.rows("SELECT length(body) AS size FROM event WHERE id = ?", event["event_id"]) == [
        {"size": len(encode(event))}
    ]


def test_a_body_that_comes_byte_by_byte(serve):
    """Every byte a record of its own."""
    daemon = serve()
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as stream:
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request():
            stream.send(bytes([byte]))
        assert stream.answer().status == 200


def test_records_that_the_network_cuts_up(serve, authority):
    """The bytes under TLS in pieces of a few bytes: no record arrives whole."""
    daemon = serve()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = authority.client().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with wire.RawStream(daemon.webhook) as stream:
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def move(step):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    flush()
                    incoming.write(stream.socket.recv(65_536))
                finally:
                    flush()

        def flush():
            data = outgoing.read()
            for index in range(0, len(data), 11):
                stream.send(data[index : index + 11])

        move(client.do_handshake)
        move(lambda: client.write(request()))
        assert move(lambda: client.read(65_536)).startswith(b"HTTP/1.1 200")


def wait_until_stuck(daemon, most):
    """Until it takes no more of the requests that lead nowhere, which must be before it has taken them all."""
    counts = [-1]

    def stands():
        counts.append(daemon.metrics.value(REQUESTS, outcome="not_found"))
        return counts[-1] == counts[-2] > 0

    eventually(stands, "no more requests taken")
    assert counts[-1] < most


@pytest.mark.parametrize("version", [V12, V13], ids=["1.2", "1.3"])
def test_a_slow_reader_gets_every_answer(serve, authority, version):
    """Answers pile up until there is no room; then they come one by one, whole and in their order.

    The kernel takes some 4 MB of them, which is less than half of what is asked for.
    """
    daemon = serve()
    paths = ["/nowhere", "/healthz"]
    count = 40_000
    client = authority.client(version=version)
    with wire.RawStream(daemon.webhook, tls=client, receive_buffer=4_096) as stream:
        requests = b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % paths[i % 2].encode() for i in range(count))
        sender = threading.Thread(target=stream.socket.sendall, args=(requests,))
        sender.start()
        wait_until_stuck(daemon, count // 2)
        # Another one is served meanwhile.
        daemon.accept(status_event())
        statuses = [stream.answer().status for _ in range(count)]
        sender.join()
    assert statuses == [404, 200] * (count // 2)


def test_a_half_closed_peer_still_gets_its_answer(serve, authority):
    """close_notify ends one direction only (RFC 8446, section 6.1)."""
    daemon = serve()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = authority.client().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with wire.RawStream(daemon.webhook) as stream:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                stream.send(outgoing.read())
                incoming.write(stream.socket.recv(65_536))
        client.write(request())
        with pytest.raises(ssl.SSLWantReadError):
            client.unwrap()
        stream.send(outgoing.read())
        answer = b""
        while chunk := stream.socket.recv(65_536):
            answer += chunk
        assert len(answer) > 100, "an answer, enciphered"
    daemon.wait_until_idle()


@pytest.mark.parametrize("manner", ["close", "cut"])
def test_answers_end_with_a_goodbye(serve, authority, manner):
    """Without close_notify a client could not tell an end from a cut (RFC 8446, section 6.1)."""
    daemon = serve()
    data = request(Connection="close") if manner == "close" else b"nonsense\r\n\r\n"
    with wire.RawStream(daemon.webhook, tls=daemon.tls) as stream:
        stream.socket.suppress_ragged_eofs = False
        stream.send(data)
        assert stream.answer().status in (200, 400)
        assert stream.socket.recv(1) == b""


def test_a_unix_socket_beside_tls_is_plain(make_daemon, authority, directory):
    """A proxy on the same machine may use it; only TCP is enciphered."""
    listen = [f"unix:{directory}/hook.sock", "127.0.0.1:0"]
    daemon = make_daemon(webhook={"listen": listen, "tls": authority.issue().settings}).start()
    path, address = daemon.addresses("webhook")
    assert wire.ask(path, "POST", PATH, *signed(status_event())).status == 200
    assert wire.ask(address, "POST", PATH, *signed(status_event()), tls=authority.client()).status == 200


def test_taking_tls_away_needs_a_restart_and_says_so(serve):
    daemon = serve()
    config = copy.deepcopy(daemon.config)
    del config["webhook"]["tls"]
    daemon.write(config)
    assert reload(daemon).returncode == 0
    daemon.process.wait_for_log(r"warning .*webhook\.tls .*next restart")
    assert daemon.deliver(status_event()).status == 200
