"""`linewarden linq` against the fake of Linq's API: what it asks for, what it says, and what it never says."""

import json

import pytest

from harness import cli, configuration
from linq_cli import LINE, OTHER, good, linq, surroundings
from linq_fake import LinqFake
from linq_state import KEY, TOKEN, Line

TARGET = "+12025559999"
URL = "https://hooks.example.com/webhooks/linq"


@pytest.fixture
def configured(directory, fake):
    """Runs a command with a linq section of a configuration."""

    def run(*arguments, linq, **env):
        path = directory / "config.json"
        path.write_text(json.dumps(configuration(directory, linq=linq)))
        return cli("linq", *arguments, "--config", path, LINQ_KEY=KEY, LINQ_TOKEN=TOKEN, **env)

    return run


# --- where, and with which key ----------------------------------------------------------------------------------------


def test_the_configuration_counts_when_it_is_named(fake, configured):
    section = {"api_key": {"env": "LINQ_KEY"}, "base_url": fake.url + "/"}
    other = {"LINQ_API_V3_API_KEY": "another", "LINQ_API_V3_BASE_URL": "https://nowhere.invalid"}
    assert LINE in good(configured("lines", linq=section, **other))
    [asked] = fake.requests
    assert asked.path == "/api/partner/v3/phone_numbers" and asked.headers["authorization"] == f"Bearer {KEY}"
    # What the section leaves out comes from the environment.
    assert LINE in good(configured("lines", linq={}, **surroundings(fake)))


def test_v2(fake, configured):
    section = {"api": "v2", "api_key": {"env": "LINQ_TOKEN"}, "base_url": fake.origin}
    fake.line(OTHER).response_rate = 42
    listed = json.loads(good(configured("lines", "--json", linq=section)))["lines"]
    assert [(each["id"], each["response_rate"], each["reputation"]) for each in listed] == [(101, 1, None), (102, 42, None)]
    assert fake.requests[0].headers["x-linq-integration-token"] == TOKEN
    assert "authorization" not in fake.requests[0].headers
    assert TARGET in good(configured("forward", LINE, TARGET, linq=section))
    assert fake.line(LINE).forwarding_number == TARGET
    assert TARGET in good(configured("forward", LINE, "--clear", linq=section))
    assert fake.line(LINE).forwarding_number is None
    fake.fail(status=422, body={"errors": [{"status": 422, "code": "x1", "title": "No", "detail": "not that one"}]})
    refused = configured("forward", LINE, TARGET, linq=section)
    assert refused.returncode == 1 and "422" in refused.stderr and "not that one" in refused.stderr
    for command in (["subscriptions"], ["audit", LINE]):
        result = configured(*command, linq=section)
        assert result.returncode == 64 and "V2 has no" in result.stderr
    assert not [each for each in fake.requests if "phone_numbers" not in each.path]


@pytest.mark.parametrize(
    "url",
    ["http://api.linqapp.com", "http://127.0.0.1.example.com", "http://localhost.example.com/", "http://10.0.0.1"],
)
def test_a_key_never_travels_readable(url, configured):
    for result in (
        cli("linq", "lines", LINQ_API_V3_API_KEY=KEY, LINQ_API_V3_BASE_URL=url),
        configured("lines", linq={"api_key": {"env": "LINQ_KEY"}, "base_url": url}),
    ):
        assert result.returncode == 78 and "https://" in result.stderr and KEY not in result.stderr


def test_without_a_key(directory, configured):
    result = cli("linq", "lines")
    assert result.returncode == 78 and "LINQ_API_V3_API_KEY" in result.stderr and "--config" in result.stderr
    path = directory / "config.json"
    path.write_text(json.dumps(configuration(directory)))
    result = cli("linq", "lines", "--config", path, LINQ_API_V3_API_KEY=KEY)
    assert result.returncode == 78 and "no section linq" in result.stderr
    result = configured("lines", linq={})
    assert result.returncode == 78 and "linq.api_key: is missing" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["forward"],
        ["forward", "2025551234"],
        ["forward", LINE, "nobody"],
        ["forward", LINE, TARGET, "--clear"],
        ["subscribe", "--url", URL],
        ["subscribe", "--url", "http://hooks.example.com/", "--secret-file", "/tmp/x"],
        ["subscribe", "--url", URL, "--secret-file", "/tmp/x", "--line", "12"],
        ["audit", "everything"],
        ["audit", LINE, "--wait", "soon"],
        ["lines", "--patience", "much"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(fake, arguments):
    result = linq(fake, *arguments)
    assert result.returncode == 64 and result.stderr and fake.requests == []


@pytest.mark.parametrize("command", ["lines", "forward", "subscriptions", "subscribe", "audit"])
def test_help_teaches_by_example(command):
    result = cli("linq", command, "--help")
    assert result.returncode == 0 and f"linewarden linq {command}" in result.stdout.split("USAGE:")[0]


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, status", [(1002, 1), (2001, 1), (2004, 1), (2005, 1), (1008, 1), (3006, 69), (1007, 1)]
)
def test_errors_say_what_linq_said(fake, code, status):
    fake.fail(code=code, message="as it is", **({"retry_after": 7200} if code == 1007 else {}))
    result = linq(fake, "lines", "--patience", "0s")
    [asked] = fake.requests
    assert result.returncode == status and result.stdout == ""
    for word in ("as it is", str(code), str(asked.status), asked.trace_id, "docs.linqapp.com"):
        assert word in result.stderr
    assert code != 1007 or "2 h" in result.stderr


def test_the_wrong_key(fake):
    result = linq(fake, "lines", key="not-the-key-at-all")
    assert result.returncode == 1 and "401" in result.stderr and "2004" in result.stderr
    assert len(fake.requests) == 1, "no 4xx is tried again"


def test_a_key_that_is_quoted_is_not_repeated(fake):
    fake.fail(code=2005, message=f"the key {KEY} may not do this \x1b[31m")
    result = linq(fake, "lines")
    assert "[redacted]" in result.stderr and "\x1b" not in result.stderr


def test_tries_again_as_long_as_asked(fake):
    fake.fail(code=1007, retry_after=1)
    fake.fail(status=503, body=b"<html>maintenance</html>", headers={"Content-Type": "text/html"})
    fake.fail(reset=True)
    assert LINE in good(linq(fake, "lines"))
    assert [each.status for each in fake.requests] == [429, 503, None, 200]


@pytest.mark.parametrize(
    "fault, words",
    [
        ({"status": 502, "body": b"<html>Bad Gateway</html>"}, "502"),
        ({"status": 500}, "500: it gave no reason"),
        ({"reset": True}, "127.0.0.1"),
        ({"garbage": b"SSH-2.0-OpenSSH_9.2\r\n"}, "not HTTP"),
    ],
    ids=["html", "empty", "reset", "garbage"],
)
def test_not_reachable_is_69(fake, fault, words):
    fake.fail(20, **fault)
    result = linq(fake, "lines", "--patience", "0s")
    assert result.returncode == 69 and words in result.stderr and len(fake.requests) == 1


def test_nobody_listens():
    with LinqFake() as fake:
        env = surroundings(fake)
    result = cli("linq", "lines", "--patience", "0s", **env)
    assert result.returncode == 69 and "refused" in result.stderr


@pytest.mark.parametrize(
    "body, words",
    [
        ({}, "phone_numbers is missing"),
        ({"phone_numbers": [{"phone_number": LINE}]}, "phone_numbers[0].id is missing"),
        ({"phone_numbers": [{"id": "a", "phone_number": 7}]}, "phone_numbers[0].phone_number is not a text"),
        ([], "not an object"),
        (b"<html>", "not JSON"),
    ],
    ids=str,
)
def test_an_answer_that_is_none(fake, body, words):
    fake.fail(status=200, body=body)
    result = linq(fake, "lines")
    assert result.returncode == 1 and words in result.stderr and len(fake.requests) == 1


def test_a_long_list_is_whole_or_an_error(fake):
    fake.lines = [Line(f"+1202{number:07}", number) for number in range(3_000)]
    assert len(json.loads(good(linq(fake, "lines", "--json")))["lines"]) == 3_000
    fake.fail(status=200, body=b'{"phone_numbers": []}' + b" " * (16 << 20))
    result = linq(fake, "lines")
    assert result.returncode == 1 and "16 MiB" in result.stderr and result.stdout == ""


# --- lines and forwarding ---------------------------------------------------------------------------------------------


def test_lines(fake):
    fake.line(OTHER).reputation, fake.line(OTHER).health_status = "AT_RISK", "CRITICAL"
    fake.line(OTHER).line_type = "RCS"
    fake.line(LINE).forwarding_number = TARGET
    text = good(linq(fake, "lines"))
    assert [line.split()[:2] for line in text.splitlines()[1:]] == [[LINE, "HEALTHY"], [OTHER, "CRITICAL"]]
    first, second = json.loads(good(linq(fake, "lines", "--json")))["lines"]
    assert first == {
        "id": fake.line(LINE).id,
        "phone_number": LINE,
        "forwarding_number": TARGET,
        "reputation": "HEALTHY",
        "line_type": "iMessage",
        "response_rate": None,
    }
    # Of two names of one axis that differ the worse counts.
    assert (second["reputation"], second["line_type"]) == ("CRITICAL", "RCS")
    fake.lines = []
    assert "no line" in good(linq(fake, "lines"))


def test_forwarding(fake):
    assert "nowhere" in good(linq(fake, "forward", LINE))
    told = json.loads(good(linq(fake, "forward", LINE, TARGET, "--json")))
    assert told == {"phone_number": LINE, "forwarding_number": TARGET, "previous_forwarding_number": None}
    assert fake.line(LINE).forwarding_number == TARGET
    assert TARGET in good(linq(fake, "forward", LINE))
    text = good(linq(fake, "forward", LINE, "--clear"))
    assert "nowhere" in text and f"before: to {TARGET}" in text and fake.line(LINE).forwarding_number is None
    unknown = linq(fake, "forward", "+12025550000", TARGET)
    assert unknown.returncode == 1 and LINE in unknown.stderr
    assert len(fake.asked("PUT")) == 2
