"""A need's way from a draft through the bureau and the office to the public list."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

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
from core.events import record
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition
from core.models import numbered
from marketplace import responses, rules
from marketplace.lifecycle import NEED, NeedState
from marketplace.locks import lock_need
from marketplace.models import Need, NeedIndicator
from marketplace.models.needs import NEED_CLOSED, NEED_WITHDRAWN
from marketplace.queries import needs, technology_field
from marketplace.searchable import keep_need

_EDITABLE = (NeedState.DRAFT, NeedState.RETURNED)


def post_need(
    *,
    actor: Actor,
    organization_id: int,
    once: Once | None = None,
    indicators: Sequence[Mapping[str, Any]] = (),
    **values: Any,
) -> Need:
    """Draft a need in an organization's name. It may be incomplete until it is submitted."""
    require_agent(actor, organization_id)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return needs().get(pk=earlier)
        organization = Organization.objects.select_related("city").get(pk=organization_id)
        require_verified(organization)
        need = Need.objects.create(
            **numbered(Need, "N", now),
            organization=organization,
            created_at=now,
            **{"city": organization.city, **_resolved(values)},
        )
        _write_indicators(need, indicators)
        keep_need(need)
        settle(once, need)
        _record(need, "posted", actor, now)
        return needs().get(pk=need.pk)


def edit_need(
    *,
    actor: Actor,
    need_id: int,
    indicators: Sequence[Mapping[str, Any]] | None = None,
    **values: Any,
) -> Need:
    """Change a draft or a returned need. Indicators, where given, replace the earlier ones."""
    with transaction():
        need = lock_need(need_id, seen_by=actor)
        require_agent(actor, need.organization_id)
        if need.state not in _EDITABLE:
            raise rules.NotEditable(thing=NEED.name, current=NeedState(need.state))
        for name, value in _resolved(values).items():
            setattr(need, name, value)
        need.save(update_fields=list(values))
        if indicators is not None:
            need.indicators.all().delete()
            _write_indicators(need, indicators)
        edited = needs().get(pk=need.pk)
        keep_need(edited)
        return edited


def submit_need(*, actor: Actor, need_id: int) -> Need:
    """Ask the city's bureau to endorse a complete and quantified need."""
    with transaction():
        need = lock_need(need_id, seen_by=actor)
        require_agent(actor, need.organization_id)
        return _offer(need, NeedState.SUBMITTED, actor)


def endorse_need(*, actor: Actor, need_id: int) -> Need:
    """The bureau of the need's city stands behind it."""
    with transaction():
        need = lock_need(need_id, seen_by=actor)
        require_bureau(actor, need.city_id)
        return _move(need, NeedState.ENDORSED, actor, clock.now())


def publish_need(*, actor: Actor, need_id: int) -> Need:
    """The Joint Conference Office puts the need on the public list.

    Complete again: the deadline may have passed while the need was being reviewed.
    """
    with transaction():
        need = lock_need(need_id, seen_by=actor)
        require_office(actor)
        return _offer(need, NeedState.PUBLISHED, actor)


def return_need(*, actor: Actor, need_id: int, reason: str) -> Need:
    """Back to the poster: by the bureau before it endorsed, by the office until publication."""
    with transaction():
        need = lock_need(need_id, seen_by=actor)
        if not actor.office:
            require_bureau(actor, need.city_id)
        NEED.check(NeedState(need.state), NeedState.RETURNED)
        if need.state != NeedState.SUBMITTED:
            require_office(actor)
        told = rules.check_reason(reason)
        return _move(need, NeedState.RETURNED, actor, clock.now(), reason=told)


def withdraw_need(*, actor: Actor, need_id: int) -> Need:
    """The poster takes the need back; whoever responded is told that it is gone."""
    with transaction():
        need = lock_need(need_id, seen_by=actor)
        require_agent(actor, need.organization_id)
        now = clock.now()
        _move(need, NeedState.WITHDRAWN, actor, now)
        responses.decline_open(need, reason=NEED_WITHDRAWN, at=now, actor=actor)
        return need


def close_need(*, actor: Actor, need_id: int, reason: str) -> Need:
    """The poster ends a published need without a deal; the reason is public like the need."""
    with transaction():
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
        need.published_at = now
    return _move(need, wanted, actor, now)


def _move(need: Need, wanted: NeedState, actor: Actor, at: datetime, *, reason: str = "") -> Need:
    NEED.check(NeedState(need.state), wanted)
    need.state, need.state_reason = wanted, reason
    need.save(update_fields=["state", "state_reason", "published_at"])
    if wanted is NeedState.PUBLISHED:
        keep_need(need)
    _record(need, wanted.value, actor, at)
    return need


def _resolved(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with rows in place of the codes of field and city."""
    rows = {"field": technology_field, "city": city_by_code}
    return {name: rows[name](value) if name in rows else value for name, value in values.items()}


def _write_indicators(need: Need, indicators: Sequence[Mapping[str, Any]]) -> None:
    NeedIndicator.objects.bulk_create(NeedIndicator(need=need, **row) for row in indicators)


def _shanghai_day(at: datetime) -> date:
    return at.astimezone(clock.SHANGHAI).date()


def _record(need: Need, what: str, actor: Actor, at: datetime) -> None:
    record(
        f"need:{need.pk}",
        f"need.{what}",
        at=at,
        actor=actor,
        need=need.pk,
        code=need.code,
        organization=need.organization_id,
    )
