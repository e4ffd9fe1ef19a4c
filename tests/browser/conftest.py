"""The product as it is served, and headless Chromium in front of it.

The server is a process of its own on the test's database: real commits, real clock, real
stream. Chromium and its driver are Debian's; without them these tests skip, except in CI.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

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
    "--window-size=1280,1000",
    "--lang=en",
)
READY_WITHIN_S = 60
PATIENCE_S = 20


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which uvicorn serves `config.asgi` on the test's database."""
    _require_chromium()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = (f"--port={port}", "--timeout-graceful-shutdown=1")
    log = tmp_path_factory.mktemp("server") / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "config.asgi:application", *flags],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": _test_database_url()},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _require_chromium() -> None:
    if CHROMIUM.exists() and DRIVER.exists():
        return
    reason = f"{CHROMIUM} or {DRIVER} is missing (Debian: chromium, chromium-driver)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _test_database_url() -> str:
    name = quote(str(connection.settings_dict["NAME"]))
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urlopen(f"{address}/health/live", timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    pytest.fail(f"The server did not come up:\n{log.read_text()[-2000:]}")


@contextmanager
def chromium(profile: Path) -> Iterator[WebDriver]:
    """A fresh Chromium that has never seen the site."""
    _require_chromium()
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
        driver.set_script_timeout(PATIENCE_S)
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
        try:
            waiting = WebDriverWait(self.browser, PATIENCE_S, poll_frequency=0.05)
            waiting.until(lambda _: words in self.reads(selector))
        except TimeoutException:
            pytest.fail(f"{selector} never read {words!r} but {self.reads(selector)!r}")

    def sign_in(self, name: str) -> None:
        self.type("input[name=login]", name)
        self.type("input[name=password]", "demo")
        self.click("form[action*=login] button[type=submit]")

    def complaints(self) -> list[str]:
        """What the browser complained about: errors of scripts, refused resources."""
        entries = self.browser.get_log("browser")  # type: ignore[attr-defined]
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "chromium") as browser:
        yield Page(browser)
