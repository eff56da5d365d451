"""Debian's nginx and Caddy in front of a daemon, each in a directory of its own, ended by its process and no other."""

import os
import random
import re
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

from harness import DEADLINE, REPOSITORY, eventually


def readme_blocks(language):
    """The README's blocks in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (REPOSITORY / "README.md").read_text(), re.M | re.S)


def readme_block(language):
    """The one of them."""
    blocks = readme_blocks(language)
    assert len(blocks) == 1, f"one block of {language} in the README"
    return blocks[0]


def adapt(text, **names):
    """Replaces texts that must be there; keys are only names for people."""
    for old, new in names.values():
        assert old in text, f"the README does not say {old!r} any more"
        text = text.replace(old, str(new))
    return text


def free_port():
    """A port that nobody has, outside the range from which the kernel serves others meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Proxy:
    """A proxy's process; `addresses` are where it listens, and say when it has started."""

    def __init__(self, command, addresses, environment=None):
        # Where Debian keeps servers is not in everybody's PATH.
        program = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, f"{command[0]} is not installed; Tests/run does that"
        self.log = Path(command[-1]).with_suffix(".output")
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [program, *map(str, command[1:])],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
            )
        for address in addresses:
            eventually(lambda: self._listens(address), f"{command[0]} at {address}", self.log.read_text)

    def _listens(self, address):
        assert self._process.poll() is None, f"it ended:\n{self.log.read_text()}"
        try:
            if address.startswith("unix:"):
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(address.removeprefix("unix:"))
            else:
                host, port = address.split(":")
                socket.create_connection((host, int(port))).close()
            return True
        except OSError:
            return False

    def end(self):
        self._process.terminate()
        try:
            self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


NGINX = """
daemon off;
# One process, which is all that has to be ended.
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 500; }}
http {{
    log_format counted '$status $upstream_status "$request"';
    access_log {directory}/access.log counted;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{servers}
}}
"""


def nginx(directory, servers, addresses):
    """Runs nginx with these `server` and `upstream` blocks."""
    file = Path(directory) / "nginx.conf"
    file.write_text(NGINX.format(directory=directory, servers=servers))
    return Proxy(["nginx", "-e", f"{directory}/error.log", "-c", file], addresses)


# What surrounds a site so that nothing of the machine is touched: no ports of its own, no trust store, no home.
CADDY = """{{
    admin off
    skip_install_trust
    auto_https disable_redirects
    https_port {port}
}}
"""


def caddy(directory, site, port):
    """Runs Caddy with this site for localhost; gives it, and what its clients trust."""
    file = Path(directory) / "Caddyfile"
    file.write_text(CADDY.format(port=port) + site)
    home = {"HOME": str(directory), "XDG_DATA_HOME": f"{directory}/data", "XDG_CONFIG_HOME": f"{directory}/config"}
    proxy = Proxy(
        ["caddy", "run", "--adapter", "caddyfile", "--config", file],
        [f"127.0.0.1:{port}"],
        home | {"PATH": "/usr/bin:/bin"},
    )
    root = Path(directory) / "data/caddy/pki/authorities/local/root.crt"
    eventually(root.exists, "Caddy's own authority", proxy.log.read_text)
    client = ssl.create_default_context(cafile=str(root))
    # It listens before it has a certificate to show.
    eventually(lambda: _shakes_hands(client, port), "Caddy's certificate", proxy.log.read_text)
    return proxy, client


def _shakes_hands(client, port):
    try:
        with socket.create_connection(("127.0.0.1", port)) as stream:
            client.wrap_socket(stream, server_hostname="localhost").close()
        return True
    except OSError:
        return False
