"""A state as it is at 3 a.m.: lines in trouble, incidents over days, a broken hook, deliveries that were given up."""

import sqlite3
from datetime import UTC, datetime, timedelta

from harness import eventually, http_hook
from payloads import rfc3339, status_event
from sink import Reply

FLAGGED, CRITICAL, AT_RISK, RECOVERED = "+12025550111", "+13125550142", "+14155550178", "+16465550190"
FINE = [f"+1512555{number:04d}" for number in range(100, 124)]
# Days ago, status, reputation.
HISTORY = {
    FLAGGED: [(13, "ACTIVE", "HEALTHY"), (9.3, "ACTIVE", "AT_RISK"), (6.1, "ACTIVE", "HEALTHY"), (2.2, "ACTIVE", "AT_RISK"),
              (1.1, "ACTIVE", "CRITICAL"), (0.16, "FLAGGED", "CRITICAL")],
    CRITICAL: [(12, "ACTIVE", "HEALTHY"), (3.4, "ACTIVE", "AT_RISK"), (0.7, "ACTIVE", "CRITICAL")],
    AT_RISK: [(11, "ACTIVE", "HEALTHY"), (8.2, "FLAGGED", "HEALTHY"), (6.9, "ACTIVE", "HEALTHY"), (1.6, "ACTIVE", "AT_RISK")],
    RECOVERED: [(10, "ACTIVE", "HEALTHY"), (5.5, "FLAGGED", "CRITICAL"), (4.8, "ACTIVE", "AT_RISK"), (3.9, "ACTIVE", "HEALTHY")],
}


def hooks(make_sink):
    """A sender that works, a channel that is revoked, and one that refuses every delivery."""
    revoked = http_hook(make_sink(default=Reply(410, b"no_service")), retry={"first": "20ms", "broken": "1h"})
    refusing = http_hook(make_sink(default=Reply(503, b"busy")), give_up_after="1s")
    return {"sender": http_hook(make_sink()), "ops": revoked, "oncall": refusing}


ROUTES = [
    {"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["sender"], "page": ["ops", "oncall"]},
    {"name": "slow", "on": ["AT_RISK"], "slow": ["sender"], "page": ["oncall"]},
]


def tell(daemon, linq=None):
    """Has it all happen, dated as if it had happened over days; from then on Linq is asked, too, if there is one."""
    for number in FINE:
        daemon.accept(status_event(line=number, changed_at=rfc3339(datetime.now(UTC) - timedelta(days=12))))
    for line, steps in HISTORY.items():
        for days, status, reputation in steps:
            at = rfc3339(datetime.now(UTC) - timedelta(days=days))
            daemon.accept(status_event(line=line, status=status, reputation=reputation, changed_at=at))
    eventually(lambda: len(daemon.deliveries(state="dead")) >= 3, "dead deliveries", lambda: daemon.log)
    eventually(lambda: daemon.get("/v1/status").json["broken_hooks"], "a broken hook", lambda: daemon.log)
    daemon.order("POST", "/v1/silences", {"lines": "+1512*", "for": "2h", "reason": "planned migration", "by": "grace"})
    daemon.order("POST", f"/v1/lines/{FINE[3]}/pause", {"reason": "customer asked us to stop", "by": "ada", "for": "8h"})
    assert daemon.stop() == 0
    backdate(daemon)
    if linq:
        daemon.config["linq"] = linq
    return daemon.start()


def backdate(daemon):
    """Things were received when they happened."""
    with sqlite3.connect(daemon.state / "linewarden.db") as db:
        db.execute("UPDATE event SET received_at = changed_at WHERE source = 'webhook'")
        db.execute("UPDATE line SET decision_since = max(status_changed_at, reputation_changed_at) "
                   "WHERE status IS NOT NULL AND reputation IS NOT NULL AND hold_reason IS NULL")
        for column, step in (("opened_at", "opened"), ("closed_at", "resolved")):
            at = f"(SELECT changed_at FROM event WHERE event.incident = incident.id AND event.step = '{step}')"
            db.execute(f"UPDATE incident SET {column} = coalesce({at}, {column}) WHERE {column} IS NOT NULL")
    db.close()


def card(line, name=""):
    """Where the page has the card of a restricted line, or one of its buttons."""
    return f'#restricted [data-key="{line}"]' + (f' [data-focus="{name}"]' if name else "")


def sign(browser, reason, by=None):
    """Fills in an order and gives it."""
    browser.write("#order-reason", reason)
    if by:
        browser.write("#order-by", by)
    browser.click("#order-submit")
    browser.wait_until_gone("#order")
