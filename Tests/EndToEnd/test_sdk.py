"""Linq's own SDK as the judge of what `linewarden send` makes: what it accepts is what Linq sends."""

import pytest
from linq import LinqAPIV3
from linq.types.phone_number_status_updated_webhook_event import PhoneNumberStatusUpdatedWebhookEvent

from harness import cli
from payloads import LINE, SECRET


@pytest.mark.parametrize("scheme", ["standard", "both"])
@pytest.mark.parametrize("status, reputation", [("FLAGGED", "CRITICAL"), ("ACTIVE", "HEALTHY"), ("ACTIVE", "AT_RISK")])
def test_the_sdk_unwraps_what_send_makes(sink, scheme, status, reputation):
    result = cli(
        *["send", "--to", sink.url, "--secret", SECRET, "--scheme", scheme, "--line", LINE],
        *["--status", status, "--reputation", reputation],
        *["--previous-status", "ACTIVE", "--previous-reputation", "HEALTHY"],
    )
    assert result.returncode == 0, result.stderr
    [received] = sink.requests
    client = LinqAPIV3(api_key="unused", webhook_secret=SECRET)
    event = client.webhooks.unwrap(received.body.decode(), headers=received.headers)
    assert isinstance(event, PhoneNumberStatusUpdatedWebhookEvent)
    assert event.event_type == "phone_number.status_updated" and event.api_version == "v3"
    assert event.data.phone_number == LINE
    assert (event.data.new_status, event.data.new_reputation) == (status, reputation)
    assert event.data.changed_at.tzinfo and event.created_at.tzinfo
    assert event.event_id == received.headers["webhook-id"] and event.trace_id
    PhoneNumberStatusUpdatedWebhookEvent.model_validate_json(received.body)


def test_the_sdk_refuses_another_secret(sink):
    """The judge does judge."""
    from standardwebhooks.webhooks import WebhookVerificationError

    cli("send", "--to", sink.url, "--secret", SECRET, "--line", LINE, "--status", "FLAGGED")
    client = LinqAPIV3(api_key="unused", webhook_secret="whsec_" + "A" * 44)
    with pytest.raises(WebhookVerificationError):
        client.webhooks.unwrap(sink.requests[0].body.decode(), headers=sink.requests[0].headers)
