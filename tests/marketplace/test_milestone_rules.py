"""What a milestone of a deal needs: days, kinds of contract, sums that fit, lawful rewards."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.lifecycle import ContractKind, MilestoneKind, PriceForm, RewardRole
from marketplace.rules import milestones as rules
from marketplace.rules.milestones import (
    Contract,
    Instalment,
    Standing,
)

DAY = date(2026, 3, 2)
PRICE = Decimal("1000000.00")
K, F, R = MilestoneKind, PriceForm, RewardRole
money = st.decimals("0.01", "99999999.99", places=2)


def contract(form: PriceForm = F.LUMP_SUM, **terms) -> Contract:
    return Contract(signed_on=DAY, kind=ContractKind.TRANSFER, price_form=form, **terms)


def halves(*days: int) -> tuple[Instalment, ...]:
    return tuple(Instalment(DAY + timedelta(days=one), PRICE / len(days)) for one in days)


def paid(*amounts: str | Decimal) -> list[Standing]:
    return [
        Standing(K.PAYMENT, DAY + timedelta(days=day), Decimal(amount))
        for day, amount in enumerate(amounts)
    ]


def test_what_is_recorded_happened_after_the_deal_and_not_tomorrow():
    rules.check_day(DAY, earliest=DAY, today=DAY)
    with pytest.raises(rules.MilestoneTooEarly):
        rules.check_day(DAY - timedelta(days=1), earliest=DAY, today=DAY)
    with pytest.raises(rules.MilestoneInFuture):
        rules.check_day(DAY + timedelta(days=1), earliest=DAY, today=DAY)


@pytest.mark.parametrize("kind", K)
def test_a_deal_has_one_contract_and_many_payments(kind):
    standing = [Standing(kind, DAY, Decimal(1))]
    rules.check_once(kind, [])
    if kind in (K.PAYMENT, K.REWARD, K.ACCEPTANCE, K.ANNULMENT):
        rules.check_once(kind, standing)
    else:
        with pytest.raises(rules.AlreadyRecorded):
            rules.check_once(kind, standing)


@pytest.mark.parametrize("kind", K)
def test_a_contract_was_signed_before_what_rests_on_it(kind):
    standing = [Standing(kind, DAY, Decimal(1))]
    rules.check_signed_before(DAY, standing)
    if kind in (K.REGISTRATION, K.TRANSFER, K.ACCEPTANCE):
        with pytest.raises(rules.ContractTooLate):
            rules.check_signed_before(DAY + timedelta(days=1), standing)
    else:
        rules.check_signed_before(DAY + timedelta(days=1), standing)


def test_what_asks_for_a_contract_finds_its_day_or_refuses():
    assert rules.signed_on([*paid("1"), Standing(K.CONTRACT, DAY)]) == DAY
    with pytest.raises(rules.ContractNotSigned):
        rules.signed_on(paid("1"))


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("transfer", ContractKind.TRANSFER),
        ("equity", ContractKind.TRANSFER),
        ("license_sole", ContractKind.LICENSE),
        ("development", ContractKind.DEVELOPMENT),
        ("consulting", ContractKind.CONSULTING),
        ("service", ContractKind.SERVICE),
    ],
)
def test_a_deal_is_put_on_paper_by_the_contract_of_its_mode(mode, kind):
    for one in ContractKind:
        asked = Contract(signed_on=DAY, kind=one, price_form=F.LUMP_SUM)
        if one is kind:
            rules.check_contract(asked, mode=mode, price=PRICE)
        else:
            with pytest.raises(rules.ContractKindDiffers):
                rules.check_contract(asked, mode=mode, price=PRICE)
        rules.check_contract(asked, mode="", price=PRICE)


RATE = {"royalty_rate": Decimal(5)}
RIGHT = {
    F.LUMP_SUM: {},
    F.INSTALMENTS: {"instalments": halves(10, 40)},
    F.ROYALTY: RATE,
    F.ENTRY_FEE_AND_ROYALTY: {**RATE, "entry_fee": Decimal(1000)},
    F.USE_FIRST: {"first_due_on": DAY + timedelta(days=365)},
}


@pytest.mark.parametrize("form", F)
@pytest.mark.parametrize("terms", F)
def test_each_form_of_payment_takes_its_own_terms_and_no_others(form, terms):
    asked = contract(form, **RIGHT[terms])
    if form is terms:
        rules.check_contract(asked, mode="transfer", price=PRICE)
    else:
        with pytest.raises(rules.PriceFormInvalid):
            rules.check_contract(asked, mode="transfer", price=PRICE)


@pytest.mark.parametrize(
    ("form", "terms", "wrong"),
    [
        (F.INSTALMENTS, {"instalments": halves(10)}, "instalments"),
        (F.INSTALMENTS, {"instalments": halves(40, 10)}, "instalments"),
        (F.INSTALMENTS, {"instalments": halves(10, 10)}, "instalments"),
        (F.INSTALMENTS, {"instalments": halves(-1, 10)}, "instalments"),
        (F.INSTALMENTS, {"instalments": (*halves(1, 2), *halves(3, 4))}, "instalments"),
        (
            F.INSTALMENTS,
            {"instalments": (Instalment(DAY, PRICE), Instalment(DAY + timedelta(1), Decimal(0)))},
            "instalments",
        ),
        (F.ROYALTY, {"royalty_rate": Decimal(0)}, "royalty_rate"),
        (F.ROYALTY, {"royalty_rate": Decimal("100.01")}, "royalty_rate"),
        (F.ENTRY_FEE_AND_ROYALTY, {**RATE, "entry_fee": Decimal(0)}, "entry_fee"),
        (F.ENTRY_FEE_AND_ROYALTY, {**RATE, "entry_fee": PRICE + 1}, "entry_fee"),
        (F.USE_FIRST, {"first_due_on": DAY}, "first_due_on"),
    ],
)
def test_terms_that_do_not_add_up_are_named(form, terms, wrong):
    with pytest.raises(rules.PriceFormInvalid) as refused:
        rules.check_contract(contract(form, **terms), mode="transfer", price=PRICE)
    assert refused.value.facts["wrong"] == [wrong]


@given(amounts=st.lists(money, max_size=5), more=money)
def test_no_more_than_the_price_is_paid_unless_a_royalty_runs(amounts, more):
    before = sum(amounts, Decimal(0))
    standing = [*paid(*amounts), Standing(K.CONTRACT, DAY)]
    assert rules.paid(standing) == before
    for form in (*F, None):
        if before + more <= PRICE or form in (F.ROYALTY, F.ENTRY_FEE_AND_ROYALTY):
            rules.check_payment(more, standing, price=PRICE, form=form)
        else:
            with pytest.raises(rules.PaidTooMuch) as refused:
                rules.check_payment(more, standing, price=PRICE, form=form)
            assert refused.value.facts["outstanding"] == PRICE - before


def test_technical_income_is_a_part_of_the_transaction_value():
    rules.check_registered(PRICE, PRICE)
    with pytest.raises(rules.RegisteredValueInvalid):
        rules.check_registered(PRICE, PRICE + Decimal("0.01"))
