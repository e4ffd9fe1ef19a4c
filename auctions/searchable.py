"""What of a lot may be found: its number and the public words of what it sells."""

from auctions.models import Lot
from marketplace.searchable import searchable_achievement
from search.documents import Entry, keep
from search.models import Kind


def keep_lot(lot: Lot) -> None:
    """Step: found by its own number and title, which do not change once it is drafted."""
    keep([searchable_lot(lot)])


def searchable_lot(lot: Lot) -> Entry:
    sold = searchable_achievement(lot.achievement)
    return Entry(
        kind=Kind.LOT,
        object_id=lot.pk,
        code=lot.code,
        title=lot.title,
        at=lot.created_at,
        keywords=sold.keywords,
        text=sold.text,
        city=sold.city,
        field=sold.field,
        maturity=sold.maturity,
    )


def lots_after(number: int, at_once: int) -> list[Entry]:
    """The next lots by their ids, for `reindex_search`."""
    lots = Lot.objects.select_related("achievement__city", "achievement__field")
    return [searchable_lot(lot) for lot in lots.filter(pk__gt=number).order_by("pk")[:at_once]]
