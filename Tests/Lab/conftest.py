"""One machine for all tests; linewarden is installed anew for each."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from lab import Lab, Service, machine  # noqa: E402


@pytest.fixture(scope="session")
def lab():
    try:
        lab = Lab()
        lab.copy(os.environ["LINEWARDEN"], "/usr/bin/linewarden")
        yield lab
    finally:
        machine("stop", check=True)


@pytest.fixture
def service(lab):
    service = Service(lab)
    yield service
    service.remove()
