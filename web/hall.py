"""The public pages of sessions: which there are, what one offers, and the board in its hall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.requests import actor_of
from auctions import sessions
from auctions.board import Board, board_of, premium_of
from auctions.lifecycle import LotState, Outcome, SessionState
from auctions.models import AuctionSession, Lot, RunningOrderEntry
from auctions.queries import called_up, running_order, sessions_visible_to
from auctions.rules.phases import Phase
from auctions.rules.premium import premium_rate
from core import clock
from core.db import one_or_none
from core.errors import Refusal
from marketplace.models import Achievement, Picture
from marketplace.queries import picture_of
from web import hall_texts, texts
from web.pages import page
from web.templatetags.names import named

AHEAD_SHOWN = 100
ENDED_SHOWN = 20
# As many as stand under each other on the screen of a hall, below the picture.
COMING_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the programme as a reader sees it now."""

    entry: RunningOrderEntry
    lot: Lot | None
    phase: str
    label: str
    caption: str = ""
    price: Decimal | None = None
    premium: Decimal | None = None
    result: str = ""

    @property
    def picture(self) -> Picture | None:
        achievement = self.entry.achievement
        return picture_of(achievement) if achievement else None


@dataclass(frozen=True, slots=True)
class Totals:
    """What a session has fetched: its sold lots, together."""

    sold: int
    fetched: Decimal
    premium: Decimal | None


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """GET /sessions: what is on, what comes, what was."""
    actor, now = actor_of(request), clock.now()
    visible = sessions_visible_to(actor)
    over = [SessionState.FINISHED, SessionState.CANCELLED]
    ahead = visible.exclude(state__in=over).order_by("starts_at", "pk")[:AHEAD_SHOWN]
    ended = visible.filter(state__in=over).order_by("-starts_at", "-pk")[:ENDED_SHOWN]
    return page(
        request,
        "web/sessions.html",
        now,
        ahead=[_named(one) for one in ahead],
        ended=[_named(one) for one in ended],
    )


@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /sessions/{id}: when and where, and the programme with its lots."""
    actor, now = actor_of(request), clock.now()
    shown = visible_session(actor, pk)
    entries = list(running_order(shown, actor))
    programme, up = [line(entry, now) for entry in entries], called_up(entries)
    context: dict[str, Any] = {
        "session": shown,
        **_named(shown),
        "city": named(shown.city),
        "programme": programme,
        "announced": any(one.lot and one.lot.published_at for one in programme),
        "totals": totals(one.lot for one in programme),
        "up": up if shown.state == SessionState.RUNNING else None,
        "may_preside": shown.is_in_a_hall and may_preside(actor, shown),
    }
    return page(request, "web/session.html", now, **context)


@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /sessions/{id}/board: the screen in the hall; `?part` is its content alone."""
    now = clock.now()
    shown = visible_session(actor_of(request), pk)
    template = "web/_board.html" if "part" in request.GET else "web/board.html"
    return page(request, template, now, **board_context(board_of(shown, now)))


def board_context(shown: Board) -> dict[str, Any]:
    """What stands on the screen."""
    up = line(shown.current, shown.now) if shown.current else None
    return {
        "board": shown,
        "session": shown.session,
        **_named(shown.session),
        "up": up,
        "is_up": shown.is_up,
        "call": texts.call_texts()[up.lot.hall_standing().calls] if up and up.lot else "",
        "format": hall_texts.format_label(up.lot) if up and up.lot else "",
        **_about(up.entry.achievement if up else None),
        "coming": shown.coming[:COMING_SHOWN],
        "more": max(len(shown.coming) - COMING_SHOWN, 0),
        "progress": hall_texts.progress_text(shown),
        "totals": totals(one.lot for one in shown.entries),
    }


def _about(achievement: Achievement | None) -> dict[str, str]:
    """What stands on the screen in the place of a picture that there is not."""
    if achievement is None:
        return {"field": "", "maturity": ""}
    return {
        "field": named(achievement.field),
        "maturity": texts.maturity_text(achievement),
    }


def visible_session(actor: Actor, session_id: int) -> AuctionSession:
    found = one_or_none(sessions_visible_to(actor).filter(pk=session_id))
    if found is None:
        raise Http404
    return found


def may_preside(actor: Actor, shown: AuctionSession) -> bool:
    """Whether the console is for this reader."""
    try:
        sessions.require_presider(actor, shown)
    except Refusal:
        return False
    return True


def line(entry: RunningOrderEntry, now: datetime) -> Line:
    if (lot := entry.lot) is None:
        signed = entry.done_at is not None
        return Line(entry, None, "signed" if signed else "signing", _signing_label(signed))
    phase = lot.phase_at(now)
    return Line(
        entry,
        lot,
        phase,
        texts.phase_labels()[phase],
        texts.price_caption(lot, phase),
        lot.starting_price if lot.price is None else lot.price,
        premium_of(lot) if phase in (Phase.OPEN, Phase.SOLD) else None,
        hall_texts.result_text(lot),
    )


def totals(lots: Iterable[Lot | None]) -> Totals:
    ended = [lot for lot in lots if lot is not None and lot.state == LotState.CLOSED]
    sold = [lot for lot in ended if lot.result.outcome == Outcome.SOLD]
    fetched = sum((lot.price or Decimal(0) for lot in sold), Decimal(0))
    start = sum((lot.starting_price for lot in sold), Decimal(0))
    return Totals(len(sold), fetched, premium_rate(start, fetched) if sold else None)


def _signing_label(signed: bool) -> str:
    return hall_texts.signing_labels()["signed" if signed else "signing"]


def _named(shown: AuctionSession) -> dict[str, Any]:
    """A session with its words."""
    return {
        "session": shown,
        "title": hall_texts.title_of(shown, get_language() or ""),
        "kind": hall_texts.kind_labels()[shown.kind],
        "state": hall_texts.state_labels()[shown.state],
    }
