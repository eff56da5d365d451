"""State decides, never the mere edge (design.md, section 3): order, ties, staleness, gaps, incidents."""

import itertools

import pytest

from harness import GAPS, STALE, http_hook
from payloads import LINE, OTHER_LINE, envelope, moment, status_data, status_event


def known(daemon, line=LINE):
    """Decision, status and reputation as the ledger has them."""
    [row] = daemon.rows("SELECT decision, status, reputation FROM line WHERE number = ?", line)
    return row["decision"], row["status"], row["reputation"]


def outcomes(daemon):
    """The state of every event in the order of arrival."""
    return [row["state"] for row in daemon.rows("SELECT state FROM event ORDER BY seq")]


def at(seconds, **data):
    """A status event whose change happened then."""
    return status_event(changed_at=moment(seconds), **data)


HISTORY = {
    "recovers": [("FLAGGED", "CRITICAL"), ("FLAGGED", "AT_RISK"), ("ACTIVE", "HEALTHY")],
    "sinks": [("ACTIVE", "HEALTHY"), ("ACTIVE", "AT_RISK"), ("FLAGGED", "CRITICAL")],
    "flaps": [("FLAGGED", "HEALTHY"), ("ACTIVE", "HEALTHY"), ("FLAGGED", "HEALTHY")],
    "has no status": [(None, "CRITICAL"), ("FLAGGED", None), ("ACTIVE", "AT_RISK")],
}
ENDS = {
    "recovers": ("allowed", "ACTIVE", "HEALTHY"),
    "sinks": ("paused", "FLAGGED", "CRITICAL"),
    "flaps": ("paused", "FLAGGED", "HEALTHY"),
    "has no status": ("slowed", "ACTIVE", "AT_RISK"),
}


@pytest.mark.parametrize("order", itertools.permutations(range(3)), ids=str)
@pytest.mark.parametrize("name", HISTORY)
def test_the_order_of_arrival_does_not_matter(daemon, name, order):
    for index in order:
        status, reputation = HISTORY[name][index]
        daemon.accept(at(index * 10, status=status, reputation=reputation))
    assert known(daemon) == ENDS[name]
    assert daemon.decision(LINE) == ENDS[name][0]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=str)
@pytest.mark.parametrize(
    "one, other, worse",
    [
        (("ACTIVE", "HEALTHY"), ("FLAGGED", "HEALTHY"), ("FLAGGED", "HEALTHY")),
        (("ACTIVE", "HEALTHY"), ("ACTIVE", "CRITICAL"), ("ACTIVE", "CRITICAL")),
        (("FLAGGED", "HEALTHY"), ("ACTIVE", "CRITICAL"), ("FLAGGED", "CRITICAL")),
        (("FLAGGED", "HEALTHY"), ("SUSPENDED", "HEALTHY"), ("SUSPENDED", "HEALTHY")),
        (("ACTIVE", "AT_RISK"), ("ACTIVE", "CRITICAL"), ("ACTIVE", "CRITICAL")),
    ],
)
def test_of_two_claims_about_one_moment_the_worse_wins(daemon, one, other, worse, order):
    for index in order:
        status, reputation = (one, other)[index]
        daemon.accept(at(0, status=status, reputation=reputation))
    assert known(daemon)[1:] == worse


def test_an_older_event_is_recorded_as_stale_and_changes_nothing(make_daemon, sink):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(at(10, status="FLAGGED", reputation="CRITICAL"))
    daemon.accept(at(5, status="ACTIVE", reputation="HEALTHY"))
    assert known(daemon) == ("paused", "FLAGGED", "CRITICAL")
    assert outcomes(daemon) == ["applied", "stale"]
    daemon.wait_for_metric(STALE, 1)
    assert [each["type"] for each in daemon.deliveries()] == ["line.paused"]


def test_a_half_stale_event_counts_for_its_newer_half(daemon):
    """Each axis is merged by itself."""
    daemon.accept(at(10, status="FLAGGED", reputation=None))
    daemon.accept(at(5, status="ACTIVE", reputation="CRITICAL"))
    assert known(daemon) == ("paused", "FLAGGED", "CRITICAL")
    assert outcomes(daemon) == ["applied", "applied"]


def test_the_same_state_again_is_not_news(make_daemon, sink):
    daemon = make_daemon(
        hooks={"sender": http_hook(sink)},
        routes=[{"name": "stop", "on": ["FLAGGED"], "pause": ["sender"], "page": ["sender"]}],
    ).start()
    for seconds in (0, 10, 20):
        daemon.accept(at(seconds, status="FLAGGED"))
    daemon.wait_until_delivered(2)
    assert sorted(each["type"] for each in daemon.deliveries()) == ["incident.opened", "line.paused"]
    assert len(daemon.rows("SELECT * FROM incident")) == 1


@pytest.mark.parametrize(
    "previous, axis",
    [
        ({"previous_status": "FLAGGED", "previous_reputation": "HEALTHY"}, "status"),
        ({"previous_status": "ACTIVE", "previous_reputation": "CRITICAL"}, "reputation"),
    ],
)
def test_a_gap_is_counted_and_logged(daemon, previous, axis):
    daemon.accept(at(0, status="ACTIVE", reputation="HEALTHY"))
    event = at(10, status="ACTIVE", reputation="AT_RISK", **previous)
    daemon.accept(event)
    daemon.wait_for_metric(GAPS, 1, axis=axis)
    assert daemon.metrics.value(GAPS) == 1
    assert event["event_id"] in daemon.process.wait_for_log(r"(?m)^.*missing.*$")[0]


def test_an_unbroken_chain_has_no_gap(daemon):
    daemon.accept(at(0, status="ACTIVE", reputation="HEALTHY", previous_status="FLAGGED"))
    daemon.accept(at(10, status="FLAGGED", previous_status="ACTIVE", previous_reputation="HEALTHY"))
    daemon.accept(at(5, status="ACTIVE", previous_status="FLAGGED"))
    # An older event proves nothing missing, nor does the first. The last has a gap, so that all before it is counted.
    daemon.accept(at(20, status="ACTIVE", previous_status="SUSPENDED"))
    daemon.wait_for_metric(GAPS, 1)


def test_recovery_is_complete_only_when_both_axes_are_well(daemon):
    steps = [
        ("FLAGGED", "CRITICAL", "paused"),
        ("ACTIVE", "CRITICAL", "paused"),
        ("ACTIVE", "AT_RISK", "slowed"),
        ("ACTIVE", "HEALTHY", "allowed"),
    ]
    for index, (status, reputation, decision) in enumerate(steps):
        daemon.accept(at(index, status=status, reputation=reputation))
        gate = daemon.gate(LINE)
        assert gate.json["decision"] == decision
        assert gate.status == (423 if decision == "paused" else 200)
        assert (gate.json["incident"] is None) == (decision == "allowed")
    [incident] = daemon.rows("SELECT * FROM incident")
    assert incident["closed_at"] and incident["line"] == LINE


def test_a_relapse_is_a_new_incident(daemon):
    for index, status in enumerate(["FLAGGED", "ACTIVE", "FLAGGED"]):
        daemon.accept(at(index, status=status))
    first, second = daemon.rows("SELECT * FROM incident ORDER BY opened_at, closed_at IS NULL")
    assert first["closed_at"] and not second["closed_at"] and first["id"] != second["id"]
    assert daemon.gate(LINE).json["incident"] == second["id"]


@pytest.mark.parametrize(
    "status, reputation, severity",
    [
        ("FLAGGED", "HEALTHY", "critical"),
        ("SUSPENDED", "HEALTHY", "critical"),
        ("ACTIVE", "CRITICAL", "error"),
        ("ACTIVE", "AT_RISK", "warning"),
        ("FLAGGED", "AT_RISK", "critical"),
    ],
)
def test_severity(daemon, status, reputation, severity):
    daemon.accept(status_event(status=status, reputation=reputation))
    assert [row["severity"] for row in daemon.rows("SELECT severity FROM incident")] == [severity]


def test_a_good_first_word_opens_no_incident(daemon):
    daemon.accept(status_event(status="ACTIVE", reputation="HEALTHY"))
    assert daemon.rows("SELECT * FROM incident") == []
    assert known(daemon) == ("allowed", "ACTIVE", "HEALTHY")


def test_lines_do_not_disturb_each_other(daemon):
    daemon.accept(status_event(line=LINE, status="FLAGGED"))
    daemon.accept(status_event(line=OTHER_LINE, status="ACTIVE"))
    assert daemon.decision(LINE) == "paused"
    assert daemon.decision(OTHER_LINE) == "allowed"


def test_an_undated_change_is_dated_by_its_envelope(daemon):
    """So that it takes its true place among dated ones."""
    daemon.accept(at(20, status="FLAGGED"))
    data = status_data(status="ACTIVE")
    del data["changed_at"]
    daemon.accept(envelope(data, created_at=moment(10)))
    assert known(daemon)[1] == "FLAGGED"
    daemon.accept(envelope(data, created_at=moment(30)))
    assert known(daemon)[1] == "ACTIVE"


def test_a_change_without_any_date_counts_from_its_arrival(daemon):
    daemon.accept(at(20, status="FLAGGED"))
    data = status_data(status="ACTIVE")
    del data["changed_at"]
    daemon.accept(envelope(data, created_at=None))
    assert known(daemon)[1] == "ACTIVE"


def test_decisions_survive_a_restart(daemon):
    daemon.accept(at(0, status="FLAGGED"))
    daemon.accept(at(0, line=OTHER_LINE, reputation="AT_RISK"))
    before = [daemon.gate(line).json for line in (LINE, OTHER_LINE)]
    daemon.restart()
    after = [daemon.gate(line).json for line in (LINE, OTHER_LINE)]
    for each in before + after:
        each.pop("as_of")
    assert before == after
