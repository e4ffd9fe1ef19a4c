"""Bids: the floor, the fast door and the ordinary one, under the same loads in each round."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from auctions import engines
from auctions.models import Lot
from tests.bench import floor, machine, truth
from tests.bench.figures import percentile, say
from tests.bench.server import Server
from tests.bench.world import World, make_lots

# What only the ordinary door understands: a media type among others.
ORDINARY = "Accept: application/json, */*\r\n"
HOPELESS = 0.9


class Sized(Protocol):
    """How many bid, and on how many lots."""

    @property
    def bidders(self) -> Sequence[int]: ...
    @property
    def many(self) -> int: ...


@dataclass(frozen=True)
class Kind:
    """One load: so many bidders at one address, on one lot or on many."""

    name: str
    bidders: int
    lots: int = 1
    headers: str = ""
    hopeless: float = 0.0


def kinds(sizes: Sized) -> Iterator[Kind]:
    for bidders in sizes.bidders:
        for door, headers in (("gateway", ""), ("door", ORDINARY)):
            yield Kind(f"{door}_{bidders}", bidders, headers=headers)
            many = f"{door}_many" if bidders == sizes.bidders[0] else f"{door}_many_{bidders}"
            yield Kind(many, bidders, lots=sizes.many, headers=headers)
    first = sizes.bidders[0]
    yield Kind(f"hopeless_{first}", first, hopeless=HOPELESS)


def measure(
    world: World,
    server: Server,
    sizes: Sized,
    many: Sequence[Lot],
    *,
    seconds: float,
    seed: int,
) -> dict[str, float]:
    """One round of everything; each load's lots are checked after it, one lot is always fresh."""
    figures: dict[str, float] = {}
    base = sizes.bidders[0]
    for name, lots in ((f"floor_{base}", make_lots(world, 1, bidders=base)), ("floor_many", many)):
        say(f"  {name}")
        per_s = floor.bids_per_second(lots, clients=base, seconds=seconds)
        truth.check_ledgers(lots)
        figures[f"{name}.per_s"] = per_s
    for kind in kinds(sizes):
        say(f"  {kind.name}")
        lots = many if kind.lots > 1 else make_lots(world, 1, bidders=kind.bidders)
        told = _load(kind, world, server, lots, seconds=seconds, seed=seed)
        truth.check_ledgers(lots)
        truth.check_hashes(lots, told["placed"])
        truth.check_answers(told["placed"])
        figures |= {f"{kind.name}.{name}": value for name, value in _figures(told).items()}
        beside = figures["floor_many.per_s" if kind.lots > 1 else f"floor_{base}.per_s"]
        figures[f"{kind.name}.ratio_to_floor"] = figures[f"{kind.name}.per_s"] / beside
    return figures


def _load(
    kind: Kind, world: World, server: Server, lots: Sequence[Lot], *, seconds: float, seed: int
) -> dict[str, Any]:
    told = {
        "port": server.port,
        "lots": _next_bids(lots),
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


def _next_bids(lots: Sequence[Lot]) -> list[tuple[int, int]]:
    """Each lot with the lowest amount of its next bid, in cents."""
    rows = Lot.objects.select_related("policy").filter(pk__in=[lot.pk for lot in lots])
    return [(lot.pk, int(100 * engines.minimum_bid(lot))) for lot in rows.order_by("pk")]


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
