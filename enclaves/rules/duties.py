"""What is due in a park and when: computed from agreements, reports and tenancies. Plain Python."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from enclaves.lifecycle import DutyKind, DutyPhase
from enclaves.rules.sharing import periods
from enclaves.rules.tenancy import Span

# A report is due thirty days after its period, its confirmation fifteen days after it came.
REPORT_WITHIN = timedelta(days=30)
CONFIRM_WITHIN = timedelta(days=15)
# Reminders come this long before, so that there is time to act.
SOON = {
    DutyKind.REPORT: timedelta(days=14),
    DutyKind.CONFIRMATION: timedelta(days=5),
    DutyKind.AGREEMENT: timedelta(days=90),
    DutyKind.TENANCY: timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is due; `subject` is the id of what it is about."""

    kind: DutyKind
    subject: int
    due_on: date

    def phase(self, today: date) -> DutyPhase:
        if today > self.due_on:
            return DutyPhase.OVERDUE
        return DutyPhase.SOON if today >= self.due_on - SOON[self.kind] else DutyPhase.UPCOMING


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement as far as duties follow from it."""

    id: int
    period: str
    term: Span


def report_duties(agreed: Agreed, reported: Collection[Span], today: date) -> Iterator[Duty]:
    """A report for each period of the agreement that is over, unless it was submitted."""
    for period in periods(agreed.period, agreed.term):
        if period.ends_on is None or period.ends_on > today:
            return
        if not any(_covers(done, period) for done in reported):
            yield Duty(DutyKind.REPORT, agreed.id, period.ends_on + REPORT_WITHIN)


def confirmation_duty(report: int, submitted_on: date) -> Duty:
    return Duty(DutyKind.CONFIRMATION, report, submitted_on + CONFIRM_WITHIN)


def ending_duties(kind: DutyKind, spans: Iterable[tuple[int, Span]], today: date) -> Iterator[Duty]:
    """What has to be renewed, or let go, on its last day; what ended is no duty any more."""
    for subject, span in spans:
        if span.ends_on is not None and today < span.ends_on:
            yield Duty(kind, subject, span.ends_on)


def _covers(done: Span, period: Span) -> bool:
    return done.starts_on <= period.starts_on and period.ends_on == done.ends_on
