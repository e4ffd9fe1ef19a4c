"""The auctioneer's console: one page, a form for each move, and the hall's state as it is.

Nothing is kept in the page. Each form names the bid, the call or the item it was made for, so
that of two consoles that make the same move one is refused and sees why; what is shown after a
reload, at another console or after a lost connection is read anew from the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.requests import actor_of
from auctions import engines, hall, lots, sessions
from auctions.board import Board, board_of
from auctions.holders import rights_standing_on
from auctions.lifecycle import BidKind, FloorState, LotFormat, LotState, SessionState
from auctions.models import AuctionSession
from auctions.queries import admitted
from core import clock
from core.errors import InvalidValue, Refusal
from core.problems import refusal_body
from web import hall_texts, texts, typed
from web.hall import board_context, line, may_preside, visible_session
from web.pages import page
from web.templatetags.money import yuan

BIDS_SHOWN = 5
# A bid that is this many steps above the lowest possible one is asked for twice.
MANY_STEPS = 10
_LONGEST = 1000


class Unclear(Exception):
    """What was keyed is not sent on; `sure` is the amount that would be, if confirmed."""

    def __init__(self, sentence: str, *, sure: str = "") -> None:
        self.sure = sure
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Said:
    """What the console says of the last move, and what the clerk had typed if it was refused."""

    text: str = ""
    tone: str = "good"
    status: int = 200
    typed: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "HEAD", "POST"])
def console(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /sessions/{id}/console: the moves, for the exchange and the auctioneer.

    `?part` asks for the changing content alone, which the page's script puts in place.
    """
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    shown = visible_session(actor, pk)
    if not shown.is_in_a_hall:
        raise Http404
    if not may_preside(actor, shown):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, actor, shown, Said())
    said = _made(actor, shown, request.POST)
    if said.status == 200 and "part" not in request.GET:
        messages.success(request, said.text)
        return redirect("console", pk)
    return _page(request, actor, visible_session(actor, pk), said)


def _made(actor: Actor, shown: AuctionSession, form: QueryDict) -> Said:
    """Make the move a form asks for; what was refused is said in the reader's language."""
    kept = {name: form.get(name, "")[:40] for name in ("paddle", "amount")}
    try:
        _check_readable(form)
        if (make := _MOVES.get(form.get("move", ""))) is None:
            raise InvalidValue(what="move")
        return Said(make(actor, shown, form))
    except Refusal as refusal:
        detail = refusal_body(refusal)["detail"]
        return Said(detail, "bad", int(refusal.status), kept)
    except Unclear as unclear:
        return Said(str(unclear), "bad", 422, {**kept, "sure": unclear.sure})


def _page(request: HttpRequest, actor: Actor, shown: AuctionSession, said: Said) -> HttpResponse:
    now = clock.now()
    board = board_of(shown, now, bids=BIDS_SHOWN)
    template = "web/_console.html" if "part" in request.GET else "web/console.html"
    context: dict[str, Any] = {
        **board_context(board),
        "order": [line(entry, now) for entry in board.entries],
        "moves": _moves(board),
        "asking": engines.minimum_bid(board.lot) if board.lot else None,
        "next": board.coming[0] if board.coming else None,
        "bids": board.newest_bids,
        "reserve": hall_texts.reserve_label(board.lot) if board.lot else "",
        "paddles": _paddles(board),
        "may_match": _may_match(board),
        "may_withdraw": actor.operates,
        "said": said,
        "key": str(uuid4()),  # what was refused is not repeated
    }
    return page(request, template, now, status=said.status, **context)


@dataclass(frozen=True, slots=True)
class Moves:
    """Which buttons are lit. What a move needs is for the rules to say; a dark one is a hint."""

    start: bool
    finish: bool
    go_on: bool
    open: bool
    sign: bool
    bid: bool
    call: bool
    hammer: bool
    passing: bool
    withdraw: bool


def _moves(board: Board) -> Moves:
    lot, state = board.lot, board.session.state
    running = state == SessionState.RUNNING
    on_sale = running and lot is not None and lot.state == LotState.PUBLISHED
    is_open = on_sale and lot is not None and lot.floor != FloorState.WAITING
    waiting = on_sale and not is_open
    one_call = lot is not None and lot.format == LotFormat.ONE_CALL
    calls = lot.hall_standing().calls if lot else 0
    has_bid = lot is not None and lot.bid_count > 0
    lots_left = [one for one in board.coming if one.lot is not None]
    return Moves(
        start=state == SessionState.PUBLISHED and board.now >= board.session.starts_at,
        finish=running and not lots_left and not (board.is_up and lot is not None),
        go_on=running and not is_open and bool(board.coming),
        open=waiting,
        sign=running and lot is None and board.is_up,
        bid=is_open and not (one_call and has_bid),
        call=is_open and not one_call and calls < 2,
        hammer=is_open and has_bid and (one_call or calls == 2),
        passing=is_open and not has_bid,
        withdraw=waiting,
    )


def _paddles(board: Board) -> list[str]:
    """The paddles that may be raised for the lot that is up: codes, never names."""
    if board.lot is None or not board.is_up:
        return []
    found = admitted(board.lot.registrations.all()).order_by("paddle")
    return list(found.values_list("paddle", flat=True))


def _may_match(board: Board) -> bool:
    """Whether somebody could take the leading price by right of priority."""
    lot = board.lot
    return lot is not None and rights_standing_on(lot.pk).exists()


# --- The moves ------------------------------------------------------------------------------


def _start(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    sessions.start_session(actor=actor, session_id=shown.pk)
    return hall_texts.done_texts()["start"]


def _finish(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    sessions.finish_session(actor=actor, session_id=shown.pk)
    return hall_texts.done_texts()["finish"]


def _up(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    instead_of = _number(form, "instead_of") if form.get("instead_of") else None
    hall.call_up(actor=actor, entry_id=_number(form, "entry"), instead_of=instead_of)
    return hall_texts.done_texts()["up"]


def _open(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    hall.open_floor(actor=actor, lot_id=_number(form, "lot"))
    return hall_texts.done_texts()["open"]


def _bid(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    """The clerk keys a paddle and an amount; without one it is the price that was asked."""
    if form.get("kind") == BidKind.MATCH:
        return _match(actor, form)
    text = form.get("amount", "").strip() or form.get("asking", "")
    amount, minimum, step = (typed.amount(each) for each in (text, *_asked(form)))
    if amount is None:
        raise Unclear(_("This is not an amount. Write 1,100,000 or 110万."))
    if minimum and step and amount > minimum + MANY_STEPS * step and form.get("sure") != text:
        steps = int((amount - minimum) // step)
        sentence = _("{price} is {steps} steps above the lowest possible bid. Send it again if so.")
        raise Unclear(sentence.format(price=yuan(amount), steps=steps), sure=text)
    return _placed(actor, form, amount, BidKind.RAISE)


def _match(actor: Actor, form: QueryDict) -> str:
    """A holder of a right of priority takes the price that leads, as the console shows it."""
    price = typed.amount(form.get("price", "")) or typed.amount(form.get("asking", ""))
    if price is None:
        raise InvalidValue(what="price")
    return _placed(actor, form, price, BidKind.MATCH)


def _placed(actor: Actor, form: QueryDict, amount: Decimal, kind: BidKind) -> str:
    placed = hall.floor_bid(
        actor=actor,
        lot_id=_number(form, "lot"),
        paddle=form.get("paddle", "").strip(),
        amount=amount,
        key=_key(form),
        kind=kind,
    )
    return hall_texts.done_texts()["bid"].format(
        number=placed.bid.number,
        paddle=placed.bid.registration.paddle,
        price=yuan(placed.bid.amount),
    )


def _call(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    number, times = _number(form, "number"), _number(form, "times")
    hall.call_lot(actor=actor, lot_id=_number(form, "lot"), number=number, times=times)
    return texts.call_texts()[times]


def _hammer(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    hall.hammer_lot(actor=actor, lot_id=_number(form, "lot"), number=_number(form, "number"))
    return hall_texts.done_texts()["hammer"]


def _pass(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    hall.pass_lot(actor=actor, lot_id=_number(form, "lot"))
    return hall_texts.done_texts()["pass"]


def _sign(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    hall.sign_deal(actor=actor, entry_id=_number(form, "entry"))
    return hall_texts.done_texts()["sign"]


def _withdraw(actor: Actor, shown: AuctionSession, form: QueryDict) -> str:
    lots.withdraw_lot(actor=actor, lot_id=_number(form, "lot"), reason=form.get("reason", ""))
    return hall_texts.done_texts()["withdraw"]


_MOVES: dict[str, Callable[[Actor, AuctionSession, QueryDict], str]] = {
    "start": _start,
    "finish": _finish,
    "up": _up,
    "open": _open,
    "bid": _bid,
    "call": _call,
    "hammer": _hammer,
    "pass": _pass,
    "sign": _sign,
    "withdraw": _withdraw,
}


def _check_readable(form: QueryDict) -> None:
    """What no column could hold is refused before anything looks at it."""
    for name, value in form.items():
        if "\x00" in value or len(value) > _LONGEST:
            raise InvalidValue(what=name if name.isidentifier() else "form")


def _asked(form: QueryDict) -> tuple[str, str]:
    return form.get("asking", ""), form.get("step", "")


def _number(form: QueryDict, name: str) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidValue(what=name)
    return int(text)


def _key(form: QueryDict) -> UUID:
    try:
        return UUID(form.get("key", ""))
    except ValueError:
        raise InvalidValue(what="key") from None
