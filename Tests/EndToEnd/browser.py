"""A real Chromium, headless, that shows the page of a daemon as people see it."""

import shutil
import tempfile
from importlib.resources import files

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from harness import eventually

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
# What a browser may be refused by a daemon that is away or wants its token; it says so in the console by itself.
NETWORK = "Failed to load resource"


class Browser:
    """One window; ends with `close`."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="lw-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in [*ARGUMENTS, f"--user-data-dir={self.profile}"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        # Named, so that nothing is looked for on the network.
        self.driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        self.driver.set_script_timeout(30)

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def looks(self, width=1280, height=900, colours="light", motion="no-preference"):
        """The size of the window, and what the person prefers."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = {"prefers-color-scheme": colours, "prefers-reduced-motion": motion}
        media = [{"name": name, "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})

    def open(self, daemon, path="/", live=True):
        """Loads the page and waits until it is live."""
        self.driver.get("about:blank")
        self.complaints()
        self.url = daemon.admin_url + path
        self.driver.get(self.url)
        # A reload would lose it.
        self.run("window.marker = 'the same document'")
        return self.wait_until_live() if live else self

    def wait_until_live(self):
        self.wait_for(lambda: self.text("#connection") == "Live" and self.level != "wait", "a live page")
        return self

    @property
    def was_never_loaded_again(self):
        return self.run("return window.marker") == "the same document"

    @property
    def level(self):
        return self.attribute("#verdict", "data-level")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector):
        """The first element that is there, which may have to come."""
        return self.wait_for(lambda: next(iter(self.all(selector)), None), selector)

    def has(self, selector):
        """Whether there is one that can be seen."""
        return bool(self.run(SEEN, selector))

    def text(self, selector):
        """What can be read in the first such element; nothing when there is none."""
        return self.run("return document.querySelector(arguments[0])?.innerText.trim() ?? ''", selector)

    def attribute(self, selector, name):
        return self.run("return document.querySelector(arguments[0])?.getAttribute(arguments[1])", selector, name)

    def wait_for(self, condition, what):
        return eventually(condition, what, self.report)

    def wait_for_text(self, selector, words):
        self.wait_for(lambda: words in self.text(selector), f"{words!r} in {selector}")

    def wait_until_gone(self, selector):
        self.wait_for(lambda: not self.has(selector), f"{selector} gone")

    def report(self):
        said = self.driver.get_log("browser")
        return f"{self.run('return document.body.innerText')}\n{said}"

    def click(self, selector):
        """Clicks what may be drawn anew while it is looked for."""

        def clicked():
            try:
                self.find(selector).click()
                return True
            except StaleElementReferenceException:
                return False

        self.wait_for(clicked, f"a click on {selector}")

    def write(self, selector, text):
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        """How the control with the focus would be found again."""
        return self.run(NAMED, self.run("return document.activeElement"))

    def tab_round(self, limit=200):
        """Every control that Tab leads to, in order, until it begins again."""
        seen = []
        while len(seen) < limit:
            self.press(Keys.TAB)
            at = self.run(FOCUS)
            if at is None or seen and at["number"] == seen[0]["number"]:
                return seen
            seen.append(at)
        raise AssertionError(f"Tab never comes back: {seen}")

    def complaints(self, without=()):
        """What the console says since the last time, without what holds one of these."""
        said = [entry["message"] for entry in self.driver.get_log("browser")]
        return [each for each in said if not any(words in each for words in without)]

    def axe(self):
        """What axe-core finds, each with the elements it is about."""
        if not self.run("return 'axe' in window"):
            self.run(files("axe_core_python").joinpath("axe.min.js").read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
        script = "axe.run({runOnly: arguments[0]}).then(arguments[1])"
        found = self.driver.execute_async_script(script, tags)["violations"]
        return [(each["id"], [f"{node['html'][:150]} {node['failureSummary']}" for node in each["nodes"]]) for each in found]


SEEN = """
return [...document.querySelectorAll(arguments[0])].some((element) =>
  element.checkVisibility({ checkVisibilityCSS: true }) && element.getClientRects().length > 0)
"""
NAMED = """
const at = arguments[0];
return [at.id, at.closest('[data-key]')?.dataset.key, at.dataset.focus].filter(Boolean).join(' ')
"""
# Each element gets a number, because many look alike.
FOCUS = """
const at = document.activeElement;
if (!at || at === document.body || at === document.documentElement) return null;
window.numbers ??= new WeakMap();
if (!window.numbers.has(at)) window.numbers.set(at, Math.random());
const style = getComputedStyle(at);
const box = at.getBoundingClientRect();
return { number: window.numbers.get(at), name: at.id || at.getAttribute('aria-label') || at.textContent.trim(),
  top: box.top + scrollY, outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }
"""
