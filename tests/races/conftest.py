"""Real commits, emptied once a module: each test races over a lot of its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.committed import committed
from tests.conftest import Cast


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with committed(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def cast(transactional_db: None) -> Cast:
    return Cast()
