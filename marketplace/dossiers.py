"""The parts of an achievement's dossier that are lists: each is replaced as a whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.db import require_transaction
from core.errors import InvalidValue
from marketplace.models import Achievement, CoOwner, Encumbrance, Inventor, IPRecord
from marketplace.rules import IPKind
from marketplace.rules.listing import check_dates
from marketplace.rules.rights import CHINA, Right, check_right, check_rights

PARTS = ("inventors", "co_owners", "encumbrances", "ip_records")
# What of a right changes by itself, and is told anew when the entry is confirmed.
_CONFIRMED = ("legal_status", "next_fee_on")
# What of a right may be told otherwise while it is the same right.
_TOLD = (
    *("place", "applied_on", "granted_on", "legal_status", "next_fee_on"),
    *("holder", "consented_on", "consent"),
)


def check_all_rights(achievement: Achievement, values: Mapping[str, Any]) -> None:
    """Refuse a number that is none, a right told twice, and a grant before its application."""
    check_dates(achievement.applied_on, achievement.granted_on)
    first = Right(IPKind(achievement.ip_kind), achievement.ip_number)
    if "ip_records" in values:
        given = values["ip_records"]
        for row in given:
            check_dates(row.get("applied_on"), row.get("granted_on"))
        further = [_right(row) for row in given]
    else:
        known = achievement.ip_records.all() if achievement.pk else ()
        further = [one.right() for one in known]
    achievement.ip_number = check_rights([first, *further])[0].number


def write_parts(achievement: Achievement, values: Mapping[str, Any]) -> None:
    """Step: put the lists that were given in the place of those that were there."""
    require_transaction()
    for name in (name for name in PARTS if name in values and name != "ip_records"):
        rows = getattr(achievement, name)
        # What a financing registered is not its owner's to take back.
        (rows.filter(registration="") if name == "encumbrances" else rows.all()).delete()
    Inventor.objects.bulk_create(
        Inventor(achievement=achievement, place=place, **row)
        for place, row in enumerate(values.get("inventors", ()), start=1)
    )
    CoOwner.objects.bulk_create(
        CoOwner(achievement=achievement, **row) for row in values.get("co_owners", ())
    )
    Encumbrance.objects.bulk_create(
        Encumbrance(achievement=achievement, **row) for row in values.get("encumbrances", ())
    )
    if "ip_records" in values:
        _write_rights(achievement, values["ip_records"])


def _write_rights(achievement: Achievement, given: Sequence[Mapping[str, Any]]) -> None:
    """A right that is told again keeps its row, and with it its papers."""
    known: dict[Right, list[int]] = {}
    for one in IPRecord.objects.filter(achievement=achievement).order_by("place"):
        known.setdefault(one.right(), []).append(one.pk)
    kept: list[IPRecord] = []
    new: list[IPRecord] = []
    for place, row in enumerate(given, start=1):
        right = check_right(_right(row))
        record = IPRecord(achievement=achievement, place=place, **{**row, "number": right.number})
        if same := known.get(right):
            record.pk = same.pop(0)
        (kept if record.pk else new).append(record)
    gone = IPRecord.objects.filter(achievement=achievement)
    gone.exclude(pk__in=[one.pk for one in kept]).delete()
    if kept:
        IPRecord.objects.bulk_update(kept, _TOLD)
    IPRecord.objects.bulk_create(new)


def confirm_records(achievement: Achievement, told: Sequence[Mapping[str, Any]]) -> None:
    """Step: what changed by itself of further rights, each by its id."""
    known = {one.pk: one for one in achievement.ip_records.all()}
    for row in told:
        if (record := known.get(row["id"])) is None:
            raise InvalidValue(what="records")
        said = [name for name in _CONFIRMED if name in row]
        for name in said:
            setattr(record, name, row[name])
        record.save(update_fields=said)


def _right(row: Mapping[str, Any]) -> Right:
    return Right(IPKind(row["kind"]), row.get("number", ""), row.get("territory", CHINA))
