"""A receiver on loopback that records what hooks send and answers as a test tells it to."""

import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

from harness import eventually
from payloads import OTHER_SECRET

# Deliveries of hooks are signed with a secret of their own.
HOOK_SECRET = OTHER_SECRET


@dataclass
class Reply:
    """How to answer one request."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict = field(default_factory=dict)
    # Set by the test when the answer may go out; None: at once.
    gate: threading.Event = None
    # Close with a reset, without any answer.
    reset: bool = False


@dataclass
class Received:
    """One request as it arrived; `at` is monotonic."""

    method: str
    path: str
    headers: dict
    body: bytes
    at: float
    # What it was answered; None: nothing (yet).
    status: int = None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def type(self):
        return self.json["type"]

    @property
    def line(self):
        return self.json["data"]["line"]["phone_number"]

    @property
    def id(self):
        return self.headers["webhook-id"]

    def verify(self, secret=HOOK_SECRET):
        """The JSON, once the independent library has found the signature good."""
        return Webhook(secret).verify(self.body, self.headers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def process_request(self, request, client_address):
        """Noted in the order of arrival, before a thread of its own takes it."""
        self.open.add(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """Peers that vanish are part of the tests, not news."""


class Sink:
    """Listens until closed. Answers come from `script` one by one, then from `default`; both may be functions."""

    def __init__(self, default=None, script=()):
        self.default = default or Reply()
        self.script = list(script)
        self.requests = []
        # Bound and never listening: while the sink is down its port refuses, and is nobody else's.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        self.port = self._place.getsockname()[1]
        self._lock = threading.Lock()
        self._open = set()
        self._server = None
        self.up()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def up(self):
        """Listens, after `down` on the same port as before."""
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two writes: the second would wait for the peer's delayed acknowledgement, 40 ms.
            disable_nagle_algorithm = True

            def finish(self):
                sink._open.discard(self.connection)
                super().finish()

            def do_POST(self):
                sink._serve(self)

            do_PUT = do_GET = do_POST

            def log_message(self, *_):
                pass

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self._server.open = self._open
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        """Ends for good."""
        self.down()
        self._place.close()

    def down(self):
        """Refuses connections and cuts those that are open."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _serve(self, handler):
        length = int(handler.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        received = Received(handler.command, handler.path, headers, handler.rfile.read(length), time.monotonic())
        with self._lock:
            self.requests.append(received)
            reply = self.script.pop(0) if self.script else self.default
        if callable(reply):
            reply = reply(received)
        received.status = None if reply.reset else reply.status
        if reply.gate:
            reply.gate.wait(60)
        if reply.reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)

    def wait_until_quiet(self):
        """Until all that peers sent before they ended has been read: nothing of theirs can come after this."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.shutdown(socket.SHUT_WR)
            # Connections are taken in their order, so all others were taken before this one is closed.
            assert last.recv(1) == b""
        eventually(lambda: not self._open, "no connection open")

    def wait_for(self, count, **filters):
        """The requests whose attributes are these, once there are that many."""

        def found():
            return [each for each in list(self.requests) if all(getattr(each, k) == v for k, v in filters.items())]

        eventually(lambda: len(found()) >= count, f"{count} requests like {filters}", lambda: self.seen())
        return found()

    def seen(self):
        """What arrived, for messages."""
        return [(each.path, each.body[:120]) for each in list(self.requests)]

    @property
    def types(self):
        return [each.type for each in list(self.requests)]
