"""Everything that is measured: each is started afresh, waited for by condition, and ended by its own number."""
import json
import pathlib
import re
import socket
import subprocess
import time
import urllib.request

from harness.machine import PEERS


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Subject:
    name = ""
    form = "linq"
    expect = ""
    # Distinct deliveries are prepared for so many a second.
    highest_rate = 40_000
    path = "/w"

    def __init__(self, bench):
        self.bench = bench
        self.directory = bench.fresh(type(self).__name__.lower())
        self.port = free_port()
        self.environment = dict(bench.environment)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    @property
    def pid(self):
        return self.process.pid

    def command(self):
        raise NotImplementedError

    def __enter__(self):
        words = [str(word) for word in self.command()]
        self.log = open(self.directory / "log", "w")
        self.started = time.monotonic()
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log, env=self.environment,
                                        cwd=self.directory)
        self.wait()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def wait(self):
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - self.started > 120:
                raise SystemExit(f"{self.name} did not start:\n" + (self.directory / "log").read_text()[-2000:])
            time.sleep(0.001)
        self.ready_ms = (time.monotonic() - self.started) * 1000

    def is_ready(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def resident(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def settled(self):
        """Resident memory once it has not changed for a second."""
        last, since = self.resident(), time.monotonic()
        while time.monotonic() - since < 1 and time.monotonic() - self.started < 60:
            time.sleep(0.05)
            if (now := self.resident()) != last:
                last, since = now, time.monotonic()
        return last


class Nginx(Subject):
    name = "nginx `return 200`"
    form = "hmac"

    def command(self):
        (self.directory / "nginx.conf").write_text(f"""
            worker_processes 1; master_process off; daemon off;
            pid {self.directory}/pid; error_log {self.directory}/errors;
            events {{ worker_connections 1024; }}
            http {{ access_log off; keepalive_requests 10000000; client_body_temp_path {self.directory};
                proxy_temp_path {self.directory}; fastcgi_temp_path {self.directory};
                uwsgi_temp_path {self.directory}; scgi_temp_path {self.directory};
                server {{ listen 127.0.0.1:{self.port}; location / {{ return 200; }} }} }}""")
        return ["nginx", "-c", self.directory / "nginx.conf", "-p", self.directory]


class Webhook(Subject):
    name = "Debian's `webhook`, `/bin/true`"
    form = "hmac"
    path = "/hooks/linq"

    def command(self):
        rule = {"match": {"type": "payload-hmac-sha256", "secret": "bench",
                          "parameter": {"source": "header", "name": "X-Signature"}}}
        hooks = [{"id": "linq", "execute-command": "/bin/true", "trigger-rule": rule}]
        (self.directory / "hooks.json").write_text(json.dumps(hooks))
        return ["webhook", "-hooks", self.directory / "hooks.json", "-ip", "127.0.0.1", "-port", self.port]


class Starlette(Subject):
    name = "Starlette, linq-python, SQLite FULL"
    expect = '"stored"'
    highest_rate = 8_000

    def command(self):
        self.environment["LEDGER"] = str(self.directory / "events.db")
        return [self.bench.tools.uvicorn, "receiver:app", "--app-dir", PEERS, "--host", "127.0.0.1", "--port", self.port,
                "--http", "httptools", "--loop", "uvloop", "--workers", 1, "--no-access-log", "--log-level", "warning"]


class Hummingbird(Subject):
    name = "Hummingbird 2, nothing stored"
    expect = '"received"'
    highest_rate = 60_000

    def command(self):
        return [self.bench.tools.hummingbird, self.port]


class Null(Subject):
    name = "linewarden without its ledger"
    expect = '"stored"'
    highest_rate = 80_000

    def command(self):
        return [self.bench.tools.bench, "serve-null", "--listen", f"127.0.0.1:{self.port}"]


class Linewarden(Subject):
    name = "linewarden"
    expect = '"stored"'

    def __init__(self, bench, state=None, hooks=None, routes=None):
        super().__init__(bench)
        self.state = pathlib.Path(state or self.directory / "state")
        self.admin = free_port()
        limits = {"connections": 20_000}
        config = {
            "webhook": {"listen": [f"127.0.0.1:{self.port}"], "tolerance": "6h", "limits": limits,
                        "endpoints": [{"path": "/w", "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}]}]},
            "admin": {"listen": [f"127.0.0.1:{self.admin}"]},
            "state": {"directory": str(self.state), "retention": "365d"},
        }
        if hooks:
            config |= {"hooks": hooks, "routes": routes}
        (self.directory / "config.json").write_text(json.dumps(config))

    def command(self):
        return [self.bench.tools.linewarden, "serve", "--config", self.directory / "config.json"]

    def is_ready(self):
        try:
            return b"200" in self.get("/readyz", status=True)
        except OSError:
            return False

    def get(self, path, status=False):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=60) as answer:
            return str(answer.status).encode() if status else answer.read()

    def metric(self, name):
        page = self.get("/metrics").decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.M)
        return float(found[1]) if found else 0.0

    def load(self, *flags, **options):
        """Measures it, with the commits it made meanwhile."""
        names = ("linewarden_commit_batch_size_count", "linewarden_commit_batch_size_sum")
        before = [self.metric(name) for name in names]
        result = self.bench.load(self, *flags, **options)
        commits, committed = (self.metric(name) - old for name, old in zip(names, before))
        # Both with the warm-up: what counts is their proportion.
        return {**result, "commits": commits * result["answers"] / max(1, committed), "committed": result["answers"],
                "batch": committed / max(1, commits)}
