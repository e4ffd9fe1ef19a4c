"""The product as it is served, and headless Chromium in front of it.

Real commits, real clock, real stream. Without Chromium these tests skip, except in CI.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from config import wsgi
from config.asgi import Door
from tests.committed import cast, transactional_db
from tests.notifications.streaming import serving

__all__ = ["cast", "transactional_db"]


@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    """The address at which uvicorn serves `config.asgi`, in a thread, on the test's database.

    One for all. A process of its own would load once more all that this one has loaded; that it
    starts as one is seen by `tests.bench` and `tests.faults`.
    """
    from tests.browser.chromium import require_chromium

    require_chromium()
    with serving(Door(wsgi.application)) as port:
        yield f"http://127.0.0.1:{port}"


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
    """A page of a browser that knows nobody; it may have the site's scripts from before."""
    from tests.browser.chromium import Page

    yield Page(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get("about:blank")
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
