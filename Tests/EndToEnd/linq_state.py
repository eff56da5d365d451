"""What Linq knows of an account, and how it says so and what is wrong: the state behind `linq_fake`."""

import re
import typing
import uuid
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_bytes

from linq.types.webhook_event_type import WebhookEventType

KEY = "linq-api-key-that-nobody-may-see"
TOKEN = "linq-v2-token-that-nobody-may-see"
EVENTS = set(typing.get_args(WebhookEventType))
E164 = re.compile(r"\+[1-9]\d{1,14}")
DOCS = "https://docs.linqapp.com"
# What each code of V3 means: status and words. No document tells the codes that 1003, 1007 and 1008 stand in for.
CODES = {
    1002: (400, "Phone number must be in E.164 format"),
    1003: (400, "Invalid request"),
    2001: (404, "Resource not found"),
    2004: (401, "Unauthorized - missing or invalid authentication token"),
    2005: (403, "Access denied - insufficient permissions for this resource"),
    1008: (409, "The resource is in another state"),
    1007: (429, "Rate limit exceeded"),
    3006: (500, "Internal server error"),
}


def now():
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass
class Line:
    """One line; tests change its members while the fake runs."""

    phone_number: str
    number: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    forwarding_number: str = None
    reputation: str = "HEALTHY"
    # The older name of the axis, which the SDK does not know any more; None: left out.
    health_status: str = None
    line_type: str = "iMessage"
    response_rate: int = 1
    # Of another organization: V2 answers 403.
    is_foreign: bool = False
    # The report that the next audit ends with, or an error text.
    report: dict = None
    audit_error: str = None
    # Questions after which an audit ends.
    audit_polls: int = 1
    # Seconds until the next audit may begin; 0: at once.
    cooldown: int = 0
    # What a second start answers while one runs: 202 with its id (SDK 0.65), or 409.
    answers_409: bool = False
    tells_audit_id: bool = False

    def v3(self):
        def standing(status):
            anchor = status.lower().replace("_", "-")
            return {"status": status, "doc_url": f"{DOCS}/guides/phone-numbers/phone-reputation#{anchor}"}

        record = {"id": self.id, "phone_number": self.phone_number, "forwarding_number": self.forwarding_number}
        record |= {"line_type": self.line_type} if self.line_type else {}
        record |= {"reputation": standing(self.reputation)} if self.reputation else {}
        return record | ({"health_status": standing(self.health_status)} if self.health_status else {})

    def v2(self):
        members = ("phone_number", "forwarding_number", "response_rate")
        return {"id": self.number} | {name: getattr(self, name) for name in members}


@dataclass
class Subscription:
    """One webhook subscription; its secret is in one answer only."""

    target_url: str
    subscribed_events: list
    phone_numbers: list = None
    is_active: bool = True
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    signing_secret: str = field(default_factory=lambda: "whsec_" + b64encode(token_bytes(24)).decode())
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)

    def record(self):
        members = ("id", "target_url", "subscribed_events", "is_active", "created_at", "updated_at")
        return {name: getattr(self, name) for name in members} | {"phone_numbers": self.phone_numbers}


@dataclass
class Audit:
    line: Line
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    polls: int = 0
    status: str = "pending"

    def record(self):
        record = {"audit_id": self.id, "status": self.status}
        if self.status == "error":
            return record | {"error": self.line.audit_error}
        if self.status == "complete":
            record |= {"generated_at": now(), "phone": self.line.phone_number}
            return record | {"report": self.line.report or report()}
        return record


def report(severity="HEALTHY", driver="", **more):
    """A report as the SDK has it."""
    drivers = [{"key": driver, "summary": f"It is {driver}.", "metric": "7 of 9"}] if driver else []
    chats = [{"chat_id": str(uuid.uuid4()), "status": "CRITICAL", "driver_keys": ["low_engagement"]}]
    item = {"priority": 1, "title": "Slow down", "detail": "Send less for a day.", "expected_impact": "high"}
    return {
        "severity": severity,
        "primary_driver": driver,
        "drivers": drivers,
        "action_items": [item],
        "evidence": {"unhealthy_chats": chats, "opt_out_chats": []},
        "summary_markdown": f"# {severity}\n",
    } | more


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status, body, headers=None):
        self.status, self.body, self.headers = status, body, headers or {}


def v3_error(code, message=None, status=None, **more):
    wanted, words = CODES[code]
    status = status or wanted
    doc = f"{DOCS}/error/codes/{code // 1000}xxx/{code}/"
    extra = {"retry_after": more["retry_after"]} if "retry_after" in more else {}
    error = {"status": status, "code": code, "message": message or words, "doc_url": doc} | extra
    top = {"audit_id": more["audit_id"]} if "audit_id" in more else {}
    body = {"success": False, "error": error, "trace_id": f"trace-{uuid.uuid4()}"} | top
    headers = {"Retry-After": str(more["retry_after"])} if "retry_after" in more else {}
    return Refused(status, body, headers)


def v2_error(status, code, title, detail):
    return Refused(status, {"errors": [{"status": status, "code": code, "title": title, "detail": detail}]})
