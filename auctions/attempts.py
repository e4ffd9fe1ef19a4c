"""What a batch of bids has to know of its bidders, read with one message to the database.

Plain SQL: making SQL of a QuerySet costs more than running it, and every batch of bids reads
this. Columns that a bid has no need of are left to be fetched when asked for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from accounts.models import Organization
from auctions.conflicts import Pair, asking_ties, ties_in, ties_of
from auctions.lifecycle import BidSource
from auctions.models import Bid, Lot, ProxyMaximum, RefusedBid, Registration
from auctions.rules.eligibility import Ties
from core.db import Statement, as_array, as_read

Triple = tuple[int, int, UUID]  # a lot, an organization and the key of its attempt
Rows = list[tuple[Any, ...]]

_REGISTRATION = ("id", "lot_id", "organization_id", "state", "paddle")
_ORGANIZATION = ("id", "name", "state")
# The answers that its key has been given before stand beside each attempt: by registration and key,
# because that is what the indexes know. A lot may have a hundred thousand bids.
_ASKED = """
    SELECT registration.id, lot_id, organization_id, registration.state, paddle,
        organization.id, organization.name, organization.state,
        (SELECT id FROM auctions_bid AS bid
         WHERE bid.registration_id = registration.id AND bid.key = asked.key),
        (SELECT id FROM auctions_refusedbid AS refused
         WHERE refused.registration_id = registration.id AND refused.key = asked.key)
    FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[]) AS asked (lot_id, organization_id, key)
    JOIN auctions_registration AS registration USING (lot_id, organization_id)
    JOIN accounts_organization AS organization ON organization.id = organization_id
    WHERE registration.state <> 'refused'
"""
_HAVE_MAXIMA = "SELECT 1 FROM auctions_proxymaximum WHERE lot_id = ANY(%s) LIMIT 1"


@dataclass(frozen=True, slots=True)
class Known:
    """`earlier` are the answers that the attempts' keys have been given before.

    `ties` are those of everybody who attempts to bid or has left a maximum, by lot and bidder.
    """

    registrations: list[Registration]
    earlier: list[Bid | RefusedBid]
    maxima: list[ProxyMaximum]
    ties: dict[Pair, Ties]


def asking(lot_ids: Collection[int], attempts: Collection[Triple]) -> list[Statement]:
    """The statements that ask what is known of lots and of attempts on them."""
    columns = [as_array(column) for column in zip(*attempts, strict=True)] or ["{}"] * 3
    pairs = {(lot_id, bidder) for lot_id, bidder, _ in attempts}
    return [(_ASKED, columns), asking_ties(pairs), (_HAVE_MAXIMA, [as_array(lot_ids)])]


def known_in(found: Sequence[Rows], lot_ids: Collection[int]) -> Known:
    """What they answered, as far as it is about these lots, which the caller has locked."""
    asked, ties, have_maxima = found
    asked = [row for row in asked if row[1] in lot_ids]
    known = {pair: tie for pair, tie in ties_in(ties).items() if pair[0] in lot_ids}
    maxima = _maxima_on(lot_ids) if have_maxima else []
    also = {(left.lot_id, left.registration.organization_id) for left in maxima}
    return Known(
        registrations=[_registration(row[:-2]) for row in asked],
        earlier=_earlier(
            bids=[row[-2] for row in asked if row[-2]],
            refused=[row[-1] for row in asked if row[-1]],
        ),
        maxima=maxima,
        ties=known | ties_of(also - known.keys()),
    )


@lru_cache(maxsize=4096)
def _registration(row: tuple[Any, ...]) -> Registration:
    """What such a row means, for reading alone. It is read for each batch, and mostly the same."""
    own = len(_REGISTRATION)
    organization = as_read(Organization, _ORGANIZATION, row[own:], related={})
    return as_read(Registration, _REGISTRATION, row[:own], related={"organization": organization})


def _earlier(*, bids: Collection[int], refused: Collection[int]) -> list[Bid | RefusedBid]:
    """Nearly always none."""
    return [
        *(Bid.objects.filter(pk__in=bids) if bids else ()),
        *(RefusedBid.objects.filter(pk__in=refused) if refused else ()),
    ]


def _maxima_on(lot_ids: Collection[int]) -> list[ProxyMaximum]:
    """The maxima that count on these lots: of each registration the newest, unless taken back."""
    newest = ProxyMaximum.objects.filter(lot__in=lot_ids).order_by("registration", "-id")
    rows = newest.distinct("registration").select_related("registration__organization")
    return [row for row in rows if row.sealed]


def keyed_on_the_floor(lot: Lot, key: UUID) -> bool:
    """A clerk's key is the clerk's, whichever paddle was raised; an online bidder's its own."""
    of_the_lot: dict[str, Any] = {"lot": lot, "key": key}
    keyed = Bid.objects.filter(**of_the_lot, source=BidSource.FLOOR).exists()
    return keyed or RefusedBid.objects.filter(**of_the_lot).exists()
