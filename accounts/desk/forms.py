"""What an operator types: amounts, Shanghai times, reasons."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    DATETIME_CLASSES,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

# As it is spoken and pasted: "3350000", "3,350,000.00", "¥3,350,000". ASCII digits only.
_AMOUNT = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,2})?", re.ASCII)
_SEPARATORS = str.maketrans("", "", ",，¥￥ \u00a0")


_LONGEST_ID = 18  # digits; more do not fit a bigint


def is_id(text: object) -> bool:
    digits = str(text)
    return digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_ID


class ChooseOne(AutocompleteSelect):
    """A box that searches the other model's list. Django's fails on drawing what is no id."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if is_id(one)], attr)


class AmountField(forms.CharField):
    """CNY with at most two decimals; separators and the currency sign may stay."""

    def __init__(self, *, allow_zero: bool = False, **kwargs: Any) -> None:
        self.allow_zero = allow_zero
        attrs = {"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.00"}
        super().__init__(max_length=30, widget=UnfoldAdminTextInputWidget(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        text = text.translate(_SEPARATORS)
        if not _AMOUNT.fullmatch(text):
            raise ValidationError(_("An amount has at most two decimals, such as 3350000.00."))
        amount = Decimal(text).quantize(Decimal("0.01"))
        if not amount and not self.allow_zero:
            raise ValidationError(_("The amount must be more than zero."))
        return amount


class ShanghaiTimeInput(forms.DateTimeInput):
    """The browser's own picker, to the second. What it sends has no zone: Shanghai is meant."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        attrs = {"step": "1", "class": " ".join([*DATETIME_CLASSES, "max-w-2xl"])}
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M:%S")


class ShanghaiTimeField(forms.DateTimeField):
    """A wall-clock time in Shanghai, the zone of the whole product."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Shanghai time, to the second."))
        super().__init__(widget=ShanghaiTimeInput(), **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment is not None and not 2000 <= moment.year < 2200:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class DayField(forms.DateField):
    """A Shanghai date, as the browser's own picker sends it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": UnfoldAdminSingleDateWidget, **kwargs})

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not 2000 <= day.year < 2200:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class StepForm(forms.Form):
    """A step that asks for nothing but the confirmation.

    What was said is kept in the thing's history, except the fields that are `secret`.
    """

    secret: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def filled_from(cls, row: Any) -> dict[str, Any]:
        """What the fields hold before anything is typed, from the thing as it is."""
        return {}


class ReasonForm(StepForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("The people concerned are told this text."),
    )


class DepositForm(StepForm):
    amount = AmountField(label=_("Amount (CNY)"))
    reference = forms.CharField(
        label=_("Bank reference"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("As the bank statement names the transfer; each can be recorded once."),
    )


class WholeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that checks every constraint of the row, also those on fields it lacks.

    Django skips a constraint that names a field the form does not have, and the database then
    refuses the row with a server error. `violations` says what a constraint means.
    """

    violations: ClassVar[dict[str, Any]] = {}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        for constraint in self.instance._meta.constraints:
            try:
                constraint.validate(type(self.instance), self.instance)
            except ValidationError as error:
                self.add_error(None, self.violations.get(constraint.name, error))
