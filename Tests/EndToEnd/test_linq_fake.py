"""The fake of Linq's API, judged by Linq's own SDK: every answer must be what the SDK's models say, no more and no less.

The SDK itself takes anything (`construct`), so its models are applied here to the raw JSON, strictly.
"""

import json
import threading
import typing

import httpx
import linq
import pytest
from linq import LinqAPIV3
from linq.types import phone_number_list_response as lines_model
from linq.types.phone_number_update_response import PhoneNumberUpdateResponse
from linq.types.reputation_audit import ReputationAudit
from linq.types.reputation_audit_started import ReputationAuditStarted
from linq.types.webhook_subscription import WebhookSubscription
from linq.types.webhook_subscription_create_response import WebhookSubscriptionCreateResponse
from linq.types.webhook_subscription_list_response import WebhookSubscriptionListResponse
from pydantic import BaseModel

from harness import eventually
from linq_cli import LINE, OTHER
from linq_state import CODES, KEY, TOKEN, report

URL = "https://hooks.example.com/webhooks/linq?version=2026-02-03"
EVENTS = ["phone_number.status_updated", "message.sent"]


@pytest.fixture
def sdk(fake):
    with LinqAPIV3(api_key=KEY, base_url=fake.url, max_retries=0, timeout=5) as client:
        yield client


def models(annotation):
    """The SDK's models within a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from models(inner)


def unknown(model, value, path=""):
    """Members that the model, or one within it, does not have."""
    if isinstance(value, list):
        return [name for each in value for name in unknown(model, each, path + "[]")]
    if not isinstance(value, dict):
        return []
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    found = [f"{path}.{name}" for name in value if name not in fields]
    for name, inner in value.items():
        for each in models(fields[name].annotation) if name in fields else ():
            found += unknown(each, inner, f"{path}.{name}")
    return found


def strictly(model, raw):
    """The model's instance of a raw answer, when it fits without any conversion and leaves nothing over."""
    body = json.loads(raw.content if isinstance(raw, httpx.Response) else raw)
    assert unknown(model, body) == []
    # In its strict mode JSON's texts are still what times are written in.
    return model.model_validate_json(json.dumps(body), strict=True)


def answer(call, *arguments, **keywords):
    """What the SDK received, and made of it."""
    response = call(*arguments, **keywords)
    return response.http_response, response.parse()


def test_the_judge_judges(fake):
    good = {"phone_numbers": [fake.lines[0].v3()]}
    strictly(lines_model.PhoneNumberListResponse, json.dumps(good))
    for spoil in (
        lambda line: line.pop("reputation"),
        lambda line: line.update(id=7),
        lambda line: line["reputation"].update(status="UNHEARD_OF"),
        lambda line: line["reputation"].update(more=1),
        lambda line: line.update(status="ACTIVE"),
    ):
        bad = json.loads(json.dumps(good))
        spoil(bad["phone_numbers"][0])
        with pytest.raises((AssertionError, ValueError)):
            strictly(lines_model.PhoneNumberListResponse, json.dumps(bad))


def test_lines(fake, sdk):
    fake.line(OTHER).reputation = "CRITICAL"
    fake.line(OTHER).line_type = "RCS"
    raw, parsed = answer(sdk.phone_numbers.with_raw_response.list)
    listed = strictly(lines_model.PhoneNumberListResponse, raw).phone_numbers
    assert listed == parsed.phone_numbers
    assert [(each.phone_number, each.reputation.status) for each in listed] == [(LINE, "HEALTHY"), (OTHER, "CRITICAL")]
    assert [each.line_type for each in listed] == ["iMessage", "RCS"]


@pytest.mark.parametrize("cleared", [None, ""])
def test_forwarding(fake, sdk, cleared):
    update = sdk.phone_numbers.with_raw_response.update
    for wanted, told in (("+12025559999", "+12025559999"), (cleared, None)):
        raw, _ = answer(update, fake.lines[0].id, forwarding_number=wanted)
        line = strictly(PhoneNumberUpdateResponse, raw)
        assert (line.id, line.phone_number, line.forwarding_number) == (fake.lines[0].id, LINE, told)
        assert fake.lines[0].forwarding_number == told


def test_subscriptions(fake, sdk):
    calls = sdk.webhook_subscriptions.with_raw_response
    raw, _ = answer(calls.create, subscribed_events=EVENTS, target_url=URL, phone_numbers=[LINE])
    made = strictly(WebhookSubscriptionCreateResponse, raw)
    assert made.signing_secret.startswith("whsec_") and made.is_active and made.phone_numbers == [LINE]
    listed, _ = answer(calls.list)
    assert [each.id for each in strictly(WebhookSubscriptionListResponse, listed).subscriptions] == [made.id]
    got, _ = answer(calls.retrieve, made.id)
    assert strictly(WebhookSubscription, got).target_url == URL
    # The secret is in the answer to its making, and in no other.
    assert made.signing_secret not in listed.text + got.text
    changed, _ = answer(calls.update, made.id, is_active=False, phone_numbers=[])
    told = strictly(WebhookSubscription, changed)
    assert not told.is_active and told.phone_numbers == [] and told.subscribed_events == EVENTS
    assert told.target_url == URL and told.updated_at > told.created_at
    # The SDK has no class for what is answered to a deletion: nothing.
    gone = calls.delete(made.id).http_response
    assert gone.status_code == 204 and gone.content == b"" and fake.subscriptions == []


@pytest.mark.parametrize("error", [None, "the line has no history"])
def test_audits(fake, sdk, error):
    line = fake.line(LINE)
    line.audit_error, line.report = error, report("CRITICAL", "flagged")
    calls = sdk.phone_numbers.with_raw_response
    raw, _ = answer(calls.start_reputation_audit, LINE)
    started = strictly(ReputationAuditStarted, raw)
    assert raw.status_code == 202 and started.status == "pending"
    # A second start picks the running one up, as the SDK's description has it.
    again, _ = answer(calls.start_reputation_audit, LINE)
    assert strictly(ReputationAuditStarted, again).audit_id == started.audit_id
    states = []
    while not states or states[-1].status == "pending":
        raw, _ = answer(calls.get_reputation_audit, started.audit_id, phone_number=LINE)
        states.append(strictly(ReputationAudit, raw))
    assert [each.status for each in states] == ["pending", "error" if error else "complete"]
    assert states[-1].error == error
    if not error:
        assert states[-1].report.drivers[0].key == "flagged" and states[-1].phone == LINE
    with pytest.raises(linq.NotFoundError):
        sdk.phone_numbers.get_reputation_audit(started.audit_id, phone_number=OTHER)


def raises(kind, code, call, *arguments, **keywords):
    """The SDK's error, after a look at its body: the SDK has no class for the whole of it."""
    with pytest.raises(kind) as caught:
        call(*arguments, **keywords)
    body = caught.value.response.json()
    assert set(body) <= {"success", "error", "trace_id", "audit_id"} and body["success"] is False and body["trace_id"]
    error = body["error"]
    assert set(error) <= {"status", "code", "message", "doc_url", "retry_after"}
    assert (error["status"], error["code"]) == (caught.value.status_code, code)
    assert isinstance(error["message"], str) and str(code) in error["doc_url"]
    return caught.value


def test_errors(fake, sdk):
    subscribe = sdk.webhook_subscriptions.create
    update = sdk.phone_numbers.update
    raises(linq.BadRequestError, 1002, update, fake.lines[0].id, forwarding_number="12025551234")
    raises(linq.NotFoundError, 2001, update, "no-such-id", forwarding_number=None)
    raises(linq.BadRequestError, 1003, subscribe, target_url="http://a.example.com", subscribed_events=EVENTS)
    raises(linq.BadRequestError, 1003, subscribe, target_url=URL, subscribed_events=["phone_number.exploded"])
    raises(linq.BadRequestError, 1003, subscribe, target_url=URL, subscribed_events=[])
    raises(linq.BadRequestError, 1002, subscribe, target_url=URL, subscribed_events=EVENTS, phone_numbers=["12"])
    raises(linq.NotFoundError, 2001, sdk.webhook_subscriptions.retrieve, "no-such-id")
    raises(linq.NotFoundError, 2001, sdk.webhook_subscriptions.delete, "no-such-id")
    raises(linq.NotFoundError, 2001, sdk.phone_numbers.start_reputation_audit, "+12025550000")
    raises(linq.BadRequestError, 1002, sdk.phone_numbers.start_reputation_audit, "12025550000")
    subscribe(target_url=URL, subscribed_events=EVENTS)
    raises(linq.ConflictError, 1008, subscribe, target_url=URL, subscribed_events=EVENTS)
    assert len(fake.subscriptions) == 1
    with LinqAPIV3(api_key="another", base_url=fake.url, max_retries=0) as stranger:
        raises(linq.AuthenticationError, 2004, stranger.phone_numbers.list)


def test_an_audit_too_many(fake, sdk):
    line = fake.line(LINE)
    line.cooldown, line.answers_409, line.tells_audit_id = 90, True, True
    start = sdk.phone_numbers.start_reputation_audit
    id = start(LINE).audit_id
    assert raises(linq.ConflictError, 1008, start, LINE).response.json()["audit_id"] == id
    while sdk.phone_numbers.get_reputation_audit(id, phone_number=LINE).status == "pending":
        pass
    error = raises(linq.RateLimitError, 1007, start, LINE)
    assert error.retry_after == 90 and error.response.headers["Retry-After"] == "90"


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_ordered(fake, sdk, code):
    kinds = {
        400: linq.BadRequestError,
        401: linq.AuthenticationError,
        403: linq.PermissionDeniedError,
        404: linq.NotFoundError,
        409: linq.ConflictError,
        429: linq.RateLimitError,
        500: linq.InternalServerError,
    }
    fake.fail(code=code)
    raises(kinds[CODES[code][0]], code, sdk.phone_numbers.list)
    assert sdk.phone_numbers.list().phone_numbers, "one fault, one failure"


def test_faults_below_http(fake, sdk):
    fake.fail(reset=True)
    fake.fail(garbage=b"SSH-2.0-OpenSSH_9.2\r\n")
    for _ in range(2):
        with pytest.raises(linq.APIConnectionError):
            sdk.phone_numbers.list()
    fake.fail(hang=True)
    with pytest.raises(linq.APITimeoutError):
        sdk.with_options(timeout=0.2).phone_numbers.list()
    eventually(lambda: len(fake.asked("GET")) == 3, "all were recorded")


def test_a_slow_answer(fake, sdk):
    gate = threading.Event()
    fake.fail(gate=gate)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(sdk.phone_numbers.list()))
    asking.start()
    try:
        eventually(lambda: fake.asked("GET"), "the question")
        assert answers == []
    finally:
        gate.set()
        asking.join()
    assert len(answers[0].phone_numbers) == 2


def test_an_answer_that_gets_lost(fake, sdk):
    fake.fail(reset=True, after_effect=True)
    with pytest.raises(linq.APIConnectionError):
        sdk.webhook_subscriptions.create(target_url=URL, subscribed_events=EVENTS)
    assert [each.target_url for each in sdk.webhook_subscriptions.list().subscriptions] == [URL]


@pytest.mark.parametrize(
    "method, path, how, status",
    [
        ("PATCH", "phone_numbers", {}, 405),
        ("POST", "phone_numbers", {"json": {}}, 405),
        ("GET", "phonenumbers", {}, 404),
        ("PUT", "phone_numbers/{id}", {"content": b'{"forwarding_number": null}'}, 415),
        ("PUT", "phone_numbers/{id}", {"json": {}}, 400),
        ("PUT", "phone_numbers/{id}", {"json": {"forwarding_number": 7}}, 400),
        ("PUT", "phone_numbers/{id}", {"json": {"forwarding_number": None, "more": 1}}, 400),
        ("POST", "webhook-subscriptions", {"json": {"target_url": URL}}, 400),
        ("POST", f"phone_numbers/{LINE}/reputation_audit", {"json": {}}, 400),
    ],
)
def test_it_takes_no_nonsense(fake, method, path, how, status):
    headers = {"Authorization": f"Bearer {KEY}"}
    url = f"{fake.url}/v3/{path.format(id=fake.lines[0].id)}"
    refused = httpx.request(method, url, headers=headers, **how)
    assert refused.status_code == status and refused.json()["error"]["status"] == status


def test_the_sdk_tries_again(fake):
    fake.fail(code=1007, retry_after=1)
    fake.fail(status=502, body=b"<html>Bad Gateway</html>", headers={"Content-Type": "text/html"})
    with LinqAPIV3(api_key=KEY, base_url=fake.url, max_retries=2) as sdk:
        assert len(sdk.phone_numbers.list().phone_numbers) == 2
    assert [each.status for each in fake.asked("GET")] == [429, 502, 200]


# --- V2, of which there is no SDK: the seed's OpenAPI document is the judge -------------------------------------------


def v2(fake, method, path, token=TOKEN, **how):
    headers = {"X-LINQ-INTEGRATION-TOKEN": token} if token else {}
    return httpx.request(method, f"{fake.origin}/api/partner/v2/{path}", headers=headers, **how)


def test_v2(fake):
    [line, _] = v2(fake, "GET", "phone_numbers").json()["phone_numbers"]
    assert line == {"id": 101, "phone_number": LINE, "forwarding_number": None, "response_rate": 1}
    for wanted, told in (("+12025559999", "+12025559999"), ("", None)):
        changed = v2(fake, "PUT", "phone_numbers/101", json={"forwarding_number": wanted})
        assert changed.status_code == 200 and changed.json() == line | {"forwarding_number": told}


def test_v2_errors(fake):
    fake.line(OTHER).is_foreign = True
    for status, refused in (
        (401, v2(fake, "GET", "phone_numbers", token=None)),
        (401, v2(fake, "GET", "phone_numbers", token=KEY)),
        (403, v2(fake, "PUT", "phone_numbers/102", json={"forwarding_number": ""})),
        (422, v2(fake, "PUT", "phone_numbers/101", json={"forwarding_number": "nobody"})),
        (404, v2(fake, "GET", "webhook-subscriptions")),
    ):
        [error] = refused.json()["errors"]
        assert refused.status_code == error["status"] == status
        assert set(error) == {"status", "code", "title", "detail"} and isinstance(error["code"], str)
