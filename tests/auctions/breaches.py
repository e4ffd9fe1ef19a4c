"""Statements that would break the auctions' tables, by the constraint that refuses them."""

from auctions.models import (
    Aftermath,
    AuctionHouse,
    AuctionSession,
    Bid,
    DepositMovement,
    DocumentFile,
    DocumentSeries,
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
    Refund,
    RefundAlarm,
    RefusedBid,
    Registration,
    RelistingProposal,
    Reserve,
    ReserveReading,
    RunningOrderEntry,
    Suspension,
    VoidedFile,
)
from tests.auctions.conftest import changed, copied

FIRST_BID = {"where": "number = 1"}
ANOTHER = {"number": "7", "amount": "7", "key": "gen_random_uuid()"}
OTHER_LOT = "(SELECT id FROM auctions_lot WHERE state = 'published' AND closes_at > opens_at)"
LAST_LIST = "(SELECT max(id) FROM auctions_publishedheads)"
FIRST_DAY = "previous_id IS NULL"
NEXT_DAY = {"day": "'2030-01-01'", "previous_id": LAST_LIST, "previous_root": "root"}
WITHOUT_DAY_BEFORE = {"previous_id": "NULL", "previous_root": "''"}
PROPOSAL = "(SELECT min(id) FROM auctions_forfeiture)"
ELSEWHERE = {"registration_id": "(SELECT min(id) FROM auctions_registration)"}
UNPAID = (
    "(SELECT max(id) FROM auctions_depositmovement WHERE kind = 'released'"
    " AND id NOT IN (SELECT movement_id FROM auctions_refund))"
)
ANOTHER_DOCUMENT = {"kind": "'transcript'", "number": "7", "code": "'other'"}
UNANNOUNCED = "(SELECT id FROM auctions_lot WHERE state = 'draft')"
WAITING = {"state": "'proposed'", "decided_at": "NULL", "decided_by_id": "NULL"}
ON_SALE, SOLD = "state = 'published' AND closes_at IS NOT NULL", "state = 'closed'"
IN_A_HALL, RUNNING = "closes_at IS NULL", "state = 'running'"

AUCTION, BIDDING = "regime = 'AUCTION'", "regime = 'EXCHANGE_BIDDING'"
NEW_POLICY = {"code": "'other'", "number": "number + 100"}

REFUSED: dict[str, list[str]] = {
    "auctionsession_hall_has_a_venue": [changed(AuctionSession, venue="''")],
    "auctionsession_auctioneer_of_a_house": [
        changed(AuctionSession, auctioneer_id="(SELECT id FROM auctions_auctioneer)"),
    ],
    "auctionsession_times_fit_the_state": [
        changed(AuctionSession, state="'planned'"),
        changed(AuctionSession, RUNNING, started_at="NULL"),
        changed(AuctionSession, RUNNING, published_at="NULL"),
        changed(AuctionSession, RUNNING, state="'published'"),
        changed(AuctionSession, RUNNING, state="'cancelled'"),
        changed(AuctionSession, RUNNING, finished_at="started_at"),
        changed(AuctionSession, "state = 'finished'", finished_at="NULL"),
    ],
    "auctionsession_never_ends_before_its_start": [
        changed(AuctionSession, finished_at="started_at - interval '1 second'"),
    ],
    "auctionsession_one_flagship_at_a_time": [copied(AuctionSession, RUNNING, code="'other'")],
    "auctionsession_flagships_end_one_by_one": [
        copied(AuctionSession, "state = 'finished'", code="'other'"),
    ],
    "runningorderentry_position_once": [changed(RunningOrderEntry, position="1")],
    "runningorderentry_position_from_one": [changed(RunningOrderEntry, position="position - 1")],
    "runningorderentry_lot_or_deal": [
        changed(RunningOrderEntry, lot_id="NULL"),
        changed(RunningOrderEntry, deal_id="(SELECT max(id) FROM marketplace_deal)"),
    ],
    "policy_number_once": [copied(Policy, BIDDING, code="'other'")],
    "policy_auction_keeps_the_floors": [
        copied(Policy, AUCTION, **NEW_POLICY, notice_days="6"),
        copied(Policy, AUCTION, **NEW_POLICY, exhibition_days="1"),
        copied(Policy, AUCTION, **NEW_POLICY, bidding_window_hours="23"),
        copied(Policy, AUCTION, **NEW_POLICY, reauction_notice_days="6"),
        copied(Policy, AUCTION, **NEW_POLICY, notice_channels="'{platform}'"),
    ],
    "policy_keeps_the_common_floors": [
        copied(Policy, BIDDING, **NEW_POLICY, min_bidders="2"),
        copied(Policy, BIDDING, **NEW_POLICY, deposit_refund_hours="25"),
        copied(Policy, BIDDING, **NEW_POLICY, reauction_price_cut_max="0.2001"),
        copied(Policy, BIDDING, **NEW_POLICY, publicity_days="14"),
        copied(Policy, BIDDING, **NEW_POLICY, retention_years="4"),
    ],
    "proxymaximum_by_somebody": [copied(ProxyMaximum, by_user_id="NULL")],
    "auctionhouse_licence_ends_after_start": [
        changed(AuctionHouse, licensed_until="licensed_from - 1"),
    ],
    "lot_has_a_clock_or_a_floor": [
        changed(Lot, scheduled_close="NULL"),
        changed(Lot, closes_at="NULL"),
        changed(Lot, ON_SALE, floor="'open'"),
    ],
    "lot_without_a_clock_has_a_session": [
        changed(Lot, IN_A_HALL, session_id="NULL"),
        changed(Lot, ON_SALE, scheduled_close="NULL", closes_at="NULL"),
    ],
    "lot_one_open_floor_a_session": [changed(Lot, IN_A_HALL, floor="'called_once'")],
    "lot_exhibition_before_opening": [
        changed(Lot, exhibition_at="opens_at + interval '1 second'"),
    ],
    "lot_round_follows_a_lot": [
        changed(Lot, round="2"),
        changed(Lot, SOLD, round="0"),
        changed(Lot, ON_SALE, previous_lot_id="(SELECT id FROM auctions_lot WHERE price > 0)"),
    ],
    "voidedfile_hash_shape": [copied(VoidedFile, document_id="document_id", sha256="'x'")],
    "lot_relisted_once": [
        changed(Lot, previous_lot_id="(SELECT id FROM auctions_lot WHERE price > 0)", round="2"),
    ],
    "lot_auctioneer_of_a_house": [
        changed(Lot, auctioneer_id="(SELECT id FROM auctions_auctioneer)"),
    ],
    "lot_times_in_order": [
        changed(Lot, ON_SALE, opens_at="scheduled_close"),
        changed(Lot, ON_SALE, closes_at="scheduled_close - interval '1 second'"),
        changed(Lot, ON_SALE, latest_close="closes_at - interval '1 second'"),
    ],
    "lot_suspended_for_a_while": [
        changed(Lot, SOLD, suspended_for="interval '1 second'"),
        changed(Lot, ON_SALE, suspended_for="interval '-1 second'"),
    ],
    "suspension_number_once": [changed(Suspension, number="1")],
    "suspension_one_at_a_time": [
        changed(Suspension, resumed_at="NULL", resumed_reason="''", closes_at="NULL"),
    ],
    "suspension_has_reason": [changed(Suspension, reason="''")],
    "suspension_resumed_with_reason_and_end": [
        changed(Suspension, "number = 1", resumed_reason="''"),
        changed(Suspension, "number = 1", resumed_at="NULL", closes_at="NULL"),
        changed(Suspension, "number = 1", resumed_at="suspended_at"),
        changed(Suspension, "number = 1", closes_at="closes_at_before - interval '1 second'"),
        changed(Suspension, "number = 1", closes_at="NULL"),
        changed(Suspension, "number = 1", closes_at_before="NULL"),
    ],
    "suspension_reminded_later": [changed(Suspension, reminded_at="suspended_at")],
    "suspension_before_the_end": [changed(Suspension, suspended_at="closes_at_before")],
    "lotdecision_has_proposer_and_reason": [copied(LotDecision, reason="''")],
    "lotdecision_decided_at_by_together": [
        copied(LotDecision, decided_at="NULL"),
        copied(LotDecision, decided_by_id="NULL"),
        copied(LotDecision, state="'proposed'"),
        copied(LotDecision, decided_at="proposed_at - interval '1 second'"),
    ],
    "lotdecision_takes_two_people": [copied(LotDecision, decided_by_id="proposed_by_id")],
    "lotdecision_rejected_for_a_reason": [
        copied(LotDecision, state="'rejected'", decision_reason="''")
    ],
    "lotdecision_one_at_a_time": [
        copied(LotDecision, lot_id=OTHER_LOT, **WAITING)
        + ";"
        + copied(LotDecision, lot_id=OTHER_LOT, **WAITING)
    ],
    "aftermath_has_reason": [copied(Aftermath, lot_id=OTHER_LOT, reason="''")],
    "aftermath_of_a_default_has_grounds": [
        copied(Aftermath, lot_id=OTHER_LOT, kind="'default'"),
        copied(Aftermath, lot_id=OTHER_LOT, grounds="'refused'"),
        copied(Aftermath, lot_id=OTHER_LOT, kind="'unheard of'"),
    ],
    "relistingproposal_price_positive": [changed(RelistingProposal, lowest_price="0")],
    "relistingproposal_lapses_later": [changed(RelistingProposal, lapses_at="proposed_at")],
    "relistingproposal_declined_with_reason": [
        changed(RelistingProposal, decline_reason="'x'"),
        changed(RelistingProposal, declined_at="proposed_at"),
    ],
    "lot_amounts_positive": [
        changed(Lot, ON_SALE, starting_price="0"),
        changed(Lot, increment="0"),
        changed(Lot, increment="-50"),
        changed(Lot, deposit_amount="-0.01"),
    ],
    "lot_price_and_leader_together": [
        changed(Lot, SOLD, price="NULL"),
        changed(Lot, SOLD, leader_id="NULL"),
        changed(Lot, SOLD, bid_count="0"),
        changed(Lot, SOLD, last_bid_at="NULL"),
        changed(Lot, SOLD, price="999.99"),
        changed(Lot, ON_SALE, price="1000"),
        changed(Lot, ON_SALE, bid_count="1"),
    ],
    "lot_published_has_time_and_chain": [
        changed(Lot, ON_SALE, published_at="NULL"),
        changed(Lot, ON_SALE, head_hash="''"),
        changed(Lot, SOLD, published_at="NULL"),
        changed(Lot, SOLD, head_hash="''"),
    ],
    "lot_achievement_on_sale_once": [
        copied(Lot, ON_SALE, code="'other'"),
        copied(Lot, ON_SALE, code="'other'", state="'suspended'"),
    ],
    "registration_one_per_organization": [copied(Registration, paddle="'999'")],
    "registration_paddle_once_a_lot": [
        changed(Registration, paddle="'999'"),
    ],
    "registration_admitted_has_paddle": [
        changed(Registration, paddle="''"),
        changed(Registration, approved_at="NULL"),
        changed(Registration, state="'applied'"),
        changed(Registration, state="'refused'"),
        changed(Registration, state="'unheard of'"),
    ],
    "depositmovement_positive": [
        copied(DepositMovement, amount="0", reference="'new'"),
        copied(DepositMovement, amount="-1", reference="'new'"),
    ],
    "depositmovement_reference_once": [copied(DepositMovement, "kind = 'held'")],
    "depositmovement_release_is_due": [copied(DepositMovement, "kind = 'released'", due_at="NULL")],
    "depositmovement_forfeited_by_a_decision": [
        copied(DepositMovement, "kind = 'held'", kind="'forfeited'", reference="''"),
        copied(DepositMovement, "kind = 'held'", forfeiture_id=PROPOSAL, reference="'new'"),
    ],
    "forfeiture_amount_positive": [copied(Forfeiture, **ELSEWHERE, amount="0")],
    "forfeiture_has_proposer_and_reason": [copied(Forfeiture, **ELSEWHERE, reason="''")],
    "forfeiture_decided_at_by_together": [
        copied(Forfeiture, **ELSEWHERE, decided_at="NULL"),
        copied(Forfeiture, **ELSEWHERE, decided_by_id="NULL"),
        copied(Forfeiture, **ELSEWHERE, state="'proposed'"),
        copied(Forfeiture, **ELSEWHERE, decided_at="proposed_at - interval '1 second'"),
    ],
    "forfeiture_takes_two_people": [
        copied(Forfeiture, **ELSEWHERE, decided_by_id="proposed_by_id")
    ],
    "forfeiture_rejected_for_a_reason": [copied(Forfeiture, **ELSEWHERE, state="'rejected'")],
    "forfeiture_one_a_registration": [copied(Forfeiture)],
    "refund_paid_before_recorded": [
        copied(Refund, movement_id=UNPAID, paid_at="recorded_at + interval '1 second'")
    ],
    "refund_has_reference": [copied(Refund, movement_id=UNPAID, reference="''")],
    "bid_number_once_a_lot": [copied(Bid, **FIRST_BID, **{**ANOTHER, "number": "2"})],
    "bid_amount_once_a_lot": [copied(Bid, **FIRST_BID, **{**ANOTHER, "amount": "1050"})],
    "bid_key_once": [copied(Bid, **FIRST_BID, **{**ANOTHER, "key": "key"})],
    "bid_amount_positive": [
        copied(Bid, **FIRST_BID, **{**ANOTHER, "amount": "0"}),
        copied(Bid, **FIRST_BID, **{**ANOTHER, "amount": "-1050"}),
    ],
    "bid_in_time": [
        copied(Bid, **FIRST_BID, **ANOTHER, placed_at="closes_at_before"),
        copied(Bid, **FIRST_BID, **ANOTHER, placed_at="closes_at + interval '1 hour'"),
    ],
    "bid_never_shortens": [
        copied(Bid, **FIRST_BID, **ANOTHER, closes_at="closes_at_before - interval '1 second'"),
    ],
    "refusedbid_key_once": [copied(RefusedBid)],
    "reserve_positive": [
        changed(Reserve, f"lot_id = {UNANNOUNCED}", amount="0"),
        changed(Reserve, f"lot_id = {UNANNOUNCED}", amount="-1"),
    ],
    "reservereading_has_reason": [copied(ReserveReading, reason="''")],
    "lotresult_sold_has_bid_and_price": [
        copied(LotResult, lot_id=OTHER_LOT, winning_bid_id="NULL"),
        copied(LotResult, lot_id=OTHER_LOT, price="NULL"),
        copied(LotResult, lot_id=OTHER_LOT, outcome="'no_bids'"),
        copied(LotResult, lot_id=OTHER_LOT, outcome="'no_bids'", winning_bid_id="NULL"),
    ],
    "lotresult_closed_not_before_the_end": [
        copied(LotResult, lot_id=OTHER_LOT, closed_at="closes_at - interval '1 microsecond'"),
    ],
    "lotappraisal_value_positive": [copied(LotAppraisal, appraised_on="'2026-01-02'", value="0")],
    "lotappraisal_once_a_day": [copied(LotAppraisal)],
    "priorityright_one_a_holder": [copied(PriorityRight)],
    "priorityright_rank_from_one": [changed(PriorityRight, rank="0")],
    "priorityright_basis_is_lawful": [changed(PriorityRight, basis="'friend'")],
    "priorityright_declared_with_evidence": [changed(PriorityRight, evidence="''")],
    "priorityright_notified_at_by_together": [
        changed(PriorityRight, notified_at="declared_at"),
        changed(PriorityRight, way="'served'"),
        changed(PriorityRight, notified_by_id="by_user_id", notified_at="declared_at"),
    ],
    "priorityright_ended_at_by_together": [
        changed(PriorityRight, ended_at="declared_at"),
        changed(PriorityRight, end_reason="'because'"),
        changed(PriorityRight, ended_at="declared_at", end_reason="'because'"),
    ],
    "publicrecord_digest_shape": [copied(PublicRecord, lot_id=OTHER_LOT, digest="'short'")],
    "publishedheads_root_shape": [copied(PublishedHeads, FIRST_DAY, **NEXT_DAY, root="''")],
    "publishedheads_list_and_root_before_together": [
        copied(PublishedHeads, FIRST_DAY, **{**NEXT_DAY, "previous_root": "''"}),
        copied(PublishedHeads, FIRST_DAY, **{**NEXT_DAY, "previous_id": "NULL"}),
    ],
    "publishedheads_one_first": [
        copied(
            PublishedHeads, FIRST_DAY, **{**NEXT_DAY, "previous_id": "NULL", "previous_root": "''"}
        )
    ],
    "issueddocument_one_of_a_kind": [
        copied(IssuedDocument, **{**ANOTHER_DOCUMENT, "kind": "kind"})
    ],
    "issueddocument_number_once": [
        copied(IssuedDocument, lot_id=OTHER_LOT, code="'other'"),
    ],
    "issueddocument_number_positive": [
        copied(IssuedDocument, **{**ANOTHER_DOCUMENT, "number": "0", "lot_id": OTHER_LOT})
    ],
    "documentfile_hash_shape": [
        f"WITH another AS ({copied(IssuedDocument, **ANOTHER_DOCUMENT)} RETURNING id) "  # noqa: S608
        + copied(DocumentFile, document_id="(SELECT id FROM another)", sha256="''")
    ],
    "documentseries_once_a_year": [copied(DocumentSeries)],
    "publishedhead_position_once": [
        f"WITH another AS ({copied(PublicRecord, lot_id=OTHER_LOT)} RETURNING lot_id) "  # noqa: S608
        + copied(PublishedHead, record_id="(SELECT lot_id FROM another)")
    ],
}
# Unique by their field, without a name of our own.
ONCE = {
    "a session's number": copied(AuctionSession, RUNNING, kind="'SPECIAL'"),
    "a lot's place in the order": copied(RunningOrderEntry, position="7"),
    "a lot's number": changed(Lot, code="'L2026-000001'"),
    "a lot's deal": changed(Lot, deal_id="(SELECT max(id) FROM marketplace_deal)"),
    "a lot's result": copied(LotResult),
    "what became of a lot": copied(Aftermath),
    "a lot's proposal": copied(RelistingProposal),
    "a winning bid": copied(LotResult, lot_id=OTHER_LOT),
    "a lot's public record": copied(PublicRecord),
    "a document's code": copied(
        IssuedDocument, **{**ANOTHER_DOCUMENT, "code": "code", "lot_id": OTHER_LOT}
    ),
    "a document's file": copied(DocumentFile),
    "a day's list": copied(PublishedHeads, FIRST_DAY, **{**NEXT_DAY, "day": "day"}),
    "the list after a list": copied(PublishedHeads, FIRST_DAY, **{**NEXT_DAY, "previous_id": "id"}),
    "a record's place in a list": copied(PublishedHead, heads_id=LAST_LIST),
}
LEDGERS = [
    *(Bid, RefusedBid, DepositMovement, LotResult, Policy, Refund, RefundAlarm),
    *(PublicRecord, PublishedHeads, PublishedHead, ProxyMaximum, IssuedDocument, DocumentFile),
    *(ReserveReading, Aftermath, VoidedFile),
    LotAppraisal,
]
