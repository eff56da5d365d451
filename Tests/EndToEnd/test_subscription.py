"""The subscription that feeds us: whoever cuts the wire is named to people at once, and what can be repaired is."""

import pytest

from account import URL, account, alert, compared, kinds, make_account, reconcile
from harness import cli, eventually
from linq_cli import LINE, OTHER
from linq_state import Subscription
from payloads import envelope, moment, signed, status_event

__all__ = ["make_account"]
EVENTS = ["phone_number.status_updated", "phone_number.assigned", "phone_number.released"]


def subscribe(fake, url=f"{URL}?version=2026-02-03", events=EVENTS, **more):
    fake.subscriptions.append(Subscription(url, list(events), **more))
    return fake.subscriptions[-1]


def notice(kind="disabled", subscription="sub_1", **more):
    data = {
        "summary": "Webhook subscription disabled",
        "occurred_at": moment(0),
        "origin": "dashboard",
        "actor": {"type": "team_member", "id": "u1", "name": "Alice", "email": "alice@example.com"},
        "webhook_subscription": {"id": subscription, "target_url": URL},
    }
    return envelope(data | more, event_type=f"webhook_subscription.{kind}")


def hear(daemon, subscription):
    """A delivery that came by a subscription."""
    body, headers = signed(status_event(line=OTHER))
    assert daemon.post(body, headers | {"X-Webhook-Subscription-ID": subscription}).status == 200


@pytest.mark.parametrize(
    "kind", ["disabled", "deleted", "target_url_changed", "events.updated", "phone_numbers.updated"]
)
def test_who_cuts_the_wire_is_named_at_once(make_account, fake, kind):
    daemon = make_account().start()
    change = {"from": ["a"], "to": []} if kind.endswith("updated") else None
    event = notice(kind, **({"change": change} if change else {}))
    daemon.accept(event)
    # What was acknowledged is on disk, and so is what tells people of it.
    [written] = daemon.deliveries(type="daemon.alert")
    told = alert(daemon, f"webhook_subscription_{kind.replace('.', '_')}")
    for word in ("Alice <alice@example.com>", "sub_1", event["trace_id"]) + (('from ["a"] to []',) if change else ()):
        assert word in told["summary"], told
    [entry] = [each for each in daemon.get("/v1/audit").json["audit"] if each["subject"] == "sub_1"]
    assert entry["action"] == f"webhook_subscription.{kind}" and entry["author"] == "Alice <alice@example.com>"
    # The same delivery again has no second effect.
    daemon.accept(event)
    assert len(daemon.deliveries(type="daemon.alert")) == 1 and written["id"]
    assert "Alice" in cli("audit", "--admin", daemon.admin_url).stdout


def test_other_subscriptions_are_kept_and_not_told(make_account, fake):
    subscribe(fake, id="sub_ours")
    daemon = make_account().start()
    hear(daemon, "sub_ours")
    daemon.accept(notice(subscription="sub_other"))
    assert [each["subject"] for each in daemon.get("/v1/audit").json["audit"]] == ["sub_other"]
    assert daemon.deliveries(type="daemon.alert") == []
    daemon.restart()
    daemon.accept(notice(subscription="sub_other"))
    assert daemon.deliveries(type="daemon.alert") == [], "known after a restart too"
    daemon.accept(notice(subscription="sub_ours"))
    alert(daemon, "webhook_subscription_disabled")


def test_a_notice_has_the_subscription_looked_at(make_account, fake):
    ours = subscribe(fake)
    daemon = make_account(linq={"webhook_url": URL}).start()
    compared(daemon)
    eventually(lambda: (account(daemon)["subscription"] or {}).get("ok"), "as it should be", lambda: daemon.log)
    ours.is_active = False
    daemon.accept(notice(subscription=ours.id))
    eventually(lambda: not account(daemon)["subscription"]["ok"], "noticed", lambda: daemon.log)
    alert(daemon, "subscription_inactive")


BROKEN = {
    "subscription_missing": None,
    "subscription_inactive": {"is_active": False},
    "subscription_events": {"events": ["message.sent"]},
    "subscription_filter": {"phone_numbers": [LINE]},
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_wrong_with_it_is_found_and_told(make_account, fake, kind):
    if BROKEN[kind] is not None:
        subscribe(fake, **BROKEN[kind])
    daemon = make_account(linq={"webhook_url": URL}).start()
    told = alert(daemon, kind)
    assert told["remedy"]
    problems = account(daemon)["subscription"]["problems"]
    assert problems == [told["summary"]] and daemon.metrics.value("linewarden_subscription_ok") == 0
    assert "NOT AS IT SHOULD BE" in cli("status", "--admin", daemon.admin_url).stdout
    # It is told once, and again only when it was well in between.
    reconcile(daemon)
    assert kinds(daemon).count(kind) == 1
    assert not fake.asked("PUT"), "nobody asked for a repair"


def test_one_that_leads_elsewhere_is_known_by_its_deliveries(make_account, fake):
    ours = subscribe(fake)
    daemon = make_account(linq={"webhook_url": URL}).start()
    compared(daemon)
    hear(daemon, ours.id)
    ours.target_url = "https://elsewhere.example.com/hook"
    reconcile(daemon)
    assert "https://elsewhere.example.com/hook" in alert(daemon, "subscription_moved")["summary"]


def test_without_a_url_it_is_known_by_its_deliveries(make_account, fake):
    ours, other = subscribe(fake), subscribe(fake, url="https://other.example.com/hook")
    other.is_active = False
    daemon = make_account().start()
    compared(daemon)
    assert reconcile(daemon)["linq"]["subscription"]["known"] is False
    hear(daemon, ours.id)
    assert reconcile(daemon)["linq"]["subscription"] == {
        "id": ours.id, "target_url": ours.target_url, "ok": True, "known": True, "problems": []
    }
    fake.subscriptions.remove(ours)
    reconcile(daemon)
    alert(daemon, "subscription_missing")


@pytest.mark.parametrize("kind", [kind for kind in BROKEN if BROKEN[kind]])
def test_what_can_be_repaired_is(make_account, fake, kind):
    ours = subscribe(fake, **BROKEN[kind])
    daemon = make_account(linq={"webhook_url": URL, "keep_subscription_active": True}).start()
    assert "repaired" in alert(daemon, "subscription_repaired")["summary"]
    eventually(lambda: (account(daemon)["subscription"] or {}).get("ok"), "well again", lambda: daemon.log)
    assert ours.is_active and "phone_number.status_updated" in ours.subscribed_events
    assert not ours.phone_numbers or set(ours.phone_numbers) == {LINE, OTHER}
    assert kind not in kinds(daemon)
    puts = len(fake.asked("PUT"))
    reconcile(daemon)
    assert len(fake.asked("PUT")) == puts, "what is well is left alone"


def test_a_repair_that_is_refused_is_told(make_account, fake):
    subscribe(fake, is_active=False)
    daemon = make_account(linq={"webhook_url": URL, "keep_subscription_active": True})
    fake.fail(1_000, code=2005, method="PUT")
    daemon.start()
    told = alert(daemon, "subscription_inactive")
    assert "could not be repaired" in told["summary"] and "2005" in told["summary"] and "trace" in told["summary"]
