"""What systemd and linewarden tell each other: start, stop, reload, watchdog, sockets (issue: at home in production, 1)."""

import json
import time

import pytest

import wire
from harness import eventually
from lab import ADMIN, TOKEN, UNIT, WEBHOOK
from test_handover import Steady
from test_receive import request

RESTARTS = 5


def test_its_status_says_how_things_are(service, lab):
    service.start()
    assert lab.show("ActiveState") == "active"
    assert service.status == "0 lines, 0 paused; 0 deliveries pending; no event yet"
    service.deliver(status="FLAGGED")
    service.wait_for_status("1 line, 1 paused; 0 deliveries pending; last event 20")


def test_a_reload_is_taken_or_fails(service, lab):
    service.start()
    lab.systemctl("reload", UNIT)
    service.write_configuration(json.dumps(service.config).replace("listen", "lisen"))
    refused = lab.systemctl("reload", UNIT, check=False)
    assert refused.returncode != 0
    assert lab.show("ActiveState") == "active"
    service.wait_for_status("the new configuration was refused")
    assert any("lisen" in entry["MESSAGE"] for entry in lab.journal())
    service.deliver()
    service.write_configuration(json.dumps(service.config))
    lab.systemctl("reload", UNIT)
    eventually(lambda: "refused" not in service.status, "a status without the refusal")


def test_what_dies_is_started_again(service, lab):
    service.start()
    lab.systemctl("kill", "--kill-whom=main", "--signal=KILL", UNIT)
    service.wait_for("NRestarts", "1")
    service.wait_for("ActiveState", "active")
    service.deliver()


def test_what_was_stopped_stays_stopped(service, lab):
    service.start()
    lab.systemctl("stop", UNIT)
    assert (lab.show("ActiveState"), lab.show("Result"), lab.show("NRestarts")) == ("inactive", "success", "0")


def test_a_long_stop_is_given_its_time(service, lab):
    """A request is being waited for, for longer than TimeoutStopSec= and the watchdog allow, within `stop_timeout`."""
    service.drop_in("[Service]\nTimeoutStopSec=1s\nWatchdogSec=1s\n")
    service.configure(stop_timeout="4s")
    service.start()
    with wire.RawStream(WEBHOOK) as slow:
        slow.send(request()[:-1])
        # It is accepted by the time that another one has been answered.
        service.deliver()
        begun = time.monotonic()
        lab.systemctl("stop", UNIT)
        assert time.monotonic() - begun > 2
    assert lab.show("Result") == "success", lab.log


def test_a_long_start_is_given_its_time(service, lab):
    """The first commit takes longer than TimeoutStartSec= allows."""
    service.drop_in("[Service]\nTimeoutStartSec=1s\n" + service.install_shim())
    service.stall("fdatasync")
    lab.systemctl("start", "--no-block", UNIT)
    service.wait_for("ActiveState", "activating")
    begun = time.monotonic()
    eventually(lambda: time.monotonic() - begun > 3 or lab.show("ActiveState") != "activating", "three seconds")
    assert (lab.show("ActiveState"), lab.show("NRestarts")) == ("activating", "0"), lab.log
    service.unstall()
    service.wait_for("ActiveState", "active")


@pytest.mark.parametrize("call, part", [("accept4", "webhook loop"), ("fdatasync", "ledger")])
def test_a_part_that_hangs_has_it_restarted(service, lab, call, part):
    service.drop_in("[Service]\nWatchdogSec=2s\n" + service.install_shim())
    service.start()
    service.deliver()
    service.stall(call)
    with wire.RawStream(WEBHOOK) as stream:
        stream.send(request())
        service.wait_for("NRestarts", "1")
    service.unstall()
    assert any(f"no answer from: {part}" in entry["MESSAGE"] for entry in lab.journal()), lab.log
    service.wait_for("ActiveState", "active")
    service.deliver()


def test_the_watchdog_is_fed_by_what_only_waits(service, lab):
    """Longer than the watchdog waits, and nothing happens but that."""
    service.drop_in("[Service]\nWatchdogSec=1s\n")
    service.start()
    begun = time.monotonic()
    eventually(lambda: time.monotonic() - begun > 4 or lab.show("NRestarts") != "0", "four seconds")
    assert lab.show("NRestarts") == "0", lab.log


@pytest.fixture
def activated(service, lab):
    """With its sockets held by systemd; not started."""
    service.configure(
        webhook={"listen": ["systemd:webhook"]},
        admin={"listen": ["systemd:admin"], "token": {"env": "LINEWARDEN_ADMIN_TOKEN"}},
    )
    environment = lab.run("cat", "/etc/linewarden/environment").stdout
    lab.write("/etc/linewarden/environment", f'{environment}LINEWARDEN_ADMIN_TOKEN="{TOKEN}"\n', mode="600")
    lab.systemctl("start", "linewarden-webhook.socket", "linewarden-admin.socket")
    return service


def test_the_first_delivery_starts_it(activated, lab):
    assert lab.show("ActiveState") == "inactive"
    activated.deliver(status="FLAGGED")
    assert lab.show("ActiveState") == "active"
    assert wire.ask(ADMIN, "GET", "/readyz").status == 200


def test_a_restart_under_load_refuses_nobody(activated, lab):
    activated.start()
    with Steady(WEBHOOK) as load:
        for _ in range(RESTARTS):
            load.wait_for_more()
            lab.systemctl("restart", UNIT)
        load.wait_for_more()
    assert load.failures == []
    assert lab.show("NRestarts") == "0"


def test_a_reload_asks_the_admin_socket_with_its_token(activated, lab):
    activated.start()
    lab.systemctl("reload", UNIT)
    activated.write_configuration("{")
    assert lab.systemctl("reload", UNIT, check=False).returncode != 0
