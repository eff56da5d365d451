"""Certificates as an authority on the internet makes them: a root that clients trust, an intermediate, a server's own.

Made by the openssl command, so that the daemon is judged by files it has no part in.
"""

import os
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from faults import WallClock

KINDS = {"rsa": ["rsa:2048"], "ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]}
EXTENSIONS = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, DNS:hooks.example.com, IP:127.0.0.1
"""


@dataclass
class Pair:
    """A server's chain and key."""

    certificate: Path
    key: Path

    @property
    def settings(self):
        """As `webhook.tls` names them."""
        return {"certificate": str(self.certificate), "key": str(self.key)}

    @property
    def der(self):
        """The server's own certificate, as a client gets to see it."""
        own = self.certificate.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
        return ssl.PEM_cert_to_DER_cert(own)

    def replace(self, other):
        """Takes over another pair, as a renewal does."""
        self.certificate.write_bytes(other.certificate.read_bytes())
        self.key.write_bytes(other.key.read_bytes())


class Authority:
    """Signs with an intermediate certificate: only a server that shows its whole chain is believed."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.root = self.directory / "root.pem"
        self._count = 0
        (self.directory / "openssl.cnf").write_text(EXTENSIONS)
        self._make("root", "linewarden's tests", None, 3650)
        self._make("intermediate", "linewarden's tests, intermediate", "root", 3650)

    def issue(self, kind="ecdsa", days=90, age=0):
        """A new pair, made `age` days ago; the chain has the intermediate, and not the root."""
        self._count += 1
        name = f"server{self._count}"
        own = self._make(name, "localhost", "intermediate", days, kind, "server", age)
        chain = self.directory / f"{name}-chain.pem"
        chain.write_bytes(own.certificate.read_bytes() + (self.directory / "intermediate.pem").read_bytes())
        return Pair(chain, own.key)

    def client(self, alpn=None, version=None):
        """What a client that trusts the root speaks; `version` is the only one then."""
        context = ssl.create_default_context(cafile=str(self.root))
        if alpn:
            context.set_alpn_protocols(alpn)
        if version:
            # OpenSSL itself refuses what is older than 1.2 at its usual level; the server shall be the one to do so.
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        return context

    def _make(self, name, subject, signer, days, kind="ecdsa", extensions=None, age=0):
        pair = Pair(self.directory / f"{name}.pem", self.directory / f"{name}.key")
        command = ["openssl", "req", "-x509", "-new", "-nodes", "-newkey", *KINDS[kind], "-days", str(days)]
        command += ["-config", self.directory / "openssl.cnf", "-extensions", extensions or name]
        command += ["-subj", f"/CN={subject}", "-keyout", pair.key, "-out", pair.certificate]
        if signer:
            command += ["-CA", self.directory / f"{signer}.pem", "-CAkey", self.directory / f"{signer}.key"]
        env = dict(os.environ)
        if age:
            clock = WallClock(self.directory)
            clock.set(-age * 86_400)
            env |= clock.env
        subprocess.run(list(map(str, command)), check=True, capture_output=True, env=env)
        return pair
