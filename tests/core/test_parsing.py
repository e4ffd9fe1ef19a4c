"""Bodies: what cannot be stored or means two things is refused before anything looks at it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.exceptions import ParseError

from core.parsing import (
    MAX_DEPTH,
    BodyTooLarge,
    IdField,
    InstantField,
    ReasonForm,
    StrictForm,
    StrictJSONParser,
    WholeNumberField,
)


def parse(body: bytes):
    return StrictJSONParser().parse(BytesIO(body))


HOSTILE = {
    "nothing": b"",
    "a NUL as an escape": b'{"name": "a\\u0000b"}',
    "a NUL as a byte": b'{"name": "a\x00b"}',
    "a NUL in a key": b'{"a\\u0000": 1}',
    "a NUL deep inside": b'{"a": [{"b": "\\u0000"}]}',
    "half a character": b'{"name": "\\ud800"}',
    "the other half": b'{"name": "\\udfff"}',
    "the halves in the wrong order": b'{"name": "\\udc00\\ud800"}',
    "half a character in a key": b'{"\\ud800": 1}',
    "the same key twice": b'{"amount": "1.00", "amount": "2.00"}',
    "the same key twice, once escaped": b'{"amount": 1, "amoun\\u0074": 2}',
    "the same key twice deep inside": b'[{"a": {"b": 1, "b": 1}}]',
    "not a number": b'{"amount": NaN}',
    "infinity": b'{"amount": Infinity}',
    "minus infinity": b'{"amount": -Infinity}',
    "a number beyond every float": b'{"amount": 1e400}',
    "21 digits": b'{"id": 111111111111111111111}',
    "5000 digits": b'{"id": ' + b"1" * 5000 + b"}",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "an overlong slash": b'{"name": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "GBK": '{"name": "虚构"}'.encode("gbk"),
    "brackets without end": b"[" * 100_000,
    "braces without end": b'{"":' * 60_000,
    "closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "one bracket too many": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "two documents": b"{} {}",
    "a trailing comma": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "a comment": b"{} // ok",
    "a form": b"amount=1.00",
    "a line break in a text": b'{"a": "b\nc"}',
    "a leading zero": b'{"a": 01}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused(body):
    with pytest.raises(ParseError):
        parse(body)


@pytest.mark.parametrize(
    "text",
    ["虚构", "𠮷野家", "👩‍🔬", "e\u0301", "\u202eabc", "\ufffd", "\uffff", "[[[[", '"\\', "\u2028"],
    ids=ascii,
)
def test_unusual_text_is_text(text):
    assert parse(json.dumps({"a": text}).encode()) == {"a": text}
    assert parse(json.dumps({"a": text}, ensure_ascii=False).encode()) == {"a": text}


def test_brackets_may_nest_as_deep_as_the_limit_and_be_quoted_without_end():
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse(deep)
    assert parse(b'["' + b"[" * 1000 + b'\\"{{{"]') == ["[" * 1000 + '"{{{']


def test_a_body_above_the_limit_is_too_large():
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    with pytest.raises(BodyTooLarge):
        parse(b'"' + b"a" * (limit - 1) + b'"')
    assert len(parse(b'"' + b"a" * (limit - 2) + b'"')) == limit - 2


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(body):
    try:
        value = parse(body)
    except ParseError:
        return
    assert json.loads(body) == value


plain = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | plain | st.floats(-1e300, 1e300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_whatever_json_can_say_is_read_as_it_was_written(value):
    assert parse(json.dumps(value).encode()) == value


# --- Fields -----------------------------------------------------------------------------


def is_taken(field, value) -> bool:
    try:
        field.run_validation(value)
    except serializers.ValidationError:
        return False
    return True


@given(
    st.datetimes(datetime(2000, 1, 3), datetime(2199, 12, 29)),  # noqa: DTZ001 - given a zone below
    st.integers(-23 * 60, 23 * 60),
)
def test_an_instant_is_read_in_any_offset_and_written_in_utc(naive, minutes):
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = InstantField().run_validation(instant.isoformat())
    assert read == instant
    assert read.utcoffset() == timedelta(0)
    written = InstantField().to_representation(read)
    assert written.endswith("Z")
    assert datetime.fromisoformat(written) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T09:00:00",  # whose nine o'clock?
        "2026-11-22 09:00:00+08:00",
        "2026-11-22T09:00+08:00",
        "2026-11-22",
        "20261122T090000Z",
        "2026-11-22T09:00:00z",
        "2026-11-22t09:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T23:59:60Z",
        "2026-02-29T09:00:00Z",
        "2026-13-01T09:00:00Z",
        "2026-00-00T00:00:00Z",
        "2026-11-22T09:00:00.1234567Z",
        "2026-11-22T09:00:00,5Z",
        "2026-11-22T09:00:00+24:00",
        "2026-11-22T09:00:00+99:99",
        "2026-11-22T09:00:00 +08:00",
        "2026-11-22T09:00:00+0800",
        "２０２６-11-22T09:00:00Z",
        "2026-11-22T09:00:00Z\n",
        " 2026-11-22T09:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1999-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "-2026-11-22T09:00:00Z",
        "12026-11-22T09:00:00Z",
        "2026-W47-7T09:00:00Z",
        "now",
        "1795305600",
        "9223372036854775808",
        "",
        1795305600,
        1.5,
        2**63,
        True,
        None,
        [],
        {},
    ],
    ids=ascii,
)
def test_other_times_are_refused(text):
    assert not is_taken(InstantField(), text)


def test_an_instant_keeps_its_microseconds():
    read = InstantField().run_validation("2026-11-22T09:00:00.000001+08:00")
    assert read == datetime(2026, 11, 22, 1, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [1.0, 1.5, "1", "", True, False, None, [], {}, -1, 2**31, 10**30])
def test_a_whole_number_is_a_json_number_within_its_bounds(value):
    assert not is_taken(WholeNumberField(), value)
    assert is_taken(WholeNumberField(), 0)
    assert is_taken(WholeNumberField(), 2**31 - 1)


@pytest.mark.parametrize("value", [0, -1, 2**63, 10**30, "1", 1.0, True, None])
def test_an_id_is_what_a_bigint_column_holds(value):
    assert not is_taken(IdField(), value)
    assert is_taken(IdField(), 2**63 - 1)


class _Form(StrictForm):
    name = serializers.CharField(max_length=5)
    nick = serializers.CharField(required=False)


def test_unknown_fields_are_named():
    form = _Form(data={"name": "a", "zz": 1, "id": 5})
    assert not form.is_valid()
    assert set(form.errors) == {"zz", "id"}
    assert {error.code for errors in form.errors.values() for error in errors} == {"unknown_field"}


@pytest.mark.parametrize("value", [1, 1.5, 0, True, None, [], {}, ["a"], {"a": 1}])
def test_only_a_text_is_a_text(value):
    form = _Form(data={"name": "a", "nick": value})
    assert not form.is_valid()
    assert set(form.errors) == {"nick"}


class _List(StrictForm):
    names = serializers.ListField(child=serializers.CharField(max_length=5), max_length=3)


def test_a_list_that_is_too_long_is_one_complaint_and_not_one_for_each_item():
    form = _List(data={"names": ["too long for its field"] * 50_000})
    assert not form.is_valid()
    (error,) = form.errors["names"]
    assert error.code == "max_length"
    assert "3" in error
    assert _List(data={"names": ["a", "b", "c"]}).is_valid()


@pytest.mark.parametrize("value", [None, [], ["a"], "a", 1, 1.5, True, [{"name": "a"}]])
def test_only_an_object_is_a_form(value):
    assert not _Form(data=value).is_valid()


@pytest.mark.parametrize("reason", ["", "   ", "\t\n", "a" * 1001, None, 5])
def test_a_reason_says_something_and_not_too_much(reason):
    assert not ReasonForm(data={"reason": reason}).is_valid()
