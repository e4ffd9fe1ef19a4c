"""Who may be the broker of a deal, and for whom. Plain Python, told the day.

A technology manager (科创经理人) acts by a certificate that holds, for one party, or for both only
if both agreed; what the manager earns is told to both (促进科技成果转化法 art. 30).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.errors import Conflict, Refusal


class Side(StrEnum):
    """For whom a broker acts."""

    SELLER = "seller"
    BUYER = "buyer"
    BOTH = "both"

    @property
    def parties(self) -> frozenset["Side"]:
        return _BOTH if self is Side.BOTH else frozenset({self})


_BOTH = frozenset({Side.SELLER, Side.BUYER})


class CertificateNotValid(Refusal):
    code = "certificate_not_valid"
    message = "The certificate {number} does not hold on this day."


class BrokerOfOtherSide(Refusal):
    code = "broker_of_other_side"
    message = "Whoever works for one party is no broker of the other, nor of both."


class CommissionTooHigh(Refusal):
    code = "commission_too_high"
    message = "A commission is at most the price."


class BrokerKnown(Conflict):
    code = "broker_known"
    message = "This broker acts in the deal already. To act for both sides, both have to agree."


@dataclass(frozen=True, slots=True)
class Certificate:
    number: str
    valid_from: date
    valid_until: date

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


def check_certificate(certificate: Certificate, day: date) -> None:
    if not certificate.holds_on(day):
        raise CertificateNotValid(number=certificate.number)


def check_side(side: Side, employed_by: Side | None) -> None:
    """Refuse the broker whom the other party, or one of two parties, employs."""
    if employed_by is not None and side is not employed_by:
        raise BrokerOfOtherSide


def check_commission(commission: Decimal, price: Decimal) -> None:
    if commission > price:
        raise CommissionTooHigh


def is_agreed(side: Side, agreed: Collection[Side]) -> bool:
    """Whether everybody for whom the broker acts has agreed."""
    return side.parties <= frozenset(agreed)
