"""What Prometheus and Grafana are given: judged by promtool, and held against the page of a real daemon."""

import json
import re
import shutil
import subprocess

import pytest

import harness
from account import compared, section
from harness import REPOSITORY, eventually, http_hook
from linq_state import KEY
from payloads import LINE, OTHER_SECRET, moment, status_event
from sink import Reply

DEPLOY = REPOSITORY / "deploy/prometheus"
RULES = DEPLOY / "linewarden.rules.yml"
RULE_TESTS = DEPLOY / "linewarden.rules.test.yml"
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
TIME_TO_PAUSE = "linewarden_time_to_pause_seconds"
HOOK_SECONDS = "linewarden_delivery_seconds"
# What Prometheus itself knows of what it scrapes.
OWN = {"up"}


def promtool(*arguments, text=None):
    program = shutil.which("promtool")
    assert program, "promtool is not installed: Tests/run sees to it (Debian's package prometheus)"
    result = subprocess.run([program, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def expressions():
    """Every expression of the dashboard, with where it stands."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


def names(text):
    """The metrics that an expression names."""
    return set(re.findall(r"\b(?:linewarden|process)_[a-z_]+|\bup\b", re.sub(r'"[^"]*"', "", text)))


@pytest.fixture
def full(make_daemon, sink, fake, authority):
    """A daemon with everything that has a metric: TLS, Linq's API, hooks that pause and page."""
    hooks = {"sender": http_hook(sink), "ops": http_hook(sink)}
    daemon = make_daemon(
        hooks=hooks,
        routes=[{"name": "stop", "on": ["FLAGGED"], "pause": ["sender"], "page": ["ops"]}],
        webhook={"tls": authority.issue().settings},
        tls=authority.client(),
        env={"LINQ_API_V3_API_KEY": KEY},
        linq=section(fake, audit=False),
    ).start()
    compared(daemon)
    return daemon


def test_promtool_finds_nothing_to_say(full):
    assert promtool("check", "metrics", text=full.get("/metrics").text).strip() == "", "before anything happened"
    full.accept(status_event(status="FLAGGED"))
    full.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    full.deliver(status_event(), secret=OTHER_SECRET)
    full.wait_until_delivered(2)
    assert promtool("check", "metrics", text=full.get("/metrics").text).strip() == ""


def test_every_metric_that_is_asked_for_is_on_the_page(full):
    page = set(full.metrics)
    samples = page | {name + part for name in page for part in ("_bucket", "_sum", "_count")} | OWN
    asked = [("the rules", expression) for expression in re.findall(r"(?m)^ +expr: (.*(?:\n {10,}.*)*)", RULES.read_text())]
    asked += list(expressions())
    assert len(asked) > 40
    for place, expression in asked:
        found = names(expression)
        assert found, f"{place}: {expression} names no metric"
        assert found <= samples, f"{place}: {found - samples} is not on the page"


def test_every_metric_of_the_page_is_on_the_dashboard_or_in_the_rules(full):
    """What nobody looks at is either forgotten there or not worth its place."""
    text = RULES.read_text() + json.dumps(DASHBOARD)
    known = {"linewarden_accept_failures_total", "linewarden_commit_batch_size"}
    assert {name for name in full.metrics if name not in text} == known


def test_the_rules_are_good_and_tested():
    promtool("check", "rules", RULES)
    promtool("test", "rules", RULE_TESTS)
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    assert len(set(alerts)) == len(alerts) >= 15
    tests = RULE_TESTS.read_text()
    for alert in alerts:
        assert re.search(rf"alertname: {alert}\n +exp_alerts:\n +- exp_labels", tests), f"no test fires {alert}"
        assert re.search(rf"alertname: {alert}, exp_alerts: \[\]", tests), f"no test keeps {alert} quiet"


def test_the_tests_of_the_rules_can_fail(directory):
    shutil.copy(RULE_TESTS, directory)
    broken = RULES.read_text().replace("linewarden_ready == 0", "linewarden_ready == 2")
    (directory / RULES.name).write_text(broken)
    with pytest.raises(AssertionError, match="LinewardenNotReady"):
        promtool("test", "rules", directory / RULE_TESTS.name)


def test_the_dashboard_can_be_imported(directory):
    variables = {each["name"]: each["type"] for each in DASHBOARD["templating"]["list"]}
    assert variables["datasource"] == "datasource"
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken and place["x"] + place["w"] <= 24, f"{panel['title']} lies on another panel"
        taken |= cells
        if panel["type"] != "row":
            assert panel["targets"], panel["title"]
            for part in [panel, *panel["targets"]]:
                assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]
    assert "__inputs" not in DASHBOARD and DASHBOARD["uid"] and DASHBOARD["title"]


def test_prometheus_understands_every_expression_of_the_dashboard(directory):
    rules = []
    for number, (_, expression) in enumerate(expressions()):
        if expression.startswith("label_values"):
            continue
        plain = expression.replace("$__rate_interval", "5m").replace("$instance", ".*")
        assert "$" not in plain, "a variable that the dashboard does not have"
        rules.append({"record": f"dashboard:{number}", "expr": plain})
    file = directory / "rules.yml"
    # JSON is YAML.
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)


# --- what the new histograms tell -----------------------------------------------------------------


def test_time_to_pause_is_counted_from_the_change_and_from_its_receipt(make_daemon, sink):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    for origin in ("changed_at", "received"):
        assert daemon.metrics.value(f"{TIME_TO_PAUSE}_count", **{"from": origin}) == 0
    # The samples' moments lie in the past: the line changed long before we heard of it.
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    daemon.wait_for_metric(f"{TIME_TO_PAUSE}_count", 1, **{"from": "received"})
    daemon.wait_for_metric(f"{TIME_TO_PAUSE}_count", 1, **{"from": "changed_at"})
    metrics = daemon.metrics
    assert 0 < metrics.value(f"{TIME_TO_PAUSE}_sum", **{"from": "received"}) < 20
    assert metrics.value(f"{TIME_TO_PAUSE}_sum", **{"from": "changed_at"}) > 20
    # A resume is no pause, and an operator's order is no evidence.
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    daemon.wait_until_delivered(2)
    assert daemon.order("POST", f"/v1/lines/%2B{LINE[1:]}/pause", {"reason": "test", "by": "me"}).status == 200
    daemon.wait_until_delivered(3)
    daemon.accept(status_event(line="+12025550111", status="FLAGGED", changed_at=moment(2)))
    daemon.wait_for_metric(f"{TIME_TO_PAUSE}_count", 2, **{"from": "received"})


def test_time_to_pause_runs_until_the_hook_has_taken_it(make_daemon, make_sink):
    sink = make_sink(script=[Reply(503), Reply(503)])
    daemon = make_daemon(hooks={"sender": http_hook(sink, retry={"first": "300ms", "max": "300ms"})}).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.wait_for_metric(f"{TIME_TO_PAUSE}_count", 1, **{"from": "received"})
    assert daemon.metrics.value(f"{TIME_TO_PAUSE}_sum", **{"from": "received"}) > 0.2


def test_the_duration_of_attempts_is_told_by_hook(make_daemon, make_sink):
    hooks = {"one": http_hook(make_sink()), "other": http_hook(make_sink())}
    daemon = make_daemon(
        hooks=hooks, routes=[{"name": "stop", "on": ["FLAGGED"], "pause": ["one"]}], alerts={"page": ["other"]}
    ).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.wait_for_metric(f"{HOOK_SECONDS}_count", 1, hook="one")
    assert daemon.metrics.value(f"{HOOK_SECONDS}_count", hook="other") == 0


def test_what_alerts_look_at_is_there_before_it_happens(make_daemon, sink):
    """Prometheus sees no growth in a counter that begins with 1."""
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    page = daemon.metrics
    for name, labels in [
        (harness.REQUESTS, {"outcome": "signature_mismatch"}),
        (harness.REQUESTS, {"outcome": "quarantined"}),
        (harness.DELIVERIES, {"hook": "sender", "outcome": "dead"}),
        ("linewarden_reloads_total", {"outcome": "refused"}),
        ("linewarden_hook_broken", {"hook": "sender"}),
    ]:
        assert labels in page.labels(name) and page.value(name, **labels) == 0, name
    # A hook that a reload brings is there too; one that it takes away is not called broken any more.
    daemon.config["hooks"] = {"newcomer": http_hook(sink)}
    daemon.config["routes"][0]["pause"] = ["newcomer"]
    daemon.write(daemon.config)
    assert daemon.order("POST", "/v1/reload", {}).status == 200
    eventually(lambda: daemon.metrics.labels("linewarden_hook_broken") == [{"hook": "newcomer"}], "the new hook")
