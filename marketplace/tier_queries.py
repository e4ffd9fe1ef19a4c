"""What of a need or an achievement its reader may see: all of it, the detail, whose it is.

Who sees that a thing exists is said in `queries`.
"""

from django.db.models import Exists, Q, QuerySet

from accounts.actors import Actor
from accounts.lifecycle import OrganizationState
from accounts.models import Organization
from marketplace.models import Achievement, Need, NeedIndicator


def open_to(actor: Actor) -> Q:
    """Of what is published: all of it to verified organizations, to others the open part."""
    return Q(registered_only=False) | Q(Exists(_verified_of(actor)))


def is_insider(actor: Actor, thing: Need | Achievement) -> bool:
    """Whether the actor reads the whole file: whose it is, staff, and the bureau of its city."""
    if actor.is_staff or thing.holder_id in actor.sees:
        return True
    took_back = thing.state == "withdrawn" and thing.published_at is None
    reached = thing.state != "draft" and not took_back
    return reached and thing.city_id in actor.bureau_cities


def is_registered(actor: Actor) -> bool:
    """Whether the actor works for a verified organization."""
    return _verified_of(actor).exists()


def has_signed(actor: Actor, thing: Need | Achievement) -> bool:
    """Whether an organization of the actor's accepted the undertaking that holds today."""
    signed = thing.undertakings.filter(organization__in=actor.sees)
    return signed.filter(version=thing.nda.version).exists()


def told_poster(need: Need) -> int | None:
    """Whose need it is, as far as everybody may know."""
    return None if need.anonymous else need.organization_id


def indicators_for(actor: Actor, need: Need) -> list[NeedIndicator]:
    """Those of a need that the actor reads without a word given."""
    inside = is_insider(actor, need)
    return [one for one in need.indicators.all() if inside or not one.confidential]


def poster_for(actor: Actor, need: Need) -> str:
    """Whose need it is, as far as the actor may know; empty if not."""
    return "" if need.anonymous and not is_insider(actor, need) else need.organization.name


def reads_detail_openly(actor: Actor, thing: Need | Achievement) -> bool:
    """Whether the detail is shown to the actor without a word given."""
    return not thing.detail_under_nda or is_insider(actor, thing)


def _verified_of(actor: Actor) -> QuerySet[Organization]:
    return Organization.objects.filter(pk__in=actor.sees, state=OrganizationState.VERIFIED)
