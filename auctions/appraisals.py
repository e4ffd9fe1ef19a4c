"""Entering what a lot was said to be worth, as long as its notice does not stand."""

from datetime import date
from decimal import Decimal

from accounts.actors import Actor
from accounts.permissions import require_operator
from accounts.queries import organizations_visible_to
from auctions.lifecycle import LotState
from auctions.locks import lock_lot
from auctions.models import LotAppraisal
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, NotFound, Refusal
from core.events import record
from core.idempotency import Once, claim, settle

_BEFORE_NOTICE = (LotState.DRAFT, LotState.SUBMITTED, LotState.RETURNED, LotState.APPROVED)


class AppraisalTooLate(Conflict):
    code = "appraisal_too_late"
    message = "The terms of a lot that was announced are fixed; an appraisal comes before."


class AppraisalKnown(Conflict):
    code = "appraisal_known"
    message = "An appraisal of this day by this organization is on record already."


class AppraisalNotUsable(Refusal):
    code = "appraisal_not_usable"
    message = "An appraisal is by another organization than the consignor, and not of a later day."


def enter_appraisal(
    *,
    actor: Actor,
    lot_id: int,
    organization: int,
    value: Decimal,
    appraised_on: date,
    once: Once | None = None,
) -> LotAppraisal:
    """Enter an appraisal; its appraiser may not bid on the lot from now on."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        if earlier := claim(once, at=now):
            return LotAppraisal.objects.get(pk=earlier)
        if lot.state not in _BEFORE_NOTICE:
            raise AppraisalTooLate
        if not organizations_visible_to(actor).filter(pk=organization).exists():
            raise NotFound(what="organization")
        if organization == lot.consignor_id or appraised_on > date_of(now):
            raise AppraisalNotUsable
        known = lot.appraisals.filter(organization=organization, appraised_on=appraised_on)
        if known.exists():
            raise AppraisalKnown
        appraisal = LotAppraisal.objects.create(
            lot=lot,
            organization_id=organization,
            value=value,
            appraised_on=appraised_on,
            entered_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, appraisal)
        record(f"lot:{lot.pk}", "lot.appraised", at=now, actor=actor, lot=lot.pk)
    return appraisal
