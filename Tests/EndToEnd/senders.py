"""Linq for a number of lines that change all the time: every event again and again until it is acknowledged."""

import http.client
import itertools
import random
import threading

import wire
from harness import PATH
from payloads import moment, signed, status_event

STATES = [("FLAGGED", "HEALTHY"), ("ACTIVE", "CRITICAL"), ("FLAGGED", "CRITICAL"), ("ACTIVE", "HEALTHY")]
LOST = (OSError, http.client.HTTPException)


def is_paused(event):
    """What the daemon must decide when this is the newest it knows."""
    return event["data"]["new_status"] == "FLAGGED" or event["data"]["new_reputation"] == "CRITICAL"


class Sender:
    """The events of some lines, one after the other: strictly newer each, never two of a line under way."""

    _moments = itertools.count(1)

    def __init__(self, lines, seed):
        # All that was ever sent, in order, by line.
        self.sent = {line: [] for line in lines}
        self.acknowledged = set()
        self._waiting = None
        self._random = random.Random(seed)

    def send(self, address, stopping):
        """Sends until told to stop, or until the daemon is gone."""
        try:
            with wire.Connection(address) as connection:
                while not stopping.is_set():
                    self._step(connection)
        except LOST:
            # The daemon is gone: what it did not acknowledge is sent again in its next life.
            pass

    def finish(self, address):
        """Sends what is not acknowledged yet, and nothing new."""
        with wire.Connection(address) as connection:
            while self._waiting:
                self._step(connection)

    def _step(self, connection):
        event = self._waiting = self._waiting or self._next()
        answer = connection.ask("POST", PATH, *signed(event))
        if answer.status == 200:
            self.acknowledged.add(event["event_id"])
            self._waiting = None
        else:
            assert answer.status == 503, answer.text
        if answer.headers.get("connection") == "close":
            connection.close()

    def _next(self):
        line = self._random.choice(list(self.sent))
        status, reputation = self._random.choice(STATES)
        changed_at = moment(next(self._moments) / 1_000)
        event = status_event(line=line, status=status, reputation=reputation, changed_at=changed_at)
        self.sent[line].append(event)
        return event


class Senders:
    """Several at once, each with lines of its own."""

    def __init__(self, seed, count=10, lines=2):
        numbers = [f"+1202555{number:04d}" for number in range(count * lines)]
        self._senders = [Sender(numbers[index::count], f"{seed} {index}") for index in range(count)]
        self._threads = []
        self._stopping = threading.Event()

    def start(self, address):
        self._stopping.clear()
        self._threads = [
            threading.Thread(target=sender.send, args=(address, self._stopping), daemon=True)
            for sender in self._senders
        ]
        for thread in self._threads:
            thread.start()

    def join(self):
        """Waits until all have noticed that the daemon is gone."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender hangs"

    def finish(self, address):
        for sender in self._senders:
            sender.finish(address)

    @property
    def acknowledged(self):
        return set().union(*(sender.acknowledged for sender in self._senders))

    @property
    def sent(self):
        """All events by line, oldest first."""
        return {line: events for sender in self._senders for line, events in sender.sent.items()}
