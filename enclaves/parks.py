"""Parks: set up by the office or the home city, with the cities' agreements and attached funds."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_signed_in
from accounts.queries import city_by_code, organizations_visible_to
from core import clock
from core.calendar import date_of
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from enclaves.locks import lock_park
from enclaves.models import Agreement, Park, ParkFund, Unit
from enclaves.permissions import require_founder, require_runs, require_runs_or_founder
from enclaves.queries import taken_by_residents, told_park
from enclaves.rules.admission import check_room_left
from enclaves.rules.tenancy import Span, check_span, check_units_fit
from enclaves.searchable import keep_park

_ALL = Decimal(100)


class ParkKnown(Conflict):
    code = "park_known"
    message = "There is a park of the name {name}."


class SameCity(Refusal):
    code = "same_city"
    message = "A park lies in another place than its home city."


class IncubatesTooMuch(Refusal):
    code = "incubates_too_much"
    message = "A park of {total} square metres cannot keep {wanted} for incubation."


class PercentOutOfRange(Refusal):
    code = "percent_out_of_range"
    message = "A share lies between 0 and 100 per cent."


class RuleStands(Conflict):
    """Two agreements about one metric at a time would share it twice."""

    code = "sharing_rule_stands"
    message = "Another agreement shares this from {starts_on} on."


class NameTaken(Conflict):
    code = "name_taken"
    message = "The park has something of the name {name}."


def found_park(
    *,
    actor: Actor,
    name: str,
    home_city: str,
    host_district: str,
    operator: int | None = None,
    once: Once | None = None,
    **values: Any,
) -> Park:
    """Set up a park, by the office or the science bureau of its home city; cities by code."""
    require_signed_in(actor)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return told_park(earlier, date_of(now))
        home, host = city_by_code(home_city), city_by_code(host_district)
        require_founder(actor, home.pk)
        if home == host:
            raise SameCity
        if Park.objects.filter(name=name).exists():
            raise ParkKnown(name=name)
        park = Park(
            name=name,
            home_city=home,
            host_district=host,
            operator=_operator(actor, operator),
            **values,
        )
        _check_areas(park)
        park.save(force_insert=True)
        settle(once, park)
        keep_park(park)
        _record(park, "founded", actor, now)
        return told_park(park.pk, date_of(now))


def change_park(*, actor: Actor, park_id: int, **values: Any) -> Park:
    """Change what is named: by its operator, and who operates it by the office or the home city.

    It does not shrink below what its units and projects take.
    """
    with transaction():
        park = lock_park(park_id, seen_by=actor)
        require_runs_or_founder(actor, park)
        if "operator" in values:
            require_founder(actor, park.home_city_id)
            park.operator = _operator(actor, values.pop("operator"))
        for name, value in values.items():
            setattr(park, name, value)
        _check_areas(park)
        areas = Unit.objects.filter(park=park).values_list("area_m2", flat=True)
        check_units_fit(areas, park.area_m2)
        if "incubating_m2" in values:
            check_room_left(taken_by_residents(park), park.incubating_m2)
        park.save()
        keep_park(park)
        now = clock.now()
        _record(park, "changed", actor, now)
        return told_park(park.pk, date_of(now))


def sign_agreement(
    *,
    actor: Actor,
    park_id: int,
    home_percent: Decimal,
    starts_on: date,
    ends_on: date,
    metric: str,
    once: Once | None = None,
    **values: Any,
) -> Agreement:
    """Enter what the cities agreed to share; by the office or the bureau of the home city."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return Agreement.objects.get(pk=earlier)
        park = lock_park(park_id, seen_by=actor)
        now = clock.now()
        require_founder(actor, park.home_city_id)
        wanted = Span(starts_on, ends_on)
        check_span(wanted)
        if home_percent > _ALL:
            raise PercentOutOfRange
        for other in park.agreements.filter(metric=metric):
            if wanted.overlaps(Span(other.starts_on, other.ends_on)):
                raise RuleStands(starts_on=other.starts_on)
        agreement = park.agreements.create(
            home_percent=home_percent,
            starts_on=starts_on,
            ends_on=ends_on,
            metric=metric,
            entered_at=now,
            **values,
        )
        settle(once, agreement)
        _record(park, "agreement_signed", actor, now, agreement=agreement.pk)
    return agreement


def attach_fund(
    *, actor: Actor, park_id: int, name: str, once: Once | None = None, **values: Any
) -> ParkFund:
    """Enter a fund that stands by the park's projects, by its operator."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return ParkFund.objects.get(pk=earlier)
        park = lock_park(park_id, seen_by=actor)
        now = clock.now()
        require_runs(actor, park)
        if park.funds.filter(name=name).exists():
            raise NameTaken(name=name)
        fund = park.funds.create(name=name, **values)
        settle(once, fund)
        _record(park, "fund_attached", actor, now, fund=fund.pk)
    return fund


def add_unit(
    *, actor: Actor, park_id: int, name: str, area_m2: Decimal, once: Once | None = None
) -> Unit:
    """Enter a part of the park that is let as one, in m²; by its operator."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return Unit.objects.get(pk=earlier)
        park = lock_park(park_id, seen_by=actor)
        now = clock.now()
        require_runs(actor, park)
        if park.units.filter(name=name).exists():
            raise NameTaken(name=name)
        areas = [area_m2, *park.units.values_list("area_m2", flat=True)]
        check_units_fit(areas, park.area_m2)
        unit = park.units.create(name=name, area_m2=area_m2)
        settle(once, unit)
        _record(park, "unit_added", actor, now, unit=unit.pk)
    return unit


def _check_areas(park: Park) -> None:
    total, wanted = park.area_m2, park.incubating_m2
    if total is not None and wanted is not None and wanted > total:
        raise IncubatesTooMuch(total=total, wanted=wanted)


def _operator(actor: Actor, organization_id: int | None) -> Organization | None:
    if organization_id is None:
        return None
    if (found := one_or_none(organizations_visible_to(actor).filter(pk=organization_id))) is None:
        raise NotFound
    return found


def _record(park: Park, what: str, actor: Actor, at: datetime, **facts: Any) -> None:
    record(f"park:{park.pk}", f"park.{what}", at=at, actor=actor, park=park.pk, **facts)
