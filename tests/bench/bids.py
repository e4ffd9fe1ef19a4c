"""Bids: the floor, the fast door and the ordinary one, under the same loads in each round."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from auctions.models import Lot
from tests.bench import floor, machine, truth
from tests.bench.server import Server
from tests.bench.world import World, make_lots

# What only the ordinary door understands: a media type among others.
ORDINARY = "Accept: application/json, */*\r\n"
HOPELESS = 0.9


@dataclass(frozen=True)
class Kind:
    """One load: so many bidders at one address, on one lot or on many."""

    name: str
    bidders: int
    lots: int = 1
    headers: str = ""
    hopeless: float = 0.0


KINDS = [
    Kind("gateway_32", 32),
    Kind("gateway_128", 128),
    Kind("gateway_many", 32, lots=1000),
    Kind("gateway_many_128", 128, lots=1000),
    Kind("hopeless_32", 32, hopeless=HOPELESS),
    Kind("door_32", 32, headers=ORDINARY),
    Kind("door_128", 128, headers=ORDINARY),
    Kind("door_many", 32, lots=1000, headers=ORDINARY),
]


def measure(
    world: World, server: Server, *, seconds: float, most_lots: int, seed: int
) -> dict[str, float]:
    """One round of everything; every load has lots of its own, and is checked afterwards."""
    figures: dict[str, float] = {}
    for name, clients, lots in (("floor_32", 32, 1), ("floor_many", 32, most_lots)):
        own = make_lots(world, lots, bidders=32)
        figures[f"{name}.per_s"] = floor.bids_per_second(own, clients=clients, seconds=seconds)
        truth.check_ledgers(own)
    for kind in KINDS:
        lots = make_lots(world, min(kind.lots, most_lots), bidders=kind.bidders)
        told = _load(kind, world, server, lots, seconds=seconds, seed=seed)
        truth.check_ledgers(lots)
        truth.check_hashes(lots)
        truth.check_answers(told["placed"])
        figures |= {f"{kind.name}.{name}": value for name, value in _figures(told).items()}
        base = figures["floor_many.per_s" if kind.lots > 1 else "floor_32.per_s"]
        figures[f"{kind.name}.ratio_to_floor"] = figures[f"{kind.name}.per_s"] / base
    return figures


def _load(
    kind: Kind, world: World, server: Server, lots: Sequence[Lot], *, seconds: float, seed: int
) -> dict[str, Any]:
    told = {
        "port": server.port,
        "lots": [lot.pk for lot in lots],
        "tokens": [bidder.token for bidder in world.bidders[: kind.bidders]],
        "headers": kind.headers,
        "hopeless": kind.hopeless,
        "seconds": seconds,
        "warm_up": min(1.0, seconds / 2),
        "seed": seed + sum(map(ord, kind.name)) * 10_000 + lots[0].pk,
    }
    with machine.shares(web=server.pid, postgresql=machine.postmaster()) as used:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            input=json.dumps(told),
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return {**json.loads(done.stdout), "used": used}


def _figures(told: dict[str, Any]) -> dict[str, float]:
    accepted, refused = sorted(told["accepted_ms"]), sorted(told["refused_ms"])
    seconds = told["seconds"]
    figures = {
        "per_s": len(accepted) / seconds,
        "refused_per_s": len(refused) / seconds,
        "decisions_per_s": (len(accepted) + len(refused)) / seconds,
        "client_cpu": told["cpu"],
        "web_cpu": told["used"]["web"],
        "postgresql_cpu": told["used"]["postgresql"],
    }
    for share in (50, 95, 99):
        figures[f"p{share}_ms"] = percentile(accepted, share)
        if refused:
            figures[f"refused_p{share}_ms"] = percentile(refused, share)
    return figures


def percentile(ordered: Sequence[float], share: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
