"""Recomputes the result of a lot from its public record alone.

What is recomputed, in this order:

1. the form: the file is exactly the canonical form of its own content;
2. the digest over the whole content;
3. the chain: the hash of the announced terms, then each bid's hash over its content and the
   hash before it;
4. the bidding: order, times, minimum amounts, steps, every extension and suspension;
5. the result: the end, the winner, the price.

`Altered` means that something does not follow; `Unreadable` that this program cannot judge the
file, because it is no record or one of a kind that this version does not know.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Record = dict[str, Any]
DOCUMENT, VERSION = "lot-record", 1
HEADS, HEADS_VERSION = "published-heads", 1
AFTERMATH, AFTERMATH_VERSION = "lot-aftermath", 1
LEDGER = {"version": 2, "algorithm": "sha-256"}
SOURCES = ("online", "floor", "absentee", "proxy")  # the doors by which a bid may come
FIELDS = {
    "document", "version", "ledger", "rules", "format", "lot", "title", "achievement", "notice",
    "terms", "genesis", "bids", "extensions", "suspensions", "inventors", "priority_rights",
    "result", "head_hash", "digest",
}  # fmt: skip
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


class Altered(Exception):
    """Something in the file does not follow from the rest of it."""


class Unreadable(Exception):
    """Not a record, or one that this program does not know how to judge."""


@dataclass
class Bidding:
    """Where the bidding stands after the bids read so far."""

    end: datetime | None  # none in the hall, where the hammer ends it
    price: Decimal | None = None
    leader: str | None = None
    last_at: datetime | None = None  # the last bid, suspension or resumption
    lost: timedelta = timedelta(0)  # by suspensions; the latest close moves by it
    suspended: bool = False
    ranks: dict[str, int] = field(default_factory=dict)  # of the holders of priority, by paddle


def need(holds: bool, chinese: str, english: str) -> None:
    if not holds:
        raise Altered(f"{chinese} / {english}")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks, ASCII only: one spelling for one content."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def same(found: Any, expected: Any) -> bool:
    """Equal as it is written: true is not 1, and 1.0 is not either."""
    return canonical(found) == canonical(expected)


def digest(content: Record) -> str:
    stamped = {"v": LEDGER["version"], "alg": LEDGER["algorithm"], **content}
    return hashlib.sha256(canonical(stamped)).hexdigest()


def without(content: Record, *names: str) -> Record:
    return {name: value for name, value in content.items() if name not in names}


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def read(data: bytes, document: str, version: int) -> Record:
    """The content of a file that is what it says it is, in the one spelling it may have."""
    try:
        content = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"不是 JSON / not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("document") != document:
        raise Unreadable(f"不是 {document} / not a {document}")
    if content.get("version") != version:
        raise Unreadable(f"版本未知 / unknown version: {content.get('version')}")
    need(canonical(content) == data, "文件不是规范格式", "the file is not in canonical form")
    return content


def check(data: bytes) -> Record:
    """The record, if everything in it follows; Altered or Unreadable if not."""
    record = read(data, DOCUMENT, VERSION)
    if set(record) != FIELDS:
        raise Unreadable(f"项目不符 / other fields: {sorted(set(record) ^ FIELDS)}")
    try:
        if record["ledger"] != LEDGER:
            raise Unreadable(f"账本格式未知 / unknown ledger: {record['ledger']}")
        if record["rules"] not in RULES:
            raise Unreadable(f"规则未知 / unknown rules: {record['rules']}")
        computed = digest(without(record, "digest"))
        need(computed == record["digest"], "摘要不符", "the digest does not match")
        _check_marks(record)
        _check_chain(record)
        RULES[record["rules"]](record)
    except MALFORMED as error:
        raise Unreadable(f"内容不完整 / malformed: {error!r}") from None
    return record


def _check_marks(record: Record) -> None:
    """Paddles marked as the inventor's, from which nothing follows; and those with priority."""
    marked = record["inventors"]
    ordered = same(marked, sorted({str(paddle) for paddle in marked}))
    need(ordered, "完成人号牌有误", "the inventors' paddles are not in order")
    ranks = _ranks(record)
    rights = [
        {"paddle": paddle, "rank": rank}
        for paddle, rank in sorted(ranks.items(), key=lambda one: (one[1], one[0]))
    ]
    lawful = all(type(rank) is int and rank > 0 for rank in ranks.values())
    fits = lawful and same(record["priority_rights"], rights)
    need(fits, "优先购买权名单有误", "the rights of priority are not in order")


def _ranks(record: Record) -> dict[str, int]:
    return {right["paddle"]: right["rank"] for right in record["priority_rights"]}


def _check_chain(record: Record) -> None:
    previous = digest(record["terms"])
    need(previous == record["genesis"], "公告条款的哈希不符", "the hash of the terms differs")
    for number, bid in enumerate(record["bids"], start=1):
        where = f"（第 {number} 口 / bid {number}）"
        need(same(bid["number"], number), f"序号不连续{where}", "the numbers have a gap")
        need(bid["lot"] == record["lot"], f"不属于本标的{where}", "another lot's bid")
        need(bid["previous_hash"] == previous, f"哈希链断裂{where}", "the chain is broken")
        previous = digest(without(bid, "hash"))
        need(bid["hash"] == previous, f"哈希不符{where}", "the hash does not match")
    need(record["head_hash"] == previous, "链头不符", "the head of the chain differs")
    need(record["terms"]["lot"] == record["lot"], "条款不属于本标的", "another lot's terms")


# --- Timed ascending bidding (ENGLISH-1) ------------------------------------------------


def check_ascending(record: Record) -> None:
    """Bids rise to an end that late bids move; the last bid wins."""
    terms = record["terms"]
    end = instant(terms["closes_at"])
    bidding, extensions = Bidding(end=end, ranks=_ranks(record)), []
    for bid in record["bids"]:
        _suspensions(record, bidding, after=bid["number"] - 1)
        end = bidding.end or end
        where = f"（第 {bid['number']} 口 / bid {bid['number']}）"
        if bid["kind"] not in KINDS or bid["source"] not in SOURCES:
            raise Unreadable(f"出价种类未知 / unknown kind: {bid['kind']}, {bid['source']}")
        before, at = end, instant(bid["placed_at"])
        in_time = instant(terms["opens_at"]) <= at < end
        need(in_time, f"不在竞价时段内{where}", "outside the bidding time")
        later = bidding.last_at is None or at > bidding.last_at
        need(later, f"时间顺序颠倒{where}", "not later than the bid before it")
        KINDS[bid["kind"]](terms, bidding, bid, where)
        bidding.end = end = _extended(terms, end, at, bidding.lost)
        moved = instant(bid["closes_at_before"]) == before
        need(
            moved and instant(bid["closes_at"]) == end,
            f"延时计算不符{where}",
            "the end was not moved as the rules say",
        )
        if end != before:
            told = without(bid, *(set(bid) - {"number", "closes_at_before", "closes_at"}))
            extensions.append(told)
        _follow(bidding, bid)
    need(record["extensions"] == extensions, "延时记录不符", "the list of extensions differs")
    _check_result(record, bidding)


# --- The hall (HALL-1): no clock, the hammer falls on the last bid ----------------------


def check_hall(record: Record) -> None:
    """Bids rise from the opening on; the last one is hammered, before the result was written."""
    bidding = Bidding(end=None, ranks=_ranks(record))
    need(not record["extensions"], "现场没有延时", "the hall knows no extensions")
    for bid in record["bids"]:
        where = f"（第 {bid['number']} 口 / bid {bid['number']}）"
        _in_the_hall(record, bidding, bid, where)
        KINDS[bid["kind"]](record["terms"], bidding, bid, where)
        _follow(bidding, bid)
    _check_result(record, bidding)


def check_one_call(record: Record) -> None:
    """One confirmed bidder, one price, at least the starting price."""
    bidding = Bidding(end=None)
    need(len(record["bids"]) <= 1, "一次报价只能有一口", "a one-call lot has one bid at most")
    for bid in record["bids"]:
        _in_the_hall(record, bidding, bid, "")
        need(bid["kind"] == "raise", "一次报价不能行使优先购买权", "nothing to match in one call")
        enough = Decimal(bid["amount"]) >= Decimal(record["terms"]["starting_price"])
        need(enough, "低于起拍价", "below the starting price")
        _follow(bidding, bid)
    _check_result(record, bidding)


def _in_the_hall(record: Record, bidding: Bidding, bid: Record, where: str) -> None:
    _suspensions(record, bidding, after=bid["number"] - 1)
    if bid["kind"] not in KINDS or bid["source"] not in SOURCES:
        raise Unreadable(f"出价种类未知 / unknown kind: {bid['kind']}, {bid['source']}")
    at = instant(bid["placed_at"])
    need(at >= instant(record["terms"]["opens_at"]), f"早于开拍{where}", "before the opening")
    later = bidding.last_at is None or at > bidding.last_at
    need(later, f"时间顺序颠倒{where}", "not later than the bid before it")
    timeless = bid["closes_at_before"] is None and bid["closes_at"] is None
    need(timeless, f"现场没有截止时间{where}", "the hall has no end by the clock")


def _suspensions(record: Record, bidding: Bidding, after: int) -> None:
    """Those after so many bids: nothing counts meanwhile, and the time they took is given back."""
    for one in record["suspensions"]:
        if one["after_bid"] != after:
            continue
        where = f"（暂缓 {one['number']} / suspension {one['number']}）"
        since, opens = instant(one["suspended_at"]), instant(record["terms"]["opens_at"])
        later = bidding.last_at is None or since > bidding.last_at
        need(later and not bidding.suspended, f"时间顺序颠倒{where}", "not later than before it")
        need(_end(one["closes_at_before"]) == bidding.end, f"结束时间不符{where}", "another end")
        need(bidding.end is None or since < bidding.end, f"晚于结束{where}", "after the end")
        bidding.suspended, bidding.last_at = one["resumed_at"] is None, since
        if bidding.suspended:
            need(one["closes_at"] is None, f"未恢复{where}", "an end that was not resumed")
            continue
        at = instant(one["resumed_at"])
        need(at > since, f"恢复早于暂缓{where}", "resumed before it was suspended")
        lost = max(timedelta(0), at - max(since, opens))
        bidding.last_at = at
        if bidding.end is not None:
            bidding.end, bidding.lost = bidding.end + lost, bidding.lost + lost
        need(
            _end(one["closes_at"]) == bidding.end, f"顺延不符{where}", "not the time that was lost"
        )


def _end(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


def _follow(bidding: Bidding, bid: Record) -> None:
    need(not bidding.suspended, "暂缓期间的出价", "a bid while the lot was suspended")
    bidding.price, bidding.leader = Decimal(bid["amount"]), bid["paddle"]
    bidding.last_at = instant(bid["placed_at"])


def _raises(terms: Record, bidding: Bidding, bid: Record, where: str) -> None:
    """An ordinary bid: by another paddle, high enough, on a step.

    For a maximum that was left, the leader may go up to one that equals its own.
    """
    amount, first = Decimal(bid["amount"]), Decimal(terms["starting_price"])
    step = Decimal(terms["increment"])
    lowest = first if bidding.price is None else bidding.price + step
    by_itself = bid["paddle"] == bidding.leader and bid["source"] != "proxy"
    need(not by_itself, f"自我加价{where}", "the leader bid again")
    need(amount >= lowest, f"低于最低应价 {lowest}{where}", f"below the minimum of {lowest}")
    on_step = not terms["whole_steps"] or (amount - first) % step == 0
    need(on_step, f"不在加价幅度上{where}", f"off the step of {step}")


def _matches(terms: Record, bidding: Bidding, bid: Record, where: str) -> None:
    """By priority right: another paddle takes the leading price (法释〔2016〕18号 art. 21).

    From a leader without a right, or with one of a later rank.
    """
    own, leaders = bidding.ranks.get(bid["paddle"]), bidding.ranks.get(bidding.leader or "")
    need(bid["paddle"] != bidding.leader, f"自我加价{where}", "the leader bid again")
    need(own is not None, f"无优先购买权{where}", "a match without a right of priority")
    equal = bidding.price is not None and Decimal(bid["amount"]) == bidding.price
    need(equal, f"不等于领先价{where}", f"does not match the price of {bidding.price}")
    first = leaders is None or (own or 0) < leaders
    need(first, f"优先购买权顺序在后{where}", "a match over an equal or better right")


def _extended(terms: Record, end: datetime, at: datetime, lost: timedelta) -> datetime:
    if end - at > timedelta(seconds=terms["extension_window_s"]):
        return end
    moved = at + timedelta(seconds=terms["extension_s"])
    if terms["latest_close"] is not None:
        moved = min(moved, instant(terms["latest_close"]) + lost)
    return max(end, moved)


def _check_result(record: Record, bidding: Bidding) -> None:
    result, bids = record["result"], record["bids"]
    _suspensions(record, bidding, after=len(bids))
    numbers = [(one["number"], one["after_bid"]) for one in record["suspensions"]]
    in_place = sorted(after for _, after in numbers if 0 <= after <= len(bids))
    places = [(number, after) for number, after in enumerate(in_place, start=1)]
    need(same(numbers, places), "暂缓的序号不连续", "the suspensions have a gap")
    expected: Record = {
        "outcome": "sold" if bids else "no_bids",
        "winning_bid": len(bids) or None,
        "paddle": bidding.leader,
        "price": None if bidding.price is None else f"{bidding.price:.2f}",
        "bid_count": len(bids),
        "rules_version": record["terms"]["rules_version"],
    }
    # What a secret reserve was is not in the record; below it the highest bid has no effect.
    if bids and record["notice"]["reserve_mode"] == "SECRET" and result["price"] is None:
        none = dict.fromkeys(("winning_bid", "paddle", "price"))
        expected |= {"outcome": "reserve_not_met", **none}
    if bidding.suspended:  # it never went on, so nothing came of it and no clock ended it
        expected |= {"outcome": "void", **dict.fromkeys(("winning_bid", "paddle", "price"))}
        bidding.end = None
    for name, value in expected.items():
        need(
            same(result[name], value), f"结果不符：{name} 应为 {value}", f"{name} should be {value}"
        )
    need(_end(result["closes_at"]) == bidding.end, "结束时间不符", "the end differs")
    ended = bidding.end or bidding.last_at
    in_order = ended is None or instant(result["closed_at"]) >= ended
    need(in_order, "早于结束即成交", "closed before its end")


KINDS: dict[str, Callable[[Record, Bidding, Record, str], None]] = {
    "raise": _raises,
    "match": _matches,
}
RULES: dict[str, Callable[[Record], None]] = {
    "ENGLISH-1": check_ascending,
    "HALL-1": check_hall,
    "ONE_CALL-1": check_one_call,
}


# --- The daily published list -----------------------------------------------------------


def check_listed(record: Record, data: bytes) -> Record:
    """The published list `data`, if it is intact and holds this very record."""
    heads = read(data, HEADS, HEADS_VERSION)
    try:
        leaves = [canonical(without(heads, "lots", "root")), *map(canonical, heads["lots"])]
        computed = merkle_root([hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves])
        need(computed.hex() == heads["root"], "公布名单的根哈希不符", "the root does not match")
        wanted = {
            "lot": record["lot"],
            "closed_at": record["result"]["closed_at"],
            "head_hash": record["head_hash"],
            "digest": record["digest"],
        }
        need(wanted in heads["lots"], "不在公布的名单中", "the record is not in the list")
    except MALFORMED as error:
        raise Unreadable(f"内容不完整 / malformed: {error!r}") from None
    return heads


def check_aftermath(record: Record, data: bytes) -> Record:
    """What became of the result later: the sale is void, or the buyer defaulted."""
    told = read(data, AFTERMATH, AFTERMATH_VERSION)
    try:
        computed = digest(without(told, "digest"))
        need(computed == told["digest"], "摘要不符", "the digest does not match")
        of_it = (told["lot"], told["record"]) == (record["lot"], record["digest"])
        need(of_it, "不属于这份记录", "it is about another record")
        later = instant(told["at"]) >= instant(record["result"]["closed_at"])
        need(later, "早于成交", "before the result")
    except MALFORMED as error:
        raise Unreadable(f"内容不完整 / malformed: {error!r}") from None
    return told


def merkle_root(leaves: list[bytes]) -> bytes:
    """RFC 6962: the left part is the largest power of two that leaves something to the right."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = merkle_root(leaves[:split]), merkle_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()
