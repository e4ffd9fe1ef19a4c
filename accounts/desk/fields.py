"""The plain fields of the desk's forms, each with the desk's own widget."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Choices, Model, QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.desk.forms import ChooseOne
from core.errors import InvalidValue
from core.models import choices


def line(length: int, **options: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=length, widget=widget, **options)


def paragraph(length: int, *, rows: int = 3, **options: Any) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(max_length=length, widget=widget, **options)


def choice(words: Any, *, required: bool = True, **options: Any) -> forms.ChoiceField:
    """One word of a list in the reader's language; or none, where it is not required."""
    known = words.choices if issubclass(words, Choices) else choices(words)
    return forms.ChoiceField(
        choices=known if required else [("", "–"), *known],
        required=required,
        widget=UnfoldAdminSelectWidget,
        **options,
    )


def yes_or_no(yes: Any, no: Any, **options: Any) -> forms.TypedChoiceField:
    """A decision, which nobody makes by leaving a box as it was."""
    return forms.TypedChoiceField(
        choices=[("", "–"), ("yes", yes), ("no", no)],
        coerce=lambda told: told == "yes",
        widget=UnfoldAdminSelectWidget,
        **options,
    )


def one_of(rows: QuerySet[Any], **options: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    """A row of a short list."""
    return forms.ModelChoiceField(queryset=rows, widget=UnfoldAdminSelectWidget, **options)


def searched(
    model: type[Model],
    name: str,
    **options: Any,
) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    """A row of a long list: a box that searches what a field of the model points at."""
    field: Any = model._meta.get_field(name)
    return forms.ModelChoiceField(
        queryset=field.related_model._default_manager.all(),
        widget=ChooseOne(field, admin.site),
        **options,
    )


def once_key() -> forms.UUIDField:
    """A form sent twice does its work once."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def with_new_key(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent with a key that had been used for something else: the browser went back."""
    return {**{name: sent[name] for name in sent}, "key": f"{uuid4()}"}


class LinesField(forms.CharField):
    """A table typed as lines; `read` makes a row of the words of each."""

    def __init__(self, read: Callable[[list[str]], dict[str, Any]], **options: Any) -> None:
        self.read = read
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
        super().__init__(**{"max_length": 10000, "widget": widget, **options})

    def clean(self, value: Any) -> list[dict[str, Any]]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        try:
            return [self.read(line.split()) for line in lines]
        except (ValueError, InvalidValue) as error:
            raise ValidationError(
                _("Each line needs all its words, as the example has.")
            ) from error
