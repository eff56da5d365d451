"""The unit as it is delivered: exposure, and that all of linewarden works behind it (issue: at home in production, 1, 2)."""

import re

import pytest

from harness import eventually
from lab import DEPLOY, UNIT, UNITS
from payloads import LINE, SECRET

UNIT_FILES = (UNIT, "linewarden-webhook.socket", "linewarden-admin.socket")


def test_the_units_are_right(service, lab):
    result = lab.run("systemd-analyze", "verify", "--recursive-errors=yes", *(f"{UNITS}/{name}" for name in UNIT_FILES))
    assert result.stdout + result.stderr == ""


def test_what_is_exposed_is_what_is_needed(service, lab):
    report = lab.run("systemd-analyze", "security", "--no-pager", UNIT).stdout
    level = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", report)[1])
    assert level <= 1.3, report
    # Each remaining exposure is explained in the unit.
    text = (DEPLOY / UNIT).read_text()
    for line in report.splitlines():
        if line.startswith("✗"):
            name = re.match(r"✗ (?:\w+=~@?)?(\w+)", line)[0].split()[1].split("=")[0]
            assert re.search(rf"^#.*\b{name}", text, re.MULTILINE), line


def test_a_server_needs_no_swift(service, lab):
    assert lab.run("bash", "-c", "command -v swift", check=False).returncode != 0
    libraries = lab.run("ldd", "/usr/bin/linewarden").stdout
    assert "swift" not in libraries and "not found" not in libraries
    service.start()


def test_it_runs_as_nobody_in_particular(service, lab):
    service.start()
    service.deliver(status="FLAGGED")
    pid = lab.show("MainPID")
    status = lab.run("cat", f"/proc/{pid}/status").stdout
    user = int(re.search(r"^Uid:\t(\d+)", status, re.MULTILINE)[1])
    assert 61184 <= user <= 65519, "not a dynamic user"
    assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE) and re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    # Another user, a sender's, sees the gate file and what it holds.
    gate = f"/run/linewarden/paused/{LINE}"
    eventually(lambda: lab.run("test", "-e", gate, check=False).returncode == 0, "the gate file")
    assert "FLAGGED" in lab.run("runuser", "-u", "daemon", "--", "cat", gate).stdout
    # It is not for him to write there.
    assert lab.run("runuser", "-u", "daemon", "--", "rm", gate, check=False).returncode != 0
    # Nobody else reads the ledger.
    assert lab.run("runuser", "-u", "daemon", "--", "ls", "/var/lib/linewarden/", check=False).returncode != 0


def test_what_it_knows_outlives_a_restart(service, lab):
    service.start()
    service.deliver(status="FLAGGED")
    service.wait_for_status("1 paused")
    lab.systemctl("restart", UNIT)
    service.wait_for_status("1 line, 1 paused")


def test_a_gate_stays_shut_while_nobody_guards_it(service, lab):
    """A sender that asks between the end of one daemon and the start of the next must not be told that it may."""
    service.start()
    service.deliver(status="FLAGGED")
    gate = f"/run/linewarden/paused/{LINE}"
    eventually(lambda: lab.run("test", "-e", gate, check=False).returncode == 0, "the gate file")
    lab.systemctl("stop", UNIT)
    assert lab.run("runuser", "-u", "daemon", "--", "test", "-e", gate, check=False).returncode == 0
    # Nor does it hinder the next one, be its number another.
    lab.shell("chown -R 61185:61185 /run/linewarden")
    service.start()
    service.deliver(status="ACTIVE", reputation="HEALTHY")
    eventually(lambda: lab.run("test", "-e", gate, check=False).returncode != 0, "the end of the pause")


@pytest.mark.parametrize("encrypted", [False, True])
def test_secrets_come_as_credentials(service, lab, encrypted):
    if encrypted:
        if lab.run("systemd-creds", "setup", check=False).returncode != 0:
            pytest.skip("there is no key of this machine to encrypt with")
        sealed = lab.run("systemd-creds", "encrypt", "--with-key=host", "--name=linq", "-", "-", input=SECRET).stdout
        lab.write("/etc/linewarden/linq", sealed, mode="600")
        service.drop_in("[Service]\nLoadCredentialEncrypted=linq:/etc/linewarden/linq\n")
    else:
        lab.write("/etc/linewarden/linq", SECRET, mode="600")
        service.drop_in("[Service]\nLoadCredential=linq:/etc/linewarden/linq\n")
    service.environment()
    service.configure(secret={"credential": "linq"})
    service.start()
    service.deliver()


def test_tls_on_a_privileged_port_needs_no_privilege(service, lab):
    """systemd opens 443 and reads the key that only root may read."""
    service.drop_in("[Service]\nLoadCredential=certificate:/etc/linewarden/c.pem\nLoadCredential=key:/etc/linewarden/k.pem\n")
    lab.shell(
        "cd /etc/linewarden; umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30"
        " -subj /CN=localhost -keyout k.pem -out c.pem 2>&1"
    )
    lab.write(f"{UNITS}/linewarden-webhook.socket.d/port.conf", "[Socket]\nListenStream=\nListenStream=443\n")
    lab.systemctl("daemon-reload")
    tls = {"certificate": {"credential": "certificate"}, "key": {"credential": "key"}}
    service.configure(webhook={"listen": ["systemd:webhook"], "tls": tls})
    lab.systemctl("start", "linewarden-webhook.socket")
    service.start()
    asked = lab.run("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "https://127.0.0.1/webhooks/linq")
    assert asked.stdout == "405"


def command_hook(script):
    return {"program": {"type": "command", "command": ["/bin/bash", "-c", script]}}


def test_a_command_hook_works_behind_it(service, lab):
    service.configure(hooks=command_hook("cat >/var/lib/linewarden/told; touch /tmp/scratch; test ! -w /etc"))
    service.start()
    service.deliver(status="FLAGGED")
    service.wait_for_status("1 paused; 0 deliveries pending")
    assert LINE in lab.run("cat", "/var/lib/linewarden/told").stdout


def test_a_command_hook_is_given_more_by_the_example(service, lab):
    """It writes to a directory of another group, as the example says."""
    lab.shell("getent group sender || groupadd sender; install -d -g sender -m 2775 /srv/sender/outbox")
    example = (DEPLOY / f"{UNIT}.d" / "command-hook.conf.example").read_text()
    service.drop_in(example, "command-hook.conf")
    verdict = lab.run("systemd-analyze", "verify", "--recursive-errors=yes", f"{UNITS}/{UNIT}")
    assert verdict.stdout + verdict.stderr == ""
    service.configure(hooks=command_hook("cat >/srv/sender/outbox/told"))
    service.start()
    service.deliver(status="FLAGGED")
    service.wait_for_status("1 paused; 0 deliveries pending")
    assert lab.run("stat", "-c", "%G", "/srv/sender/outbox/told").stdout == "sender\n"


def test_the_drop_in_for_newer_systemd_fits_it(service, lab):
    version = int(lab.run("systemctl", "--version").stdout.split()[1])
    text = (DEPLOY / f"{UNIT}.d" / "notify-reload.conf").read_text()
    service.drop_in(text, "notify-reload.conf")
    if version < 253:
        # 252 ignores the type it does not know, and says so: the unit itself must not have it.
        assert "notify-reload" in lab.run("systemd-analyze", "verify", f"{UNITS}/{UNIT}", check=False).stderr
        return
    service.start()
    lab.systemctl("reload", UNIT)
    service.write_configuration("{")
    lab.systemctl("reload", UNIT)
    service.wait_for_status("refused")
