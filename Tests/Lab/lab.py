"""A machine with a real systemd, and linewarden installed on it as on a server.

Processes of the test are in its network: what listens on the machine's loopback is reached as if it were ours.
"""

import ctypes
import json
import os
import subprocess
import tempfile
from pathlib import Path

import wire
from harness import PATH, eventually
from payloads import SECRET, signed, status_event

HERE = Path(__file__).parent
DEPLOY = HERE.parents[1] / "deploy"
UNIT = "linewarden.service"
UNITS = "/etc/systemd/system"
WEBHOOK, ADMIN = "127.0.0.1:8080", "127.0.0.1:8081"
CONFIG = "/etc/linewarden/config.json"
TOKEN = "open sesame"
CLONE_NEWNET = 0x40000000


def machine(*arguments, **how):
    return subprocess.run([HERE / "machine", *map(str, arguments)], **({"text": True, "timeout": 120} | how))


class Lab:
    def __init__(self):
        machine("start", check=True)
        first = Path("/run", os.environ.get("LINEWARDEN_LAB", "linewarden-lab"), "pid").read_text().split()[0]
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{first}/ns/net") as network:
            assert libc.setns(network.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())

    def run(self, *command, check=True, **how):
        """Runs a command inside, to its end."""
        result = machine("exec", *command, capture_output=True, **how)
        assert not check or result.returncode == 0, f"{command}: {result.returncode}\n{result.stdout}{result.stderr}"
        return result

    def shell(self, script, **how):
        return self.run("bash", "-euc", script, **how)

    def copy(self, source, target):
        machine("copy", source, target, check=True)

    def write(self, path, text, mode="644"):
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, input=text)

    def systemctl(self, *arguments, **how):
        return self.run("systemctl", *arguments, **how)

    def show(self, name, unit=UNIT):
        """A property of a unit."""
        return self.systemctl("show", "--value", "-p", name, unit).stdout.strip()

    def journal(self, *matches):
        """Entries of the unit since it was last set up, as dictionaries."""
        lines = self.run("journalctl", "-o", "json", "--all", "-u", UNIT, *matches).stdout.splitlines()
        return [json.loads(line) for line in lines]

    @property
    def log(self):
        return self.run("journalctl", "-o", "short-monotonic", "-u", UNIT).stdout


class Service:
    """linewarden, installed: its units, a configuration, its secrets; not yet started."""

    def __init__(self, lab):
        self.lab = lab
        lab.shell("mkdir -p /etc/linewarden && rm -rf /etc/linewarden/* /run/linewarden-test && mkdir /run/linewarden-test")
        for name in (UNIT, "linewarden-webhook.socket", "linewarden-admin.socket"):
            lab.copy(DEPLOY / name, f"{UNITS}/{name}")
        self.environment(LINQ_WEBHOOK_SECRET=SECRET)
        self.configure()
        # Each test has a journal of its own.
        lab.shell("journalctl --rotate && journalctl --vacuum-time=1us && systemctl daemon-reload")

    def environment(self, **variables):
        text = "".join(f"{name}={json.dumps(value)}\n" for name, value in variables.items())
        self.lab.write("/etc/linewarden/environment", text, mode="600")

    def configure(self, secret=None, hooks=None, **more):
        """A line that is FLAGGED or CRITICAL is paused by each hook."""
        hooks = hooks or {"gate": {"type": "gate_files", "directory": "/run/linewarden/paused"}}
        endpoint = {"path": PATH, "secrets": [secret or {"env": "LINQ_WEBHOOK_SECRET"}]}
        self.config = {
            "webhook": {"listen": [WEBHOOK], "endpoints": [endpoint]},
            "admin": {"listen": [ADMIN]},
            "state": {"directory": "/var/lib/linewarden"},
            "hooks": hooks,
            "routes": [{"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": list(hooks)}],
        }
        for key, value in more.items():
            self.config[key] = self.config.get(key, {}) | value if isinstance(value, dict) else value
        self.write_configuration(json.dumps(self.config))

    def write_configuration(self, text):
        self.lab.write(CONFIG, text)

    def drop_in(self, text, name="test.conf"):
        self.lab.write(f"{UNITS}/{UNIT}.d/{name}", text)
        self.lab.systemctl("daemon-reload")

    def stall(self, call):
        """Whoever makes this call waits until `unstall`; only where the shim was installed."""
        self.lab.write("/run/linewarden-test/stall", call)

    def unstall(self):
        self.lab.write("/run/linewarden-test/stall", "nothing")

    def install_shim(self):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "stall.so"
            source = HERE.parent / "Faults" / "stall.c"
            subprocess.run(["cc", "-O1", "-shared", "-fPIC", source, "-o", path], check=True)
            self.lab.copy(path, "/usr/lib/linewarden-stall.so")
        self.unstall()
        return "Environment=LD_PRELOAD=/usr/lib/linewarden-stall.so LINEWARDEN_STALL=/run/linewarden-test/stall\n"

    def start(self):
        result = self.lab.systemctl("start", UNIT, check=False)
        assert result.returncode == 0, result.stderr + self.lab.log
        return self

    def deliver(self, **data):
        answer = wire.ask(WEBHOOK, "POST", PATH, *signed(status_event(**data)))
        assert answer.status == 200, f"{answer.status} {answer.text}"

    @property
    def status(self):
        return self.lab.show("StatusText")

    def wait_for_status(self, part):
        return eventually(lambda: part in self.status, f"{part!r} in the status", lambda: self.status)

    def wait_for(self, name, value):
        eventually(lambda: self.lab.show(name) == value, f"{name}={value}", lambda: self.lab.log)

    def remove(self):
        self.lab.shell(
            f"systemctl stop {UNIT} linewarden-webhook.socket linewarden-admin.socket || true; "
            f"systemctl reset-failed; rm -rf {UNITS}/linewarden* /var/lib/private/linewarden /var/lib/linewarden "
            "/run/linewarden; systemctl daemon-reload"
        )
