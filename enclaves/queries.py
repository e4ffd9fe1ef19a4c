"""Which enclave parks an actor may see: they are public."""

from django.db.models import QuerySet

from accounts.actors import Actor
from enclaves.models import Park


def parks_visible_to(actor: Actor) -> QuerySet[Park]:
    return Park.objects.select_related("home_city", "host_district", "operator")
