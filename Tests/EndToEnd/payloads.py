"""What Linq sends: bodies in all generations, and the headers that prove them (linq-contract.md, section 1).

Standard signatures come from the PyPI package `standardwebhooks`: the daemon is judged by code it does not share.
"""

import base64
import hashlib
import hmac
import itertools
import json
import time
from datetime import datetime, timedelta, timezone

from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
LINE = "+12025551234"
OTHER_LINE = "+12025559876"

_numbers = itertools.count(1)
_epoch = datetime.now(timezone.utc) - timedelta(hours=1)


def unique_id(prefix="evt"):
    """An id nobody has used in this run."""
    return f"{prefix}_{next(_numbers):06d}"


def moment(seconds):
    """RFC 3339, that many seconds into an hour that ends now: never in the daemon's future."""
    return rfc3339(_epoch + timedelta(seconds=seconds))


def rfc3339(when):
    """With milliseconds and `Z`, as Linq writes times."""
    return when.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status_data(
    line=LINE,
    status="ACTIVE",
    reputation="HEALTHY",
    previous_status=None,
    previous_reputation=None,
    changed_at=None,
    generation=3,
):
    """The `data` of `phone_number.status_updated` in one of its three generations; None leaves a member out."""
    axis = {1: None, 2: "health_status", 3: "reputation"}[generation]
    data = {
        "phone_number": line,
        "previous_status": previous_status,
        "new_status": status,
        "changed_at": changed_at or rfc3339(datetime.now(timezone.utc)),
    }
    if axis:
        data[f"previous_{axis}"] = previous_reputation
        data[f"new_{axis}"] = reputation
    return {key: value for key, value in data.items() if value is not None}


def envelope(data, event_type="phone_number.status_updated", event_id=None, **more):
    """An API V3 event around its data."""
    event = {
        "api_version": "v3",
        "webhook_version": "2026-02-03",
        "event_type": event_type,
        "event_id": event_id or unique_id(),
        "created_at": rfc3339(datetime.now(timezone.utc)),
        "trace_id": unique_id("trace"),
        "partner_id": "partner_1",
        "data": data,
    }
    event.update(more)
    return {key: value for key, value in event.items() if value is not None}


def status_event(event_id=None, **data):
    """A whole `phone_number.status_updated`."""
    return envelope(status_data(**data), event_id=event_id)


def encode(event):
    """The body of an event; bytes and texts stay as they are."""
    if isinstance(event, bytes):
        return event
    return event.encode() if isinstance(event, str) else json.dumps(event).encode()


def standard_headers(body, secret=SECRET, message_id=None, at=None):
    """The Standard Webhooks set, signed by the independent library."""
    message_id = message_id or unique_id("msg")
    at = int(time.time() if at is None else at)
    signature = Webhook(secret).sign(message_id, datetime.fromtimestamp(at, timezone.utc), body.decode())
    return {"webhook-id": message_id, "webhook-timestamp": str(at), "webhook-signature": signature}


def raw_standard_headers(body, secret=SECRET, message_id=None, at=None):
    """The same for bodies that are not UTF-8, which the library cannot sign."""
    message_id = message_id or unique_id("msg")
    at = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    code = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(code).decode()
    return {"webhook-id": message_id, "webhook-timestamp": at, "webhook-signature": signature}


def legacy_headers(body, secret=SECRET, at=None, decoded=False, event_type="phone_number.status_updated"):
    """The deprecated set; `decoded` takes the bytes of a whsec_ secret as the key, not its text."""
    at = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_") + "==") if decoded else secret.encode()
    return {
        "X-Webhook-Event": event_type,
        "X-Webhook-Subscription-ID": "sub_1",
        "X-Webhook-Timestamp": at,
        "X-Webhook-Signature": hmac.new(key, at.encode() + b"." + body, hashlib.sha256).hexdigest(),
    }


def signed(event, scheme="standard", secret=SECRET, message_id=None, at=None):
    """Body and headers as Linq delivers them: `standard`, `legacy` or `both` sets."""
    body = encode(event)
    if message_id is None and isinstance(event, dict):
        message_id = event.get("event_id")
    headers = {"Content-Type": "application/json"}
    if scheme in ("standard", "both"):
        headers |= standard_headers(body, secret, message_id, at)
    if scheme in ("legacy", "both"):
        headers |= legacy_headers(body, secret, at)
    return body, headers
