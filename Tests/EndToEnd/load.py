"""Many senders at once, which remember what was acknowledged to them."""

import http.client
import itertools
import threading

import wire
from harness import PATH, eventually
from payloads import signed, status_event


def quiet_event(number):
    """An event that changes a line's state and calls for nothing."""
    return status_event(line=f"+1202555{number % 10_000:04d}")


def flagging_event(number):
    """An event that pauses a line of its own."""
    return status_event(line=f"+1303555{number:05d}", status="FLAGGED")


class Load:
    """Threads that post distinct events over connections of their own until `stop`, or until the daemon is gone."""

    def __init__(self, address, make_event=quiet_event, senders=8):
        self.address = address
        self.make_event = make_event
        # By their ids.
        self.acknowledged = {}
        # Answers other than 200, and how often.
        self.refused = {}
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(senders)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def wait_for(self, count):
        """Until that many events are acknowledged."""
        eventually(lambda: len(self.acknowledged) >= count, f"{count} acknowledged", lambda: f"{self.refused}")
        return self

    def stop(self):
        """Ends it, and gives all acknowledged events by their ids."""
        self._stopping.set()
        return self.join()

    def join(self):
        """Waits for the senders to end by themselves, because the daemon ends."""
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender hangs"
        return dict(self.acknowledged)

    def _send(self):
        try:
            with wire.Connection(self.address) as connection:
                while not self._stopping.is_set():
                    self._post(connection)
        except (OSError, http.client.HTTPException):
            # The daemon is gone: what it did not acknowledge, Linq would send again.
            pass

    def _post(self, connection):
        event = self.make_event(next(self._numbers))
        answer = connection.ask("POST", PATH, *signed(event))
        with self._lock:
            if answer.status == 200:
                self.acknowledged[event["event_id"]] = event
            else:
                self.refused[answer.status] = self.refused.get(answer.status, 0) + 1
        if answer.headers.get("connection") == "close":
            connection.close()
