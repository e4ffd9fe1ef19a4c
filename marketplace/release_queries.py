"""Needs as everybody may read them, and when what everybody reads of one last changed."""

from datetime import datetime

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from core.models import Event
from marketplace.models import Need
from marketplace.queries import PUBLIC_NEEDS, needs

# Events that change what the public is told. Others, such as an undertaking that somebody
# accepted, are nobody else's business: not even their time.
_TOLD = tuple(f"need.{what}" for what in ("published", "matched", "signed", "completed", "closed"))


def released_needs(*, since: datetime | None = None) -> QuerySet[Need]:
    """The needs that are open to everybody, each with `released_at`; whoever asks."""
    topic = Concat(Value("need:"), Cast(OuterRef("pk"), CharField()))
    told = Event.objects.filter(topic=topic, kind__in=_TOLD).order_by("-seq")
    rows = needs().filter(state__in=PUBLIC_NEEDS, registered_only=False)
    rows = rows.annotate(released_at=Coalesce(Subquery(told.values("at")[:1]), "published_at"))
    return rows if since is None else rows.filter(released_at__gte=since)
