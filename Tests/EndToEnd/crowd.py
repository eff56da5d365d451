"""Many connections that ask for nothing, held by a process of their own: its descriptors and work are not the test's.

    python crowd.py ADDRESS IDLE TRICKLING

Prints a line when all are open, sends each trickling one a byte of an endless header a second, and ends with its
standard input. Connections come from several addresses, so that neither ports nor limits per address run out.
"""

import os
import resource
import select
import socket
import subprocess
import sys
import time

SOURCES = [f"127.0.0.{number}" for number in range(10, 20)]
# A byte a second for each, sent in this many portions a second.
PORTIONS = 20


class Crowd:
    """Opens the connections, and closes them in the end."""

    def __init__(self, address, idle=0, trickling=0):
        command = [sys.executable, __file__, address, str(idle), str(trickling)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait(self):
        """Until all are open; gives how many are still so, which is all unless the server closed some."""
        line = self._process.stdout.readline()
        assert line, "the crowd could not be opened"
        return int(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)


def descriptors():
    """How many this process may have, once it has asked for all that it can get."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def open_all(address, count):
    host, port = address.rsplit(":", 1)
    streams = []
    for number in range(count):
        stream = socket.socket()
        stream.bind((SOURCES[number % len(SOURCES)], 0))
        stream.connect((host, int(port)))
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        streams.append(stream)
    return streams


def trickle(streams):
    """A byte for each in turn, until standard input ends."""
    position, ends = 0, False
    size = max(1, -(-len(streams) // PORTIONS))
    while not ends:
        for stream in streams[position : position + size]:
            try:
                stream.send(b"x")
            except OSError:
                pass
        position = position + size if position + size < len(streams) else 0
        ends = bool(select.select([sys.stdin], [], [], 1 / PORTIONS if streams else None)[0])


def main(address, idle, trickling):
    descriptors()
    idle, trickling = open_all(address, int(idle)), open_all(address, int(trickling))
    for stream in trickling:
        stream.send(b"POST /webhooks/linq HTTP/1.1\r\nHost: a\r\nX: ")
    # The last ones wait in the kernel's queue until they are accepted; a refusal would be readable by then.
    time.sleep(0.2)
    poll = select.poll()
    for stream in idle + trickling:
        poll.register(stream, select.POLLIN)
    print(len(idle) + len(trickling) - len(poll.poll(0)), flush=True)
    trickle(trickling)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
