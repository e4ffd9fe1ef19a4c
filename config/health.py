"""Whether this process lives, whether it can serve, and how far the work has fallen behind."""

from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis import Redis, RedisError

from auctions.queries import due_lots
from core import clock
from notifications.queries import oldest_delivery_due_at, oldest_unread_event_at


def live(request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served. Redis may be away: bids and closings do not need it."""
    database, broker = _database_answers(), _broker_answers()
    status = HTTPStatus.OK if database else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": database, "database": database, "broker": broker}, status=status)


def lag(request: HttpRequest) -> JsonResponse:
    """How late the oldest unfinished work is, in seconds; 0 means none is late. Alert on these."""
    now = clock.now()
    overdue = due_lots(now).values_list("closes_at", flat=True).first()
    return JsonResponse(
        {
            "closing_s": _late(overdue, now),
            "fan_out_s": _late(oldest_unread_event_at(), now),
            "delivery_s": _late(oldest_delivery_due_at(), now),
        }
    )


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
