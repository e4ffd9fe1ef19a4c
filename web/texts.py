"""The words of the pages that depend on a state, and those the page's script needs.

One place for both, so that what the server renders and what the script writes later are the
same words. A `{name}` in braces is filled in by whoever shows the text.
"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auctions.lifecycle import LotState
from auctions.models import Lot, PriorityRight
from auctions.outcomes import aftermath_of, result_of
from auctions.rules.phases import BEFORE_OPENING, Phase
from marketplace.models import Achievement
from marketplace.rules import MaturityScale
from web.templatetags.instants import to_second
from web.templatetags.money import wan_pattern, yuan


def phase_labels() -> dict[str, str]:
    return {
        Phase.DRAFT: _("Not announced"),
        Phase.NOTICE: _("Announced"),
        Phase.EXHIBITION: _("On exhibition"),
        Phase.UPCOMING: _("Not open yet"),
        Phase.OPEN: _("Open for bids"),
        Phase.OVER: _("Time is up"),
        Phase.SOLD: _("Sold"),
        Phase.UNSOLD: _("Unsold"),
        Phase.SUSPENDED: _("Suspended"),
        Phase.WITHDRAWN: _("Withdrawn"),
        Phase.VOID: _("Void"),
    }


def search_filters() -> dict[str, str]:
    return {
        "kind": _("Kind"),
        "city": _("City"),
        "field": _("Field"),
        "maturity": _("Maturity"),
    }


def maturity_text(achievement: Achievement) -> str:
    if achievement.maturity_scale == MaturityScale.TRL9:
        return f"TRL {achievement.maturity_level}/9"
    return _("grade {level} of 13").format(level=achievement.maturity_level)


def price_captions() -> dict[str, str]:
    return {
        "start": _("Starting price"),
        "current": _("Current price"),
        "sold": _("Sold for"),
        "unsold": _("Highest bid"),
    }


def price_caption(lot: Lot, phase: Phase) -> str:
    if lot.price is None:
        return price_captions()["start"]
    return price_captions().get(phase, price_captions()["current"])


def countdown_captions() -> dict[str, str]:
    """What the countdown, or the word in its place, is about; phases without one have none."""
    return {
        Phase.NOTICE: _("Opens in"),
        Phase.EXHIBITION: _("Opens in"),
        Phase.UPCOMING: _("Opens in"),
        Phase.OPEN: _("Closes in"),
        Phase.OVER: _("Bidding has ended. Checking the result…"),
        "auctioneer": _("The auctioneer opens the floor in the hall."),
        "hammer": _("Open in the hall: the hammer ends the bidding."),
        Phase.SUSPENDED: _("Bidding is suspended. The exchange will announce what follows."),
    }


def countdown_caption(lot: Lot, phase: Phase, now: datetime) -> str:
    """In the hall nothing is counted down once the announced time has come."""
    if lot.is_sold_in_hall and phase is Phase.OPEN:
        return countdown_captions()["hammer"]
    if lot.is_sold_in_hall and phase in BEFORE_OPENING and now >= lot.opens_at:
        return countdown_captions()["auctioneer"]
    return countdown_captions().get(phase, "")


def result_texts() -> dict[str, str]:
    return {
        "sold": _("Sold to paddle {paddle} for {price}."),
        "won": _("Your organization has bought this lot under paddle {paddle} for {price}."),
        "no_bids": _("Unsold: there was no bid."),
        "reserve_not_met": _("Unsold: the highest bid stayed below the reserve."),
        "unsold": _("Unsold."),
    }


def result_text(lot: Lot, paddle: str) -> str:
    """What came of a closed lot, for the reader who holds `paddle` (or none)."""
    result = result_of(lot)
    if result is None or lot.state == LotState.VOID:
        return ""
    texts = result_texts()
    if result.winning_bid is None:
        return texts.get(result.outcome, texts["unsold"])
    winner = result.winning_bid.registration.paddle
    text = texts["won" if winner == paddle else "sold"]
    return text.format(paddle=winner, price=yuan(result.price))


def notice_texts() -> dict[str, str]:
    """What the exchange has announced about the lot since its notice, with the published reason."""
    return {
        "suspended": _("Suspended since {since}. Reason: {reason}"),
        "resumed": _("The bidding was suspended and goes on until {end}. Reason: {reason}"),
        "resumed_in_hall": _(
            "The bidding was suspended and goes on when the auctioneer opens the floor anew."
            " Reason: {reason}"
        ),
        "void": _("What came of this lot is void. Reason: {reason}"),
        "default": _("The buyer did not keep the contract. Reason: {reason}"),
    }


def notice_text(lot: Lot) -> str:
    """The newest of them; nothing where all went as announced, or has ended well."""
    texts = notice_texts()
    if (told := aftermath_of(lot)) is not None:
        return texts[told.kind].format(reason=told.reason)
    last = next(iter(sorted(lot.suspensions.all(), key=lambda one: -one.number)), None)
    if last is None or lot.state not in (LotState.SUSPENDED, LotState.PUBLISHED):
        return ""
    if last.resumed_at is None:
        return texts["suspended"].format(since=to_second(last.suspended_at), reason=last.reason)
    if lot.closes_at is None:
        return texts["resumed_in_hall"].format(reason=last.resumed_reason)
    return texts["resumed"].format(end=to_second(lot.closes_at), reason=last.resumed_reason)


def standing_texts() -> dict[str, str]:
    return {
        "leading": _("You are leading with {price}."),
        "outbid": _("You have been outbid: paddle {paddle} offers {price}."),
    }


def standing_text(lot: Lot, *, leading: bool, has_bid: bool) -> str:
    """Where the reader's paddle stands; nothing before its first bid."""
    if lot.leader is None or not (leading or has_bid):
        return ""
    text = standing_texts()["leading" if leading else "outbid"]
    return text.format(paddle=lot.leader.paddle, price=yuan(lot.price))


def call_texts() -> list[str]:
    """What the auctioneer has said of the leading bid, by the number of calls."""
    return ["", _("Going once"), _("Going twice")]


def extended_pattern() -> str:
    return _("Extended: a late bid moved the end to {time}.")


def extended_text(lot: Lot) -> str:
    if lot.closes_at is None or not lot.is_extended:
        return ""
    return extended_pattern().format(time=to_second(lot.closes_at))


def duration(seconds: int) -> str:
    """`5 minutes`, `90 seconds`."""
    if seconds % 60 == 0:
        minutes = seconds // 60
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    return ngettext("{count} second", "{count} seconds", seconds).format(count=seconds)


def extension_rule(lot: Lot) -> str:
    """The lot's extension rule as a sentence."""
    if lot.is_sold_in_hall:
        return _("None: it is sold in a hall, where the hammer ends the bidding.")
    if not (lot.extension_window_s and lot.extension_s):
        return _("None. Bidding ends at the closing time.")
    facts = {"window": duration(lot.extension_window_s), "extension": duration(lot.extension_s)}
    if lot.latest_close is None:
        return _(
            "A bid in the last {window} moves the end to {extension} after that bid, "
            "as often as it happens."
        ).format(**facts)
    return _(
        "A bid in the last {window} moves the end to {extension} after that bid, as often as it "
        "happens, but not past {latest}."
    ).format(latest=to_second(lot.latest_close), **facts)


def priority_text(right: PriorityRight) -> str:
    """A right of priority as everybody may know it: on what it rests, and its rank."""
    facts = {"basis": right.get_basis_display(), "rank": right.rank}
    return _("{basis} ({article}), rank {rank}").format(article=right.article, **facts)


def script_texts() -> dict[str, object]:
    """Everything the live page's script may have to say, in the reader's language."""
    return {
        "phases": phase_labels(),
        "prices": price_captions(),
        "countdowns": countdown_captions(),
        "results": result_texts(),
        "notices": notice_texts(),
        "standings": standing_texts(),
        "extended": extended_pattern(),
        "calls": call_texts(),
        "wan": wan_pattern(),
        "days": _("{days} d {clock}"),
        "nobody": _("No bid yet"),
        "connections": {
            "connecting": _("Connecting"),
            "live": _("Live"),
            "reconnecting": _("Connection lost, reconnecting"),
        },
        "new_bid": _("New bid: {price}, paddle {paddle}."),
        "copied": _("The full hash is in your clipboard."),
        **_bidding_texts(),
    }


def _bidding_texts() -> dict[str, object]:
    return {
        "bad_amount": _("This is not an amount. Write 1,100,000 or 110万."),
        "too_low": _("The next bid must be at least {minimum}."),
        "off_step": _("Bids rise in whole steps of {step}."),
        "steps_above": _("This is {steps} steps above the lowest possible bid."),
        "placing": _("Placing your bid…"),
        "repeating": _("No answer yet. Asking again; whatever happens, this bid counts only once."),
        "placed": _("Bid no. {number} over {price} is accepted."),
        "overtaken": _("The price has risen meanwhile. The next bid must be at least {minimum}."),
        "sign_in_again": _("You are no longer signed in. Sign in again to bid."),
        "registering": _("Sending your registration…"),
        "sending": _("Sending…"),
        "times_missing": _("When does the bidding open, and when does it close?"),
        "reason_missing": _("Please say why not."),
        "maximum_left": _("You have left a maximum of {price}."),
        "maximum_kept": _("Your maximum is kept. The system bids for you from now on."),
        "maximum_withdrawn": _("Your maximum is taken back. Bids that were placed stand."),
        "match": _("Match at {price}"),
        "match_nothing": _("Nothing to match yet"),
        "match_risen": _("The price has risen to {price} meanwhile. Look again."),
        "no_answer": _("No answer. Please try again."),
    }
