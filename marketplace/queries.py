"""Which needs, responses, achievements and deals an actor may see.

Published things are public. The rest is for the organization's own people, for the exchange
and the office, and, from the submission on, for the science bureau of the thing's city.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.actors import Actor
from accounts.lifecycle import OrganizationState
from accounts.models import Organization
from core.db import one_or_none
from core.errors import InvalidValue, NotFound
from marketplace.lifecycle import (
    AchievementState,
    DealState,
    MilestoneKind,
    NeedState,
    ResponseState,
)
from marketplace.models import (
    Achievement,
    Deal,
    DealMilestone,
    Landing,
    Need,
    Objection,
    Picture,
    PictureFile,
    Publicity,
    Response,
    TechnologyField,
)
from marketplace.panel_queries import judged_by
from marketplace.rules.answers import Answering, Awaited, answering
from marketplace.tier_queries import is_insider, open_to

_A_YEAR = timedelta(days=365)
PUBLIC_NEEDS = (
    NeedState.PUBLISHED,
    NeedState.MATCHED,
    NeedState.SIGNED,
    NeedState.COMPLETED,
    NeedState.CLOSED,
)
PUBLIC_ACHIEVEMENTS = (
    AchievementState.PUBLISHED,
    AchievementState.RESERVED,
    AchievementState.TRANSFERRED,
)
# What its owner took back before anybody else decided on it is nobody else's business.
_REACHED_THE_BUREAU = ~Q(state="draft") & ~Q(state="withdrawn", published_at=None)
_EVER_PUBLICISED = Q(publicity__isnull=False)


class UnknownTechnologyField(InvalidValue):
    code = "unknown_technology_field"
    message = "{field} is not the code of a technology field."


def technology_fields() -> QuerySet[TechnologyField]:
    return TechnologyField.objects.order_by("id")


def technology_field(code: str) -> TechnologyField:
    try:
        return TechnologyField.objects.get(code=code)
    except TechnologyField.DoesNotExist:
        raise UnknownTechnologyField(field=code) from None


def technology_field_called(name: str) -> TechnologyField:
    """A field by its code or by its name, as people write them in tables."""
    called = Q(code__iexact=name) | Q(name=name) | Q(name_en__iexact=name)
    if (found := TechnologyField.objects.filter(called).order_by("id").first()) is None:
        raise UnknownTechnologyField(field=name)
    return found


def needs() -> QuerySet[Need]:
    """Every need, with what everybody may see of it."""
    return Need.objects.select_related("organization", "city", "field", "call").prefetch_related(
        "indicators"
    )


def needs_visible_to(actor: Actor) -> QuerySet[Need]:
    """Who sees that a need exists; what of it, `is_insider` and the need's tiers say."""
    rows = needs() if actor.is_anonymous else needs().prefetch_related("reviews")
    if actor.is_staff:
        return rows
    return rows.filter(
        Q(state__in=PUBLIC_NEEDS) & open_to(actor)
        | Q(organization__in=actor.sees)
        | Q(city__in=actor.bureau_cities) & _REACHED_THE_BUREAU
        | Q(pk__in=judged_by(actor))
    )


class Waiting(NamedTuple):
    """How many things of a city wait for one review, and how many have little time left or none."""

    city_id: int
    city: str
    state: str
    many: int
    soon: int = 0
    overdue: int = 0


def needs_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Those on the reviewer's desk, by city and by whose turn it is."""
    waiting = _by_city(needs_reviewed_by(actor), (NeedState.SUBMITTED, NeedState.ENDORSED))
    late = {
        "soon": Count("pk", filter=Q(review_soon_at__lte=now)),
        "overdue": Count("pk", filter=Q(review_due_at__lte=now)),
    }
    return (Waiting(*row) for row in waiting.annotate(**late))


def achievements_waiting(actor: Actor) -> Iterator[Waiting]:
    """The same of achievements, whose review has no clock."""
    states = (AchievementState.SUBMITTED, AchievementState.APPROVED)
    return (Waiting(*row) for row in _by_city(achievements_reviewed_by(actor), states))


def _by_city(rows: QuerySet[Any], states: Collection[str]) -> QuerySet[Any, Any]:
    plain: Any = (
        rows.prefetch_related(None).select_related(None).filter(state__in=states).order_by()
    )
    told = plain.values_list("city", "city__name", "state").annotate(many=Count("pk"))
    return cast("QuerySet[Any, Any]", told)


def needs_reviewed_by(actor: Actor) -> QuerySet[Need]:
    """The files a reviewer has on the desk: a bureau's are those of its own city."""
    if actor.is_staff:
        return needs()
    return needs().filter(Q(city__in=actor.bureau_cities) & _REACHED_THE_BUREAU)


def readings_of(thing: Need | Achievement, *, seen_by: Actor) -> QuerySet[Any]:
    """Who read the detail of a thing, for those who read its whole file."""
    if not is_insider(seen_by, thing):
        raise NotFound
    return thing.readings.select_related("organization", "person")


def achievements() -> QuerySet[Achievement]:
    """Every achievement, with what its view shows."""
    rows = Achievement.objects.select_related("owner", "city", "field")
    return rows.prefetch_related(with_pictures())


def with_dossiers(rows: QuerySet[Achievement]) -> QuerySet[Achievement]:
    """The same achievements with what else their view shows: who made and who holds them."""
    whole = rows.select_related("preferred_city")
    return whole.prefetch_related("inventors", "co_owners", "encumbrances", "ip_records")


def achievement_ids_to_unlist(today: date) -> list[int]:
    """Those on the list that nobody confirmed in time; the longest overdue first."""
    over = Achievement.objects.filter(state=AchievementState.PUBLISHED, valid_until__lt=today)
    return list(over.order_by("valid_until", "pk").values_list("pk", flat=True))


def achievement_ids_to_remind(today: date, until: date) -> list[int]:
    """Those whose last day lies in this time and whose owner was not told yet."""
    ending = Achievement.objects.filter(
        state=AchievementState.PUBLISHED, valid_until__range=(today, until), reminded_on=None
    )
    return list(ending.order_by("valid_until", "pk").values_list("pk", flat=True))


def with_pictures(before: str = "") -> "Prefetch[str, QuerySet[Picture], str]":
    """Reads the pictures too, the one that stands for an achievement first; without their bytes."""
    return Prefetch(f"{before}pictures", queryset=Picture.objects.order_by("pk"))


def is_public(achievement: Achievement) -> bool:
    """Whether everybody may see it."""
    return achievement.state in PUBLIC_ACHIEVEMENTS and not achievement.registered_only


def picture_of(achievement: Achievement) -> Picture | None:
    """The picture that stands for an achievement on public pages, if everybody may see it.

    Of an achievement read with `with_pictures`.
    """
    if not is_public(achievement):
        return None
    return next(iter(achievement.pictures.all()), None)


def pictures_visible_to(actor: Actor) -> QuerySet[Picture]:
    """A picture is seen by whoever sees its achievement."""
    seen = achievements_visible_to(actor).prefetch_related(None)
    return Picture.objects.filter(achievement__in=seen).select_related("achievement")


def pictures_of(achievement_id: int, *, seen_by: Actor) -> QuerySet[Picture]:
    """The pictures of one achievement; of one that is not there for the reader there are none."""
    if not achievements_visible_to(seen_by).filter(pk=achievement_id).exists():
        raise NotFound
    return Picture.objects.filter(achievement=achievement_id).select_related("achievement")


def picture_file(picture_id: int) -> PictureFile:
    return PictureFile.objects.get(pk=picture_id)


def picture_contents(hashes: Collection[str]) -> list[tuple[str, bytes]]:
    """The bytes of pictures by their hashes; equal hashes are equal pictures."""
    files = PictureFile.objects.filter(picture__sha256__in=hashes).select_related("picture")
    return [(file.picture.sha256, bytes(file.content)) for file in files]


def achievements_visible_to(actor: Actor) -> QuerySet[Achievement]:
    if actor.is_staff:
        return achievements()
    return achievements().filter(
        Q(state__in=PUBLIC_ACHIEVEMENTS) & open_to(actor)
        | Q(owner__in=actor.sees)
        | Q(city__in=actor.bureau_cities) & _REACHED_THE_BUREAU
    )


def achievements_reviewed_by(actor: Actor) -> QuerySet[Achievement]:
    """The files a reviewer has on the desk: a bureau's are those of its own city."""
    if actor.is_staff:
        return achievements()
    return achievements().filter(Q(city__in=actor.bureau_cities) & _REACHED_THE_BUREAU)


def responses() -> QuerySet[Response]:
    """Every response, with what its view shows."""
    rows = Response.objects.select_related("organization", "need__organization")
    return rows.prefetch_related("indicators__indicator")


def responses_unanswered(
    rows: QuerySet[Response], *, overdue_at: datetime | None = None
) -> QuerySet[Response]:
    """Those whose poster has not answered; only the overdue ones if a moment is given."""
    waiting = rows.filter(state=ResponseState.SUBMITTED, answered_at=None)
    return waiting if overdue_at is None else waiting.filter(answer_due_at__lte=overdue_at)


def answering_of(organization_id: int, now: datetime) -> Answering:
    """How soon an organization answers, of the last year's records; anonymous needs stay so."""
    if not Organization.objects.filter(
        pk=organization_id, state=OrganizationState.VERIFIED
    ).exists():
        raise NotFound
    counted = Response.objects.filter(
        need__organization=organization_id,
        need__anonymous=False,
        submitted_at__gt=now - _A_YEAR,
    ).exclude(state=ResponseState.WITHDRAWN, answered_at=None)
    rows = counted.values_list("submitted_at", "answered_at", "answer_due_at")
    return answering([Awaited(*row) for row in rows], now)


def responses_visible_to(actor: Actor) -> QuerySet[Response]:
    """Seen by who responded, who asked, who judges, and by staff; never by a competitor."""
    if actor.is_staff:
        return responses()
    return responses().filter(
        Q(organization__in=actor.sees)
        | Q(need__organization__in=actor.sees)
        | Q(need__in=judged_by(actor))
    )


def deals() -> QuerySet[Deal]:
    return Deal.objects.select_related("seller", "buyer", "publicity")


def deals_visible_to(actor: Actor) -> QuerySet[Deal]:
    """Seen by the two parties and by staff."""
    if actor.is_staff:
        return deals()
    return deals().filter(Q(seller__in=actor.sees) | Q(buyer__in=actor.sees))


def deals_known_to(actor: Actor) -> QuerySet[Deal]:
    """Those whose existence is no secret: the visible ones, and what was ever publicised."""
    return deals().filter(Q(pk__in=deals_visible_to(actor).values("pk")) | _EVER_PUBLICISED)


def need_matched_by(deal_id: int) -> Need | None:
    """The need whose poster chose the response that this deal came of."""
    return one_or_none(needs().filter(responses__deal=deal_id))


def standing_milestones(deal: Deal) -> QuerySet[DealMilestone]:
    """What became of a deal, without what was corrected or annulled; in the order of recording."""
    stands = deal.milestones.filter(corrected_by=None).exclude(kind=MilestoneKind.ANNULMENT)
    return stands.order_by("number")


def milestones_told(deal: Deal, actor: Actor) -> list[DealMilestone]:
    """All that was recorded of a deal, in its order; a reward is its seller's own business."""
    told = list(deal.milestones.all())
    if actor.is_staff or deal.seller_id in actor.sees:
        return told
    return [one for one in told if one.kind != MilestoneKind.REWARD]


def paid_of(told: Iterable[DealMilestone]) -> Decimal:
    """What was recorded as paid, in CNY, without what was corrected or annulled."""
    payments = (one for one in told if one.kind == MilestoneKind.PAYMENT and one.stands)
    return sum((one.amount or Decimal(0) for one in payments), Decimal(0))


def payments_of(deal_id: int, *, seen_by: Actor) -> QuerySet[DealMilestone]:
    """The payments of one deal that the reader may see, corrected ones too."""
    if not deals_visible_to(seen_by).filter(pk=deal_id).exists():
        raise NotFound
    return DealMilestone.objects.filter(deal=deal_id, kind=MilestoneKind.PAYMENT)


def landings_visible_to(actor: Actor) -> QuerySet[Landing]:
    """Seen by the deal's parties, by staff, and by the bureau of the city that decides."""
    landings = Landing.objects.select_related("deal", "city")
    if actor.is_staff:
        return landings
    return landings.filter(
        Q(deal__seller__in=actor.sees)
        | Q(deal__buyer__in=actor.sees)
        | Q(city__in=actor.bureau_cities)
    )


def landings_of(deal_id: int, *, seen_by: Actor) -> QuerySet[Landing]:
    """The landings of one deal that the reader may see."""
    landings = landings_visible_to(seen_by).filter(deal=deal_id)
    if not landings.exists() and not deals_visible_to(seen_by).filter(pk=deal_id).exists():
        raise NotFound
    return landings


def publicity_of(deal: Deal) -> Publicity | None:
    """Read anew: what was joined while a lock was awaited is as old as the question."""
    return one_or_none(Publicity.objects.filter(deal=deal))


def publicities() -> QuerySet[Publicity]:
    """Every publicity, with what its view shows."""
    return Publicity.objects.select_related(
        "deal__achievement", "deal__need", "deal__seller", "deal__buyer"
    )


def publicities_visible_to(actor: Actor) -> QuerySet[Publicity]:
    """All that ever ran, for staff; the parties find theirs in the deal."""
    return publicities() if actor.is_staff else Publicity.objects.none()


def publicities_over(now: datetime) -> QuerySet[Publicity]:
    """Those that ended without an open objection: their deals wait for the confirmation."""
    over = publicities().filter(ends_at__lte=now, paused_at=None)
    return over.filter(deal__state=DealState.PUBLICISED)


def running_publicities(now: datetime) -> QuerySet[Publicity]:
    """Those in which objections can be raised: public."""
    running = Q(ends_at__gt=now) | Q(paused_at__isnull=False)
    return publicities().filter(running, deal__state=DealState.PUBLICISED)


def objections_visible_to(actor: Actor) -> QuerySet[Objection]:
    """Seen by who raised it, by the deal's two parties, and by staff."""
    objections = Objection.objects.select_related("publicity__deal")
    if actor.is_staff:
        return objections
    own = Q(person=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    return objections.filter(
        own | Q(publicity__deal__seller__in=actor.sees) | Q(publicity__deal__buyer__in=actor.sees)
    )


def objections_to(deal_id: int, *, seen_by: Actor) -> QuerySet[Objection]:
    """The objections to one deal that the reader may see; to a deal unheard of there are none."""
    if not deals_known_to(seen_by).filter(pk=deal_id).exists():
        raise NotFound
    return objections_visible_to(seen_by).filter(publicity__deal=deal_id)
