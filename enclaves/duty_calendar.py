"""The duties of a park, from its agreements, reports and tenancies."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

from core.calendar import date_of
from enclaves.lifecycle import DutyKind, DutyPhase, ReportState
from enclaves.models import Agreement, Park, Report, Tenancy
from enclaves.rules.duties import (
    Agreed,
    Duty,
    confirmation_duty,
    ending_duties,
    report_duties,
)
from enclaves.rules.tenancy import Span

_A_YEAR = timedelta(days=366)


def duties_of(park: Park, today: date) -> list[Duty]:
    """What is due within a year or overdue, the most urgent first."""
    agreements = list(Agreement.objects.filter(park=park))
    reports = list(Report.objects.filter(park=park).exclude(state=ReportState.DRAFT))
    done = [report.span() for report in reports]
    found = chain(
        _distinct_reports(agreements, done, today),
        (
            confirmation_duty(report.pk, date_of(report.submitted_at))
            for report in reports
            if report.state == ReportState.SUBMITTED and report.submitted_at
        ),
        ending_duties(
            DutyKind.AGREEMENT, [(a.pk, Span(a.starts_on, a.ends_on)) for a in agreements], today
        ),
        ending_duties(
            DutyKind.TENANCY,
            [
                (tenancy.pk, tenancy.span())
                for tenancy in Tenancy.objects.filter(unit__park=park, ends_on__gt=today)
            ],
            today,
        ),
    )
    near = (duty for duty in found if duty.due_on <= today + _A_YEAR)
    return sorted(near, key=lambda duty: (duty.due_on, duty.kind, duty.subject))


def _distinct_reports(agreements: list[Agreement], done: list[Span], today: date) -> Iterator[Duty]:
    """One report serves every metric: two agreements of one period ask for it once."""
    seen: set[date] = set()
    for agreement in agreements:
        term = Span(agreement.starts_on, agreement.ends_on)
        for duty in report_duties(Agreed(agreement.pk, agreement.period, term), done, today):
            if duty.due_on not in seen:
                seen.add(duty.due_on)
                yield duty


def pressing(park: Park, today: date) -> list[tuple[Duty, DutyPhase]]:
    """Those of which people have to be told."""
    phases = ((duty, duty.phase(today)) for duty in duties_of(park, today))
    return [(duty, phase) for duty, phase in phases if phase is not DutyPhase.UPCOMING]
