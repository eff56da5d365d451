"""`linewarden linq subscribe` and `subscriptions` against the fake of Linq's API: the secret that is told once is kept."""

import json
import os
import shutil
import signal
import stat
import subprocess
import threading

import pytest

from harness import BINARY, DEADLINE, cli, configuration, environment, eventually
from linq_cli import LINE, OTHER, good, linq, surroundings

URL = "https://hooks.example.com/webhooks/linq"
PINNED = URL + "?version=2026-02-03"
NEEDED = [
    "phone_number.status_updated",
    "phone_number.assigned",
    "phone_number.released",
    "webhook_subscription.disabled",
    "webhook_subscription.deleted",
    "webhook_subscription.target_url_changed",
    "webhook_subscription.events.updated",
    "webhook_subscription.phone_numbers.updated",
]


def subscribe(fake, path, *more, **how):
    return linq(fake, "subscribe", "--url", how.pop("url", URL), "--secret-file", path, *more, **how)


def test_subscribe_keeps_the_secret(fake, directory):
    path = directory / "secret"
    result = subscribe(fake, path)
    text = good(result)
    [made] = fake.subscriptions
    assert (made.target_url, made.subscribed_events, made.phone_numbers) == (PINNED, NEEDED, None)
    assert path.read_text() == made.signing_secret + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and os.listdir(directory) == ["secret"]
    assert made.signing_secret not in result.stdout + result.stderr
    assert f'{{"path":"/webhooks/linq","secrets":[{{"file":"{path}"}}]}}' in text and PINNED in text
    # What it prints makes a configuration.
    config = configuration(directory, linq={"webhook_url": PINNED})
    config["webhook"]["endpoints"] = [{"path": "/webhooks/linq", "secrets": [{"file": str(path)}]}]
    (directory / "config.json").write_text(json.dumps(config))
    checked = cli("check", "--config", directory / "config.json", **surroundings(fake))
    assert checked.returncode == 0 and PINNED in checked.stdout, checked.stderr
    listed = good(linq(fake, "subscriptions"))
    assert made.id in listed and "active" in listed and PINNED in listed
    [told] = json.loads(good(linq(fake, "subscriptions", "--json")))["subscriptions"]
    assert told["subscribed_events"] == NEEDED and "signing_secret" not in told


def test_subscribe_with_everything(fake, directory):
    path = directory / "secret"
    path.write_text("old")
    url = URL + "?a=1&version=2025-01-01"
    more = ["--line", LINE, "--line", OTHER, "--proof-of-pause", "--print-secret", "--force", "--json"]
    told = json.loads(good(subscribe(fake, path, *more, url=url)))
    [made] = fake.subscriptions
    assert made.target_url == url and made.phone_numbers == [LINE, OTHER]
    assert made.subscribed_events == [*NEEDED, "message.sent"]
    assert told["signing_secret"] == made.signing_secret and path.read_text().strip() == made.signing_secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and os.listdir(directory) == ["secret"]


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("place", ["missing/secret", "folder", "link", "file/secret", ""])
def test_a_path_that_cannot_be_written_costs_no_secret(fake, directory, place, force):
    (directory / "folder").mkdir()
    (directory / "file").write_text("not a folder")
    (directory / "link").symlink_to("file")
    before = sorted(os.listdir(directory))
    result = subscribe(fake, f"{directory}/{place}", *force)
    assert result.returncode == 1 and "nothing was asked" in result.stderr
    assert not fake.asked("POST") and sorted(os.listdir(directory)) == before
    assert (directory / "file").read_text() == "not a folder"


def test_a_file_that_is_there_is_kept(fake, directory):
    path = directory / "secret"
    path.write_text("old")
    result = subscribe(fake, path)
    assert result.returncode == 1 and "--force" in result.stderr
    assert path.read_text() == "old" and not fake.asked("POST")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    "fault, status, is_open",
    [({"code": 2005}, 1, False), ({"code": 3006}, 69, True), ({"reset": True, "after_effect": True}, 69, True)],
    ids=["refused", "500", "lost"],
)
def test_a_call_that_fails_leaves_no_file(fake, directory, fault, status, is_open, force):
    path = directory / "secret"
    if force:
        path.write_text("old")
    fake.fail(method="POST", **fault)
    result = subscribe(fake, path, *(["--force"] if force else []))
    assert result.returncode == status
    # What may have been done is not done again.
    assert len(fake.asked("POST")) == 1 and ("not known" in result.stderr) == is_open
    assert os.listdir(directory) == (["secret"] if force else []) and (not force or path.read_text() == "old")


def test_a_subscription_that_was_not_made_is_asked_for_again(fake, directory):
    fake.fail(method="POST", code=1007, retry_after=1)
    good(subscribe(fake, directory / "secret"))
    assert [each.status for each in fake.asked("POST")] == [429, 201]


def test_a_url_that_is_taken(fake, directory):
    good(subscribe(fake, directory / "first"))
    for more in ({}, {"url": PINNED}):
        result = subscribe(fake, directory / "second", **more)
        assert result.returncode == 1 and fake.subscriptions[0].id in result.stderr and "query" in result.stderr
    assert len(fake.asked("POST")) == 1 and os.listdir(directory) == ["first"]


@pytest.fixture
def held(fake, directory):
    """A `subscribe` whose question is being answered: the process, the path of its secret, and what lets it go on."""
    gate = threading.Event()
    fake.fail(method="POST", gate=gate)
    path = directory / "place" / "secret"
    path.parent.mkdir()
    arguments = ["linq", "subscribe", "--url", URL, "--secret-file", str(path)]
    pipe = subprocess.PIPE
    process = subprocess.Popen([BINARY, *arguments], env=environment(**surroundings(fake)), stdout=pipe, stderr=pipe)
    try:
        eventually(lambda: fake.asked("POST"), "the question")
        yield process, path, gate
    finally:
        gate.set()
        process.kill()
        process.communicate()


def test_nobody_interrupts_the_keeping_of_a_secret(fake, held):
    process, path, gate = held
    assert path.read_text() == "" and stat.S_IMODE(path.stat().st_mode) == 0o600
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    gate.set()
    assert process.wait(DEADLINE) == 0
    assert path.read_text().strip() == fake.subscriptions[0].signing_secret


def test_a_subscription_whose_secret_cannot_be_kept_is_taken_back(fake, held):
    process, path, gate = held
    shutil.rmtree(path.parent)
    [made] = fake.subscriptions
    gate.set()
    output, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1 and b"deleted again" in errors and fake.subscriptions == []
    assert made.signing_secret.encode() not in output + errors


def test_two_for_one_place(fake, directory):
    """Another query makes another subscription of it: that is possible, and worth a word."""
    good(subscribe(fake, directory / "first"))
    result = subscribe(fake, directory / "second", url=URL + "?line=1")
    good(result)
    assert len(fake.subscriptions) == 2 and "comes twice" in result.stderr
    assert fake.subscriptions[1].target_url == URL + "?line=1&version=2026-02-03"
