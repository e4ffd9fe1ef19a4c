"""How money, times and states look at the desk: the same in every list and on every page."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.clock import SHANGHAI
from core.models import word

NOTHING = "–"

# Waiting for somebody at the desk is amber, going on is green, done is blue, ended badly is red.
_TONES = {
    "waiting": {
        "submitted",
        "applied",
        "qualified",
        "over",
        "required",
        "due",
        "proposed",
        "paused",
        "soon",
    },
    "going": {
        "published",
        "open",
        "verified",
        "eligible",
        "held",
        "shortlisted",
        "publicised",
        "running",
    },
    "done": {
        "endorsed",
        "approved",
        "notice",
        "exhibition",
        "upcoming",
        "matched",
        "signed",
        "completed",
        "closed",
        "sold",
        "accepted",
        "reserved",
        "transferred",
        "formed",
        "credited",
        "paid",
        "finished",
    },
    "bad": {
        "returned",
        "refused",
        "suspended",
        "void",
        "defaulted",
        "rescinded",
        "forfeited",
        "revoked",
        "overdue",
        "rejected",
        "stopped",
        "upheld",
        "cancelled",
    },
}
_TONE_OF = {state: tone for tone, states in _TONES.items() for state in states}


def money(amount: Decimal | None) -> SafeString | str:
    """¥3,350,000.00, aligned by its right edge in lists."""
    if amount is None:
        return NOTHING
    return format_html('<span class="desk-money">{}</span>', money_text(amount))


def money_text(amount: Decimal) -> str:
    return f"¥{amount:,.2f}"


def area(m2: Decimal | None) -> SafeString | str:
    """Square metres, aligned like money."""
    if m2 is None:
        return NOTHING
    return format_html('<span class="desk-money">{}</span>', f"{m2:,.2f}")


def moment(at: datetime | None) -> SafeString | str:
    """A time in Shanghai, with seconds; the instant itself for machines."""
    if at is None:
        return NOTHING
    return format_html(
        '<time class="desk-moment" datetime="{}">{}</time>', at.isoformat(), moment_text(at)
    )


def day(on: date | None) -> SafeString | str:
    if on is None:
        return NOTHING
    return format_html('<time class="desk-moment">{}</time>', f"{on:%Y-%m-%d}")


def span(begins: datetime, ends: datetime | None) -> SafeString:
    """Two times, one above the other."""
    return format_html('<span class="desk-span">{}{}</span>', moment(begins), moment(ends))


def moment_text(at: datetime | None) -> str:
    return NOTHING if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def label(state: str, text: object) -> SafeString:
    """A state's word on its colour."""
    tone = _TONE_OF.get(state, "plain")
    return format_html('<span class="desk-label desk-label-{}">{}</span>', tone, text)


def phase(now: StrEnum) -> SafeString:
    """Where a lot stands: computed, so that no field has its word."""
    return label(now.value, word(now))


def presentation_of(field: Any) -> Callable[[Any], Any] | None:
    """The way a model field is shown at the desk; None where Django's own will do.

    A person is shown without a link: who reads an audit trail need not administer people.
    """
    if isinstance(field, models.DateTimeField):
        return _column(field, lambda row: moment(getattr(row, field.name)))
    if isinstance(field, models.DateField):
        return _column(field, lambda row: day(getattr(row, field.name)))
    if isinstance(field, models.DecimalField) and field.name.endswith("_m2"):
        return _column(field, lambda row: area(getattr(row, field.name)))
    if isinstance(field, models.DecimalField) and field.max_digits == MONEY_DIGITS:
        return _column(field, lambda row: money(getattr(row, field.name)))
    if isinstance(field, models.CharField) and field.choices and field.name in _LABELLED:
        return _column(field, lambda row: label(getattr(row, field.name), _word(field, row)))
    if isinstance(field, models.ForeignKey) and field.related_model is get_user_model():
        return _column(field, lambda row: _person(getattr(row, field.name)))
    return None


_LABELLED = {"state", "kind", "outcome"}
MONEY_DIGITS = 18  # every amount is NUMERIC(18, 2), and but for areas nothing else is


def _column(field: Any, show: Callable[[Any], Any]) -> Callable[[Any], Any]:
    show.short_description = field.verbose_name  # type: ignore[attr-defined]
    show.admin_order_field = field.name  # type: ignore[attr-defined]
    return show


def _word(field: Any, row: Any) -> Any:
    return getattr(row, f"get_{field.name}_display")()


def _person(user: Any) -> str:
    return NOTHING if user is None else str(user)
