"""What people see: tables that fit, colours where they are wanted, progress, the verdict; man pages and completions."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import pytest

from harness import BINARY, DEADLINE, REPOSITORY, cli, environment, eventually, http_hook
from payloads import LINE, OTHER_LINE, status_event
from sink import Reply

ESCAPE = "\x1b"


class Seen:
    """What a terminal got, and how the command ended."""

    def __init__(self, text, code):
        self.text, self.code = text.replace("\r\n", "\n"), code

    @property
    def plain(self):
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", self.text)

    @property
    def widest(self):
        return max(len(line) for line in self.plain.splitlines())


def on_terminal(*arguments, columns=80, errors_only=False, **env):
    """Runs a command with a terminal as its output; `errors_only`: as its standard error alone."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    output = subprocess.DEVNULL if errors_only else slave
    process = subprocess.Popen(
        [BINARY, *map(str, arguments)],
        env=environment(**({"TERM": "xterm"} | env)),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=slave,
    )
    os.close(slave)
    text, end = b"", time.monotonic() + DEADLINE
    with os.fdopen(master, "rb", buffering=0) as terminal:
        while select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            try:
                piece = terminal.read(65_536)
            except OSError:  # EIO: the last who had it open has gone.
                break
            if not piece:
                break
            text += piece
    return Seen(text.decode(), process.wait(DEADLINE))


@pytest.fixture
def busy(daemon):
    daemon.accept(status_event(line=LINE, status="FLAGGED", reputation="CRITICAL"))
    daemon.accept(status_event(line=OTHER_LINE, status="ACTIVE", reputation="HEALTHY"))
    daemon.wait_until_delivered(1)
    return daemon


TABLES = ["lines", "events", "incidents", "deliveries"]


# --- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", TABLES)
def test_a_table_fits_the_terminal(busy, command):
    whole = cli(command, "--admin", busy.admin_url).stdout
    width = max(map(len, whole.splitlines())) - 4
    seen = on_terminal(command, "--admin", busy.admin_url, columns=width)
    assert seen.code == 0 and seen.widest <= width, seen.plain
    assert "…" in seen.plain and LINE in seen.plain, "what matters is whole"
    wide = on_terminal(command, "--admin", busy.admin_url, columns=400)
    assert wide.plain == whole


@pytest.mark.parametrize("command", TABLES)
def test_into_a_pipe_nothing_is_shortened_or_coloured(busy, command):
    told = cli(command, "--admin", busy.admin_url, COLUMNS="20", TERM="xterm").stdout
    assert "…" not in told and ESCAPE not in told and LINE in told


def test_columns_of_the_environment_count_before_the_window(busy):
    seen = on_terminal("lines", "--admin", busy.admin_url, columns=400, COLUMNS="100")
    assert seen.widest <= 100 and "…" in seen.plain
    nonsense = on_terminal("lines", "--admin", busy.admin_url, columns=400, COLUMNS="wide")
    assert "…" not in nonsense.plain


def test_a_terminal_that_does_not_tell_its_width(busy):
    assert "…" not in on_terminal("lines", "--admin", busy.admin_url, columns=0).plain


def test_json_is_the_same_on_a_terminal(busy):
    seen = on_terminal("lines", "--admin", busy.admin_url, "--json", columns=20)
    assert ESCAPE not in seen.text
    assert len(json.loads(seen.text)["lines"]) == 2


# --- colours --------------------------------------------------------------------------------------


def test_colours_on_a_terminal(busy):
    text = on_terminal("lines", "--admin", busy.admin_url, columns=200).text
    assert f"{ESCAPE}[31mpaused{ESCAPE}[0m" in text and f"{ESCAPE}[32mallowed{ESCAPE}[0m" in text


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}], ids=str)
@pytest.mark.parametrize("command", ["lines", "status"])
def test_no_colours_where_none_are_wanted(busy, command, env):
    seen = on_terminal(command, "--admin", busy.admin_url, **env)
    assert ESCAPE not in seen.text and "paused" in seen.text


def test_an_empty_no_color_is_none(busy):
    assert ESCAPE in on_terminal("lines", "--admin", busy.admin_url, NO_COLOR="").text


# --- progress -------------------------------------------------------------------------------------


@pytest.fixture
def large(daemon):
    """A ledger that takes a moment."""
    assert daemon.stop() == 0
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
    daemon.execute(f"{numbers} INSERT INTO fact SELECT 'key ' || i, hex(randomblob(40)) FROM n")
    return daemon.state


def test_a_backup_tells_how_far_it_is(large, directory):
    seen = on_terminal("ledger", "backup", directory / "copy.db", "--directory", large, errors_only=True, columns=200)
    assert seen.code == 0
    parts = [int(part) for part in re.findall(r"(\d+) %", seen.plain)]
    assert parts == sorted(parts) and len(parts) > 2 and parts[0] == 0 and parts[-1] < 100
    assert seen.text.endswith(f"\r{ESCAPE}[K"), "it takes itself away"


def test_a_check_tells_how_long_it_lasts(large):
    seen = on_terminal("ledger", "check", "--directory", large, errors_only=True, columns=200)
    assert seen.code == 0 and f"checking {large}/linewarden.db: 0 s" in seen.plain
    assert seen.text.endswith(f"\r{ESCAPE}[K"), "it takes itself away"


@pytest.mark.parametrize("env", [None, {"TERM": "dumb"}], ids=["pipe", "dumb"])
def test_where_nobody_watches_there_is_none(large, env):
    if env is None:
        assert cli("ledger", "check", "--directory", large).stderr == ""
    else:
        assert on_terminal("ledger", "check", "--directory", large, errors_only=True, **env).text == ""


# --- the verdict ----------------------------------------------------------------------------------


def test_everything_is_fine(daemon):
    result = cli("status", "--admin", daemon.admin_url)
    assert result.returncode == 0 and result.stdout.splitlines()[0] == "everything is fine"
    daemon.accept(status_event(status="FLAGGED"))
    result = cli("status", "--admin", daemon.admin_url)
    assert result.returncode == 0 and result.stdout.splitlines()[0] == "everything is fine; 1 line is paused"


def test_a_broken_hook_is_not_fine(make_daemon, make_sink):
    daemon = make_daemon(hooks={"sender": http_hook(make_sink(default=Reply(410)))}).start()
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: daemon.get("/v1/status").json["broken_hooks"], "broken", lambda: daemon.log)
    result = cli("status", "--admin", daemon.admin_url)
    first, second = result.stdout.splitlines()[:2]
    assert result.returncode == 1 and first == "1 thing is not fine; 1 line is paused"
    assert second.startswith("  hook sender takes nothing: ")
    report = cli("status", "--admin", daemon.admin_url, "--json")
    assert report.returncode == 1 and json.loads(report.stdout)["fine"] is False
    # A hook that was taken out is nobody's problem any more.
    daemon.config["hooks"] = {"other": http_hook(make_sink())}
    daemon.config["routes"][0]["pause"] = ["other"]
    daemon.write(daemon.config)
    assert daemon.order("POST", "/v1/reload", {}).status == 200
    assert daemon.get("/v1/status").json["broken_hooks"] == []


# --- man pages and completions --------------------------------------------------------------------


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    target = tmp_path_factory.mktemp("docs")
    subprocess.run([REPOSITORY / "deploy/generate-docs", BINARY, target], check=True, env=environment())
    return target


def commands(command=None, path=()):
    command = command or json.loads(cli("--experimental-dump-help").stdout)["command"]
    path = (*path, command["commandName"])
    yield path, command
    for child in command.get("subcommands", []):
        if child["commandName"] != "help":
            yield from commands(child, path)


def test_every_command_has_a_page_with_all_its_options(docs):
    expected = {"-".join(path): command for path, command in commands()}
    assert {file.stem for file in (docs / "man/man1").iterdir()} == set(expected) and len(expected) > 30
    for name, command in expected.items():
        page = (docs / f"man/man1/{name}.1").read_text()
        assert page.startswith(".TH ") and ".SH NAME" in page and ".SH SYNOPSIS" in page
        plain = re.sub(r"\\f[BIR]", "", page)
        for order, character in [("-", "-"), ("&", ""), ("(aq", "'"), ("(ga", "`"), ("(ha", "^"), ("(ti", "~"), ("e", "\\")]:
            plain = plain.replace("\\" + order, character)
        plain = re.sub(r"\\\[u([0-9A-F]+)\]", lambda match: chr(int(match[1], 16)), plain)
        assert page.isascii(), name
        assert command["abstract"].rstrip(".") in plain
        for argument in command.get("arguments", []):
            for each in argument.get("names", []):
                assert ("-" if each["kind"] == "short" else "--") + each["name"] in plain, name
        for example in re.findall(r"(?m)^  +(linewarden .*)$", command.get("discussion", "")):
            assert example in plain.splitlines(), f"{name}: an example is not as it was: {example}"
        orders = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
        assert orders <= {".TH", ".SH", ".PP", ".RS", ".RE", ".nf", ".fi", ".TP"}, name


def test_completions_for_three_shells(docs):
    bash = docs / "completions/linewarden"
    assert subprocess.run(["bash", "-n", bash], capture_output=True).stderr == b""
    script = f"source {bash}; complete -p linewarden"
    assert b"linewarden" in subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    assert (docs / "completions/_linewarden").read_text().startswith("#compdef linewarden")
    assert "complete -c 'linewarden'" in (docs / "completions/linewarden.fish").read_text()
    for name in ("linewarden", "_linewarden", "linewarden.fish"):
        text = (docs / "completions" / name).read_text()
        assert all(word in text for word in ("incidents", "ledger", "backup"))
