"""What borrowed money costs in a year, all told: the return on its cash flows. Plain Python.

Everything that is charged for a loan is a part of its price: 贷款年化利率 is all that it costs,
related to the principal that is really held, for a year (中国人民银行公告〔2021〕第3号). By the
method of compound interest (内部收益率法) it is the monthly rate i that solves

    amount - fee = Σ payment_k / (1 + i)^k ,   k = 1 … months,

and APR = (1 + i)^12 - 1. Payments are rounded to the cent, as they are made; the last one evens
out. Rates and the APR are per cent a year.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

from core.errors import Refusal

CENT = Decimal("0.01")
MOST_MONTHS = 360
HIGHEST_RATE = Decimal(36)
HIGHEST_FEE_SHARE = Decimal("0.20")
_STEP = Decimal("0.0001")
_DIGITS = 40
_CLOSE = Decimal("1e-24")


class Repayment(StrEnum):
    """The forms of repayment; `at_once` pays interest and principal together at the end."""

    EQUAL_INSTALMENTS = "equal_instalments"  # 等额本息
    EQUAL_PRINCIPAL = "equal_principal"  # 等额本金
    INTEREST_MONTHLY = "interest_monthly"  # 按月付息、到期还本
    AT_ONCE = "at_once"  # 到期一次还本付息


class TermsNotPriced(Refusal):
    code = "terms_not_priced"
    message = (
        "A loan runs for 1 to {months} months at 0 to {rate} per cent, and its fee is at most"
        " {fee} of the amount."
    )


@dataclass(frozen=True, slots=True)
class Loan:
    """`rate` is the nominal rate, per cent a year; `fee` is paid at the start, in CNY."""

    amount: Decimal
    rate: Decimal
    months: int
    repayment: Repayment
    fee: Decimal = Decimal(0)


def check_priced(loan: Loan) -> None:
    """Refuse terms that no cost can be told of."""
    fine = (
        loan.amount > 0
        and 1 <= loan.months <= MOST_MONTHS
        and 0 <= loan.rate <= HIGHEST_RATE
        and 0 <= loan.fee <= loan.amount * HIGHEST_FEE_SHARE
    )
    if not fine:
        raise TermsNotPriced(months=MOST_MONTHS, rate=HIGHEST_RATE, fee=HIGHEST_FEE_SHARE)


def payments(loan: Loan) -> list[Decimal]:
    """What the borrower pays at the end of each month, in CNY, without the fee."""
    with localcontext() as context:
        context.prec = _DIGITS
        monthly = loan.rate / 1200
        match loan.repayment:
            case Repayment.EQUAL_INSTALMENTS:
                return _instalments(loan, monthly, _annuity(loan, monthly))
            case Repayment.EQUAL_PRINCIPAL:
                return _equal_principal(loan, monthly)
            case Repayment.INTEREST_MONTHLY:
                interest = _cents(loan.amount * monthly)
                return [interest] * (loan.months - 1) + [interest + loan.amount]
        # What is left is all at once, at the end.
        interest = _cents(loan.amount * monthly * loan.months)
        return [Decimal(0)] * (loan.months - 1) + [interest + loan.amount]


def present_value(flows: list[Decimal], monthly: Decimal) -> Decimal:
    """What payments at the end of each month are worth at the start."""
    with localcontext() as context:
        context.prec = _DIGITS
        factor = 1 / (1 + monthly)
        value = Decimal(0)
        for flow in reversed(flows):
            value = (value + flow) * factor
        return value


def monthly_rate(loan: Loan) -> Decimal:
    """The rate a month at which the payments are worth what the borrower holds: amount - fee."""
    check_priced(loan)
    flows, held = payments(loan), loan.amount - loan.fee
    with localcontext() as context:
        context.prec = _DIGITS
        low, high = Decimal(0), Decimal(1)
        while high - low > _CLOSE:
            middle = (low + high) / 2
            if present_value(flows, middle) > held:
                low = middle
            else:
                high = middle
        return low


@lru_cache(maxsize=4096)
def apr(loan: Loan) -> Decimal:
    """The cost of a loan in per cent a year with four decimals, rounded half up.

    Finding it takes some ten thousand divisions, and a list of products shows many: kept.
    """
    monthly = monthly_rate(loan)
    with localcontext() as context:
        context.prec = _DIGITS
        yearly = ((1 + monthly) ** 12 - 1) * 100
        return yearly.quantize(_STEP, rounding=ROUND_HALF_UP)


def _annuity(loan: Loan, monthly: Decimal) -> Decimal:
    if not monthly:
        return _cents(loan.amount / loan.months)
    return _cents(loan.amount * monthly / (1 - (1 + monthly) ** -loan.months))


def _instalments(loan: Loan, monthly: Decimal, payment: Decimal) -> list[Decimal]:
    flows, owed = [], loan.amount
    for _ in range(loan.months - 1):
        interest = _cents(owed * monthly)
        paid = min(payment, owed + interest)
        owed += interest - paid
        flows.append(paid)
    return [*flows, owed + _cents(owed * monthly)]


def _equal_principal(loan: Loan, monthly: Decimal) -> list[Decimal]:
    flows, owed, part = [], loan.amount, _cents(loan.amount / loan.months)
    for _ in range(loan.months - 1):
        paid = min(part, owed)
        flows.append(paid + _cents(owed * monthly))
        owed -= paid
    return [*flows, owed + _cents(owed * monthly)]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
