"""Amounts: one spelling for each, nothing rounded by accident."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.money import InvalidAmount
from core.parsing import AmountField, StrictForm

amounts = st.decimals(min_value=0, max_value=Decimal("9999999999999999.99"), places=2)

# What Decimal() takes and nobody means, what looks like an amount, and what is none at all.
HOSTILE = [
    "１２３",
    "１２３.００",
    "٣",
    "٣.٠٠",
    "1_000",
    "1_000.00",
    "1,000.00",
    "1E+2",
    "1e2",
    "1.00E+2",
    " 5 ",
    " 5.00",
    "5.00 ",
    "5\n",
    "5.00\n",
    "\n5.00",
    "\u00a05.00",
    "5.00\u2028",
    "-0.00",
    "-1",
    "-1.00",
    "+1.00",
    "−1.00",
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "inf",
    "1",
    "1.",
    "1.5",
    "1.500",
    "1.005",
    ".50",
    "01.00",
    "00.00",
    "0x10.00",
    "¥5.00",
    "5.00元",
    "1.00\x00",
    "1..00",
    "1.0.0",
    "12345678901234567.00",
    "10000000000000000.00",
    "",
    " ",
    "null",
]
NOT_TEXT = [5, 5.0, 0, True, False, None, [], {}, ["5.00"], {"amount": "5.00"}, b"5.00"]


@given(amounts)
def test_what_is_written_is_read_back(amount):
    assert money.parse(money.text(amount)) == amount


@given(st.from_regex(r"(0|[1-9][0-9]{0,15})\.[0-9]{2}", fullmatch=True, alphabet=st.characters()))
def test_what_is_read_is_written_back_to_the_letter(text):
    if text.isascii():
        assert money.text(money.parse(text)) == text
    else:
        with pytest.raises(InvalidAmount):
            money.parse(text)


@given(st.text())
def test_any_text_is_one_spelling_of_an_amount_or_refused(text):
    try:
        amount = money.parse(text)
    except InvalidAmount:
        return
    assert money.text(amount) == text


@pytest.mark.parametrize("value", [*HOSTILE, *NOT_TEXT], ids=ascii)
def test_other_spellings_are_refused(value):
    with pytest.raises(InvalidAmount):
        money.parse(value)


@pytest.mark.parametrize("value", [*HOSTILE, *NOT_TEXT, Decimal("5.00")], ids=ascii)
def test_a_form_refuses_the_same_spellings(value):
    assert not _Form(data={"amount": value}).is_valid()


def test_a_form_refuses_zero_unless_it_may_be_zero():
    zero = {"amount": "0.00"}
    assert not _Form(data=zero).is_valid()
    assert _FormWithZero(data=zero).is_valid()


def test_sixteen_digits_before_the_point_are_the_most():
    assert money.parse("9999999999999999.99") == Decimal("9999999999999999.99")


class _Form(StrictForm):
    amount = AmountField()


class _FormWithZero(StrictForm):
    amount = AmountField(allow_zero=True)


@pytest.mark.parametrize("amount", ["1.005", "0.001", "3.14159"])
def test_a_third_decimal_is_a_bug_of_the_caller(amount):
    with pytest.raises(ValueError, match="more than two decimals"):
        money.text(Decimal(amount))


@given(st.integers(0, 10**16).map(Decimal))
def test_a_whole_number_gets_its_two_decimals(amount):
    assert money.text(amount) == f"{amount}.00"


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        ("0.01", "0.5", "0.01"),
        ("0.03", "0.5", "0.02"),
        ("0.05", "0.5", "0.03"),
        ("1.00", "0.005", "0.01"),
        ("1.00", "0.0049", "0.00"),
        ("1.00", "0.015", "0.02"),
        ("3200000.00", "0.05", "160000.00"),
        ("0.00", "0.5", "0.00"),
        ("9999999999999999.99", "1", "9999999999999999.99"),
    ],
)
def test_a_share_rounds_half_up(amount, rate, expected):
    assert money.share(Decimal(amount), Decimal(rate)) == Decimal(expected)


@given(amounts, st.decimals(min_value=0, max_value=1, places=4))
def test_a_share_is_never_off_by_more_than_half_a_cent(amount, rate):
    share = money.share(amount, rate)
    assert abs(share - amount * rate) <= Decimal("0.005")
    assert money.exact(share) == share


# --- In capitals --------------------------------------------------------------------------


def read_capitals(text: str) -> Decimal:
    """The amount that a reader understands, going through the characters from the left."""
    digits = {char: number for number, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
    whole, point, cents = text.removesuffix("整").rpartition("元")
    if not point:
        whole, cents = "", cents or whole
    yi = wan = section = digit = 0
    for char in whole:
        if char in digits:
            digit = digits[char]
        elif char in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[char]
            digit = 0
        elif char == "万":
            wan, section, digit = section + digit, 0, 0
        else:
            yi, wan, section, digit = wan * 10**4 + section + digit, 0, 0, 0
    yuan = yi * 10**8 + wan * 10**4 + section + digit
    fraction = {"角": 0, "分": 0}
    for number, unit in zip(cents.lstrip("零")[::2], cents.lstrip("零")[1::2], strict=True):
        fraction[unit] = digits[number]
    return yuan + Decimal(fraction["角"] * 10 + fraction["分"]) / 100


@given(amounts)
def test_an_amount_in_capitals_is_read_back_as_the_same_amount(amount):
    assert read_capitals(money.in_capitals(amount)) == amount


@given(amounts)
def test_an_amount_in_capitals_is_well_formed(amount):
    text = money.in_capitals(amount)
    assert "零零" not in text
    assert text.endswith(("整", "分"))
    assert not re.search("零[元万亿仟佰拾整]", text) or text == "零元整"
    assert not text.startswith(("零", "拾")) or text == "零元整"


# The examples of the banks' own rules (支付结算办法 附件一), and every rule about zeros.
CAPITALS = {
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "0.00": "零元整",
    "0.05": "伍分",
    "0.30": "叁角整",
    "0.35": "叁角伍分",
    "10.00": "壹拾元整",
    "1005.00": "壹仟零伍元整",
    "1050.00": "壹仟零伍拾元整",
    "100000.00": "壹拾万元整",
    "1000001.00": "壹佰万零壹元整",
    "3350000.00": "叁佰叁拾伍万元整",
    "100000001.00": "壹亿零壹元整",
    "100010000.00": "壹亿零壹万元整",
    "1000000000000.00": "壹万亿元整",
    "9999999999999999.99": (
        "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"
    ),
}


@pytest.mark.parametrize("amount", CAPITALS)
def test_zeros_are_written_as_the_banks_rules_say(amount):
    assert money.in_capitals(Decimal(amount)) == CAPITALS[amount]


@pytest.mark.parametrize("amount", ["-0.01", "0.001"])
def test_what_is_no_amount_has_no_capitals(amount):
    with pytest.raises(ValueError):
        money.in_capitals(Decimal(amount))
