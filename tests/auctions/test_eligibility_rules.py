"""Who may not bid, as properties: every tie is found however it is written, and nothing else is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import same_account, same_name, same_phone
from auctions.rules import eligibility
from auctions.rules.eligibility import (
    AppraiserMayNotBid,
    BarredFromRelisting,
    ConsignorMayNotBid,
    Declared,
    Office,
    Particulars,
    RelatedParty,
    StaffMayNotBid,
    Tie,
    Ties,
)

TODAY = date(2026, 3, 2)
STRANGERS = Ties(
    own=Particulars.of(
        controller="甲某", legal_representative="乙某", phone="13800000001", bank_account="6200 01"
    ),
    consignor=Particulars.of(
        controller="丙某", legal_representative="丁某", phone="13800000002", bank_account="6200 02"
    ),
)


def found(ties: Ties, *, on: date = TODAY, operates: bool = False) -> list[tuple[str, ...]]:
    refusals = eligibility.conflicts(ties, on=on, operates=operates)
    return [(one.code, *map(str, one.facts.values())) for one in refusals]


def test_strangers_may_bid():
    eligibility.check(STRANGERS, on=TODAY)
    eligibility.check(Ties(), on=TODAY)
    assert found(STRANGERS) == []


@pytest.mark.parametrize(
    ("fact", "refusal", "facts"),
    [
        ("is_consignor", ConsignorMayNotBid, {}),
        ("is_exchange", StaffMayNotBid, {"office": Office.EXCHANGE}),
        ("is_house", StaffMayNotBid, {"office": Office.HOUSE}),
        ("serves_sale", StaffMayNotBid, {"office": Office.STAFF}),
        ("is_appraiser", AppraiserMayNotBid, {}),
        ("defaulted_before", BarredFromRelisting, {}),
        ("shares_agent", RelatedParty, {"relation": Tie.AGENT}),
    ],
)
def test_each_fact_alone_bars(fact, refusal, facts):
    with pytest.raises(refusal) as refused:
        eligibility.check(replace(STRANGERS, **{fact: True}), on=TODAY)
    assert refused.value.facts == facts


def test_whoever_runs_the_exchange_bids_for_nobody():
    with pytest.raises(StaffMayNotBid):
        eligibility.check(STRANGERS, on=TODAY, operates=True)
    assert found(replace(STRANGERS, serves_sale=True), operates=True) == [
        ("staff_may_not_bid", "staff")
    ]


def test_the_consignor_is_not_told_to_be_tied_to_itself():
    itself = replace(STRANGERS, is_consignor=True, own=STRANGERS.consignor, shares_agent=True)
    assert found(itself) == [("consignor_may_not_bid",)]


def test_everything_is_found_and_the_gravest_is_said():
    ties = Ties(
        own=STRANGERS.own,
        consignor=STRANGERS.own,
        relations=(Declared(TODAY),),
        is_exchange=True,
        is_house=True,
        is_appraiser=True,
        defaulted_before=True,
        shares_agent=True,
    )
    assert found(ties) == [
        ("staff_may_not_bid", "exchange"),
        ("staff_may_not_bid", "auction_house"),
        ("appraiser_may_not_bid",),
        ("barred_from_relisting",),
        *(("related_party", tie.value) for tie in Tie),
    ]
    with pytest.raises(StaffMayNotBid):
        eligibility.check(ties, on=TODAY)


@given(st.integers(-400, 400), st.one_of(st.none(), st.integers(0, 400)), st.integers(-800, 800))
def test_a_relation_holds_from_its_first_day_until_it_ends(start, length, day):
    starts_on, on = TODAY + timedelta(days=start), TODAY + timedelta(days=day)
    ends_on = None if length is None else starts_on + timedelta(days=length)
    holds = starts_on <= on and (ends_on is None or on < ends_on)
    ties = replace(STRANGERS, relations=(Declared(starts_on, ends_on),))
    assert found(ties, on=on) == ([("related_party", "declared_relation")] if holds else [])


# --- The same, however it is written ----------------------------------------------------

WIDE = str.maketrans("0123456789+-() ", "０１２３４５６７８９＋－（）\u3000")
between = st.sampled_from(["", " ", "-", " - ", "\u3000", "－", ".", "‐"])
digits = st.text("0123456789", min_size=7, max_size=11)


def spread(draw, text: str) -> str:
    written = "".join(char + draw(between) for char in text)
    return written.translate(WIDE) if draw(st.booleans()) else written


@st.composite
def mobiles(draw) -> tuple[str, str]:
    """One mobile number in two spellings."""
    number = "1" + draw(st.text("0123456789", min_size=10, max_size=10))
    prefixes = st.sampled_from(["", "+86", "+86 ", "0086", "86", "+ 86-"])
    return tuple(draw(prefixes) + spread(draw, number) for _ in range(2))


@given(mobiles())
def test_a_mobile_number_is_one_number_in_every_spelling(pair):
    one, other = pair
    assert same_phone(one) == same_phone(other) != ""


@given(digits, st.data())
def test_digits_are_what_makes_a_number(number, data):
    assert same_phone(spread(data.draw, number)) == same_phone(number)
    assert same_account(spread(data.draw, number)) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("021-5774 0000", "+86 21 57740000"),
        ("（021）57740000", "0086-21-57740000"),
        ("02157740000", "２１５７７４００００"),
    ],
)
def test_a_trunks_zero_and_a_countrys_code_make_no_other_number(one, other):
    assert same_phone(one) == same_phone(other)


@pytest.mark.parametrize("nothing", ["", " ", "\u3000", "-", "+86", "无", "--"])
def test_what_says_nothing_is_the_same_as_nothing(nothing):
    assert same_phone(nothing) == ""
    empty = Particulars.of(
        controller=" ", legal_representative="", phone=nothing, bank_account=nothing
    )
    assert found(Ties(own=empty, consignor=empty)) in ([], [("related_party", "same_bank_account")])


@pytest.mark.parametrize("nobody", ["", "无", " 无 ", "N/A", "none", "/", "——", "无实际控制人"])
def test_nobody_controls_no_two_organizations(nobody):
    controlled = Particulars.of(
        controller=nobody, legal_representative=nobody, phone="", bank_account=""
    )
    assert found(Ties(own=controlled, consignor=controlled)) == []


def test_names_are_compared_without_blanks_widths_and_cases():
    assert same_name("张 三") == same_name("张三")
    assert same_name("阿·买买提") == same_name("阿买买提")
    assert same_name("ＡＢＣ Ltd.") == same_name("abc LTD")
    assert same_name("张三") != same_name("李四")
    assert same_account("６２ＡＢ-01") == same_account("62ab 01")


@pytest.mark.parametrize(
    ("own", "consignor", "tie"),
    [
        ({"controller": "甲 某"}, {"controller": "甲某"}, "shared_controller"),
        (
            {"legal_representative": "乙某"},
            {"legal_representative": "乙　某"},
            "same_legal_representative",
        ),
        ({"controller": "甲某"}, {"legal_representative": "甲某"}, "same_legal_representative"),
        ({"legal_representative": "甲某"}, {"controller": "甲某"}, "same_legal_representative"),
        ({"phone": "+86 138-0000-0001"}, {"phone": "１３８００００００１"}, None),
        ({"phone": "+86 138-0000-0001"}, {"phone": "１３８０００００００１"}, "same_phone"),
        ({"bank_account": "6200 0001"}, {"bank_account": "62000001"}, "same_bank_account"),
        ({"bank_account": "6200 0001"}, {"phone": "62000001"}, None),
    ],
)
def test_what_two_organizations_share_ties_them(own, consignor, tie):
    nothing = dict.fromkeys(("controller", "legal_representative", "phone", "bank_account"), "")
    ties = Ties(
        own=Particulars.of(**{**nothing, **own}),
        consignor=Particulars.of(**{**nothing, **consignor}),
    )
    assert found(ties) == ([("related_party", tie)] if tie else [])


def test_namesakes_are_not_the_same_person_but_share_what_else_they_share():
    same = Particulars.of(
        controller="甲某", legal_representative="甲某", phone="13800000001", bank_account="62"
    )
    ties = Ties(own=same, consignor=same, relations=(Declared(TODAY, is_tie=False),))
    assert found(ties) == [
        ("related_party", "same_phone"),
        ("related_party", "same_bank_account"),
    ]
    before = replace(ties, relations=(Declared(TODAY + timedelta(days=1), is_tie=False),))
    assert ("related_party", "shared_controller") in found(before)


def test_a_remembered_refusal_is_said_in_the_same_words():
    for refusal, again in (
        (RelatedParty(relation=Tie.PHONE), RelatedParty(relation="same_phone")),
        (StaffMayNotBid(office=Office.HOUSE), StaffMayNotBid(office="auction_house")),
    ):
        assert again.facts == refusal.facts
        assert type(*again.facts.values()) is type(*refusal.facts.values())
