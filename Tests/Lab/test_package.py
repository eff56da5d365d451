"""The Debian package, on a machine that knows nothing of Swift: installed, upgraded and purged (issue: at home in production, 4)."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

import wire
from harness import PATH, eventually, http_hook
from lab import ADMIN, CONFIG, TOKEN, UNIT, WEBHOOK
from payloads import LINE, SECRET, signed, status_event
from pki import Authority
from sink import HOOK_SECRET, Sink

PACKAGE = Path(os.environ.get("LINEWARDEN_PACKAGE", "missing.deb"))
SOCKETS = ("linewarden-webhook.socket", "linewarden-admin.socket")


@pytest.fixture
def installed(lab):
    """The package, and nothing of what other tests installed; the program comes back afterwards."""
    lab.shell(
        "rm -rf /usr/bin/linewarden /etc/linewarden /etc/systemd/system/linewarden*; systemctl daemon-reload; "
        "journalctl --rotate && journalctl --vacuum-time=1us"
    )
    lab.copy(PACKAGE, "/root/linewarden.deb")
    lab.run("dpkg", "-i", "/root/linewarden.deb")
    yield lab
    # As everywhere in Debian its user stays; other tests look at a machine that does not have one.
    lab.shell("dpkg --purge linewarden 2>/dev/null || true; userdel linewarden || true; groupdel linewarden || true")
    lab.copy(os.environ["LINEWARDEN"], "/usr/bin/linewarden")


@pytest.fixture
def sink():
    sink = Sink()
    yield sink
    sink.close()


def next_version():
    """The same package, as of a later version."""
    directory = Path(tempfile.mkdtemp())
    subprocess.run(["dpkg-deb", "-R", PACKAGE, directory / "tree"], check=True)
    control = directory / "tree/DEBIAN/control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 99."))
    subprocess.run(["fakeroot", "dpkg-deb", "-b", directory / "tree", directory / "next.deb"], check=True)
    return directory / "next.deb"


def configure(lab, sink, pair):
    hooks = {"gate": {"type": "gate_files", "directory": "/run/linewarden/paused"}, "ops": http_hook(sink)}
    endpoint = {"path": PATH, "secrets": [{"credential": "linq-webhook-secret"}]}
    tls = {"certificate": {"credential": "certificate"}, "key": {"credential": "key"}}
    route = {"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["gate"], "page": ["ops"]}
    config = {
        "webhook": {"listen": ["systemd:webhook"], "endpoints": [endpoint], "tls": tls},
        "admin": {"listen": ["systemd:admin"], "token": {"env": "LINEWARDEN_ADMIN_TOKEN"}},
        "state": {"directory": "/var/lib/linewarden"},
        "hooks": hooks,
        "routes": [route],
    }
    lab.write(CONFIG, json.dumps(config))
    lab.write("/etc/linewarden/environment", f"LINEWARDEN_ADMIN_TOKEN={json.dumps(TOKEN)}\nHOOK_SECRET={HOOK_SECRET}\n", "600")
    folder = "/etc/linewarden/credentials"
    lab.write(f"{folder}/linq-webhook-secret", SECRET, "600")
    lab.write(f"{folder}/certificate", Path(pair.certificate).read_text(), "600")
    lab.write(f"{folder}/key", Path(pair.key).read_text(), "600")
    names = ("linq-webhook-secret", "certificate", "key")
    lines = "".join(f"LoadCredential={name}:{folder}/{name}\n" for name in names)
    lab.write(f"/etc/systemd/system/{UNIT}.d/credentials.conf", f"[Service]\n{lines}")
    lab.systemctl("daemon-reload")


def test_installed_it_waits_for_its_configuration(installed):
    lab = installed
    assert lab.systemctl("is-enabled", UNIT).stdout.strip() == "enabled"
    assert (lab.show("ActiveState"), lab.show("Result")) == ("inactive", "success"), lab.log
    assert lab.run("linewarden", "--version").stdout.strip() in lab.run("dpkg-query", "-W", "linewarden").stdout
    assert "Swift" not in lab.run("ldd", "/usr/bin/linewarden").stdout
    for path in ("man/man1/linewarden.1.gz", "man/man1/linewarden-serve.1.gz", "bash-completion/completions/linewarden"):
        lab.run("test", "-s", f"/usr/share/{path}")
    example = "/usr/share/doc/linewarden/examples/config.example.json"
    names = ("LINQ_WEBHOOK_SECRET", "LINQ_API_V3_API_KEY", "SENDER_SECRET")
    secrets = [f"{name}={SECRET}" for name in names]
    secrets += ["SENDER_URL=https://a.example.com", "SLACK_WEBHOOK_URL=https://hooks.slack.com/services/x"]
    lab.run("env", *secrets, f"PAGERDUTY_ROUTING_KEY={'k' * 32}", "linewarden", "check", "--config", example)


def test_it_serves_upgrades_and_leaves_nothing(installed, sink, tmp_path):
    lab, authority = installed, Authority(tmp_path)
    configure(lab, sink, authority.issue())
    lab.systemctl("enable", "--now", *SOCKETS)
    assert lab.show("ActiveState") == "inactive"

    def deliver(**data):
        answer = wire.ask(WEBHOOK, "POST", PATH, *signed(status_event(**data)), tls=authority.client())
        assert answer.status == 200, f"{answer.status} {answer.text}\n{lab.log}"

    # The first connection starts it, and waits until it is there.
    deliver(status="FLAGGED")
    assert sink.wait_for(1)[0].line == LINE
    eventually(lambda: lab.run("test", "-e", f"/run/linewarden/paused/{LINE}", check=False).returncode == 0, "the gate")
    lab.run("setpriv", "--reuid=65534", "--clear-groups", "test", "-r", f"/run/linewarden/paused/{LINE}")
    lab.systemctl("reload", UNIT)

    lab.copy(next_version(), "/root/next.deb")
    before = lab.show("MainPID")
    lab.run("dpkg", "-i", "/root/next.deb")
    eventually(lambda: lab.show("ActiveState") == "active" and lab.show("MainPID") != before, "the new one", lambda: lab.log)
    gate = wire.ask(ADMIN, "GET", f"/v1/gate/{LINE}", headers={"Authorization": f"Bearer {TOKEN}"})
    assert gate.status == 423, "what was known is known"
    deliver(status="ACTIVE")
    assert sink.wait_for(2)[1].type == "incident.resolved"

    lab.run("dpkg", "--remove", "linewarden")
    assert lab.show("ActiveState") == "inactive"
    lab.run("test", "-e", "/var/lib/private/linewarden/linewarden.db")
    lab.run("dpkg", "--purge", "linewarden")
    for path in ("/var/lib/linewarden", "/var/lib/private/linewarden", "/etc/linewarden", "/run/linewarden", "/usr/bin/linewarden"):
        assert lab.run("test", "-e", path, check=False).returncode == 1, path
    assert lab.run("dpkg-query", "-W", "linewarden", check=False).returncode == 1
    lab.shell(f"rm -rf /etc/systemd/system/{UNIT}.d; systemctl daemon-reload")


def test_lintian_finds_no_error():
    found = subprocess.run(["lintian", "--fail-on", "error", PACKAGE], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
