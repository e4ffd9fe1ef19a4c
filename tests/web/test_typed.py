"""Amounts as the clerk types them: read as the page's script reads them."""

from decimal import Decimal

import pytest

from tests.browser.typed import TYPED
from web import typed


@pytest.mark.parametrize("text", TYPED)
def test_an_amount_is_read_as_the_script_reads_it(text):
    expected = TYPED[text]
    assert typed.amount(text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("text", ["١٢٣", "110万万", "1" * 39, "9" * 300, "\x00", "1e9", "½"])
def test_what_is_not_one_amount_is_none(text):
    assert typed.amount(text) is None
