"""A lot's way to its opening: drafted, submitted, approved, published, or withdrawn."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_agent, require_operator, require_signed_in
from auctions import deposits
from auctions.lifecycle import LOT, LotFormat, LotState, Regime
from auctions.locks import lock_lot, lock_registrations_of
from auctions.models import Lot
from auctions.queries import auctioneer_of, licensed_house, policy_for_drafting
from auctions.rules import ascending, ledger, notice
from auctions.rules.policy import PolicyTerms, check_format
from core import clock
from core.db import transaction
from core.errors import Conflict, NotFound, PermissionDenied, ReasonRequired, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import holidays, numbered
from marketplace import achievements
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement
from marketplace.queries import achievements_visible_to

# The version of the rules in `auctions.rules` that decide a format's bids.
ENGINES = {LotFormat.ENGLISH: ascending.RULES_VERSION}


class AchievementNotPublished(Refusal):
    code = "achievement_not_published"
    message = "Only a published achievement can become a lot; this one is {state}."


class WithdrawnTooLate(Conflict):
    code = "withdrawn_too_late"
    message = "Bidding has opened; a lot can be withdrawn only before (Auction Law art. 29)."


def draft_lot(
    *,
    actor: Actor,
    achievement: int,
    opens_at: datetime,
    closes_at: datetime,
    starting_price: Decimal,
    policy: int | None = None,
    format: str = LotFormat.ENGLISH,
    house: int | None = None,
    auctioneer: int | None = None,
    once: Once | None = None,
    **terms: Any,
) -> Lot:
    """Draft a lot from a published achievement; the exchange or the consignor does.

    Without a `policy` it is the newest one of the regime EXCHANGE_BIDDING; what is not said of
    increment, deposit, extensions and latest close is the policy's. Refuses a format that the
    regime does not know, and a house outside of an auction.
    """
    require_signed_in(actor)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return Lot.objects.get(pk=earlier)
        sold = _published_achievement(achievement, actor)
        rules = policy_for_drafting(policy)
        check_format(LotFormat(format), Regime(rules.regime))
        lot = Lot(
            **numbered(Lot, "L", now),
            achievement=sold,
            consignor_id=sold.owner_id,
            title=sold.title,
            policy=rules,
            format=format,
            rules_version=f"{ENGINES[LotFormat(format)]}/{rules.code}",
            house=licensed_house(house, Regime(rules.regime)),
            auctioneer=auctioneer_of(house, auctioneer),
            reserve_mode=rules.reserve_mode,
            opens_at=opens_at,
            scheduled_close=closes_at,
            closes_at=closes_at,
            starting_price=starting_price,
            created_at=now,
            **_with_defaults(terms, rules.terms(), starting_price, closes_at),
        )
        ascending.check_terms(lot.terms())
        lot.save(force_insert=True)
        settle(once, lot)
        _record(lot, "drafted", actor, now)
    return lot


def submit_lot(*, actor: Actor, lot_id: int) -> Lot:
    """Hand the draft to the exchange for approval."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        _require_draftsman(actor, lot)
        return _move(lot, LotState.SUBMITTED, actor, clock.now())


def approve_lot(*, actor: Actor, lot_id: int) -> Lot:
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        return _move(lot, LotState.APPROVED, actor, clock.now())


def return_lot(*, actor: Actor, lot_id: int, reason: str) -> Lot:
    """Send a lot back to its draftsman, saying why."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        return _move(lot, LotState.RETURNED, actor, clock.now(), reason=_needed(reason))


def publish_lot(*, actor: Actor, lot_id: int) -> Lot:
    """Announce the lot: from here on its terms are frozen and its achievement is reserved.

    Refuses with the list of everything that is missing or too short by the lot's policy.
    """
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        LOT.check(LotState(lot.state), LotState.PUBLISHED)
        ascending.check_may_publish(lot.terms(), now)
        notice.check_ready(_plan(lot, now))
        achievements.reserve(lot.achievement_id, at=now)
        lot.published_at = now
        lot.head_hash = ledger.genesis(lot.code, lot.rules_version, lot.terms())
        lot.save(update_fields=["published_at", "head_hash"])
        return _move(
            lot,
            LotState.PUBLISHED,
            actor,
            now,
            opens_at=lot.opens_at.isoformat(),
            closes_at=lot.closes_at.isoformat() if lot.closes_at else None,
        )


def withdraw_lot(*, actor: Actor, lot_id: int, reason: str) -> Lot:
    """Take a lot back before it opens; deposits go back with it (拍卖法 art. 29)."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        _require_draftsman(actor, lot)
        reason, now = _needed(reason), clock.now()
        LOT.check(LotState(lot.state), LotState.WITHDRAWN)
        if lot.state == LotState.PUBLISHED:
            if now >= lot.opens_at:
                raise WithdrawnTooLate
            deposits.settle_all(lock_registrations_of(lot.pk), buyer_id=None, at=now)
            achievements.release(lot.achievement_id, at=now)
        return _move(lot, LotState.WITHDRAWN, actor, now, reason=reason)


def _with_defaults(
    said: Mapping[str, Any], policy: PolicyTerms, starting_price: Decimal, closes_at: datetime
) -> dict[str, Any]:
    """What was said of the terms, and the policy's word where nothing was."""
    cap = policy.extension_cap_s
    defaults = {
        "increment": notice.default_increment(starting_price, policy),
        "deposit_amount": notice.default_deposit(starting_price, policy),
        "extension_window_s": policy.extension_window_s,
        "extension_s": policy.extension_s,
        "latest_close": None if cap is None else closes_at + timedelta(seconds=cap),
    }
    return {**defaults, **{name: value for name, value in said.items() if value is not None}}


def _plan(lot: Lot, at: datetime) -> notice.Plan:
    """The lot as it would be announced now."""
    house = lot.house
    return notice.Plan(
        policy=lot.policy.terms(),
        published_at=at,
        opens_at=lot.opens_at,
        closes_at=lot.scheduled_close,
        exhibition_at=lot.exhibition_at,
        starting_price=lot.starting_price,
        deposit_amount=lot.deposit_amount,
        round=lot.round,
        has_house=house is not None,
        licence=(house.licensed_from, house.licensed_until) if house else None,
        has_auctioneer=lot.auctioneer_id is not None,
        media_notice=lot.media_notice,
        holidays=holidays(),
    )


def _published_achievement(achievement_id: int, actor: Actor) -> Achievement:
    visible = achievements_visible_to(actor).filter(pk=achievement_id)
    if (achievement := visible.first()) is None:
        raise NotFound(what="achievement")
    if not actor.operates:
        require_agent(actor, achievement.owner_id)
    if achievement.state != AchievementState.PUBLISHED:
        raise AchievementNotPublished(state=AchievementState(achievement.state))
    return achievement


def _require_draftsman(actor: Actor, lot: Lot) -> None:
    """The exchange, or somebody who may bind the consignor."""
    require_signed_in(actor)
    if not actor.operates and lot.consignor_id not in actor.acts_for:
        raise PermissionDenied


def _needed(reason: str) -> str:
    if not reason.strip():
        raise ReasonRequired
    return reason.strip()


def _move(
    lot: Lot, wanted: LotState, actor: Actor, at: datetime, *, reason: str = "", **facts: str | None
) -> Lot:
    LOT.check(LotState(lot.state), wanted)
    lot.state, lot.state_reason = wanted, reason
    lot.save(update_fields=["state", "state_reason"])
    _record(lot, wanted.value, actor, at, **facts)
    return lot


def _record(lot: Lot, what: str, actor: Actor, at: datetime, **facts: str | None) -> None:
    record(f"lot:{lot.pk}", f"lot.{what}", at=at, actor=actor, lot=lot.pk, **facts)
