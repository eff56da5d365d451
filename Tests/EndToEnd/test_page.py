"""The page for people, in a real Chromium: what it shows, what can be done with it, and that it does so by itself."""

import json

import pytest
from selenium.webdriver.common.keys import Keys

import page_story
from account import make_account
from harness import http_hook
from page_story import AT_RISK, CRITICAL, FLAGGED, card, sign
from payloads import LINE, OTHER_LINE, moment, status_event
from sink import Reply

TOKEN = "an-admin-token-for-the-page"


# --- what it shows ----------------------------------------------------------------------------------------------------


def test_everything_is_fine(browser, daemon):
    daemon.accept(status_event())
    browser.open(daemon)
    assert browser.text("#verdict-title") == "Everything is fine" and browser.level == "fine"
    assert browser.text("#restricted-none") == "Every line may send."
    assert browser.run("return document.title") == "linewarden"
    assert browser.complaints() == [], "nothing at all, not even of the network"


def test_a_paused_line_appears_and_goes_by_itself(browser, daemon):
    browser.open(daemon)
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    browser.wait_for_text(card(LINE), "Status is FLAGGED")
    browser.wait_for_text("#verdict", "1 line is paused")
    assert "Paused" in browser.text(card(LINE)) and browser.level == "bad"
    assert f"{LINE} is paused: status is FLAGGED" in browser.run("return document.getElementById('news').textContent")
    assert browser.has('#incidents [data-incident]')
    daemon.accept(status_event(status="ACTIVE", changed_at=moment(1)))
    browser.wait_until_gone(card(LINE))
    browser.wait_for_text("#verdict", "Everything is fine")
    assert browser.was_never_loaded_again and browser.complaints() == []


def test_what_is_wrong_is_told(browser, story):
    browser.open(story)
    told = browser.text("#problems")
    for words in ("3 lines are paused", "Hook ops is broken: HTTP 410", "1 line is slowed", "deliveries were given up"):
        assert words in told
    assert browser.text("#verdict-title") == "4 things need attention"
    numbers = browser.run("return [...document.querySelectorAll('#restricted > li')].map((card) => card.dataset.line)")
    assert numbers == [FLAGGED, CRITICAL, page_story.FINE[3], AT_RISK], "paused lines before slowed ones"
    assert "Held by an operator: customer asked us to stop" in browser.text(card(page_story.FINE[3]))
    assert "no_service" in browser.text("#hooks") and "planned migration" in browser.text("#silences")
    assert "Not configured" in browser.text("#linq") and "ada" in browser.text("#audit")
    browser.wait_for(lambda: browser.all("#incidents [data-incident]"), "incidents")
    assert "lasted 1 d 7 h" in browser.text("#incidents"), "an incident of days ago"


def test_linq_is_told_of(browser, make_account):
    daemon = make_account().start()
    browser.open(daemon)
    browser.wait_for_text("#linq", "2 lines")
    assert "Webhook subscription" in browser.text("#linq")


def bands(browser, inside):
    """The values of the bands in a timeline, from left to right, by track."""
    return browser.run(
        """
        const bands = [...document.querySelectorAll(`${arguments[0]} .timeline [data-band]`)].map((band) => {
          const { x, y, width } = band.querySelector("rect").getBBox();
          return { value: band.dataset.band, x, y, right: x + width };
        });
        const rows = [...new Set(bands.map((band) => band.y))].sort((left, right) => left - right);
        return rows.map((row) => bands.filter((band) => band.y === row).sort((left, right) => left.x - right.x));
        """,
        inside,
    )


def values(tracks):
    """Of all bands, one track after another; a picture that is just being drawn has none."""
    return [band["value"] for track in tracks for band in track]


def test_timelines_are_drawn_from_the_evidence(browser, story):
    browser.open(story)
    browser.wait_for(lambda: len(bands(browser, card(FLAGGED))) == 2, "two tracks")
    status, reputation = bands(browser, card(FLAGGED))
    assert values([status]) == ["ACTIVE", "FLAGGED"]
    assert values([reputation]) == ["HEALTHY", "AT_RISK", "HEALTHY", "AT_RISK", "CRITICAL"]
    for track in (status, reputation):
        assert all(0 <= after["x"] - before["right"] < 2 for before, after in zip(track, track[1:])), "no gap"
    # AT_RISK from 9.3 to 6.1 days ago, in a picture of 14.
    width = reputation[-1]["right"] - 78
    assert (reputation[1]["right"] - reputation[1]["x"]) / width == pytest.approx(3.2 / 14, abs=0.01)
    told = browser.attribute(f"{card(FLAGGED)} .timeline", "aria-label")
    assert "Status: ACTIVE from" in told and "then FLAGGED from" in told

    browser.click(card(FLAGGED, "line"))
    browser.wait_for(lambda: len(bands(browser, "#line")) == 3, "three tracks")
    assert values(bands(browser, "#line")[2:]) == ["allowed", "slowed", "allowed", "slowed", "paused"]
    browser.click('#line [data-focus="range-1"]')
    browser.wait_for(lambda: values(bands(browser, "#line")[1:2]) == ["CRITICAL"], "the last day only")
    assert browser.focused().endswith("range-1"), "the focus stays though the picture is drawn anew"


def test_lines_are_found_by_number_and_shown_in_pages(browser, story):
    browser.open(story)
    shown = "return [...document.querySelectorAll('#lines > li')].map((row) => row.dataset.key)"
    browser.wait_for(lambda: len(browser.run(shown)) == 10, "a page")
    browser.write("#number", "+1 512")
    browser.wait_for(lambda: browser.run(shown) == page_story.FINE[:10], "the first page of these")
    browser.click("#lines-more")
    browser.wait_for(lambda: browser.run(shown) == page_story.FINE[10:20], "the second")
    browser.click("#lines-more")
    browser.wait_for(lambda: browser.run(shown) == page_story.FINE[20:], "the last")
    browser.write("#number", FLAGGED)
    browser.wait_for(lambda: browser.run(shown) == [FLAGGED], "the one")
    browser.write("#number", "999")
    browser.wait_for_text("#found", "There are no lines that begin with +999.")


def test_thousands_of_lines_are_never_drawn_at_once(browser, make_daemon, make_sink):
    daemon = make_daemon(hooks={}, routes=[]).start()
    for number in range(60):
        daemon.accept(status_event(line=f"+1303555{number:04d}", status="FLAGGED"))
    browser.open(daemon)
    browser.wait_for_text("#verdict", "60 lines are paused")
    assert len(browser.all("#restricted > li")) == 10
    browser.click("#restricted-more")
    browser.wait_for(lambda: len(browser.all("#restricted > li")) == 30, "20 more")
    assert len(browser.all("#incidents > li")) <= 30 and len(browser.all("#lines > li")) == 10


def test_a_link_leads_to_a_line(browser, story):
    browser.open(story, path=f"/#line={CRITICAL}")
    browser.wait_for_text("#line", "Reputation is CRITICAL")
    trace = json.loads(story.get(f"/v1/lines/{CRITICAL}").text)["evidence"][0]["trace_id"]
    assert trace in browser.text("#line-body")


# --- what can be done -------------------------------------------------------------------------------------------------


def test_pause_and_resume_with_a_reason(browser, daemon):
    daemon.accept(status_event())
    browser.open(daemon)
    browser.click(f'#lines [data-key="{LINE}"] [data-focus="line"]')
    browser.click('#line [data-focus="pause"]')
    browser.click("#order-submit")
    assert daemon.decision(LINE) == "allowed" and browser.has("#order"), "not without a reason"
    sign(browser, "because of a test", by="ada")
    assert daemon.decision(LINE) == "paused"
    browser.wait_for_text("#line-body", "Held by an operator: because of a test")
    browser.press(Keys.ESCAPE)
    browser.wait_for_text(card(LINE), "because of a test")
    browser.click(card(LINE, "resume"))
    assert browser.run("return document.getElementById('order-by').value") == "ada", "the name is remembered"
    sign(browser, "it is over")
    browser.wait_until_gone(card(LINE))
    assert daemon.decision(LINE) == "allowed"
    done = [(each["author"], each["action"], each["reason"]) for each in daemon.get("/v1/audit").json["audit"]]
    assert done == [("ada", "operator.resume", "it is over"), ("ada", "operator.pause", "because of a test")]


def test_a_silence_begins_and_ends(browser, daemon):
    daemon.accept(status_event(status="FLAGGED"))
    browser.open(daemon)
    browser.click(card(LINE, "silence"))
    browser.find("#order-for").send_keys("4 hours")
    sign(browser, "we know", by="ada")
    browser.wait_for_text("#silences", "ada: we know")
    (silence,) = daemon.get("/v1/silences").json["silences"]
    assert (silence["lines"], silence["author"]) == (LINE, "ada")
    browser.click('#silences [data-focus="unsilence"]')
    sign(browser, "enough")
    browser.wait_for_text("#silences-none", "Pages go out")
    assert daemon.get("/v1/silences").json["silences"] == [] and daemon.decision(LINE) == "paused"


def test_a_dead_delivery_is_sent_again(browser, make_daemon, make_sink):
    sink = make_sink(default=Reply(503, b"busy"))
    routes = [{"name": "all", "on": ["FLAGGED"], "page": ["ops"]}]
    daemon = make_daemon(hooks={"ops": http_hook(sink, give_up_after="1s")}, routes=routes).start()
    browser.open(daemon)
    daemon.accept(status_event(status="FLAGGED"))
    # Nothing tells of deliveries but asking again.
    browser.wait_for_text("#dead", "HTTP 503")
    sink.default = Reply(200)
    browser.click('#dead [data-focus="replay"]')
    sign(browser, "it is up again", by="ada")
    daemon.wait_until_delivered(1, hook="ops")
    browser.wait_for_text("#dead-none", "None was given up.")


def test_an_order_that_is_refused_says_why(browser, daemon):
    daemon.accept(status_event(status="FLAGGED"))
    browser.open(daemon)
    browser.click("#silence-new")
    browser.write("#order-lines", "everybody")
    browser.write("#order-reason", "a mistake")
    browser.write("#order-by", "ada")
    browser.click("#order-submit")
    browser.wait_for_text("#order-problem", "Lines is an E.164 number or a prefix")
    assert browser.has("#order")


# --- what may go wrong ------------------------------------------------------------------------------------------------


def test_a_daemon_that_is_away_shows_and_comes_back(browser, make_daemon):
    daemon = make_daemon().start()
    # Again on the same port.
    daemon.config["admin"]["listen"] = [daemon.admin]
    daemon.accept(status_event(status="FLAGGED"))
    browser.open(daemon)
    assert not browser.has("#lost")
    assert daemon.stop() == 0
    browser.wait_for(lambda: browser.has("#lost"), "the sign")
    assert "cannot be reached" in browser.text("#lost") and browser.text("#connection") == "Not connected"
    assert browser.run("return document.title") == "No connection"
    daemon.start()
    daemon.accept(status_event(line=OTHER_LINE, status="FLAGGED"))
    browser.wait_until_gone("#lost")
    browser.wait_until_live()
    browser.wait_for_text(card(OTHER_LINE), "FLAGGED")
    assert browser.was_never_loaded_again


def test_the_token_is_asked_for_and_kept_in_the_tab(browser, make_daemon):
    daemon = make_daemon(
        admin={"listen": ["127.0.0.1:0"], "token": {"env": "ADMIN_TOKEN"}}, env={"ADMIN_TOKEN": TOKEN}
    ).start()
    daemon.accept(status_event(status="FLAGGED"))
    browser.open(daemon, live=False)
    browser.wait_for(lambda: browser.has("#token"), "the question")
    assert LINE not in browser.run("return document.documentElement.outerHTML"), "no data without the token"
    browser.press(Keys.ESCAPE)
    browser.wait_for(lambda: browser.has("#token"), "the question, still")
    browser.write("#token-value", "wrong")
    browser.press(Keys.ENTER)
    browser.wait_for_text("#token-problem", "does not take")
    browser.write("#token-value", TOKEN)
    browser.press(Keys.ENTER)
    browser.wait_until_live()
    browser.wait_for_text(card(LINE), "FLAGGED")
    stored = "return [sessionStorage, localStorage].map((each) => JSON.stringify(each))"
    inside, outside = browser.run(stored)
    assert TOKEN in inside and TOKEN not in outside
    browser.driver.refresh()
    browser.wait_until_live()
    browser.click("#forget")
    browser.wait_for(lambda: browser.has("#token"), "the question again")


def test_nothing_but_its_own_script_runs(browser, daemon):
    """And nothing is fetched from anywhere else, or shown as markup."""
    browser.open(daemon)
    browser.run(
        """
        const script = document.createElement("script");
        script.textContent = "window.injected = true";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<b onclick='window.injected = true' id='trap'>x</b>");
        document.getElementById("trap").click();
        fetch("http://127.0.0.2:1/").catch(() => (window.refused = true));
        """
    )
    browser.wait_for(lambda: browser.run("return window.refused"), "a refusal")
    assert not browser.run("return window.injected ?? false")
    said = browser.complaints()
    assert sum("Content Security Policy" in each for each in said) >= 3, said


def test_what_people_and_linq_write_is_never_markup(browser, daemon):
    hostile = "<img src=x onerror=window.injected=1>"
    daemon.accept(status_event(status=hostile))
    daemon.order("POST", f"/v1/lines/{OTHER_LINE}/pause", {"reason": hostile, "by": hostile})
    browser.open(daemon)
    browser.wait_for_text(card(OTHER_LINE), hostile)
    browser.wait_for_text(card(LINE), hostile)
    browser.click(card(LINE, "line"))
    browser.wait_for_text("#line-body", hostile)
    assert browser.all("img") == [] and browser.complaints() == []


def test_the_page_is_kept_until_it_changes(daemon):
    first = daemon.get("/")
    assert first.status == 200 and first.headers["content-type"] == "text/html; charset=utf-8"
    again = daemon.get("/", **{"If-None-Match": first.headers["etag"]})
    assert again.status == 304 and again.body == b""
    assert daemon.get("/", **{"If-None-Match": '"another"'}).status == 200
    policy = first.headers["content-security-policy"]
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "default-src 'none'" in policy


def test_every_source_of_the_page_stays_at_home(daemon):
    text = daemon.get("/").text
    outside = [word for word in ("https://", "http://", "//cdn", "@import", "url(http") if word in text]
    # The name of SVG is no address.
    assert text.count("http://") == text.count("http://www.w3.org/2000/svg") and set(outside) <= {"http://"}
