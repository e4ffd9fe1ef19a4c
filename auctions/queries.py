"""Which lots, registrations and bids an actor may see; and which lots are due."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.actors import Actor
from auctions.ending import Due, LastBid
from auctions.lifecycle import (
    DecisionState,
    DocumentKind,
    LotState,
    Regime,
    RegistrationState,
)
from auctions.models import (
    Auctioneer,
    AuctionHouse,
    AuctionSession,
    Bid,
    DepositMovement,
    DocumentFile,
    Forfeiture,
    IssuedDocument,
    Lot,
    LotAppraisal,
    LotDecision,
    LotResult,
    Policy,
    PriorityRight,
    ProxyMaximum,
    PublicRecord,
    PublishedHead,
    PublishedHeads,
    Registration,
    RunningOrderEntry,
    Suspension,
    VoidedFile,
    policy_of,
)
from auctions.rounds import standing_rounds
from auctions.rules.policy import HouseOutsideAuction
from auctions.rules.suspension import RESUME_WITHIN_DAYS, is_overdue
from core.calendar import Holidays
from core.db import as_array, one_or_none, run_together
from core.errors import NotFound
from core.models import holidays
from marketplace.models import Deal
from marketplace.queries import with_pictures

PUBLIC_STATES = (
    LotState.PUBLISHED,
    LotState.SUSPENDED,
    LotState.CLOSED,
    LotState.VOID,
    LotState.DEFAULTED,
)


def lots_visible_to(actor: Actor) -> QuerySet[Lot]:
    """Announced lots are public; the others are their consignor's and the exchange's."""
    lots = Lot.objects.all()
    if actor.is_staff:
        return lots
    return lots.filter(
        Q(state__in=PUBLIC_STATES)
        | Q(state=LotState.WITHDRAWN, published_at__isnull=False)
        | Q(consignor__in=actor.sees)
    )


def with_standing(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    """The same lots, each with what a reader is told of it: its session, leader and result."""
    return lots.select_related("session", "leader", "result__winning_bid__registration")


def sessions_visible_to(actor: Actor) -> QuerySet[AuctionSession]:
    """Announced sessions are public; one that is planned is the exchange's and its auctioneer's."""
    sessions = AuctionSession.objects.select_related("city", "house__organization", "auctioneer")
    if actor.is_staff:
        return sessions
    announced = Q(published_at__isnull=False)
    if actor.user_id is None:
        return sessions.filter(announced)
    return sessions.filter(announced | Q(auctioneer__user=actor.user_id))


def running_order_of(session: AuctionSession) -> QuerySet[RunningOrderEntry]:
    """The whole running order, whoever may see it: its lots with their results, and its deals."""
    entries = RunningOrderEntry.objects.filter(session=session).order_by("position")
    # Few items are deals, and often none: those are read by themselves.
    deals = Deal.objects.select_related("achievement__field", "need")
    lots = entries.select_related("lot__result__winning_bid__registration")
    return lots.prefetch_related(Prefetch("deal", queryset=deals))


def with_achievements(entries: QuerySet[RunningOrderEntry]) -> QuerySet[RunningOrderEntry]:
    """The same items, each with what is shown of its achievement."""
    return entries.select_related("lot__achievement__field").prefetch_related(
        with_pictures("lot__achievement__"), with_pictures("deal__achievement__")
    )


def running_order(session: AuctionSession, actor: Actor) -> QuerySet[RunningOrderEntry]:
    """The items an actor may see: a lot once it is announced; staff see what is prepared, too."""
    if actor.is_staff:
        return running_order_of(session)
    announced = Q(lot__published_at__isnull=False) | Q(deal__isnull=False)
    return running_order_of(session).filter(announced)


def called_up(entries: Iterable[RunningOrderEntry]) -> RunningOrderEntry | None:
    """Of a session's items the one that was called up last; None before the first."""
    up = [entry for entry in entries if entry.called_up_at is not None]
    return max(up, key=lambda entry: (entry.called_up_at, entry.position), default=None)


def with_own_registrations(lots: QuerySet[Lot], actor: Actor) -> QuerySet[Lot]:
    """The same lots with their standing, and with the reader's own registrations as
    `own_registrations`.

    And with the standing rights of priority as `standing_rights`, in the order of their ranks; and
    with what happened to it: its suspensions, and what became of its result.
    """
    own = Registration.objects.filter(organization__in=actor.sees).order_by("id")
    rights = PriorityRight.objects.filter(ended_at=None).order_by("rank", "id")
    if actor.is_staff:
        lots = with_waiting_decisions(lots)
    return (
        with_standing(lots)
        .select_related("aftermath", "relisting_proposal")
        .prefetch_related(
            Prefetch("registrations", queryset=own, to_attr="own_registrations"),
            Prefetch("priority_rights", queryset=rights, to_attr="standing_rights"),
            "suspensions",
        )
    )


def with_next_rounds(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    """The same lots, each with its next round, if any, in `standing_rounds`; for a list of them."""
    following = Prefetch("next_rounds", queryset=standing_rounds(), to_attr="standing_rounds")
    return lots.prefetch_related(following)


def with_waiting_decisions(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    """The same lots, each with what waits for a second person as `waiting_decisions`."""
    waiting = LotDecision.objects.filter(state=DecisionState.PROPOSED)
    waiting = waiting.select_related("proposed_by")
    return lots.prefetch_related(
        Prefetch("decisions", queryset=waiting, to_attr="waiting_decisions")
    )


def decisions_visible_to(actor: Actor) -> QuerySet[LotDecision]:
    """Staff's: everybody else is told what came of a decision once it is carried out."""
    decisions = LotDecision.objects.select_related("lot").order_by("id")
    return decisions if actor.is_staff else decisions.none()


def standing_still() -> QuerySet[Suspension]:
    """The suspensions that last: of lots that neither went on nor are void."""
    return Suspension.objects.filter(resumed_at=None, lot__state=LotState.SUSPENDED)


def suspensions_overdue(now: datetime) -> list[Suspension]:
    """Those that last beyond the days in which a lot is to go on; the calendar is asked if any."""
    long = list(standing_still().filter(suspended_at__lte=now - timedelta(days=RESUME_WITHIN_DAYS)))
    known = holidays() if long else Holidays()
    return [one for one in long if is_overdue(one.suspended_at, known, now)]


def registrations_visible_to(actor: Actor) -> QuerySet[Registration]:
    """One's own. Who else registered is the exchange's business alone (拍卖法 art. 21)."""
    registrations = Registration.objects.select_related("lot", "organization")
    if actor.operates:
        return registrations
    return registrations.filter(organization__in=actor.sees)


def policies_of(lots: Collection[Lot | Due]) -> dict[int, Policy]:
    return {policy_id: policy_of(policy_id) for policy_id in {lot.policy_id for lot in lots}}


def bids_of(lot: Lot) -> QuerySet[Bid]:
    """The ledger, under paddle codes."""
    return Bid.objects.filter(lot=lot).select_related("registration").order_by("number")


# One by one through the index: all bids on record are many more than the lots that end.
_LAST_BIDS = """
    SELECT asked.lot_id, bid.* FROM unnest(%s::bigint[], %s::int[]) AS asked (lot_id, number),
    LATERAL (
        SELECT id, registration_id, amount FROM auctions_bid
        WHERE lot_id = asked.lot_id AND number = asked.number OFFSET 0
    ) AS bid
"""


def last_bids(lots: Collection[Due]) -> dict[int, LastBid]:
    """The newest bid of each of these lots, by lot."""
    if not lots:
        return {}
    asked = [as_array(lot.pk for lot in lots), as_array(lot.bid_count for lot in lots)]
    (rows,) = run_together((_LAST_BIDS, asked))
    return {row[0]: LastBid._make(row) for row in rows}


def deposit_movements_visible_to(actor: Actor) -> QuerySet[DepositMovement]:
    """The ledger of the registrations the actor sees, each movement with its refund."""
    movements = DepositMovement.objects.filter(registration__in=registrations_visible_to(actor))
    return movements.select_related("registration", "refund").order_by("id")


def forfeitures_visible_to(actor: Actor) -> QuerySet[Forfeiture]:
    """The exchange's business; its bidder sees what was decided against it."""
    forfeitures = Forfeiture.objects.select_related("registration__lot").order_by("id")
    if actor.operates:
        return forfeitures
    approved = forfeitures.filter(state=DecisionState.APPROVED)
    return approved.filter(registration__organization__in=actor.sees)


def due_lots(now: datetime) -> QuerySet[Lot]:
    """Lots whose time is up and which nobody has closed yet; reads one partial index."""
    return Lot.objects.filter(state=LotState.PUBLISHED, closes_at__lte=now).order_by("closes_at")


_NEXT_CLOSE = """
    SELECT closes_at FROM auctions_lot
    WHERE state = 'published' AND closes_at IS NOT NULL ORDER BY closes_at LIMIT 1
"""


def next_close() -> datetime | None:
    """When the next lot is due, for a closer that wants to sleep until then."""
    (rows,) = run_together((_NEXT_CLOSE, []))
    return rows[0][0] if rows else None


def admitted(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    return registrations.filter(state=RegistrationState.ELIGIBLE)


def policies() -> QuerySet[Policy]:
    """Every version of the rules; they are published, so everybody may read them."""
    return Policy.objects.order_by("-id")


def policy_for_drafting(policy_id: int | None) -> Policy:
    """The version that was asked for, or the newest one for online bidding."""
    if policy_id is not None:
        found = one_or_none(policies().filter(pk=policy_id))
    else:
        found = policies().filter(regime=Regime.EXCHANGE_BIDDING).first()
    if found is None:
        raise NotFound(what="policy")
    return found


def public_records_visible_to(actor: Actor) -> QuerySet[PublicRecord]:
    """The records of the lots that the actor may see."""
    return PublicRecord.objects.filter(lot__in=lots_visible_to(actor))


def closed_lots_without_record(until: datetime) -> list[int]:
    results = LotResult.objects.filter(closed_at__lt=until, lot__public_record=None)
    return list(results.order_by("closed_at", "lot").values_list("lot", flat=True))


def records_without_head(until: datetime) -> QuerySet[PublicRecord]:
    """Records of lots closed before `until` that no published list names yet.

    Without their content, of which a list needs the digest alone.
    """
    unlisted = PublicRecord.objects.filter(lot__result__closed_at__lt=until, head=None)
    rows = unlisted.defer("content").select_related("lot__result")
    return rows.order_by("lot__result__closed_at", "lot__code")


def entries_of(heads: PublishedHeads) -> QuerySet[PublishedHead]:
    entries = PublishedHead.objects.filter(heads=heads).defer("record__content")
    return entries.select_related("record__lot__result").order_by("position")


def lots_with_parties_seen_by(actor: Actor) -> QuerySet[Lot]:
    """The lots whose documents the actor may read: as consignor, as buyer, or as staff."""
    lots = lots_visible_to(actor)
    if actor.is_staff:
        return lots
    return lots.filter(Q(consignor__in=actor.sees) | Q(deal__buyer__in=actor.sees))


def closed_lot(lot_id: int) -> LotResult | None:
    """The closing record with the parties its documents name.

    The house and the auctioneer are read where the document comes to them: few lots have any.
    """
    results = LotResult.objects.select_related(
        "lot__achievement",
        "lot__consignor",
        "lot__deal__buyer",
        "winning_bid__registration",
    )
    return one_or_none(results.filter(lot=lot_id))


def issued_documents(lot_id: int, kind: DocumentKind) -> QuerySet[IssuedDocument]:
    return IssuedDocument.objects.filter(lot=lot_id, kind=kind)


def file_of(document_id: int) -> DocumentFile | None:
    files = DocumentFile.objects.select_related("document")
    return one_or_none(files.filter(pk=document_id))


def voided_file_of(document_id: int) -> VoidedFile | None:
    return one_or_none(VoidedFile.objects.select_related("document").filter(pk=document_id))


def published_heads() -> QuerySet[PublishedHeads]:
    """Every day's list; they are public."""
    return PublishedHeads.objects.order_by("-day")


def latest_heads() -> PublishedHeads | None:
    return published_heads().first()


def licensed_house(house_id: int | None, regime: Regime) -> AuctionHouse | None:
    """The house that was named; only an auction has one (拍卖法 art. 11)."""
    if house_id is None:
        return None
    if regime is not Regime.AUCTION:
        raise HouseOutsideAuction(regime=regime.value)
    house: AuctionHouse = _one(AuctionHouse.objects.filter(pk=house_id), "auction house")
    return house


def auctioneer_of(house_id: int | None, auctioneer_id: int | None) -> Auctioneer | None:
    """The auctioneer that was named, who must work for the house."""
    if auctioneer_id is None:
        return None
    auctioneer: Auctioneer = _one(
        Auctioneer.objects.filter(pk=auctioneer_id, house=house_id), "auctioneer"
    )
    return auctioneer


def _one(found: QuerySet[Any], what: str) -> Any:
    if (row := one_or_none(found)) is None:
        raise NotFound(what=what)
    return row


def maximum_of(registration: Registration) -> ProxyMaximum | None:
    newest = ProxyMaximum.objects.filter(registration=registration).order_by("-id").first()
    return newest if newest and newest.sealed else None


def registration_of(lot_id: int, organization_id: int) -> Registration | None:
    """The organization's registration on a lot that has not been refused."""
    found = Registration.objects.filter(lot=lot_id, organization=organization_id)
    standing = found.exclude(state=RegistrationState.REFUSED)
    return one_or_none(standing.select_related("organization", "lot"))


def lots_with_sleeping_maxima(now: datetime) -> list[int]:
    """Lots that are open, have maxima, and have seen no bid: nothing has woken the engine yet."""
    opened = Lot.objects.filter(
        state=LotState.PUBLISHED, opens_at__lte=now, closes_at__gt=now, bid_count=0
    )
    waiting = ProxyMaximum.objects.filter(lot=OuterRef("pk")).exclude(sealed="")
    return list(opened.filter(Exists(waiting)).order_by("pk").values_list("pk", flat=True))


def hall_lots_visible_to(actor: Actor) -> QuerySet[Lot]:
    """Lots that are sold by the hammer, with their sessions."""
    return lots_visible_to(actor).filter(scheduled_close=None).select_related("session__auctioneer")


def registration_under_paddle(lot: Lot, paddle: str) -> Registration | None:
    return one_or_none(Registration.objects.filter(lot=lot, paddle=paddle).exclude(paddle=""))


def appraisals_visible_to(actor: Actor) -> QuerySet[LotAppraisal]:
    """For the exchange, the office and the consignor; what a lot is worth is no bidder's fact."""
    appraisals = LotAppraisal.objects.order_by("id")
    return appraisals if actor.is_staff else appraisals.filter(lot__consignor__in=actor.sees)


def appraised_value(lot: Lot) -> Decimal | None:
    """What the newest appraisal of the lot says, CNY; None without one."""
    newest = LotAppraisal.objects.filter(lot=lot).order_by("-appraised_on", "-id")
    return newest.values_list("value", flat=True).first()
