"""Messages of which nobody knows whether they arrived: they stay what they are, and what they began is ended."""

import pytest

from harness import eventually, http_hook
from payloads import LINE, OTHER_LINE, moment, status_event
from sink import Reply

# The connection ends without an answer: the request may have been taken all the same.
LOST = Reply(reset=True)


@pytest.fixture
def make_pager(make_daemon, make_sink):
    """A daemon that pages a sink of its own; keywords for the hook."""

    def make(sink, **more):
        routes = [{"name": "page", "on": ["FLAGGED"], "page": ["page"]}]
        return make_daemon(hooks={"page": http_hook(sink, **more)}, routes=routes).start()

    return make


def test_what_may_have_arrived_is_ended_though_a_later_attempt_was_refused(make_pager, make_sink):
    """Else an incident that somebody was woken for would never end for them."""
    sink = make_sink(script=[LOST], default=lambda it: Reply(500 if it.type == "incident.opened" else 200))
    daemon = make_pager(sink, group_wait="0s")
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(1)))
    sink.wait_for(3)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(2)))
    sink.wait_for(1, type="incident.resolved")


def test_what_was_certainly_refused_is_not_ended(make_pager, make_sink):
    sink = make_sink(default=lambda it: Reply(500 if it.line == LINE else 200))
    daemon = make_pager(sink, group_wait="0s")
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(1)))
    sink.wait_for(2)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(2)))
    daemon.accept(status_event(status="FLAGGED", line=OTHER_LINE))
    sink.wait_for(1, line=OTHER_LINE)
    eventually(lambda: {each["state"] for each in daemon.deliveries(line=LINE)} == {"superseded"}, "taken back")
    assert "incident.resolved" not in sink.types


def test_what_may_have_arrived_joins_no_group(make_pager, make_sink):
    """It would be told again under the group's id, by which its receiver cannot know it."""
    sink = make_sink(script=[LOST])
    daemon = make_pager(sink, group_wait="1s")
    daemon.accept(status_event(status="FLAGGED"))
    sink.wait_for(1)
    daemon.accept(status_event(status="FLAGGED", line=OTHER_LINE))
    daemon.wait_until_delivered(2)
    assert sorted(sink.types) == ["incident.opened"] * 3
    first, *again = [each.id for each in sink.requests if each.line == LINE]
    assert again == [first]
