"""Headless Chromium, and what a person does in it. Chromium and its driver are Debian's.

Fixtures import this when they are asked for: selenium takes as long to load as Django.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from selenium import webdriver
from selenium.common.exceptions import JavascriptException, TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-software-rasterizer",
    "--disable-features=Translate,OptimizationHints,MediaRouter,SpareRendererForSitePerProcess",
    "--disable-site-isolation-trials",
    # Pages of one site share a process, which is not started anew for each.
    "--process-per-site",
    "--renderer-process-limit=1",
    # What has changed lights up for seconds, sixty times a second.
    "--force-prefers-reduced-motion",
    "--disable-breakpad",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--no-default-browser-check",
    "--no-pings",
    "--password-store=basic",
    "--mute-audio",
    "--window-size=1280,1000",
    "--lang=en",
)
PATIENCE_S = 60
# How long one script waits. A page that makes room for the next one may take the answer with it.
LOOK_S = 5
# Tells as soon as the words stand there. What changes without the document changing is looked for
# now and then: a style that arrives late.
_WAIT = """
    const [selector, words, patience, done] = arguments;
    const reads = () => document.querySelector(selector)?.innerText ?? "";
    const look = () => reads().includes(words) && end(true);
    const end = (found) => {
      observer.disconnect(); clearInterval(looking); clearTimeout(waiting); done(found);
    };
    const observer = new MutationObserver(look);
    const looking = setInterval(look, 250);
    const waiting = setTimeout(end, patience * 1000, false);
    observer.observe(document, {
      subtree: true, childList: true, characterData: true, attributes: true,
    });
    look();
"""


def require_chromium() -> None:
    if CHROMIUM.exists() and DRIVER.exists():
        return
    reason = f"{CHROMIUM} or {DRIVER} is missing (Debian: chromium, chromium-driver)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium(profile: Path) -> Iterator[WebDriver]:
    """A fresh Chromium that has never seen the site."""
    require_chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": "en"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # The driver's path is given, so that selenium looks for nothing and downloads nothing.
    driver = webdriver.Chrome(options=options, service=Service(executable_path=str(DRIVER)))
    try:
        driver.set_page_load_timeout(PATIENCE_S)
        driver.set_script_timeout(4 * LOOK_S)  # they have a patience of their own
        yield driver
    finally:
        driver.quit()


class Page:
    """What a person does and sees on a page, in words."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser

    def click(self, selector: str) -> None:
        self.browser.find_element(By.CSS_SELECTOR, selector).click()

    def type(self, selector: str, text: str) -> None:
        self.browser.find_element(By.CSS_SELECTOR, selector).send_keys(text)

    def reads(self, selector: str) -> str:
        """The text that can be seen there; none where nothing is (yet)."""
        return self.browser.execute_script(
            "return document.querySelector(arguments[0])?.innerText ?? ''", selector
        )

    def will_read(self, selector: str, words: str) -> None:
        """Wait until the words stand there; nothing is reloaded meanwhile."""
        until = time.monotonic() + PATIENCE_S
        while (left := until - time.monotonic()) > 0:
            try:
                found = self.browser.execute_async_script(_WAIT, selector, words, min(left, LOOK_S))
            except (JavascriptException, TimeoutException):
                continue  # the page that was waited on has made room for the next one
            if found:
                return
        pytest.fail(f"{selector} never read {words!r} but {self.reads(selector)!r}")

    def come_back(self, address: str, session: str) -> None:
        """Open a page as somebody who has signed in before."""
        self.complaints()  # what was said about the pages before is not this page's
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}
        self.browser.execute_cdp_cmd("Network.setCookie", {**cookie, "httpOnly": True})
        self.browser.get(address)

    def sign_in(self, name: str) -> None:
        self.type("input[name=login]", name)
        self.type("input[name=password]", "demo")
        self.click("form[action*=login] button[type=submit]")

    def complaints(self) -> list[str]:
        """What the browser complained about: errors of scripts, refused resources.

        That no maximum was left is an answer, which the browser takes for a failure.
        """
        entries = self.browser.get_log("browser")  # type: ignore[attr-defined]
        said = [entry["message"] for entry in entries if entry["level"] == "SEVERE"]
        return [text for text in said if not ("/maximum - " in text and " 404 " in text)]
