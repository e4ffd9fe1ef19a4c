"""Bidders over HTTP who never give up: each a thread with a partner system's token.

A player bids where it gets exciting, at the next price or above, sometimes with an amount that
has to be refused, and sends some bids again on purpose. When no answer comes it sends the same
key again, to another server, until it knows; one in ten is left unknown.
"""

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from typing import Any
from uuid import UUID

from tests.faults.history import Call, Recorder

TIMEOUT_S = 6.0
GIVE_UP_S = 20.0
# What only the ordinary door understands: a media type among others.
ORDINARY = "application/json, */*"
EXTENSION_S = 1.0
LATE_S = 0.4  # so long after the end somebody may still try
START, STEP = 100_000, 5_000  # cents: from 1,000.00 in steps of 50.00


@dataclass
class Target:
    """A lot as the players see it; `ceiling` is where they lose interest, in cents."""

    lot_id: int
    opens: float  # seconds of the monotonic clock
    closes: float
    ceiling: int
    players: frozenset[str]  # whoever is admitted
    next: int = START
    leader: str = ""
    over: bool = False

    def learn(self, call: Call) -> None:
        body = call.body
        if call.status == 201:
            self.next = max(self.next, _cents(body["amount"]) + STEP)
            self.leader = call.player
            self.closes = max(self.closes, call.answered + EXTENSION_S)
        elif call.code == "bid_too_low":
            self.next = max(self.next, _cents(body["minimum"]))
        elif call.code == "bidding_not_open" and body.get("phase") != "upcoming":
            self.over = True


@dataclass
class Player:
    name: str
    token: str
    ports: Sequence[int]
    targets: Sequence[Target]
    recorder: Recorder
    chance: random.Random
    stop: Event
    sent: list[tuple[Target, str, str]] = field(default_factory=list)
    _wires: dict[int, HTTPConnection] = field(default_factory=dict)

    def play(self) -> None:
        while not self.stop.is_set():
            if (target := self._pick()) is None:
                time.sleep(0.02)
                continue
            self._move(target)

    def repeat(self, most: int) -> None:
        """Send earlier keys once more, when everything is over."""
        self.stop.clear()
        for target, key, amount in self.chance.sample(self.sent, min(most, len(self.sent))):
            self._bid(target, key, amount)

    def _pick(self) -> Target | None:
        """Mostly one of the lots that end next."""
        now = time.monotonic()
        going = [one for one in self.targets if one.opens - 0.1 <= now and not one.over]
        own = [one for one in going if self.name in one.players]
        own = sorted(own, key=lambda one: one.closes)[:20]
        if not own:
            return None
        return self.chance.choice(own[:4] if self.chance.random() < 0.8 else own)

    def _move(self, target: Target) -> None:
        chosen = self.chance.random()
        if time.monotonic() > target.closes + LATE_S:
            self._look_back(target)
        elif chosen < 0.05:
            self._read(target)
        elif chosen < 0.07:
            self._leave_maximum(target)
        elif chosen < 0.15 and self.sent:
            again, key, amount = self.chance.choice(self.sent[-10:])
            self._bid(again, key, amount if chosen < 0.13 else _text(_cents(amount) + STEP))
        elif target.leader == self.name and chosen < 0.8:
            time.sleep(0.005)
        else:
            self._bid_anew(target, self._amount(target))

    def _amount(self, target: Target) -> str:
        chosen = self.chance.random()
        if chosen < 0.12 or target.next > target.ceiling:  # the price that stands
            return _text(max(START, target.next - STEP))
        if chosen < 0.15:
            return _text(target.next + STEP // 2)
        if chosen < 0.25:
            return _text(target.next + STEP * self.chance.randint(1, 3))
        return _text(target.next)

    def _look_back(self, target: Target) -> None:
        """At a lot that is over: now and then, because reading it is a reason to close it."""
        target.over = True
        if self.chance.random() < 0.2:
            self._read(target)

    def _bid_anew(self, target: Target, amount: str) -> None:
        key = str(UUID(int=self.chance.getrandbits(128), version=4))
        self.sent.append((target, key, amount))
        self._bid(target, key, amount)

    def _bid(self, target: Target, key: str, amount: str) -> None:
        """Until it is known what became of it, or patience ends."""
        until, wait = time.monotonic() + GIVE_UP_S, 0.05
        ordinary = self.chance.random() < 0.1
        while True:
            call = self._call(
                "POST",
                "bid",
                target,
                {"amount": amount},
                key=key,
                amount=amount,
                door="ordinary" if ordinary else "fast",
            )
            target.learn(call)
            if call.is_final or self.chance.random() < 0.1:
                return
            if self.stop.is_set() or time.monotonic() > until:
                return
            time.sleep(wait)
            wait = min(2 * wait, 0.5)

    def _read(self, target: Target) -> None:
        self._call("GET", "read", target, None)

    def _leave_maximum(self, target: Target) -> None:
        amount = _text(target.next + STEP * self.chance.randint(0, 6))
        self._call("PUT", "maximum", target, {"amount": amount}, amount=amount)

    def _call(
        self, method: str, what: str, target: Target, body: Any, door: str = "", **told: str
    ) -> Call:
        path = {"bid": "/bids", "maximum": "/maximum"}.get(what, "")
        port = self.chance.choice(self.ports)
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key := told.get("key"):
            headers["Idempotency-Key"] = key
        if door == "ordinary":
            headers["Accept"] = ORDINARY
        sent, sent_at = time.monotonic(), datetime.now(UTC)
        content = None if body is None else json.dumps(body)
        status, answer = self._ask(
            port, method, f"/api/v1/lots/{target.lot_id}{path}", content, headers
        )
        call = Call(
            player=self.name,
            what=what,
            lot=target.lot_id,
            sent=sent,
            sent_at=sent_at,
            answered=time.monotonic(),
            status=status,
            body=answer,
            door=door,
            **told,
        )
        self.recorder.add(call)
        return call

    def _ask(
        self, port: int, method: str, path: str, content: str | None, headers: dict[str, str]
    ) -> tuple[int | None, Any]:
        """Status and body; nothing, if no whole answer came."""
        wire = self._wires.pop(port, None)
        wire = wire or HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            wire.request(method, path, body=content, headers=headers)
            answer = wire.getresponse()
            body = json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            wire.close()
            return None, None
        self._wires[port] = wire
        return answer.status, body


def at_once(players: Sequence[Player], work: Any) -> list[Thread]:
    """Each player in a thread of its own, started."""
    threads = [Thread(target=work, args=[player], name=player.name) for player in players]
    for thread in threads:
        thread.start()
    return threads


def _cents(amount: str) -> int:
    return round(float(amount) * 100)


def _text(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
