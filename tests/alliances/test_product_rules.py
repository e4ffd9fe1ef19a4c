"""Whom a product takes, and which members are asked."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances.lifecycle import MemberState
from alliances.rules.membership import Licence, MemberKind
from alliances.rules.products import (
    LENT,
    OFFERED_BY,
    PLEDGED,
    Candidate,
    Case,
    NotEligible,
    NotYourBusiness,
    ProductKind,
    ProductTerms,
    ProductTermsWrong,
    check_collateral,
    check_product,
    reasons_against,
    route,
)

TODAY = date(2026, 3, 2)
LICENCE = Licence("虚构-1")
LOAN = ProductTerms(
    ProductKind.TECH_LOAN, Decimal(100), Decimal(1000), 24, Decimal("4.35"), "at_once"
)
CASE = Case(ProductKind.TECH_LOAN, Decimal(500), 12, "310117", "NM", has_collateral=False)
FEE = Decimal(20)
cities = st.sampled_from(["310117", "330100", "340200"])
some_cities = st.frozensets(cities, max_size=2)


@st.composite
def candidates(draw):
    kind = draw(st.sampled_from([ProductKind.TECH_LOAN, ProductKind.FUND]))
    terms = ProductTerms(
        kind,
        Decimal(draw(st.integers(1, 600))),
        Decimal(draw(st.integers(400, 1000))),
        draw(st.integers(6, 24)),
        Decimal(draw(st.integers(3, 6))) if kind in LENT else None,
        needs_collateral=draw(st.booleans()),
        fields=draw(st.frozensets(st.sampled_from(["NM", "IC"]), max_size=1)),
        cities=draw(some_cities),
    )
    return Candidate(
        member=draw(st.integers(1, 4)),
        organization=draw(st.integers(1, 5)),
        product=draw(st.integers(1, 10**6)),
        terms=terms,
        state=draw(st.sampled_from(MemberState)),
        kind=draw(st.sampled_from([MemberKind.BANK, MemberKind.FUND])),
        licence=draw(st.sampled_from([LICENCE, Licence(""), Licence("x", date(2026, 3, 1))])),
        cities=draw(some_cities),
    )


@given(st.lists(candidates(), max_size=12), cities, st.booleans())
def test_exactly_the_eligible_active_members_are_asked_each_once(offered, city, has_collateral):
    case = replace(CASE, city=city, has_collateral=has_collateral)
    found = route(case, offered, applicant=5, today=TODAY)

    def fits(one):
        return (
            one.state == "active"
            and one.organization != 5
            and one.kind in OFFERED_BY[one.terms.kind]
            and one.licence.holds_on(TODAY)
            and (not one.cities or city in one.cities)
            and not reasons_against(one.terms, case)
        )

    assert set(found) == {one.member for one in offered if fits(one)}
    for member, product in found.items():
        own = [one for one in offered if fits(one) and one.member == member]
        chosen = [one for one in own if one.product == product]
        assert chosen
        rates = [one.terms.rate for one in own if one.terms.rate is not None]
        assert (
            not rates or chosen[0].terms.rate == min(rates) or chosen[-1].terms.rate == min(rates)
        )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": ProductKind.BOND}, "kind"),
        ({"amount": Decimal("99.99")}, "amount"),
        ({"amount": Decimal("1000.01")}, "amount"),
        ({"months": 25}, "term"),
        ({"city": "330100"}, "city"),
        ({"field": "IC"}, "field"),
        ({"has_collateral": False}, "collateral"),
    ],
)
def test_a_product_says_what_it_does_not_take(change, reason):
    terms = replace(
        LOAN, cities=frozenset({"310117"}), fields=frozenset({"NM"}), needs_collateral=True
    )
    fitting = replace(CASE, has_collateral=True)
    assert reasons_against(terms, fitting) == []
    assert reasons_against(terms, replace(fitting, **change)) == [reason]


def test_what_is_lent_on_a_right_names_it():
    for kind in ProductKind:
        case = replace(CASE, kind=kind)
        if kind in PLEDGED:
            with pytest.raises(NotEligible):
                check_collateral(case)
        else:
            check_collateral(case)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"least": Decimal(0)}, "amounts"),
        ({"least": Decimal(1001)}, "amounts"),
        ({"most_months": 0}, "months"),
        ({"rate": None}, "rate"),
        ({"repayment": ""}, "repayment"),
        ({"fee_rate": Decimal("20.01")}, "fee"),
    ],
)
def test_terms_that_do_not_fit_together_are_refused(change, wrong):
    check_product(MemberKind.BANK, LOAN, most_fee=FEE)
    with pytest.raises(ProductTermsWrong) as refused:
        check_product(MemberKind.BANK, replace(LOAN, **change), most_fee=FEE)
    assert refused.value.facts["wrong"] == [wrong]


def test_a_member_offers_its_own_business():
    for kind, members in OFFERED_BY.items():
        rate, form = (Decimal(4), "at_once") if kind in LENT else (None, "")
        terms = replace(LOAN, kind=kind, rate=rate, repayment=form)
        for member in MemberKind:
            if member in members:
                check_product(member, terms, most_fee=FEE)
            else:
                with pytest.raises(NotYourBusiness):
                    check_product(member, terms, most_fee=FEE)


@pytest.mark.parametrize(
    ("kind", "of", "rates", "chosen"),
    [
        (ProductKind.TECH_LOAN, MemberKind.BANK, ("4.35", "3.85", "4.00"), 2),
        (ProductKind.TECH_LOAN, MemberKind.BANK, ("3.85", "3.85", "4.00"), 1),
        (ProductKind.FUND, MemberKind.FUND, (None, None), 1),
    ],
)
def test_a_member_is_asked_with_its_cheapest_product_and_among_equals_the_oldest(
    kind, of, rates, chosen
):
    offered = [
        Candidate(
            member=7,
            organization=3,
            product=number,
            terms=replace(LOAN, kind=kind, rate=rate and Decimal(rate)),
            state=MemberState.ACTIVE,
            kind=of,
            licence=LICENCE,
        )
        for number, rate in enumerate(rates, 1)
    ]
    case = replace(CASE, kind=kind)
    assert route(case, offered, applicant=1, today=TODAY) == {7: chosen}
    assert route(case, offered[::-1], applicant=1, today=TODAY) == {7: chosen}
