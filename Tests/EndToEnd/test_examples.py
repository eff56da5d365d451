"""The configurations in deploy/examples: good for `check`, and taken by their vendors.

Each vendor's rules are written down here, from its documentation: a body they refuse is a page that nobody sees.
"""

import json
import urllib.parse

import pytest

from harness import REPOSITORY, cli
from payloads import LINE, SECRET, moment, status_event

EXAMPLES = sorted((REPOSITORY / "deploy/examples").glob("*.json"))
# What the examples refer to; the values of URLs are replaced where a sink stands in.
ENVIRONMENT = {
    "LINQ_WEBHOOK_SECRET": SECRET,
    "SENDGRID_AUTHORIZATION": "Bearer SG.key",
    "POSTMARK_SERVER_TOKEN": "postmark-token",
    "MAILGUN_URL": "https://api:mailgun-key@api.mailgun.net/v3/mg.example.com/messages",
    "TEAMS_WEBHOOK_URL": "https://prod-1.westus.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=teams-key",
    "DISCORD_WEBHOOK_URL": "https://discord.com/api/webhooks/1/discord-key",
}
# Every character that has a meaning to some vendor, in a value that nobody knows.
HOSTILE = 'LIM"BO\\ &x=1 <b>@everyone</b>\r\n+%41 é😀'


def sendgrid(request):
    """v3 mail/send: personalizations, from, subject and content are required, none may be empty."""
    assert request.headers["authorization"] == "Bearer SG.key"
    mail = request.json
    assert mail["personalizations"][0]["to"][0]["email"] and mail["from"]["email"]
    assert mail["subject"] and "\n" not in mail["subject"]
    [content] = mail["content"]
    assert content["type"] == "text/plain"
    assert all(isinstance(value, str) and value for value in mail["custom_args"].values())
    return [mail["subject"], content["value"]]


def postmark(request):
    """POST /email: From, To, and TextBody or HtmlBody; a subject of 2,000 and a tag of 1,000 characters at the most."""
    assert request.headers["x-postmark-server-token"] == "postmark-token"
    assert request.headers["accept"] == "application/json"
    mail = request.json
    assert mail["From"] and mail["To"] and mail["MessageStream"]
    assert len(mail["Subject"]) <= 2000 and len(mail["Tag"]) <= 1000
    return [mail["Subject"], mail["TextBody"]]


def mailgun(request):
    """POST /v3/DOMAIN/messages: a form, and the key as the password of `api`."""
    assert request.headers["authorization"] == "Basic YXBpOm1haWxndW4ta2V5"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    fields = urllib.parse.parse_qsl(request.body.decode("ascii"), strict_parsing=True)
    mail = dict(fields)
    assert [name for name, _ in fields] == ["from", "to", "subject", "text", "o:tag"] and all(mail.values())
    assert mail["from"] == "linewarden@mg.example.com" and mail["to"] == "oncall@example.com"
    return [mail["subject"], mail["text"]]


def teams(request):
    """A Workflows webhook takes a message of one Adaptive Card, of 28 KB at the most."""
    message = request.json
    assert message["type"] == "message" and len(request.body) < 28_000
    [attachment] = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["type"] == "AdaptiveCard" and card["version"] == "1.4"
    assert all(block["type"] == "TextBlock" and block["wrap"] for block in card["body"])
    return [block["text"] for block in card["body"]]


def discord(request):
    """Execute webhook: content 2,000, an embed's description 4,096 and 6,000 in all; nobody is mentioned."""
    message = request.json
    assert 1 <= len(message["content"]) <= 2000 and message["allowed_mentions"] == {"parse": []}
    [embed] = message["embeds"]
    assert 1 <= len(embed["description"]) <= 4096 and embed["timestamp"]
    return [message["content"], embed["description"]]


VENDORS = {"sendgrid": sendgrid, "postmark": postmark, "mailgun": mailgun, "teams": teams, "discord": discord}


def test_every_example_has_its_vendor():
    assert [example.stem for example in EXAMPLES] == sorted(VENDORS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_check_finds_nothing(example):
    """As it stands, with its secrets in the environment; and no secret in what it says."""
    result = cli("check", "--config", example, **ENVIRONMENT)
    said = result.stdout + result.stderr
    assert result.returncode == 0 and "warning" not in said, said
    assert "-key" not in said and "SG.key" not in said and "-token" not in said


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_vendor_takes_it(example, make_daemon, sink, directory):
    """A page, an update that nobody expects, a recovery."""
    config = json.loads(example.read_text())
    config["webhook"]["listen"] = config["admin"]["listen"] = ["127.0.0.1:0"]
    config["state"]["directory"] = f"{directory}/state"
    [name] = [name for name, hook in config["hooks"].items() if hook["type"] == "http"]
    config["hooks"]["gate"]["directory"] = f"{directory}/paused"
    environment, hook = dict(ENVIRONMENT), config["hooks"][name]
    if isinstance(hook["url"], str):
        hook["url"] = here(hook["url"], sink)
    else:
        variable = hook["url"]["env"]
        environment[variable] = here(environment[variable], sink)
    daemon = make_daemon(config, env=environment).start()
    for count, status in enumerate(("FLAGGED", HOSTILE, "ACTIVE"), start=1):
        daemon.accept(status_event(status=status, changed_at=moment(count)))
        daemon.wait_until_delivered(count, hook=name)
    said = [VENDORS[example.stem](request) for request in sink.wait_for(3)]
    for expected, texts in zip(("paused", "é😀", "recovered"), said):
        assert all(expected in text and LINE in text for text in texts), texts
    # What was stored to be sent holds no key.
    stored = str(daemon.deliveries())
    assert not any(key in stored for key in ("SG.key", "mailgun-key", "postmark-token", "teams-key", "discord-key"))


def here(url, sink):
    """The same URL at the sink."""
    parts = urllib.parse.urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    return parts._replace(scheme="http", netloc=f"{user}{at}127.0.0.1:{sink.port}").geturl()
