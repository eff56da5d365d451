"""Fixtures: every process and sink that a test starts ends with it, and a crash of any fails it."""

import shutil
import tempfile
from pathlib import Path

import pytest

from harness import BINARY, Daemon, Process, configuration, end_all
from pki import Authority
from sink import HOOK_SECRET, Reply, Sink


def pytest_sessionstart(session):
    if not Path(BINARY).exists():
        pytest.exit(f"{BINARY} does not exist: build it, or name it in LINEWARDEN", returncode=2)


@pytest.fixture
def directory():
    """A directory with a short name: the path of a Unix socket may have 107 bytes only."""
    path = Path(tempfile.mkdtemp(prefix="lw-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make_daemon(directory):
    """Makes daemons, not yet started; keywords as for `Daemon` or for `configuration`."""
    daemons = []

    def make(config=None, env=None, prepare=None, arguments=(), wrapper=(), descriptors=(), tls=None, **keywords):
        daemon = Daemon(
            directory,
            config or configuration(directory, **keywords),
            env={"HOOK_SECRET": HOOK_SECRET} | (env or {}),
            prepare=prepare,
            arguments=arguments,
            wrapper=wrapper,
            descriptors=descriptors,
            tls=tls,
        )
        daemons.append(daemon)
        return daemon

    yield make
    end_all(daemons)


@pytest.fixture
def daemon(make_daemon):
    """A daemon that serves, and pauses through gate files."""
    return make_daemon().start()


@pytest.fixture
def trusted(daemon):
    """The same after a first delivery has verified, which turns mismatches from 503 into 401."""
    from payloads import envelope

    daemon.accept(envelope({}, event_type="message.received"))
    return daemon


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """An authority that signs certificates for the tests, and that clients trust."""
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def make_sink():
    """Makes sinks; keywords as for `Sink`."""
    sinks = []

    def make(*arguments, **keywords):
        sinks.append(Sink(*arguments, **keywords))
        return sinks[-1]

    yield make
    for sink in sinks:
        for reply in sink.script + [sink.default]:
            if getattr(reply, "gate", None):
                reply.gate.set()
        sink.close()


@pytest.fixture
def sink(make_sink):
    return make_sink()


@pytest.fixture
def fake():
    """Linq's API with two lines, listening on loopback."""
    # The vendor's SDK, which few tests need, takes its time to load.
    from linq_cli import LINE, OTHER
    from linq_fake import LinqFake

    with LinqFake(LINE, OTHER) as fake:
        yield fake


@pytest.fixture
def run():
    """Starts linewarden commands that go on until they are stopped."""
    processes = []

    def start(*arguments, **env):
        processes.append(Process(*arguments, **env))
        return processes[-1]

    yield start
    end_all(processes)


@pytest.fixture
def patient(directory, fake, make_sink, authority):
    """A set-up with one of everything, for `linewarden doctor`."""
    from patient import Patient
    from post_office import PostOffice

    office = PostOffice(authority.issue())
    # What PagerDuty takes it answers with 202, all others with 200.
    sink = make_sink(lambda received: Reply(202 if received.path == "/pd" else 200))
    yield Patient(directory, fake, sink, authority, office)
    office.close()


@pytest.fixture(scope="session")
def chromium():
    """A browser that many tests use, one after another."""
    # Selenium, which few tests need, takes its time to load.
    from browser import Browser

    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium):
    """The browser in the looks of a desk; a page that complains in the console fails its test."""
    from browser import NETWORK

    chromium.looks()
    yield chromium
    said = chromium.complaints(without=[NETWORK])
    chromium.driver.get("about:blank")
    assert said == []


@pytest.fixture
def story(make_daemon, make_sink):
    """A daemon with much to tell (page_story.py)."""
    import page_story

    return page_story.tell(make_daemon(hooks=page_story.hooks(make_sink), routes=page_story.ROUTES).start())
