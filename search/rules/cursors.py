"""Where does the next page of a search go on? After a rank, an instant and a row."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import datetime

from core.errors import InvalidValue

_LONGEST = 200
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?\+00:00", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row after which, or before which, the page begins.

    `way` is how the first page was found, so that the others are found alike.
    """

    way: str
    rank: int
    at: datetime
    id: int
    backwards: bool = False

    def text(self) -> str:
        values = [self.way, self.rank, self.at.isoformat(), self.id, int(self.backwards)]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_cursor(text: str, ways: frozenset[str]) -> Cursor:
    """The cursor that we wrote; a 400 for any other text."""
    try:
        if len(text) > _LONGEST:
            raise ValueError("longer than any of ours")
        padded = text + "=" * (-len(text) % 4)
        raw = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        way, rank, at, number, backwards = json.loads(raw)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise InvalidValue(what="cursor") from error
    if not (
        isinstance(way, str)
        and way in ways
        and _is_whole(rank, 31)
        and _is_whole(number, 63)
        and backwards in (0, 1)
        and isinstance(at, str)
        and _INSTANT.fullmatch(at)
    ):
        raise InvalidValue(what="cursor")
    return Cursor(way, rank, _instant(at), number, bool(backwards))


def _is_whole(value: object, bits: int) -> bool:
    return type(value) is int and 0 <= value < 2**bits


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue(what="cursor") from error
