"""Amounts and instants as the pages write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from web.templatetags.instants import to_millisecond, to_second
from web.templatetags.money import wan, yuan


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("3350000.00", "¥3,350,000"),
        ("1000.50", "¥1,000.50"),
        ("0.01", "¥0.01"),
        ("9999999999999999.99", "¥9,999,999,999,999,999.99"),
    ],
)
def test_yuan_are_grouped_and_exact(amount, written):
    assert yuan(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("3350000.00", "335 wan yuan"),
        ("1050.00", "0.105 wan yuan"),
        ("0.01", "0.000001 wan yuan"),
        ("123456789.00", "12,345.6789 wan yuan"),
        ("9999999999999999.99", "999,999,999,999.999999 wan yuan"),
    ],
)
def test_units_of_ten_thousand_keep_every_digit(amount, written):
    with translation.override("en"):
        assert wan(Decimal(amount)) == written


def test_no_amount_is_nothing():
    assert yuan(None) == wan(None) == ""


def test_instants_are_shanghais_and_are_cut_not_rounded():
    instant = datetime(2026, 3, 2, 15, 59, 59, 999_999, tzinfo=UTC)
    assert to_second(instant) == "2026-03-02 23:59:59"
    assert to_millisecond(instant) == "23:59:59.999"
