"""Mails, through an SMTP server by others, read by a MIME parser by others (wire.md, SMTP submission)."""

import email
import threading
import time

import pytest

from harness import cli, eventually
from payloads import LINE, OTHER_LINE, moment, status_event
from pki import Authority
from post_office import PASSWORD, USERNAME, PostOffice

ROUTES = [{"name": "all", "on": ["FLAGGED", "CRITICAL", "AT_RISK"], "page": ["ops"]}]
SENDER = "linewarden@example.com"
RECIPIENTS = ["ops@example.com", "boss@example.org"]


@pytest.fixture
def make_office(authority):
    """Makes mail servers; keywords as for `PostOffice`."""
    offices = []

    def make(mode="implicit", pair=None, **keywords):
        offices.append(PostOffice(pair or authority.issue(), mode, **keywords))
        return offices[-1]

    yield make
    for office in offices:
        office.close()


def email_hook(office, authority, **more):
    hook = {
        "type": "email",
        "group_wait": "0s",
        "url": office.url(),
        "from": SENDER,
        "to": RECIPIENTS,
        "username": USERNAME,
        "password": {"env": "MAIL_PASSWORD"},
        "ca": str(authority.root),
        "ehlo": "warden.example.com",
        "retry": {"first": "20ms", "max": "200ms"},
    } | more
    return {key: value for key, value in hook.items() if value is not None}


@pytest.fixture
def make_warden(make_daemon, authority):
    """A daemon that pages by mail."""

    def make(office, secret=PASSWORD, **more):
        hooks = {"ops": email_hook(office, authority, **more)}
        return make_daemon(hooks=hooks, routes=ROUTES, env={"MAIL_PASSWORD": secret}).start()

    return make


def message_id(raw):
    return email.message_from_bytes(raw)["Message-ID"]


def parts(mail):
    """The plain text and the HTML of a mail, which must have no defect."""
    message = mail.message
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part in (message, plain, html):
        assert not part.defects, part.defects
    for name, value in message.items():
        assert not getattr(value, "defects", ()), (name, value.defects)
    assert all(len(line) <= 76 for line in mail.raw.split(b"\r\n"))
    assert b"\n" not in mail.raw.replace(b"\r\n", b"") and mail.raw.isascii()
    return plain.get_content(), html.get_content()


@pytest.mark.parametrize("mode", ["implicit", "starttls"])
def test_a_flag_becomes_a_mail(make_office, make_warden, mode):
    """Over TLS, logged in, to all recipients; with everything a person and a mail program need."""
    office = make_office(mode)
    daemon = make_warden(office)
    event = status_event(status="FLAGGED", previous_status="ACTIVE", changed_at="2026-02-18T18:35:05.000Z")
    daemon.accept(event)
    [mail] = office.wait_for(1)
    assert (mail.sender, mail.recipients, mail.ehlo) == (SENDER, RECIPIENTS, "warden.example.com")
    assert mail.tls in ("TLSv1.2", "TLSv1.3") and mail.user == USERNAME
    message = mail.message
    assert message["From"].addresses[0].addr_spec == SENDER
    assert [address.addr_spec for address in message["To"].addresses] == RECIPIENTS
    assert message["Subject"].startswith(f"{LINE} is paused: status is FLAGGED")
    assert abs(message["Date"].datetime.timestamp() - time.time()) < 60
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.com>") and message["In-Reply-To"] == message["References"]
    for said in parts(mail):
        for expected in (LINE, "ACTIVE", "FLAGGED", "2026-02-18T18:35:05", "aused", "Linq", event["trace_id"]):
            assert expected in said, f"{expected!r} is not in:\n{said}"
    [delivery] = daemon.wait_until_delivered(hook="ops")
    for text in (daemon.log, str(delivery), daemon.get(f"/v1/lines/{LINE}").text, daemon.get("/metrics").text):
        assert PASSWORD not in text


def test_the_mails_of_an_incident_are_one_thread(make_office, make_warden):
    office = make_office()
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    office.wait_for(1)
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    first, second = (mail.message for mail in office.wait_for(2))
    assert first["References"] == second["References"] and first["Message-ID"] != second["Message-ID"]
    assert "recovered" in second["Subject"]


def test_values_from_outside_stay_values(make_office, make_warden):
    """They cannot write headers, lines of SMTP, or HTML."""
    office = make_office()
    daemon = make_warden(office)
    daemon.accept(status_event(status="<b>é\r\nBcc: all@example.com\r\n.\r\nQUIT" + "x" * 3000))
    [mail] = office.wait_for(1)
    assert mail.message["Bcc"] is None and mail.recipients == RECIPIENTS
    assert "<b>é" in mail.message["Subject"]
    plain, html = parts(mail)
    assert "\nQUITx" in plain and "&lt;b&gt;é" in html and "<b>" not in html


def test_the_same_mail_is_tried_again(make_office, make_warden):
    """4yz will pass (RFC 5321 section 4.2.1); by its Message-ID a mailbox tells that it is the same."""
    office = make_office(script=["451 4.3.0 try again later", "452 4.3.1 full"])
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED"))
    office.wait_for(1)
    daemon.wait_until_delivered(hook="ops")
    assert len({message_id(raw) for raw in office.refused_mails} | {message_id(office.mails[0].raw)}) == 1
    assert office.offered == 3 and len(office.mails) == 1


def test_a_refused_mail_is_dead(make_office, make_warden):
    office = make_office(script=["554 5.7.1 looks like spam"])
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED"))
    [dead] = eventually(lambda: daemon.deliveries(state="dead"), "a dead delivery", daemon.deliveries)
    assert "554 5.7.1 looks like spam" in dead["last_error"] and office.offered == 1


def test_a_wrong_password_is_not_tried_again_quickly(make_office, make_warden):
    """Servers lock out who tries too often."""
    office = make_office()
    daemon = make_warden(office, secret="hunter2")
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: office.logins, "a login")
    eventually(lambda: any(row["last_error"] for row in daemon.deliveries()), "its failure", daemon.deliveries)
    [delivery] = daemon.deliveries()
    assert "SMTP 535" in delivery["last_error"] and "hunter2" not in delivery["last_error"]
    time.sleep(1)
    assert len(office.logins) == 1 and not office.mails


@pytest.mark.parametrize("mode", ["bare", "plain"])
def test_nothing_is_sent_without_starttls(make_office, make_warden, mode):
    """An attacker on the way can take STARTTLS away: neither password nor page may go out then."""
    office = make_office(mode)
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: office.connections >= 2, "a second attempt", daemon.deliveries)
    [delivery] = daemon.deliveries()
    assert "STARTTLS" in delivery["last_error"] and delivery["state"] == "pending"
    assert not office.logins and not office.offered


@pytest.mark.parametrize("mode", ["implicit", "starttls"])
def test_an_untrusted_certificate_is_refused(make_office, make_warden, tmp_path, mode):
    office = make_office(mode, pair=Authority(tmp_path).issue())
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: office.connections >= 2, "a second attempt", daemon.deliveries)
    [delivery] = daemon.deliveries()
    assert "TLS" in delivery["last_error"] and "certificate" in delivery["last_error"]
    assert not office.logins and not office.offered


def test_a_certificate_for_another_name_is_refused(make_office, make_warden):
    office = make_office()
    daemon = make_warden(office, url=office.url("127.0.0.2"))
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: any(row["last_error"] for row in daemon.deliveries()), "its failure", daemon.deliveries)
    assert not office.logins and not office.offered


def test_one_refused_recipient_does_not_cost_the_others_the_mail(make_office, make_warden):
    office = make_office(refused={RECIPIENTS[0]: "550 5.1.1 no such user"})
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED"))
    [mail] = office.wait_for(1)
    assert mail.recipients == RECIPIENTS[1:]
    daemon.wait_until_delivered(hook="ops")


@pytest.mark.parametrize("answer, state", [("550 5.1.1 no such user", "dead"), ("450 4.2.0 greylisted", "pending")])
def test_no_recipient_is_left(make_office, make_warden, answer, state):
    refused = {recipient: answer for recipient in RECIPIENTS}
    office = make_office(refused=refused)
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: any(row["last_error"] for row in daemon.deliveries()), "its failure", daemon.deliveries)
    [delivery] = daemon.deliveries()
    assert delivery["state"] == state and f"SMTP {answer}" in delivery["last_error"]
    if state == "pending":
        refused.clear()
        office.wait_for(1)


def test_on_this_machine_it_may_be_unencrypted(make_office, make_warden):
    """A relay on loopback needs no TLS, when the configuration says so."""
    office = make_office("plain", login=False)
    daemon = make_warden(office, url=office.url("127.0.0.1"), tls="none", username=None, password=None, ca=None)
    daemon.accept(status_event(status="FLAGGED"))
    [mail] = office.wait_for(1)
    assert mail.tls is None and mail.user is None
    parts(mail)


def test_a_slow_mail_server_delays_no_other_hook(make_office, make_daemon, authority, sink):
    """libcurl waits for the answer to a mail in the way of everything else on the same handle."""
    office = make_office()
    office.gate = threading.Event()
    hooks = {"ops": email_hook(office, authority), "slack": {"type": "http", "url": sink.url, "group_wait": "0s"}}
    routes = [{"name": "all", "on": ["FLAGGED"], "page": ["ops", "slack"]}]
    daemon = make_daemon(hooks=hooks, routes=routes, env={"MAIL_PASSWORD": PASSWORD}).start()
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: office.offered, "a mail")
    daemon.accept(status_event(status="FLAGGED", line=OTHER_LINE))
    start = time.monotonic()
    sink.wait_for(2)
    assert time.monotonic() - start < 5 and not office.mails
    office.gate.set()
    office.wait_for(2)


def test_a_mail_server_that_never_answers_does_not_keep_the_daemon(make_office, make_warden):
    """It stops in time, and sends the mail again after the start: whether it arrived is not known."""
    office = make_office()
    office.gate = threading.Event()
    daemon = make_warden(office)
    daemon.accept(status_event(status="FLAGGED"))
    eventually(lambda: office.offered, "a mail")
    start = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - start < 8
    office.gate.set()
    daemon.start()
    mails = office.wait_for(1)
    daemon.wait_until_delivered(hook="ops")
    assert len({mail.message["Message-ID"] for mail in mails}) == 1


def test_a_hanging_answer_ends_with_the_timeout(make_office, make_warden):
    office = make_office()
    office.gate = threading.Event()
    daemon = make_warden(office, timeout="500ms", retry={"first": "1h", "max": "1h"})
    daemon.accept(status_event(status="FLAGGED"))
    start = time.monotonic()
    eventually(lambda: any(row["last_error"] for row in daemon.deliveries()), "its failure", daemon.deliveries)
    assert time.monotonic() - start < 5
    assert "within" in daemon.deliveries()[0]["last_error"]


@pytest.mark.parametrize(
    "more, message",
    [
        ({"url": "mail.example.com"}, 'must be such as "smtps://mail.example.com"'),
        ({"from": "a@example.com\r\nBcc: b@example.com"}, "is not a plain mail address"),
        ({"to": []}, "is empty: name at least one address"),
        ({"to": ["ops"]}, "to[0]: is not a plain mail address"),
        ({"tls": "none"}, "contradicts smtps://"),
        ({"password": None}, "needs a password"),
    ],
)
def test_check_says_what_is_wrong(make_office, make_daemon, authority, more, message):
    office = make_office()
    daemon = make_daemon(hooks={"ops": email_hook(office, authority, **more)}, routes=ROUTES)
    daemon.write(daemon.config)
    done = cli("check", "--config", daemon.file, MAIL_PASSWORD=PASSWORD)
    assert done.returncode != 0 and message in done.stdout + done.stderr
