"""Announcing calls for needs, and ending one early."""

from collections.abc import Sequence
from datetime import datetime

from accounts.actors import Actor
from accounts.permissions import require_staff
from accounts.queries import city_by_code
from core import clock
from core.db import require_transaction, transaction
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import numbered
from marketplace import rules
from marketplace.call_queries import calls
from marketplace.lifecycle import CallPhase, NeedState
from marketplace.locks import lock_call
from marketplace.models import Need, NeedCall
from marketplace.queries import technology_field
from marketplace.rules.calls import CallEnded, CallNotOpen, Entry, check_entry, check_window
from marketplace.rules.clocks import BUREAU_DAYS, OFFICE_DAYS


def announce_call(
    *,
    actor: Actor,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    title_en: str = "",
    text: str = "",
    organization_kinds: Sequence[str] = (),
    technology_fields: Sequence[str] = (),
    cities: Sequence[str] = (),
    required_parts: Sequence[str] = (),
    per_organization: int | None = None,
    bureau_days: int = BUREAU_DAYS,
    office_days: int = OFFICE_DAYS,
    once: Once | None = None,
) -> NeedCall:
    """Announce a call, as the exchange or the office; it is public at once and never changed.

    An empty list takes everything. Refuses a window that is over or closes before it opens.
    """
    require_staff(actor)
    with transaction(by=actor.caller):
        now = clock.now()
        if earlier := claim(once, at=now):
            return calls().get(pk=earlier)
        check_window(opens_at, closes_at, now)
        call = NeedCall.objects.create(
            **numbered(NeedCall, "C", now),
            title=title,
            title_en=title_en,
            text=text,
            opens_at=opens_at,
            closes_at=closes_at,
            organization_kinds=sorted(set(organization_kinds)),
            required_parts=sorted(set(required_parts)),
            per_organization=per_organization,
            bureau_days=bureau_days,
            office_days=office_days,
            created_at=now,
        )
        call.technology_fields.set([technology_field(code) for code in technology_fields])
        call.cities.set([city_by_code(code) for code in cities])
        settle(once, call)
        record(
            f"call:{call.pk}",
            "call.announced",
            at=now,
            actor=actor,
            call=call.pk,
            code=call.code,
            opens_at=opens_at.isoformat(),
            closes_at=closes_at.isoformat(),
        )
        return calls().get(pk=call.pk)


def end_call(*, actor: Actor, call_id: int, reason: str) -> NeedCall:
    """Close a call before its time; needs that were submitted in time stay in it."""
    with transaction(by=actor.caller):
        call = lock_call(call_id)
        require_staff(actor)
        told = rules.check_reason(reason)
        now = clock.now()
        if call.terms().phase(now) is CallPhase.CLOSED:
            raise CallEnded(call=call.code)
        call.ended_at, call.end_reason = now, told
        call.save(update_fields=["ended_at", "end_reason"])
        record(
            f"call:{call.pk}",
            "call.ended",
            at=now,
            actor=actor,
            call=call.pk,
            code=call.code,
            reason=told,
        )
        return calls().get(pk=call.pk)


def check_may_join(call: NeedCall, at: datetime) -> None:
    """Refuse to draft for a call that takes nothing now; the rest is looked at on submission."""
    terms = call.terms()
    if (phase := terms.phase(at)) is not CallPhase.OPEN:
        raise CallNotOpen(call=call.code, phase=phase)


def enter(need: Need, *, at: datetime) -> None:
    """Take a locked need into its call, which is locked so that nobody enters one too many."""
    require_transaction()
    if need.call_id is None:
        return
    call = lock_call(need.call_id)
    others = call.needs.filter(organization=need.organization_id, submitted_at__isnull=False)
    entry = Entry(
        organization_kind=need.organization.kind,
        field=need.field.code,
        city=need.city.code,
        others=others.exclude(pk=need.pk).exclude(state=NeedState.WITHDRAWN).count(),
        was_in_time=need.submitted_at is not None,
    )
    check_entry(call.terms(), entry, at)
