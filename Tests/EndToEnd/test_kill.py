"""kill -9 at random moments under load: nothing acknowledged is lost, nothing is done or said twice.

LINEWARDEN_KILLS says how many lives there are (`Tests/run --kills N`), LINEWARDEN_SEED which moments they end at.
"""

import os
import random
import signal
import threading
import time

from harness import configuration, http_hook
from senders import Senders
from sink import Reply
from witness import check_control, check_gate, check_ledger, check_pages, wait_until_drained

KILLS = int(os.environ.get("LINEWARDEN_KILLS", "30"))
SEED = os.environ.get("LINEWARDEN_SEED", "20260218")


class Moody:
    """A receiver that is sometimes slow and sometimes refuses."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def __call__(self, _):
        with self._lock:
            mood = self._random.random()
        if mood < 0.1:
            return Reply(status=500)
        if mood < 0.2:
            # As receivers do now and then.
            time.sleep(0.03)
        return Reply()


def end_life(daemon, senders, moments, number):
    """One life: under load, while it starts, while it reloads or while it stops. Ends at a random moment of that."""
    kind = ["load", "start", "load", "reload", "load", "stop"][number % 6]
    daemon.launch()
    if kind != "start":
        daemon.process.wait_for_log(r"\bready\b")
        senders.start(daemon.webhook)
    time.sleep(moments.uniform(0, {"load": 0.7, "start": 0.15, "reload": 0.3, "stop": 0.3}[kind]))
    if kind in ("reload", "stop"):
        daemon.process.popen.send_signal(signal.SIGHUP if kind == "reload" else signal.SIGTERM)
        time.sleep(moments.uniform(0, 0.05))
    daemon.kill()
    senders.join()


def test_kill_9_loses_and_repeats_nothing(make_daemon, make_sink, directory, record_property):
    control, single, grouped = sinks = [make_sink(default=Moody(f"{SEED} {name}")) for name in range(3)]
    hooks = {
        "gate": {"type": "gate_files", "directory": f"{directory}/paused"},
        "control": http_hook(control),
        "single": http_hook(single, group_wait="0s"),
        "grouped": http_hook(grouped, group_wait="60ms"),
    }
    route = {"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["gate", "control"], "page": ["single", "grouped"]}
    config = configuration(directory, hooks=hooks, routes=[route], decisions={"flap_limit": 0})
    daemon = make_daemon(config)
    senders = Senders(SEED)
    moments = random.Random(SEED)
    begun = time.monotonic()
    for number in range(KILLS):
        end_life(daemon, senders, moments, number)
        for sink in sinks:
            sink.wait_until_quiet()
    daemon.start()
    lost = senders.acknowledged - daemon.event_ids()
    assert not lost, f"of {len(senders.acknowledged)} acknowledged {len(lost)} are lost (seed {SEED})"
    acknowledged = len(senders.acknowledged)
    # What Linq would send again; the ledger may know it already.
    senders.finish(daemon.webhook)
    for sink in sinks:
        sink.default = Reply()
    wait_until_drained(daemon)
    check_ledger(daemon, senders.sent)
    check_control(control, senders.sent)
    check_gate(directory / "paused", senders.sent)
    check_pages(single, daemon)
    check_pages(grouped, daemon)
    requests = [request for sink in sinks for request in sink.requests]
    figures = {
        "lives": KILLS,
        "acknowledged": acknowledged,
        "lost": len(lost),
        "incidents": len(daemon.rows("SELECT id FROM incident")),
        "messages": len({request.id for request in requests}),
        "repeats": len(requests) - len({request.id for request in requests}),
        "groups": len({request.id for request in requests if request.type == "incident.group"}),
        "seconds": round(time.monotonic() - begun, 1),
    }
    print(figures)
    for name, value in figures.items():
        record_property(name, value)
