"""The scripted lot: an achievement is listed, auctioned live and closed by Celery, over HTTP.

Every step is a call a partner system could make. What is found wrong is a `Differs`, so that
`make demo ARGS=--ci` fails where the story does not come true.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from config.demo.api import Caller, Client, Problem
from config.demo.drawings import picture_for
from config.demo.partner import Partner
from core.calendar import SHANGHAI

Say = Callable[[str], None]

START = Decimal("2000000.00")
STEP = Decimal("100000.00")
DEPOSIT = "200000.00"
# Short, so that it can be watched; a real lot's window is five minutes.
EXTENSION_S = 6
OPENS_IN = timedelta(seconds=3)
LASTS = timedelta(seconds=14)
ROOT = Path(__file__).resolve().parent.parent.parent
RECORDS = ROOT / ".local" / "records"


class Differs(Exception):
    """The story did not come true; the text says where."""


def play(clients: dict[str, Client], partner: Partner, *, say: Say) -> dict[str, Any]:
    """Play the scripted lot from listing to the webhook about its sale; the lot."""
    exchange = clients["demo-exchange"]
    endpoint = _subscribe(clients["demo-institute"], partner)
    lot = _publish_a_lot(clients, say)
    bidders = [clients[f"demo-bidder-{letter}"] for letter in "abc"]
    admitted = [admit(exchange, bidder, lot, DEPOSIT) for bidder in bidders]
    paddles = {
        bidder.client_id: one["paddle"] for bidder, one in zip(bidders, admitted, strict=True)
    }
    say(f"{lot['code']}  号牌 / paddles: {', '.join(sorted(paddles.values()))}")
    _bid_until_the_late_one(bidders, lot, say)
    result = _await_close(exchange, lot, say)
    _check_result(result, bidders[2], paddles)
    _await_webhook(partner, lot, say)
    clients["demo-institute"].post(f"/webhook-endpoints/{endpoint}/disable")
    return lot


def _subscribe(client: Client, partner: Partner) -> int:
    """A new endpoint each time: the receiver's port and secret are of this run."""
    endpoint = client.post("/webhook-endpoints", {"url": partner.url, "kinds": ["lot.sold"]})
    partner.secret = endpoint["secret"]
    return int(endpoint["id"])


def _publish_a_lot(clients: dict[str, Client], say: Say) -> dict[str, Any]:
    sold = list_achievement(clients, clients["demo-institute"], "长寿命储能电芯补锂工艺", "NE")
    opens = server_time(clients["demo-exchange"]) + OPENS_IN
    lot = make_lot(
        clients,
        {
            "achievement": sold,
            "starting_price": f"{START:.2f}",
            "increment": f"{STEP:.2f}",
            "deposit_amount": DEPOSIT,
            "opens_at": opens.isoformat(),
            "closes_at": (opens + LASTS).isoformat(),
            "extension_window_s": EXTENSION_S,
            "extension_s": EXTENSION_S,
        },
    )
    say(
        f"{lot['code']}  {lot['title']}  起拍 / start {_yuan(START)}  加价 / step {_yuan(STEP)}  "
        f"截止 / closes {_shanghai(lot['closes_at'])}"
    )
    return lot


def list_achievement(
    clients: dict[str, Client],
    owner: Caller,
    title: str,
    field: str,
    summary: str = "虚构的演示成果。",
) -> int:
    """An invented achievement of the owner, listed, reviewed and published; its id."""
    stamp = datetime.now(SHANGHAI).strftime("%H%M%S")
    achievement = owner.post(
        "/achievements",
        {
            "title": f"{title}（演示 {stamp}）",
            "summary": summary,
            "field": field,
            "maturity_level": 7,
            "ip_kind": "know_how",
            "ip_number": "",
        },
    )
    path = f"/achievements/{achievement['id']}"
    if field == "NM":  # the others stand on the board without one
        owner.upload(f"{path}/pictures", picture_for(field))
    owner.post(f"{path}/submit")
    clients["demo-exchange"].post(f"{path}/approve")
    owner.post(f"{path}/publish")
    return int(achievement["id"])


def make_lot(clients: dict[str, Client], terms: dict[str, Any]) -> dict[str, Any]:
    """A lot with these terms, from its draft to its announcement."""
    exchange = clients["demo-exchange"]
    lot = exchange.post("/lots", terms)
    for step in ("submit", "approve", "publish"):
        lot = exchange.post(f"/lots/{lot['id']}/{step}")
    return dict(lot)


def admit(exchange: Client, bidder: Client, lot: dict[str, Any], deposit: str) -> dict[str, Any]:
    """Register the bidder, record its deposit and give it a paddle; the registration."""
    applied = bidder.post(
        f"/lots/{lot['id']}/registrations", {"rules_version": lot["rules_version"]}
    )
    path = f"/registrations/{applied['id']}"
    exchange.post(f"{path}/deposit", {"amount": deposit, "reference": f"DEMO-{applied['id']}"})
    return dict(exchange.post(f"{path}/approve"))


def _bid_until_the_late_one(bidders: list[Client], lot: dict[str, Any], say: Say) -> None:
    """Rising bids, one that is too low, and one in the last seconds, which moves the end."""
    sleep_until(instant_of(lot["opens_at"]) + timedelta(seconds=0.3), bidders[0])
    for number in range(5):
        _bid(bidders[number % 2], lot, START + number * STEP, say)
        time.sleep(0.8)
    try:
        _bid(bidders[1], lot, START, say)
    except Problem as problem:
        if problem.code != "bid_too_low":
            raise
        say(f"       拒绝 / refused {_yuan(START)}: {problem.body['detail']}")
    else:
        raise Differs("a bid below the minimum was accepted")
    end = instant_of(lot["closes_at"])
    sleep_until(end - timedelta(seconds=EXTENSION_S / 2), bidders[2])
    late = _bid(bidders[2], lot, START + 5 * STEP, say)
    moved = instant_of(late["placed_at"]) + timedelta(seconds=EXTENSION_S)
    if instant_of(late["closes_at"]) != moved or moved <= end:
        raise Differs(f"the late bid moved the end to {late['closes_at']}, not to {moved}")
    say(
        f"       最后 {EXTENSION_S} 秒内出价，延时 / late bid extends the end to "
        f"{_shanghai(late['closes_at'])}"
    )


def _bid(bidder: Client, lot: dict[str, Any], amount: Decimal, say: Say) -> dict[str, Any]:
    bid = bidder.post(f"/lots/{lot['id']}/bids", {"amount": f"{amount:.2f}"})
    say(f"  #{bid['number']}  号牌 / paddle {bid['paddle']}  {_yuan(amount)}")
    return dict(bid)


def _await_close(exchange: Client, lot: dict[str, Any], say: Say) -> dict[str, Any]:
    """Watch the list, which closes nothing, until the sweep has written the result."""
    deadline = time.monotonic() + EXTENSION_S + 20
    while time.monotonic() < deadline:
        rows = exchange.get(f"/lots?achievement={lot['achievement']}")["results"]
        if rows[0]["result"]:
            result = dict(rows[0]["result"])
            break
        time.sleep(0.2)
    else:
        raise Differs("nothing closed the lot within 20 s of its end")
    late = (instant_of(result["closed_at"]) - instant_of(result["closes_at"])).total_seconds()
    say(
        f"{lot['code']}  成交 / sold: 号牌 / paddle {result['paddle']}  "
        f"{_yuan(Decimal(result['price']))}  "
        f"(closed by {result['closed_by']}, {late:.3f} s after its end)"
    )
    return result


def _check_result(result: dict[str, Any], winner: Client, paddles: dict[str, str]) -> None:
    expected = {
        "outcome": "sold",
        "price": f"{START + 5 * STEP:.2f}",
        "paddle": paddles[winner.client_id],
        "bid_count": 6,
        "closed_by": "celery",
    }
    found = {name: result[name] for name in expected}
    if found != expected:
        raise Differs(f"the result is {found}, expected {expected}")
    if not winner.get("/deals")["results"]:
        raise Differs("the winner sees no deal")


def _await_webhook(partner: Partner, lot: dict[str, Any], say: Say) -> None:
    began = time.monotonic()
    while (message := partner.heard("lot.sold", lot["id"])) is None:
        if time.monotonic() > began + 30:
            raise Differs(f"no verified webhook came in 30 s ({partner.refused} were refused)")
        time.sleep(0.1)
    since = datetime.now(UTC) - instant_of(message["timestamp"])
    say(
        f"       webhook lot.sold -> partner, signature ok, "
        f"{since.total_seconds():.1f} s after the event"
    )


def verify(exchange: Client, lot: dict[str, Any], say: Say) -> None:
    """Hand the public record to the stand-alone verifier, as anybody might."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    path = RECORDS / f"{lot['code']}.json"
    path.write_bytes(exchange.download(f"/lots/{lot['id']}/record"))
    shown = path.relative_to(ROOT)
    command = [sys.executable, "-m", "verify", str(shown)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise Differs(f"python -m verify {shown} says: {done.stdout}{done.stderr}")
    say(f"       python -m verify {shown}")
    for line in done.stdout.splitlines()[1:]:
        say(f"     {line}")


def server_time(client: Caller) -> datetime:
    """The database's clock, as every lot list says it."""
    rows = client.get("/lots?limit=1")["results"]
    return instant_of(rows[0]["server_time"]) if rows else datetime.now(UTC)


def sleep_until(instant: datetime, client: Caller) -> None:
    time.sleep(max(0.0, (instant - server_time(client)).total_seconds()))


def instant_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _shanghai(text: str) -> str:
    return (instant_of(text) + timedelta(hours=8)).strftime("%H:%M:%S")


def _yuan(amount: Decimal) -> str:
    return f"¥{amount:,.0f}"
