"""The wall clock jumps an hour forth and back while the daemon runs: waits are waits, whatever it shows.

The daemon's own clock is shifted by a preloaded library (Tests/Faults/clock.c); the test's is not.
"""

import json
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from standardwebhooks import WebhookVerificationError

import wire
from faults import WallClock
from harness import eventually, http_hook
from payloads import LINE, moment, status_event
from sink import Reply

HOUR = 3600
JUMPS = [HOUR, -HOUR]
ROUTES = [{"name": "all", "on": ["FLAGGED"], "pause": ["sender"], "page": ["ops"]}]


@pytest.fixture
def clock(directory):
    return WallClock(directory)


@pytest.fixture
def make_shifted(make_daemon, make_sink, clock):
    """Makes a daemon whose clock the test sets, with a hook for senders and one for people."""

    def make(sender=None, ops=None, group_wait="0s", **retry):
        sinks = make_sink(**(sender or {})), make_sink(**(ops or {}))
        retry = {"first": "20ms", "max": "200ms"} | retry
        hooks = {
            "sender": http_hook(sinks[0], retry=retry),
            "ops": http_hook(sinks[1], retry=retry, group_wait=group_wait),
        }
        # Linq's clock and the daemon's differ by hours in these tests; the test for that is the first one.
        daemon = make_daemon(hooks=hooks, routes=ROUTES, webhook={"tolerance": "10h"}, env=clock.env).start()
        daemon.sender, daemon.ops = sinks
        return daemon

    return make


def test_the_daemon_lives_by_the_shifted_clock(make_daemon, clock):
    """Otherwise the other tests would prove nothing."""
    daemon = make_daemon(env=clock.env).start()
    daemon.accept(status_event())
    clock.set(HOUR)
    answer = daemon.deliver(status_event())
    assert answer.status == 401 and "3600" in answer.text or "359" in answer.text, answer.text
    daemon.accept(status_event(), at=time.time() + HOUR)
    clock.set(0)
    daemon.accept(status_event())


@pytest.mark.parametrize("jump", JUMPS)
def test_a_backoff_lasts_as_long_as_it_should(make_shifted, clock, jump):
    """Not an hour longer, and no storm either."""
    daemon = make_shifted(sender={"script": [Reply(500)] * 2}, first="1s", max="2s")
    daemon.accept(status_event(status="FLAGGED"))
    daemon.sender.wait_for(1)
    clock.set(jump)
    first, second = daemon.sender.wait_for(2)
    assert 0.49 <= second.at - first.at < 2, "half of a second to all of it"
    clock.set(0)
    daemon.sender.wait_for(3)
    assert 0.99 <= daemon.sender.requests[2].at - second.at < 3.5
    daemon.wait_until_delivered(hook="sender")
    assert len(daemon.sender.requests) == 3


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_lasts_as_long_as_it_should(make_shifted, clock, form, jump):
    def value():
        until = datetime.now(timezone.utc) + timedelta(seconds=3)
        return "2" if form == "seconds" else format_datetime(until, usegmt=True)

    daemon = make_shifted(sender={"script": [lambda _: Reply(429, headers={"Retry-After": value()})]})
    daemon.accept(status_event(status="FLAGGED"))
    daemon.sender.wait_for(1)
    eventually(lambda: daemon.deliveries(hook="sender")[0]["attempts"] == 1, "the answer written down")
    clock.set(jump)
    # Another line's message does not go around it.
    daemon.accept(status_event(line="+13035550001", status="FLAGGED"))
    first, second = daemon.sender.wait_for(2)[:2]
    assert 1.99 <= second.at - first.at < 5
    daemon.wait_until_delivered(2, hook="sender")


@pytest.mark.parametrize("jump", JUMPS)
def test_pages_gather_as_long_as_they_should(make_shifted, clock, jump):
    daemon = make_shifted(group_wait="1s")
    begun = time.monotonic()
    daemon.accept(status_event(status="FLAGGED"))
    clock.set(jump)
    daemon.accept(status_event(line="+13035550001", status="FLAGGED"))
    [received] = daemon.ops.wait_for(1)
    assert 0.95 <= received.at - begun < 4
    assert received.type == "incident.group" and len(received.json["data"]["messages"]) == 2


@pytest.mark.parametrize("jump", JUMPS)
def test_what_waits_over_a_restart(make_shifted, clock, jump):
    """A wait that an earlier run wrote down by a clock that was wrong: nothing waits for ever, and nothing is lost."""
    daemon = make_shifted(sender={"script": [Reply(500)] * 2}, first="400ms", max="400ms")
    clock.set(jump)
    daemon.accept(status_event(status="FLAGGED"))
    daemon.sender.wait_for(1)
    daemon.kill()
    clock.set(0)
    daemon.start()
    daemon.accept(status_event(line="+13035550001", status="FLAGGED"))
    if jump > 0:
        # It is believed, for a day at the most: an hour would be too long for a test. What is new goes at once.
        daemon.sender.wait_for(1, line="+13035550001")
        assert daemon.deliveries(hook="sender", line=LINE)[0]["state"] == "pending"
        clock.set(jump)
        daemon.restart()
    daemon.wait_until_delivered(2, hook="sender")


def test_a_clock_that_jumps_all_the_time(make_shifted, clock):
    """Both ways, under load, with receivers that fail now and then: everything arrives, in order, and not in a storm."""
    count = 40
    flaky = iter(range(1_000_000))
    daemon = make_shifted(
        sender={"default": lambda _: Reply(500 if next(flaky) % 3 == 0 else 200)},
        ops={"default": lambda _: Reply(500 if next(flaky) % 3 == 0 else 200)},
        group_wait="50ms",
        max="100ms",
    )
    for number in range(count):
        clock.set((0, HOUR, -HOUR)[number % 3])
        line = f"+1303555{number:04d}"
        daemon.accept(status_event(line=line, status="FLAGGED", changed_at=moment(number * 2)))
        if number % 2:
            daemon.accept(status_event(line=line, status="ACTIVE", changed_at=moment(number * 2 + 1)))
    eventually(lambda: not daemon.deliveries(state="pending"), "nothing left to deliver", lambda: daemon.log[-3000:])
    assert daemon.deliveries(state="dead") == []
    last = {}
    for each in daemon.sender.requests:
        last[each.line] = each.type
    states = {f"+1303555{number:04d}": "line.resumed" if number % 2 else "line.paused" for number in range(count)}
    assert {line: last[line] for line in states if line in last} == {line: states[line] for line in last}
    assert {line for line, state in states.items() if state == "line.paused"} <= set(last)
    assert len(daemon.sender.requests) < count * 6, "a storm"


@pytest.mark.parametrize("jump", JUMPS)
def test_what_is_signed_is_dated_by_the_clock_on_the_wall(make_shifted, clock, jump):
    """The receiver refuses what is an hour off: a clock that is set right must be believed at once."""
    daemon = make_shifted()
    clock.set(jump)
    daemon.accept(status_event(status="FLAGGED"))
    [received] = daemon.sender.wait_for(1)
    with pytest.raises(WebhookVerificationError):
        received.verify()
    clock.set(0)
    daemon.accept(status_event(line="+13035550001", status="FLAGGED"))
    daemon.sender.wait_for(2)[1].verify()


@pytest.mark.parametrize("jump", JUMPS)
def test_holds_end_by_the_clock_on_the_wall(make_shifted, clock, jump):
    """Their end is a time of day that people read: it comes sooner or later with the clock, and is never missed."""
    daemon = make_shifted()
    daemon.accept(status_event())
    order = json.dumps({"by": "tester", "for": "1s" if jump < 0 else "30m", "reason": "maintenance"})
    headers = {"Content-Type": "application/json"}
    answer = wire.ask(daemon.admin, "POST", f"/v1/lines/{LINE}/pause", order, headers)
    assert answer.status == 200, answer.text
    clock.set(jump)
    assert jump > 0 or daemon.decision(LINE) == "paused"
    clock.set(max(jump, 0))
    eventually(lambda: daemon.decision(LINE) == "allowed", "the end of the hold", lambda: daemon.log)
