"""What must be true of ledger and receivers once all is delivered, however often the daemon died before."""

import os
from itertools import pairwise

from harness import eventually
from senders import is_paused

PAGES = ["incident.opened", "incident.updated", "incident.resolved"]


def wait_until_drained(daemon):
    """Until nothing is left to deliver."""

    def pending():
        return daemon.deliveries(state="pending")

    eventually(lambda: not pending(), "nothing pending", lambda: f"{pending()[:3]}\n{daemon.log[-3000:]}", deadline=60)


def messages(sink):
    """(id, status, message) of all that arrived, in order, groups taken apart."""
    for request in list(sink.requests):
        for message in request.json["data"].get("messages", [request.json]):
            yield request.id, request.status, message


def by(key, items):
    """The items by a key, each in the order in which they came."""
    result = {}
    for item in items:
        result.setdefault(key(item), []).append(item)
    return result


def line_of(item):
    return item[2]["data"]["line"]["phone_number"]


def incident_of(item):
    return item[2]["data"]["incident"]["id"]


def evidence_of(item):
    return item[2]["data"]["event"]["changed_at"]


def accepted(items):
    """What was taken, each message once: repeats have the id of the first."""
    return list({id: (id, status, message) for id, status, message in reversed(items) if status == 200}.values())[::-1]


def check_ledger(daemon, sent):
    """The ledger holds the events that were sent, each once, and the incidents that they make, no more and no fewer."""
    rows = daemon.rows("SELECT id FROM event")
    assert sorted(row["id"] for row in rows) == sorted(event["event_id"] for events in sent.values() for event in events)
    assert daemon.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    incidents = by(lambda row: row["line"], daemon.rows("SELECT * FROM incident ORDER BY opened_at, rowid"))
    for line, events in sent.items():
        paused = [False, *map(is_paused, events)]
        mine = incidents.get(line, [])
        openings = sum(after and not before for before, after in pairwise(paused))
        assert len(mine) == openings, f"{line}: {len(mine)} incidents of {openings}"
        for earlier, later in pairwise(mine):
            assert earlier["closed_at"] is not None and earlier["closed_at"] <= later["opened_at"], (earlier, later)
        assert [row for row in mine if row["closed_at"] is None] == (mine[-1:] if paused[-1] else []), line
        assert daemon.decision(line) == ("paused" if paused[-1] else "allowed"), line


def check_repeats(sink):
    """A message that is sent again is the same in all that its receiver sees."""
    for id, requests in by(lambda request: request.id, list(sink.requests)).items():
        assert len({request.body for request in requests}) == 1, f"{id} has said different things"


def check_control(sink, sent):
    """Every line was told the truth last, and never an older truth after a newer one."""
    check_repeats(sink)
    told = by(line_of, messages(sink))
    for line, events in sent.items():
        times = [evidence_of(item) for item in told.get(line, [])]
        assert times == sorted(times), f"{line} was told {times}"
        taken = accepted(told.get(line, []))
        last = taken[-1][2]["data"]["line"]["decision"] if taken else "allowed"
        assert (last == "paused") == bool(events and is_paused(events[-1])), f"{line} was last told {last}"


def check_gate(directory, sent):
    """A file for each paused line and nothing else, not even what was unfinished."""
    held = {line for line, events in sent.items() if events and is_paused(events[-1])}
    assert set(os.listdir(directory)) == held


def check_pages(sink, daemon):
    """Of each incident the opening first, then updates, then the end; each said once, but for repeats."""
    check_repeats(sink)
    told = by(incident_of, messages(sink))
    incidents = {row["id"]: row for row in daemon.rows("SELECT * FROM incident")}
    maybe_sent = {row["incident"] for row in daemon.deliveries(type="incident.opened", sent=1)}
    assert told.keys() <= incidents.keys()
    for id, incident in incidents.items():
        items = told.get(id, [])
        ranks = [(PAGES.index(message["type"]), evidence_of((0, 0, message))) for _, _, message in items]
        assert ranks == sorted(ranks), f"{id} was told in this order: {ranks}"
        types = [message["type"] for _, _, message in accepted(items)]
        assert types.count("incident.opened") <= 1, f"{id} opened twice: {accepted(items)}"
        assert types.count("incident.resolved") <= 1, f"{id} resolved twice: {accepted(items)}"
        evidence = [evidence_of(item) for item in accepted(items)]
        assert len(evidence) == len(set(evidence)), f"{id} was told twice of one change: {accepted(items)}"
        if incident["closed_at"] is None:
            assert types[:1] == ["incident.opened"] and "incident.resolved" not in types, f"{id} is open: {types}"
        elif "incident.opened" in types:
            assert types[-1] == "incident.resolved", f"{id} has not ended: {types}"
        elif types:
            # The end is told to who may have heard of the beginning, though nobody knows.
            assert types == ["incident.resolved"] and id in maybe_sent, f"{id} began with {types}"
