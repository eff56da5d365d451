"""Calls of paused lines are forwarded and put back: the real daemon against the fake of Linq's API."""

import json
import threading

import pytest

from harness import cli, configuration, eventually, http_hook
from linq_state import KEY, TOKEN
from payloads import LINE, moment, status_event
from sink import HOOK_SECRET

OURS, OLD, FOREIGN = "+12025550100", "+12025550101", "+12025550102"
RETRY = {"first": "20ms", "max": "200ms", "broken": "200ms"}
V3 = {"api_key": {"env": "LINQ_KEY"}, "audit": False, "reconcile_every": "1h"}


def settings(directory, fake, hooks=None, linq=None, **more):
    hook = {"type": "linq_forwarding", "forward_to": OURS, "retry": RETRY}
    linq = linq or V3 | {"base_url": fake.url}
    routes = [{"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["calls"]}]
    return configuration(
        directory, hooks={"calls": hook} | (hooks or {}), routes=routes, linq=linq, decisions={"flap_limit": 0}, **more
    )


@pytest.fixture
def start(make_daemon, directory, fake):
    def start(**more):
        config = settings(directory, fake, **more)
        return make_daemon(config, env={"LINQ_KEY": KEY, "LINQ_TOKEN": TOKEN}).start()

    return start


def pause(daemon, second=10):
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(second)))


def resume(daemon, second=20):
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(second)))


def delivered(daemon, type, count=1):
    return daemon.wait_until_delivered(count, type=type)


def explained(daemon):
    result = cli("explain", LINE, "--admin", daemon.admin_url)
    assert result.returncode == 0, result.stderr
    return result.stdout


def kept(daemon):
    return daemon.rows("SELECT key, value FROM fact WHERE key LIKE 'hook %'")


def wanted(fake):
    """The numbers that were asked for, in their order."""
    return [each.json["forwarding_number"] for each in fake.asked("PUT")]


@pytest.mark.parametrize("old", [None, OLD])
def test_forwarded_and_restored(start, fake, old):
    fake.line(LINE).forwarding_number = old
    daemon = start()
    pause(daemon)
    delivered(daemon, "line.paused")
    assert fake.line(LINE).forwarding_number == OURS
    [fact] = kept(daemon)
    assert fact["key"] == f"hook calls {LINE}" and json.loads(fact["value"]) == {"old": old, "ours": [OURS]}
    assert f"calls go to {OURS}; before: {f'to {old}' if old else 'nowhere'}" in explained(daemon)
    daemon.restart()
    resume(daemon)
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number == old and kept(daemon) == []
    assert wanted(fake) == [OURS, old or ""]


def test_v2(start, fake):
    fake.line(LINE).forwarding_number = OLD
    daemon = start(linq={"api": "v2", "api_key": {"env": "LINQ_TOKEN"}, "base_url": fake.origin})
    pause(daemon)
    delivered(daemon, "line.paused")
    assert fake.line(LINE).forwarding_number == OURS
    resume(daemon)
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number == OLD
    assert fake.asked("PUT")[0].headers["x-linq-integration-token"] == TOKEN


def test_what_an_operator_changed_is_left_alone(start, fake):
    daemon = start()
    pause(daemon)
    delivered(daemon, "line.paused")
    fake.line(LINE).forwarding_number = FOREIGN
    resume(daemon)
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number == FOREIGN and kept(daemon) == [] and wanted(fake) == [OURS]
    said = f"left alone: somebody changed the forwarding meanwhile, calls go to {FOREIGN}"
    assert said in explained(daemon) and f"{LINE}: {said}" in daemon.log


@pytest.mark.parametrize("took_effect", [False, True])
@pytest.mark.parametrize("ends_paused", [False, True])
def test_killed_in_the_middle_of_a_pause(start, fake, took_effect, ends_paused):
    """Remembered, and then dead before the change was made, or before its answer was written down."""
    fake.line(LINE).forwarding_number = OLD
    daemon = start()
    fake.fail(method="PUT", hang=True, after_effect=took_effect)
    pause(daemon)
    eventually(lambda: fake.asked("PUT"), "a change", lambda: daemon.log)
    assert kept(daemon) and not daemon.deliveries(state="delivered")
    daemon.kill()
    daemon.start()
    delivered(daemon, "line.paused")
    assert fake.line(LINE).forwarding_number == OURS
    assert len(fake.asked("PUT")) == (1 if took_effect else 2)
    if not ends_paused:
        resume(daemon)
        delivered(daemon, "line.resumed")
        assert fake.line(LINE).forwarding_number == OLD and kept(daemon) == []


@pytest.mark.parametrize("took_effect", [False, True])
def test_killed_in_the_middle_of_the_end(start, fake, took_effect):
    fake.line(LINE).forwarding_number = OLD
    daemon = start()
    pause(daemon)
    delivered(daemon, "line.paused")
    fake.fail(method="PUT", hang=True, after_effect=took_effect)
    resume(daemon)
    eventually(lambda: len(fake.asked("PUT")) == 2, "a change", lambda: daemon.log)
    daemon.kill()
    daemon.start()
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number == OLD and kept(daemon) == []


def test_a_line_that_recovers_while_it_is_being_paused(start, fake):
    """The pause is superseded while it is under way; its effect is undone all the same."""
    fake.line(LINE).forwarding_number = OLD
    daemon = start()
    gate = threading.Event()
    fake.fail(method="PUT", gate=gate)
    pause(daemon)
    eventually(lambda: fake.asked("PUT"), "a change", lambda: daemon.log)
    resume(daemon)
    gate.set()
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number == OLD and kept(daemon) == [] and wanted(fake) == [OURS, OLD]


def test_a_reload_in_the_middle(start, fake):
    """What hangs is cut off and begun anew by the hook that takes over, with the number of the new configuration."""
    fake.line(LINE).forwarding_number = OLD
    daemon = start()
    fake.fail(method="PUT", hang=True, after_effect=True)
    pause(daemon)
    eventually(lambda: fake.asked("PUT"), "a change", lambda: daemon.log)
    daemon.config["hooks"]["calls"]["forward_to"] = FOREIGN
    daemon.write(daemon.config)
    assert cli("reload", "--admin", daemon.admin_url).returncode == 0, daemon.log
    delivered(daemon, "line.paused")
    assert fake.line(LINE).forwarding_number == FOREIGN
    resume(daemon)
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number == OLD and kept(daemon) == [] and wanted(fake) == [OURS, FOREIGN, OLD]


def test_another_number_in_the_configuration(start, fake, directory):
    fake.line(LINE).forwarding_number = OLD
    daemon = start()
    pause(daemon)
    delivered(daemon, "line.paused")
    assert daemon.stop() == 0
    daemon.config["hooks"]["calls"]["forward_to"] = FOREIGN
    daemon.start()
    resume(daemon)
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number == OLD and kept(daemon) == []


def test_a_hook_that_comes_back_restores(start, fake):
    daemon = start()
    pause(daemon)
    delivered(daemon, "line.paused")
    hooks, routes = daemon.config["hooks"], daemon.config["routes"]
    assert daemon.stop() == 0
    daemon.config |= {"hooks": {}, "routes": []}
    daemon.start()
    resume(daemon)
    eventually(lambda: daemon.decision(LINE) == "allowed", "the line is allowed")
    assert fake.line(LINE).forwarding_number == OURS
    assert daemon.stop() == 0
    daemon.config |= {"hooks": hooks, "routes": routes}
    daemon.start()
    delivered(daemon, "line.resumed")
    assert fake.line(LINE).forwarding_number is None and kept(daemon) == []


def test_a_line_of_somebody_else(start, fake):
    fake.lines = [line for line in fake.lines if line.phone_number != LINE]
    daemon = start()
    pause(daemon)
    [dead] = eventually(lambda: daemon.deliveries(state="dead"), "given up", lambda: daemon.log)
    assert "Linq lists no such line" in dead["last_error"] and fake.asked("PUT") == []


def test_a_key_that_is_refused_is_told(make_daemon, directory, fake, sink):
    config = settings(directory, fake, hooks={"ops": http_hook(sink)}, alerts={"page": ["ops"]})
    daemon = make_daemon(config, env={"LINQ_KEY": "another-key"}).start()
    pause(daemon)

    def told():
        alerts = [each.verify(HOOK_SECRET)["data"]["alert"] for each in list(sink.requests)]
        return [each for each in alerts if each["kind"] == "hook_broken"]

    [alert] = eventually(told, "an alert", lambda: daemon.log)
    assert "calls" in alert["summary"] and "401" in alert["summary"] and "trace" in alert["summary"]
    assert daemon.stop() == 0
    daemon.env["LINQ_KEY"] = KEY
    daemon.start()
    delivered(daemon, "line.paused")
    assert fake.line(LINE).forwarding_number == OURS


def test_check(directory, fake):
    file = directory / "config.json"
    config = settings(directory, fake)
    file.write_text(json.dumps(config))
    good = cli("check", "--config", file, LINQ_KEY=KEY)
    assert good.returncode == 0 and f"forwards calls of paused lines to {OURS}" in good.stdout, good.stderr
    del config["linq"]
    file.write_text(json.dumps(config, indent=2))
    bad = cli("check", "--config", file)
    assert bad.returncode == 78 and "hooks.calls.type: a linq_forwarding hook asks Linq's API" in bad.stderr + bad.stdout
