"""Whether this process lives, whether it can serve, and how far the work has fallen behind."""

from datetime import date, datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis import Redis, RedisError

from auctions.books import unpaid_refunds
from auctions.queries import due_lots
from core import clock
from core.calendar import date_of, unknown_days
from core.models import holidays
from notifications.queries import oldest_delivery_due_at, oldest_unread_event_at

# Longer than any notice or publicity that is counted from today; the State Council announces a
# year's holidays in the November before it.
CALENDAR_HORIZON = timedelta(days=45)


def live(request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served. Redis may be away: bids and closings do not need it."""
    database, broker = _database_answers(), _broker_answers()
    status = HTTPStatus.OK if database else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": database, "database": database, "broker": broker}, status=status)


def lag(request: HttpRequest) -> JsonResponse:
    """How late the oldest unfinished work is, in seconds, and how many of the coming days lie in a
    year whose public holidays nobody entered. 0 means none. Alert on these.
    """
    now = clock.now()
    overdue = due_lots(now).values_list("closes_at", flat=True).first()
    unpaid = unpaid_refunds().values_list("due_at", flat=True).first()
    return JsonResponse(
        {
            "closing_s": _late(overdue, now),
            "fan_out_s": _late(oldest_unread_event_at(), now),
            "delivery_s": _late(oldest_delivery_due_at(), now),
            "refund_s": _late(unpaid, now),
            "calendar_unknown_days": len(days_without_holidays(now)),
        }
    )


def days_without_holidays(now: datetime) -> list[date]:
    """The days up to the horizon for which only the weekday is known."""
    today = date_of(now)
    return unknown_days(today, today + CALENDAR_HORIZON, holidays())


def _late(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, round((now - since).total_seconds(), 3))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as broker:
        try:
            return bool(broker.ping())
        except RedisError:
            return False
