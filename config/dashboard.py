"""What waits for somebody at the desk today: numbers that lead to lists, and the lots on sale.

All of it is read at one instant of the database's clock. A card is drawn only for a role that
can open the list behind it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.roles import DeskRole, roles_of
from accounts.lifecycle import OrganizationState
from accounts.queries import organizations_visible_to
from accounts.requests import actor_of
from auctions.admin import worklists
from auctions.models import DepositMovement, Lot
from auctions.queries import (
    forfeitures_visible_to,
    lots_visible_to,
    registrations_visible_to,
)
from config.cards import Card, list_url, rows_waiting, tone_of
from config.health import days_without_holidays
from config.own_cards import own_cards
from core import clock
from marketplace.lifecycle import AchievementState, NeedState, ObjectionState
from marketplace.queries import (
    achievements_reviewed_by,
    achievements_waiting,
    needs_reviewed_by,
    needs_waiting,
    objections_visible_to,
    publicities_over,
    responses_unanswered,
    responses_visible_to,
    running_publicities,
)
from notifications.admin import late_deliveries

# Sweeps run every two seconds; a message that is due for longer waits for somebody.
_SLOW_DELIVERY = timedelta(minutes=5)


def board(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the desk's front page shows; named in UNFOLD."""
    actor, roles, now = actor_of(request), roles_of(request), clock.now()
    auctions = bool(roles & {DeskRole.OPERATOR, DeskRole.OFFICE})
    return {
        **context,
        "title": _("Today"),
        "now": now.isoformat(),
        "cards": list(_cards(actor, roles, now)),
        "lots_on_sale": _lines(now) if auctions else None,
    }


def _cards(actor: Actor, roles: frozenset[DeskRole], now: datetime) -> Iterator[Card]:
    if roles & {DeskRole.OPERATOR, DeskRole.OFFICE}:
        yield from _lot_cards(actor, now)
    if DeskRole.OPERATOR in roles:
        yield from _bidder_cards(actor, now)
    if roles & {DeskRole.OPERATOR, DeskRole.OFFICE, DeskRole.BUREAU}:
        yield from _review_cards(actor, roles, now)
    if roles & {DeskRole.OPERATOR, DeskRole.OFFICE}:
        yield _answer_card(actor, now)
        yield from _deal_cards(actor, now)
    if DeskRole.OFFICE in roles:
        waiting = organizations_visible_to(actor).filter(state=OrganizationState.SUBMITTED)
        yield rows_waiting(
            _("Organizations to verify"), waiting, "accounts_organization", "state__exact=submitted"
        )
    yield from own_cards(actor, roles, now)
    if roles & {DeskRole.OPERATOR, DeskRole.TECHNICAL}:
        yield _delivery_card(now)
    if roles & {DeskRole.OPERATOR, DeskRole.OFFICE} and (unknown := days_without_holidays(now)):
        yield _calendar_card(unknown)


def _lot_cards(actor: Actor, now: datetime) -> Iterator[Card]:
    lots, model = lots_visible_to(actor), "auctions_lot"
    number = worklists.open_lots(lots, now).count()
    yield Card(
        _("Lots open now"), str(number), list_url(model, "when=open"), tone_of(number, "going")
    )
    number = worklists.closing_lots(lots, now).count()
    yield Card(
        _("Closing within an hour"), str(number), list_url(model, "when=closing"), tone_of(number)
    )
    overdue = worklists.overdue_lots(lots, now)
    number, oldest = overdue.count(), overdue.order_by("closes_at").first()
    note = oldest and _("Oldest: {lot}, over since {time}").format(
        lot=oldest.code, time=shown.moment_text(oldest.closes_at)
    )
    yield Card(
        _("Over, not closed yet"),
        str(number),
        list_url(model, "when=overdue"),
        tone_of(number, "bad"),
        note or "",
    )
    number = worklists.lots_standing_too_long(lots, now).count()
    yield Card(
        _("Suspended for too long"),
        str(number),
        list_url(model, "when=standing"),
        tone_of(number, "bad"),
    )
    yield rows_waiting(
        _("Lots waiting for a second person"),
        worklists.lots_to_decide(lots, now),
        model,
        "when=deciding",
    )


def _bidder_cards(actor: Actor, now: datetime) -> Iterator[Card]:
    registrations, ledger = registrations_visible_to(actor), "auctions_depositmovement"
    waiting = worklists.waiting_registrations(registrations)
    yield rows_waiting(_("Registrations waiting"), waiting, "auctions_registration", "")
    movements = DepositMovement.objects.filter(registration__in=registrations)
    yield rows_waiting(
        _("Deposits to refund"), worklists.refunds_due(movements), ledger, "refund=due"
    )
    number = worklists.refunds_overdue(movements, now).count()
    url = list_url(ledger, "refund=overdue")
    yield Card(_("Refunds overdue"), str(number), url, tone_of(number, "bad"))
    yield rows_waiting(
        _("Forfeitures to decide"),
        worklists.undecided(forfeitures_visible_to(actor)),
        "auctions_forfeiture",
        "state__exact=proposed",
    )


def _answer_card(actor: Actor, now: datetime) -> Card:
    overdue = responses_unanswered(responses_visible_to(actor), overdue_at=now).count()
    url = list_url("marketplace_response", "answer=overdue")
    return Card(_("Responses overdue for an answer"), str(overdue), url, tone_of(overdue, "bad"))


def _review_cards(actor: Actor, roles: frozenset[DeskRole], now: datetime) -> Iterator[Card]:
    needs, offered = needs_reviewed_by(actor), achievements_reviewed_by(actor)
    overdue = needs.filter(review_due_at__lte=now).count()
    url = list_url("marketplace_need", "review=overdue")
    yield Card(_("Needs overdue in review"), str(overdue), url, tone_of(overdue, "bad"))
    yield rows_waiting(
        _("Needs to endorse"),
        needs.filter(state=NeedState.SUBMITTED),
        "marketplace_need",
        "state__exact=submitted",
    )
    if DeskRole.OFFICE in roles:
        yield rows_waiting(
            _("Needs to publish"),
            needs.filter(state=NeedState.ENDORSED),
            "marketplace_need",
            "state__exact=endorsed",
        )
    waiting = sum(one.many for one in (*needs_waiting(actor, now), *achievements_waiting(actor)))
    queues = reverse("admin:marketplace_need_queues")
    yield Card(_("Review queues by city"), str(waiting), queues, tone_of(waiting, "waiting"))
    if roles & {DeskRole.OPERATOR, DeskRole.OFFICE}:
        yield rows_waiting(
            _("Achievements to review"),
            offered.filter(state=AchievementState.SUBMITTED),
            "marketplace_achievement",
            "state__exact=submitted",
        )


def _deal_cards(actor: Actor, now: datetime) -> Iterator[Card]:
    number = running_publicities(now).count()
    title, model = _("Publicities running"), "marketplace_publicity"
    yield Card(title, str(number), list_url(model, "when=running"), tone_of(number, "going"))
    yield rows_waiting(_("Publicities over, to confirm"), publicities_over(now), model, "when=over")
    objections = objections_visible_to(actor).filter(state=ObjectionState.OPEN)
    yield rows_waiting(_("Objections to decide"), objections, "marketplace_objection", "")


def _delivery_card(now: datetime) -> Card:
    late = late_deliveries(now)
    number = late.count()
    oldest = late.order_by("due_at").values_list("due_at", flat=True).first()
    note = oldest and _("Oldest: due since {time}").format(time=shown.moment_text(oldest))
    stuck = oldest is not None and now - oldest > _SLOW_DELIVERY
    return Card(
        _("Messages not sent"),
        str(number),
        list_url("notifications_delivery", "way=due"),
        tone_of(number, "bad" if stuck else "waiting"),
        note or "",
    )


def _calendar_card(unknown: list[date]) -> Card:
    """Only while something is missing: periods that end in such a year may end on a holiday."""
    return Card(
        _("Year without public holidays"),
        str(unknown[0].year),
        list_url("core_holiday", ""),
        "bad",
        _("Enter the State Council's arrangement; until then only weekends are days off."),
    )


def _lines(now: datetime) -> list[dict[str, Any]]:
    return [_line(lot, now) for lot in worklists.lots_on_sale(now)]


def _line(lot: Lot, now: datetime) -> dict[str, Any]:
    """A lot on sale under its paddle; who holds the paddle is not told before the end."""
    phase = lot.phase_at(now)
    until = lot.opens_at if now < lot.opens_at else lot.closes_at
    return {
        "lot": lot,
        "url": reverse("admin:auctions_lot_change", args=[lot.pk]),
        "phase": shown.phase(phase),
        "price": shown.money(lot.starting_price if lot.price is None else lot.price),
        "paddle": lot.leader.paddle if lot.leader else shown.NOTHING,
        "closes_at": shown.moment(lot.closes_at),
        "until": until.isoformat() if until else "",
    }
