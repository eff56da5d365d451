"""Linq's Partner API V3 and V2 on loopback, as the vendor's SDK and documents have them, with faults on demand.

Strict: a request that the real API might refuse is refused here, so that a client that gets by is a good one.
"""

import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from linq_state import E164, EVENTS, KEY, TOKEN, Audit, Line, Refused, Subscription, now, v2_error, v3_error

@dataclass
class Fault:
    """What happens to the next requests instead: an answer, or none."""

    status: int = None
    body: object = b""
    headers: dict = field(default_factory=dict)
    # The request is carried out before the fault.
    after_effect: bool = False
    # Never answered until the fake is closed.
    hang: bool = False
    # The connection is reset.
    reset: bool = False
    # Bytes that are no HTTP.
    garbage: bytes = None
    # Waited for before the answer goes out.
    gate: threading.Event = None
    # Only requests with this method; None: all.
    method: str = None


@dataclass
class Request:
    """One request as it arrived, and what it was answered."""

    method: str
    path: str
    headers: dict
    body: bytes
    status: int = None
    trace_id: str = None
    # By the clock that never jumps.
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self):
        return json.loads(self.body)


class LinqFake:
    """Listens until closed; a context manager. What it knows is in `lines` and `subscriptions`."""

    def __init__(self, *numbers):
        self.lines = [Line(number, index + 101) for index, number in enumerate(numbers)]
        self.subscriptions = []
        self.audits = []
        self.faults = []
        # Seconds by which its clock, as answers tell it, is ahead.
        self.ahead = 0
        self.requests = []
        self.lock = threading.RLock()
        self._closed = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self):
                fake._serve(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = answer

            def date_time_string(self, timestamp=None):
                return super().date_time_string((timestamp or time.time()) + fake.ahead)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                """Peers that vanish are part of the tests, not news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def origin(self):
        """The base URL of V2."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self):
        """The base URL of V3."""
        return f"{self.origin}/api/partner"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def line(self, number):
        return next(line for line in self.lines if line.phone_number == number)

    def begin_audit(self, number):
        """Starts an audit as if somebody else had; gives its id."""
        with self.lock:
            return self._start(self.line(number))["audit_id"]

    def fail(self, count=1, **fault):
        """The next requests meet this fault; `code` makes it one of V3's errors."""
        code = fault.pop("code", None)
        if code:
            words = {name: fault.pop(name) for name in ("retry_after", "message") if name in fault}
            refused = v3_error(code, status=fault.pop("status", None), **words)
            fault |= {"status": refused.status, "body": refused.body, "headers": refused.headers}
        with self.lock:
            self.faults += [Fault(**fault)] * count

    def asked(self, method, path=""):
        """Requests so far with this method whose path, decoded, ends so."""
        return [each for each in list(self.requests) if each.method == method and unquote(each.path).endswith(path)]

    def _serve(self, handler):
        length = int(handler.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, handler.path, headers, handler.rfile.read(length))
        with self.lock:
            self.requests.append(request)
            fault = next((each for each in self.faults if each.method in (None, request.method)), None)
            if fault:
                # By identity: several faults may be equal.
                self.faults.pop(next(index for index, each in enumerate(self.faults) if each is fault))
            if fault is None or fault.after_effect or fault.gate and fault.status is None:
                status, body, more = self._answer(request)
        if fault and fault.gate:
            fault.gate.wait(60)
        if fault and fault.hang:
            self._closed.wait(60)
        if fault and (fault.hang or fault.reset):
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            return handler.connection.close()
        if fault and fault.garbage is not None:
            handler.close_connection = True
            return handler.wfile.write(fault.garbage)
        if fault and fault.status:
            status, body, more = fault.status, fault.body, fault.headers
        request.status = status
        request.trace_id = body.get("trace_id") if isinstance(body, dict) else None
        raw = isinstance(body, bytes)
        payload = body if raw else b"" if body is None else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in ({} if raw or body is None else {"Content-Type": "application/json"} | more).items():
            handler.send_header(name, value)
        if raw:
            for name, value in more.items():
                handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(payload)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(payload)

    def _answer(self, request):
        try:
            path = [unquote(part) for part in urlsplit(request.path).path.split("/")[1:]]
            if path[:3] == ["api", "partner", "v3"]:
                status, body = self._v3(request, path[3:])
            elif path[:3] == ["api", "partner", "v2"]:
                status, body = self._v2(request, path[3:])
            else:
                raise v3_error(2001)
            return status, body, {}
        except Refused as refused:
            return refused.status, refused.body, refused.headers

    # --- V3 -----------------------------------------------------------------------------------------------------------

    def _v3(self, request, path):
        if request.headers.get("authorization") != f"Bearer {KEY}":
            raise v3_error(2004)
        match [request.method, *path]:
            case ["GET", "phone_numbers"]:
                return 200, {"phone_numbers": [line.v3() for line in self.lines]}
            case ["PUT", "phone_numbers", id]:
                return 200, self._forward(id, self._body(request, {"forwarding_number": (str, type(None))}))
            case ["POST", "phone_numbers", number, "reputation_audit"]:
                if request.body:
                    raise v3_error(1003, "An audit takes no body")
                return 202, self._start(self._find(number))
            case ["GET", "phone_numbers", number, "reputation_audit", id]:
                return 200, self._poll(self._find(number), id)
            case ["GET", "webhook-subscriptions"]:
                return 200, {"subscriptions": [each.record() for each in self.subscriptions]}
            case ["POST", "webhook-subscriptions"]:
                return 201, self._subscribe(request)
            case [("GET" | "PUT" | "DELETE") as method, "webhook-subscriptions", id]:
                return self._subscription(request, method, id)
            case [_, "phone_numbers" | "webhook-subscriptions", *_]:
                raise v3_error(1003, "Method not allowed", status=405)
        raise v3_error(2001)

    def _body(self, request, members, required=()):
        """The JSON object that came: of known members with the right types, and announced as JSON."""
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            raise v3_error(1003, "Content-Type must be application/json", status=415)
        try:
            body = json.loads(request.body)
        except ValueError:
            raise v3_error(1003, "The body is not JSON") from None
        if not isinstance(body, dict):
            raise v3_error(1003, "The body is not an object")
        for name, value in body.items():
            if name not in members or not isinstance(value, members[name]):
                raise v3_error(1003, f"{name} is not expected, or not like this")
        for name in required:
            if name not in body:
                raise v3_error(1003, f"{name} is required")
        return body

    def _find(self, number):
        if not E164.fullmatch(number):
            raise v3_error(1002)
        found = [line for line in self.lines if line.phone_number == number]
        if not found:
            raise v3_error(2001)
        return found[0]

    def _forward(self, id, body):
        found = [line for line in self.lines if line.id == id]
        if not found:
            raise v3_error(2001)
        if "forwarding_number" not in body:
            raise v3_error(1003, "forwarding_number is required")
        number = body["forwarding_number"] or None
        if number and not E164.fullmatch(number):
            raise v3_error(1002)
        found[0].forwarding_number = number
        return {name: getattr(found[0], name) for name in ("id", "phone_number", "forwarding_number")}

    def _subscribe(self, request):
        members = {"target_url": str, "subscribed_events": list, "phone_numbers": list}
        body = self._body(request, members, required=("target_url", "subscribed_events"))
        self._check(body)
        subscription = Subscription(**body)
        self.subscriptions.append(subscription)
        return subscription.record() | {"signing_secret": subscription.signing_secret}

    def _subscription(self, request, method, id):
        found = next((each for each in self.subscriptions if each.id == id), None)
        if found is None:
            raise v3_error(2001)
        if method == "DELETE":
            self.subscriptions.remove(found)
            return 204, None
        if method == "PUT":
            lists = (list, type(None))
            members = {"target_url": str, "subscribed_events": list, "phone_numbers": lists, "is_active": bool}
            body = self._body(request, members)
            self._check(body, found)
            for name, value in (body | {"updated_at": now()}).items():
                setattr(found, name, value)
        return 200, found.record()

    def _check(self, body, itself=None):
        url = body.get("target_url", "https://unchanged.example.com")
        if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            raise v3_error(1003, "target_url must be HTTPS")
        if any(each.target_url == url and each is not itself for each in self.subscriptions):
            raise v3_error(1008, "target_url is used by another subscription")
        if "subscribed_events" in body and (not body["subscribed_events"] or set(body["subscribed_events"]) - EVENTS):
            raise v3_error(1003, "subscribed_events holds an unknown type, or none")
        if not all(isinstance(each, str) and E164.fullmatch(each) for each in body.get("phone_numbers") or []):
            raise v3_error(1002)

    def _start(self, line):
        running = next((each for each in self.audits if each.line is line and each.status == "pending"), None)
        if running and line.answers_409:
            told = {"audit_id": running.id} if line.tells_audit_id else {}
            raise v3_error(1008, "An audit of this line is running", **told)
        if running is None:
            if line.cooldown and any(each.line is line for each in self.audits):
                raise v3_error(1007, "The line was audited a moment ago", retry_after=line.cooldown)
            running = Audit(line)
            self.audits.append(running)
        return {"audit_id": running.id, "status": "pending"}

    def _poll(self, line, id):
        audit = next((each for each in self.audits if each.id == id and each.line is line), None)
        if audit is None:
            raise v3_error(2001)
        audit.polls += 1
        if audit.polls > line.audit_polls:
            audit.status = "error" if line.audit_error else "complete"
        return audit.record()

    # --- V2 -----------------------------------------------------------------------------------------------------------

    def _v2(self, request, path):
        if request.headers.get("x-linq-integration-token") != TOKEN:
            raise v2_error(401, "unauthorized", "Unauthorized", "The integration token is missing or wrong")
        match [request.method, *path]:
            case ["GET", "phone_numbers"]:
                return 200, {"phone_numbers": [line.v2() for line in self.lines if not line.is_foreign]}
            case ["PUT", "phone_numbers", id]:
                found = next((line for line in self.lines if str(line.number) == id), None)
                if found is None or found.is_foreign:
                    raise v2_error(403, "forbidden", "Forbidden", "The phone number is not your organization's")
                try:
                    number = json.loads(request.body)["forwarding_number"]
                except (ValueError, KeyError, TypeError):
                    raise v2_error(400, "bad_request", "Bad Request", "forwarding_number is missing") from None
                if not isinstance(number, str) or number and not E164.fullmatch(number):
                    raise v2_error(422, "invalid", "Unprocessable Entity", "The forwarding number is invalid")
                found.forwarding_number = number or None
                return 200, found.v2()
        raise v2_error(404, "not_found", "Not Found", "There is nothing here")
