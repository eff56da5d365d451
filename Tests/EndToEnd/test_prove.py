"""Who is believed: both schemes, rotation, freshness, no downgrade (linq-contract.md, section 1, Signatures)."""

import re
import time

import pytest

from harness import PATH, cli
from payloads import (
    OTHER_SECRET,
    SECRET,
    encode,
    legacy_headers,
    raw_standard_headers,
    signed,
    standard_headers,
    status_event,
)

BODY = encode(status_event())


def changed(headers, **values):
    """Headers with some replaced; None takes one away. Underscores stand for hyphens."""
    values = {name.replace("_", "-"): value for name, value in values.items()}
    return {name: value for name, value in (headers | values).items() if value is not None}


ACCEPTED = {
    "standard": lambda body: standard_headers(body),
    "legacy, text as key": lambda body: legacy_headers(body),
    "legacy, decoded bytes as key": lambda body: legacy_headers(body, decoded=True),
    "both": lambda body: standard_headers(body) | legacy_headers(body),
    "both, legacy wrong": lambda body: standard_headers(body) | legacy_headers(body, OTHER_SECRET),
    "two items, second right": lambda body: with_items(body, "v1," + "A" * 43 + "=", "{}"),
    "two items, first right": lambda body: with_items(body, "{}", "v1," + "A" * 43 + "="),
    "an unknown version": lambda body: with_items(body, "v1a,c29tZXRoaW5n", "{}"),
    "a malformed item": lambda body: with_items(body, "nonsense", "v1,!!!", "v1,", "{}"),
    "names in capitals": lambda body: {name.upper(): value for name, value in standard_headers(body).items()},
    "an old but tolerable time": lambda body: standard_headers(body, at=time.time() - 270),
    "a fast but tolerable clock": lambda body: standard_headers(body, at=time.time() + 270),
}


def with_items(body, *items):
    """The right signature in the place of `{}` among other items."""
    headers = standard_headers(body)
    return headers | {"webhook-signature": " ".join(items).format(headers["webhook-signature"])}


@pytest.mark.parametrize("name", ACCEPTED)
def test_genuine_deliveries_are_taken(daemon, name):
    event = status_event()
    body = encode(event)
    answer = daemon.post(body, ACCEPTED[name](body))
    assert answer.status == 200, answer.text
    assert event["event_id"] in daemon.event_ids()


REFUSED = {
    "nothing": lambda body: {},
    "only the id": lambda body: {"webhook-id": "msg_1"},
    "no id": lambda body: changed(standard_headers(body), webhook_id=None),
    "no timestamp": lambda body: changed(standard_headers(body), webhook_timestamp=None),
    "no signature": lambda body: changed(standard_headers(body), webhook_signature=None),
    "empty signature": lambda body: changed(standard_headers(body), webhook_signature=""),
    "no v1 item": lambda body: changed(standard_headers(body), webhook_signature="v2,AAAA"),
    "not base64": lambda body: changed(standard_headers(body), webhook_signature="v1,%%%%"),
    "half a digest": lambda body: changed(standard_headers(body), webhook_signature="v1,AAAAAAAAAAAAAAAAAAAAAA=="),
    "timestamp in words": lambda body: changed(standard_headers(body), webhook_timestamp="now"),
    "negative timestamp": lambda body: changed(standard_headers(body), webhook_timestamp="-1"),
    "fractional timestamp": lambda body: changed(standard_headers(body), webhook_timestamp=f"{time.time():.3f}"),
    "huge timestamp": lambda body: changed(standard_headers(body), webhook_timestamp="9" * 30),
    "another id": lambda body: changed(standard_headers(body), webhook_id="msg_other"),
    "another time": lambda body: changed(standard_headers(body), webhook_timestamp=str(int(time.time()) - 30)),
    "another body": lambda body: standard_headers(body + b" "),
    "another secret": lambda body: standard_headers(body, OTHER_SECRET),
    "legacy: another secret": lambda body: legacy_headers(body, OTHER_SECRET),
    "legacy: another body": lambda body: legacy_headers(body + b" "),
    "legacy: no timestamp": lambda body: changed(legacy_headers(body), X_Webhook_Timestamp=None),
    "legacy: no signature": lambda body: changed(legacy_headers(body), X_Webhook_Signature=None),
    "legacy: not hexadecimal": lambda body: changed(legacy_headers(body), X_Webhook_Signature="z" * 64),
    "legacy: too short": lambda body: changed(legacy_headers(body), X_Webhook_Signature="ab"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_others_are_refused(trusted, name):
    before = trusted.event_ids()
    answer = trusted.post(BODY, REFUSED[name](BODY))
    assert answer.status == 401, answer.text
    assert re.fullmatch(r"signature_(missing|malformed|mismatch|stale)", answer.json["error"])
    assert trusted.event_ids() == before


DOWNGRADES = {
    "wrong standard signature": lambda body: standard_headers(body, OTHER_SECRET),
    "only webhook-id": lambda body: {"webhook-id": "msg_1"},
    "only webhook-timestamp": lambda body: {"webhook-timestamp": str(int(time.time()))},
    "only webhook-signature": lambda body: {"webhook-signature": "v1,AAAA"},
    "empty webhook-id": lambda body: {"webhook-id": ""},
    "stale standard set": lambda body: standard_headers(body, at=time.time() - 3600),
}


@pytest.mark.parametrize("name", DOWNGRADES)
def test_the_legacy_set_rescues_nothing(trusted, name):
    answer = trusted.post(BODY, legacy_headers(BODY) | DOWNGRADES[name](BODY))
    assert answer.status == 401, answer.text


@pytest.mark.parametrize("scheme", ["standard", "legacy"])
@pytest.mark.parametrize("seconds", [400, -400, 86_400])
def test_a_stale_delivery_says_by_how_much(trusted, scheme, seconds):
    """So that a wrong clock is found by reading one answer."""
    answer = trusted.deliver(status_event(), scheme=scheme, at=time.time() - seconds)
    assert answer.status == 401 and answer.json["error"] == "signature_stale"
    said = [int(number) for number in re.findall(r"\d+", answer.json["detail"])]
    assert any(abs(number - abs(seconds)) <= 10 for number in said), answer.json["detail"]


def test_stale_is_401_even_before_the_first_verified_delivery(daemon):
    assert daemon.deliver(status_event(), at=time.time() - 400).status == 401


@pytest.mark.parametrize("scheme", ["standard", "legacy"])
def test_a_mismatch_is_503_until_a_delivery_has_verified(daemon, scheme):
    """It may be our mistake, and Linq never retries a 4xx."""
    wrong = {"scheme": scheme, "secret": OTHER_SECRET}
    first = daemon.deliver(status_event(), **wrong)
    assert first.status == 503 and first.json["error"] == "signature_mismatch"
    assert int(first.headers["retry-after"]) > 0
    daemon.accept(status_event())
    assert daemon.deliver(status_event(), **wrong).status == 401
    daemon.restart()
    assert daemon.deliver(status_event(), **wrong).status == 401, "what was verified is remembered"


def test_missing_headers_are_401_before_the_first_verified_delivery_too(daemon):
    assert daemon.post(BODY, {}).status == 401


def test_new_secrets_must_verify_anew(make_daemon):
    daemon = make_daemon().start()
    daemon.accept(status_event())
    assert daemon.stop() == 0
    daemon.env = daemon.env | {"LINQ_WEBHOOK_SECRET": OTHER_SECRET}
    daemon.start()
    assert daemon.deliver(status_event(), secret=SECRET).status == 503
    daemon.accept(status_event(), secret=OTHER_SECRET)
    assert daemon.deliver(status_event(), secret=SECRET).status == 401


def test_during_a_rotation_both_secrets_count(make_daemon):
    secrets = [{"env": "LINQ_WEBHOOK_SECRET"}, {"env": "NEXT_SECRET"}]
    daemon = make_daemon(webhook={"endpoints": [{"path": PATH, "secrets": secrets}]}, env={"NEXT_SECRET": OTHER_SECRET})
    daemon.start()
    for secret in (SECRET, OTHER_SECRET):
        for scheme in ("standard", "legacy", "both"):
            daemon.accept(status_event(), secret=secret, scheme=scheme)


def test_endpoints_have_secrets_of_their_own(make_daemon):
    endpoints = [
        {"path": "/a", "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}]},
        {"path": "/b", "secrets": [{"env": "NEXT_SECRET"}]},
    ]
    daemon = make_daemon(webhook={"endpoints": endpoints}, env={"NEXT_SECRET": OTHER_SECRET}).start()
    assert daemon.post(*signed(status_event(), secret=SECRET), path="/a").status == 200
    assert daemon.post(*signed(status_event(), secret=SECRET), path="/b").status == 503
    assert daemon.post(*signed(status_event(), secret=OTHER_SECRET), path="/b").status == 200
    assert daemon.post(*signed(status_event(), secret=OTHER_SECRET), path="/a").status == 401


def test_a_secret_without_padding(make_daemon):
    daemon = make_daemon(env={"LINQ_WEBHOOK_SECRET": SECRET.rstrip("=")}).start()
    daemon.accept(status_event())


def test_a_secret_in_a_file_and_in_a_credential(make_daemon, directory):
    """Both end in a line feed, as files do."""
    (directory / "secret").write_text(SECRET + "\n")
    secrets = [{"file": f"{directory}/secret"}, {"credential": "next"}]
    (directory / "next").write_text(OTHER_SECRET + "\n")
    endpoints = [{"path": PATH, "secrets": secrets}]
    daemon = make_daemon(webhook={"endpoints": endpoints}, env={"CREDENTIALS_DIRECTORY": str(directory)}).start()
    daemon.accept(status_event(), secret=SECRET)
    daemon.accept(status_event(), secret=OTHER_SECRET)


def test_the_published_vector(make_daemon):
    """The example of the Standard Webhooks libraries, with a tolerance that reaches back to its day."""
    daemon = make_daemon(
        webhook={"tolerance": "20000d"}, env={"LINQ_WEBHOOK_SECRET": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}
    ).start()
    body = b'{"email":"test@example.com","username":"test_user"}'
    headers = {
        "webhook-id": "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        "webhook-timestamp": "1649367553",
        "webhook-signature": "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    }
    assert daemon.post(body, headers).status == 200
    assert daemon.post(body + b" ", headers).status == 401


def test_bytes_are_signed_not_text(trusted):
    """A body that is no UTF-8 is proved like any other; what it means is another question."""
    body = b'{"event_type": "\xff\xfe"}'
    assert trusted.post(body, raw_standard_headers(body)).status == 200


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!"])
def test_a_secret_that_is_none_is_a_configuration_error(make_daemon, secret):
    daemon = make_daemon()
    daemon.write(daemon.config)
    result = cli("check", "--config", daemon.file, LINQ_WEBHOOK_SECRET=secret)
    assert result.returncode == 78 and "secrets" in result.stderr
