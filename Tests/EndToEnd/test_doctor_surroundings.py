"""`linewarden doctor` where more than one thing depends on what is broken: file, secrets, ledger, daemon, time; and tests."""

import json
import os
import pty
import socket
import sqlite3
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from faults import Disk, SmallDisk
from harness import BINARY, PATH, cli, environment, eventually
from linq_cli import LINE
from linq_state import TOKEN
from payloads import signed, status_event
from sink import Reply


def kinds(found, *names):
    """The verdicts of these names."""
    return [each["verdict"] for name in names for each in found[name]]


def text(found, name):
    return " ".join(f"{each['found']} {each['remedy']}" for each in found[name])


# --- the configuration and its secrets --------------------------------------------------------------------------------

NEED_IT = ["secrets", "ledger", "clock", "certificate", "api key", "subscription"]


@pytest.mark.parametrize("config", ["", "{", "[]"])
def test_without_a_configuration_the_rest_is_skipped(patient, config):
    patient.config = config
    found = patient.verdicts()
    assert kinds(found, "configuration", *NEED_IT) == ["wrong"] + ["skipped"] * len(NEED_IT)
    assert all("needs a configuration" in text(found, name) for name in NEED_IT)
    assert "doctor.json:1:" in text(found, "configuration")


def test_a_configuration_that_is_not_there(directory):
    result = cli("doctor", "--config", directory / "nowhere.json", "--admin", "http://127.0.0.1:1")
    assert result.returncode == 1 and "✗ configuration" in result.stdout and "nowhere.json" in result.stdout
    assert result.stdout.count("needs a configuration") == len(NEED_IT)
    assert "! daemon" in result.stdout and result.stdout.splitlines()[-1].startswith("Not well: 1 thing is wrong")


def test_what_does_not_depend_on_a_mistake_is_looked_at(patient):
    """All mistakes at once, as check tells them; hooks without one are tried."""
    del patient.config["webhook"]["listen"]
    patient.hooks["ops"]["colour"] = "red"
    patient.hooks["script"] = {"type": "command"}
    found = patient.verdicts()
    checked = cli("check", "--config", patient.directory / "doctor.json", **patient.env).stderr.splitlines()
    assert [each["found"] for each in found["configuration"]] == checked and len(checked) == 3
    assert kinds(found, "configuration") == ["wrong"] * 3
    skipped = ["hook script", "hook ops", "daemon"]
    others = [name for name in found if name not in skipped + ["configuration"]]
    assert kinds(found, *skipped) == ["skipped"] * 3
    assert kinds(found, *others) == ["ok"] * len(others), found


def test_a_secret_that_is_missing(patient):
    """Named with its place and with what to do; what does not need it is looked at."""
    del patient.env["SLACK_URL"]
    patient.hooks["oncall"]["routing_key"] = {"credential": "pagerduty"}
    patient.password.unlink()
    found = patient.verdicts()
    assert kinds(found, "configuration", "secrets") == ["ok", "wrong", "wrong", "wrong"]
    assert "but for its secrets" in text(found, "configuration")
    for word in ("hooks.ops.url", "SLACK_URL", "EnvironmentFile=", "LoadCredential=pagerduty:", "hooks.mail.password"):
        assert word in text(found, "secrets")
    assert kinds(found, "hook ops", "hook oncall", "hook mail") == ["skipped"] * 3
    assert kinds(found, "hook gate", "hook sender", "ledger", "api key", "subscription") == ["ok"] * 5


def test_credentials_are_found_where_systemd_puts_them(patient):
    directory = patient.directory / "credentials"
    directory.mkdir()
    (directory / "hook").write_text(patient.env["HOOK_SECRET"] + "\n")
    (directory / "hook").chmod(0o400)
    patient.hooks["sender"]["secret"] = {"credential": "hook"}
    [secrets] = patient.verdicts(CREDENTIALS_DIRECTORY=str(directory))["secrets"]
    assert secrets["verdict"] == "ok" and "credentials hook" in secrets["found"]


def test_without_a_key_to_linq(patient):
    del patient.env["LINQ_KEY"]
    found = patient.verdicts()
    assert kinds(found, "secrets", "clock", "api key", "subscription") == ["wrong"] + ["skipped"] * 3
    del patient.config["linq"], patient.config["webhook"]["tls"]
    found = patient.verdicts()
    skipped = ["clock", "certificate", "api key", "subscription"]
    assert kinds(found, "secrets", *skipped) == ["ok"] + ["skipped"] * 4
    assert "no section linq" in text(found, "api key") and "TLS ends elsewhere" in text(found, "certificate")


# --- Linq -------------------------------------------------------------------------------------------------------------


def test_a_bad_key(patient):
    patient.env["LINQ_KEY"] = "wrong"
    found = patient.verdicts()
    assert kinds(found, "clock", "api key", "subscription") == ["ok", "wrong", "skipped"]
    assert "2004" in text(found, "api key") and "linq.api_key" in text(found, "api key")


def test_linq_is_silent(patient):
    patient.fake.close()
    found = patient.verdicts()
    assert kinds(found, "clock", "api key", "subscription") == ["skipped", "wrong", "skipped"]
    assert "refused" in text(found, "api key")


def test_what_linqs_support_asks_for_is_told(patient):
    patient.fake.fail(20, code=3006, method="GET")
    found = patient.verdicts()
    assert kinds(found, "clock", "api key") == ["ok", "wrong"]
    traces = [each.trace_id for each in patient.fake.requests if each.trace_id and each.method == "GET"]
    assert any(trace in text(found, "api key") for trace in traces)


def test_v2_has_no_subscriptions(patient):
    patient.env["LINQ_KEY"] = TOKEN
    patient.config["linq"] = {"api": "v2", "api_key": {"env": "LINQ_KEY"}, "base_url": patient.fake.origin}
    found = patient.verdicts()
    assert kinds(found, "clock", "api key", "subscription") == ["ok", "ok", "skipped"] and "V2" in text(found, "subscription")


def test_the_subscription_that_deliveries_came_by_is_known(patient, make_daemon):
    del patient.config["linq"]["webhook_url"]
    daemon = make_daemon(config=patient.config, env=patient.env, tls=patient.authority.client()).start()
    body, headers = signed(status_event(line=LINE))
    assert daemon.post(body, headers | {"X-Webhook-Subscription-ID": patient.subscription.id}).status == 200
    key = f"subscription {PATH}"
    eventually(lambda: daemon.rows("SELECT * FROM fact WHERE key = ?", key), "the subscription remembered")
    [found] = patient.verdicts()["subscription"]
    assert found["verdict"] == "ok" and patient.subscription.id in found["found"]
    patient.subscription.is_active = False
    # Also when the daemon was killed, and what it knew last is in its log only.
    daemon.kill()
    [found] = patient.verdicts()["subscription"]
    assert found["verdict"] == "wrong" and "switched off" in found["found"]


# --- the ledger -------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(patient, make_daemon):
    """The set-up with a ledger from an earlier run."""
    daemon = make_daemon(config=patient.config, env=patient.env, tls=patient.authority.client()).start()
    for number in range(200):
        daemon.accept(status_event(line=f"+1202555{number:04d}"))
    assert daemon.stop() == 0
    return patient


def test_a_ledger_of_a_newer_version(kept):
    with sqlite3.connect(kept.ledger) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    kept.only("ledger", "wrong", "newer version")


def test_a_ledger_of_an_older_version_is_left_alone(kept):
    with sqlite3.connect(kept.ledger) as connection:
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    before = kept.ledger.read_bytes()
    [ledger] = kept.verdicts()["ledger"]
    assert ledger["verdict"] == "ok" and "the next start brings it to" in ledger["found"]
    assert kept.ledger.read_bytes() == before


def test_a_damaged_ledger(kept):
    size = kept.ledger.stat().st_size
    with open(kept.ledger, "r+b") as file:
        file.seek(size // 4)
        file.write(b"\x55" * (size // 2))
    told = kept.only("ledger", "wrong", "restore a backup")
    assert "\n" not in told["found"]


def test_a_ledger_that_is_none(kept):
    kept.ledger.write_bytes(b"this is no database\n" * 1000)
    kept.only("ledger", "wrong", "is damaged")


def test_a_small_disk(patient):
    disk = SmallDisk(patient.directory, "4m")
    try:
        patient.config["state"]["directory"] = str(disk.path)
        patient.only("ledger", "warning", "Make room")
    finally:
        disk.unmount()


# --- the daemon -------------------------------------------------------------------------------------------------------


def test_a_daemon_that_cannot_store(patient, make_daemon):
    disk = Disk(patient.directory)
    env = patient.env | disk.env
    daemon = make_daemon(config=patient.config, env=env, tls=patient.authority.client()).start()
    disk.is_read_only()
    assert daemon.deliver(status_event()).status == 503
    [found] = patient.verdicts("--admin", daemon.admin_url)["daemon"]
    assert found["verdict"] == "wrong" and "cannot store" in found["found"]


@pytest.fixture
def impostor():
    """Something on the admin port that answers paths with these bodies."""
    answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    server.server_close()


READY = {"/readyz": (200, {"status": "ready", "reasons": []})}
STATUS = {"version": "0.0.9", "started_at": "2026-01-01T00:00:00Z", "ready": True}
BROKEN = {"hook": "ops", "reason": "HTTP 404: no_service", "since": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("answers", "verdict", "word"),
    [
        ({"/readyz": (200, b"<html>")}, "wrong", "is not linewarden"),
        (READY, "warning", "--token"),
        (READY | {"/v1/status": (200, STATUS)}, "warning", "version 0.0.9"),
        (READY | {"/v1/status": (200, STATUS | {"version": "0.1.0", "broken_hooks": [BROKEN]})}, "warning", "no_service"),
        ({"/readyz": (503, {"reasons": ["the disk is full"]})}, "wrong", "the disk is full"),
    ],
)
def test_what_answers_instead(patient, impostor, answers, verdict, word):
    address, served = impostor
    served.update(answers)
    found = patient.verdicts("--admin", address)
    assert kinds(found, "daemon") == [verdict] and word in text(found, "daemon")


def test_a_daemon_that_hangs(patient):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        [found] = patient.verdicts("--admin", f"http://127.0.0.1:{silent.getsockname()[1]}")["daemon"]
        assert found["verdict"] == "wrong" and "journalctl" in found["remedy"]


def test_the_configuration_says_where_the_daemon_is(patient, make_daemon):
    """A Unix socket, and a token that only the configuration has."""
    patient.config["admin"] = {"listen": [f"unix:{patient.directory}/admin.sock"], "token": {"env": "ADMIN_TOKEN"}}
    patient.env["ADMIN_TOKEN"] = "a-token-that-nobody-may-see"
    make_daemon(config=patient.config, env=patient.env).start()
    [found] = patient.verdicts()["daemon"]
    assert found["verdict"] == "ok" and "0.1.0" in found["found"]


# --- hooks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["https", "smtp"])
def test_a_hook_that_hangs_hangs_nothing(patient, scheme):
    """The kernel takes the connection, and nobody ever says a word; a timeout beyond doctor's patience."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        hook = "sender" if scheme == "https" else "mail"
        patient.hooks[hook] |= {"url": url, "timeout": "5m"}
        begun = time.monotonic()
        patient.only(f"hook {hook}", "wrong", "within 10 s")
        assert 9 < time.monotonic() - begun < 20


def test_the_hooks_own_timeout_counts_if_it_is_shorter(patient):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        patient.hooks["sender"] |= {"url": f"https://127.0.0.1:{silent.getsockname()[1]}", "timeout": "300ms"}
        patient.only("hook sender", "wrong", "within 300 ms")


def test_a_program_that_cannot_be_run(patient):
    (patient.directory / "program").chmod(0o644)
    found = patient.verdicts()
    assert kinds(found, "configuration", "hook script") == ["warning", "wrong"]
    assert "Permission denied" in text(found, "hook script")


def test_tests_are_sent_only_when_asked_for(patient):
    result = patient.look("--send-test", "--json")
    assert result.returncode == 0 and "paged" in result.stderr
    found = {each["name"]: each for each in json.loads(result.stdout)["verdicts"]}
    for name in ("sender", "ops", "oncall", "mail", "script"):
        assert "took the test message" in found[f"hook {name}"]["found"]
    assert "no test message" in found["hook gate"]["found"] and found["hook gate"]["verdict"] == "ok"
    sent = {each.path: each for each in patient.sink.requests}
    assert sorted(sent) == ["/hook", "/pd", "/services/verysecret"] and len(patient.sink.requests) == 3
    assert sent["/hook"].verify()["type"] == "test" and sent["/pd"].json["payload"]["class"] == "test"
    assert "Test:" in sent["/services/verysecret"].json["text"]
    [mail] = patient.office.mails
    assert "Test:" in mail.message["Subject"] and json.loads(patient.out.read_text())["type"] == "test"
    assert not (patient.directory / "run").exists()


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [(500, b"oh\x1b[2J no\n", "HTTP 500: oh [2J no"), (404, b"no_service", "takes nothing"), (400, b"no_text", "refused")],
)
def test_what_was_answered_to_a_test_is_told(patient, status, body, word):
    def answer(received):
        if received.path == "/pd":
            return Reply(202)
        return Reply(status, body) if received.path.startswith("/services") else Reply()

    patient.sink.default = answer
    patient.only("hook ops", "wrong", word, "--send-test")


def test_a_program_that_hangs_on_a_test_is_ended(patient):
    pid = patient.directory / "pid"
    (patient.directory / "program").write_text(f"#!/bin/sh\necho $$ >{pid}\nexec sleep 100\n")
    patient.hooks["script"]["timeout"] = "5m"
    patient.only("hook script", "wrong", "within 10 s", "--send-test")
    eventually(lambda: not os.path.exists(f"/proc/{pid.read_text().strip()}"), "the program gone")


# --- what people see --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "colours"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals(patient, env, colours):
    patient.env["LINQ_KEY"] = "wrong"
    patient.look()
    leader, follower = pty.openpty()
    command = [BINARY, "doctor", "--config", str(patient.directory / "doctor.json")]
    subprocess.run(command, env=environment(**patient.env | {"TERM": "xterm"} | env), stdout=follower, stderr=follower)
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 65_536):
            shown += chunk
    except OSError:
        pass  # A terminal whose other end is closed reads as an error (EIO).
    os.close(leader)
    assert ("\x1b[31m✗\x1b[0m api key" in shown.decode()) is colours
    assert ("\x1b" in shown.decode()) is colours and "✗" in shown.decode()


def test_a_remedy_stands_below_what_it_is_for(patient):
    patient.env["LINQ_KEY"] = "wrong"
    lines = patient.look().stdout.splitlines()
    [index] = [number for number, line in enumerate(lines) if line.startswith("✗ api key")]
    column = lines[index].index("Linq answered 401")
    assert lines[index + 1][:column].isspace() and lines[index + 1][column:].startswith("→ Put a valid key")
    assert lines[-1].startswith("Not well: 1 thing is wrong, ")
