"""Fields of the pages' forms: what the API takes, as people type it."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.desk.forms import DayField
from web import typed

# What NUMERIC(18, 6) holds.
_MEASURED = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?", re.ASCII)


def paragraph(
    label: Any, longest: int, *, help_text: Any = "", required: bool = False
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 6 if required else 3})
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=widget, help_text=help_text
    )


def line(label: Any, longest: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, **options)


def tick(label: Any, help_text: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


def day(label: Any, *, required: bool = True) -> DayField:
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return DayField(label=label, required=required, widget=picker)


class PriceField(forms.CharField):
    """CNY above zero as people type it: 2,800,000 or 280万; None where it may be left out."""

    def __init__(self, **options: Any) -> None:
        hints = {"autocomplete": "off", "placeholder": _("1,100,000 or 110万")}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=hints), **options)

    def clean(self, value: Any) -> Decimal | None:
        if not (text := super().clean(value)):
            return None
        if (found := typed.amount(text)) is None:
            raise ValidationError(_("An amount in CNY above zero, such as 1,100,000 or 110万."))
        return found


class AmountField(PriceField):
    """An amount that may be nothing."""

    def clean(self, value: Any) -> Decimal | None:
        if forms.CharField.clean(self, value) == "0":
            return Decimal("0.00")
        return super().clean(value)


class OptionalAmountField(AmountField):
    """One that may be left out, too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)


class MeasuredField(forms.CharField):
    """A measured value: what the API takes, with separators and blanks forgiven."""

    def clean(self, value: Any) -> Decimal | None:
        text = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", super().clean(value)))
        text = text.replace("−", "-")
        if not text:
            return None
        if not _MEASURED.fullmatch(text):
            raise ValidationError(_("A number such as 1250 or -0.5."))
        return Decimal(text)


def as_typed(amount: Decimal | None) -> str:
    """As a person types it: 2,800,000, and 0.50 where there are cents."""
    if amount is None:
        return ""
    return f"{amount:,.2f}".removesuffix(".00")
