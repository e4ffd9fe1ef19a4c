"""Lots in any state, and what a test looks at afterwards."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, models
from django.db import transaction as django_transaction

from auctions.lifecycle import LotState
from auctions.models import Lot, Policy
from auctions.queries import PUBLIC_STATES
from core.models import Event, numbered
from tests.conftest import NOW, RULES, Cast, organization_of
from tests.factories import admit, make_achievement, make_lot

LATER = {"opens_at": NOW + timedelta(days=1), "closes_at": NOW + timedelta(days=2)}


@pytest.fixture
def cast(db: None, lasting_cast: Cast) -> Cast:
    return deepcopy(lasting_cast)


@pytest.fixture(scope="module")
def lot_on_sale(lasting_cast) -> int:
    return make_lot(lasting_cast["seller"]).pk


@pytest.fixture
def lot(lot_on_sale, db, clock) -> Lot:
    """On sale now, for an hour: from 1,000 in steps of 50, deposit 100."""
    return Lot.objects.get(pk=lot_on_sale)


@pytest.fixture(scope="module")
def contested_lot(lasting_cast) -> int:
    lot = make_lot(lasting_cast["seller"])
    for name in ("bidder", "rival"):
        admit(lot, lasting_cast[name])
    return lot.pk


@pytest.fixture
def contested(contested_lot, db, clock) -> Lot:
    """On sale likewise, with `bidder` and `rival` admitted."""
    return Lot.objects.get(pk=contested_lot)


@pytest.fixture
def lot_in(seller, clock) -> Callable[[LotState], Lot]:
    """A lot straight in the state asked for; what is announced opens tomorrow."""
    consignor = organization_of(seller)

    def make(state: LotState) -> Lot:
        announced, on_sale = state in PUBLIC_STATES, state in ("published", "suspended")
        sold = make_achievement(consignor, state="reserved" if on_sale else "published")
        return Lot.objects.create(
            **numbered(Lot, "L", NOW),
            state=state,
            achievement=sold,
            consignor=consignor,
            title=sold.title,
            policy=Policy.objects.get(code="EXCHANGE_BIDDING-2"),
            rules_version=RULES,
            starting_price=Decimal("1000.00"),
            increment=Decimal("50.00"),
            deposit_amount=Decimal("100.00"),
            scheduled_close=LATER["closes_at"],
            created_at=NOW,
            published_at=NOW if announced else None,
            head_hash="0" * 64 if announced else "",
            **LATER,
        )

    return make


def events_of(topic: str) -> list[str]:
    return list(Event.objects.filter(topic=topic).order_by("seq").values_list("kind", flat=True))


def last_event(topic: str) -> Event:
    return Event.objects.filter(topic=topic).order_by("seq").last()


class HalfWayError(Exception):
    """What a test makes happen after the change and before the commit."""


@pytest.fixture
def break_half_way(monkeypatch) -> Callable[[], None]:
    """Call it, and every action fails at the moment it records what happened."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise HalfWayError

    def arm() -> None:
        for module in ("lots", "registration"):
            monkeypatch.setattr(f"auctions.{module}.record", fail)
        for module in ("bidding", "closing"):
            monkeypatch.setattr(f"auctions.{module}.recording", fail)
        monkeypatch.setattr("auctions.deposits.record_all", fail)

    return arm


def refused_by_the_database(pattern: str):
    return pytest.raises(IntegrityError, match=pattern)


def by_sql(*statements: str, **values: Any) -> None:
    """Run statements past every model, and undo them if the last one is refused."""
    atomic = django_transaction.Atomic(using=None, savepoint=True, durable=False)
    with atomic, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


def post(client: Any, path: str, body: Any = None, key: Any = "new", **headers: str) -> Any:
    if key is not None:
        headers["Idempotency-Key"] = str(uuid4() if key == "new" else key)
    return client.post(f"/api/v1/{path}", body or {}, format="json", headers=headers)


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["code"]


def changed(model: type[models.Model], where: str = "TRUE", **values: str) -> str:
    """An UPDATE of every row, or of those named, to the given expressions."""
    pairs = ", ".join(f"{column} = {value}" for column, value in values.items())
    return f"UPDATE {model._meta.db_table} SET {pairs} WHERE {where}"  # noqa: S608 - ours


def copied(model: type[models.Model], where: str = "TRUE", **values: str) -> str:
    """An INSERT of a copy of one row, with the given expressions in place of its values."""
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    chosen = ", ".join(values.get(column, column) for column in columns)
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - ours
        f" SELECT {chosen} FROM {table} WHERE {where} LIMIT 1"
    )
