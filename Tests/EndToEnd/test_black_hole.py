"""A receiver that takes everything and answers nothing: acknowledgements to Linq take as long as without it.

LINEWARDEN_BLACK_HOLE_ROUNDS is how many rounds of each kind are measured (4).
"""

import os
import socket
import sys
import time

import wire
from harness import DELIVERIES as DELIVERIES_TOTAL
from harness import PATH, eventually, http_hook
from payloads import signed, status_event

ROUNDS = int(os.environ.get("LINEWARDEN_BLACK_HOLE_ROUNDS", "4"))
DELIVERIES = 1_000


def one_round(daemon, first):
    """Every delivery pauses a line of its own, so each writes a message for both hooks; seconds for each, sorted."""
    spent = []
    with wire.RawStream(daemon.webhook) as stream:
        for number in range(first, first + DELIVERIES):
            line = f"+1303{number % 100_000_000:07d}"
            data = wire.request_bytes(PATH, *signed(status_event(line=line, status="FLAGGED")))
            begun = time.perf_counter()
            stream.send(data)
            assert stream.answer().status == 200
            spent.append(time.perf_counter() - begun)
    return sorted(spent)


def p99(spent):
    return spent[len(spent) * 99 // 100]


def wait_until_done(daemon, count):
    """That many deliveries since the start."""
    eventually(lambda: daemon.metrics.value(DELIVERIES_TOTAL, outcome="delivered") >= count, f"{count} delivered", deadline=60)


def test_a_black_hole_slows_no_acknowledgement(make_daemon, make_sink, tmp_path):
    """Three daemons, their rounds in turn: both hooks well, one of them a black hole, and the healthy one alone.

    The last one delivers as much as the one with the black hole. The best of each kind counts, because what else runs
    can only make it worse."""
    sink, other = make_sink(), make_sink()
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as hole:
        daemons = {}
        hole_url = f"http://127.0.0.1:{hole.getsockname()[1]}/"
        for kind, url in (("quiet", other.url), ("black-holed", hole_url), ("alone", None)):
            hooks = {"sender": http_hook(sink)} | ({"other": http_hook(sink, url=url, timeout="5s")} if url else {})
            directory = tmp_path / kind
            directory.mkdir()
            config = {
                "webhook": {
                    "listen": ["127.0.0.1:0"],
                    "endpoints": [{"path": PATH, "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}]}],
                },
                "admin": {"listen": ["127.0.0.1:0"]},
                "state": {"directory": str(directory / "state")},
                "hooks": hooks,
                "routes": [{"name": "all", "on": ["FLAGGED"], "pause": list(hooks)}],
            }
            daemons[kind] = make_daemon(config)
            daemons[kind].file = directory / "config.json"
            daemons[kind].start()
        for daemon in daemons.values():
            one_round(daemon, 9_000_000)
        each = {"quiet": 2, "black-holed": 1, "alone": 1}
        for kind, daemon in daemons.items():
            wait_until_done(daemon, DELIVERIES * each[kind])
        rounds = {kind: [] for kind in daemons}
        for number in range(ROUNDS):
            for kind in list(daemons)[:: 1 if number % 2 else -1]:
                rounds[kind].append(one_round(daemons[kind], number * DELIVERIES))
                # What is still being delivered is not to disturb the other's round.
                wait_until_done(daemons[kind], (number + 2) * DELIVERIES * each[kind])
        best = {kind: min(map(p99, found)) for kind, found in rounds.items()}
        half = {kind: min(spent[len(spent) // 2] for spent in found) for kind, found in rounds.items()}
        message = "; ".join(
            f"{kind}: best p99 {best[kind] * 1000:.2f} ms, {best['black-holed'] / best[kind]:.2f} of it black-holed, p50 "
            f"{half[kind] * 1000:.2f} ms, all p99 {[round(p99(spent) * 1000, 2) for spent in found]}"
            for kind, found in rounds.items()
        )
        print(message, file=sys.stderr)
        for kind in ("quiet", "alone"):
            assert best["black-holed"] <= 3 * best[kind] + 0.020, message
