"""Events, incidents and deliveries, read back in pages by the admin listener and the command line."""

import json

import pytest

from harness import cli, http_hook
from payloads import LINE, OTHER_LINE, moment, status_event


@pytest.fixture
def busy(make_daemon, sink):
    """A line that was flagged and recovered, another that is flagged, and what hooks were told."""
    hooks = {"sender": http_hook(sink)}
    routes = [{"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["sender"], "page": ["sender"]}]
    daemon = make_daemon(hooks=hooks, routes=routes).start()
    events = [("FLAGGED", LINE), ("ACTIVE", LINE), ("FLAGGED", OTHER_LINE)]
    for index, (status, line) in enumerate(events):
        daemon.accept(status_event(line=line, status=status, changed_at=moment(index)))
        # A pause that is not sent yet would be superseded by the resume.
        daemon.wait_until_delivered(2 * index + 2)
    return daemon


def ask(daemon, *arguments):
    result = cli(*arguments, "--json", LINEWARDEN_ADMIN=daemon.admin_url)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_newest_first(busy):
    events = busy.get("/v1/events").json["events"]
    assert [each["decision"] for each in events] == ["paused", "allowed", "paused"]
    assert [each["phone_number"] for each in events] == [OTHER_LINE, LINE, LINE]


def test_pages_join_without_gap_or_repetition(busy):
    whole = busy.get("/v1/deliveries").json["deliveries"]
    pages, before = [], ""
    while before is not None:
        page = busy.get(f"/v1/deliveries?limit=2{before and f'&before={before}'}").json
        pages += page["deliveries"]
        before = page["next_before"]
    assert [each["id"] for each in pages] == [each["id"] for each in whole] and len(whole) == 6


@pytest.mark.parametrize(
    "path, count",
    [
        ("events?line=%2B12025551234", 2),
        ("events?state=quarantined", 0),
        ("incidents?state=open", 1),
        ("incidents?state=closed", 1),
        ("deliveries?hook=sender&state=delivered", 6),
        ("deliveries?hook=nobody", 0),
    ],
)
def test_filters(busy, path, count):
    assert len(busy.get(f"/v1/{path}").json[path.split("?")[0]]) == count


@pytest.mark.parametrize(
    "query", ["events?state=open", "events?hook=a", "incidents?limit=0", "incidents?limit=x", "events?before=x", "events?line=1"]
)
def test_a_question_that_makes_no_sense_is_answered_so(busy, query):
    answer = busy.get(f"/v1/{query}")
    assert answer.status == 400 and answer.json["error"] == "bad_query"


def test_the_command_line_shows_the_same(busy):
    assert len(ask(busy, "events")["events"]) == 3
    assert [each["phone_number"] for each in ask(busy, "incidents", "--state", "open")["incidents"]] == [OTHER_LINE]
    assert ask(busy, "deliveries", "--line", OTHER_LINE)["deliveries"][0]["hook"] == "sender"


def test_explain_tells_the_chain(busy):
    result = cli("explain", LINE, LINEWARDEN_ADMIN=busy.admin_url)
    assert result.returncode == 0
    told = [result.stdout.find(word) for word in ("allowed since", "then allowed", "then paused", "incident opened", "line.paused")]
    assert -1 not in told and told[:3] == sorted(told[:3])
