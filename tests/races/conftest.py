"""Real commits, emptied once a module: each test races over a lot of its own."""

from typing import Any

from accounts.models import Organization
from tests.bench.world import World
from tests.committed import cast, transactional_db
from tests.conftest import make_member

__all__ = ["cast", "transactional_db"]


def members_of(world: World) -> list[Any]:
    """Somebody at each of the bidders."""
    known = Organization.objects.in_bulk([one.organization_id for one in world.bidders])
    return [make_member(known[one.organization_id]) for one in world.bidders]
