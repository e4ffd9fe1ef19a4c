"""What stands in a confirmation (成交确认书) and in a transcript (笔录), from the closing record.

The confirmation is evidence of a contract that the closing formed (合同编通则解释 art. 4; 拍卖法
art. 52); the transcript tells how the bidding went (拍卖法 art. 53). Both name the parties and
are theirs and the staff's to read; bidders who lost stand under their paddles.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from accounts.models import Organization
from auctions.documents.words import KINDS, SOURCES, Words, words_for
from auctions.lifecycle import BidKind, BidSource, Outcome
from auctions.models import Aftermath, Bid, DocumentFile, Lot, LotResult, PublicRecord
from auctions.queries import bids_of
from core import money
from core.clock import SHANGHAI

Row = list[str]


def confirmation(result: LotResult, record: PublicRecord, *, code: str) -> dict[str, Any]:
    """The confirmation of a sale; who asks for one of an unsold lot was refused before."""
    lot, words = result.lot, _words(result.lot)
    return {
        "title": words.confirmation,
        "number": f"编号：{code}",
        "facts": [
            *_lot_facts(lot),
            ["委托人（转让方）", _party(lot.consignor)],
            [words.buyer, _party(buyer_of(result))],
            ["竞买号牌", result.winning_bid.registration.paddle if result.winning_bid else "—"],
            ["交易方式", words.in_hall if lot.is_sold_in_hall else words.online],
            [words.starting_price, _yuan(lot.starting_price)],
            ["成交价（小写）", _yuan(_price(result))],
            ["成交价（大写）", f"人民币{money.in_capitals(_price(result))}"],
            ["成交时间", f"{_moment(result.closed_at)}（北京时间）"],
            *_house_facts(lot),
        ],
        "paragraphs": [
            words.formed,
            f"双方应于成交之日起 {lot.policy.confirmation_days} 个工作日内签署本确认书，"
            f"{words.buyer}应于成交之日起 {lot.policy.payment_days} 个工作日内付清价款；"
            "已交纳的保证金抵作价款。",
        ],
        "checking": _checking(lot, record),
        "signatures": [
            _place("委托人（转让方）盖章", lot.consignor.name),
            _place(f"{words.buyer}签章", buyer_of(result).name),
            *_host_signatures(lot),
        ],
        "footer": f"{words.confirmation} {code} · {lot.code}",
    }


def voiding(original: DocumentFile, became: Aftermath) -> dict[str, Any]:
    """What a confirmation says on top once its sale is void; its own words stay below."""
    issued = original.document
    return {
        "mark": "作废",
        "title": "本确认书已作废",
        "facts": [
            ["宣告无效时间", f"{_moment(became.at)}（北京时间）"],
            ["理由", became.reason],
            ["原件", f"{issued.code}，签发于 {_moment(issued.issued_at)}（北京时间）"],
            ["原件摘要", original.sha256, "code"],
            ["宣告依据", _address(issued.lot, "aftermath"), "code"],
        ],
        "paragraphs": [
            "本确认书所确认的成交已被宣告无效，交易已撤销，保证金依规退还；以下为原件内容，"
            "仅供存档和查证，不得作为成交、签约、登记或付款的依据。"
        ],
    }


def transcript(result: LotResult, record: PublicRecord, *, code: str) -> dict[str, Any]:
    """How the bidding went, bid by bid, and what came of it."""
    lot, words = result.lot, _words(result.lot)
    bids = list(bids_of(lot))
    return {
        "title": words.transcript,
        "number": f"编号：{code}",
        "facts": [
            *_lot_facts(lot),
            ["委托人（转让方）", _party(lot.consignor)],
            ["交易方式", words.in_hall if lot.is_sold_in_hall else words.online],
            *_house_facts(lot),
            ["公告时间", _moment(lot.published_at)],
            ["开始时间", _moment(lot.opens_at)],
            *_clock_facts(lot, result),
            *_suspension_facts(lot),
            [words.starting_price, _yuan(lot.starting_price)],
            ["加价幅度", _yuan(lot.increment)],
            ["保证金", _yuan(lot.deposit_amount)],
        ],
        "bids": {
            "title": f"{words.bids}（共 {len(bids)} 次）",
            "columns": ["序号", "号牌", "金额（元）", "方式", "时间（北京时间）", "结束时间"],
            "rows": [_bid(bid) for bid in bids],
            "none": "无人报价。",
        },
        "outcome": {"title": "结果", "paragraphs": _outcome(result, words, bids)},
        "checking": _checking(lot, record),
        "signatures": _transcript_signatures(result, words),
        "footer": f"{words.transcript} {code} · {lot.code}",
    }


def buyer_of(result: LotResult) -> Organization:
    """The buyer as the deal names it."""
    if result.lot.deal is None:
        raise ValueError("an unsold lot has no buyer")
    return result.lot.deal.buyer


def _words(lot: Lot) -> Words:
    return words_for(has_licensed_house=lot.is_called_auction)


def _lot_facts(lot: Lot) -> list[Row]:
    return [
        ["标的编号", lot.code],
        ["标的名称", lot.title],
        ["科技成果编号", lot.achievement.code],
    ]


def _house_facts(lot: Lot) -> list[Row]:
    if (house := lot.presiding_house) is None:
        return []
    rows = [["拍卖人", f"{house.organization.name}（批准证书 {house.licence_number}）"]]
    if (auctioneer := lot.presiding_auctioneer) is not None:
        named = f"{auctioneer.name}（执业证书 {auctioneer.certificate_number}）"
        rows.append(["拍卖师", named])
    return rows


def _clock_facts(lot: Lot, result: LotResult) -> list[Row]:
    """A lot that is sold by the hammer has no end by the clock."""
    if lot.scheduled_close is None or result.closes_at is None:
        return [["结束时间", _moment(result.closed_at)]]
    rule = f"结束前 {lot.extension_window_s} 秒内有新报价的，结束时间顺延至该报价后 "
    rule += f"{lot.extension_s} 秒"
    if lot.latest_close is not None:
        rule += f"，最迟至 {_moment(lot.latest_close)}"
    return [
        ["公告的结束时间", _moment(lot.scheduled_close)],
        ["实际结束时间", _moment(result.closes_at)],
        ["延时规则", rule],
    ]


def _suspension_facts(lot: Lot) -> list[Row]:
    return [
        [
            "暂缓",
            f"{_moment(one.suspended_at)} 至 {_moment(one.resumed_at)}；原因：{one.reason}",
        ]
        for one in lot.suspensions.all()
    ]


def _bid(bid: Bid) -> Row:
    way = SOURCES[BidSource(bid.source)]
    if kind := KINDS[BidKind(bid.kind)]:
        way = f"{way}·{kind}"
    extended = bid.closes_at is not None and bid.closes_at != bid.closes_at_before
    return [
        str(bid.number),
        bid.registration.paddle,
        f"{bid.amount:,.2f}",
        way,
        _moment(bid.placed_at, exactly=True),
        f"{_moment(bid.closes_at)}" if extended else "",
    ]


def _outcome(result: LotResult, words: Words, bids: list[Bid]) -> list[str]:
    if result.outcome == Outcome.SOLD:
        paddle = result.winning_bid.registration.paddle if result.winning_bid else "—"
        return [
            f"{_moment(result.closed_at)}（北京时间）成交：{words.buyer}为 {paddle} 号"
            f"（{buyer_of(result).name}），成交价 {_yuan(_price(result))}"
            f"（人民币{money.in_capitals(_price(result))}）。"
        ]
    if result.outcome == Outcome.RESERVE_NOT_MET:
        return [f"最高报价未达{words.reserve}，不发生效力，本标的{words.unsold}。"]
    if result.outcome == Outcome.VOID:
        return ["本标的暂缓后不再恢复，已有报价不发生效力。"]
    return [f"无人报价，本标的{words.unsold}。"]


def _checking(lot: Lot, record: PublicRecord) -> dict[str, Any]:
    """How anybody finds out that the document says what happened."""
    return {
        "title": "核验",
        "facts": [
            ["规则版本", lot.rules_version],
            ["报价链头哈希", lot.head_hash, "code"],
            ["公开记录摘要", record.digest, "code"],
            ["公开记录", _address(lot, "record"), "code"],
            ["核验方法", "下载公开记录，运行 python -m verify record.json"],
        ],
    }


def _address(lot: Lot, what: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/api/v1/lots/{lot.pk}/{what}"


def _host_signatures(lot: Lot) -> list[dict[str, str]]:
    if (house := lot.presiding_house) is None:
        return [_place("交易服务机构盖章"), _place("经办人签字")]
    return [_place("拍卖人盖章", house.organization.name), _auctioneer_signs(lot)]


def _transcript_signatures(result: LotResult, words: Words) -> list[dict[str, str]]:
    """The auctioneer, the recorder and, of a sale, the buyer (拍卖法 art. 53)."""
    lot = result.lot
    host = _auctioneer_signs(lot) if lot.is_called_auction else _place("主持人签字")
    places = [host, _place("记录人签字")]
    if result.outcome == Outcome.SOLD:
        places.append(_place(f"{words.buyer}签章", buyer_of(result).name))
    return places


def _auctioneer_signs(lot: Lot) -> dict[str, str]:
    auctioneer = lot.presiding_auctioneer
    return _place("拍卖师签字", auctioneer.name if auctioneer else "")


def _place(title: str, name: str = "") -> dict[str, str]:
    return {"title": title, "name": name, "hint": "年　　月　　日"}


def _party(organization: Organization) -> str:
    return f"{organization.name}（统一社会信用代码 {organization.credit_code}）"


def _price(result: LotResult) -> Decimal:
    if result.price is None:
        raise ValueError("an unsold lot has no price")
    return result.price


def _yuan(amount: Decimal) -> str:
    return f"¥{amount:,.2f}"


def _moment(at: datetime | None, *, exactly: bool = False) -> str:
    if at is None:
        return "—"
    local = at.astimezone(SHANGHAI)
    if exactly:
        # Cut off, not rounded: a bid before the end must not read as one after it.
        return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"
    return f"{local - timedelta(microseconds=local.microsecond):%Y-%m-%d %H:%M:%S}"
