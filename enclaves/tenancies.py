"""Units are let by the park's operator, to one tenant at a time."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.queries import organizations_visible_to
from core import clock
from core.db import one_or_none, transaction
from core.errors import InvalidValue, NotFound
from core.events import record
from core.idempotency import Once, claim, settle
from enclaves.locks import lock_park, lock_tenancy, lock_unit
from enclaves.models import Tenancy
from enclaves.permissions import require_runs
from enclaves.rules.tenancy import Span, check_free, check_span
from marketplace.rules import check_reason


def let_unit(
    *,
    actor: Actor,
    park_id: int,
    unit: int,
    starts_on: date,
    rent: Decimal,
    ends_on: date | None = None,
    tenant: int | None = None,
    tenant_name: str = "",
    once: Once | None = None,
) -> Tenancy:
    """Let a unit from a day on; `tenant` is an organization of the platform, or a name is given.

    Refuses a time that overlaps with another tenancy of the unit.
    """
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return Tenancy.objects.select_related("unit").get(pk=earlier)
        park = lock_park(park_id, seen_by=actor)
        now = clock.now()
        require_runs(actor, park)
        wanted = Span(starts_on, ends_on)
        let = lock_unit(unit, park=park, seen_by=actor)
        check_free(wanted, [other.span() for other in let.tenancies.all()])
        tenancy = Tenancy.objects.create(
            unit=let,
            tenant_id=tenant,
            tenant_name=_name_of(actor, tenant, tenant_name),
            starts_on=starts_on,
            ends_on=ends_on,
            rent=rent,
            entered_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, tenancy)
        _record(tenancy, "unit_let", actor, now)
    return tenancy


def end_tenancy(*, actor: Actor, tenancy_id: int, ends_on: date, reason: str) -> Tenancy:
    """Say that a tenancy ends on another day than was agreed, and why."""
    with transaction():
        tenancy = lock_tenancy(tenancy_id, seen_by=actor)
        require_runs(actor, tenancy.unit.park)
        told, now = check_reason(reason), clock.now()
        wanted = Span(tenancy.starts_on, ends_on)
        check_span(wanted)
        others = tenancy.unit.tenancies.exclude(pk=tenancy.pk)
        check_free(wanted, [other.span() for other in others])
        tenancy.ends_on, tenancy.end_reason = ends_on, told
        tenancy.save(update_fields=["ends_on", "end_reason"])
        _record(tenancy, "tenancy_ended", actor, now)
    return tenancy


def _name_of(actor: Actor, tenant: int | None, name: str) -> str:
    if tenant is None:
        if not name.strip():
            raise InvalidValue(what="tenant_name")
        return name
    if (found := one_or_none(organizations_visible_to(actor).filter(pk=tenant))) is None:
        raise NotFound
    return found.name


def _record(tenancy: Tenancy, what: str, actor: Actor, at: datetime) -> None:
    facts: dict[str, Any] = {"park": tenancy.unit.park_id, "tenancy": tenancy.pk}
    record(f"park:{tenancy.unit.park_id}", f"park.{what}", at=at, actor=actor, **facts)
