"""What waits for who has rows of its own at the desk: parks, their cities, alliances, members."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.desk.roles import DeskRole
from alliances.finance_queries import cases_overdue, cases_waiting
from alliances.fund_queries import fund_projects_visible_to, sits_on_committee
from alliances.lifecycle import FundState, MemberState
from alliances.queries import members_known_to
from config.cards import Card, rows_waiting
from core.calendar import date_of
from enclaves.lifecycle import PlaceState, ProjectState, ReportState
from enclaves.queries import (
    in_state,
    places_visible_to,
    projects_visible_to,
    reports_visible_to,
)
from marketplace.lifecycle import LandingState
from marketplace.queries import landings_visible_to

Roles = frozenset[DeskRole]


def own_cards(actor: Actor, roles: Roles, now: datetime) -> Iterator[Card]:
    yield from _park_cards(actor, roles)
    yield from _alliance_cards(actor, roles, now)


def _park_cards(actor: Actor, roles: Roles) -> Iterator[Card]:
    reports, model = reports_visible_to(actor), "enclaves_report"
    if roles & {DeskRole.PARK, DeskRole.OFFICE}:
        contact = in_state(projects_visible_to(actor), ProjectState.CONTACT)
        yield rows_waiting(_("Projects to admit"), contact, "enclaves_project", "standing=contact")
    if DeskRole.PARK in roles:
        drafts = reports.filter(state=ReportState.DRAFT)
        yield rows_waiting(_("Park reports to submit"), drafts, model, "state__exact=draft")
    if DeskRole.BUREAU in roles:
        submitted = reports.filter(state=ReportState.SUBMITTED)
        title = _("Park reports to confirm")
        yield rows_waiting(title, submitted, model, "state__exact=submitted")
        landings = landings_visible_to(actor).filter(state=LandingState.REPORTED)
        yield rows_waiting(
            _("Landings to confirm"), landings, "marketplace_landing", "state__exact=reported"
        )
    if DeskRole.OFFICE in roles:
        disputed = reports.filter(state=ReportState.DISPUTED)
        yield rows_waiting(_("Disputes to settle"), disputed, model, "state__exact=disputed")
        applied = places_visible_to(actor).filter(state=PlaceState.APPLIED)
        title = _("Places that applied for a name")
        yield rows_waiting(title, applied, "enclaves_place", "state__exact=applied")


def _alliance_cards(actor: Actor, roles: Roles, now: datetime) -> Iterator[Card]:
    model = "alliances_financeapplication"
    if roles & {DeskRole.SECRETARIAT, DeskRole.OFFICE}:
        applied = members_known_to(actor).filter(state=MemberState.APPLIED)
        title = _("Memberships to decide")
        yield rows_waiting(title, applied, "alliances_alliancemember", "state__exact=applied")
    if DeskRole.FINANCIER in roles:
        waiting = cases_waiting(actor).order_by().values("application").distinct()
        yield rows_waiting(_("Applications to answer"), waiting, model, "answer=waiting")
    if roles & {DeskRole.FINANCIER, DeskRole.SECRETARIAT, DeskRole.OFFICE}:
        late = cases_overdue(actor, now).order_by().values("application").distinct()
        title = _("Applications overdue for an answer")
        yield rows_waiting(title, late, model, "answer=overdue", "bad")
    if roles and sits_on_committee(actor, date_of(now)):
        before = fund_projects_visible_to(actor).filter(state=FundState.COMMITTEE)
        title = _("Targets before the committee")
        yield rows_waiting(title, before, "alliances_fundproject", "state__exact=committee")
