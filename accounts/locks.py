"""Every row lock of this app."""

from accounts.actors import Actor
from accounts.models import Organization, Relation
from accounts.queries import organizations_visible_to, relations_visible_to
from core.db import require_transaction
from core.errors import NotFound


def lock_organization(organization_id: int, *, seen_by: Actor) -> Organization:
    """Lock one organization. One that `seen_by` may not see does not exist."""
    require_transaction()
    rows = organizations_visible_to(seen_by).select_for_update(no_key=True, of=("self",))
    try:
        return rows.get(pk=organization_id)
    except Organization.DoesNotExist:
        raise NotFound(what="organization") from None


def lock_relation(relation_id: int, *, seen_by: Actor) -> Relation:
    """Lock one relation. One that `seen_by` may not see does not exist."""
    require_transaction()
    rows = relations_visible_to(seen_by).select_for_update(no_key=True, of=("self",))
    try:
        return rows.get(pk=relation_id)
    except Relation.DoesNotExist:
        raise NotFound(what="relation") from None
