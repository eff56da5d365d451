"""A set-up with one of everything, for `linewarden doctor` to look at."""

import json

from harness import PATH, cli, configuration
from linq_state import KEY, Subscription
from payloads import SECRET
from post_office import PASSWORD, USERNAME
from sink import HOOK_SECRET

URL = f"https://hooks.example.com{PATH}"
NEEDED = [
    "phone_number.status_updated", "phone_number.assigned", "phone_number.released", "webhook_subscription.disabled",
    "webhook_subscription.deleted", "webhook_subscription.target_url_changed", "webhook_subscription.events.updated",
    "webhook_subscription.phone_numbers.updated",
]
ROUTING_KEY = "0123456789abcdef" * 2
SECRETS = [KEY, SECRET, HOOK_SECRET, PASSWORD, "verysecret", ROUTING_KEY]


class Patient:
    """Healthy, until a test breaks something before `doctor` looks at it."""

    def __init__(self, directory, fake, sink, authority, office):
        self.directory, self.fake, self.sink, self.authority, self.office = directory, fake, sink, authority, office
        self.tls = authority.issue()
        self.subscription = Subscription(f"{URL}?version=2026-02-03", list(NEEDED))
        fake.subscriptions.append(self.subscription)
        program = directory / "program"
        program.write_text("#!/bin/sh\ncat >\"$OUT\"\n")
        program.chmod(0o755)
        self.out = directory / "out"
        origin = f"http://127.0.0.1:{sink.port}"
        hooks = {
            "gate": {"type": "gate_files", "directory": f"{directory}/run/paused"},
            "sender": {"type": "http", "url": sink.url, "secret": {"env": "HOOK_SECRET"}},
            "ops": {"type": "slack", "url": {"env": "SLACK_URL"}},
            "oncall": {"type": "pagerduty", "url": f"{origin}/pd", "routing_key": {"env": "ROUTING_KEY"}},
            "mail": {
                "type": "email",
                "url": f"smtps://localhost:{office.port}",
                "ca": str(authority.root),
                "username": USERNAME,
                "password": {"file": f"{directory}/password"},
                "from": "linewarden@example.com",
                "to": ["ops@example.com"],
                "ehlo": "warden.example.com",
            },
            "script": {"type": "command", "command": [str(program)], "environment": {"OUT": str(self.out)}},
        }
        route = {"pause": ["gate", "sender"], "page": ["ops", "oncall", "mail", "script"]}
        routes = [{"name": "stop", "on": ["FLAGGED", "CRITICAL"]} | route]
        linq = {"api_key": {"env": "LINQ_KEY"}, "base_url": fake.url, "webhook_url": URL}
        self.config = configuration(directory, hooks, routes, {"tls": self.tls.settings}, linq=linq)
        self.password = directory / "password"
        self.password.write_text(PASSWORD + "\n")
        self.password.chmod(0o600)
        self.env = {
            "LINQ_KEY": KEY,
            "HOOK_SECRET": HOOK_SECRET,
            "SLACK_URL": f"{origin}/services/verysecret",
            "ROUTING_KEY": ROUTING_KEY,
            "SSL_CERT_FILE": str(authority.root),
        }

    @property
    def hooks(self):
        return self.config["hooks"]

    @property
    def ledger(self):
        return self.directory / "state/linewarden.db"

    def look(self, *arguments, **env):
        """Runs it for people; no secret is ever told."""
        path = self.directory / "doctor.json"
        path.write_text(self.config if isinstance(self.config, str) else json.dumps(self.config, indent=2))
        result = cli("doctor", "--config", path, *arguments, **self.env | env)
        for secret in SECRETS:
            assert secret not in result.stdout + result.stderr
        return result

    def verdicts(self, *arguments, **env):
        """Runs it for programs: all verdicts by name."""
        result = self.look("--json", *arguments, **env)
        told = json.loads(result.stdout)
        found = {}
        for each in told["verdicts"]:
            assert set(each) == {"name", "verdict", "found", "remedy"}
            found.setdefault(each["name"], []).append(each)
        wrong = any(each["verdict"] == "wrong" for each in told["verdicts"])
        assert result.returncode == (1 if wrong else 0) and told["healthy"] is not wrong
        return found

    def only(self, name, verdict, word, *arguments, **env):
        """What is found has one name, that verdict and that word in it; all else is well, but that no daemon runs."""
        found = self.verdicts(*arguments, **env)
        bad = [each for all in found.values() for each in all if each["verdict"] != "ok" and each["name"] != "daemon"]
        assert [(each["name"], each["verdict"]) for each in bad] == [(name, verdict)], bad
        assert word in f"{bad[0]['found']} {bad[0]['remedy']}", bad[0]
        return bad[0]
