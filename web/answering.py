"""The part a reader of a need may play: who answers it, in whose name, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.queries import organizations_visible_to
from core import calendar
from marketplace.lifecycle import RESPONSE, AchievementState, NeedState, ResponseState
from marketplace.models import Need, NeedIndicator, Response
from marketplace.panel_queries import panel_of
from marketplace.queries import achievements_visible_to, responses_unanswered, responses_visible_to
from marketplace.rules.clocks import ANSWER_DAYS
from marketplace.tier_queries import has_signed, indicators_for, is_insider, is_registered
from web.answer_forms import Sheet

_MOST_OFFERED = 200


class Role(StrEnum):
    """What the reader is to a need."""

    CLOSED = "closed"  # the need takes no answers
    ANONYMOUS = "anonymous"
    POSTER = "poster"
    ONLOOKER = "onlooker"  # signed in, but binds no organization
    UNVERIFIED = "unverified"
    ANSWERED = "answered"
    UNSIGNED = "unsigned"  # could answer after the undertaking
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class Given:
    """A response that was given, and the last day of the poster's time if it still runs."""

    response: Response
    answered_until: date | None
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Of `unsigned` organizations the undertaking is asked first; `sheet` is for the others."""

    role: Role
    given: tuple[Given, ...] = ()
    unsigned: tuple[Organization, ...] = ()
    sheet: Sheet | None = None
    # The confidential part is shown, and may be.
    opened: bool = False
    may_open: bool = False
    hides_indicators: bool = False
    answer_days: int = ANSWER_DAYS
    # To the poster's people: how many responses wait for their answer.
    waiting: int | None = None


def takes_answers(need: Need) -> bool:
    """Published, and not yet ranked by experts."""
    if need.state != NeedState.PUBLISHED:
        return False
    panel = panel_of(need)
    return panel is None or panel.result() is None


def part_in(actor: Actor, need: Need, *, data: Any = None, open_detail: bool = False) -> Part:
    """The reader's part in a need it sees; with the form as it was filled, if `data` is given.

    Whoever shows a part that is `opened` has it written down by `disclosure.read_detail`.
    """
    given = _given(actor, need)
    if (role := _outside(actor, need)) is not None:
        return Part(role, given, waiting=_waiting(actor, need))
    answered = {one.response.organization_id for one in given}
    own = organizations_visible_to(actor).filter(pk__in=actor.acts_for).order_by("name")
    open_ones = [one for one in own if one.is_verified and one.pk not in answered]
    may_open = may_read_detail(actor, need)
    opened = may_open and open_detail
    if not open_ones:
        role = Role.ANSWERED if given else Role.UNVERIFIED
        return Part(role, given, opened=opened, may_open=may_open and not opened)
    unsigned = _unsigned(need, open_ones)
    able = [one for one in open_ones if one not in unsigned]
    indicators = shown_indicators(actor, need, opened=opened)
    hides = len(indicators) < len(need.indicators.all())
    return Part(
        Role.CANDIDATE if able else Role.UNSIGNED,
        given,
        tuple(unsigned),
        _sheet(actor, able, () if hides else indicators, data) if able else None,
        opened=opened,
        may_open=may_open and not opened,
        hides_indicators=hides,
    )


def may_read_detail(actor: Actor, need: Need) -> bool:
    """Whether there is a confidential part that the actor, no insider, may have shown."""
    if is_insider(actor, need) or not is_registered(actor):
        return False
    if need.detail_under_nda:
        return has_signed(actor, need)
    return bool(need.detail) or any(one.confidential for one in need.indicators.all())


def shown_indicators(actor: Actor, need: Need, *, opened: bool) -> list[NeedIndicator]:
    return list(need.indicators.all()) if opened else indicators_for(actor, need)


def _outside(actor: Actor, need: Need) -> Role | None:
    """Why the reader answers nothing, if it lies in who it is or in the need."""
    if not takes_answers(need):
        return Role.CLOSED
    if actor.is_anonymous:
        return Role.ANONYMOUS
    if need.organization_id in actor.sees:
        return Role.POSTER
    return None if actor.acts_for else Role.ONLOOKER


def _given(actor: Actor, need: Need) -> tuple[Given, ...]:
    if not actor.sees:
        return ()
    own = responses_visible_to(actor).filter(need=need, organization__in=actor.sees)
    standing = own.exclude(state=ResponseState.WITHDRAWN).order_by("pk")
    return tuple(Given(one, last_day(one), _may_withdraw(actor, one)) for one in standing)


def _may_withdraw(actor: Actor, response: Response) -> bool:
    is_open = RESPONSE.allows(ResponseState(response.state), ResponseState.WITHDRAWN)
    return is_open and response.organization_id in actor.acts_for


def _waiting(actor: Actor, need: Need) -> int | None:
    if need.organization_id not in actor.sees:
        return None
    return responses_unanswered(responses_visible_to(actor).filter(need=need)).count()


def last_day(response: Response) -> date | None:
    """The last day of the poster's time to answer, while it runs."""
    waits = response.answer_clock()
    return calendar.last_day_until(waits.due_at) if waits else None


def _unsigned(need: Need, organizations: Sequence[Organization]) -> list[Organization]:
    """Those whom the undertaking is asked of and who have not accepted today's text."""
    if not need.detail_under_nda:
        return []
    signed = need.undertakings.filter(version=need.nda.version, organization__in=organizations)
    known = set(signed.values_list("organization_id", flat=True))
    return [one for one in organizations if one.pk not in known]


def _sheet(
    actor: Actor, able: list[Organization], indicators: Sequence[NeedIndicator], data: Any
) -> Sheet:
    offered = achievements_visible_to(actor).filter(
        owner__in=able, state=AchievementState.PUBLISHED
    )
    return Sheet(
        data,
        organizations=able,
        achievements=list(offered.order_by("-pk")[:_MOST_OFFERED]),
        indicators=indicators,
    )
