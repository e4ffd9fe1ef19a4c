"""What a log line says of an exception: the whole way to it, and nothing out of a row.

PostgreSQL's DETAIL of a refused statement quotes the row, and a row may hold a secret.
"""

import re
from typing import Any

_DETAIL = re.compile(r"^DETAIL: .*\n?", re.MULTILINE)


def leave_rows_out(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A processor of structlog, behind `format_exc_info`."""
    if told := event.get("exception"):
        event["exception"] = _DETAIL.sub("", told)
    return event
