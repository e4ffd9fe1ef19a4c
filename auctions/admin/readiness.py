"""What a session still lacks: for its announcement, its start, and its end."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.desk.shown import moment_text
from auctions.lifecycle import LotFormat, LotState, RegistrationState, SessionState
from auctions.models import AuctionSession, Registration, RunningOrderEntry
from auctions.queries import running_order_of
from core.errors import Refusal
from core.models import word
from core.problems import refusal_body
from marketplace.deals import check_may_form
from marketplace.lifecycle import DealState

_OVER = (SessionState.FINISHED, SessionState.CANCELLED)
_ENDED = (LotState.CLOSED, LotState.WITHDRAWN, LotState.VOID, LotState.DEFAULTED)
_TO_SIGN = (DealState.PROPOSED, DealState.PUBLICISED)


def missing(session: AuctionSession, now: datetime) -> list[str]:
    """A sentence for each thing that is missing now; none for a session that is over."""
    if session.state in _OVER:
        return []
    entries = list(running_order_of(session).prefetch_related("deal__seller", "deal__publicity"))
    admitted = _admitted(entries)
    return [
        *_of_the_session(session, entries, now),
        *(
            _("No. {position} {title}: {what}").format(
                position=entry.position, title=entry.subject, what=what
            )
            for entry in entries
            for what in _of(entry, session, admitted, now)
        ),
    ]


def _of_the_session(
    session: AuctionSession, entries: list[RunningOrderEntry], now: datetime
) -> Iterator[str]:
    if session.state == SessionState.PLANNED:
        yield _("The session has not been announced.")
        if session.starts_at < now:
            yield _("Its start, {time}, has passed.").format(time=moment_text(session.starts_at))
    if not entries:
        yield _("The running order is empty.")
    if session.is_in_a_hall and session.auctioneer is None:
        yield _("No auctioneer is named; only the exchange's staff can preside.")


def _of(
    entry: RunningOrderEntry, session: AuctionSession, admitted: dict[int, int], now: datetime
) -> Iterator[str]:
    running = session.state == SessionState.RUNNING
    if entry.lot is not None:
        lot = entry.lot
        if lot.state in _ENDED:
            return
        if lot.state == LotState.SUSPENDED:
            yield _("suspended; two people let it go on, or declare it void")
        elif lot.state != LotState.PUBLISHED:
            yield _("not announced, its state is “{state}”").format(state=word(LotState(lot.state)))
        elif not (bidders := admitted.get(lot.pk, 0)):
            yield _("no bidder is admitted")
        elif lot.format == LotFormat.ONE_CALL and bidders > 1:
            yield _("one call is for a sole bidder, and {number} are admitted").format(
                number=bidders
            )
        if running:
            yield _("still to be hammered or passed")
    elif entry.deal is not None and entry.done_at is None:
        deal = entry.deal
        if deal.state not in _TO_SIGN:
            yield _("cannot be signed, its state is “{state}”").format(
                state=word(DealState(deal.state))
            )
            return
        try:
            check_may_form(deal, now)
        except Refusal as refusal:
            yield str(refusal_body(refusal)["detail"])
        if running:
            yield _("still to be signed")


def _admitted(entries: list[RunningOrderEntry]) -> dict[int, int]:
    """How many bidders have a paddle, by lot."""
    lots = [entry.lot_id for entry in entries if entry.lot_id]
    eligible = Registration.objects.filter(Q(lot__in=lots), state=RegistrationState.ELIGIBLE)
    return dict(eligible.values_list("lot").annotate(number=Count("pk")).order_by())
