"""Who may not bid on a lot, decided at registration and again at each bid.

Neither the consignor nor anybody for it (拍卖法 art. 30): not who is tied to it by a declared
relation, a shared controller, the same legal representative, telephone or bank account, or a
person who acts for both. Nor who runs the sale (arts. 22, 23): the exchange, the auction house,
the lot's appraisers, and organizations whose people work there. Nor who bought in an earlier
round and defaulted (法释〔2016〕18号 art. 24).

The inventor may bid, flagged; the consignor may not, inventor or not. A bidder is told which tie
was found and nothing about anybody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from accounts.rules import same_account, same_name, same_phone
from core.errors import Refusal


class Tie(StrEnum):
    """How a bidder is tied to the consignor."""

    DECLARED = "declared_relation"
    CONTROLLER = "shared_controller"
    LEGAL_REPRESENTATIVE = "same_legal_representative"
    PHONE = "same_phone"
    BANK_ACCOUNT = "same_bank_account"
    AGENT = "common_agent"


class Office(StrEnum):
    """How a bidder has to do with running the sale."""

    EXCHANGE = "exchange"
    HOUSE = "auction_house"
    STAFF = "staff"


class ConsignorMayNotBid(Refusal):
    code = "consignor_may_not_bid"
    message = "The consignor may not bid on its own lot (Auction Law art. 30)."


class RelatedParty(Refusal):
    code = "related_party"
    message = "Who is tied to the consignor may not bid (Auction Law art. 30): {relation}."
    words = tuple(Tie)

    def __init__(self, *, relation: str) -> None:
        super().__init__(relation=Tie(relation))  # a remembered refusal has it as a text


class StaffMayNotBid(Refusal):
    code = "staff_may_not_bid"
    message = "Who runs the sale may not bid in it (Auction Law arts. 22, 23): {office}."
    words = tuple(Office)

    def __init__(self, *, office: str) -> None:
        super().__init__(office=Office(office))


class AppraiserMayNotBid(Refusal):
    code = "appraiser_may_not_bid"
    message = "Who appraised the lot may not bid on it."


class BarredFromRelisting(Refusal):
    code = "barred_from_relisting"
    message = "Who bought in an earlier round and defaulted may not bid in this one."


REFUSALS = (
    *(ConsignorMayNotBid, RelatedParty, StaffMayNotBid),
    *(AppraiserMayNotBid, BarredFromRelisting),
)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is compared of two organizations, in the form in which it is compared."""

    controller: str = ""
    legal_representative: str = ""
    phone: str = ""
    bank_account: str = ""

    @classmethod
    def of(
        cls, *, controller: str, legal_representative: str, phone: str, bank_account: str
    ) -> "Particulars":
        return cls(
            same_name(controller),
            same_name(legal_representative),
            same_phone(phone),
            same_account(bank_account),
        )


@dataclass(frozen=True, slots=True)
class Declared:
    """A relation on record between bidder and consignor, `starts_on <= day < ends_on`.

    `is_tie` is False where staff found two different people of one name.
    """

    starts_on: date
    ends_on: date | None = None
    is_tie: bool = True

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Ties:
    """Everything known between one organization and one lot."""

    own: Particulars = Particulars()
    consignor: Particulars = Particulars()
    relations: tuple[Declared, ...] = ()
    is_consignor: bool = False
    is_exchange: bool = False
    is_house: bool = False
    serves_sale: bool = False
    is_appraiser: bool = False
    defaulted_before: bool = False
    shares_agent: bool = False


def check(ties: Ties, *, on: date, operates: bool = False) -> None:
    """Refuse who may not bid; `operates` says that the acting person runs the exchange."""
    if not _may_bid(ties, on, operates):
        raise next(conflicts(ties, on=on, operates=operates))


@lru_cache(maxsize=4096)
def _may_bid(ties: Ties, on: date, operates: bool) -> bool:
    """Asked at every bid, and mostly what was asked at the bidder's one before."""
    return next(conflicts(ties, on=on, operates=operates), None) is None


def conflicts(ties: Ties, *, on: date, operates: bool = False) -> Iterator[Refusal]:
    """Every reason why this organization may not bid on this day (Shanghai), the gravest first."""
    if ties.is_consignor:
        yield ConsignorMayNotBid()
    if ties.is_exchange:
        yield StaffMayNotBid(office=Office.EXCHANGE)
    if ties.is_house:
        yield StaffMayNotBid(office=Office.HOUSE)
    if ties.serves_sale or operates:
        yield StaffMayNotBid(office=Office.STAFF)
    if ties.is_appraiser:
        yield AppraiserMayNotBid()
    if ties.defaulted_before:
        yield BarredFromRelisting()
    if not ties.is_consignor:
        for tie in _ties(ties, on):
            yield RelatedParty(relation=tie)


def _ties(ties: Ties, on: date) -> Iterator[Tie]:
    declared = [relation for relation in ties.relations if relation.holds_on(on)]
    namesakes = any(not relation.is_tie for relation in declared)
    own, consignor = ties.own, ties.consignor
    if any(relation.is_tie for relation in declared):
        yield Tie.DECLARED
    if _same(own.controller, consignor.controller) and not namesakes:
        yield Tie.CONTROLLER
    # Who controls one may represent the other by law.
    people = (own.legal_representative, consignor.legal_representative)
    crossed = _same(own.controller, people[1]) or _same(people[0], consignor.controller)
    if (_same(*people) or crossed) and not namesakes:
        yield Tie.LEGAL_REPRESENTATIVE
    if _same(own.phone, consignor.phone):
        yield Tie.PHONE
    if _same(own.bank_account, consignor.bank_account):
        yield Tie.BANK_ACCOUNT
    if ties.shares_agent:
        yield Tie.AGENT


def _same(one: str, other: str) -> bool:
    """What is not known is the same as nothing."""
    return bool(one) and one == other
