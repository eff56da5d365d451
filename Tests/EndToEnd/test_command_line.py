"""The commands as people and programs use them (issue 2, point 9 and Bad input; design.md, section 8)."""

import json
import os
import re
import socket

import pytest

from harness import Daemon, cli, configuration, eventually, http_hook
from payloads import LINE, OTHER_LINE, OTHER_SECRET, SECRET, status_event
from sink import HOOK_SECRET

COMMANDS = ["serve", "check", "doctor", "send", "sink", "status", "lines"]


# --- help -----------------------------------------------------------------------------------------


def test_help_names_every_command():
    result = cli("--help")
    assert result.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^\s+{command}\s+\S", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(command):
    result = cli(command, "--help")
    assert result.returncode == 0
    assert f"linewarden {command}" in result.stdout.split("USAGE:")[0], "an example, beside the usage line"
    assert "--" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve", "--nonsense"],
        ["send"],
        ["send", "--to", "http://127.0.0.1:1/", "--line", LINE, "--scheme", "rot13"],
        ["send", "--to", "http://127.0.0.1:1/", "--line", LINE, "--changed-at", "yesterday"],
        ["send", "--to", "http://127.0.0.1:1/", "--line", LINE, "--repeat", "0"],
        ["send", "--to", "http://127.0.0.1:1/", "--line", LINE, "--secret", "whsec_!!!"],
        ["sink", "--listen", "everywhere"],
        ["sink", "--answer", "9"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(arguments):
    result = cli(*arguments)
    assert result.returncode == 64 and result.stderr


# --- check ----------------------------------------------------------------------------------------


def write(directory, config):
    path = directory / "config.json"
    path.write_text(config if isinstance(config, str) else json.dumps(config, indent=2))
    return path


def test_check_says_what_each_route_will_do(directory):
    config = configuration(
        directory,
        hooks={
            "gate": {"type": "gate_files", "directory": f"{directory}/paused"},
            "sender": {"type": "http", "url": "http://127.0.0.1:1/x", "secret": {"env": "HOOK_SECRET"}},
            "ops": {"type": "slack", "url": {"env": "SLACK_URL"}},
        },
        routes=[
            {"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["gate", "sender"], "page": ["ops"]},
            {"name": "slow", "on": ["AT_RISK"], "lines": ["+1202*"], "slow": ["sender"]},
        ],
    )
    path = write(directory, config)
    env = {"HOOK_SECRET": HOOK_SECRET, "SLACK_URL": "https://hooks.slack.com/services/T0/B0/verysecret"}
    result = cli("check", "--config", path, **env)
    assert result.returncode == 0, result.stderr
    for word in ("stop", "FLAGGED", "CRITICAL", "gate", "sender", "ops", "slow", "AT_RISK", "+1202*"):
        assert word in result.stdout
    for secret in (SECRET, HOOK_SECRET, "verysecret"):
        assert secret not in result.stdout + result.stderr
    as_json = cli("check", "--config", path, "--json", **env)
    assert as_json.returncode == 0 and "stop" in json.dumps(json.loads(as_json.stdout))


def test_check_touches_nothing(directory):
    path = write(directory, configuration(directory))
    assert cli("check", "--config", path).returncode == 0
    assert os.listdir(directory) == ["config.json"]


BAD = """\
{
  "webhook": {
    "listen": ["127.0.0.1:0", "somewhere"],
    "endpoints": [{ "path": "webhooks", "secrets": [{ "env": "NOT_SET" }] }],
    "tolerance": "five minutes"
  },
  "admin": { "listen": ["0.0.0.0:0"] },
  "state": { "directory": 7 },
  "hoooks": {},
  "hooks": { "gate": { "type": "gate_flies", "directory": "/tmp" } },
  "routes": [{ "name": "stop", "on": ["FLAGGED"], "pause": ["gatt"] }]
}
"""
# Line, key, and a word of the message that tells what to do.
PROBLEMS = [
    (3, r"webhook\.listen", "somewhere"),
    (4, r"webhook\.endpoints\S*path", "/"),
    (4, r"webhook\.endpoints\S*secrets", "NOT_SET"),
    (5, r"webhook\.tolerance", "five minutes|duration|such as"),
    (7, r"admin\.listen", "token"),
    (8, r"state\.directory", "text|string"),
    (9, r"hoooks", "did you mean .?hooks"),
    (10, r"hooks\.gate\.type", "gate_files"),
    (11, r"routes\S*pause", "gatt"),
]


@pytest.mark.parametrize("command", ["check", "serve"])
def test_all_problems_come_at_once_with_their_places(directory, command):
    path = write(directory, BAD)
    result = cli(command, "--config", path)
    assert result.returncode == 78
    for line, key, words in PROBLEMS:
        expected = rf"(?m)^\S*config\.json:{line}:\d+: (?:{key})\S*: .*(?:{words})"
        assert re.search(expected, result.stderr), f"nothing like {expected!r} in\n{result.stderr}"
    assert os.listdir(directory) == ["config.json"], "nothing half started"


def test_positions_are_those_of_an_editor(directory):
    """Columns count from 1, in characters, also behind characters of several bytes."""
    path = write(directory, '{\n  "näme": 1, "webhook": 7\n}\n')
    result = cli("check", "--config", path)
    assert result.returncode == 78
    assert re.search(r"config\.json:2:3: .*näme", result.stderr), result.stderr
    assert re.search(r"config\.json:2:2[0-9]: webhook", result.stderr), result.stderr


def test_check_reports_problems_as_json(directory):
    result = cli("check", "--config", write(directory, BAD), "--json")
    assert result.returncode == 78
    report = json.dumps(json.loads(result.stdout or result.stderr))
    assert "hoooks" in report and "gatt" in report


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"webhook": {}, "webhook": {}}', '{"a": 1,}', "\ufeff{}", "{}\n{}"], ids=repr
)
def test_files_that_are_no_configuration(directory, text):
    result = cli("check", "--config", write(directory, text))
    assert result.returncode == 78
    assert re.search(r"config\.json:\d+:\d+: ", result.stderr), result.stderr


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read(directory, command, name):
    result = cli(command, "--config", directory / name)
    assert result.returncode == 78
    assert str(directory / name) in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_a_literal_secret_is_accepted_with_a_warning(directory):
    config = configuration(directory)
    config["webhook"]["endpoints"][0]["secrets"] = [SECRET]
    result = cli("check", "--config", write(directory, config))
    assert result.returncode == 0 and "warning" in result.stderr
    assert SECRET not in result.stdout + result.stderr


def test_the_example_is_good(directory):
    from harness import REPOSITORY

    path = REPOSITORY / "config.example.json"
    env = {
        "LINQ_API_V3_API_KEY": "key",
        "SENDER_URL": "https://sender.example.com/hook",
        "SENDER_SECRET": HOOK_SECRET,
        "PAGERDUTY_ROUTING_KEY": "0123456789abcdef0123456789abcdef",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/x",
    }
    result = cli("check", "--config", path, **env)
    assert result.returncode == 0, result.stderr


# --- serve: what keeps it from starting -----------------------------------------------------------


def launch(directory, config):
    """A daemon that must not come up: its exit status and what it said."""
    daemon = Daemon(directory, config)
    daemon.launch()
    try:
        return daemon.process.wait(), daemon.log
    finally:
        daemon.end()


@pytest.mark.parametrize("listener", ["webhook", "admin"])
def test_a_port_in_use(directory, listener):
    config = configuration(directory)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        config[listener]["listen"] = [address]
        status, log = launch(directory, config)
    assert status == 1
    assert address in log and not re.search(r"\bready: ", log)
    assert len([line for line in log.splitlines() if address in line]) == 1


def test_a_port_that_another_daemon_has(make_daemon, directory):
    """Event loops share their port among themselves, so a second daemon could slip in and take half of all."""
    daemon = make_daemon().start()
    config = configuration(directory / "second")
    (directory / "second").mkdir()
    config["webhook"]["listen"] = [daemon.webhook]
    status, log = launch(directory / "second", config)
    assert status == 1 and daemon.webhook in log
    for _ in range(20):
        daemon.accept(status_event())


@pytest.mark.parametrize("state", ["/proc/linewarden", "/dev/null/state", "{directory}/config.json/state"])
def test_a_state_directory_that_cannot_be_written(directory, state):
    config = configuration(directory)
    config["state"]["directory"] = state.format(directory=directory)
    status, log = launch(directory, config)
    assert status == 1
    assert config["state"]["directory"] in log and "listens" not in log


def test_a_socket_in_a_directory_that_is_not_there(directory):
    config = configuration(directory, webhook={"listen": [f"unix:{directory}/nowhere/hook.sock"]})
    status, log = launch(directory, config)
    assert status == 1 and "nowhere/hook.sock" in log


# --- send and sink --------------------------------------------------------------------------------


def start_sink(run, *arguments, **env):
    """A running sink, and where it listens."""
    sink = run("sink", "--listen", "127.0.0.1:0", "--json", *arguments, **env)
    return sink, sink.wait_for_log(r"sink listens on (\S+)")[1]


def objects(sink, count):
    """That many objects from the sink's standard output."""
    eventually(lambda: len(sink.output) >= count, f"{count} lines", lambda: f"{sink.output} {sink.log}")
    return [json.loads(line) for line in sink.output]


def test_send_reaches_the_daemon(daemon):
    result = cli("send", "--to", daemon.url, "--line", LINE, "--status", "FLAGGED")
    assert result.returncode == 0, result.stderr
    assert daemon.gate(LINE).status == 423
    result = cli("send", "--to", daemon.url, "--line", LINE, "--status", "ACTIVE", "--reputation", "AT_RISK", "--json")
    assert json.loads(result.stdout)["status"] == 200
    assert daemon.decision(LINE) == "slowed"


@pytest.mark.parametrize("scheme", ["standard", "legacy", "both"])
def test_send_signs_by_every_scheme(daemon, scheme):
    arguments = ["--line", LINE, "--status", "FLAGGED", "--scheme", scheme]
    assert cli("send", "--to", daemon.url, "--secret", SECRET, *arguments).returncode == 0
    wrong = cli("send", "--to", daemon.url, "--secret", OTHER_SECRET, *arguments)
    assert wrong.returncode == 1 and "401" in wrong.stdout


def test_send_repeats_one_event(daemon):
    arguments = ["--line", LINE, "--status", "FLAGGED", "--event-id", "evt_1", "--repeat", "3", "--json"]
    result = cli("send", "--to", daemon.url, *arguments)
    assert [json.loads(line)["status"] for line in result.stdout.splitlines()] == [200] * 3
    assert daemon.event_ids() == {"evt_1"}


def test_send_carries_what_it_is_told(daemon):
    cli(
        *["send", "--to", daemon.url, "--line", OTHER_LINE, "--status", "FLAGGED", "--previous-status", "ACTIVE"],
        *["--reputation", "CRITICAL", "--previous-reputation", "AT_RISK", "--changed-at", "2026-02-18T18:35:05.000Z"],
    )
    [row] = daemon.rows("SELECT * FROM event")
    assert row["line"] == OTHER_LINE and row["changed_at"] == 1771439705000000
    assert (row["previous_status"], row["status"]) == ("ACTIVE", "FLAGGED")
    assert (row["previous_reputation"], row["reputation"]) == ("AT_RISK", "CRITICAL")


def test_send_says_when_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        result = cli("send", "--to", url, "--line", LINE, "--status", "FLAGGED")
    assert result.returncode in (1, 69) and result.stderr


def test_sink_verifies_what_it_prints(run):
    sink, address = start_sink(run, "--secret", SECRET)
    for secret in (SECRET, OTHER_SECRET):
        sent = cli("send", "--to", f"http://{address}/x", "--secret", secret, "--line", LINE, "--status", "FLAGGED")
        assert sent.returncode == 0
    good, bad = objects(sink, 2)
    assert good["body"]["data"]["phone_number"] == LINE and good["path"] == "/x"
    assert "verified" in good["signature"] and "BAD" not in good["signature"]
    assert "BAD" in bad["signature"]


def test_sink_answers_as_it_is_told(run):
    _, address = start_sink(run, "--answer", "503")
    result = cli("send", "--to", f"http://{address}/", "--line", LINE, "--status", "FLAGGED")
    assert result.returncode == 1 and "503" in result.stdout


def test_sink_shows_what_a_hook_gets(run, make_daemon):
    sink, address = start_sink(run, SENDER_SECRET=HOOK_SECRET)
    hook = {"type": "http", "url": f"http://{address}/hook", "secret": {"env": "HOOK_SECRET"}}
    daemon = make_daemon(hooks={"sender": hook}).start()
    daemon.accept(status_event(status="FLAGGED"))
    [shown] = objects(sink, 1)
    assert shown["body"]["type"] == "line.paused" and "verified" in shown["signature"]
    daemon.wait_until_delivered()


def test_sink_stops_in_order(run):
    sink, _ = start_sink(run)
    assert sink.stop() == 0


# --- status and lines -----------------------------------------------------------------------------


def test_status(make_daemon, sink):
    daemon = make_daemon(hooks={"sender": http_hook(sink)}).start()
    daemon.accept(status_event(status="FLAGGED"))
    result = cli("status", "--admin", daemon.admin_url)
    assert result.returncode == 0 and "1 paused" in result.stdout
    report = json.loads(cli("status", "--admin", daemon.admin_url, "--json").stdout)
    assert report["ready"] is True and report["lines"]["paused"] == 1


def test_lines(daemon):
    assert cli("lines", "--admin", daemon.admin_url).returncode == 0
    daemon.accept(status_event(line=LINE, status="FLAGGED"))
    daemon.accept(status_event(line=OTHER_LINE, status="ACTIVE"))
    result = cli("lines", "--admin", daemon.admin_url)
    assert result.returncode == 0
    assert re.search(rf"(?m)^{re.escape(LINE)}\s+paused\b.*FLAGGED", result.stdout)
    assert re.search(rf"(?m)^{re.escape(OTHER_LINE)}\s+allowed\b", result.stdout)
    listed = json.loads(cli("lines", "--admin", daemon.admin_url, "--json").stdout)["lines"]
    assert {line["phone_number"]: line["decision"] for line in listed} == {LINE: "paused", OTHER_LINE: "allowed"}


def test_both_over_a_unix_socket(make_daemon, directory):
    make_daemon(admin={"listen": [f"unix:{directory}/admin.sock"]}).start()
    for command in ("status", "lines"):
        assert cli(command, "--admin", f"unix:{directory}/admin.sock").returncode == 0


@pytest.mark.parametrize("command", ["status", "lines"])
@pytest.mark.parametrize("address", ["unix:/nowhere/admin.sock", "http://127.0.0.1:1"])
def test_a_daemon_that_is_not_there_is_69(command, address):
    result = cli(command, "--admin", address, "--json")
    assert result.returncode == 69 and address in result.stderr and result.stdout == ""
