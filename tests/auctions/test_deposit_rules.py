"""The books of a deposit, as properties: no cent is given twice, and none disappears."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auctions.lifecycle import DepositKind
from auctions.rules import deposits
from auctions.rules.deposits import (
    IN_HAND,
    Account,
    Books,
    DepositOverdrawn,
    Fault,
    ForfeitureTooLarge,
    Movement,
    PriceStands,
    RefundTimeWrong,
    audit,
    forfeit,
    post,
    settlement,
)

K = DepositKind
RELEASED_AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)

amounts = st.decimals("0.01", "500.00", places=2)
movements = st.lists(st.builds(Movement, st.sampled_from(DepositKind), amounts), max_size=20)


def played(moves: list[Movement]) -> tuple[Books, tuple[Movement, ...]]:
    """The books after every movement that was not refused, and those movements."""
    books, posted = Books(), []
    for movement in moves:
        try:
            books = post(books, movement)
        except DepositOverdrawn:
            continue
        posted.append(movement)
    return books, tuple(posted)


@given(movements)
def test_whatever_is_asked_nothing_is_overdrawn_and_every_cent_is_somewhere(moves):
    books, _ = played(moves)
    assert books.in_hand >= 0
    assert books.on_price >= 0
    assert books.held == books.in_hand + books.on_price + books.released + books.forfeited


@given(movements, amounts)
def test_an_end_takes_all_that_is_in_hand_and_leaves_what_is_disputed(moves, disputed):
    books = replace(played(moves)[0], disputed=disputed)
    assert settlement(books, bought=True) == Movement(K.CREDITED, books.in_hand)
    back = settlement(books, bought=False)
    assert back.kind is K.RELEASED
    assert back.amount == max(0, books.in_hand - disputed)


@given(movements)
def test_a_movement_changes_what_is_in_hand_by_its_sign(moves):
    books = Books()
    for movement in played(moves)[1]:
        after = post(books, movement)
        assert after.in_hand - books.in_hand == IN_HAND[movement.kind] * movement.amount
        books = after


@given(movements, st.sampled_from([K.RELEASED, K.CREDITED, K.FORFEITED]), amounts)
def test_what_is_not_there_is_refused_and_what_is_there_is_not(moves, kind, amount):
    books, _ = played(moves)
    if amount <= books.in_hand:
        post(books, Movement(kind, amount))
        return
    with pytest.raises(DepositOverdrawn) as refused:
        post(books, Movement(kind, amount))
    assert refused.value.facts["in_hand"] == books.in_hand


@pytest.mark.parametrize("amount", ["0.00", "-0.01"])
@pytest.mark.parametrize("kind", DepositKind)
def test_a_movement_of_nothing_is_none(kind, amount):
    plenty = Books(held=Decimal(100), credited=Decimal(50))
    with pytest.raises(DepositOverdrawn):
        post(plenty, Movement(kind, Decimal(amount)))


def test_a_credit_is_taken_back_once_and_only_as_far_as_it_goes():
    books = Books(held=Decimal(100), credited=Decimal(60))
    after = post(books, Movement(K.REVERSED, Decimal(60)))
    assert (after.in_hand, after.on_price) == (Decimal(100), Decimal(0))
    with pytest.raises(DepositOverdrawn):
        post(after, Movement(K.REVERSED, Decimal("0.01")))


@given(movements, amounts)
def test_a_forfeiture_leaves_nothing_in_hand_or_on_the_price(moves, amount):
    before, _ = played([*moves, Movement(K.HELD, amount)])
    after = before
    for movement in forfeit(before, amount):
        after = post(after, movement)
    assert (after.in_hand, after.on_price) == (0, 0)
    assert after.forfeited - before.forfeited == amount
    assert after.released - before.released == before.forfeitable - amount


@given(movements, amounts)
def test_more_than_there_is_cannot_be_kept(moves, amount):
    books, _ = played(moves)
    assume(amount > books.forfeitable)
    with pytest.raises(ForfeitureTooLarge) as refused:
        list(forfeit(books, amount))
    assert refused.value.facts == {"most": books.forfeitable}


def test_nothing_at_all_is_no_forfeiture():
    with pytest.raises(ForfeitureTooLarge):
        deposits.check_forfeitable(Books(held=Decimal(100)), Decimal(0))


def test_what_a_forfeiture_writes_is_exact():
    winner = Books(held=Decimal(120), released=Decimal(20), credited=Decimal(100))
    assert list(forfeit(winner, Decimal(60))) == [
        Movement(K.REVERSED, Decimal(100)),
        Movement(K.FORFEITED, Decimal(60)),
        Movement(K.RELEASED, Decimal(40)),
    ]
    loser = Books(held=Decimal(100))
    assert list(forfeit(loser, Decimal(100))) == [Movement(K.FORFEITED, Decimal(100))]


def test_a_deposit_stays_on_a_price_that_stands():
    on_price = Books(held=Decimal(100), credited=Decimal(100))
    with pytest.raises(PriceStands):
        deposits.check_price_fell(on_price, price_stands=True)
    deposits.check_price_fell(on_price, price_stands=False)
    deposits.check_price_fell(Books(held=Decimal(100)), price_stands=True)


def test_what_is_disputed_is_not_promised_back():
    books = Books(held=Decimal(100), disputed=Decimal(60))
    assert (books.in_hand, books.returnable) == (Decimal(100), Decimal(40))
    assert replace(books, disputed=Decimal(130)).returnable == 0


def test_a_refund_is_due_as_the_policy_says_and_late_from_that_instant():
    due = deposits.refund_due(RELEASED_AT, within_hours=12)
    assert due == RELEASED_AT + timedelta(hours=12)
    assert not deposits.is_overdue(due, due - timedelta(microseconds=1))
    assert deposits.is_overdue(due, due)


@given(st.integers(-5, 15), st.integers(0, 10))
def test_a_transfer_lies_between_the_promise_and_now(paid, now):
    instant, until = (RELEASED_AT + timedelta(hours=hours) for hours in (paid, now))
    if 0 <= paid <= now:
        deposits.check_paid_at(instant, released_at=RELEASED_AT, now=until)
        return
    with pytest.raises(RefundTimeWrong):
        deposits.check_paid_at(instant, released_at=RELEASED_AT, now=until)


# --- The proof that books balance -------------------------------------------------------


def account(*moves: tuple[DepositKind, str], **changes) -> Account:
    rows = tuple(Movement(kind, Decimal(amount)) for kind, amount in moves)
    facts = {"required": Decimal(100), "admitted": True, "ended": True}
    return Account(movements=rows, **{**facts, **changes})


PAID = (K.HELD, "100.00")


def test_books_that_balance_have_no_fault():
    for sound in (
        account(PAID, (K.RELEASED, "100.00")),
        account(PAID, (K.CREDITED, "100.00")),
        account(PAID, ended=False),
        account(PAID, (K.RELEASED, "40.00"), disputed=Decimal(60)),
        account((K.HELD, "10.00"), (K.RELEASED, "10.00"), admitted=False),
        account(
            PAID,
            (K.CREDITED, "100.00"),
            (K.REVERSED, "100.00"),
            (K.FORFEITED, "100.00"),
            decided=Decimal(100),
        ),
    ):
        assert audit(sound)[1] == ()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (account(PAID, (K.RELEASED, "100.01")), Fault.OVERDRAWN),
        # In the end the sums are right; at one moment they were not.
        (account((K.RELEASED, "100.00"), PAID), Fault.OVERDRAWN),
        (account(PAID, (K.RELEASED, "60.00"), (K.REVERSED, "60.00")), Fault.OVERDRAWN),
        (account((K.HELD, "99.99"), (K.RELEASED, "99.99")), Fault.UNPAID),
        (account(PAID, (K.RELEASED, "99.99")), Fault.KEPT),
        (account(PAID, disputed=Decimal("99.99")), Fault.KEPT),
        (account(PAID, (K.FORFEITED, "100.00")), Fault.UNDECIDED),
        (account(PAID, (K.RELEASED, "100.00"), decided=Decimal(1)), Fault.UNDECIDED),
    ],
)
def test_books_that_do_not_balance_say_why(wrong, fault):
    assert fault in audit(wrong)[1]


@given(movements)
def test_the_proof_adds_up_what_was_posted(moves):
    books, posted = played(moves)
    summed, faults = audit(account(admitted=False, ended=False, decided=books.forfeited))
    assert (summed, faults) == (Books(), (Fault.UNDECIDED,) if books.forfeited else ())
    summed, faults = audit(
        Account(posted, Decimal(0), admitted=True, ended=False, decided=books.forfeited)
    )
    assert (summed, faults) == (books, ())


@given(st.lists(movements, max_size=4))
def test_the_sums_of_many_are_the_sum_of_their_sums(many):
    each = [played(moves)[0] for moves in many]
    together = deposits.total(each)
    assert together.in_hand == sum((books.in_hand for books in each), Decimal(0))
    assert together.held == sum((books.held for books in each), Decimal(0))
