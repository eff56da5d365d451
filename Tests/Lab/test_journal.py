"""The journal has fields, not lines (issue: at home in production, 3)."""

import json
import re

from harness import eventually
from lab import DEPLOY, UNIT
from payloads import LINE

# As in Sources/Daemon/Log/LogKind.swift: operators have it in their alarms.
LINE_DECIDED = "d14a5d831a5147f495e1b0e20b1b5c06"


def decisions(lab):
    return lab.journal(f"MESSAGE_ID={LINE_DECIDED}")


def test_a_decision_can_be_found_by_what_it_is_about(service, lab):
    service.start()
    service.deliver(status="FLAGGED", event_id="evt_lab_1")
    entries = eventually(lambda: decisions(lab), "the decision in the journal", lambda: lab.log)
    assert len(entries) == 1
    entry = entries[0]
    assert entry["MESSAGE"].startswith(f"{LINE} is paused: status is FLAGGED")
    assert entry["PRIORITY"] == "5" and entry["SYSLOG_IDENTIFIER"] == "linewarden"
    assert entry["LINEWARDEN_LINE"] == LINE and entry["LINEWARDEN_EVENT_ID"] == "evt_lab_1"
    assert entry["LINEWARDEN_INCIDENT"].startswith("inc_") and entry["LINEWARDEN_TRACE_ID"]
    assert entry["_TRANSPORT"] == "journal" and entry["_SYSTEMD_UNIT"] == UNIT
    told = lab.journal(f"LINEWARDEN_INCIDENT={entry['LINEWARDEN_INCIDENT']}", "LINEWARDEN_HOOK=gate")
    assert [each["MESSAGE"] for each in told] == ["delivered line.paused"]


def test_nothing_is_written_for_a_request_that_changes_nothing(service, lab):
    service.start()
    service.deliver(status="ACTIVE", reputation="HEALTHY")
    before = len(lab.journal())
    for _ in range(50):
        service.deliver(status="ACTIVE", reputation="HEALTHY")
    service.deliver(status="FLAGGED")
    eventually(lambda: decisions(lab), "the decision in the journal")
    extra = [entry["MESSAGE"] for entry in lab.journal()[before:]]
    assert len(extra) <= 2, extra


def test_all_lines_of_a_life_have_their_kind(service, lab):
    service.start()
    lab.systemctl("reload", UNIT)
    lab.systemctl("stop", UNIT)
    entries = [entry for entry in lab.journal() if entry.get("_COMM") == "linewarden" and "MESSAGE" in entry]
    messages = [entry["MESSAGE"] for entry in entries if entry["_TRANSPORT"] == "journal"]
    assert [message.split(":")[0].split(" /")[0] for message in messages] == [
        "webhook listens on 127.0.0.1", "admin listens on 127.0.0.1", "ready", "reloaded", "stopping", "stopped",
    ]
    assert all("MESSAGE_ID" in entry for entry in entries if entry["_TRANSPORT"] == "journal")


def test_json_lines_are_written_where_they_are_wanted(service, lab):
    start = re.search(r"^ExecStart=(.*)", (DEPLOY / UNIT).read_text(), re.MULTILINE)[1]
    service.drop_in(f"[Service]\nExecStart=\nExecStart={start} --log-format json\n")
    service.start()
    ready = [entry for entry in lab.journal() if '"kind":"ready"' in entry["MESSAGE"]]
    assert len(ready) == 1 and ready[0]["PRIORITY"] == "5" and ready[0]["_TRANSPORT"] == "stdout"
    assert json.loads(ready[0]["MESSAGE"])["level"] == "notice"


def test_a_journal_that_stalls_holds_up_nobody(service, lab):
    """More lines than the socket's queue takes, while journald does nothing: events are acknowledged all the same."""
    service.start()
    room = int(lab.run("cat", "/proc/sys/net/unix/max_dgram_qlen").stdout)
    count = room + 200
    journald = lab.show("MainPID", "systemd-journald.service")
    lab.run("kill", "-STOP", journald)
    try:
        for number in range(count):
            service.deliver(line=f"+1202555{1000 + number}", status="FLAGGED")
    finally:
        lab.run("kill", "-CONT", journald)
    eventually(lambda: len(decisions(lab)) == count, "every decision in the journal", lambda: len(decisions(lab)))
