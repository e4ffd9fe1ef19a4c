"""The parts of an achievement's dossier that are lists: each is replaced as a whole."""

from collections.abc import Mapping
from typing import Any

from core.db import require_transaction
from marketplace.models import Achievement, CoOwner, Encumbrance, Inventor

PARTS = ("inventors", "co_owners", "encumbrances")


def write_parts(achievement: Achievement, values: Mapping[str, Any]) -> None:
    """Step: put the lists that were given in the place of those that were there."""
    require_transaction()
    for name in (name for name in PARTS if name in values):
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
