"""When is the owner of a saved search told of new answers?"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.calendar import SHANGHAI

# The hour of the daily digest, in Shanghai.
DIGEST_HOUR = 8


class Rhythm(StrEnum):
    IMMEDIATE = "immediate"
    DAILY = "daily"
    QUIET = "quiet"  # looked through daily, and shown on the page alone


def is_due(rhythm: Rhythm, checked_at: datetime, now: datetime) -> bool:
    """At once means at every look; otherwise once after each eight o'clock in the morning."""
    return rhythm is Rhythm.IMMEDIATE or checked_at < _latest_digest(now)


def _latest_digest(now: datetime) -> datetime:
    local = now.astimezone(SHANGHAI)
    today = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if local >= today else today - timedelta(days=1)
