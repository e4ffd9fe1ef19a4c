"""The scripted flagship session: two lots and a signing in the hall, and the cycle's figures.

The auctioneer's moves are the exchange's calls over REST, as its console makes them; one bidder
sits at home and bids over the network into the same sequence.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from config.demo.api import Client, Problem
from config.demo.scenario import (
    Differs,
    Say,
    admit,
    instant_of,
    list_achievement,
    make_lot,
    server_time,
    sleep_until,
)
from core.calendar import SHANGHAI

START, STEP, DEPOSIT = Decimal("2000000.00"), Decimal("100000.00"), "200000.00"
ONE_CALL = Decimal("600000.00")
AGREED = Decimal("450000.00")
STARTS_IN = timedelta(seconds=5)  # enough for what is prepared before
PAUSE = 0.5  # so that it can be watched
_WAN = Decimal(10_000)
_FIGURES = ("on_site_competitive", "on_site_agreed", "off_session", "total", "cumulative")
Figure = tuple[int, Decimal]
_SOLD_HERE: dict[str, Figure] = {
    "on_site_competitive": (1, START + 5 * STEP),
    "on_site_agreed": (2, ONE_CALL + AGREED),
}


@dataclass(frozen=True)
class Held:
    """What was held: its lots, for whoever checks their records."""

    session: dict[str, Any]
    lots: list[dict[str, Any]]


def hold(clients: dict[str, Client], *, base_url: str, say: Say) -> Held:
    """Plan a flagship session, fill it, hold it, finish it, and read the figures of its cycle."""
    exchange = clients["demo-exchange"]
    _end_what_was_interrupted(exchange, say)
    before = _figures(exchange.get("/statistics/cycles")["results"][0])
    session = _plan(exchange)
    floor = [clients["demo-bidder-a"], clients["demo-bidder-b"]]
    online = clients["demo-bidder-c"]
    hall_lot, paddles = _hall_lot(clients, session, [*floor, online])
    one_call, sole = _one_call_lot(clients, session, floor[0])
    signing = _signing(clients, session, buyer=int(sole["organization"]))
    path = f"/sessions/{session['id']}"
    session = exchange.post(f"{path}/publish")
    _say_where(session, base_url, say)
    sleep_until(instant_of(session["starts_at"]) + timedelta(seconds=0.2), exchange)
    exchange.post(f"{path}/start")
    say(f"{session['code']}  开拍 / the session is open")
    _auction(exchange, online, hall_lot, paddles, say)
    _sell_by_one_call(exchange, one_call, sole["paddle"], say)
    exchange.post(f"/entries/{signing}/sign")
    say(f"       现场签约 / signed on site: 协议成交 / agreed deal  {_wan(AGREED)}")
    session = exchange.post(f"{path}/finish")
    say(f"{session['code']}  结束 / finished  {_shanghai(session['finished_at'])}")
    _tell_the_figures(exchange, session, before, say)
    return Held(session, [hall_lot, one_call])


def _plan(exchange: Client) -> dict[str, Any]:
    starts = server_time(exchange) + STARTS_IN
    plan = {
        "kind": "FLAGSHIP",
        "title": f"演示科拍会 {starts.astimezone(SHANGHAI):%H%M%S}（虚构）",
        "title_en": "Demo flagship session (fictional)",
        "city": "310117",
        "venue": "演示会堂（虚构）",
        "starts_at": starts.isoformat(),
    }
    return dict(exchange.post("/sessions", plan))


def _hall_lot(
    clients: dict[str, Client], session: dict[str, Any], bidders: list[Client]
) -> tuple[dict[str, Any], list[str]]:
    """A lot of the hall with every bidder admitted, and their paddles in the same order."""
    sold = list_achievement(clients, clients["demo-institute"], "固态电解质连续成膜装置", "NM")
    terms = {"session": session["id"], "achievement": sold, "deposit_amount": DEPOSIT}
    lot = make_lot(clients, {**terms, "starting_price": _text(START), "increment": _text(STEP)})
    exchange = clients["demo-exchange"]
    return lot, [admit(exchange, one, lot, DEPOSIT)["paddle"] for one in bidders]


def _one_call_lot(
    clients: dict[str, Client], session: dict[str, Any], bidder: Client
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A lot for a sole confirmed bidder (一次报价确认), and that bidder's registration."""
    sold = list_achievement(clients, clients["demo-institute"], "低温等离子体表面改性工艺", "HEQ")
    deposit = _text(ONE_CALL / 10)
    lot = make_lot(
        clients,
        {
            "session": session["id"],
            "achievement": sold,
            "format": "ONE_CALL",
            "starting_price": _text(ONE_CALL),
            "deposit_amount": deposit,
        },
    )
    return lot, admit(clients["demo-exchange"], bidder, lot, deposit)


def _signing(clients: dict[str, Client], session: dict[str, Any], *, buyer: int) -> int:
    """An agreed deal between two enterprises, in the running order; the id of its item."""
    seller = clients["demo-enterprise"]
    sold = list_achievement(clients, seller, "喷涂工艺参数库", "AI")
    deal = seller.post(
        "/deals",
        {
            "achievement": sold,
            "buyer": buyer,
            "price": _text(AGREED),
            "method": "agreement",
            "channel": "off_session",
            "evidence": "演示：双方会谈纪要（虚构）",
            "related_party": False,
        },
    )
    filled = clients["demo-exchange"].post(f"/sessions/{session['id']}/deals", {"deal": deal["id"]})
    (entry,) = [one for one in filled["running_order"] if one["signing"]]
    return int(entry["id"])


def _auction(
    exchange: Client, online: Client, lot: dict[str, Any], paddles: list[str], say: Say
) -> None:
    """Floor and network in one sequence; a bid takes the first call back; twice, and hammered."""
    path = f"/lots/{lot['id']}"
    exchange.post(f"{path}/open-floor")
    say(
        f"{lot['code']}  {lot['title']}  起拍 / start {_wan(START)}  加价 / step {_wan(STEP)}  "
        f"号牌 / paddles {', '.join(paddles)}"
    )
    _floor_bid(exchange, lot, paddles[0], START, say)
    _network_bid(online, lot, START + STEP, say)
    _floor_bid(exchange, lot, paddles[1], START + 3 * STEP, say)
    _call(exchange, lot, 3, 1, say)
    _network_bid(online, lot, START + 5 * STEP, say)
    try:
        exchange.post(f"{path}/call", {"number": 3, "times": 2})
    except Problem as problem:
        if problem.code != "call_is_stale":
            raise
        say("       场上已有新报价，原叫价作废 / a call for a bid that was topped is stale")
    else:
        raise Differs("a call for a bid that was topped was taken")
    _call(exchange, lot, 4, 1, say)
    _call(exchange, lot, 4, 2, say)
    sold = exchange.post(f"{path}/hammer", {"number": 4})
    _check_sold(exchange, lot, sold, price=START + 5 * STEP, paddle=paddles[2], say=say)


def _sell_by_one_call(exchange: Client, lot: dict[str, Any], paddle: str, say: Say) -> None:
    path = f"/lots/{lot['id']}"
    exchange.post(f"{path}/open-floor")
    say(f"{lot['code']}  {lot['title']}  一次报价确认 / one call  起拍 / start {_wan(ONE_CALL)}")
    _floor_bid(exchange, lot, paddle, ONE_CALL, say)
    sold = exchange.post(f"{path}/hammer", {"number": 1})
    _check_sold(exchange, lot, sold, price=ONE_CALL, paddle=paddle, say=say)


def _floor_bid(
    exchange: Client, lot: dict[str, Any], paddle: str, amount: Decimal, say: Say
) -> None:
    asked = {"paddle": paddle, "amount": _text(amount)}
    _tell_bid(exchange.post(f"/lots/{lot['id']}/floor-bids", asked), "现场 / floor", say)


def _network_bid(bidder: Client, lot: dict[str, Any], amount: Decimal, say: Say) -> None:
    _tell_bid(
        bidder.post(f"/lots/{lot['id']}/bids", {"amount": _text(amount)}), "网络 / online", say
    )


def _tell_bid(bid: dict[str, Any], where: str, say: Say) -> None:
    amount = Decimal(bid["amount"])
    say(f"  #{bid['number']}  {where}  号牌 / paddle {bid['paddle']}  {_wan(amount)}")
    time.sleep(PAUSE)


def _call(exchange: Client, lot: dict[str, Any], number: int, times: int, say: Say) -> None:
    exchange.post(f"/lots/{lot['id']}/call", {"number": number, "times": times})
    said = {1: "第一次 / going once", 2: "第二次 / going twice"}[times]
    say(f"       {said}: #{number}")
    time.sleep(PAUSE)


def _check_sold(
    exchange: Client,
    lot: dict[str, Any],
    sold: dict[str, Any],
    *,
    price: Decimal,
    paddle: str,
    say: Say,
) -> None:
    """Compare the result with the story, and the hall's board with the result."""
    result = sold["result"]
    expected = ("sold", _text(price), paddle, "auctioneer")
    found = tuple(result[name] for name in ("outcome", "price", "paddle", "closed_by"))
    if found != expected:
        raise Differs(f"{lot['code']} ended with {found}, expected {expected}")
    shown = exchange.get(f"/sessions/{sold['session']}/board")["current"]["lot"]
    premium = (price - Decimal(lot["starting_price"])) * 100 / Decimal(lot["starting_price"])
    board = (shown["id"], shown["paddle"], shown["premium_rate"])
    if board != (lot["id"], paddle, f"{premium:.2f}"):
        raise Differs(f"the board shows {board} for {lot['code']}")
    say(
        f"{lot['code']}  落槌 / hammered: 号牌 / paddle {paddle}  {shown['price_wan']} 万元  "
        f"溢价率 / premium {shown['premium_rate']}%"
    )


def _figures(cycle: dict[str, Any]) -> dict[str, Figure]:
    """Deals and amount of each figure."""
    return {name: (cycle[name]["deals"], Decimal(cycle[name]["amount"])) for name in _FIGURES}


def _tell_the_figures(
    exchange: Client, session: dict[str, Any], before: dict[str, Figure], say: Say
) -> None:
    """The cycle that this session ended, from GET /statistics/cycles."""
    found = exchange.get("/statistics/cycles")["results"]
    ended = [one for one in found if one["session"] and one["session"]["id"] == session["id"]]
    if len(ended) != 1 or ended[0]["provisional"]:
        raise Differs(f"{session['code']} ended {len(ended)} cycles")
    (cycle,) = ended
    say(f"       第 {cycle['number']} 周期 / cycle {cycle['number']}, GET /statistics/cycles")
    for figure in (cycle[name] for name in _FIGURES):
        rate = f"  溢价率 / premium {figure['premium_rate']}%" if figure["premium_rate"] else ""
        say(
            f"         {figure['label']} / {figure['label_en']}: {figure['deals']} 笔  "
            f"{_wan(Decimal(figure['amount']))}{rate}"
        )
    _check_figures(before, _figures(cycle))


def _check_figures(before: dict[str, Figure], after: dict[str, Figure]) -> None:
    """What this session sold has come on top of what the cycle had, and the parts add up."""
    for name, (deals, amount) in _SOLD_HERE.items():
        wanted = (before[name][0] + deals, before[name][1] + amount)
        if after[name] != wanted:
            raise Differs(f"{name} is {after[name]}, expected {wanted}")
    parts = [after[name] for name in _FIGURES[:3]]
    deals = sum(deals for deals, _ in parts)
    if (deals, sum((amount for _, amount in parts), Decimal(0))) != after["total"]:
        raise Differs(f"the parts {parts} do not add up to {after['total']}")


def _end_what_was_interrupted(exchange: Client, say: Say) -> None:
    """A flagship that an earlier run left open would keep this one from starting."""
    for session in exchange.get("/sessions?kind=FLAGSHIP&state=running")["results"]:
        whole = exchange.get(f"/sessions/{session['id']}")
        for lot in (entry["lot"] for entry in whole["running_order"] if entry["lot"]):
            if lot["state"] == "published":
                _end(exchange, lot)
        exchange.post(f"/sessions/{session['id']}/finish")
        say(f"{session['code']}  an interrupted session is finished")


def _end(exchange: Client, lot: dict[str, Any]) -> None:
    path = f"/lots/{lot['id']}"
    if lot["phase"] != "open":
        exchange.post(f"{path}/withdraw", {"reason": "演示中断"})
    elif not lot["bid_count"]:
        exchange.post(f"{path}/pass")
    else:
        for move in ("call", "call", "hammer"):
            try:
                exchange.post(f"{path}/{move}")
            except Problem as problem:
                if problem.code != "called_twice":
                    raise


def _say_where(session: dict[str, Any], base_url: str, say: Say) -> None:
    pages = f"{base_url}/sessions/{session['id']}"
    say(f"{session['code']}  {session['title']}  {_shanghai(session['starts_at'])}")
    say(f"       场次 / session {pages}  现场大屏 / board …/board  主持台 / console …/console")


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _wan(amount: Decimal) -> str:
    """Every digit of it: 335 万元, 0.105 万元."""
    return f"{amount / _WAN:,.6f}".rstrip("0").rstrip(".") + " 万元"


def _shanghai(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(SHANGHAI):%H:%M:%S}"
