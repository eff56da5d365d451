"""Writes a backlog straight into a ledger that no daemon has open: what weeks of a receiver's silence leave behind.

Every row is a copy of one that the daemon itself wrote, with another line and another incident in it.
"""

import sqlite3
import time
from contextlib import closing

from harness import eventually
from payloads import LINE, moment, status_event

HOUR = 3_600_000_000


def microseconds():
    return int(time.time() * 1e6)


class Backlog:
    """Templates from a daemon's own rows, and the rows made after them."""

    def __init__(self, daemon):
        """Lets the daemon tell its hooks of one incident from beginning to end, and stops it."""
        daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
        eventually(lambda: not daemon.deliveries(state="pending"), "the opening delivered", lambda: daemon.log)
        daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
        eventually(lambda: not daemon.deliveries(state="pending"), "the end delivered", lambda: daemon.log)
        assert daemon.stop() == 0
        self.path = daemon.state / "linewarden.db"
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            self.templates = {(row["hook"], row["type"]): dict(row) for row in connection.execute("SELECT * FROM delivery")}
            self.line = dict(connection.execute("SELECT * FROM line").fetchone())
            self.incident = dict(connection.execute("SELECT * FROM incident").fetchone())
        self.deliveries, self.lines, self.incidents, self.commands = [], [], [], []
        self.ids = 0

    @property
    def count(self):
        return len(self.deliveries)

    def pause(self, number, hook):
        """A line that is paused since a while, which the ledger knows, and a hook that has not heard of it."""
        line, incident = self._open(number, hook)
        self._add(hook, "line.paused", line, incident)
        return line

    def page(self, number, hook, types=("incident.opened",), head_waits=0, sent=None):
        """Pages about one incident in their order; the first was tried already when it has to wait, in microseconds.

        What stands behind it waits as long.
        """
        line, incident = f"+1303{number:07d}", f"inc_{number:020d}"
        for index, kind in enumerate(types):
            tried = head_waits > 0 and index == 0
            self._add(hook, kind, line, incident, head_waits, tried, sent=int(tried) if sent is None else sent)
        return incident

    def write(self):
        """All of it in one transaction."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for table in ("incidents", "lines", "commands", "deliveries"):
                rows = getattr(self, table)
                if rows:
                    names = ", ".join(rows[0])
                    marks = ", ".join("?" * len(rows[0]))
                    name = {"deliveries": "delivery"}.get(table, table.removesuffix("s"))
                    connection.executemany(
                        f"INSERT INTO {name} ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows]
                    )

    def _open(self, number, hook):
        line, incident = f"+1404{number:07d}", f"inc_{number + 50_000_000:020d}"
        now = microseconds()
        self.incidents.append(self.incident | {"id": incident, "line": line, "opened_at": now, "closed_at": None})
        state = {"number": line, "status": "FLAGGED", "decision": "paused", "incident": incident, "last_event": None}
        self.lines.append(self.line | state)
        self.commands.append({"hook": hook, "line": line, "command": "pause"})
        return line, incident

    def _add(self, hook, kind, line, incident, waits=0, tried=False, sent=0):
        template = self.templates[hook, kind]
        self.ids += 1

        def rewritten(value):
            if value is None:
                return None
            old, new = (template["incident"], incident) if isinstance(value, str) else (template["incident"].encode(), incident.encode())
            number = (LINE, line) if isinstance(value, str) else (LINE.encode(), line.encode())
            return value.replace(old, new).replace(*number)

        texts = ("ordering_key", "line", "incident", "payload", "message")
        row = {name: rewritten(template[name]) for name in texts}
        now = microseconds()
        row |= {"id": f"dlv_backlog_{self.ids:09d}", "not_before": now + waits if waits else 0, "sent": sent}
        row |= {"attempts": int(tried), "hook": hook, "channel": template["channel"], "type": kind}
        row |= {"created_at": now, "state": "pending"}
        self.deliveries.append(row)
