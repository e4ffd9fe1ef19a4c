"""The words of a lot's documents: 拍卖 only where a licensed house sells (拍卖法 arts. 11, 60)."""

from dataclasses import dataclass

from auctions.lifecycle import BidKind, BidSource


@dataclass(frozen=True, slots=True)
class Words:
    """How the documents of one regime speak."""

    confirmation: str
    transcript: str
    starting_price: str
    reserve: str
    buyer: str
    unsold: str
    formed: str
    in_hall: str
    online: str
    bids: str


AUCTION = Words(
    confirmation="拍卖成交确认书",
    transcript="拍卖笔录",
    starting_price="起拍价",
    reserve="保留价",
    buyer="买受人",
    unsold="流拍",
    formed=(
        "本标的经公开拍卖，以最高应价成交。依照《中华人民共和国拍卖法》第五十一条、第五十二条和"
        "《最高人民法院关于适用〈中华人民共和国民法典〉合同编通则若干问题的解释》第四条，"
        "合同自拍卖师落槌或者电子交易系统确认成交时成立；本确认书是该成交的书面凭证。"
    ),
    in_hall="现场拍卖，增价方式",
    online="网络拍卖，增价方式",
    bids="应价记录",
)
BIDDING = Words(
    confirmation="竞价成交确认书",
    transcript="竞价记录",
    starting_price="起始价",
    reserve="保留价",
    buyer="受让方",
    unsold="未成交",
    formed=(
        "本标的经公开竞价，以最高报价成交。依照《最高人民法院关于适用〈中华人民共和国民法典〉"
        "合同编通则若干问题的解释》第四条，以公开竞价方式订立合同的，"
        "合同自电子交易系统确认成交时成立；本确认书是该成交的书面凭证。"
    ),
    in_hall="现场竞价，多次报价",
    online="网络竞价，多次报价",
    bids="报价记录",
)

SOURCES = {
    BidSource.ONLINE: "网络",
    BidSource.FLOOR: "现场",
    BidSource.ABSENTEE: "委托",
    BidSource.PROXY: "自动",
}
KINDS = {BidKind.RAISE: "", BidKind.MATCH: "优先权"}


def words_for(*, has_licensed_house: bool) -> Words:
    return AUCTION if has_licensed_house else BIDDING
