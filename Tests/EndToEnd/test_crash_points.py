"""kill -9 exactly before and after every call that matters: commits, answers, requests to hooks, gate files.

A shim (Tests/Faults/crash.c) ends the daemon at the Nth call of a kind, for all N until it lives through a whole story;
then it starts again without the shim, and nothing may be lost, and nothing said that was not so.
"""

import itertools
import os
import re
import shutil
import signal
import sqlite3
import subprocess

import pytest

from harness import REPOSITORY, configuration, eventually, http_hook
from payloads import LINE, OTHER_LINE, moment, status_event
from senders import LOST
from witness import check_control, check_gate, check_ledger, check_pages, messages, wait_until_drained

POINTS = ["commit before", "commit after", "arrival after", "answer before", "answer after"]
POINTS += ["request before", "request after", "reply after", "file before", "file after"]
# Where a daemon dies that is not posted to.
INNER_POINTS = [point for point in POINTS if point.split()[0] not in ("arrival", "answer")]


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The shim as a library."""
    library = tmp_path_factory.mktemp("faults") / "crash.so"
    compiler = shutil.which("clang") or shutil.which("cc")
    source = REPOSITORY / "Tests/Faults/crash.c"
    subprocess.run([compiler, "-Wall", "-O1", "-shared", "-fPIC", source, "-o", library], check=True)
    return library


class Stage:
    """A daemon with a gate, a control and a page hook, and what was sent to it."""

    def __init__(self, make_daemon, make_sink, directory, group_wait):
        self.group_wait = group_wait
        self.control, self.second, self.page = self.sinks = [make_sink() for _ in range(3)]
        self.gate = directory / "paused"
        self.hooks = {
            "gate": {"type": "gate_files", "directory": str(self.gate)},
            "control": http_hook(self.control),
            "page": http_hook(self.page, group_wait=self.group_wait),
        }
        directory.mkdir()
        self.directory = directory
        self.daemon = make_daemon(self.configuration(self.hooks, ["gate", "control"]))
        self.sent = {}
        self.acknowledged = set()

    def configuration(self, hooks, pause):
        route = {"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": pause, "page": ["page"]}
        return configuration(self.directory, hooks=hooks, routes=[route], decisions={"flap_limit": 0})

    def event(self, second, status, line=LINE):
        """An event that is sent sooner or later."""
        event = status_event(line=line, status=status, changed_at=moment(second))
        self.sent.setdefault(line, []).append(event)
        return event

    def post(self, event):
        try:
            answer = self.daemon.deliver(event)
        except LOST:
            return
        assert answer.status == 200, answer.text
        self.acknowledged.add(event["event_id"])

    @property
    def has_ended(self):
        return self.daemon.process.popen.poll() is not None

    def until(self, condition, what):
        """Waits for it, or for the daemon's end; true while it lives."""

        def holds():
            try:
                return condition()
            except (sqlite3.Error, *LOST):
                return False

        eventually(lambda: self.has_ended or holds(), what, lambda: self.daemon.log)
        return not self.has_ended

    def is_drained(self):
        return not self.daemon.deliveries(state="pending")

    def launch(self, **env):
        """Starts it with more in its environment; true when it comes to be ready."""
        kept = self.daemon.env
        self.daemon.env = kept | env
        self.daemon.launch()
        self.daemon.env = kept
        return self.until(lambda: "ready" in self.daemon.log and self.daemon.admin, "ready")

    def recover(self):
        """Starts it again and has sent again what was not acknowledged; all is delivered then."""
        for sink in self.sinks:
            sink.wait_until_quiet()
        self.daemon.start()
        assert self.acknowledged <= self.daemon.event_ids(), "an acknowledged event is lost"
        wait_until_drained(self.daemon)
        for event in itertools.chain(*self.sent.values()):
            self.daemon.accept(event)
            wait_until_drained(self.daemon)

    def check(self):
        check_ledger(self.daemon, self.sent)
        check_control(self.control, self.sent)
        check_gate(self.gate, self.sent)
        check_pages(self.page, self.daemon)

    def told(self, sink):
        """The types of what arrived, repeats of the same message left out."""
        first = {id: message["type"] for id, _, message in reversed(list(messages(sink)))}
        return list(first.values())[::-1]


class Story:
    """What happens before the shim is loaded, and with it."""

    group_wait = "0s"

    def __init__(self, stage):
        self.stage = stage
        self.daemon = stage.daemon

    def prepare(self):
        pass

    def check(self):
        self.stage.check()

    def live(self, **env):
        """One life with the shim; true if the daemon comes through it."""
        stage = self.stage
        if stage.launch(**env):
            self.act()
        if not stage.has_ended:
            self.daemon.process.popen.terminate()
        status = self.daemon.process.wait()
        assert status in (0, -signal.SIGKILL), f"{status}\n{self.daemon.log}"
        return status == 0


class Incident(Story):
    """A new ledger; a line is flagged, and recovers."""

    def __init__(self, stage):
        super().__init__(stage)
        self.events = [stage.event(1, "FLAGGED"), stage.event(2, "ACTIVE")]

    def act(self):
        for event in self.events:
            self.stage.post(event)
            if not self.stage.until(self.stage.is_drained, "drained"):
                return

    def check(self):
        super().check()
        assert self.stage.told(self.stage.control) == ["line.paused", "line.resumed"]
        assert self.stage.told(self.stage.page) == ["incident.opened", "incident.resolved"]


class Group(Story):
    """Two lines are flagged at once and recover at once; people are told of both in one message."""

    group_wait = "50ms"

    def __init__(self, stage):
        super().__init__(stage)
        self.turns = [
            [stage.event(second, status, line) for line in (LINE, OTHER_LINE)]
            for second, status in ((1, "FLAGGED"), (2, "ACTIVE"))
        ]

    def prepare(self):
        self.daemon.start()
        assert self.daemon.stop() == 0

    def act(self):
        for turn in self.turns:
            for event in turn:
                self.stage.post(event)
            if not self.stage.until(self.stage.is_drained, "drained"):
                return


class Start(Story):
    """After a reboot: gate files are gone and strange ones are there, and two messages were never delivered."""

    def prepare(self):
        stage = self.stage
        for sink in stage.sinks:
            sink.down()
        assert stage.launch()
        for event in (stage.event(1, "FLAGGED"), stage.event(2, "FLAGGED", OTHER_LINE)):
            stage.post(event)
        assert stage.until(lambda: len(os.listdir(stage.gate)) == 2, "two gate files")
        self.daemon.kill()
        (stage.gate / LINE).unlink()
        (stage.gate / OTHER_LINE).write_text("what was true yesterday")
        (stage.gate / "+12025550000").write_text("left over")
        (stage.gate / f".{LINE}.4711.1.new").write_text("unfinished")
        for sink in stage.sinks:
            sink.up()

    def act(self):
        self.stage.until(self.stage.is_drained, "drained")

    def check(self):
        super().check()
        assert self.stage.told(self.stage.control) == ["line.paused"] * 2
        assert self.stage.told(self.stage.page) == ["incident.opened"] * 2


class Upgrade(Story):
    """A ledger as the first version left it, with an event in it."""

    def prepare(self):
        first = re.search(r'"""\n(.*?)"""', (REPOSITORY / "Sources/Ledger/SchemaSteps.swift").read_text(), re.DOTALL)[1]
        self.daemon.state.mkdir(parents=True)
        ledger = sqlite3.connect(self.daemon.state / "linewarden.db", isolation_level=None)
        ledger.execute("PRAGMA journal_mode = wal")
        ledger.executescript(f"{first}; PRAGMA user_version = 1")
        row = "('evt_old', 'webhook', 'phone_number.status_updated', 'quarantined', 1, x'7b7d')"
        ledger.execute(f"INSERT INTO event (id, source, type, state, received_at, body) VALUES {row}")
        ledger.close()

    def act(self):
        pass

    def check(self):
        assert self.daemon.event_ids() == {"evt_old"}
        assert self.daemon.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


class Reload(Story):
    """A reload brings another control hook, which is to be told what is paused, and puts back a gate file."""

    def prepare(self):
        stage = self.stage
        assert stage.launch()
        stage.post(stage.event(1, "FLAGGED"))
        assert stage.until(stage.is_drained, "drained")
        assert self.daemon.stop() == 0

    def act(self):
        stage = self.stage
        (stage.gate / LINE).unlink()
        hooks = stage.hooks | {"second": http_hook(stage.second)}
        self.daemon.config = stage.configuration(hooks, ["gate", "control", "second"])
        self.daemon.write(self.daemon.config)
        self.daemon.process.popen.send_signal(signal.SIGHUP)
        if stage.until(lambda: "reloaded" in self.daemon.log, "reloaded"):
            stage.until(stage.is_drained, "drained")

    def check(self):
        super().check()
        # Where it died before the reload began, the next start brings the same.
        assert self.stage.told(self.stage.control) == ["line.paused"]
        assert self.stage.told(self.stage.page) == ["incident.opened"]
        asked = "second" in self.daemon.config["hooks"]
        assert self.stage.told(self.stage.second) == ["line.paused"] * asked


CASES = [(Incident, point) for point in POINTS]
CASES += [(Group, point) for point in ("commit after", "request before", "request after", "reply after")]
CASES += [(kind, point) for kind in (Start, Reload) for point in INNER_POINTS]
CASES += [(Upgrade, point) for point in ("commit before", "commit after")]


@pytest.mark.parametrize("kind, point", CASES, ids=[f"{kind.__name__}: {point}".lower() for kind, point in CASES])
def test_a_crash_at_every_point(make_daemon, make_sink, directory, shim, kind, point):
    call, when = point.split()
    for number in itertools.count(1):
        story = kind(Stage(make_daemon, make_sink, directory / str(number), kind.group_wait))
        story.prepare()
        survived = story.live(LD_PRELOAD=str(shim), LINEWARDEN_CRASH=f"{call}:{number}:{when}")
        story.stage.recover()
        story.check()
        assert story.daemon.stop() == 0
        for sink in story.stage.sinks:
            sink.close()
        if survived:
            break
        assert number < 100, "it never lives through the story"
    assert number > 1, "the shim has found no such call"
    print(f"{number - 1} crashes")


def test_an_answer_follows_its_commit(make_daemon, directory, shim):
    """Also a power cut loses nothing: what is answered has been handed to the disk, and the disk has said so."""
    trace = directory / "trace"
    daemon = make_daemon(env={"LD_PRELOAD": str(shim), "LINEWARDEN_TRACE": str(trace)}).start()
    for second in range(1, 6):
        daemon.accept(status_event(status="FLAGGED", changed_at=moment(second)))
        # No other commit is to fall into the next turn.
        wait_until_drained(daemon)
    turns = trace.read_text().split("arrival after\n")[1:]
    assert len(turns) == 5
    for turn in turns:
        before, answered, _ = turn.partition("answer before\n")
        assert answered and "commit after\n" in before, turn
