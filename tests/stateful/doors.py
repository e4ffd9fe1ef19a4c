"""The same commands by two doors: the actions, and the REST API as each person signed in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import connection
from rest_framework.test import APIClient

from accounts.actors import Actor
from accounts.models import User
from auctions import bidding, closing, deposits, maxima, registration
from auctions.lifecycle import ClosedBy, RegistrationState
from auctions.models import Lot, Registration
from auctions.sealing import unseal
from core import clock, money
from tests.stateful.model import Answer

OPERATOR = "operator"
REASON = "虚构的理由"


@dataclass(frozen=True)
class Cast:
    """Who acts: people by name, and the organizations they act for."""

    people: Mapping[str, User]
    actors: Mapping[str, Actor]
    organizations: Mapping[str, int]

    def name_of(self, organization_id: int) -> str:
        return next(name for name, key in self.organizations.items() if key == organization_id)


def latest(lot_id: int, cast: Cast, who: str) -> int:
    found = Registration.objects.filter(lot=lot_id, organization=cast.organizations[who])
    return int(found.order_by("-pk").values_list("pk", flat=True)[0])


# Plain SQL: it is asked after each step, and takes a tenth of what the models take.
_MOVED = """
    SELECT registration.lot_id, registration.organization_id, registration.state,
           coalesce(sum(moved.amount) FILTER (WHERE moved.kind = 'held'), 0.00),
           coalesce(sum(moved.amount) FILTER (WHERE moved.kind = 'released'), 0.00),
           coalesce(sum(moved.amount) FILTER (WHERE moved.kind = 'credited'), 0.00)
    FROM auctions_registration AS registration
    LEFT JOIN auctions_depositmovement AS moved ON moved.registration_id = registration.id
    WHERE registration.lot_id = ANY(%s)
    GROUP BY registration.id ORDER BY registration.id
"""
_ROWS = """
    SELECT lot.state, lot::text, registrations.told, result::text
    FROM auctions_lot AS lot
    LEFT JOIN auctions_lotresult AS result ON result.lot_id = lot.id
    CROSS JOIN LATERAL (
        SELECT string_agg(one::text, ' ' ORDER BY one.id) AS told
        FROM auctions_registration AS one WHERE one.lot_id = lot.id
    ) AS registrations
    WHERE lot.id = %s
"""


def rows(lot_id: int) -> tuple[Any, ...]:
    """All that the look of a lot depends on, its state first and the time last."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [lot_id])
        return (*cursor.fetchone(), clock.now())


def books(lots: Sequence[int], cast: Cast) -> list[list[tuple[Any, ...]]]:
    """Of each lot each registration in its order, with what was moved of its deposit."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [list(lots)])
        found = cursor.fetchall()
    return [
        [
            (cast.name_of(one), RegistrationState(state), *moved)
            for lot, one, state, *moved in found
            if lot == lot_id
        ]
        for lot_id in lots
    ]


class Actions:
    """The actions in the database, called as the views call them."""

    def __init__(self, lot_id: int, rules_version: str, cast: Cast) -> None:
        self.lot_id, self.rules_version, self.cast = lot_id, rules_version, cast

    def apply(self, who: str) -> Answer:
        made = registration.register(**self._bound(who), rules_version=self.rules_version)
        return ("yes", RegistrationState(made.state))

    def pay(self, who: str, amount: Decimal, reference: str) -> Answer:
        moved = deposits.record_deposit(
            actor=self._actor(OPERATOR),
            registration_id=latest(self.lot_id, self.cast, who),
            amount=amount,
            reference=reference,
        )
        return ("yes", moved.amount)

    def approve(self, who: str) -> Answer:
        done = registration.approve_registration(**self._operated(who))
        return ("yes", RegistrationState(done.state))

    def turn_down(self, who: str) -> Answer:
        done = registration.refuse_registration(**self._operated(who), reason=REASON)
        return ("yes", RegistrationState(done.state))

    def bid(self, who: str, amount: Decimal, key: Any) -> Answer:
        bid = bidding.place_bid(**self._bound(who), amount=amount, key=key).bid
        return ("yes", bid.number, bid.closes_at)

    def leave_maximum(self, who: str, amount: Decimal) -> Answer:
        left = maxima.leave_maximum(**self._bound(who), amount=amount)
        return ("yes", unseal(left.sealed))

    def withdraw_maximum(self, who: str) -> Answer:
        maxima.withdraw_maximum(**self._bound(who))
        return ("yes",)

    def own_maximum(self, who: str) -> Answer:
        return ("yes", unseal(maxima.own_maximum(**self._bound(who)).sealed))

    def close(self) -> bool:
        return closing.close_lot(self.lot_id, by=ClosedBy.CLOSER)

    def look(self) -> dict[str, Any]:
        lot = Lot.objects.select_related("policy", "leader", "result").get(pk=self.lot_id)
        result = getattr(lot, "result", None)
        return {
            "phase": lot.phase_at(clock.now()),
            "price": lot.price,
            "minimum": bidding.engines.minimum_bid(lot),
            "bids": lot.bid_count,
            "leader": lot.leader and self.cast.name_of(lot.leader.organization_id),
            "closes_at": lot.closes_at,
            "outcome": result and result.outcome,
        }

    def _actor(self, who: str) -> Any:
        return self.cast.actors[who]

    def _bound(self, who: str) -> dict[str, Any]:
        return {
            "actor": self._actor(who),
            "organization_id": self.cast.organizations[who],
            "lot_id": self.lot_id,
        }

    def _operated(self, who: str) -> dict[str, Any]:
        own = latest(self.lot_id, self.cast, who)
        return {"actor": self._actor(OPERATOR), "registration_id": own}


class Http:
    """The REST API; what it answers is turned into the same words.

    A lot is read once for the same rows at the same instant of an example, unless that changed it.
    """

    def __init__(
        self, lot_id: int, rules_version: str, cast: Cast, clients: Mapping[str, APIClient]
    ) -> None:
        self.lot_id, self.rules_version, self.cast = lot_id, rules_version, cast
        self.clients = clients
        self.forget()

    def forget(self) -> None:
        self._read: tuple[Any, dict[str, Any]] = (None, {})

    def apply(self, who: str) -> Answer:
        body = {"rules_version": self.rules_version}
        told = self._ask(who, "POST", f"lots/{self.lot_id}/registrations", body, key=uuid4())
        return told if told[0] == "no" else ("yes", RegistrationState(told[1]["state"]))

    def pay(self, who: str, amount: Decimal, reference: str) -> Answer:
        body = {"amount": money.text(amount), "reference": reference}
        told = self._operate(who, "deposit", body, key=uuid4())
        return told if told[0] == "no" else ("yes", Decimal(told[1]["amount"]))

    def approve(self, who: str) -> Answer:
        told = self._operate(who, "approve", {})
        return told if told[0] == "no" else ("yes", RegistrationState(told[1]["state"]))

    def turn_down(self, who: str) -> Answer:
        told = self._operate(who, "refuse", {"reason": REASON})
        return told if told[0] == "no" else ("yes", RegistrationState(told[1]["state"]))

    def bid(self, who: str, amount: Decimal, key: Any) -> Answer:
        body = {"amount": money.text(amount)}
        told = self._ask(who, "POST", f"lots/{self.lot_id}/bids", body, key=key)
        return told if told[0] == "no" else ("yes", told[1]["number"], _at(told[1]["closes_at"]))

    def leave_maximum(self, who: str, amount: Decimal) -> Answer:
        told = self._maximum(who, "PUT", {"amount": money.text(amount)})
        return told if told[0] == "no" else ("yes", Decimal(told[1]["amount"]))

    def withdraw_maximum(self, who: str) -> Answer:
        told = self._maximum(who, "DELETE")
        return told if told[0] == "no" else ("yes",)

    def own_maximum(self, who: str) -> Answer:
        told = self._maximum(who, "GET")
        return told if told[0] == "no" else ("yes", Decimal(told[1]["amount"]))

    def close(self) -> bool:
        """Whoever reads a lot that is over closes it."""
        before, *_ = rows(self.lot_id)
        self._lot()
        after, *_ = rows(self.lot_id)
        return (before, after) == ("published", "closed")

    def look(self) -> dict[str, Any]:
        told = self._lot()
        price, leader, result = told["current_price"], told["leader_code"], told["result"]
        return {
            "phase": told["phase"],
            "price": price and Decimal(price),
            "minimum": Decimal(told["minimum_bid"]),
            "bids": told["bid_count"],
            "leader": leader and self._named(leader),
            "closes_at": _at(told["closes_at"]),
            "outcome": result and result["outcome"],
        }

    def _lot(self) -> dict[str, Any]:
        before = rows(self.lot_id)
        if before != self._read[0]:
            told = self._ask("bidder", "GET", f"lots/{self.lot_id}")
            assert told[0] == "yes", told
            self._read = rows(self.lot_id), told[1]
            if self._read[0] != before:
                self.forget()
                return told[1]
        return self._read[1]

    def _named(self, paddle: str) -> str:
        row = Registration.objects.get(lot=self.lot_id, paddle=paddle)
        return self.cast.name_of(row.organization_id)

    def _operate(self, who: str, verb: str, body: Any, key: Any = None) -> Answer:
        own = latest(self.lot_id, self.cast, who)
        return self._ask(OPERATOR, "POST", f"registrations/{own}/{verb}", body, key=key)

    def _maximum(self, who: str, method: str, body: Any = None) -> Answer:
        return self._ask(who, method, f"lots/{self.lot_id}/maximum", body)

    def _ask(self, who: str, method: str, path: str, body: Any = None, key: Any = None) -> Answer:
        headers = {"Idempotency-Key": str(key)} if key else {}
        answer = self.clients[who].generic(
            method,
            f"/api/v1/{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=headers,
        )
        told = answer.json() if answer.content else None
        return ("yes", told) if answer.status_code < 300 else ("no", told["code"])


def _at(told: str) -> datetime:
    return datetime.fromisoformat(told)
