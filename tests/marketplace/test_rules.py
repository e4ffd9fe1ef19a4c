"""What is publishable, genuine and allowed. No database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ReasonRequired
from core.lifecycle import IllegalTransition, Lifecycle
from marketplace import rules
from marketplace.lifecycle import ACHIEVEMENT, DEAL, NEED, RESPONSE
from marketplace.rules import IPKind, MaturityScale, NeedDraft

TODAY = date(2026, 3, 2)
COMPLETE = NeedDraft(
    indicators=1, budget=Decimal("0.01"), deadline=TODAY + timedelta(days=1), today=TODAY
)
REGISTERED = [IPKind.SOFTWARE, IPKind.LAYOUT_DESIGN, IPKind.PLANT_VARIETY]

digits = st.text("0123456789", min_size=0, max_size=20)
patents = st.sampled_from(
    [
        (IPKind.INVENTION, "1"),
        (IPKind.INVENTION, "8"),
        (IPKind.UTILITY_MODEL, "2"),
        (IPKind.UTILITY_MODEL, "9"),
        (IPKind.DESIGN, "3"),
    ]
)


@st.composite
def numbers(draw):
    """A kind and a serial of that kind, of eight or of twelve digits."""
    kind, digit = draw(patents)
    if draw(st.booleans()):
        year, rest = draw(st.integers(2003, 2099)), draw(st.integers(0, 9_999_999))
        return kind, f"{year}{digit}{rest:07d}"
    year, rest = draw(st.integers(85, 99)), draw(st.integers(0, 99_999))
    return kind, f"{year}{digit}{rest:05d}"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (IPKind.INVENTION, "201580003807.3"),
        (IPKind.INVENTION, "ZL201580003807.3"),
        (IPKind.INVENTION, "cn 2015 8000 3807 3"),
    ],
)
def test_one_number_has_one_canonical_form(kind, number):
    assert rules.check_ip_number(kind, number) == "201580003807.3"


@given(numbers())
def test_a_number_with_its_check_digit_is_genuine_in_every_spelling(number):
    kind, serial = number
    check = rules.patent_check_digit(serial)
    for spelling in (f"{serial}.{check}", f"{serial}{check}", f" ZL{serial}.{check.lower()} "):
        assert rules.check_ip_number(kind, spelling) == f"{serial}.{check}"


@given(numbers(), st.sampled_from("0123456789X"))
def test_any_other_check_digit_is_refused(number, other):
    kind, serial = number
    if other != rules.patent_check_digit(serial):
        with pytest.raises(rules.InvalidIPNumber):
            rules.check_ip_number(kind, f"{serial}.{other}")


@given(numbers(), st.integers(0, 11), st.sampled_from("0123456789"))
def test_one_mistyped_digit_is_always_noticed(number, position, digit):
    kind, serial = number
    position %= len(serial)
    mistyped = serial[:position] + digit + serial[position + 1 :]
    if mistyped != serial:
        with pytest.raises(rules.InvalidIPNumber):
            rules.check_ip_number(kind, f"{mistyped}.{rules.patent_check_digit(serial)}")


@given(numbers(), patents)
def test_a_number_of_another_kind_is_refused(number, other):
    kind, serial = number
    if other[0] is not kind:
        with pytest.raises(rules.InvalidIPNumber):
            rules.check_ip_number(other[0], f"{serial}.{rules.patent_check_digit(serial)}")


@given(st.sampled_from(IPKind), st.text(max_size=40))
def test_no_text_whatever_does_more_than_be_refused(kind, text):
    try:
        stored = rules.check_ip_number(kind, text)
    except rules.InvalidIPNumber:
        return
    assert bool(stored) is (kind is not IPKind.KNOW_HOW)
    assert rules.check_ip_number(kind, stored) == stored


@pytest.mark.parametrize(
    "number",
    ["", "2015800038073X", "201580003807．3", "２01580003807.3", "US201580003807.3", "1.5E3"],
)
def test_what_only_looks_like_a_number_is_refused(number):
    with pytest.raises(rules.InvalidIPNumber):
        rules.check_ip_number(IPKind.INVENTION, number)


@pytest.mark.parametrize("kind", REGISTERED)
def test_other_registrations_are_kept_as_given_but_not_empty(kind):
    assert rules.check_ip_number(kind, " 2026SR0001 ") == "2026SR0001"
    with pytest.raises(rules.InvalidIPNumber):
        rules.check_ip_number(kind, "  ")


def test_know_how_has_no_number():
    assert rules.check_ip_number(IPKind.KNOW_HOW, "") == ""
    with pytest.raises(rules.InvalidIPNumber):
        rules.check_ip_number(IPKind.KNOW_HOW, "1")


@given(st.sampled_from(MaturityScale), st.integers(-5, 20))
def test_a_level_is_accepted_exactly_on_its_scale(scale, level):
    highest = rules.HIGHEST_MATURITY[scale]
    if 1 <= level <= highest:
        rules.check_maturity(scale, level)
    else:
        with pytest.raises(rules.InvalidMaturity) as refused:
            rules.check_maturity(scale, level)
        assert refused.value.facts == {"highest": highest}


def test_the_scales_end_at_nine_and_thirteen():
    assert rules.HIGHEST_MATURITY == {MaturityScale.TRL9: 9, MaturityScale.GRADE13: 13}


def test_a_complete_need_lacks_nothing():
    assert rules.missing_for_publication(COMPLETE) == []
    rules.check_complete(COMPLETE)


@given(
    indicators=st.integers(0, 2),
    budget=st.none() | st.decimals(-1, 1, places=2),
    deadline=st.none() | st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=2)),
)
def test_exactly_what_is_missing_is_named(indicators, budget, deadline):
    draft = NeedDraft(indicators=indicators, budget=budget, deadline=deadline, today=TODAY)
    wanted = {
        "indicators": indicators >= 1,
        "budget": budget is not None and budget > 0,
        "deadline": deadline is not None and deadline > TODAY,
    }
    missing = [name for name, given_ in wanted.items() if not given_]
    assert rules.missing_for_publication(draft) == missing
    if missing:
        with pytest.raises(rules.NeedIncomplete) as refused:
            rules.check_complete(draft)
        assert refused.value.facts == {"missing": missing}
    else:
        rules.check_complete(draft)


def test_a_reason_says_something():
    assert rules.check_reason(" 预算不清 ") == "预算不清"
    with pytest.raises(ReasonRequired):
        rules.check_reason(" \n")


@pytest.mark.parametrize("lifecycle", [NEED, RESPONSE, ACHIEVEMENT, DEAL], ids=lambda it: it.name)
def test_a_move_is_allowed_exactly_where_the_table_has_an_arrow(lifecycle: Lifecycle):
    for current, targets in lifecycle.moves.items():
        for wanted in lifecycle.moves:
            if wanted in targets:
                lifecycle.check(current, wanted)
                assert current in lifecycle.sources(wanted)
            else:
                with pytest.raises(IllegalTransition):
                    lifecycle.check(current, wanted)


@pytest.mark.parametrize("lifecycle", [NEED, RESPONSE, ACHIEVEMENT, DEAL], ids=lambda it: it.name)
def test_every_state_can_be_reached_from_the_first(lifecycle: Lifecycle):
    first, *_ = lifecycle.moves
    reached, frontier = {first}, [first]
    while frontier:
        new = lifecycle.moves[frontier.pop()] - reached
        reached |= new
        frontier += new
    assert reached == set(lifecycle.moves)
