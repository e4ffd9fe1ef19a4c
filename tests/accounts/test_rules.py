"""Genuine identifiers and terms of office."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import InvalidCreditCode, Term, check_credit_code
from tests.conftest import credit_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GENUINE = ["91350100M000100Y43", "11320000MB151840XJ"]

genuine = st.integers(0, 99_999_999).map(credit_code) | st.sampled_from(GENUINE)


@pytest.mark.parametrize("code", GENUINE)
def test_a_genuine_code_is_taken_as_it_is(code):
    assert check_credit_code(code) == code


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y4Z",  # the misprint in the standard's own example
        "91350100m000100y43",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100-M000100Y43",
        "91350100 M000100Y43",
        " 91350100M000100Y43",
        "91350100M000100Y43\n",
        "９1350100M000100Y43",
        "91350100M0001OOY43",
        "",
    ],
    ids=ascii,
)
def test_another_code_is_refused_with_the_code_that_was_given(code):
    with pytest.raises(InvalidCreditCode) as refused:
        check_credit_code(code)
    assert refused.value.facts == {"credit_code": code}


@given(genuine, st.integers(0, 17), st.sampled_from(ALPHABET + "IOSVZaz-虚０"))
def test_no_single_character_can_be_changed(code, place, character):
    changed = code[:place] + character + code[place + 1 :]
    if changed == code:
        assert check_credit_code(changed) == code
    else:
        with pytest.raises(InvalidCreditCode):
            check_credit_code(changed)


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(days, st.integers(0, 800), st.integers(-5, 805))
def test_a_term_holds_from_its_first_day_to_its_last(first, length, later):
    term = Term(first, first + timedelta(days=length))
    assert term.holds_on(first + timedelta(days=later)) == (0 <= later <= length)
