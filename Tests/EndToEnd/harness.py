"""Starts the real daemon with a real ledger and real sockets, and asks it what it knows.

Nothing here sleeps for a fixed time: `eventually` polls with a deadline that only a broken daemon reaches.
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import metrics
import wire
from payloads import SECRET, signed

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("LINEWARDEN", str(REPOSITORY / ".build/debug/linewarden"))
PATH = "/webhooks/linq"
DEADLINE = 20
# What a daemon must never say.
FORBIDDEN = re.compile(r"fatal error|\bcrash|precondition failed|sanitizer", re.IGNORECASE)

# The names of the metrics that the issue asks for, here and nowhere else.
REQUESTS = "linewarden_requests_total"
EVENTS = "linewarden_events_total"
GAPS = "linewarden_gaps_total"
STALE = "linewarden_stale_events_total"
BATCH_SIZE = "linewarden_commit_batch_size"
COMMIT_SECONDS = "linewarden_commit_seconds"
DELIVERIES = "linewarden_deliveries_total"
LINES = "linewarden_lines"
CONNECTIONS = "linewarden_connections"
PENDING = "linewarden_pending_deliveries"
OLDEST = "linewarden_oldest_pending_delivery_seconds"
REFUSED = "linewarden_refused_total"
LIMITED = "linewarden_limited_total"
TIMEOUTS = "linewarden_timeouts_total"
ACCEPT_FAILURES = "linewarden_accept_failures_total"
TLS_FAILURES = "linewarden_tls_failures_total"
CERTIFICATE_SECONDS = "linewarden_certificate_seconds"


def eventually(condition, what, context=None, deadline=DEADLINE):
    """Polls until the condition gives something true, and returns that; `context` explains a failure."""
    end = time.monotonic() + deadline
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}" + (f"; {context()}" if context else ""))
        time.sleep(0.005)


def environment(**more):
    """What every linewarden process in the tests sees: no proxy and no service manager from outside."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"SWIFT_BACKTRACE": "enable=no", "LINQ_WEBHOOK_SECRET": SECRET} | more


def cli(*arguments, timeout=30, **env):
    """Runs a command to its end."""
    return subprocess.run(
        [BINARY, *map(str, arguments)], env=environment(**env), capture_output=True, text=True, timeout=timeout
    )


def configuration(directory, hooks=None, routes=None, webhook=None, **more):
    """A configuration on ports of the system's choice; unless told otherwise it pauses through gate files."""
    hooks = hooks if hooks is not None else {"gate": {"type": "gate_files", "directory": f"{directory}/paused"}}
    if routes is None:
        routes = [{"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": list(hooks)}] if hooks else []
    endpoint = {"path": PATH, "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}]}
    return {
        "webhook": {"listen": ["127.0.0.1:0"], "endpoints": [endpoint]} | (webhook or {}),
        "admin": {"listen": ["127.0.0.1:0"]},
        "state": {"directory": f"{directory}/state"},
        "hooks": hooks,
        "routes": routes,
    } | more


def http_hook(sink, **more):
    """An `http` hook that posts to a sink and tries again quickly; its pages do not wait for others."""
    retry = {"first": "20ms", "max": "200ms", "broken": "200ms"}
    hook = {"type": "http", "url": sink.url, "secret": {"env": "HOOK_SECRET"}, "retry": retry, "group_wait": "0s"}
    return hook | more


def end_all(things):
    """Ends all of them, and only then fails if one of them ended badly: nothing may be left running."""
    failures = []
    for thing in things:
        try:
            thing.end()
        except AssertionError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


class Process:
    """A linewarden process whose standard error is read as it comes.

    `wrapper` is a command that ends by executing the one behind it, with `descriptors` open for it.
    """

    def __init__(self, *arguments, prepare=None, wrapper=(), descriptors=(), **env):
        self.lines = []
        self.popen = subprocess.Popen(
            [*map(str, wrapper), BINARY, *map(str, arguments)],
            env=environment(**env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            preexec_fn=prepare,
            pass_fds=descriptors,
        )
        self.output = []
        self._readers = [self._read(self.popen.stderr, self.lines), self._read(self.popen.stdout, self.output)]

    def _read(self, stream, lines):
        def read():
            with stream:
                for line in stream:
                    lines.append(line.rstrip("\n"))

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    @property
    def log(self):
        return "\n".join(list(self.lines))

    def wait_for_log(self, pattern):
        """The first match of a pattern in standard error; an error at once when the process ends without it."""

        def found():
            ended = self.popen.poll() is not None
            if ended:
                self._readers[0].join(DEADLINE)
            match = re.search(pattern, self.log)
            assert match or not ended, f"ended with {self.popen.returncode} before {pattern!r}:\n{self.log}"
            return match

        return eventually(found, f"{pattern!r} in the log", lambda: f"log:\n{self.log}")

    def wait(self, deadline=DEADLINE):
        """The exit status, once everything it wrote has been read: its pipes end when it does."""
        for reader in self._readers:
            reader.join(deadline)
        return self.popen.wait(0 if self._readers[0].is_alive() else deadline)

    def stop(self, number=signal.SIGTERM):
        """Signals and waits; 0 is what a service manager wants to see after SIGTERM."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        return self.wait()

    def end(self):
        """Whatever state it is in: it is gone afterwards, and must not have crashed."""
        if self.popen.poll() is None:
            self.popen.terminate()
        try:
            self.wait(15)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.wait()
            raise AssertionError(f"did not stop on SIGTERM within 15 s:\n{self.log}") from None
        assert not FORBIDDEN.search(self.log), f"a crash:\n{self.log}"
        status = self.popen.returncode
        # SIGTERM must be handled as soon as the daemon says that it is ready; only a test's own `kill` is excused.
        assert status >= 0 or status == -signal.SIGKILL, f"died of signal {-status}:\n{self.log}"


class Daemon:
    """`linewarden serve` with its directory. It can be stopped, killed and started again on the same ledger."""

    def __init__(
        self, directory, config=None, env=None, prepare=None, arguments=(), wrapper=(), descriptors=(), tls=None
    ):
        self.directory = Path(directory)
        self.config = config or configuration(directory)
        self.env = env or {}
        self.prepare = prepare
        # What `serve` is told besides its configuration.
        self.arguments = arguments
        self.wrapper = wrapper
        self.descriptors = descriptors
        # How its webhook listener is asked, when it speaks TLS.
        self.tls = tls
        self.file = self.directory / "config.json"
        self.state = Path(self.config["state"]["directory"])
        self.process = None
        self.runs = []

    def start(self):
        """Starts it and waits until it is ready."""
        self.launch()
        self.process.wait_for_log(r"\bready\b")
        return self

    def launch(self):
        """Starts it without waiting."""
        self.write(self.config)
        self.process = Process(
            "serve",
            "--config",
            self.file,
            *self.arguments,
            prepare=self.prepare,
            wrapper=self.wrapper,
            descriptors=self.descriptors,
            **self.env,
        )
        self.runs.append(self.process)

    def write(self, config):
        """Puts a configuration, or a text that is none, into the file."""
        self.file.write_text(config if isinstance(config, str) else json.dumps(config, indent=2))

    def stop(self):
        return self.process.stop()

    def kill(self):
        """As `kill -9` and a power failure of the process do."""
        self.process.popen.kill()
        self.process.wait()

    def restart(self):
        assert self.stop() == 0
        return self.start()

    def end(self):
        end_all(self.runs)

    @property
    def pid(self):
        return self.process.popen.pid

    @property
    def log(self):
        return self.process.log

    def addresses(self, name):
        """All addresses of the `webhook` or `admin` listener, in the order of the configuration."""
        self.process.wait_for_log(rf"{name} listens on \S+")
        return re.findall(rf"{name} listens on (\S+)", self.log)

    @property
    def webhook(self):
        return self.addresses("webhook")[0]

    @property
    def admin(self):
        return self.addresses("admin")[0]

    @property
    def admin_url(self):
        return self.admin if self.admin.startswith("unix:") else f"http://{self.admin}"

    @property
    def url(self):
        return f"http://{self.webhook}{PATH}"

    def post(self, body, headers, path=PATH, **how):
        return wire.ask(self.webhook, "POST", path, body, headers, tls=self.tls, **how)

    def deliver(self, event, **how):
        """Signs an event and posts it."""
        return self.post(*signed(event, **how))

    def accept(self, event, **how):
        """Delivers an event that must be acknowledged."""
        answer = self.deliver(event, **how)
        assert answer.status == 200, f"{answer.status} {answer.text}\n{self.log}"
        return answer

    def get(self, path, **headers):
        """Asks the admin listener."""
        return wire.ask(self.admin, "GET", path, headers=headers)

    def order(self, method, path, order):
        """Has an operator's order carried out over the admin listener."""
        return wire.ask(self.admin, method, path, json.dumps(order).encode(), {"Content-Type": "application/json"})

    def gate(self, line):
        return self.get(f"/v1/gate/{line}")

    def decision(self, line):
        return self.gate(line).json["decision"]

    @property
    def metrics(self):
        return metrics.parse(self.get("/metrics").text)

    def rows(self, query, *values):
        """Asks the ledger's file, read-only, as dictionaries."""
        with sqlite3.connect(f"file:{self.state}/linewarden.db?mode=ro", uri=True, timeout=10) as connection:
            connection.row_factory = sqlite3.Row
            rows = [dict(row) for row in connection.execute(query, values)]
        connection.close()
        return rows

    def execute(self, statement, *values):
        """Changes the ledger's file while nobody else does."""
        with sqlite3.connect(f"{self.state}/linewarden.db") as connection:
            connection.execute(statement, values)
        connection.close()

    def wait_until_idle(self):
        """Until the webhook listener holds no connection.

        Well within its own limits of time, the shortest of which is 10 s: it notices that a peer has gone.
        """
        eventually(lambda: self.metrics.value(CONNECTIONS) == 0, "no connection open", lambda: self.log, deadline=5)

    def wait_for_metric(self, name, value, **labels):
        """Until a counter has come to a value: some are counted just after the acknowledgement."""
        eventually(lambda: self.metrics.value(name, **labels) == value, f"{name} {labels} = {value}", lambda: self.log)

    def event_ids(self):
        return {row["id"] for row in self.rows("SELECT id FROM event")}

    def deliveries(self, **columns):
        """Deliveries by columns, oldest first."""
        where = " AND ".join(f"{name} = ?" for name in columns) or "1"
        return self.rows(f"SELECT * FROM delivery WHERE {where} ORDER BY seq", *columns.values())

    def wait_until_delivered(self, count=1, **columns):
        """That many deliveries in state `delivered`."""
        return eventually(
            lambda: len(found := self.deliveries(state="delivered", **columns)) >= count and found,
            f"{count} delivered",
            lambda: f"{self.deliveries()}\n{self.log}",
        )
