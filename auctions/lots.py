"""A lot's way to its opening: drafted, submitted, approved, published, or withdrawn."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import (
    require_agent,
    require_operator,
    require_operator_or_agent,
    require_signed_in,
)
from auctions import deposits, engines, priority, reserves, running_order
from auctions.closing import wake_closers
from auctions.lifecycle import LOT, LotFormat, LotState, Regime, ReserveMode
from auctions.locks import lock_lot, lock_registrations_of
from auctions.models import AuctionSession, Lot, Policy
from auctions.queries import (
    appraised_value,
    auctioneer_of,
    licensed_house,
    policy_for_drafting,
)
from auctions.rounds import ended_at
from auctions.rules import ascending, notice
from auctions.rules.phases import BEFORE_OPENING
from auctions.rules.policy import PolicyTerms, check_format
from auctions.rules.relisting import relist_until
from auctions.rules.reserve import mode_of
from auctions.searchable import keep_lot
from core import clock
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound, ReasonRequired, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import holidays, numbered
from marketplace import achievements
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement
from marketplace.queries import achievements_visible_to


class AchievementNotPublished(Refusal):
    code = "achievement_not_published"
    message = "Only a published achievement can become a lot; this one is {state}."


class AchievementNotForEverybody(Refusal):
    """An auction is announced to everybody (拍卖法 art. 45), and names what is sold."""

    code = "achievement_not_for_everybody"
    message = "What is for verified organizations only cannot be auctioned."


class WithdrawnTooLate(Conflict):
    code = "withdrawn_too_late"
    message = "Bidding has opened; a lot can be withdrawn only before (Auction Law art. 29)."


class HallHasNoClock(Refusal):
    code = "hall_has_no_clock"
    message = "A lot of this session is sold by the hammer; it has no closing time."


class SessionOpensLater(Refusal):
    code = "session_opens_later"
    message = "The session starts at {starts_at}; none of its lots opens before."


class ClockNeeded(Refusal):
    code = "clock_needed"
    message = "A lot outside of a hall needs an opening time and a closing time."


class FormatNeedsHall(Refusal):
    code = "format_needs_a_hall"
    message = "The format {format} is offered in flagship and special sessions only."


def draft_lot(*, actor: Actor, once: Once | None = None, **terms: Any) -> Lot:
    """Draft a lot from a published achievement; the exchange or the consignor does.

    What it is sold for, when and how is said as for `draft`.
    """
    require_signed_in(actor)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return Lot.objects.get(pk=earlier)
        lot = draft(actor=actor, at=now, **terms)
        settle(once, lot)
    return lot


def draft(
    *,
    actor: Actor,
    at: datetime,
    achievement: int,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    session: int | None = None,
    starting_price: Decimal,
    policy: int | None = None,
    format: str = LotFormat.ENGLISH,
    house: int | None = None,
    auctioneer: int | None = None,
    reserve_mode: str | None = None,
    reserve_price: Decimal | None = None,
    previous: Lot | None = None,
    **terms: Any,
) -> Lot:
    """Step: a draft, in the round after `previous` if there is one.

    Without a `policy` it is the newest one of the regime EXCHANGE_BIDDING; what is not said of
    increment, deposit, reserve, extensions and latest close is the policy's. A `reserve_price`
    makes the reserve secret. Refuses a format that the regime does not know, and a house outside
    of an auction. Only the exchange puts a lot into a session; one in a hall has no closing time,
    and opens with the session unless it says later.
    """
    where = None if session is None else running_order.session_to_fill(session, actor=actor)
    sold = _published_achievement(achievement, actor)
    rules = policy_for_drafting(policy)
    check_format(LotFormat(format), Regime(rules.regime))
    lot = Lot(
        **numbered(Lot, "L", at),
        achievement=sold,
        consignor_id=sold.owner_id,
        title=sold.title,
        policy=rules,
        session=where,
        house=licensed_house(house, Regime(rules.regime)),
        auctioneer=auctioneer_of(house, auctioneer),
        previous_lot=previous,
        round=previous.round + 1 if previous else 1,
        opens_at=opens_at or _opening_of(where),
        scheduled_close=closes_at,
        closes_at=closes_at,
        starting_price=starting_price,
        created_at=at,
        **_kind_of_sale(LotFormat(format), rules, where, reserve_mode, reserve_price),
        **_with_defaults(terms, rules.terms(), starting_price, closes_at),
    )
    check_timetable(lot)
    lot.save(force_insert=True)
    keep_lot(lot)
    if where is not None:
        running_order.append(where, lot)
    if reserve_price is not None:
        reserves.keep(lot, reserve_price, actor=actor, at=at)
    _record(lot, "drafted", actor, at)
    return lot


def submit_lot(*, actor: Actor, lot_id: int) -> Lot:
    """Hand the draft to the exchange for approval."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator_or_agent(actor, lot.consignor_id)
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
        announce(lot, now)
        achievements.reserve(lot.achievement_id, at=now)
        lot.save(update_fields=["published_at", "head_hash"])
        wake_closers()
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
        require_operator_or_agent(actor, lot.consignor_id)
        return _take_back(lot, _needed(reason), actor, clock.now())


def take_back(lot_id: int, *, reason: str, actor: Actor, at: datetime) -> Lot:
    """Step: withdraw a lot of a session that is called off."""
    return _take_back(lock_lot(lot_id), reason, actor, at)


def _opening_of(session: AuctionSession | None) -> datetime:
    """A lot of a session that says no time of its own opens with it."""
    if session is None:
        raise ClockNeeded
    return session.starts_at


def check_timetable(lot: Lot) -> None:
    """Refuse times that do not fit together, or do not fit the place where the lot is sold."""
    if lot.exhibition_at is not None and lot.exhibition_at > lot.opens_at:
        raise ascending.InvalidTimetable
    if lot.session is not None and lot.session.is_in_a_hall:
        if lot.closes_at is not None or lot.latest_close is not None:
            raise HallHasNoClock
        if lot.opens_at < lot.session.starts_at:
            raise SessionOpensLater(starts_at=lot.session.starts_at)
        return
    if lot.format == LotFormat.ONE_CALL:
        raise FormatNeedsHall(format=lot.format)
    if lot.closes_at is None:
        raise ClockNeeded
    ascending.check_terms(lot.terms())


def announce(lot: Lot, now: datetime) -> None:
    """Step: check that the lot may be announced now, and fix its terms as of now.

    Refuses with the list of everything that is missing or too short by the lot's policy.
    """
    if lot.session is not None:
        running_order.check_not_started(lot.session)
    if not lot.is_sold_in_hall:
        ascending.check_may_publish(lot.terms(), now)
    notice.check_ready(_plan(lot, now))
    reserves.check_announced(lot)
    lot.published_at = now
    lot.head_hash = engines.genesis(lot)


def record_move(lot: Lot, actor: Actor, at: datetime) -> None:
    """Step: tell those concerned that the lot is sold in another session now."""
    record(
        f"lot:{lot.pk}",
        "lot.moved",
        at=at,
        actor=actor,
        lot=lot.pk,
        session=lot.session_id,
        opens_at=lot.opens_at.isoformat(),
    )


def _take_back(lot: Lot, reason: str, actor: Actor, now: datetime) -> Lot:
    LOT.check(LotState(lot.state), LotState.WITHDRAWN)
    if lot.state == LotState.PUBLISHED:
        # A floor that waits after a suspension may have been open, and had bids, before it.
        opened = lot.suspensions.filter(was_open=True).exists()
        if opened or lot.phase_at(now) not in BEFORE_OPENING:
            raise WithdrawnTooLate
        deposits.settle_all(lock_registrations_of([lot]), at=now)
        achievements.release(lot.achievement_id, at=now)
    return _move(lot, LotState.WITHDRAWN, actor, now, reason=reason)


def _kind_of_sale(
    format: LotFormat,
    policy: Policy,
    session: AuctionSession | None,
    reserve_mode: str | None,
    reserve_price: Decimal | None,
) -> dict[str, Any]:
    """By which rules the lot is sold, and what stands behind its starting price."""
    in_a_hall = session is not None and session.is_in_a_hall
    asked = ReserveMode(reserve_mode) if reserve_mode else None
    return {
        "format": format,
        "rules_version": engines.rules_version(format, policy, in_a_hall=in_a_hall),
        "reserve_mode": mode_of(asked, reserve_price, ReserveMode(policy.reserve_mode)),
    }


def _with_defaults(
    said: Mapping[str, Any],
    policy: PolicyTerms,
    starting_price: Decimal,
    closes_at: datetime | None,
) -> dict[str, Any]:
    """What was said of the terms, and the policy's word where nothing was."""
    terms = {name: value for name, value in said.items() if value is not None}
    if "increment" not in terms:
        terms["increment"] = notice.default_increment(starting_price, policy)
    if "deposit_amount" not in terms:
        terms["deposit_amount"] = notice.default_deposit(starting_price, policy)
    terms.setdefault("extension_window_s", policy.extension_window_s)
    terms.setdefault("extension_s", policy.extension_s)
    if policy.extension_cap_s and closes_at:
        terms.setdefault("latest_close", closes_at + timedelta(seconds=policy.extension_cap_s))
    return terms


def _plan(lot: Lot, at: datetime) -> notice.Plan:
    """The lot as it would be announced now."""
    house = lot.presiding_house
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
        has_auctioneer=lot.presiding_auctioneer is not None,
        media_notice=lot.media_notice,
        appraised_value=appraised_value(lot),
        relist_until=_relist_until(lot),
        holidays=holidays(),
        holders=priority.told_on(lot),
    )


def _relist_until(lot: Lot) -> datetime | None:
    """Until when the next round of a lot may be announced; a first round has no such end."""
    if (previous := lot.previous_lot) is None:
        return None
    return relist_until(ended_at(previous), previous.policy.reauction_within_days, holidays())


def _published_achievement(achievement_id: int, actor: Actor) -> Achievement:
    visible = achievements_visible_to(actor).filter(pk=achievement_id)
    if (achievement := one_or_none(visible)) is None:
        raise NotFound(what="achievement")
    if not actor.operates:
        require_agent(actor, achievement.owner_id)
    if achievement.state != AchievementState.PUBLISHED:
        raise AchievementNotPublished(state=AchievementState(achievement.state))
    if achievement.registered_only:
        raise AchievementNotForEverybody
    return achievement


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
