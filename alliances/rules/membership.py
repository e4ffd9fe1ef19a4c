"""Who may join which alliance, when a member counts, and who chairs it when. Plain Python.

The financial alliance (综合金融服务联盟) takes institutions of finance and those that serve them;
the industrial alliances (产业联盟, 1+7+N) take everybody else. One chairs at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from alliances.lifecycle import MemberState
from core.errors import Conflict, Refusal


class AllianceKind(StrEnum):
    """The financial alliance, and 1+7+N: one of parks, one for each field, and others."""

    FINANCIAL = "financial"
    PARK = "park"
    FIELD = "field"
    OTHER = "other"


class MemberKind(StrEnum):
    BANK = "bank"
    SECURITIES = "securities"
    FUND = "fund"
    INSURER = "insurer"
    GUARANTOR = "guarantor"
    LEASING = "leasing"
    EXCHANGE = "exchange"
    APPRAISER = "appraiser"
    LAW_FIRM = "law_firm"
    CREDIT_BUREAU = "credit_bureau"
    ENTERPRISE = "enterprise"
    RESEARCH = "research"
    PARK = "park"
    ASSOCIATION = "association"


# Nobody lends, insures, guarantees or leases without the regulator's licence.
LICENSED = frozenset(
    {
        MemberKind.BANK,
        MemberKind.SECURITIES,
        MemberKind.FUND,
        MemberKind.INSURER,
        MemberKind.GUARANTOR,
        MemberKind.LEASING,
    }
)
FINANCIAL = LICENSED | {
    MemberKind.EXCHANGE,
    MemberKind.APPRAISER,
    MemberKind.LAW_FIRM,
    MemberKind.CREDIT_BUREAU,
}


class WrongAlliance(Refusal):
    code = "wrong_alliance"
    message = "An alliance of the kind {alliance} takes no member of the kind {kind}."
    words = (*AllianceKind, *MemberKind)


class LicenceMissing(Refusal):
    code = "licence_missing"
    message = "A member of the kind {kind} needs a licence that holds today."
    words = tuple(MemberKind)


class ChairTaken(Conflict):
    code = "chair_taken"
    message = "Another member chairs the alliance from {starts_on} to {ends_on}."


class ChairNotActive(Refusal):
    code = "chair_not_active"
    message = "Only an active member of the alliance chairs it; this one is {state}."
    words = tuple(MemberState)


class TermBackwards(Refusal):
    code = "term_backwards"
    message = "A term ends on its first day or later."


@dataclass(frozen=True, slots=True)
class Licence:
    """`until` is the last day on which it holds, None where it names none."""

    number: str
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return bool(self.number.strip()) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Term:
    """Both days included, Shanghai dates."""

    starts_on: date
    ends_on: date

    def overlaps(self, other: "Term") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def check_may_join(alliance: AllianceKind, kind: MemberKind) -> None:
    """Institutions of finance join the financial alliance, all others an industrial one."""
    if (kind in FINANCIAL) != (alliance is AllianceKind.FINANCIAL):
        raise WrongAlliance(alliance=alliance, kind=kind)


def check_licence(kind: MemberKind, licence: Licence, today: date) -> None:
    """Refuse who works under a licence and has none that holds."""
    if kind in LICENSED and not licence.holds_on(today):
        raise LicenceMissing(kind=kind)


def check_chair_term(term: Term, others: Iterable[Term], state: MemberState) -> None:
    """One chair at a time, and an active member."""
    if term.ends_on < term.starts_on:
        raise TermBackwards
    if state is not MemberState.ACTIVE:
        raise ChairNotActive(state=state)
    for other in others:
        if term.overlaps(other):
            raise ChairTaken(starts_on=other.starts_on, ends_on=other.ends_on)
