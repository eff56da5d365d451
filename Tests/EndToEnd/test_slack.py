"""What a person reads in a channel, within the limits that Slack sets (wire.md, Slack incoming webhook)."""

import json

from harness import eventually
from payloads import LINE, moment, status_event
from sink import Reply

ROUTES = [{"name": "all", "on": ["FLAGGED", "CRITICAL", "AT_RISK"], "page": ["ops"]}]


def slack_hook(sink, **more):
    retry = {"first": "20ms", "max": "200ms"}
    return {"type": "slack", "url": sink.url, "retry": retry, "group_wait": "0s", "rate": "1000/s"} | more


def texts(value):
    """All texts in a Slack message, joined."""
    if isinstance(value, dict):
        own = value["text"] if isinstance(value.get("text"), str) else ""
        return own + texts([each for each in value.values() if not isinstance(each, str)])
    if isinstance(value, list):
        return "\n".join(map(texts, value))
    return ""


def check_limits(message):
    """Block Kit's limits (wire.md): what is over them, Slack refuses."""
    assert message["text"] and len(message["blocks"]) <= 50
    for block in message["blocks"]:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text" and len(block["text"]["text"]) <= 150
        for field in block.get("fields", []):
            assert field["type"] == "mrkdwn" and 1 <= len(field["text"]) <= 2000
        if block["type"] == "section" and "text" in block:
            assert 1 <= len(block["text"]["text"]) <= 3000
        assert len(block.get("fields", [])) <= 10 and len(block.get("elements", [])) <= 10
    assert len(json.dumps(message)) < 13_200


def test_slack_is_written_for_people(make_daemon, sink):
    """Which line, what changed, since when, what linewarden did, what to do next."""
    daemon = make_daemon(hooks={"ops": slack_hook(sink)}, routes=ROUTES).start()
    event = status_event(status="FLAGGED", previous_status="ACTIVE", changed_at="2026-02-18T18:35:05.000Z")
    daemon.accept(event)
    [received] = sink.wait_for(1)
    assert received.headers["content-type"].startswith("application/json")
    message = received.json
    check_limits(message)
    assert LINE in message["text"] and "paused" in message["text"]
    said = texts(message["blocks"])
    for expected in (LINE, "ACTIVE", "FLAGGED", "2026-02-18T18:35:05", "aused", "Linq", event["trace_id"]):
        assert expected in said, f"{expected!r} is not in:\n{said}"


def test_slack_hears_of_the_recovery(make_daemon, sink):
    daemon = make_daemon(hooks={"ops": slack_hook(sink)}, routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    daemon.wait_until_delivered(hook="ops")
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    said = texts(sink.wait_for(2)[1].json)
    assert LINE in said and "resume" in said


def test_slack_values_from_outside_are_escaped(make_daemon, sink):
    """Else a value could ping a whole channel."""
    daemon = make_daemon(hooks={"ops": slack_hook(sink)}, routes=ROUTES).start()
    daemon.accept(status_event(status="<!channel> & more" + "x" * 5000))
    message = sink.wait_for(1)[0].json
    check_limits(message)
    mrkdwn = [text for text in texts(message["blocks"]).split("\n")]
    assert "&lt;!channel&gt; &amp; more" in "\n".join(mrkdwn)
    for block in message["blocks"]:
        if block["type"] != "header":
            assert "<!channel>" not in texts(block)
    assert "<!channel>" not in message["text"]


def test_slack_says_ok_or_it_did_not_happen(make_daemon, make_sink):
    """200 with another body is a proxy's login page, not Slack."""
    sink = make_sink(script=[Reply(body=b"<html>log in</html>"), Reply(body=b"<html>log in</html>")])
    daemon = make_daemon(hooks={"ops": slack_hook(sink)}, routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.wait_until_delivered(hook="ops")
    assert len(sink.requests) == 3


def test_a_hook_that_slack_has_revoked_is_not_hammered(make_daemon, make_sink):
    """Seen in the wild: 73,159 notifications into a webhook that had been revoked."""
    sink = make_sink(default=Reply(404, b"no_service"))
    hook = slack_hook(sink)
    daemon = make_daemon(hooks={"ops": hook}, routes=ROUTES).start()
    for number in range(20):
        daemon.accept(status_event(line=f"+120255512{number:02}", status="FLAGGED"))
    [broken] = eventually(lambda: daemon.get("/v1/status").json["broken_hooks"], "a broken hook", daemon.deliveries)
    assert broken["hook"] == "ops" and "no_service" in broken["reason"]
    daemon.accept(status_event(status="FLAGGED"))
    assert len(sink.requests) == 1 and len(daemon.deliveries(state="pending")) == 21


def test_blocks_that_slack_refuses_arrive_as_text(make_daemon, make_sink):
    """A page without its form is better than none; it is one attempt, and nobody is told twice."""
    sink = make_sink(script=[Reply(400, b"invalid_blocks")])
    daemon = make_daemon(hooks={"ops": slack_hook(sink)}, routes=ROUTES).start()
    daemon.accept(status_event(status="FLAGGED"))
    [delivery] = daemon.wait_until_delivered(hook="ops")
    first, second = [request.json for request in sink.requests]
    assert second == {"text": first["text"]} and LINE in second["text"]
    assert delivery["attempts"] == 1


def test_the_url_is_a_secret(make_daemon, make_sink):
    """It is all that is needed to write to the channel (alertmanager had to fix two such leaks)."""
    sink = make_sink(script=[Reply(500)])
    hook = slack_hook(sink) | {"url": {"env": "SLACK_URL"}}
    url = f"http://127.0.0.1:{sink.port}/services/T000/B000/verysecret"
    daemon = make_daemon(hooks={"ops": hook}, routes=ROUTES, env={"SLACK_URL": url}).start()
    daemon.accept(status_event(status="FLAGGED"))
    [delivery] = daemon.wait_until_delivered()
    assert sink.requests[0].path == "/services/T000/B000/verysecret"
    for text in (daemon.log, str(delivery), daemon.get("/metrics").text, daemon.get(f"/v1/lines/{LINE}").text):
        assert "verysecret" not in text
