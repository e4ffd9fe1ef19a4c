"""Sessions: planned, announced, held by an auctioneer, finished; or cancelled before the start."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from accounts.actors import Actor
from accounts.permissions import require_operator
from accounts.queries import city_by_code
from auctions import lots
from auctions.lifecycle import SESSION, LotState, Regime, SessionKind, SessionState
from auctions.locks import lock_flagships, lock_session
from auctions.models import AuctionSession, Lot
from auctions.queries import auctioneer_of, licensed_house
from core import clock
from core.db import transaction
from core.errors import Conflict, ReasonRequired, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import numbered


class VenueMissing(Refusal):
    code = "venue_missing"
    message = "A session in a hall needs a venue."


class SessionIsEmpty(Conflict):
    code = "session_is_empty"
    message = "Nothing in the running order was announced yet."


class SessionTooEarly(Conflict):
    code = "session_too_early"
    message = "The session was announced for {starts_at}; it does not start before."


class AnotherFlagshipRuns(Conflict):
    code = "another_flagship_runs"
    message = "Another flagship session is running; a trading cycle ends with one at a time."


class SessionAnnounced(Conflict):
    code = "session_announced"
    message = "The session is {state}; what it says of itself stays as it is."
    words = tuple(SessionState)


class LotsAnnounced(Conflict):
    code = "lots_announced"
    message = "Lots were announced with the session's time and place: {lots}."


class LotsNotEnded(Conflict):
    code = "lots_not_ended"
    message = "Some lots were neither hammered, passed nor withdrawn: {lots}."


def plan_session(
    *,
    actor: Actor,
    kind: str,
    city: str,
    house: int | None = None,
    auctioneer: int | None = None,
    once: Once | None = None,
    **values: Any,
) -> AuctionSession:
    """Plan a session; the exchange does. `city` is its region code.

    `house` and `auctioneer` preside over the lots of the regime AUCTION; the auctioneer's house
    is the session's.
    """
    require_operator(actor)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return AuctionSession.objects.get(pk=earlier)
        session = AuctionSession(
            **numbered(AuctionSession, "S", now),
            kind=kind,
            city=city_by_code(city),
            created_at=now,
            house=licensed_house(house, Regime.AUCTION),
            auctioneer=auctioneer_of(house, auctioneer),
            **values,
        )
        _check_venue(session)
        session.save(force_insert=True)
        settle(once, session)
        _record(session, "session.planned", actor, now)
    return session


def change_session(*, actor: Actor, session_id: int, **values: Any) -> AuctionSession:
    """Change what a planned session says of itself; what is left out stays as it is.

    Its kind stays, because its lots were drafted by the rules of that kind. A lot of a hall that
    was to open with the session, or would now open before it, opens with it. Refuses a session
    that was announced, and one with an announced lot, whose notice says time and place.
    """
    with transaction():
        session = lock_session(session_id, seen_by=actor)
        require_operator(actor)
        if session.state != SessionState.PLANNED:
            raise SessionAnnounced(state=SessionState(session.state))
        announced = session.lots.filter(published_at__isnull=False).exclude(
            state=LotState.WITHDRAWN
        )
        if codes := list(announced.order_by("code").values_list("code", flat=True)):
            raise LotsAnnounced(lots=", ".join(codes))
        earlier = session.starts_at
        for name, value in _resolved(session, values).items():
            setattr(session, name, value)
        _check_venue(session)
        session.save(update_fields=list(values))
        if session.is_in_a_hall and session.starts_at != earlier:
            with_it = Q(opens_at=earlier) | Q(opens_at__lt=session.starts_at)
            session.lots.filter(with_it).update(opens_at=session.starts_at)
        _record(session, "session.changed", actor, clock.now())
    return session


def publish_session(*, actor: Actor, session_id: int) -> AuctionSession:
    """Announce the session with its time, place and running order."""
    with transaction():
        session = lock_session(session_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        SESSION.check(SessionState(session.state), SessionState.PUBLISHED)
        session.published_at = now
        _move(session, SessionState.PUBLISHED)
        _record(session, "session.published", actor, now, starts_at=session.starts_at.isoformat())
    return session


def start_session(*, actor: Actor, session_id: int) -> AuctionSession:
    """The auctioneer opens the session: never before its announced time."""
    with transaction():
        lock_flagships()
        session = lock_session(session_id, seen_by=actor)
        require_presider(actor, session)
        now = clock.now()
        SESSION.check(SessionState(session.state), SessionState.RUNNING)
        if now < session.starts_at:
            raise SessionTooEarly(starts_at=session.starts_at)
        announced = Q(lot__state=LotState.PUBLISHED) | Q(deal__isnull=False)
        if not session.entries.filter(announced).exists():
            raise SessionIsEmpty
        _check_no_other_flagship(session)
        session.started_at = now
        _move(session, SessionState.RUNNING)
        _record(session, "session.started", actor, now)
    return session


def finish_session(*, actor: Actor, session_id: int) -> AuctionSession:
    """The auctioneer ends the session when every lot has ended.

    For a flagship this moment ends a trading cycle: whatever was hammered or signed in it was
    formed by then.
    """
    with transaction():
        session = lock_session(session_id, seen_by=actor)
        require_presider(actor, session)
        SESSION.check(SessionState(session.state), SessionState.FINISHED)
        open_lots = session.lots.filter(state__in=[LotState.PUBLISHED, LotState.SUSPENDED])
        if waiting := list(open_lots.order_by("entry__position").values_list("code", flat=True)):
            raise LotsNotEnded(lots=", ".join(waiting))
        now = clock.now()
        # A clock that was set back must not push what was sold here into the next cycle.
        last = session.entries.aggregate(last=Max("done_at"))["last"]
        session.finished_at = max(now, last) if last else now
        _move(session, SessionState.FINISHED)
        _record(session, "session.finished", actor, now)
    return session


def cancel_session(*, actor: Actor, session_id: int, reason: str) -> AuctionSession:
    """Call a session off before it starts; its lots are withdrawn and deposits go back."""
    with transaction():
        session = lock_session(session_id, seen_by=actor)
        require_operator(actor)
        if not reason.strip():
            raise ReasonRequired
        now = clock.now()
        SESSION.check(SessionState(session.state), SessionState.CANCELLED)
        for lot in _lots_to_withdraw(session):
            lots.take_back(lot.pk, reason=reason.strip(), actor=actor, at=now)
        session.state_reason = reason.strip()
        _move(session, SessionState.CANCELLED)
        _record(session, "session.cancelled", actor, now)
    return session


def require_presider(actor: Actor, session: AuctionSession) -> None:
    """The exchange's staff, or the auctioneer of the session in person."""
    auctioneer = session.auctioneer
    if auctioneer is None or auctioneer.user_id is None or auctioneer.user_id != actor.user_id:
        require_operator(actor)


def _check_venue(session: AuctionSession) -> None:
    if session.is_in_a_hall and not session.venue.strip():
        raise VenueMissing


def _resolved(session: AuctionSession, values: dict[str, Any]) -> dict[str, Any]:
    """The values with rows in place of codes and ids; the auctioneer is one of the house."""
    resolved = dict(values)
    if "city" in values:
        resolved["city"] = city_by_code(values["city"])
    if "house" in values:
        resolved["house"] = licensed_house(values["house"], Regime.AUCTION)
    if {"house", "auctioneer"} & set(values):
        house = values.get("house", session.house_id)
        person = values.get("auctioneer", session.auctioneer_id)
        resolved["auctioneer"] = auctioneer_of(house, person)
    return resolved


def _check_no_other_flagship(session: AuctionSession) -> None:
    running = AuctionSession.objects.filter(kind=SessionKind.FLAGSHIP, state=SessionState.RUNNING)
    if session.kind == SessionKind.FLAGSHIP and running.exists():
        raise AnotherFlagshipRuns


def _lots_to_withdraw(session: AuctionSession) -> list[Lot]:
    ended = [LotState.CLOSED, LotState.WITHDRAWN, LotState.VOID, LotState.DEFAULTED]
    return list(session.lots.exclude(state__in=ended).order_by("pk"))


def _move(session: AuctionSession, wanted: SessionState) -> None:
    session.state = wanted
    session.save(
        update_fields=["state", "state_reason", "published_at", "started_at", "finished_at"]
    )


def _record(session: AuctionSession, kind: str, actor: Actor, at: datetime, **facts: str) -> None:
    record(
        f"session:{session.pk}",
        kind,
        at=at,
        actor=actor,
        session=session.pk,
        code=session.code,
        **facts,
    )
