"""HTTP by hand: over TCP, TLS and Unix sockets, requests whole or in pieces, answers read to their end.

Wherever an address is taken, so is `how`: `tls` (an SSL context), `source` (the address to come from) and
`receive_buffer` (bytes, for readers that are slow).
"""

import http.client
import json
import socket
from dataclasses import dataclass

TIMEOUT = 20


@dataclass
class Answer:
    """One HTTP answer; `headers` has lower-case names."""

    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Connection(http.client.HTTPConnection):
    """A client connection to `host:port` or `unix:/path`."""

    def __init__(self, address, **how):
        self.address = address
        self.how = how
        super().__init__("localhost" if address.startswith("unix:") else address, timeout=TIMEOUT)

    def connect(self):
        self.sock = connect(self.address, **self.how)

    def ask(self, method, path, body=None, headers=None):
        """One request, one answer; the connection stays open where the daemon lets it."""
        self.request(method, path, body, headers or {})
        response = self.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def connect(address, tls=None, source=None, receive_buffer=None):
    """A connected socket that gives up instead of hanging."""
    if address.startswith("unix:"):
        stream = socket.socket(socket.AF_UNIX)
        stream.settimeout(TIMEOUT)
        stream.connect(address.removeprefix("unix:"))
        return stream
    host, port = address.rsplit(":", 1)
    host = host.strip("[]")
    stream = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        stream.settimeout(TIMEOUT)
        if receive_buffer:
            # Before connecting: the window's scale is agreed on then.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            stream.bind((source, 0))
        stream.connect((host, int(port)))
        # Head and body are two writes: the second would wait for the peer's delayed acknowledgement, 40 ms.
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return tls.wrap_socket(stream, server_hostname="localhost") if tls else stream
    except BaseException:
        stream.close()
        raise


def ask(address, method, path, body=None, headers=None, **how):
    """One request on a connection of its own."""
    with Connection(address, **how) as connection:
        return connection.ask(method, path, body, headers)


def request_bytes(path, body=b"", headers=None, method="POST", length=True):
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def chunked(body, size):
    """A body in chunks of some size, the last with an extension, and a trailer: both are to be skipped."""
    pieces = [body[index : index + size] for index in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + b"0;note=1\r\nX-Trailer: ignored\r\n\r\n"


class RawStream:
    """A socket that sends any bytes and reads answers one after the other."""

    def __init__(self, address, **how):
        self.socket = connect(address, **how)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The next answer; interim ones (1xx) count as answers without a body."""
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *fields = head.decode("latin-1").split("\r\n")
        headers = {}
        for field in fields:
            name, value = field.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            self._fill()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(int(first.split()[1]), headers, body)

    def is_closed(self):
        """Waits until the peer closes; true if it does so without another byte."""
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"closed in the middle of an answer, after {self.buffer!r}")
        self.buffer += data

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
