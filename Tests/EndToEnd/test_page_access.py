"""The page is for everybody: with a keyboard, a screen reader, a phone, in the dark, and without moving pictures."""

import pytest
from selenium.webdriver.common.keys import Keys

from page_story import CRITICAL, FLAGGED, card, sign
from payloads import LINE, moment, status_event

LOOKS = {"light": {}, "dark": {"colours": "dark"}, "phone": {"width": 360, "height": 740},
         "dark phone": {"width": 360, "height": 740, "colours": "dark"}}


@pytest.fixture(params=LOOKS)
def looking(request, browser, story):
    browser.looks(**LOOKS[request.param], motion="reduce")
    browser.open(story)
    browser.wait_for(lambda: browser.all(f"{card(FLAGGED)} .timeline [data-band]"), "a timeline")
    return browser


def test_it_can_be_used_by_everybody(looking):
    """axe-core finds nothing, in any look and any dialog; nothing scrolls sideways."""
    assert looking.axe() == []
    assert looking.run("return document.documentElement.scrollWidth <= innerWidth")
    looking.click(card(FLAGGED, "line"))
    looking.wait_for(lambda: looking.all("#line .timeline [data-band]"), "a timeline")
    assert looking.axe() == []
    looking.click('#line [data-focus="silence"]')
    assert looking.axe() == []
    wide = "return [...document.querySelectorAll('dialog[open]')].filter((each) => each.scrollWidth > each.clientWidth).length"
    assert looking.run(wide) == 0 and looking.run("return document.documentElement.scrollWidth <= innerWidth")


def test_the_looks_follow_the_person(browser, daemon):
    browser.open(daemon)
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(ground)
    browser.looks(colours="dark")
    assert browser.run(ground) != light
    browser.looks(motion="reduce")
    still = "return [...document.querySelectorAll('*')].every((each) => parseFloat(getComputedStyle(each).transitionDuration) === 0)"
    assert browser.run(still)
    browser.looks()
    assert not browser.run(still)


def test_the_keyboard_reaches_everything(browser, story):
    browser.open(story)
    controls = "return [...document.querySelectorAll('a, button, input')].filter((each) => each.checkVisibility() && !each.closest('dialog')).length"
    reached = browser.tab_round()
    assert len(reached) == browser.run(controls)
    assert all(each["outlined"] for each in reached), [each for each in reached if not each["outlined"]]
    assert reached[0]["name"] == "Skip to the lines"


def test_dialogs_keep_the_focus_and_give_it_back(browser, story):
    browser.open(story)
    opener = card(CRITICAL, "pause")
    browser.run("document.querySelector(arguments[0]).focus()", opener)
    browser.press(Keys.ENTER)
    assert browser.focused() == "order-reason"
    browser.tab_round()
    inside = "return document.getElementById('order').contains(document.activeElement) || document.activeElement === document.body"
    for _ in range(8):
        browser.press(Keys.TAB)
        assert browser.run(inside)
    browser.press(Keys.ESCAPE)
    assert browser.focused() == f"{CRITICAL} pause"
    # The button goes when what it was for is done: the focus moves to its neighbour or heading, never to nowhere.
    browser.press(Keys.ENTER)
    sign(browser, "a test", by="ada")
    browser.wait_for(lambda: not browser.has(opener), "another card")
    assert browser.focused() == "restricted-title"
    browser.run("document.querySelector(arguments[0]).focus()", card(FLAGGED, "line"))
    browser.press(Keys.ENTER)
    browser.wait_for(lambda: browser.focused() == "line-title", "the line")
    assert browser.run("return location.hash") == f"#line={FLAGGED}"
    browser.press(Keys.ESCAPE)
    browser.wait_for(lambda: browser.focused() == f"{FLAGGED} line", "the focus back")


def test_the_focus_stays_while_things_change(browser, daemon):
    daemon.accept(status_event(status="FLAGGED", changed_at=moment(0)))
    browser.open(daemon)
    browser.find(card(LINE, "silence"))
    browser.run("document.querySelector(arguments[0]).focus()", card(LINE, "silence"))
    daemon.accept(status_event(status="FLAGGED", reputation="CRITICAL", changed_at=moment(1)))
    daemon.accept(status_event(line="+12015550000", status="FLAGGED"))
    browser.wait_for_text(card(LINE), "CRITICAL")
    browser.find(card("+12015550000"))
    assert browser.focused() == f"{LINE} silence"
