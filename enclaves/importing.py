"""Takes in a table of a park's tenancies: all of its rows, or none and a word on each.

A row that says what is on record already (unit, tenant and first day) is left as it is, so that
the same file sent twice adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.queries import NoSuchOrganization, verified_by_code
from core import clock
from core.db import transaction
from core.errors import Refusal
from core.events import Happening, record_many
from core.idempotency import Once, claim, settle
from core.imports import Judged, Report, Result, Table, carry_out
from enclaves.locks import lock_park
from enclaves.models import Park, Tenancy
from enclaves.permissions import require_runs
from enclaves.rules.tenancy import Span, check_free


class UnknownUnit(Refusal):
    code = "unknown_unit"
    message = "The park has no unit of the name {unit}."


def import_tenancies(
    *, actor: Actor, park_id: int, table: Table, dry_run: bool, once: Once | None = None
) -> Report:
    """Let the units of a table by the park's operator; a dry run only judges its rows.

    A row overlaps neither with what is on record nor with the rows before it. A tenant is a
    verified organization of the platform by its credit code, or is named without one.
    """
    with transaction():
        park = lock_park(park_id, seen_by=actor)
        require_runs(actor, park)
        now = clock.now()
        claim(once, at=now)
        if once is not None and once.replayed:
            return Report(dry_run=False, rows=table.rows)  # answered with what was said then
        judge = _Judge(park, table, actor, now)

        def write(judged: Sequence[Judged[Tenancy]]) -> list[Result]:
            new = [one.made for one in judged if one.made.pk is None]
            Tenancy.objects.bulk_create(new)
            record_many({f"park:{park.pk}": [_let(one, park, actor) for one in new]}, at=now)
            settle(once, park)
            added = {one.pk for one in new}
            return [
                Result(one.number, "created" if one.made.pk in added else "existing", one.made.pk)
                for one in judged
            ]

        return carry_out(table, judge=judge, write=write, dry_run=dry_run)


def _let(tenancy: Tenancy, park: Park, actor: Actor) -> Happening:
    return Happening("park.unit_let", {"park": park.pk, "tenancy": tenancy.pk}, actor)


@dataclass
class _Judge:
    """Makes a tenancy of a row; knows the units of a locked park, and who has them when."""

    park: Park
    table: Table
    actor: Actor
    now: datetime

    def __post_init__(self) -> None:
        self.units = {unit.name: unit for unit in self.park.units.all()}
        codes = (line.values.get("credit_code", "") for line in self.table.lines)
        self.named = verified_by_code(codes)
        self.known: dict[tuple[int, int | str, date], Tenancy] = {}
        self.taken: dict[int, list[Span]] = {unit.pk: [] for unit in self.units.values()}
        for one in Tenancy.objects.filter(unit__park=self.park):
            self.taken[one.unit_id].append(one.span())
            for tenant in (one.tenant_id, one.tenant_name):
                self.known[one.unit_id, tenant or "", one.starts_on] = one

    def __call__(self, values: Mapping[str, Any]) -> Tenancy:
        told = dict(values)
        name = told.pop("unit_name")
        if (unit := self.units.get(name)) is None:
            raise UnknownUnit(unit=name)
        tenant = self._tenant(told.pop("credit_code", ""))
        if tenant is not None:
            told["tenant_name"] = tenant.name
        for who in (tenant and tenant.pk, told["tenant_name"]):
            if known := self.known.get((unit.pk, who or "", told["starts_on"])):
                return known
        wanted = Span(told["starts_on"], told.get("ends_on"))
        check_free(wanted, self.taken[unit.pk])
        self.taken[unit.pk].append(wanted)
        return Tenancy(
            unit=unit,
            tenant=tenant,
            entered_at=self.now,
            by_user_id=self.actor.user_id,
            by_client=self.actor.client_id,
            **told,
        )

    def _tenant(self, code: str) -> Organization | None:
        if not code:
            return None
        if (found := self.named.get(code)) is None:
            raise NoSuchOrganization(credit_code=code)
        return found
