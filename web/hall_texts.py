"""The words of the hall's pages that depend on a state; a `{name}` is filled in by who shows it."""

from django.utils.translation import gettext as _

from auctions.board import Board
from auctions.lifecycle import LotFormat, ReserveMode, SessionKind, SessionState
from auctions.models import AuctionSession, Lot
from auctions.outcomes import result_of
from web.templatetags.money import yuan
from web.texts import result_texts


def kind_labels() -> dict[str, str]:
    return {
        SessionKind.FLAGSHIP: _("Annual session"),
        SessionKind.SPECIAL: _("Special session"),
        SessionKind.ONLINE_365: _("Year-round list"),
    }


def state_labels() -> dict[str, str]:
    return {
        SessionState.PLANNED: _("Not announced"),
        SessionState.PUBLISHED: _("To come"),
        SessionState.RUNNING: _("In progress"),
        SessionState.FINISHED: _("Finished"),
        SessionState.CANCELLED: _("Called off"),
    }


def signing_labels() -> dict[str, str]:
    return {"signing": _("To be signed"), "signed": _("Signed")}


def title_of(session: AuctionSession, language: str) -> str:
    return session.title_en if language.startswith("en") and session.title_en else session.title


def format_label(lot: Lot) -> str:
    """Said only where the lot is not sold in the usual way."""
    return _("Sole bidder, one confirmed bid") if lot.format == LotFormat.ONE_CALL else ""


def reserve_label(lot: Lot) -> str:
    """What was announced of the reserve; of a secret one only the hammer tells more."""
    return {
        ReserveMode.EQUALS_START: _("The starting price is the reserve."),
        ReserveMode.SECRET: _("Secret reserve: the hammer tells whether it is met."),
        ReserveMode.NONE: _("No reserve."),
    }[ReserveMode(lot.reserve_mode)]


def result_text(lot: Lot) -> str:
    """What came of a lot, for everybody."""
    if (result := result_of(lot)) is None:
        return ""
    texts = result_texts()
    if result.winning_bid is None:
        return texts.get(result.outcome, texts["unsold"])
    paddle = result.winning_bid.registration.paddle
    return texts["sold"].format(paddle=paddle, price=yuan(result.price))


def progress_text(board: Board) -> str:
    return _("{done} of {total} items done").format(done=board.done, total=len(board.entries))


def done_texts() -> dict[str, str]:
    """What the console says when a move was made."""
    return {
        "start": _("The session is open."),
        "finish": _("The session is finished."),
        "up": _("The item is up."),
        "open": _("The floor is open."),
        "bid": _("Bid no. {number}: paddle {paddle}, {price}."),
        "hammer": _("The hammer has fallen."),
        "pass": _("The lot is passed."),
        "sign": _("The deal is signed."),
        "withdraw": _("The lot is withdrawn."),
    }
