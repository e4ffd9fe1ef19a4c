"""Values nobody should send, by the kind of field they are sent to."""

from typing import Any

from rest_framework import serializers

from auctions.serializers.policies import RateField
from core.parsing import (
    AmountField,
    DayField,
    FlagField,
    IdField,
    InstantField,
    WholeNumberField,
)
from marketplace.serializers.needs import TargetField

# One bracket more is refused by the parser before any field sees it.
DEEP: Any = "x"
for _ in range(25):
    DEEP = [DEEP]

# A valid object of each list that a body may hold.
PARTS = {
    "indicators": {"name": "耐温", "operator": "ge", "target": "1200", "unit": "℃"},
    "inventors": {"name": "虚构发明人", "share": "40.00"},
    "co_owners": {"name": "虚构共有人", "consented_on": "2026-01-01", "consent": "虚构同意书"},
    "commission_ladder": {"up_to": "2000000.00", "rate": "0.0500"},
    "instalments": {"due_on": "2026-04-01", "amount": "50.00"},
    "shares": {"name": "虚构完成人", "role": "main_contributor", "amount": "66.00"},
    "criteria": {"name": "虚构指标", "weight": 50},
    "city_shares": {"city": "340200", "amount": "100.00"},
    "plan": {
        "title": "虚构节点",
        "deliverable": "虚构交付物",
        "months": 6,
        "payment_share": "50.00",
    },
    "ip_records": {
        **{"kind": "software", "number": "虚构登记1号", "territory": "CN", "holder": "虚构单位"},
        **{"applied_on": "2020-01-01", "granted_on": "2021-01-01", "legal_status": "granted"},
        **{"next_fee_on": "2027-01-01", "consented_on": "2026-01-01", "consent": "虚构同意书"},
    },
    "records": {"id": 1, "legal_status": "granted", "next_fee_on": "2027-01-01"},
    "encumbrances": {"kind": "sole", "holder": "虚构被许可人", "since": "2026-01-01"},
}

NOT_TEXT = [0, 1.5, True, [], ["a"], {"a": 1}, DEEP]
NOT_A_NUMBER = ["", "1", "１", 1.0, 1.5, True, [], {"a": 1}, DEEP]
UNSTORABLE = ["a\x00b", "\ud800"]
# The rest of them meet the field itself in tests/core/test_money.py.
AMOUNTS = [
    *("", "5", "1.5", "1.500", "01.00", "-1.00", "-0.00", "+1.00", "1E+2", "1_000.00", "NaN"),
    *("Infinity", "１２３.００", "٣.٠٠", " 5.00", "5.00\n", "1,000.00", "12345678901234567.00"),
]
INSTANTS = [
    *("", "now", "2026-11-22", "2026-11-22T09:00:00", "2026-11-22T24:00:00Z"),
    *("2026-02-29T09:00:00Z", "2026-11-22T23:59:60Z", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "2026-11-22T09:00:00+99:99"),
    *("２０２６-11-22T09:00:00Z", "9223372036854775808", "2026-11-22T09:00:00Z\n", "-1"),
]
DAYS = [
    *("", "today", "2026-02-29", "2026-13-01", "2026-00-00", "0001-01-01", "9999-12-31"),
    *(
        "2026-1-1",
        "20261231",
        "2026-12-31T00:00:00Z",
        "２０２６-12-31",
        "2026-12-31\n",
        "-2026-12-31",
    ),
]
TARGETS = [
    *(
        "",
        "NaN",
        "Infinity",
        "1e5",
        "1E400",
        "１",
        "+1",
        "--1",
        "1.",
        ".5",
        "1_0",
        " 1",
        "1\n",
        "01",
    ),
    *("1.0000001", "1000000000000", "9" * 400),
]
RATES = [
    *("", "0.12345", -1, "10", 10, "-0.1", "+0.1", "1e-1", 1e-05, 0.12345, "NaN", "Infinity"),
    *("１", "0.１", ".5", "1.", " 0.1", "0.1\n", "0,1", 10**400),
]
# Unusual, and text all the same: stored as it came, or refused, but never a failure.
UNUSUAL = [
    *("e\u0301", "\u202eabc", "👩‍🔬", "𠮷野家", "\ufffd", "\uffff", "\u200b", "ﷺ" * 20),
    *(
        "{braces}",
        "<script>alert(1)</script>",
        "'; DROP TABLE accounts_user; --",
        "{{7*7}}",
        "${7*7}",
        "%s%n",
    ),
    *("=1+1", "＝1+1", "../../etc/passwd", "\\x00", "null", "\u2028", "\u0085", "\t"),
]
# The first class a field is of; the first few values are tried at each of its fields.
BY_CLASS: dict[Any, list[Any]] = {
    IdField: [0, -1, 2**63, 10**19, *NOT_A_NUMBER],
    FlagField: ["true", 1, None, "false", "", "yes", 0, 1.0, [], {"a": 1}, DEEP],
    WholeNumberField: [2**31, 10**19, *NOT_A_NUMBER],
    AmountField: [*AMOUNTS, *NOT_TEXT],
    RateField: [*RATES, *UNSTORABLE, True, [], {"a": 1}, DEEP],
    InstantField: [*INSTANTS, *UNSTORABLE, *NOT_TEXT],
    DayField: [*DAYS, *UNSTORABLE, *NOT_TEXT],
    TargetField: [*TARGETS, *UNSTORABLE, *NOT_TEXT],
    serializers.ChoiceField: NOT_TEXT,
    serializers.EmailField: ["x", "a@", "@b", "a b@c.de", *NOT_TEXT],
    serializers.CharField: NOT_TEXT,
    serializers.ListField: ["x", [[]], [None], 5, True, {}, {"a": 1}, DEEP],
}
AT_EVERY_FIELD = 1


def values_beyond(field: serializers.Field) -> list[Any]:
    """What this field must refuse, by its own limits; and what could be stored nowhere."""
    if isinstance(field, WholeNumberField):
        return [field.lowest - 1, field.highest + 1]
    if isinstance(field, AmountField):
        return [*([] if field.allow_zero else ["0.00"]), *UNSTORABLE]
    if isinstance(field, serializers.ChoiceField):
        first = str(next(iter(field.choices)))
        return ["", "nope", first.swapcase(), f" {first}", f"{first}\n", *UNSTORABLE]
    if isinstance(field, serializers.EmailField):
        return [*_long_addresses(field), *UNSTORABLE]
    if isinstance(field, serializers.CharField):
        return [_too_long(field), *_blank(field), *UNSTORABLE]
    if isinstance(field, serializers.ListField):
        assert field.max_length, f"{field.field_name}: a list without a limit"
        return [["x"] * (field.max_length + 1)]
    return []


def huge_values(field: serializers.Field) -> list[Any]:
    """So large that looking at them costs time: refused by the classes, for all their fields."""
    if isinstance(field, serializers.ListField):
        return [[1] * 100_000]
    return ["a" * 10**6] if isinstance(field, serializers.CharField) else []


def hostile_values(field: serializers.Field) -> list[Any]:
    """What every field of this one's class must refuse."""
    for classes, values in BY_CLASS.items():
        if isinstance(field, classes):
            return values
    raise NotImplementedError(f"say in BY_CLASS what {type(field).__name__} must refuse")


def _too_long(field: serializers.CharField) -> str:
    assert field.max_length, f"{field.field_name}: a text without a limit"
    return "虚" * (field.max_length + 1)


def _long_addresses(field: serializers.CharField) -> list[str]:
    """Well-formed, and longer than the column."""
    assert field.max_length, f"{field.field_name}: a text without a limit"
    return [f"{'a' * (length - 12)}@example.org" for length in (field.max_length + 1, 320)]


def _blank(field: serializers.CharField) -> list[str]:
    return [] if field.allow_blank else ["", "\n\t", "\u3000"]


# --- Whole bodies -----------------------------------------------------------------------

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
ODD_PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--'
# Content type, body and status, by what is wrong.
ENCODINGS: dict[str, tuple[str, bytes, int]] = {
    "invalid UTF-8": (JSON, b'{"a": "\xff"}', 400),
    "10 MB": (JSON, b'{"a": "' + b"a" * 10_000_000 + b'"}', 413),
    "a form": (FORM, b"a=b", 415),
    "UTF-16": (JSON, '{"a": 1}'.encode("utf-16"), 400),
    "text": ("text/plain", b"{}", 415),
    "XML": ("application/xml", b"<a/>", 415),
    "a long form": (FORM, b"a=b&" * 9999, 415),
    "parts": ("multipart/form-data; boundary=x", b"--x--", 415),
    "odd parts": ("multipart/form-data; boundary=x; charset=base64", ODD_PARTS, 415),
    "nonsense": ("///;;==\xff", b"{}", 415),
}
