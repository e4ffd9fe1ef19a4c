"""A log line says where an exception came from, and tells nothing that stands in a row."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings
from structlog.stdlib import ProcessorFormatter

DETAIL = "DETAIL:  Failing row contains (7, 7345125.00)."


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the process writes, in the form of settings.LOGGING."""
    chosen = {k: v for k, v in settings.LOGGING["formatters"]["json"].items() if k != "()"}
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(ProcessorFormatter(**chosen))
    logger = logging.getLogger("test_logs")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def by_structlog() -> Any:
    return structlog.get_logger("test_logs")


def by_logging() -> Any:
    return logging.getLogger("test_logs")


@pytest.mark.parametrize("logger", [by_structlog, by_logging])
def test_an_exception_is_logged_with_the_way_to_it_and_without_its_row(lines, logger):
    try:
        raise ValueError(f"new row violates a check constraint\n{DETAIL}\nCONTEXT: here")
    except ValueError:
        logger().exception("something.failed")
    told = json.loads(lines.getvalue())
    assert told["event"] == "something.failed"
    assert "Traceback" in told["exception"]
    assert "test_logs.py" in told["exception"]
    assert "ValueError: new row violates a check constraint\nCONTEXT: here" in told["exception"]
    assert "7345125" not in lines.getvalue()
