"""Reads request bodies so that no input can cause a 5xx.

The stock JSON parser lets through what PostgreSQL or Python then choke on (NUL, lone
surrogates, nesting that exhausts the stack) and what hides a second meaning (duplicate
keys, NaN). Here each of them is a 400 before anything else looks at the body.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ParseError
from rest_framework.parsers import BaseParser

from core import money
from core.errors import InvalidValue
from core.serializers import Serializer

MAX_DEPTH = 32
# A string, also one that never ends, or a stretch without any bracket.
_NO_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[^][{}"]+', re.DOTALL)


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = _("The request body is too large.")


class StrictJSONParser(BaseParser):
    """application/json in UTF-8, bounded in size and depth, without ambiguities."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise BodyTooLarge
        try:
            text = raw.decode("utf-8")
            if _depth(text) > MAX_DEPTH:
                raise ParseError(_("The JSON is nested too deeply."))
            data = json.loads(
                text,
                object_pairs_hook=_unique_keys,
                parse_constant=_no_constant,
                parse_int=_short_int,
                parse_float=_finite,
            )
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8.")) from error
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error
        _check_text(data)
        return data


def _depth(text: str) -> int:
    """How deep the brackets nest, without parsing; those inside strings do not count."""
    depth = deepest = 0
    for bracket in _NO_BRACKETS.sub("", text):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ParseError(_("An object has the same key twice."))
    return result


def _no_constant(name: str) -> Any:
    raise ParseError(_("A number is not valid JSON."))


def _short_int(text: str) -> int:
    if len(text) > 20:
        raise ParseError(_("A number is too long."))
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ParseError(_("A number is too large."))
    return number


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)


def check_text(text: str) -> None:
    """Refuse what cannot be stored: NUL, and surrogates without their other half."""
    if "\x00" in text:
        raise ParseError(_("A text contains the character NUL."))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ParseError(_("A text contains half a character (a lone surrogate).")) from error


class StrictForm(Serializer[Any]):
    """The shape of a request body: a field it does not know is refused, by name.

    So is a number where a text belongs, which DRF would write out, and a list that is too long,
    whose every item DRF would look at and complain of first.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            if unknown := set(data) - set(self.fields):
                raise serializers.ValidationError(
                    {name: [_("Unknown field.")] for name in sorted(unknown)}, code="unknown_field"
                )
            if refused := {name: said for name in data if (said := self._complaint(name, data))}:
                raise serializers.ValidationError(refused)
        return super().to_internal_value(data)

    def _complaint(self, name: str, data: dict[str, Any]) -> list[ErrorDetail]:
        field, value = self.fields[name], data[name]
        if isinstance(field, serializers.CharField) and isinstance(value, (int, float)):
            return [ErrorDetail(str(field.error_messages["invalid"]), "invalid")]
        limit = field.max_length if isinstance(field, serializers.ListField) else None
        if limit is not None and isinstance(value, list) and len(value) > limit:
            message = str(field.error_messages["max_length"]).format(max_length=limit)
            return [ErrorDetail(message, "max_length")]
        return []


class NothingForm(StrictForm):
    """A command that takes no body."""


class ReasonForm(StrictForm):
    """A command that needs a reason, because a person will be told it."""

    reason = serializers.CharField(max_length=1000)


class OptionalReasonForm(StrictForm):
    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class AmountField(serializers.Field[Any, Any, Any, Any]):
    """Money as the API promises it: a string with exactly two decimals, CNY."""

    default_error_messages = {
        "invalid": _('An amount is a string with exactly two decimals, such as "3200000.00".'),
        "not_positive": _("The amount must be more than zero."),
    }

    def __init__(self, *, allow_zero: bool = False, **kwargs: Any) -> None:
        self.allow_zero = allow_zero
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            amount = money.parse(data)
        except InvalidValue:
            self.fail("invalid")
        if not amount and not self.allow_zero:
            self.fail("not_positive")
        return amount

    def to_representation(self, value: Any) -> str:
        return money.text(value)


class InstantField(serializers.Field[Any, Any, Any, Any]):
    """An instant in RFC 3339 with its offset; answered in UTC. A local time is ambiguous: 400."""

    default_error_messages = {
        "invalid": _('A time is RFC 3339 with an offset, such as "2026-11-22T09:00:00+08:00".'),
    }
    _shape = re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
        r"(?:Z|[+-][0-9]{2}:[0-9]{2})",
        re.ASCII,
    )

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not self._shape.fullmatch(data):
            self.fail("invalid")
        try:
            instant = datetime.fromisoformat(data).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")
        # Years that no corridor auction has: they only find the edges of other software.
        if not 2000 <= instant.year < 2200:
            self.fail("invalid")
        return instant

    def to_representation(self, value: datetime) -> str:
        return instant_text(value)


def instant_text(value: datetime) -> str:
    """Write an instant as the API promises it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class DayField(serializers.Field[Any, Any, Any, Any]):
    """A calendar day, "2026-12-31", with the month and the day in two digits each."""

    default_error_messages = {"invalid": _('A date is written like "2026-12-31".')}
    _shape = re.compile(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not self._shape.fullmatch(data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: date) -> str:
        return value.isoformat()


def days_asked(query: Mapping[str, str], *names: str) -> dict[str, date]:
    """The days that a query string names; what is no day is refused."""
    return {name: DayField().run_validation(text) for name in names if (text := query.get(name))}


class WholeNumberField(serializers.Field[Any, Any, Any, Any]):
    """A JSON number without a fraction. A string of digits is not a number."""

    default_error_messages = {
        "invalid": _("A whole number from {lowest} to {highest} is needed."),
    }

    def __init__(self, *, lowest: int = 0, highest: int = 2**31 - 1, **kwargs: Any) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int or not self.lowest <= data <= self.highest:
            self.fail("invalid", lowest=self.lowest, highest=self.highest)
        return data

    def to_representation(self, value: Any) -> int:
        return int(value)


class FlagField(serializers.Field[Any, Any, Any, Any]):
    """true or false, and none of the other spellings that DRF takes for them."""

    default_error_messages = {"invalid": _("true or false is needed.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> bool:
        return bool(value)


class IdField(WholeNumberField):
    """The id of something. Whether it exists for the caller is not a question of shape."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lowest=1, highest=2**63 - 1, **kwargs)


class ReferenceFigureView(Serializer[Any]):
    """A published number with its date, as exactly as it is known, and where it was published."""

    value = serializers.DecimalField(max_digits=20, decimal_places=2, normalize_output=True)
    is_at_least = FlagField()
    unit = serializers.CharField()
    as_of = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
