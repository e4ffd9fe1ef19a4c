"""Takes in tables of needs and of achievements: drafts of the organization that imports them.

A row with the organization's own number (`external_id`) that an earlier import brought is left as
it is, so that the same file sent twice adds nothing; what has changed is changed there.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_verified
from accounts.queries import city_called
from core import clock
from core.db import transaction
from core.errors import Refusal
from core.idempotency import Once, claim, settle
from core.imports import Judged, Report, Result, Table, carry_out
from marketplace import achievements, needs
from marketplace.call_queries import call_by_id
from marketplace.locks import lock_imports
from marketplace.models import Achievement, Need
from marketplace.plans import written_plan
from marketplace.queries import technology_field_called


class ExternalIdTwice(Refusal):
    code = "external_id_twice"
    message = "The number {external_id} stands in an earlier row of the table, too."


def import_needs(
    *,
    actor: Actor,
    organization_id: int,
    table: Table,
    dry_run: bool,
    once: Once | None = None,
) -> Report:
    """Draft the needs of a table, all of them or none; a dry run only judges its rows."""
    return _import(
        _Needs,
        actor=actor,
        organization_id=organization_id,
        table=table,
        dry_run=dry_run,
        once=once,
    )


def import_achievements(
    *,
    actor: Actor,
    organization_id: int,
    table: Table,
    dry_run: bool,
    once: Once | None = None,
) -> Report:
    """Draft the achievements of a table, likewise."""
    return _import(
        _Achievements,
        actor=actor,
        organization_id=organization_id,
        table=table,
        dry_run=dry_run,
        once=once,
    )


Thing = Need | Achievement
Values = Mapping[str, Any]


class _Needs:
    """What is particular to needs."""

    lists = ("indicators",)
    written: ClassVar[Mapping[str, Any]] = {"plan": written_plan}
    rows = (("field", technology_field_called), ("city", city_called), ("call", call_by_id))
    drafted: Callable[..., Thing] = staticmethod(needs.drafted)

    @staticmethod
    def known(organization_id: int) -> Any:
        return Need.objects.filter(organization=organization_id)

    @staticmethod
    def enter(new: Sequence[tuple[Any, Values]], actor: Actor, at: datetime) -> None:
        drafts = [(need, values.get("indicators", ())) for need, values in new]
        needs.enter(drafts, actor=actor, at=at)


class _Achievements:
    """What is particular to achievements."""

    lists = ()
    written: ClassVar[Mapping[str, Any]] = {}
    rows = (
        ("field", technology_field_called),
        ("city", city_called),
        ("preferred_city", city_called),
    )
    drafted: Callable[..., Thing] = staticmethod(achievements.drafted)

    @staticmethod
    def known(organization_id: int) -> Any:
        return Achievement.objects.filter(owner=organization_id)

    @staticmethod
    def enter(new: Sequence[tuple[Any, Values]], actor: Actor, at: datetime) -> None:
        achievements.enter(new, actor=actor, at=at)


def _import(
    kind: type[_Needs] | type[_Achievements],
    *,
    actor: Actor,
    organization_id: int,
    table: Table,
    dry_run: bool,
    once: Once | None,
) -> Report:
    require_agent(actor, organization_id)
    with transaction(by=actor.caller):
        lock_imports(organization_id)
        now = clock.now()
        claim(once, at=now)
        if once is not None and once.replayed:
            return Report(dry_run=False, rows=table.rows)  # answered with what was said then
        organization = Organization.objects.select_related("city").get(pk=organization_id)
        require_verified(organization)
        own_numbers = [line.values.get("external_id", "") for line in table.lines]
        known = kind.known(organization_id).filter(external_id__in=filter(None, own_numbers))
        earlier: dict[str, Thing] = {thing.external_id: thing for thing in known}
        seen: set[str] = set()
        rows = {**kind.written, **{name: cache(look_up) for name, look_up in kind.rows}}

        def judge(values: Values) -> tuple[Thing, Values]:
            number = values.get("external_id", "")
            if number and number in seen:
                raise ExternalIdTwice(external_id=number)
            seen.add(number)
            if number in earlier:
                return earlier[number], values
            own = {name: value for name, value in values.items() if name not in kind.lists}
            return kind.drafted(organization, own, now, rows=rows), values

        def write(judged: Sequence[Judged[tuple[Thing, Values]]]) -> list[Result]:
            new = [one.made for one in judged if one.made[0].pk is None]
            results = [(one, "created" if one.made[0].pk is None else "existing") for one in judged]
            if new:
                kind.enter(new, actor, now)
                settle(once, new[0][0])
            return [
                Result(one.number, outcome, one.made[0].pk, one.made[0].code)
                for one, outcome in results
            ]

        return carry_out(table, judge=judge, write=write, dry_run=dry_run)
