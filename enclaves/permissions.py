"""One line in an action says what the actor must be to a park."""

from accounts.actors import Actor
from accounts.permissions import require_signed_in
from core.errors import PermissionDenied
from enclaves.models import Park


def runs(actor: Actor, park: Park) -> bool:
    """Whether the actor may act for the park's operator; the office does what comes on paper."""
    return actor.office or park.operator_id in actor.acts_for


def require_runs(actor: Actor, park: Park) -> None:
    require_signed_in(actor)
    if not runs(actor, park):
        raise PermissionDenied


def founds(actor: Actor, home_city_id: int) -> bool:
    """Who sets a park up and changes what it is: the office, or the bureau of its home city."""
    return actor.office or home_city_id in actor.bureau_cities


def require_founder(actor: Actor, home_city_id: int) -> None:
    require_signed_in(actor)
    if not founds(actor, home_city_id):
        raise PermissionDenied


def require_runs_or_founder(actor: Actor, park: Park) -> None:
    require_signed_in(actor)
    if not runs(actor, park) and not founds(actor, park.home_city_id):
        raise PermissionDenied
