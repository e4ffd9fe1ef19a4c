"""Takes in the roll of an alliance as a table: members that have joined it before, all or none.

An organization that the roll knows already is left as it is, so that the same file sent twice adds
nothing; who has left comes back by applying.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.queries import NoSuchOrganization, city_by_code, verified_by_code
from alliances.lifecycle import MemberState
from alliances.locks import lock_alliance
from alliances.members import AllianceDissolved, SecretariatStaysOut, require_keeper
from alliances.models import Alliance, AllianceMember
from alliances.rules.membership import (
    AllianceKind,
    Licence,
    MemberKind,
    check_licence,
    check_may_join,
)
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Refusal
from core.events import Happening, record_many
from core.idempotency import Once, claim, settle
from core.imports import Judged, Report, Result, Table, carry_out


class OrganizationTwice(Refusal):
    code = "organization_twice"
    message = "{credit_code} stands in an earlier row of the table, too."


@dataclass(frozen=True, slots=True)
class _Row:
    """A member, new or known, and the cities that a new one works in."""

    member: AllianceMember
    cities: Sequence[Any] = ()


def import_members(
    *, actor: Actor, alliance_id: int, table: Table, dry_run: bool, once: Once | None = None
) -> Report:
    """Enter active members by who keeps the roll; a dry run only judges the rows.

    Organizations are named by their credit codes; one that is not verified here, is of a kind
    that the alliance does not take, or has no licence that holds today keeps out the table.
    """
    with transaction():
        alliance = lock_alliance(alliance_id, seen_by=actor)
        require_keeper(actor, alliance)
        now = clock.now()
        claim(once, at=now)
        if once is not None and once.replayed:
            return Report(dry_run=False, rows=table.rows)  # answered with what was said then
        if alliance.dissolved_on is not None:
            raise AllianceDissolved(dissolved_on=alliance.dissolved_on)

        def write(judged: Sequence[Judged[_Row]]) -> list[Result]:
            new = [one.made for one in judged if one.made.member.pk is None]
            _enter(new, actor, now)
            settle(once, alliance)
            added = {row.member.pk for row in new}
            found = [(one.number, one.made.member.pk) for one in judged]
            return [
                Result(number, "created" if pk in added else "existing", pk) for number, pk in found
            ]

        return carry_out(table, judge=_Judge(alliance, table, now), write=write, dry_run=dry_run)


def _enter(rows: Sequence[_Row], actor: Actor, now: datetime) -> None:
    AllianceMember.objects.bulk_create([row.member for row in rows])
    territory = AllianceMember.territory.through
    territory.objects.bulk_create(
        territory(alliancemember=row.member, city=city) for row in rows for city in row.cities
    )
    told = {f"member:{row.member.pk}": [_activated(row.member, actor)] for row in rows}
    record_many(told, at=now)


def _activated(member: AllianceMember, actor: Actor) -> Happening:
    facts = {
        "member": member.pk,
        "alliance": member.alliance_id,
        "organization": member.organization_id,
    }
    return Happening("member.activated", facts, actor)


class _Judge:
    """Makes a member of a row; knows the roll of a locked alliance and whom the table names."""

    def __init__(self, alliance: Alliance, table: Table, now: datetime) -> None:
        self.alliance, self.now = alliance, now
        self.named = verified_by_code(line.values["credit_code"] for line in table.lines)
        # The latest of several.
        self.roll = {one.organization_id: one for one in alliance.members.order_by("pk")}
        self.city = cache(city_by_code)
        self.seen: set[str] = set()

    def __call__(self, values: Mapping[str, Any]) -> _Row:
        told = dict(values)
        code, territory = told.pop("credit_code"), told.pop("territory")
        if code in self.seen:
            raise OrganizationTwice(credit_code=code)
        self.seen.add(code)
        if (organization := self.named.get(code)) is None:
            raise NoSuchOrganization(credit_code=code)
        if known := self.roll.get(organization.pk):
            return _Row(known)
        self._check(organization, told)
        member = AllianceMember(
            alliance=self.alliance,
            organization=organization,
            state=MemberState.ACTIVE,
            applied_at=self.now,
            admitted_at=self.now,
            activated_at=self.now,
            **told,
        )
        return _Row(member, [self.city(one) for one in dict.fromkeys(territory)])

    def _check(self, organization: Organization, told: Mapping[str, Any]) -> None:
        alliance, kind = self.alliance, MemberKind(told["kind"])
        if alliance.kind == AllianceKind.FINANCIAL and alliance.secretariat_id == organization.pk:
            raise SecretariatStaysOut
        check_may_join(AllianceKind(alliance.kind), kind)
        licence = Licence(told["licence_number"], told["licence_until"])
        check_licence(kind, licence, date_of(self.now))
