"""The instant at which tests begin, and a clock that says what it was told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.db import Statement, run_together

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai


class Clock:
    """Stands in for the database's clock: it says what it was told."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def after(self, *statements: Statement) -> tuple[list[list[tuple[Any, ...]]], datetime]:
        return run_together(*statements), self.instant

    def stop(self, patch: pytest.MonkeyPatch) -> None:
        """From now on nobody reads another clock."""
        patch.setattr(clock, "now", self.now)
        patch.setattr(clock, "after", self.after)

    def set(self, instant: datetime) -> None:
        self.instant = instant

    def advance(self, **duration: float) -> datetime:
        self.instant += timedelta(**duration)
        return self.instant
