"""A mail server on loopback: aiosmtpd, an SMTP server by others, which keeps what it is handed."""

import asyncio
import email
import email.policy
import ssl
import threading
import warnings
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, AuthResult

from harness import eventually

USERNAME = "warden"
PASSWORD = "correct horse battery"


@dataclass
class Mail:
    """One mail as the server took it."""

    sender: str
    recipients: list
    raw: bytes
    ehlo: str
    # The version of TLS, None in the clear; and who had logged in.
    tls: str
    user: str

    @property
    def message(self):
        """As Python's own package reads it, which notes every defect."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)


class PostOffice:
    """Listens until closed.

    `mode` is `implicit`, `starttls` (required), `plain` or `bare` (no STARTTLS and no AUTH). `script` has what to answer
    to the next mails, `None` for 250; `refused` maps recipients to the answer they get.
    """

    def __init__(self, pair=None, mode="implicit", script=(), refused=None, login=True):
        self.mode = mode
        self.script = list(script)
        self.refused = refused or {}
        self.mails = []
        self.refused_mails = []
        # Every connection, every attempt to log in, every mail that was offered.
        self.connections = 0
        self.logins = []
        self.offered = 0
        # Set to hold back the answer to a mail.
        self.gate = None
        self._login = login
        self._context = None
        if pair:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(pair.certificate, pair.key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        tls = self._context if self.mode == "implicit" else None
        server = self._loop.run_until_complete(self._loop.create_server(self._smtp, "127.0.0.1", 0, ssl=tls))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()

    def _smtp(self):
        self.connections += 1
        # It warns of logins that do not wait for STARTTLS; here they come after implicit TLS.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._make()

    def _make(self):
        starts = self.mode == "starttls"
        return SMTP(
            self,
            hostname="mail.example.com",
            tls_context=self._context if starts else None,
            require_starttls=starts,
            authenticator=self._authenticate,
            auth_required=self._login and self.mode != "bare",
            auth_require_tls=starts,
            auth_exclude_mechanism=["LOGIN", "PLAIN"] if self.mode == "bare" else None,
            loop=self._loop,
        )

    def _authenticate(self, server, session, envelope, mechanism, data):
        pair = (data.login.decode(), data.password.decode())
        self.logins.append((mechanism, *pair))
        good = pair == (USERNAME, PASSWORD)
        return AuthResult(success=good, handled=False, auth_data=pair[0] if good else None)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.offered += 1
        if self.gate:
            await self._loop.run_in_executor(None, self.gate.wait, 60)
        answer = self.script.pop(0) if self.script else None
        if answer:
            self.refused_mails.append(envelope.original_content)
            return answer
        transport = server.transport.get_extra_info("ssl_object")
        self.mails.append(
            Mail(
                envelope.mail_from,
                list(envelope.rcpt_tos),
                envelope.original_content,
                session.host_name,
                transport.version() if transport else None,
                session.auth_data,
            )
        )
        return "250 2.0.0 queued as 42"

    def url(self, host="localhost"):
        return f"{'smtps' if self.mode == 'implicit' else 'smtp'}://{host}:{self.port}"

    def wait_for(self, count):
        """The mails, once there are that many."""
        eventually(lambda: len(self.mails) >= count, f"{count} mails", lambda: self.mails)
        return list(self.mails)

    def close(self):
        if self.gate:
            self.gate.set()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
