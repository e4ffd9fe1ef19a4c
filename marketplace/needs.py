"""A need's way from a draft through the bureau and the office to the public list."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import (
    require_agent,
    require_bureau,
    require_office,
    require_verified,
)
from accounts.queries import city_by_code
from core import clock
from core.db import transaction
from core.events import Happening, record_many
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition
from core.models import holidays, numbered_all
from marketplace import calls, responses, rules
from marketplace.call_queries import call_by_id
from marketplace.lifecycle import NEED, NEED_EDITABLE, NeedState
from marketplace.locks import lock_need
from marketplace.models import Need, NeedIndicator, NeedReview, ReviewVerdict
from marketplace.models.responses import NEED_CLOSED, NEED_WITHDRAWN
from marketplace.plans import written_plan
from marketplace.queries import needs, technology_field
from marketplace.rules.clocks import BUREAU_DAYS, OFFICE_DAYS, Clock, clock_from
from marketplace.rules.needs import check_funding
from marketplace.searchable import keep_need, searchable_need
from marketplace.tier_queries import told_poster
from search.documents import keep

# How a value that stands for a row is looked up.
Rows = Mapping[str, Callable[[Any], Any]]
_ROWS: Rows = {
    "field": technology_field,
    "city": city_by_code,
    "call": call_by_id,
    "plan": written_plan,
}
_MOVED = (
    "state",
    "state_reason",
    "submitted_at",
    "review_soon_at",
    "review_due_at",
    "published_at",
)
_IN_REVIEW = (NeedState.SUBMITTED, NeedState.ENDORSED)


def post_need(
    *,
    actor: Actor,
    organization_id: int,
    once: Once | None = None,
    indicators: Sequence[Mapping[str, Any]] = (),
    **values: Any,
) -> Need:
    """Draft a need in an organization's name. It may be incomplete until it is submitted.

    Refuses a `call` that takes no needs now, and money that does not add up.
    """
    require_agent(actor, organization_id)
    with transaction(by=actor.caller):
        now = clock.now()
        if earlier := claim(once, at=now):
            return needs().get(pk=earlier)
        organization = Organization.objects.select_related("city").get(pk=organization_id)
        require_verified(organization)
        need = drafted(organization, values, now)
        enter([(need, indicators)], actor=actor, at=now)
        settle(once, need)
        return needs().get(pk=need.pk)


def drafted(
    organization: Organization,
    values: Mapping[str, Any],
    at: datetime,
    *,
    rows: Rows = _ROWS,
) -> Need:
    """Step: a need that is not written yet, or the refusal of its values."""
    resolved = {"city": organization.city, **_resolved(values, rows)}
    need = Need(organization=organization, created_at=at, **resolved)
    _check_draft(need, values, at)
    return need


def enter(
    drafts: Sequence[tuple[Need, Sequence[Mapping[str, Any]]]], *, actor: Actor, at: datetime
) -> None:
    """Step: write drafts with their indicators, as many as there are with as few statements."""
    new = [need for need, _ in drafts]
    for need, numbers in zip(new, numbered_all(Need, "N", at, len(new)), strict=True):
        need.pk, need.code = numbers["id"], numbers["code"]
    Need.objects.bulk_create(new)
    NeedIndicator.objects.bulk_create(
        NeedIndicator(need=need, **row) for need, indicators in drafts for row in indicators
    )
    prefetch_related_objects(new, "indicators")
    keep([searchable_need(need) for need in new])
    told = {f"need:{need.pk}": [_happening(need, "posted", actor)] for need in new}
    record_many(told, at=at)


def edit_need(
    *,
    actor: Actor,
    need_id: int,
    indicators: Sequence[Mapping[str, Any]] | None = None,
    **values: Any,
) -> Need:
    """Change a draft or a returned need. Indicators, where given, replace the earlier ones."""
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        require_agent(actor, need.organization_id)
        if need.state not in NEED_EDITABLE:
            raise rules.NotEditable(thing=NEED.name, current=NeedState(need.state))
        for name, value in _resolved(values).items():
            setattr(need, name, value)
        _check_draft(need, values, clock.now())
        need.save(update_fields=list(values))
        if indicators is not None:
            need.indicators.all().delete()
            _write_indicators(need, indicators)
        edited = needs().get(pk=need.pk)
        keep_need(edited)
        return edited


def submit_need(*, actor: Actor, need_id: int) -> Need:
    """Ask the city's bureau to endorse a complete and quantified need, which its call takes."""
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        require_agent(actor, need.organization_id)
        return _offer(need, NeedState.SUBMITTED, actor)


def endorse_need(*, actor: Actor, need_id: int) -> Need:
    """The bureau of the need's city stands behind it."""
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        require_bureau(actor, need.city_id)
        NEED.check(NeedState(need.state), NeedState.ENDORSED)
        now = clock.now()
        _decide(need, ReviewVerdict.ENDORSED, actor, now)
        need.start_review(_clock(need, NeedState.ENDORSED, now))
        return _move(need, NeedState.ENDORSED, actor, now)


def publish_need(*, actor: Actor, need_id: int) -> Need:
    """The Joint Conference Office puts the need on the public list.

    Complete again: the deadline may have passed while the need was being reviewed.
    """
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        require_office(actor)
        return _offer(need, NeedState.PUBLISHED, actor)


def return_need(*, actor: Actor, need_id: int, reason: str) -> Need:
    """Back to the poster: by the bureau before it endorsed, by the office until publication."""
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        if not actor.office:
            require_bureau(actor, need.city_id)
        NEED.check(NeedState(need.state), NeedState.RETURNED)
        if need.state != NeedState.SUBMITTED:
            require_office(actor)
        told = rules.check_reason(reason)
        now = clock.now()
        _decide(need, ReviewVerdict.RETURNED, actor, now, reason=told)
        return _move(need, NeedState.RETURNED, actor, now, reason=told)


def withdraw_need(*, actor: Actor, need_id: int) -> Need:
    """The poster takes the need back; whoever responded is told that it is gone."""
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        require_agent(actor, need.organization_id)
        now = clock.now()
        _move(need, NeedState.WITHDRAWN, actor, now)
        responses.decline_open(need, reason=NEED_WITHDRAWN, at=now, actor=actor)
        return need


def close_need(*, actor: Actor, need_id: int, reason: str) -> Need:
    """The poster ends a published need without a deal; the reason is public like the need."""
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        require_agent(actor, need.organization_id)
        told = rules.check_reason(reason)
        if need.state == NeedState.MATCHED:  # the deal's to end, not the poster's
            raise IllegalTransition(
                thing=NEED.name, current=NeedState.MATCHED, wanted=NeedState.CLOSED
            )
        now = clock.now()
        _move(need, NeedState.CLOSED, actor, now, reason=told)
        responses.decline_open(need, reason=NEED_CLOSED, at=now, actor=actor)
        return need


def _offer(need: Need, wanted: NeedState, actor: Actor) -> Need:
    """Move a need towards the public: only a verified poster's, and only a complete one."""
    NEED.check(NeedState(need.state), wanted)
    require_verified(need.organization)
    now = clock.now()
    rules.check_complete(need.draft(today=_shanghai_day(now)))
    if wanted is NeedState.PUBLISHED:
        _decide(need, ReviewVerdict.PUBLISHED, actor, now)
        need.published_at = now
    else:
        calls.enter(need, at=now)
        need.submitted_at = need.submitted_at or now
        need.start_review(_clock(need, wanted, now))
    return _move(need, wanted, actor, now)


def _decide(
    need: Need, verdict: ReviewVerdict, actor: Actor, at: datetime, *, reason: str = ""
) -> None:
    """Write down a decision of the review, and stop its clock."""
    NeedReview.objects.create(
        need=need,
        verdict=verdict,
        reason=reason,
        due_at=need.review_due_at,
        decided_at=at,
        by_user_id=actor.user_id,
        by_client=actor.client_id,
    )
    need.start_review(None)


def _clock(need: Need, state: NeedState, at: datetime) -> Clock:
    """Until when whoever reviews a need in this state is to have decided."""
    if state is NeedState.SUBMITTED:
        days = need.call.bureau_days if need.call else BUREAU_DAYS
    else:
        days = need.call.office_days if need.call else OFFICE_DAYS
    return clock_from(at, days, holidays())


def _move(need: Need, wanted: NeedState, actor: Actor, at: datetime, *, reason: str = "") -> Need:
    NEED.check(NeedState(need.state), wanted)
    need.state, need.state_reason = wanted, reason
    if wanted not in _IN_REVIEW:
        need.start_review(None)
    need.save(update_fields=_MOVED)
    if wanted is NeedState.PUBLISHED:
        keep_need(need)
    _record(need, wanted.value, actor, at)
    return need


def _check_draft(need: Need, values: Mapping[str, Any], at: datetime) -> None:
    check_funding(need.funding())
    if values.get("call") is not None and need.call is not None:
        calls.check_may_join(need.call, at)


def _resolved(values: Mapping[str, Any], rows: Rows = _ROWS) -> dict[str, Any]:
    """The values with rows in place of the codes of field and city and the call's id."""
    return {name: rows[name](value) if name in rows else value for name, value in values.items()}


def _write_indicators(need: Need, indicators: Sequence[Mapping[str, Any]]) -> None:
    NeedIndicator.objects.bulk_create(NeedIndicator(need=need, **row) for row in indicators)


def _shanghai_day(at: datetime) -> date:
    return at.astimezone(clock.SHANGHAI).date()


def _record(need: Need, what: str, actor: Actor, at: datetime) -> None:
    record_many({f"need:{need.pk}": [_happening(need, what, actor)]}, at=at)


def _happening(need: Need, what: str, actor: Actor) -> Happening:
    facts = {"need": need.pk, "code": need.code, "organization": told_poster(need)}
    return Happening(f"need.{what}", facts, actor)
