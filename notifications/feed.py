"""The events an organization may hear, in an order that can be resumed: what it pulls.

An event's own id is handed out before its transaction commits, so whoever reads "id greater than
the last" misses what commits late. Entries of the feed are numbered by the fan-out, one after the
other under a lock that is held until the commit: what has a higher number is visible later.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

from accounts.actors import Actor
from core import clock
from core.errors import Refusal
from notifications.locks import lock_feed
from notifications.models import FeedEntry
from notifications.queries import entries_heard_by, last_entry_before

KEPT_FOR = timedelta(days=30)


class EventsExpired(Refusal):
    code = "events_expired"
    status = HTTPStatus.GONE
    message = "Events are kept for {days} days. Begin again after {begin_after}."


def keep(heard: Mapping[int, list[int] | None], *, at: datetime) -> None:
    """Number the events of a batch, with the organizations that may hear them; None: all may."""
    if not heard:
        return
    lock_feed()
    FeedEntry.objects.bulk_create(
        FeedEntry(event_id=event_id, organizations=organizations, at=at)
        for event_id, organizations in sorted(heard.items())
    )


def pull(*, actor: Actor, after: int | None, limit: int) -> list[FeedEntry]:
    """The next entries after a number; without one, all of the last thirty days.

    Whoever stayed away for longer is told so, and where to begin: what is in between is to be read
    from the things themselves.
    """
    gone = last_entry_before(clock.now() - KEPT_FOR)
    if after is not None and after < gone:
        raise EventsExpired(days=KEPT_FOR.days, begin_after=gone)
    return list(entries_heard_by(actor).filter(pk__gt=max(after or 0, gone))[:limit])
