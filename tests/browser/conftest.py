"""The product as it is served, and headless Chromium in front of it.

The server is a process of its own on the test's database: real commits, real clock, real
stream. Without Chromium these tests skip, except in CI.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.committed import cast, transactional_db
from tests.ports import free_port

__all__ = ["cast", "transactional_db"]

READY_WITHIN_S = 180


@pytest.fixture(scope="package")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which uvicorn serves `config.asgi` on the test's database.

    One for all: it takes longer to start than most of what is done on its pages.
    """
    from tests.browser.chromium import require_chromium

    require_chromium()
    port = free_port()
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


def session_of(person: User) -> str:
    """Of somebody who has signed in before."""
    client = Client()
    client.force_login(person)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.browser.chromium import chromium

    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a browser that has never seen the site."""
    from tests.browser.chromium import Page

    yield Page(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get("about:blank")
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.execute_cdp_cmd("Network.clearBrowserCache", {})
