"""Runs linewarden-bench and starts subjects, in a directory on the disk that is measured."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness.machine import HOME


class Bench:
    def __init__(self, tools, seconds, events):
        self.tools, self.seconds, self.events = tools, seconds, events
        self.environment = {**os.environ, "LINQ_WEBHOOK_SECRET": "whsec_" + base64.b64encode(os.urandom(32)).decode()}

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="work-", dir=HOME))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)

    def fresh(self, name):
        """An empty directory of its own for one subject in one round."""
        return pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.directory))

    def ask(self, command, *options, seconds=None, **named):
        """What a command of linewarden-bench says with --json; `a_b=1` becomes `--a-b 1`."""
        words = [str(self.tools.bench), command, *options, "--json"]
        for name, value in named.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        if seconds is not None:
            words += ["--seconds", str(seconds)]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, env=self.environment)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}")
        return json.loads(done.stdout)

    def load(self, subject, *flags, **named):
        """Sends what the subject understands."""
        options = {"form": subject.form, "expect": subject.expect, "prepare": subject.highest_rate, "pid": subject.pid,
                   "seconds": self.seconds, **named}
        return self.ask("load", "--to", subject.url, *flags, **options)

    def storage(self, daemon):
        """The disk beside it: commits of as many bytes and events as the daemon's commits had."""
        commits, events = daemon["commits"], daemon["committed"]
        size = max(4096, round(daemon["written_total"] / max(1, commits) / 4096) * 4096)
        return self.ask("storage", directory=self.directory, bytes=size, batch=events / max(1, commits),
                        seconds=self.seconds)
