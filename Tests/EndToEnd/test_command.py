"""Programs as hooks: what they are given, what their end means, and that none of them outlives anything."""

import json
import os
import time
from pathlib import Path

import pytest

from harness import cli, configuration, eventually
from payloads import LINE, OTHER_LINE, moment, status_event

STOP = [{"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["program"]}]


def shell(script, **more):
    """A `command` hook that has the shell run a script and tries again quickly."""
    retry = {"first": "20ms", "max": "200ms"}
    return {"type": "command", "command": ["/bin/sh", "-c", script], "retry": retry} | more


def alive(pid):
    """Whether a process does anything; orphans may stay as zombies where process 1 fetches nobody."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid):
    """The processes whose parent this is, zombies too."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if stat.read_text().rpartition(")")[2].split()[1] == str(pid):
                found.append(int(stat.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def pids(path):
    """The numbers that a script has written into a file so far."""
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def test_a_flagged_line_starts_the_program(make_daemon, directory):
    script = f"cat > {directory}/in.new; env > {directory}/env; mv {directory}/in.new {directory}/in"
    environment = {"TOKEN": {"env": "SENDER_TOKEN"}, "PLAIN": "text"}
    hooks = {"program": shell(script, environment=environment)}
    daemon = make_daemon(hooks=hooks, routes=STOP, env={"SENDER_TOKEN": "hunter2"}).start()
    event = status_event(status="FLAGGED")
    daemon.accept(event)
    [delivery] = daemon.wait_until_delivered(hook="program")
    text = (directory / "in").read_text()
    assert text.endswith("}\n") and text.count("\n") == 1
    message = json.loads(text)
    assert message["type"] == "line.paused"
    assert message["data"]["line"]["phone_number"] == LINE and message["data"]["line"]["decision"] == "paused"
    assert message["data"]["event"]["event_id"] == event["event_id"]
    given = dict(line.split("=", 1) for line in (directory / "env").read_text().splitlines())
    # What the shell adds of its own.
    for name in ("PWD", "OLDPWD", "SHLVL", "_"):
        given.pop(name, None)
    assert given == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "TOKEN": "hunter2",
        "PLAIN": "text",
        "LINEWARDEN_DELIVERY_ID": delivery["id"],
        "LINEWARDEN_TYPE": "line.paused",
        "LINEWARDEN_LINE": LINE,
    }
    assert "hunter2" not in daemon.log + str(delivery) + daemon.get("/metrics").text


def test_it_inherits_nothing_of_the_daemon(make_daemon, directory):
    """Not the sockets, not the ledger, not its lock; not the signals that the daemon ignores either."""
    out = directory / "out"
    script = f"(ls /proc/$$/fd; grep -E '^Sig(Blk|Ign)' /proc/$$/status) > {out}"
    daemon = make_daemon(hooks={"program": shell(script)}, routes=STOP).start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.wait_until_delivered(hook="program")
    said = out.read_text().split()
    assert said[:3] == ["0", "1", "2"] and said[3] == "SigBlk:" and said[5] == "SigIgn:"
    # 32 and 33 belong to the C library's threads, and its posix_spawn ignores them always.
    assert int(said[4], 16) == 0 and int(said[6], 16) & ~(3 << 31) == 0


def test_75_is_tried_again(make_daemon, directory):
    script = f"echo $LINEWARDEN_DELIVERY_ID >> {directory}/ids; [ $(wc -l < {directory}/ids) -ge 2 ] || exit 75"
    daemon = make_daemon(hooks={"program": shell(script)}, routes=STOP).start()
    daemon.accept(status_event(status="FLAGGED"))
    [delivery] = daemon.wait_until_delivered(hook="program")
    assert (directory / "ids").read_text().split() == [delivery["id"]] * 2


def test_another_exit_is_final(make_daemon, directory):
    script = f"echo run >> {directory}/runs; echo 'no such line' >&2; exit 3"
    daemon = make_daemon(hooks={"program": shell(script)}, routes=STOP).start()
    daemon.accept(status_event(status="FLAGGED"))
    [dead] = eventually(lambda: daemon.deliveries(state="dead"), "a dead delivery", daemon.deliveries)
    assert "exit 3: no such line" in dead["last_error"]
    assert (directory / "runs").read_text() == "run\n"


def test_a_hanging_program_is_killed_with_its_children(make_daemon, directory):
    """Acknowledgements, and other lines, go on meanwhile."""
    hung = f"""
        case $LINEWARDEN_LINE in {OTHER_LINE}) exit 0 ;; esac
        trap '' TERM
        sh -c 'trap "" TERM; sleep 1000; sleep 1000' &
        echo $$ $! >> {directory}/pids
        wait; sleep 1000; sleep 1000"""
    hooks = {"program": shell(hung, timeout="2s", retry={"first": "1h", "max": "1h"})}
    daemon = make_daemon(hooks=hooks, routes=STOP).start()
    daemon.accept(status_event(status="FLAGGED"))
    running = eventually(lambda: pids(directory / "pids"), "the program", lambda: daemon.log)
    begun = time.monotonic()
    for number in range(20):
        status = "FLAGGED" if number % 2 else "ACTIVE"
        daemon.accept(status_event(line=OTHER_LINE, status=status, changed_at=moment(number)))
    daemon.wait_until_delivered(hook="program", line=OTHER_LINE)
    assert time.monotonic() - begun < 2 and all(map(alive, running))
    eventually(lambda: not any(map(alive, running)), "all of them gone", lambda: daemon.log)
    [delivery] = eventually(lambda: [each for each in daemon.deliveries(line=LINE) if each["attempts"]], "the outcome")
    assert delivery["state"] == "pending" and "ended after 2 s" in delivery["last_error"]
    assert children(daemon.pid) == []


def test_no_program_outlives_the_daemon(make_daemon, directory):
    script = f"trap '' TERM; (trap '' TERM; sleep 1000; sleep 1000) & echo $$ $! >> {directory}/pids; wait; sleep 1000"
    daemon = make_daemon(hooks={"program": shell(script, timeout="5m")}, routes=STOP).start()
    daemon.accept(status_event(status="FLAGGED"))
    running = eventually(lambda: pids(directory / "pids"), "the program", lambda: daemon.log)
    begun = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - begun < 10
    assert not any(map(alive, running))
    [delivery] = daemon.deliveries()
    assert delivery["state"] == "pending"


def test_a_reload_leaves_no_program_of_the_old_rules(make_daemon, directory):
    """What was cut off runs again, by the new rules, and not beside the old."""
    script = f"echo $$ >> {directory}/pids; sleep 1000; exit 1"
    daemon = make_daemon(hooks={"program": shell(script, timeout="5m")}, routes=STOP).start()
    daemon.accept(status_event(status="FLAGGED"))
    old = eventually(lambda: pids(directory / "pids"), "the program", lambda: daemon.log)
    daemon.config["hooks"]["program"] = shell(f"echo new > {directory}/new")
    daemon.write(daemon.config)
    assert cli("reload", "--admin", daemon.admin_url).returncode == 0
    daemon.wait_until_delivered(hook="program")
    assert (directory / "new").exists() and not any(map(alive, old))


def test_many_programs_leave_nothing(make_daemon, directory):
    """No zombie and no descriptor is left of them."""
    hooks = {"program": shell("cat > /dev/null; (sleep 1000) & echo done", concurrency=8)}
    daemon = make_daemon(hooks=hooks, routes=STOP).start()
    daemon.accept(status_event(status="FLAGGED", line="+12025550000"))
    daemon.wait_until_delivered(hook="program")
    before = len(os.listdir(f"/proc/{daemon.pid}/fd"))
    for number in range(1, 60):
        daemon.accept(status_event(status="FLAGGED", line=f"+1202555{number:04}"))
    daemon.wait_until_delivered(60, hook="program")
    daemon.wait_until_idle()
    assert children(daemon.pid) == []
    assert len(os.listdir(f"/proc/{daemon.pid}/fd")) <= before + 2


@pytest.mark.parametrize(
    ("hook", "status", "said"),
    [
        ({"command": ["/bin/true"]}, 0, ""),
        ({"command": ["/nonexistent/program"]}, 0, "warning: hooks.program.command[0]: cannot be run as a program"),
        ({"command": ["true"]}, 78, "hooks.program.command[0]: must be an absolute path"),
        ({"command": []}, 78, "hooks.program.command: is empty"),
        ({"command": ["/bin/true"], "environment": {"NOTIFY_SOCKET": "x"}}, 78, "environment.NOTIFY_SOCKET: is between"),
    ],
)
def test_check_says_what_is_wrong(directory, hook, status, said):
    file = directory / "config.json"
    file.write_text(json.dumps(configuration(directory, hooks={"program": {"type": "command"} | hook}, routes=STOP)))
    result = cli("check", "--config", file)
    assert result.returncode == status and said in result.stdout + result.stderr
