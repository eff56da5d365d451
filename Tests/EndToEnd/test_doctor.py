"""`linewarden doctor`: a set-up that is well, then one thing broken at a time, and what it says of each."""

import socket

import pytest

from harness import PATH
from linq_cli import LINE, OTHER
from linq_state import Subscription
from patient import NEEDED, URL
from sink import HOOK_SECRET

CHECKS = ["configuration", "secrets", "daemon", "ledger", "clock", "certificate", "api key", "subscription"]
HOOKS = ["hook gate", "hook sender", "hook ops", "hook oncall", "hook mail", "hook script"]


def states(found):
    return {name: [each["verdict"] for each in all] for name, all in found.items()}


def test_a_healthy_set_up(patient, make_daemon):
    daemon = make_daemon(config=patient.config, env=patient.env).start()
    found = patient.verdicts("--admin", daemon.admin_url)
    assert states(found) == {name: ["ok"] for name in CHECKS + HOOKS}, found
    result = patient.look("--admin", daemon.admin_url)
    assert result.returncode == 0 and result.stderr == "" and "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert len(lines) == len(CHECKS + HOOKS) + 2 and all(line.startswith("✓ ") for line in lines[:-2])
    assert lines[-1] == f"All is well: {len(CHECKS + HOOKS)} checks passed."
    for words in ("2 lines", "hooks.example.com", patient.subscription.id, "HOOK_SECRET", "0.1.0"):
        assert words in result.stdout
    # It looked, and nobody heard of it.
    assert patient.sink.requests == [] and patient.office.mails == [] and not patient.out.exists()
    assert patient.office.logins and patient.office.offered == 0
    assert [each for each in patient.fake.requests if each.method not in ("GET", "HEAD")] == []


def test_before_the_first_start(patient):
    """Nothing is made, and that no daemon runs is no fault yet."""
    before = sorted(patient.directory.iterdir()) + [patient.directory / "doctor.json"]
    found = patient.verdicts()
    assert states(found) == {name: ["ok"] for name in CHECKS + HOOKS} | {"daemon": ["skipped"]}
    assert sorted(patient.directory.iterdir()) == sorted(before)
    [daemon] = patient.verdicts("--admin", "http://127.0.0.1:1")["daemon"]
    assert daemon["verdict"] == "warning" and "refused" in daemon["found"] and "systemctl" in daemon["remedy"]


def test_a_ledger_that_nobody_has_open_is_left_as_it_is(patient, make_daemon):
    daemon = make_daemon(config=patient.config, env=patient.env).start()
    assert daemon.stop() == 0
    before = {path: path.stat().st_mtime_ns for path in daemon.state.iterdir()}
    [ledger] = patient.verdicts()["ledger"]
    assert ledger["verdict"] == "ok" and "sound" in ledger["found"]
    assert {path: path.stat().st_mtime_ns for path in daemon.state.iterdir()} == before


# --- one thing broken at a time ---------------------------------------------------------------------------------------


def without(patient):
    patient.fake.subscriptions.clear()


def switched_off(patient):
    patient.subscription.is_active = False


def filtered(patient):
    patient.subscription.phone_numbers = [LINE]


def without_status(patient):
    patient.subscription.subscribed_events.remove("phone_number.status_updated")


def without_released(patient):
    patient.subscription.subscribed_events.remove("phone_number.released")


def not_pinned(patient):
    patient.subscription.target_url = URL


def twice(patient):
    patient.fake.subscriptions.append(Subscription(f"{URL}?version=2025-01-01", list(NEEDED)))


def no_url(patient):
    del patient.config["linq"]["webhook_url"]


def an_hour_off(patient):
    patient.fake.ahead = 3600


def an_hour_behind(patient):
    patient.fake.ahead = -3600


def a_minute_off(patient):
    patient.fake.ahead = 60


def issue(**how):
    def change(patient):
        patient.config["webhook"]["tls"] = patient.authority.issue(**how).settings

    return change


def another_key(patient):
    patient.config["webhook"]["tls"]["key"] = str(patient.authority.issue().key)


def another_host(patient):
    patient.config["linq"]["webhook_url"] = f"https://other.example.com{PATH}"
    patient.subscription.target_url = f"https://other.example.com{PATH}?version=2026-02-03"


def not_trusted(patient):
    patient.env["SSL_CERT_FILE"] = "/dev/null"


def public_key(patient):
    patient.tls.key.chmod(0o644)


def public_password(patient):
    patient.password.chmod(0o644)


def weak_secret(patient):
    patient.env["LINQ_WEBHOOK_SECRET"] = "whsec_c2hvcnQ="


def literal_secret(patient):
    patient.hooks["sender"]["secret"] = HOOK_SECRET


def refused_connection(patient):
    with socket.create_server(("127.0.0.1", 0)) as free:
        patient.hooks["sender"]["url"] = f"http://127.0.0.1:{free.getsockname()[1]}/hook"


def no_such_host(patient):
    patient.hooks["sender"]["url"] = "https://no-such-host.invalid/hook"


def speaks_no_tls(patient):
    patient.hooks["sender"]["url"] = patient.sink.url.replace("http:", "https:")


def wrong_password(patient):
    patient.password.write_text("wrong")


def no_directory_to_run_in(patient):
    patient.hooks["script"]["directory"] = f"{patient.directory}/nowhere"


def gate_below_a_file(patient):
    patient.hooks["gate"]["directory"] = f"{patient.password}/paused"


def state_below_a_file(patient):
    patient.config["state"]["directory"] = f"{patient.password}/state"


def unknown_key(patient):
    patient.config["webhook"]["tolerence"] = "5m"


def no_routes(patient):
    patient.config["routes"] = []


BROKEN = [
    (without, "wrong", "subscription", "linq subscribe"),
    (switched_off, "wrong", "subscription", "switched off"),
    (filtered, "wrong", "subscription", OTHER),
    (without_status, "wrong", "subscription", "phone_number.status_updated"),
    (without_released, "warning", "subscription", "phone_number.released"),
    (not_pinned, "warning", "subscription", "version=2026-02-03"),
    (twice, "warning", "subscription", "others"),
    (no_url, "warning", "subscription", "linq.webhook_url"),
    (an_hour_off, "wrong", "clock", "behind"),
    (an_hour_behind, "wrong", "clock", "ahead"),
    (a_minute_off, "warning", "clock", "timedatectl"),
    (issue(days=90, age=93), "wrong", "certificate", "has ended 3 days"),
    (issue(days=10), "warning", "certificate", "Renew it"),
    (another_key, "wrong", "certificate", "mismatch"),
    (another_host, "wrong", "certificate", "other.example.com"),
    (not_trusted, "warning", "certificate", "fullchain"),
    (public_key, "warning", "secrets", "chmod"),
    (public_password, "warning", "secrets", "password can be read by everybody"),
    (weak_secret, "warning", "secrets", "5 bytes"),
    (literal_secret, "warning", "secrets", "hooks.sender.secret"),
    (refused_connection, "wrong", "hook sender", "refused"),
    (no_such_host, "wrong", "hook sender", "no-such-host.invalid"),
    (speaks_no_tls, "wrong", "hook sender", "TLS"),
    (wrong_password, "wrong", "hook mail", "535"),
    (no_directory_to_run_in, "wrong", "hook script", "nowhere"),
    (gate_below_a_file, "wrong", "hook gate", "Not a directory"),
    (state_below_a_file, "wrong", "ledger", "state.directory"),
    (no_routes, "warning", "configuration", "nobody is paged"),
    (unknown_key, "wrong", "configuration", "did you mean 'tolerance'"),
]


def name(case):
    return getattr(case, "__name__", None)


@pytest.mark.parametrize(("change", "verdict", "check", "word"), BROKEN, ids=name)
def test_what_is_broken_is_told_alone(patient, change, verdict, check, word):
    change(patient)
    patient.only(check, verdict, word)
