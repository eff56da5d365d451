"""What operators do again, or only try: replays, rehearsals, and the trail of it all."""

import json

from harness import cli, eventually, http_hook
from payloads import LINE, envelope, moment, status_event
from sink import Reply

ROUTES = [{"name": "all", "on": ["FLAGGED", "CRITICAL"], "pause": ["sender"], "page": ["ops"]}]


def two_hooks(make_daemon, sender, ops, **more):
    return make_daemon(hooks={"sender": http_hook(sender), "ops": http_hook(ops)}, routes=ROUTES, **more).start()


def test_a_dead_delivery_is_sent_again(make_daemon, make_sink):
    sender, ops = make_sink(), make_sink(default=Reply(422))
    daemon = two_hooks(make_daemon, sender, ops)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    [dead] = eventually(lambda: daemon.deliveries(state="dead"), "a dead page", daemon.deliveries)
    ops.default = Reply()
    told = cli("replay", "delivery", dead["id"], "--reason", "repaired", "--admin", daemon.admin_url)
    assert told.returncode == 0, told.stderr
    daemon.wait_until_delivered(hook="ops")
    assert ops.requests[-1].id == dead["id"]
    [entry] = daemon.get("/v1/audit").json["audit"]
    assert entry["action"] == "delivery.replay" and entry["subject"] == dead["id"] and entry["reason"] == "repaired"
    shown = daemon.get(f"/v1/deliveries/{dead['id']}").json
    assert [each["outcome"] for each in shown["attempts"]] == ["failed", "delivered"]
    assert shown["attempts"][0]["answer"].startswith("HTTP 422")


def test_what_is_no_longer_so_is_not_sent_again(make_daemon, make_sink):
    sender, ops = make_sink(default=Reply(422)), make_sink(default=Reply(422))
    daemon = two_hooks(make_daemon, sender, ops)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    eventually(lambda: len(daemon.deliveries(state="dead")) == 2, "dead", daemon.deliveries)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    for delivery in daemon.deliveries(state="dead"):
        if delivery["type"] in ("line.paused", "incident.opened"):
            answer = daemon.order("POST", f"/v1/deliveries/{delivery['id']}/replay", {})
            assert answer.status == 409 and answer.json["error"] == "outdated", answer.text
    assert daemon.order("POST", "/v1/deliveries/dlv_none/replay", {}).status == 404


def test_a_quarantined_event_is_read_again(make_daemon, make_sink):
    """As after an upgrade that understands it: here the body in the ledger is made readable instead."""
    sender, ops = make_sink(), make_sink()
    daemon = two_hooks(make_daemon, sender, ops)
    event = envelope({"phone_number": "not a number", "new_status": "FLAGGED", "changed_at": moment(0)})
    daemon.accept(event)
    path = f"/v1/events/{event['event_id']}/replay"
    answer = daemon.order("POST", path, {"reason": "try"})
    assert answer.status == 422 and answer.json["error"] == "still_not_understood", answer.text
    daemon.stop()
    event["data"]["phone_number"] = LINE
    daemon.execute("UPDATE event SET body = ?", json.dumps(event).encode())
    daemon.start()
    answer = daemon.order("POST", path, {"reason": "upgraded", "by": "ann"})
    assert answer.status == 200 and answer.json["decision"] == "paused", answer.text
    assert daemon.decision(LINE) == "paused"
    assert sender.wait_for(1)[0].type == "line.paused"
    assert [each["state"] for each in daemon.get("/v1/events").json["events"]] == ["applied"]
    assert daemon.order("POST", path, {}).json["error"] == "not_quarantined"


def test_what_if_does_nothing(make_daemon, make_sink):
    sender, ops = make_sink(), make_sink()
    daemon = two_hooks(make_daemon, sender, ops)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(0)))
    told = cli("whatif", "--line", LINE, "--status", "FLAGGED", "--admin", daemon.admin_url)
    assert told.returncode == 0, told.stderr
    assert f"{LINE} would go from allowed to paused: status is FLAGGED" in told.stdout
    assert "line.paused to sender" in told.stdout and "incident.opened to ops" in told.stdout
    event = status_event(status="FLAGGED", changed_at=moment(1))
    answer = daemon.order("POST", "/v1/whatif", event)
    assert answer.json["decision"] == "paused" and answer.json["incident"] == "opened", answer.text
    assert daemon.decision(LINE) == "allowed"
    assert daemon.deliveries() == [] and len(daemon.get("/v1/events").json["events"]) == 1
    assert daemon.get("/v1/incidents").json["incidents"] == []
    # And then it comes, and does what was said.
    daemon.accept(event)
    daemon.wait_until_delivered(2)
    assert daemon.order("POST", "/v1/whatif", event).json["effect"] == "duplicate"


def test_what_if_of_other_things(daemon):
    bad = [({}, 400), ({"line": "x"}, 400), ({"lines": LINE}, 400), ([], 400)]
    for order, status in bad:
        answer = daemon.order("POST", "/v1/whatif", order)
        assert answer.status == status and answer.json["detail"], answer.text
    odd = envelope({"phone_number": 7})
    assert daemon.order("POST", "/v1/whatif", odd).json["effect"] == "quarantined"
    other = envelope({}, event_type="message.sent")
    assert daemon.order("POST", "/v1/whatif", other).json["effect"] == "ignored"
    assert daemon.get("/v1/events").json["events"] == []


def test_everything_operators_do_is_in_the_trail(daemon):
    where = ("--admin", daemon.admin_url, "--by", "ann")
    assert cli("pause", LINE, "--reason", "porting", *where).returncode == 0
    made = cli("silence", "add", "--lines", "+1202*", "--for", "1h", "--reason", "known", *where)
    assert made.returncode == 0, made.stderr
    identifier = made.stdout.split()[0]
    listed = cli("silence", "list", "--admin", daemon.admin_url).stdout
    assert identifier in listed and "known" in listed and "+1202*" in listed
    assert cli("silence", "remove", identifier, "--reason", "done", *where).returncode == 0
    assert cli("silence", "remove", identifier, *where).returncode == 1
    assert cli("resume", LINE, "--reason", "ported", *where).returncode == 0
    assert cli("reload", "--admin", daemon.admin_url).returncode == 0
    told = cli("audit", "--admin", daemon.admin_url).stdout.splitlines()
    assert [row.split()[1:4] for row in told[1:]] == [
        ["admin", "configuration.reload", str(daemon.file)],
        ["ann", "operator.resume", LINE], ["ann", "silence.remove", identifier],
        ["ann", "silence.add", identifier], ["ann", "operator.pause", LINE],
    ]
    trail = daemon.get("/v1/audit?limit=1").json
    assert len(trail["audit"]) == 1 and trail["next_before"]


def test_history_that_is_over_and_old_goes(make_daemon, make_sink):
    """Of the closed incident nothing is left after the retention, of the open one everything."""
    sender, ops = make_sink(), make_sink()
    daemon = two_hooks(make_daemon, sender, ops)
    other = "+12025555678"
    for index, status in enumerate(["FLAGGED", "ACTIVE"]):
        daemon.accept(status_event(status=status, changed_at=moment(index)))
        eventually(lambda: not daemon.deliveries(state="pending"), "all delivered", daemon.deliveries)
    daemon.accept(status_event(line=other, status="FLAGGED", changed_at=moment(0)))
    eventually(lambda: not daemon.deliveries(state="pending"), "all delivered", daemon.deliveries)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(5)))
    daemon.stop()
    days = 100 * 86_400 * 1_000_000
    daemon.execute("UPDATE event SET received_at = received_at - ? WHERE seq < 4", days)
    daemon.execute("UPDATE delivery SET created_at = created_at - ?1, settled_at = settled_at - ?1", days)
    daemon.execute("UPDATE incident SET opened_at = opened_at - ?1, closed_at = closed_at - ?1", days)
    daemon.start()
    eventually(lambda: len(daemon.rows("SELECT * FROM incident")) == 1, "pruned", lambda: daemon.log)
    assert {each["line"] for each in daemon.deliveries()} == {other}
    assert [each["phone_number"] for each in daemon.get("/v1/events").json["events"]] == [LINE, other]
    assert daemon.decision(other) == "paused" and daemon.decision(LINE) == "allowed"
