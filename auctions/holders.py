"""Who holds rights of priority, and who may see them."""

from collections.abc import Collection, Sequence

from django.db.models import F, Q, QuerySet

from accounts.actors import Actor
from auctions.models import Lot, PriorityRight, Registration


def priority_rights_visible_to(actor: Actor) -> QuerySet[PriorityRight]:
    """Their holder's, the consignor's, and staff's. What everybody may know is on the lot."""
    rights = PriorityRight.objects.select_related("lot", "holder").order_by("lot", "rank", "id")
    if actor.is_staff:
        return rights
    return rights.filter(Q(holder__in=actor.sees) | Q(lot__consignor__in=actor.sees))


def rights_standing_on(lot_id: int) -> QuerySet[PriorityRight]:
    return PriorityRight.objects.filter(lot=lot_id, ended_at=None).order_by("rank", "id")


def ranks_on(lot_ids: Collection[int]) -> dict[int, int]:
    """The ranks of those who registered and have a standing right, by registration."""
    holders = Registration.objects.filter(
        lot__in=lot_ids,
        organization=F("lot__priority_rights__holder"),
        lot__priority_rights__ended_at=None,
    )
    return dict(holders.values_list("pk", "lot__priority_rights__rank"))


def standing_rights(lot: Lot) -> Sequence[PriorityRight]:
    """The lot's standing rights, as `with_own_registrations` has read them or read now."""
    known: list[PriorityRight] | None = getattr(lot, "standing_rights", None)
    if known is None:
        known = lot.standing_rights = list(rights_standing_on(lot.pk))  # type: ignore[attr-defined]
    return known
