"""The books of deposits as the ledger tells them: sums, what is to be paid back, and the proof.

The sums come from the database in one statement for any number of registrations; the proof
reads every movement in its order and lets the rules add up.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from auctions.lifecycle import DecisionState, DepositKind, LotState, RegistrationState
from auctions.models import DepositMovement, Forfeiture, Registration
from auctions.rules.deposits import Account, Books, Fault, Movement, audit
from core.db import as_array, run_together

_NOTHING = Decimal("0.00")
_LOT_OVER = (LotState.CLOSED, LotState.WITHDRAWN, LotState.VOID, LotState.DEFAULTED)
_ENDED = (RegistrationState.REFUSED, RegistrationState.RELEASED, RegistrationState.FORFEITED)


# In the order of `Books`, whose last sum is what is disputed.
_KINDS = ", ".join(
    f"COALESCE(sum(amount) FILTER (WHERE kind = '{sums.name}'), 0.00)"
    for sums in fields(Books)[:-1]
)
# One by one through the index: all movements on record are many more than those asked for.
_BOOKS = f"""
    SELECT asked.id, books.*, COALESCE(
        (SELECT amount FROM auctions_forfeiture AS forfeiture
         WHERE forfeiture.registration_id = asked.id AND forfeiture.state = %s), 0.00)
    FROM unnest(%s::bigint[]) AS asked (id),
    LATERAL (
        SELECT {_KINDS} FROM auctions_depositmovement WHERE registration_id = asked.id
    ) AS books
"""  # noqa: S608 - words of our own enum


def books_of(registration_ids: Collection[int]) -> dict[int, Books]:
    """The books of each of the registrations, in one statement whatever their number.

    Plain SQL: a thousand lots that end together have thousands of registrations.
    """
    asked = [DecisionState.PROPOSED.value, as_array(registration_ids)]
    (rows,) = run_together((_BOOKS, asked))
    return {row[0]: Books(*row[1:]) for row in rows}


def unpaid_refunds() -> QuerySet[DepositMovement]:
    """What was promised back and not paid yet, the most urgent first."""
    released = DepositMovement.objects.filter(kind=DepositKind.RELEASED, refund=None)
    return released.order_by("due_at", "id")


def overdue_refunds(now: datetime) -> QuerySet[DepositMovement]:
    """Promises to pay back whose time is up and for which no transfer is recorded."""
    return unpaid_refunds().filter(due_at__lte=now)


@dataclass(frozen=True, slots=True)
class Audited:
    """One registration's books, read anew from its movements, and what is wrong with them."""

    registration: Registration
    books: Books
    faults: tuple[Fault, ...]


def audited(registrations: QuerySet[Registration]) -> Iterator[Audited]:
    """Each registration's proof, two statements for a thousand of them."""
    # At most one of a registration's forfeitures is not rejected.
    standing = Forfeiture.objects.filter(registration=OuterRef("pk")).exclude(
        state=DecisionState.REJECTED
    )
    rows = registrations.select_related("lot").annotate(
        claim=Subquery(standing.values("amount")), claim_state=Subquery(standing.values("state"))
    )
    movements = DepositMovement.objects.order_by("id")
    ledgers = Prefetch("deposit_movements", queryset=movements, to_attr="ledger")
    for row in rows.prefetch_related(ledgers).order_by("id").iterator(chunk_size=1000):
        yield Audited(row, *audit(_account(row)))


def _account(row: Any) -> Account:
    claims = {row.claim_state: row.claim}
    return Account(
        movements=tuple(Movement(DepositKind(moved.kind), moved.amount) for moved in row.ledger),
        required=row.lot.deposit_amount,
        admitted=row.approved_at is not None,
        ended=row.state in _ENDED or row.lot.state in _LOT_OVER,
        decided=claims.get(DecisionState.APPROVED, _NOTHING),
        disputed=claims.get(DecisionState.PROPOSED, _NOTHING),
    )
