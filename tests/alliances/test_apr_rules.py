"""What a loan costs in a year: the formula holds for whatever can be agreed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances.rules.apr import (
    Loan,
    Repayment,
    TermsNotPriced,
    apr,
    monthly_rate,
    payments,
    present_value,
)
from tests.properties import fewer

MILLION = Decimal("1000000.00")


@st.composite
def loans(draw):
    amount = Decimal(draw(st.integers(1, 10**12))) / 100
    fee = (amount * draw(st.integers(0, 20)) / 100).quantize(Decimal("0.01"), "ROUND_DOWN")
    return Loan(
        amount=amount,
        rate=Decimal(draw(st.integers(0, 3600))) / 100,
        months=draw(st.integers(1, 60)),
        repayment=draw(st.sampled_from(Repayment)),
        fee=fee,
    )


@given(loans())
@fewer(0.3)
def test_discounting_the_payments_at_the_rate_gives_what_was_held_back(loan):
    worth = present_value(payments(loan), monthly_rate(loan))
    assert abs(worth - (loan.amount - loan.fee)) < Decimal("0.01")


@given(loans())
def test_the_payments_repay_the_whole_and_none_is_negative(loan):
    flows = payments(loan)
    assert len(flows) == loan.months
    assert min(flows) >= 0
    assert sum(flows) >= loan.amount
    if not loan.rate:
        assert sum(flows) == loan.amount


@given(loans(), st.integers(1, 100))
@fewer(0.2)
def test_a_fee_never_makes_a_loan_cheaper(loan, cents):
    free = Loan(loan.amount, loan.rate, loan.months, loan.repayment)
    assert apr(loan) >= apr(free)


@pytest.mark.parametrize(
    ("loan", "cost"),
    [
        # (1 + 0.12 / 12) ^ 12 - 1
        (Loan(MILLION, Decimal("12.00"), 12, Repayment.EQUAL_INSTALMENTS), "12.6825"),
        (Loan(MILLION, Decimal("12.00"), 24, Repayment.EQUAL_PRINCIPAL), "12.6825"),
        (Loan(MILLION, Decimal("12.00"), 36, Repayment.INTEREST_MONTHLY), "12.6825"),
        (Loan(MILLION, Decimal("4.35"), 12, Repayment.AT_ONCE), "4.3500"),
        (Loan(MILLION, Decimal("0.00"), 12, Repayment.EQUAL_INSTALMENTS), "0.0000"),
        # 50,000 of fee on a million for a year at nothing: 1,000,000 / 950,000 - 1
        (Loan(MILLION, Decimal(0), 12, Repayment.AT_ONCE, Decimal("50000.00")), "5.2632"),
    ],
)
def test_known_costs(loan, cost):
    assert abs(apr(loan) - Decimal(cost)) <= Decimal("0.0002")


@pytest.mark.parametrize(
    "loan",
    [
        Loan(Decimal(0), Decimal(1), 12, Repayment.AT_ONCE),
        Loan(MILLION, Decimal("36.01"), 12, Repayment.AT_ONCE),
        Loan(MILLION, Decimal(1), 0, Repayment.AT_ONCE),
        Loan(MILLION, Decimal(1), 361, Repayment.AT_ONCE),
        Loan(MILLION, Decimal(1), 12, Repayment.AT_ONCE, Decimal("200000.01")),
    ],
)
def test_what_no_cost_can_be_told_of_is_refused(loan):
    with pytest.raises(TermsNotPriced):
        apr(loan)
