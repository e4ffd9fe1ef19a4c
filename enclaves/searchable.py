"""What of an enclave park may be found: all of it is public."""

from datetime import date, datetime, time

from core.clock import SHANGHAI
from enclaves.models import Park
from search.documents import Entry, keep
from search.models import Kind

_LONG_AGO = date(2000, 1, 1)


def keep_park(park: Park) -> None:
    """Step: found by what it now says."""
    keep([searchable_park(park)])


def searchable_park(park: Park) -> Entry:
    operator = park.operator.name if park.operator else ""
    cities = (park.home_city, park.host_district)
    return Entry(
        kind=Kind.ENCLAVE,
        object_id=park.pk,
        code="",
        title=park.name,
        at=_opened(park),
        keywords=("飞地", "enclave", operator, *(city.name for city in cities)),
        city=park.host_district.code,
    )


def _opened(park: Park) -> datetime:
    return datetime.combine(park.opened_on or _LONG_AGO, time.min, SHANGHAI)


def parks_after(number: int, at_once: int) -> list[Entry]:
    """The next parks by their ids, for `reindex_search`."""
    parks = Park.objects.select_related("home_city", "host_district", "operator")
    return [searchable_park(park) for park in parks.filter(pk__gt=number).order_by("pk")[:at_once]]
