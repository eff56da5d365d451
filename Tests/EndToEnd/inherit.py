"""Becomes a command that inherits sockets as systemd passes them (sd_listen_fds(3)).

    python inherit.py NAME=DESCRIPTOR... -- COMMAND...

The process id does not change when the command is executed, so LISTEN_PID can be set here, where it is known.
"""

import fcntl
import os
import sys

FIRST = 3
# Nothing that is to be moved lies where it is moved to.
ASIDE = 500


def main(arguments):
    end = arguments.index("--")
    names, numbers = zip(*(each.split("=") for each in arguments[:end]))
    moved = [fcntl.fcntl(int(number), fcntl.F_DUPFD, ASIDE) for number in numbers]
    for index, number in enumerate(moved):
        os.dup2(number, FIRST + index, inheritable=True)
    os.closerange(FIRST + len(moved), 2 * ASIDE)
    listen = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(moved)), "LISTEN_FDNAMES": ":".join(names)}
    os.execvpe(arguments[end + 1], arguments[end + 1 :], os.environ | listen)


if __name__ == "__main__":
    main(sys.argv[1:])
