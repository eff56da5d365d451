"""What a test does to the machine below the daemon: small file systems, broken disks, clocks that jump.

The shims of Tests/Faults are compiled when they are first needed, and preloaded.
"""

import errno
import mmap
import os
import struct
import subprocess
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[1] / "Faults"


def shim(name, directory):
    """The path of the compiled shim."""
    path = Path(directory) / f"{name}.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", SOURCES / f"{name}.c", "-o", path], check=True)
    return path


class _Mapped:
    """A small file that the daemon has mapped too: what is written there is seen at once."""

    name, variable, form = "", "", ""

    def __init__(self, directory):
        path = Path(directory) / f"{self.name}.control"
        path.write_bytes(bytes(struct.calcsize(self.form)))
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), struct.calcsize(self.form))
        self.env = {"LD_PRELOAD": str(shim(self.name, directory)), self.variable: str(path)}

    def write(self, *values):
        self._memory[:] = struct.pack(self.form, *values)


class WallClock(_Mapped):
    """How far the daemon's wall clock is from the true one, in seconds."""

    name, variable, form = "clock", "CLOCK_OFFSET", "q"
    ahead = 0

    def set(self, seconds):
        self.ahead = seconds
        self.write(int(seconds * 1_000_000))


class Disk(_Mapped):
    """Lets writes of the ledger, and their way to the disk, fail with an errno."""

    name, variable, form = "disk", "DISK_FAULT", "ii"

    def fails(self, write=0, sync=0):
        self.write(write, sync)

    def is_read_only(self):
        self.fails(errno.EROFS, errno.EROFS)

    def heals(self):
        self.fails()


class SmallDisk:
    """A tmpfs of a few megabytes; skips the test where none can be mounted."""

    def __init__(self, directory, size):
        self.path = Path(directory) / "disk"
        self.path.mkdir()
        self._ballast = self.path / "ballast"
        options = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(self.path)]
        if os.geteuid() != 0 or subprocess.run(options, capture_output=True).returncode != 0:
            pytest.skip("no tmpfs can be mounted here")

    def fill(self):
        """Until not a byte more fits."""
        with open(self._ballast, "ab", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as error:
                    assert error.errno == errno.ENOSPC

    def free(self):
        self._ballast.unlink()

    def remount(self, mode):
        """`ro` or `rw`; only while nobody has a file open for writing."""
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.path)], check=True)

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True)
