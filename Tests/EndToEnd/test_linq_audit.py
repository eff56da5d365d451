"""`linewarden linq audit` against the fake of Linq's API: from the question to the report, and what gets in between."""

import json
import os
import pty
import signal
import subprocess

import pytest

from harness import BINARY, DEADLINE, environment, eventually
from linq_cli import LINE, linq, surroundings
from linq_state import report


def audit(fake, *arguments):
    return linq(fake, "audit", LINE, *arguments)


def test_a_healthy_line(fake):
    result = audit(fake)
    assert result.returncode == 0 and f"{LINE} is HEALTHY" in result.stdout and "FLAGGED" not in result.stdout
    assert "Slow down" in result.stdout and "Send less for a day." in result.stdout
    [started] = fake.asked("POST")
    assert started.path == "/api/partner/v3/phone_numbers/%2B12025551234/reputation_audit" and started.body == b""
    assert len(fake.asked("GET")) == 2
    # No terminal, no progress.
    assert "waiting" not in result.stderr and "\r" not in result.stderr


def test_a_flagged_line(fake):
    # A report may call a flagged line healthy all the same.
    fake.line(LINE).report = report("HEALTHY", "flagged")
    result = audit(fake)
    assert result.returncode == 1 and "FLAGGED" in result.stdout and "7 of 9" in result.stdout
    told = audit(fake, "--json")
    assert told.returncode == 1
    told = json.loads(told.stdout)
    assert told["is_flagged"] and told["status"] == "complete" and told["report"] == fake.line(LINE).report


def test_what_others_wrote_does_not_reach_the_terminal(fake):
    fake.line(LINE).report = report("CRITICAL", "other", action_items=[{"title": "\x1b[2Jgone", "priority": 1}])
    result = audit(fake)
    assert result.returncode == 1 and "gone" in result.stdout and "\x1b" not in result.stdout


def test_an_audit_that_fails(fake):
    fake.line(LINE).audit_error = "the line has no history"
    result = audit(fake)
    assert result.returncode == 1 and "the line has no history" in result.stderr


@pytest.mark.parametrize("answers_409", [False, True])
def test_the_one_that_is_running_is_waited_for(fake, answers_409):
    line = fake.line(LINE)
    line.audit_polls, line.answers_409, line.tells_audit_id = 1, answers_409, True
    first = fake.begin_audit(LINE)
    result = audit(fake)
    assert result.returncode == 0 and first in fake.requests[-1].path and len(fake.audits) == 1


def test_one_is_running_whose_id_is_not_told(fake):
    line = fake.line(LINE)
    line.answers_409 = True
    first = fake.begin_audit(LINE)
    result = audit(fake)
    assert result.returncode == 1 and "--id" in result.stderr and fake.asked("GET") == []
    assert audit(fake, "--id", first).returncode == 0


def test_too_soon(fake):
    fake.line(LINE).cooldown = 5400
    assert audit(fake).returncode == 0
    result = audit(fake)
    assert result.returncode == 1 and "429" in result.stderr and "1 h 30 min" in result.stderr
    assert len(fake.asked("POST")) == 2, "nobody waits so long"


def test_a_start_that_may_have_worked_is_not_repeated(fake):
    fake.fail(method="POST", code=3006)
    assert audit(fake).returncode == 69 and len(fake.asked("POST")) == 1


def test_not_within_the_time(fake):
    fake.line(LINE).audit_polls = 100
    result = audit(fake, "--wait", "600ms")
    assert result.returncode == 1 and f"--id {fake.audits[0].id}" in result.stderr


def test_a_result_that_cannot_be_asked_for(fake):
    fake.fail(method="GET", code=2005)
    result = audit(fake)
    assert result.returncode == 1 and "2005" in result.stderr and f"--id {fake.audits[0].id}" in result.stderr


@pytest.mark.parametrize("hangs", [False, True])
def test_interrupted(fake, hangs):
    """Ctrl-C while it waits, for the next question or for an answer: it says how to go on, on a terminal too."""
    fake.line(LINE).audit_polls = 1000
    if hangs:
        fake.fail(method="GET", hang=True)
    ours, theirs = pty.openpty()
    process = subprocess.Popen([BINARY, "linq", "audit", LINE], env=environment(**surroundings(fake)), stderr=theirs)
    os.close(theirs)
    os.set_blocking(ours, False)
    said = bytearray()

    def shows(words):
        try:
            said.extend(os.read(ours, 65_536))
        except BlockingIOError:
            pass
        return words.encode() in said

    try:
        eventually(lambda: fake.asked("GET"), "a question for the result")
        if not hangs:
            eventually(lambda: shows("waiting for the audit"), "progress", lambda: said)
        process.send_signal(signal.SIGINT)
        eventually(lambda: shows(f"--id {fake.audits[0].id}"), "how to go on", lambda: said)
        assert process.wait(DEADLINE) == 1
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b"the audit goes on" in said
