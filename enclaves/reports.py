"""Periodic reports: figures from records, submitted by the operator, confirmed by both cities.

What a city disputes stands flagged until the office has settled it. The cities' shares are
written when both have confirmed one version of the figures, and never before.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_office, require_person
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, PermissionDenied
from core.events import record
from core.idempotency import Once, claim, settle
from enclaves.figures import figures_of
from enclaves.lifecycle import REPORT, ReportState, Side
from enclaves.locks import lock_park, lock_report
from enclaves.models import BenefitShare, Metric, Park, Report
from enclaves.permissions import require_runs
from enclaves.queries import reports
from enclaves.rules.sharing import (
    check_over,
    check_unconfirmed,
    is_agreed,
    period_of,
    split,
)
from marketplace.rules import check_reason


class PeriodReported(Conflict):
    code = "period_reported"
    message = "There is a report about a part of this period."


def draw_up_report(
    *,
    actor: Actor,
    park_id: int,
    period: str,
    starts_on: date,
    tax: Decimal,
    output: Decimal,
    once: Once | None = None,
) -> Report:
    """Draw up the report of a period that is over; by the operator.

    What the records tell is proposed; tax and output value, in CNY, only the operator knows.
    """
    span = period_of(period, starts_on)
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return reports().get(pk=earlier)
        park = lock_park(park_id, seen_by=actor)
        now = clock.now()
        require_runs(actor, park)
        ends_on = check_over(span, date_of(now))
        if any(span.overlaps(other.span()) for other in park.reports.all()):
            raise PeriodReported
        found = figures_of(Park.objects.filter(pk=park.pk), span)
        report = Report.objects.create(
            park=park,
            starts_on=span.starts_on,
            ends_on=ends_on,
            figures=found.told(),
            tax=tax,
            output=output,
            talents=found.people,
            drawn_up_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, report)
        _record(report, "drawn_up", actor, now)
        return reports().get(pk=report.pk)


def correct_report(*, actor: Actor, report_id: int, **values: Any) -> Report:
    """Correct a draft, or a report that a city disputes: what it had confirmed of that is void.

    Tax and output value may be given anew; everything else is read from the records again.
    """
    with transaction():
        report = lock_report(report_id, seen_by=actor)
        require_runs(actor, report.park)
        if report.state not in (ReportState.DRAFT, ReportState.DISPUTED):
            REPORT.check(ReportState(report.state), ReportState.DRAFT)
        for name, value in values.items():
            setattr(report, name, value)
        found = figures_of(Park.objects.filter(pk=report.park_id), report.span())
        report.figures, report.talents = found.told(), found.people
        if report.state == ReportState.DISPUTED:
            report.version += 1
        report.save()
        _record(report, "corrected", actor, clock.now())
        return reports().get(pk=report.pk)


def submit_report(*, actor: Actor, report_id: int) -> Report:
    """The operator stands by the figures; both cities are asked to confirm them."""
    with transaction():
        report = lock_report(report_id, seen_by=actor)
        require_runs(actor, report.park)
        if report.state != ReportState.DRAFT:
            REPORT.check(ReportState(report.state), ReportState.DRAFT)
        now = clock.now()
        return _move(report, ReportState.SUBMITTED, "submitted", actor, now, submitted_at=now)


def confirm_report(*, actor: Actor, report_id: int) -> Report:
    """One of the two cities confirms; with the other one's the shares are written."""
    with transaction():
        report = lock_report(report_id, seen_by=actor)
        side, person = _side(actor, report.park), require_person(actor)
        REPORT.check(ReportState(report.state), ReportState.AGREED)
        now = clock.now()
        check_unconfirmed(side, _confirmed(report))
        report.confirmations.create(side=side, version=report.version, person_id=person, at=now)
        _record(report, "confirmed", actor, now, side=side.value)
        if not is_agreed(_confirmed(report)):
            return reports().get(pk=report.pk)
        _share(report)
        return _move(report, ReportState.AGREED, "agreed", actor, now)


def dispute_report(*, actor: Actor, report_id: int, reason: str) -> Report:
    """A city holds the figures to be wrong; until it is settled nothing is shared.

    Refused to a city that has confirmed them: its confirmation would stand beside its dispute.
    """
    with transaction():
        report = lock_report(report_id, seen_by=actor)
        side, person = _side(actor, report.park), require_person(actor)
        told, now = check_reason(reason), clock.now()
        REPORT.check(ReportState(report.state), ReportState.DISPUTED)
        check_unconfirmed(side, _confirmed(report))
        report.disputes.create(side=side, person_id=person, reason=told, raised_at=now)
        return _move(report, ReportState.DISPUTED, "disputed", actor, now)


def resolve_report(*, actor: Actor, report_id: int, resolution: str) -> Report:
    """The office settles a dispute; figures that were corrected are confirmed anew by both."""
    with transaction():
        report = lock_report(report_id, seen_by=actor)
        require_office(actor)
        told, now = check_reason(resolution), clock.now()
        if report.state != ReportState.DISPUTED:
            REPORT.check(ReportState(report.state), ReportState.DRAFT)
        report.disputes.filter(resolved_at=None).update(resolved_at=now, resolution=told)
        return _move(report, ReportState.SUBMITTED, "resolved", actor, now, submitted_at=now)


def _side(actor: Actor, park: Park) -> Side:
    """Which of the two cities the actor's bureau speaks for."""
    if park.home_city_id in actor.bureau_cities:
        return Side.HOME
    if park.host_district_id in actor.bureau_cities:
        return Side.HOST
    raise PermissionDenied


def _confirmed(report: Report) -> list[Side]:
    current = report.confirmations.filter(version=report.version)
    return [Side(side) for side in current.values_list("side", flat=True)]


def _share(report: Report) -> None:
    """What each city gets of each metric that an agreement of the period's last day shares."""
    wholes = {
        Metric.TAX: report.tax,
        Metric.OUTPUT: report.output,
        Metric.TALENTS: Decimal(report.talents),
    }
    in_force = report.park.agreements.filter(
        starts_on__lt=report.ends_on, ends_on__gte=report.ends_on
    )
    for agreement in in_force:
        parts = split(wholes[Metric(agreement.metric)], agreement.home_percent)
        BenefitShare.objects.bulk_create(
            BenefitShare(
                report=report,
                agreement=agreement,
                metric=agreement.metric,
                side=side,
                amount=parts.of(side),
            )
            for side in Side
        )


def _move(
    report: Report, wanted: ReportState, what: str, actor: Actor, at: datetime, **values: Any
) -> Report:
    REPORT.check(ReportState(report.state), wanted)
    report.state = wanted
    for name, value in values.items():
        setattr(report, name, value)
    report.save(update_fields=["state", *values])
    _record(report, what, actor, at)
    return reports().get(pk=report.pk)


def _record(report: Report, what: str, actor: Actor, at: datetime, **facts: Any) -> None:
    told = {"report": report.pk, "park": report.park_id, **facts}
    record(f"report:{report.pk}", f"report.{what}", at=at, actor=actor, **told)
