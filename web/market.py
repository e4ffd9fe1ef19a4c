"""The public pages of needs and achievements: what is asked for along the corridor, and offered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.models import City
from accounts.queries import cities
from accounts.requests import actor_of
from auctions.lifecycle import LotState
from auctions.queries import lots_visible_to
from core import clock
from core.clock import SHANGHAI
from core.db import one_or_none
from core.errors import Refusal
from core.models import choices, word
from marketplace.attachment_queries import (
    achievement_attachments_visible_to,
    attachments_visible_to,
)
from marketplace.disclosure import read_detail
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import CooperationMode, Need, TechnologyField
from marketplace.pledges import to_give
from marketplace.queries import (
    PUBLIC_ACHIEVEMENTS,
    PUBLIC_NEEDS,
    achievements_visible_to,
    is_public,
    needs_visible_to,
    picture_of,
    technology_fields,
)
from marketplace.rules.listing import AskedMode, LegalStatus
from marketplace.tier_queries import indicators_for, poster_for, reads_detail_openly
from web import linked_data, lots, suggested, texts
from web.answering import Part, Role, part_in, shown_indicators
from web.confiding import confidence_in
from web.own_achievement import own_achievement
from web.own_need import own_need
from web.pages import page
from web.upload_forms import FileForm, PictureForm

SHOWN = 24  # cards on a page


@dataclass(frozen=True, slots=True)
class Chosen:
    """By what the reader narrowed a list; a value that names nothing narrows nothing."""

    field: str = ""
    city: str = ""
    all_states: bool = False
    before: int = 0

    def query(self, **changes: Any) -> str:
        """The same choice as a query string, from the newest on unless `before` is said."""
        values = {"field": self.field, "city": self.city, "all": "1" if self.all_states else ""}
        said = {name: value for name, value in {**values, **changes}.items() if value}
        return f"?{urlencode(said)}" if said else "?"


@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """GET /needs: needs that wait for an answer, the newest first; on demand those of the past."""
    actor, now = actor_of(request), clock.now()
    context = _listing(request, needs_visible_to(actor), (NeedState.PUBLISHED,), PUBLIC_NEEDS)
    context["shown"] = [(one, indicators_for(actor, one)[:3]) for one in context["shown"]]
    return page(request, "web/needs.html", now, today=_day(now), **context)


@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /needs/{id}: the need with its indicators, and how to answer it.

    `?detail=1` asks for the confidential part, which is shown to who may read it.
    """
    actor = actor_of(request)
    shown = one_of(needs_visible_to(actor), pk)
    part = part_in(actor, shown, open_detail=request.GET.get("detail") == "1")
    return show_need(request, shown, part)


def show_need(request: HttpRequest, shown: Need, part: Part, *, status: int = 200) -> HttpResponse:
    """The page of a need for a reader who plays this part."""
    actor, now = actor_of(request), clock.now()
    if part.opened:
        _note_reading(actor, shown)
    address = request.build_absolute_uri(reverse("need", args=[shown.pk]))
    own = own_need(actor, shown, now)
    return page(
        request,
        "web/need.html",
        now,
        status=status,
        need=shown,
        part=part,
        own=own,
        indicators=shown_indicators(actor, shown, opened=part.opened),
        poster=poster_for(actor, shown),
        modes=[CooperationMode(one).label for one in shown.modes],
        reads_all=part.opened or own is not None,
        detail_is_open=part.opened or reads_detail_openly(actor, shown),
        files=attachments_visible_to(actor).filter(need=shown),
        file_form=FileForm(initial={"confidential": True}),
        days_left=_days_left(shown.deadline, now),
        takes_answers=part.role is not Role.CLOSED,
        suggestions=suggested.achievements_for(actor, shown),
        is_listed=shown.state in PUBLIC_NEEDS and not shown.registered_only,
        data=linked_data.of_need(shown, address),
    )


def _note_reading(actor: Actor, shown: Need) -> None:
    try:
        read_detail(actor=actor, need_id=shown.pk)
    except Refusal as refusal:  # it changed since the need was looked up
        raise Http404 from refusal


@require_safe
def achievement_list(request: HttpRequest) -> HttpResponse:
    """GET /achievements: what is on offer, the newest first; on demand also what was sold."""
    rows = achievements_visible_to(actor_of(request))
    on_offer = (AchievementState.PUBLISHED, AchievementState.RESERVED)
    context = _listing(request, rows, on_offer, PUBLIC_ACHIEVEMENTS)
    context["shown"] = [(one, picture_of(one)) for one in context["shown"]]
    return page(request, "web/achievements.html", clock.now(), **context)


@require_safe
def achievement(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /achievements/{id}: the achievement, the right it rests on, and where it is sold.

    `?detail=1` asks for the confidential part, which is shown to who may read it.
    """
    actor, now = actor_of(request), clock.now()
    shown = one_of(achievements_visible_to(actor), pk)
    announced = lots_visible_to(actor).filter(achievement=shown, published_at__isnull=False)
    listed = announced.exclude(state=LotState.WITHDRAWN).select_related("result").order_by("-pk")
    return page(
        request,
        "web/achievement.html",
        now,
        achievement=shown,
        own=own_achievement(actor, shown, _day(now)),
        legal_statuses=choices(LegalStatus),
        suggestions=suggested.needs_for(actor, shown),
        picture=picture_of(shown),
        maturity=texts.maturity_text(shown),
        modes=[word(AskedMode(one)) for one in shown.modes],
        confidence=confidence_in(actor, shown, open_detail=request.GET.get("detail") == "1"),
        files=achievement_attachments_visible_to(actor).filter(achievement=shown),
        file_form=FileForm(initial={"confidential": True}),
        picture_form=PictureForm(),
        cards=lots.cards(listed, now),
        is_listed=is_public(shown),
        is_collateral=bool(actor.acts_for) and to_give(actor.acts_for).filter(pk=pk).exists(),
        data=linked_data.of_achievement(
            shown, request.build_absolute_uri(reverse("achievement", args=[shown.pk]))
        ),
    )


def _listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    current: Collection[str],
    listed: Collection[str],
) -> dict[str, Any]:
    """One page of a list, what it may be narrowed by, and where the next page is."""
    fields, places = list(technology_fields()), list(cities().filter(is_corridor=True))
    chosen = _chosen(request, fields, places)
    rows = rows.filter(state__in=listed if chosen.all_states else current).order_by("-pk")
    if chosen.field:
        rows = rows.filter(field__code=chosen.field)
    if chosen.city:
        rows = rows.filter(city__code=chosen.city)
    if chosen.before:
        rows = rows.filter(pk__lt=chosen.before)
    found = list(rows[: SHOWN + 1])
    shown, more = found[:SHOWN], len(found) > SHOWN
    return {
        "shown": shown,
        "chosen": chosen,
        "fields": fields,
        "cities": places,
        "newest": chosen.query() if chosen.before else "",
        "older": chosen.query(before=shown[-1].pk) if more else "",
    }


def _chosen(
    request: HttpRequest, fields: Collection[TechnologyField], places: Collection[City]
) -> Chosen:
    asked, before = request.GET, request.GET.get("before", "")
    return Chosen(
        field=_known(asked.get("field", ""), fields),
        city=_known(asked.get("city", ""), places),
        all_states=asked.get("all") == "1",
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else 0,
    )


def _known(code: str, rows: Collection[TechnologyField] | Collection[City]) -> str:
    return code if any(row.code == code for row in rows) else ""


def one_of(rows: QuerySet[Any], pk: int) -> Any:
    """The row as its reader sees it; a page that is not there for who does not."""
    if (row := one_or_none(rows.filter(pk=pk))) is None:
        raise Http404
    return row


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def _days_left(deadline: date | None, now: datetime) -> int | None:
    """Whole days until the deadline, which is the last of them; none once it has passed."""
    if deadline is None or deadline < _day(now):
        return None
    return (deadline - _day(now)).days
