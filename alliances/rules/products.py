"""What kinds of finance there are, who offers them, and whom a product takes. Plain Python.

Which kind of institution offers which kind of product is the product's own measure; the kinds are
those of the corridor's financial alliance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from alliances.lifecycle import MemberState
from alliances.rules.membership import Licence, MemberKind
from core.errors import Conflict, Refusal


class ProductKind(StrEnum):
    TECH_LOAN = "tech_loan"  # 科技贷
    IP_PLEDGE = "ip_pledge"  # 知识产权质押
    INVEST_LOAN = "invest_loan"  # 投贷联动
    GRANT_EQUITY = "grant_equity"  # 拨投结合
    BOND = "bond"  # 债券
    FUND = "fund"  # 基金
    LEASE = "lease"  # 融资租赁
    INSURANCE = "insurance"  # 保险
    GUARANTEE = "guarantee"  # 担保
    PAY_LATER_LOAN = "pay_later_loan"  # 先用后付贷


class PolicyLevel(StrEnum):
    """Who issued a policy that supports financing."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    CITY = "city"
    DISTRICT = "district"
    CORRIDOR = "corridor"


# Money that is lent, and therefore has a rate and an APR.
LENT = frozenset(
    {
        ProductKind.TECH_LOAN,
        ProductKind.IP_PLEDGE,
        ProductKind.INVEST_LOAN,
        ProductKind.BOND,
        ProductKind.LEASE,
        ProductKind.PAY_LATER_LOAN,
    }
)
# Money that is given out against a pledge of the right, registered before it is drawn.
PLEDGED = frozenset({ProductKind.IP_PLEDGE, ProductKind.PAY_LATER_LOAN})
OFFERED_BY: Mapping[ProductKind, frozenset[MemberKind]] = {
    ProductKind.TECH_LOAN: frozenset({MemberKind.BANK}),
    ProductKind.IP_PLEDGE: frozenset({MemberKind.BANK}),
    ProductKind.INVEST_LOAN: frozenset({MemberKind.BANK, MemberKind.FUND}),
    ProductKind.GRANT_EQUITY: frozenset({MemberKind.FUND}),
    ProductKind.BOND: frozenset({MemberKind.BANK, MemberKind.SECURITIES}),
    ProductKind.FUND: frozenset({MemberKind.FUND, MemberKind.SECURITIES}),
    ProductKind.LEASE: frozenset({MemberKind.LEASING}),
    ProductKind.INSURANCE: frozenset({MemberKind.INSURER}),
    ProductKind.GUARANTEE: frozenset({MemberKind.GUARANTOR}),
    ProductKind.PAY_LATER_LOAN: frozenset({MemberKind.BANK}),
}


class NotYourBusiness(Refusal):
    code = "product_not_yours_to_offer"
    message = "A member of the kind {kind} does not offer {product}."
    words = (*MemberKind, *ProductKind)


class ProductTermsWrong(Refusal):
    code = "product_terms_wrong"
    message = "The terms of this product do not fit together: {wrong}."
    words = ("amounts", "months", "rate", "repayment", "fee")


class QuotaFull(Conflict):
    code = "quota_full"
    message = "Your quota of {quota} products is full. Close one first."


class NotEligible(Refusal):
    """An application that no product of its kind could take."""

    code = "not_eligible"
    message = "No product takes this: {reasons}."
    words = ("collateral",)


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """Amounts in CNY, rates in per cent a year; `fields` and `cities` empty for all of them."""

    kind: ProductKind
    least: Decimal
    most: Decimal
    most_months: int
    rate: Decimal | None = None
    repayment: str = ""
    fee_rate: Decimal = Decimal(0)
    needs_collateral: bool = False
    fields: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """What an applicant asks for, as far as it decides who may be asked."""

    kind: ProductKind
    amount: Decimal
    months: int
    city: str
    field: str
    has_collateral: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member with one of its products; `cities` is the member's territory, empty for all."""

    member: int
    organization: int
    product: int
    terms: ProductTerms
    state: MemberState = MemberState.ACTIVE
    kind: MemberKind = MemberKind.BANK
    licence: Licence = field(default_factory=lambda: Licence(""))
    cities: frozenset[str] = frozenset()


def check_product(kind: MemberKind, terms: ProductTerms, *, most_fee: Decimal) -> None:
    """Refuse what this member may not offer, and terms that do not fit together."""
    if kind not in OFFERED_BY[terms.kind]:
        raise NotYourBusiness(kind=kind, product=terms.kind)
    lent = terms.kind in LENT
    wrong = {
        "amounts": not 0 < terms.least <= terms.most,
        "months": terms.most_months < 1,
        "rate": lent != (terms.rate is not None),
        "repayment": lent != bool(terms.repayment),
        "fee": not 0 <= terms.fee_rate <= most_fee,
    }
    if any(wrong.values()):
        raise ProductTermsWrong(wrong=[name for name, is_wrong in wrong.items() if is_wrong])


def reasons_against(terms: ProductTerms, case: Case) -> list[str]:
    """What of a case the product does not take; empty if it takes it."""
    reasons = {
        "kind": terms.kind is not case.kind,
        "amount": not terms.least <= case.amount <= terms.most,
        "term": case.months > terms.most_months,
        "city": bool(terms.cities) and case.city not in terms.cities,
        "field": bool(terms.fields) and case.field not in terms.fields,
        "collateral": terms.needs_collateral and not case.has_collateral,
    }
    return [name for name, stands in reasons.items() if stands]


def check_collateral(case: Case) -> None:
    """Refuse a case of a kind that is lent against a right, and names none."""
    if case.kind in PLEDGED and not case.has_collateral:
        raise NotEligible(reasons=["collateral"])


def route(
    case: Case, candidates: Iterable[Candidate], *, applicant: int, today: date
) -> dict[int, int]:
    """Which members are asked, each with one product: the eligible one with the lowest rate.

    Asked are active members whose licence holds, in whose territory the applicant works; never
    the applicant itself.
    """
    chosen: dict[int, Candidate] = {}
    for one in candidates:
        if not _is_asked(one, case, applicant, today):
            continue
        standing = chosen.get(one.member)
        if standing is None or _rank(one) < _rank(standing):
            chosen[one.member] = one
    return {member: one.product for member, one in sorted(chosen.items())}


def _is_asked(one: Candidate, case: Case, applicant: int, today: date) -> bool:
    return (
        one.state is MemberState.ACTIVE
        and one.organization != applicant
        and one.kind in OFFERED_BY[one.terms.kind]
        and one.licence.holds_on(today)
        and (not one.cities or case.city in one.cities)
        and not reasons_against(one.terms, case)
    )


def _rank(one: Candidate) -> tuple[bool, Decimal, int]:
    rate = one.terms.rate
    return rate is None, rate or Decimal(0), one.product
