"""Log lines are for whoever reads them; nobody else waits for him (issue: at home in production, 3)."""

import fcntl
import os
import subprocess

import wire
from harness import BINARY, DEADLINE, PATH, environment, eventually
from payloads import signed, status_event

F_SETPIPE_SZ = 1031
LINES = 300


def test_a_reader_that_stalls_holds_up_nobody(make_daemon, directory):
    """Hundreds of lines into a pipe with room for a few dozen: events are stored and acknowledged all the same."""
    # Known without reading what the daemon says.
    address = f"unix:{directory}/webhook"
    daemon = make_daemon(webhook={"listen": [address]})
    daemon.write(daemon.config)
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
    with open(reader, errors="replace") as lines:
        command = [BINARY, "serve", "--config", str(daemon.file)]
        process = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stderr=writer)
        try:
            os.close(writer)
            eventually(lambda: (directory / "webhook").exists(), "the listener")
            for number in range(LINES):
                event = status_event(line=f"+1202555{1000 + number}", status="FLAGGED")
                assert wire.ask(address, "POST", PATH, *signed(event)).status == 200
            # Whoever begins to read late reads all of it: so much is kept.
            process.terminate()
            text = lines.read()
            assert process.wait(DEADLINE) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    assert text.count(" is paused: ") == LINES
    assert "were lost" not in text
    assert text.splitlines()[-1].endswith("stopped")
