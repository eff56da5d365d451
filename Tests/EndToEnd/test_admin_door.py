"""Nobody gets in (issue 3, point 5): the admin listener's door, what the webhook listener does not serve, secrets."""

import copy
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

import harness
import wire
from harness import PATH, Daemon, cli, configuration, eventually, http_hook
from payloads import LINE, OTHER_SECRET, SECRET, signed, status_event
from sink import HOOK_SECRET, Reply

TOKEN = "correct-horse-battery-staple-0123456789"
PATHS = ["/metrics", "/v1/status", "/v1/lines", f"/v1/lines/{LINE}", f"/v1/gate/{LINE}", "/v1/nonsense"]
# Holds no data, and asks for the token itself.
PAGE = "/"


@pytest.fixture
def locked(make_daemon):
    """A daemon whose admin listener wants a token."""
    admin = {"listen": ["127.0.0.1:0"], "token": {"env": "ADMIN_TOKEN"}}
    return make_daemon(admin=admin, env={"ADMIN_TOKEN": TOKEN}).start()


def ask(daemon, path, method="GET", body=None, **headers):
    """Asks the admin listener; header names are written with underscores."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return wire.ask(daemon.admin, method, path, body, headers)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


# --- where it listens -----------------------------------------------------------------------------

OPEN = ["0.0.0.0:8081", "[::]:8081", "192.0.2.1:8081", "10.0.0.1:8081", "[2001:db8::1]:8081", "systemd:admin"]
LOCAL = ["127.0.0.1:8081", "127.9.9.9:8081", "[::1]:8081", "unix:/run/linewarden/admin.sock"]


def check(directory, config, *options, **env):
    file = directory / "config.json"
    file.write_text(json.dumps(config, indent=2))
    return cli("check", "--config", file, *options, **env)


@pytest.mark.parametrize("address", OPEN)
def test_other_machines_need_a_token(directory, address):
    config = configuration(directory, admin={"listen": ["127.0.0.1:8082", address]})
    result = check(directory, config)
    assert result.returncode == 78
    assert re.search(rf"config\.json:\d+:\d+: admin\.listen: .*{re.escape(address)}.*admin\.token", result.stderr)
    config["admin"]["token"] = {"env": "ADMIN_TOKEN"}
    assert check(directory, config, ADMIN_TOKEN=TOKEN).returncode == 0


def test_the_daemon_does_not_start_either(make_daemon):
    daemon = make_daemon(admin={"listen": ["0.0.0.0:0"]})
    daemon.launch()
    assert daemon.process.wait() == 78
    assert "admin.token" in daemon.log


@pytest.mark.parametrize("address", LOCAL)
def test_the_machine_itself_needs_none(directory, address):
    assert check(directory, configuration(directory, admin={"listen": [address]})).returncode == 0


@pytest.mark.parametrize("token", ["", "\n"])
def test_an_empty_token_is_none(directory, token):
    config = configuration(directory, admin={"listen": ["0.0.0.0:8081"], "token": {"file": f"{directory}/token"}})
    (directory / "token").write_text(token)
    assert check(directory, config).returncode == 78


# --- the token ------------------------------------------------------------------------------------

WRONG = {
    "none": {},
    "another": bearer("x" * len(TOKEN)),
    "too short": bearer(TOKEN[:-1]),
    "too long": bearer(TOKEN + "x"),
    "a beginning": bearer(TOKEN[:5]),
    "empty": bearer(""),
    "very long": bearer("x" * 20_000),
    "in another case": bearer(TOKEN.upper()),
    "the token alone": {"Authorization": TOKEN},
    "another scheme": {"Authorization": f"Basic {TOKEN}"},
    "in a cookie": {"Cookie": f"token={TOKEN}"},
}


@pytest.mark.parametrize("name", WRONG)
def test_without_the_right_token(locked, name):
    for path in PATHS:
        answer = ask(locked, path, **WRONG[name])
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json["error"] == "unauthorized"
        assert TOKEN not in answer.text
    assert ask(locked, PAGE, **WRONG[name]).status == 200
    assert ask(locked, "/v1/reload", "POST", **WRONG[name]).status == 401
    assert "reloaded" not in locked.log


def test_with_the_right_token(locked):
    for scheme in ("Bearer", "bearer", "BEARER"):
        for path in PATHS:
            assert ask(locked, path, Authorization=f"{scheme} {TOKEN}").status != 401
    assert ask(locked, "/metrics", **bearer(TOKEN)).status == 200
    assert ask(locked, "/v1/reload", "POST", **bearer(TOKEN)).status == 200


def test_probes_need_no_token(locked):
    """And learn nothing that needs one."""
    locked.accept(status_event(status="FLAGGED"))
    for path in ("/healthz", "/readyz"):
        answer = ask(locked, path)
        assert answer.status == 200 and LINE not in answer.text


def test_commands_with_and_without_the_token(locked):
    denied = cli("status", "--admin", locked.admin_url)
    assert denied.returncode == 1 and "token" in denied.stderr
    assert cli("status", "--admin", locked.admin_url, "--token", TOKEN).returncode == 0
    assert cli("reload", "--admin", locked.admin_url, LINEWARDEN_ADMIN_TOKEN=TOKEN).returncode == 0


def test_a_new_token_holds_from_the_reload_on(make_daemon, directory):
    (directory / "token").write_text(TOKEN)
    daemon = make_daemon(admin={"listen": ["127.0.0.1:0"], "token": {"file": f"{directory}/token"}}).start()
    (directory / "token").write_text("another-token\n")
    assert ask(daemon, "/v1/reload", "POST", **bearer(TOKEN)).status == 200
    assert ask(daemon, "/v1/status", **bearer(TOKEN)).status == 401
    assert ask(daemon, "/v1/status", **bearer("another-token")).status == 200


# --- browsers -------------------------------------------------------------------------------------


@pytest.fixture
def named(make_daemon):
    """A daemon without a token that may be asked under a name, too."""
    return make_daemon(admin={"listen": ["127.0.0.1:0"], "hosts": ["Linewarden.Internal"]}).start()


STRANGE_HOSTS = [
    "evil.example", "evil.example:8081", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1.nip.io:8081",
    "linewarden.internal.evil.example", "xlocalhost", "",
]  # fmt: skip
OWN_HOSTS = [
    "localhost", "LOCALHOST:8081", "127.0.0.1", "127.0.0.1:8081", "[::1]", "[::1]:8081", "192.0.2.7",
    "linewarden.internal", "LINEWARDEN.INTERNAL:8081",
]  # fmt: skip


@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_a_page_that_was_rebound_is_turned_away(named, host):
    """DNS rebinding: the page's name leads to 127.0.0.1 by now, but it is still the page's name that is sent."""
    for path in [*PATHS, PAGE]:
        answer = ask(named, path, Host=host)
        assert (answer.status, answer.json["error"]) == (421, "wrong_host")
    assert ask(named, "/v1/reload", "POST", Host=host).status == 421
    assert "reloaded" not in named.log


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_its_own_names(named, host):
    assert ask(named, "/v1/status", Host=host).status == 200


def test_a_target_in_absolute_form_is_judged_by_its_own_host(named):
    """RFC 9112, section 3.2.2: then Host says nothing."""
    with wire.RawStream(named.admin) as stream:
        stream.send(b"GET http://evil.example/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert stream.answer().status == 421


ORIGINS = [
    "https://evil.example", "http://evil.example:8081", "null", "http://localhost:1", "file://",
    "http://localhost.evil.example",
]  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_page_of_another_origin_changes_nothing(named, origin):
    for host in ("localhost", named.admin):
        answer = ask(named, "/v1/reload", "POST", Host=host, Origin=origin)
        assert (answer.status, answer.json["error"]) == (403, "cross_origin")
    assert "reloaded" not in named.log


def test_its_own_origin_and_programs_may(named):
    assert ask(named, "/v1/reload", "POST", Host="localhost:8081", Origin="http://localhost:8081").status == 200
    assert ask(named, "/v1/reload", "POST").status == 200


def test_no_page_may_ask_for_leave(named):
    """No preflight is ever answered with consent."""
    answer = ask(
        named, "/v1/reload", "OPTIONS", Origin="https://evil.example", Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization",
    )  # fmt: skip
    assert answer.status in (403, 405)
    assert not any(name.startswith("access-control-") for name in answer.headers)


SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def assert_safe(answer):
    # The page may be kept, but is asked about each time.
    is_page = answer.status in (200, 304) and "etag" in answer.headers
    for name, value in (SAFE | ({"cache-control": "no-cache"} if is_page else {})).items():
        assert answer.headers.get(name) == value, (answer.status, name)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy


def test_every_answer_is_safe_in_a_browser(locked):
    for headers in ({}, bearer(TOKEN)):
        for path in [*PATHS, PAGE, "/healthz", "/readyz"]:
            for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
                assert_safe(ask(locked, path, method, **headers))


BROKEN = {
    "bad request": b"nonsense\r\n\r\n",
    "no host": b"GET /v1/status HTTP/1.1\r\n\r\n",
    "too long a line": b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
    "too large a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
    "too large a body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_refusals_of_the_parser_are_safe_in_a_browser(daemon, name):
    with wire.RawStream(daemon.admin) as stream:
        stream.send(BROKEN[name])
        answer = stream.answer()
        assert answer.status >= 400
        assert_safe(answer)


# --- the webhook listener -------------------------------------------------------------------------


def test_the_webhook_listener_serves_nothing_else(daemon):
    daemon.accept(status_event(status="FLAGGED"))
    odd = ["/v1", "/healthz/", "/HEALTHZ", "/..;/metrics", f"{PATH}/../../metrics"]
    for path in [*PATHS, *odd, "/readyz", "/v1/reload"]:
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = wire.ask(daemon.webhook, method, path)
            assert answer.status == 404, (method, path, answer)
            assert LINE not in answer.text
    assert "reloaded" not in daemon.log
    assert wire.ask(daemon.webhook, "GET", "/healthz").json == {"status": "ok"}
    assert wire.ask(daemon.webhook, "POST", "/healthz").status == 405


def test_answers_do_not_tell_what_runs_here(daemon):
    """No name and no version for those who look for what they know a hole in."""
    others = [wire.ask(daemon.webhook, "GET", path) for path in ("/", PATH, "/healthz")]
    for answer in [daemon.deliver(status_event()), *others]:
        assert "server" not in answer.headers and "x-powered-by" not in answer.headers


# --- secrets --------------------------------------------------------------------------------------

SLACK_PATH = "/services/T00000000/B00000000/verysecretslackpath"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def talkative(make_daemon, make_sink):
    """A daemon with every kind of secret that logs all that it can, and whose hooks fail in every manner."""
    script = [Reply(500, b"no"), Reply(404, b"no_service"), Reply(401, b"")]
    broken = make_sink(script=script, default=Reply(503, b"busy"))
    retry = {"first": "20ms", "max": "50ms"}
    base = broken.url.removesuffix("/hook")
    hooks = {
        "sender": http_hook(broken) | {"retry": retry},
        "ops": {"type": "slack", "url": {"env": "SLACK_URL"}, "retry": retry},
        "oncall": {"type": "pagerduty", "routing_key": {"env": "PD_KEY"}, "url": broken.url, "retry": retry},
        "gone": {"type": "slack", "url": {"env": "GONE_URL"}, "retry": retry},
    }
    routes = [{"name": "all", "on": ["FLAGGED"], "pause": ["sender"], "page": ["ops", "oncall", "gone"]}]
    daemon = make_daemon(
        hooks=hooks,
        routes=routes,
        alerts={"page": ["ops"]},
        admin={"listen": ["127.0.0.1:0"], "token": {"env": "ADMIN_TOKEN"}},
        env={
            "ADMIN_TOKEN": TOKEN,
            "SLACK_URL": base + SLACK_PATH,
            "GONE_URL": "http://127.0.0.1:1" + SLACK_PATH,
            "PD_KEY": ROUTING_KEY,
        },
        arguments=("--log-level", "debug"),
    )
    daemon.sink = broken
    return daemon


def secrets():
    """All of them, with and without what stands before the secret part."""
    whole = [SECRET, HOOK_SECRET, TOKEN, SLACK_PATH, ROUTING_KEY]
    return whole + [SECRET.removeprefix("whsec_"), HOOK_SECRET.removeprefix("whsec_"), "verysecretslackpath"]


def assert_silent(text, where):
    for secret in secrets():
        assert secret not in text, f"a secret in {where}:\n{text}"


def test_secrets_are_never_shown(talkative):
    """Not when hooks fail, not when deliveries are refused, not on reloads good and bad."""
    daemon = talkative.start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.sink.wait_for(8)
    daemon.deliver(status_event(), secret=OTHER_SECRET)
    daemon.process.wait_for_log("refused a delivery")
    daemon.post(b"{}", {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1," + SECRET[6:]})
    daemon.post(*signed(b"nonsense"))
    pages = [ask(daemon, path, **bearer(TOKEN)).text for path in [*PATHS, "/readyz", f"/v1/lines/{LINE}"]]
    pages += [ask(daemon, path, **WRONG["too long"]).text for path in PATHS]
    config = copy.deepcopy(daemon.config)
    config["hooks"]["oncall"]["routing_keys"] = config["hooks"]["ops"]["urls"] = {"env": "PD_KEY"}
    daemon.write(config)
    pages.append(answer := ask(daemon, "/v1/reload", "POST", **bearer(TOKEN)).text)
    assert "routing_keys" in answer
    daemon.process.wait_for_log("keeps the old configuration")
    daemon.write(daemon.config)
    pages.append(ask(daemon, "/v1/reload", "POST", **bearer(TOKEN)).text)
    daemon.process.wait_for_log("reloaded")
    assert any(LINE in page for page in pages) and harness.DELIVERIES in "".join(pages)
    assert daemon.stop() == 0
    for page in pages:
        assert_silent(page, "an answer")
    assert_silent(daemon.log, "the log")
    assert_silent("\n".join(daemon.process.output), "the output")


@pytest.mark.parametrize("manner", ["good", "bad"])
@pytest.mark.parametrize("form", ["env", "literal"])
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_check_shows_no_secret(talkative, directory, options, form, manner):
    """Nor does it when secrets stand in the file itself, or where they do not belong."""
    config = copy.deepcopy(talkative.config)
    if form == "literal":
        config["webhook"]["endpoints"][0]["secrets"] = [SECRET]
        config["hooks"]["sender"]["secret"] = HOOK_SECRET
        config["hooks"]["ops"]["url"] = f"http://127.0.0.1:1{SLACK_PATH}"
        config["hooks"]["oncall"]["routing_key"] = ROUTING_KEY
        config["admin"]["token"] = TOKEN
    if manner == "bad":
        config["hooks"]["oncall"]["routing_kee"] = config["hooks"]["oncall"].pop("routing_key")
        config["hooks"]["gone"]["url"] = f"ftp://127.0.0.1{SLACK_PATH}"
        config["webhook"]["endpoints"][0]["secrets"].append(SECRET + "!")
        config["hooks"]["sender"]["secret"] = HOOK_SECRET + "!"
    result = check(directory, config, *options, **talkative.env)
    assert result.returncode == (0 if manner == "good" else 78), result.stderr
    assert_silent(result.stdout + result.stderr, "what check says")


def test_commands_show_no_secret(talkative):
    daemon = talkative.start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.sink.wait_for(6)
    for command in (["status"], ["lines"], ["status", "--json"], ["lines", "--json"]):
        result = cli(*command, "--admin", daemon.admin_url, LINEWARDEN_ADMIN_TOKEN=TOKEN)
        # A hook of this daemon is broken, which status says by its exit code too.
        assert result.returncode in (0, 1)
        assert_silent(result.stdout + result.stderr, command)


def test_the_ledger_keeps_no_secret(talkative):
    """It is copied for backups."""
    daemon = talkative.start()
    daemon.accept(status_event(status="FLAGGED"))
    daemon.sink.wait_for(6)
    assert daemon.stop() == 0
    everything = b"".join(file.read_bytes() for file in daemon.state.iterdir() if file.is_file())
    for secret in (SECRET, HOOK_SECRET, TOKEN, "verysecretslackpath", SECRET[6:], HOOK_SECRET[6:]):
        assert secret.encode() not in everything


# --- memory ---------------------------------------------------------------------------------------

NOBODY = 65_534


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    # As generous as an administrator could be who wants to see crashes.
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


@pytest.fixture
def home():
    """A directory of nobody's, with the daemon in it: the one it was built in need not be open to everybody."""
    if os.geteuid() != 0:
        pytest.skip("only root can start a process as somebody else")
    home = Path(tempfile.mkdtemp(prefix="lw-"))
    shutil.copy(harness.BINARY, home / "linewarden")
    os.chown(home, NOBODY, NOBODY)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def unprivileged(home, monkeypatch):
    """A daemon that runs as nobody."""
    monkeypatch.setattr(harness, "BINARY", str(home / "linewarden"))
    daemon = Daemon(home, configuration(home), prepare=become_nobody)
    try:
        yield daemon.start()
    finally:
        daemon.end()


@pytest.fixture
def ordinary(home):
    """A process that runs as nobody, too, and hides nothing: what is refused elsewhere must be granted here."""
    process = subprocess.Popen(["sleep", "60"], preexec_fn=become_nobody, cwd=home)
    yield process
    process.kill()
    process.wait()


def can_read(file):
    """Whether another process of nobody's can."""
    return subprocess.run(["head", "-c", "1", file], preexec_fn=become_nobody, capture_output=True).returncode == 0


@pytest.mark.parametrize("file", ["maps", "environ", "auxv", "fd/0", "smaps"])
def test_memory_is_closed_to_processes_of_the_same_user(unprivileged, ordinary, file):
    """PR_SET_DUMPABLE is off: then such files belong to root (proc(5)), and nobody may trace it (ptrace(2))."""
    wait_until_executed(ordinary)
    if file != "fd/0":
        assert can_read(f"/proc/{ordinary.pid}/{file}")
    assert f"\nUid:\t{NOBODY}\t" in Path(f"/proc/{unprivileged.pid}/status").read_text()
    assert os.stat(f"/proc/{unprivileged.pid}/maps").st_uid == 0
    assert not can_read(f"/proc/{unprivileged.pid}/{file}")


def test_a_crash_leaves_no_core(unprivileged, ordinary):
    """Where the system makes core files at all, which another process shows."""
    wait_until_executed(ordinary)
    if ending(ordinary) != os.CLD_DUMPED:
        pytest.skip("this machine makes no core files")
    assert ending(unprivileged.process.popen) == os.CLD_KILLED
    unprivileged.process.wait()
    # Its violent end was wanted.
    unprivileged.runs.clear()


def wait_until_executed(process):
    """A process is Python until it has become what it was started for."""
    eventually(lambda: os.readlink(f"/proc/{process.pid}/exe").endswith("sleep"), "the process")


def ending(process):
    """How a process ends when it crashes: CLD_KILLED, or CLD_DUMPED when it leaves a core."""
    process.send_signal(signal.SIGABRT)
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT).si_code


def test_memory_stays_closed_after_a_reload(unprivileged):
    assert cli("reload", "--admin", unprivileged.admin_url).returncode == 0
    assert os.stat(f"/proc/{unprivileged.pid}/maps").st_uid == 0
