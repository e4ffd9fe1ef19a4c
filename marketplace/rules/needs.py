"""What a need must say, what more it could say, and what its money adds up to. Plain Python."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.errors import Refusal

# "Generally no more than three years" (policy table, `need_max_duration_months`).
MAX_MONTHS = 36
MAX_INDICATORS = 50


class Part(StrEnum):
    """A part of a need's form, in the form's order."""

    INDICATORS = "indicators"
    BUDGET = "budget"
    DEADLINE = "deadline"
    SUMMARY = "summary"
    TEST_METHODS = "test_methods"
    BACKGROUND = "background"
    CURRENT_STATUS = "current_status"
    EXPECTED_RESULT = "expected_result"
    INDUSTRY = "industry"
    PAID_TO_SOLVER = "paid_to_solver"
    FUNDING = "funding"
    MODES = "modes"
    IP_PROPOSAL = "ip_proposal"
    MONTHS = "months"
    MILESTONES = "milestones"
    SOLVER_CONDITIONS = "solver_conditions"
    ACCEPTANCE = "acceptance"
    CONTACT = "contact"


# Without these no need is shown to anybody (domain list, no. 16); field and city it always has.
ESSENTIAL = frozenset({Part.INDICATORS, Part.BUDGET, Part.DEADLINE})
# What each part is worth to who has to solve the problem. Together one hundred points.
WEIGHTS = {
    Part.INDICATORS: 18,
    Part.BUDGET: 12,
    Part.DEADLINE: 8,
    Part.SUMMARY: 8,
    Part.TEST_METHODS: 8,
    Part.BACKGROUND: 6,
    Part.CURRENT_STATUS: 4,
    Part.EXPECTED_RESULT: 5,
    Part.INDUSTRY: 1,
    Part.PAID_TO_SOLVER: 5,
    Part.FUNDING: 2,
    Part.MODES: 5,
    Part.IP_PROPOSAL: 5,
    Part.MONTHS: 2,
    Part.MILESTONES: 1,
    Part.SOLVER_CONDITIONS: 2,
    Part.ACCEPTANCE: 7,
    Part.CONTACT: 1,
}


class NeedIncomplete(Refusal):
    code = "need_incomplete"
    message = "The need is not complete yet. Missing: {missing}."
    words = tuple(Part)


class FundingContradicts(Refusal):
    """`what` names the amount that does not fit the budget."""

    code = "funding_contradicts"
    message = "This amount does not fit the budget: {what}."
    words = ("budget from", "funding", "paid to solver")


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """The facts that decide whether a need may be published.

    `filled` are the parts beside the essential ones that say something, `required` those the
    need's call asks for beside the essential ones.
    """

    indicators: int
    budget: Decimal | None
    deadline: date | None
    today: date
    filled: frozenset[Part] = frozenset()
    required: frozenset[Part] = frozenset()

    def says(self, part: Part) -> bool:
        if part is Part.INDICATORS:
            return self.indicators > 0
        if part is Part.BUDGET:
            return self.budget is not None and self.budget > 0
        if part is Part.DEADLINE:
            return self.deadline is not None and self.deadline > self.today
        return part in self.filled


def missing_for_publication(draft: NeedDraft) -> list[str]:
    """The names of what is missing, in the order of the form; empty when complete."""
    wanted = ESSENTIAL | draft.required
    return [part for part in Part if part in wanted and not draft.says(part)]


def check_complete(draft: NeedDraft) -> None:
    if missing := missing_for_publication(draft):
        raise NeedIncomplete(missing=missing)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a good need is there: points of a hundred, and what would add to them."""

    score: int
    missing: tuple[str, ...]  # without these it goes no further
    raises: tuple[tuple[str, int], ...]  # what is not said yet and its points, most first


def completeness(draft: NeedDraft) -> Completeness:
    silent = [part for part in Part if not draft.says(part)]
    raises = sorted(((part.value, WEIGHTS[part]) for part in silent), key=lambda one: -one[1])
    score = sum(WEIGHTS.values()) - sum(WEIGHTS[part] for part in silent)
    return Completeness(score, tuple(missing_for_publication(draft)), tuple(raises))


@dataclass(frozen=True, slots=True)
class Funding:
    """A need's money, CNY; `budget` is the most that is spent, `budget_from` the least."""

    budget: Decimal | None
    budget_from: Decimal | None = None
    own: Decimal | None = None
    grant: Decimal | None = None
    other: Decimal | None = None
    paid_to_solver: Decimal | None = None


def check_funding(funding: Funding) -> None:
    """Refuse parts that are more than the whole; a whole not said yet contradicts nothing."""
    if funding.budget is None:
        return
    sources = sum(
        (one for one in (funding.own, funding.grant, funding.other) if one is not None), Decimal(0)
    )
    parts = {
        "budget_from": funding.budget_from or Decimal(0),
        "funding": sources,
        "paid_to_solver": funding.paid_to_solver or Decimal(0),
    }
    for what, amount in parts.items():
        if amount > funding.budget:
            raise FundingContradicts(what=what)
