"""What a batch of bids has to know of its bidders, read with one message to the database.

Plain SQL: making SQL of a QuerySet costs more than running it, and every batch of bids reads
this. Columns that a bid has no need of are left to be fetched when asked for.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.models import Organization
from auctions.conflicts import Pair, asking_ties, ties_in, ties_of
from auctions.lifecycle import RegistrationState
from auctions.models import Bid, ProxyMaximum, RefusedBid, Registration
from auctions.rules.eligibility import Ties
from core.db import as_array, run_together

_REGISTRATION = ("id", "lot_id", "organization_id", "state", "paddle")
_ORGANIZATION = ("id", "name", "state")
_REGISTERED = """
    SELECT {registration}, {organization}
    FROM unnest(%s::bigint[], %s::bigint[]) AS asked (lot_id, organization_id)
    JOIN auctions_registration AS registration USING (lot_id, organization_id)
    JOIN accounts_organization AS organization ON organization.id = organization_id
    WHERE registration.state <> %s
"""
# By registration and key, because that is what the indexes know: a lot may have a hundred
# thousand bids.
_ANSWERED = """
    WITH asked AS (
        SELECT registration.id AS registration_id, key
        FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[]) AS one (lot_id, organization_id, key)
        JOIN auctions_registration AS registration USING (lot_id, organization_id)
    )
    SELECT false, id FROM auctions_bid JOIN asked USING (registration_id, key)
    UNION ALL
    SELECT true, id FROM auctions_refusedbid JOIN asked USING (registration_id, key)
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


def known_of(lot_ids: Collection[int], attempts: Iterable[tuple[int, int, UUID]]) -> Known:
    """What is known of lots, and of attempts as triples of lot, organization and key."""
    triples = list(attempts)
    pairs = {(lot_id, bidder) for lot_id, bidder, _ in triples}
    registered, ties, answered, have_maxima = run_together(
        (
            _registered(),
            [
                as_array(lot_id for lot_id, _ in pairs),
                as_array(bidder for _, bidder in pairs),
                RegistrationState.REFUSED.value,
            ],
        ),
        asking_ties(pairs),
        (_ANSWERED, [as_array(column) for column in zip(*triples, strict=True)] or ["{}"] * 3),
        (_HAVE_MAXIMA, [as_array(lot_ids)]),
    )
    maxima = _maxima_on(lot_ids) if have_maxima else []
    also = {(left.lot_id, left.registration.organization_id) for left in maxima} - pairs
    return Known(
        registrations=[_registration(row) for row in registered],
        earlier=_earlier(answered) if answered else [],
        maxima=maxima,
        ties=ties_in(ties) | ties_of(also),
    )


def _registration(row: tuple[Any, ...]) -> Registration:
    own = len(_REGISTRATION)
    registration = Registration.from_db(
        "default", _in_order(Registration, _REGISTRATION), row[:own]
    )
    registration.organization = Organization.from_db(
        "default", _in_order(Organization, _ORGANIZATION), row[own:]
    )
    return registration


def _earlier(answered: Iterable[tuple[bool, int]]) -> list[Bid | RefusedBid]:
    bids = Bid.objects.filter(pk__in=[number for refused, number in answered if not refused])
    refused = RefusedBid.objects.filter(pk__in=[number for refused, number in answered if refused])
    return [*bids, *refused]


def _maxima_on(lot_ids: Collection[int]) -> list[ProxyMaximum]:
    """The maxima that count on these lots: of each registration the newest, unless taken back."""
    newest = ProxyMaximum.objects.filter(lot__in=lot_ids).order_by("registration", "-id")
    rows = newest.distinct("registration").select_related("registration__organization")
    return [row for row in rows if row.sealed]


@cache
def _registered() -> str:
    return _REGISTERED.format(
        registration=", ".join(
            f"registration.{name}" for name in _in_order(Registration, _REGISTRATION)
        ),
        organization=", ".join(
            f"organization.{name}" for name in _in_order(Organization, _ORGANIZATION)
        ),
    )


@cache
def _in_order(model: type[Model], names: tuple[str, ...]) -> tuple[str, ...]:
    """Columns in the model's order, in which `from_db` takes their values."""
    columns = (field.attname for field in model._meta.concrete_fields)
    return tuple(name for name in columns if name in names)
