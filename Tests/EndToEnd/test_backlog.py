"""A hundred thousand deliveries that wait: the start, the memory, the order and the acknowledgements do not mind.

LINEWARDEN_BACKLOG is how many wait (100,000). Of them LINEWARDEN_BACKLOG_CONTROL are for senders, which take a request
each (2,000), and LINEWARDEN_BACKLOG_PAGES for people who are there (10,000); the rest is for people who are not.
"""

import os
import sys
import time

import pytest

import wire
from backlog import HOUR, Backlog
from harness import PATH, PENDING, eventually, http_hook
from payloads import signed, status_event

COUNT = int(os.environ.get("LINEWARDEN_BACKLOG", "100000"))
CONTROL = int(os.environ.get("LINEWARDEN_BACKLOG_CONTROL", "2000"))
PAGES = int(os.environ.get("LINEWARDEN_BACKLOG_PAGES", "10000"))
# Bytes that a build for debugging may have.
MEMORY = 60_000_000
# Seconds for which other processes may have the processors.
SPARE = 2
ROUTES = [{"name": "all", "on": ["FLAGGED"], "pause": ["sender"], "page": ["ops", "later"]}]
STEPS = ("incident.opened", "incident.resolved")


def resident_bytes(pid):
    """Memory that the process has (VmRSS), and the most it ever had (VmHWM)."""
    with open(f"/proc/{pid}/status") as file:
        found = dict(line.split(":", 1) for line in file)
    return tuple(int(found[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def percentile(values, share):
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Acknowledgements:
    """Events one after the other over one connection, and how long each took."""

    def __init__(self, daemon):
        # One write for each request: with two, the kernel would hold back the second for 40 ms.
        self.stream = wire.RawStream(daemon.webhook)
        self.spent = []

    def send(self, count=1):
        for _ in range(count):
            data = wire.request_bytes(PATH, *signed(status_event(line="+12125550000")))
            begun = time.perf_counter()
            self.stream.send(data)
            assert self.stream.answer().status == 200
            self.spent.append(time.perf_counter() - begun)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()


@pytest.fixture
def waiting(make_daemon, make_sink):
    """A daemon that is stopped, and its ledger with the backlog in it."""
    sender, ops, later = make_sink(), make_sink(), make_sink()
    hooks = {
        "sender": http_hook(sender),
        "ops": http_hook(ops, group_wait="10ms"),
        "later": http_hook(later, group_wait="10ms"),
    }
    daemon = make_daemon(hooks=hooks, routes=ROUTES).start()
    backlog = Backlog(daemon)
    for sink in (sender, ops, later):
        sink.requests.clear()
    return daemon, backlog, sender, ops, later


def ready_after(daemon):
    """Seconds from exec until `/readyz` says so."""
    begun = time.monotonic()
    daemon.launch()
    address = daemon.admin
    eventually(lambda: wire.ask(address, "GET", "/readyz").status == 200, "ready", lambda: daemon.log)
    return time.monotonic() - begun


def stages(sink):
    """The steps that a sink was told of each incident, in order; a group tells of several."""
    told = {}
    for each in list(sink.requests):
        message = each.json
        for part in message["data"].get("messages") or [message]:
            told.setdefault(part["data"]["incident"]["id"], []).append(part["type"])
    return told


def test_a_backlog_is_worked_off(waiting):
    daemon, backlog, sender, ops, later = waiting
    lines = [backlog.pause(number, "sender") for number in range(CONTROL)]
    # What nobody takes waits for an hour, behind messages that were tried.
    number = 0
    while backlog.count < COUNT - PAGES:
        backlog.page(number, "later", STEPS, head_waits=HOUR)
        number += 1
    # Single pages, pairs, and pairs whose first is due in a moment.
    told = {}
    while backlog.count < COUNT:
        steps = STEPS[: 1 + number % 2]
        told[backlog.page(number, "ops", steps, head_waits=3_000_000 if number % 10 == 1 else 0)] = list(steps)
        number += 1
    backlog.write()

    spent = ready_after(daemon)
    print(f"ready after {spent:.2f} s", file=sys.stderr)
    # A message carries forty pages at the most.
    least, begun = sum(map(len, told.values())) // 40, time.monotonic()
    with Acknowledgements(daemon) as acknowledgements:

        def is_done():
            acknowledgements.send(2)
            if len(sender.requests) < CONTROL or len(ops.requests) < least:
                return False
            return daemon.metrics.value(PENDING, hook="ops") == 0

        eventually(is_done, "all delivered that is due", lambda: daemon.log[-3000:], deadline=120)
    took = time.monotonic() - begun
    resident, most = resident_bytes(daemon.pid)
    p50, p99 = (percentile(acknowledgements.spent, share) * 1000 for share in (0.5, 0.99))
    print(
        f"{CONTROL + PAGES} delivered in {took:.1f} s with {len(ops.requests)} pages and "
        f"{len(sender.requests)} orders; {len(acknowledgements.spent)} acknowledgements meanwhile, p50 {p50:.1f} ms, "
        f"p99 {p99:.1f} ms, worst {max(acknowledgements.spent) * 1000:.1f} ms; resident {resident / 1e6:.0f} MB, "
        f"at the most {most / 1e6:.0f} MB",
        file=sys.stderr,
    )
    assert spent < 1 + SPARE and most < MEMORY and p99 < 1000 * SPARE
    assert {each.line for each in sender.requests} >= set(lines)
    found = stages(ops)
    assert {incident: found.get(incident) for incident in told} == told
    assert later.requests == []


def test_followers_of_postponed_heads_cost_nothing(waiting):
    """Messages that wait behind others which were tried: asking what is due must not look at each of them.

    The receiver takes new incidents meanwhile, so it is asked after every delivery."""
    daemon, backlog, _, ops, _ = waiting
    number = 0
    while backlog.count < COUNT:
        backlog.page(number, "ops", ("incident.opened", *["incident.resolved"] * 3), head_waits=HOUR)
        number += 1
    backlog.write()
    spent = ready_after(daemon)
    with Acknowledgements(daemon) as acknowledgements:
        quick = []
        for index in range(20):
            line = f"+1606555{index:04d}"
            begun = time.perf_counter()
            daemon.accept(status_event(line=line, status="FLAGGED"))
            acknowledgements.send(10)
            eventually(lambda: len(ops.requests) > index, "a page about a new incident", lambda: daemon.log[-3000:])
            quick.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        assert daemon.metrics.value(PENDING, hook="ops") >= COUNT
        scrape = time.perf_counter() - begun
    p50, p99 = (percentile(acknowledgements.spent, share) * 1000 for share in (0.5, 0.99))
    print(
        f"ready after {spent:.2f} s; a page p50 {percentile(quick, 0.5) * 1000:.0f} ms; acknowledgements p50 "
        f"{p50:.1f} ms, p99 {p99:.1f} ms; metrics in {scrape * 1000:.0f} ms; "
        f"resident {resident_bytes(daemon.pid)[0] / 1e6:.0f} MB",
        file=sys.stderr,
    )
    assert spent < 1 + SPARE and percentile(quick, 0.5) < 0.2 + SPARE and p99 < 1000 * SPARE
