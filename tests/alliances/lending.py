"""Products, applications and offers, brought about by the actions."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import User
from alliances import crediting, financing, offering, products
from alliances.models import Alliance, FinanceApplication, FinanceOffer, FinanceProduct
from core import clock
from tests.alliances.conftest import join, make_banker
from tests.conftest import act, organization_of

MILLION = Decimal("1000000.00")
PRODUCT: dict[str, Any] = {
    "kind": "tech_loan",
    "title": "虚构科技贷",
    "least_amount": Decimal("100000.00"),
    "most_amount": Decimal("20000000.00"),
    "most_months": 36,
    "rate": Decimal("4.35"),
    "repayment": "interest_monthly",
    "fee_rate": Decimal("0.00"),
}
KEY = UUID("0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0001")


def list_product(banker: User, **values: Any) -> FinanceProduct:
    return products.list_product(
        actor=act(banker), organization_id=organization_of(banker).pk, **{**PRODUCT, **values}
    )


def make_lenders(alliance: Alliance, number: int, **product: Any) -> list[User]:
    """Bankers of as many active members, each with a product."""
    bankers = [make_banker() for _ in range(number)]
    for banker in bankers:
        join(alliance, banker)
        list_product(banker, **product)
    return bankers


def draft(applicant: User, **values: Any) -> FinanceApplication:
    return financing.draft_application(
        actor=act(applicant),
        organization_id=organization_of(applicant).pk,
        **{
            "kind": "tech_loan",
            "amount": MILLION,
            "months": 12,
            "purpose": "虚构的中试线",
            "field": "NM",
            "revenue": Decimal("5000000.00"),
            "data_note": "虚构的保密说明",
            **values,
        },
    )


def submit(applicant: User, **values: Any) -> FinanceApplication:
    """Drafted, and routed to whoever is eligible."""
    consents = values.pop("consents", ())
    drafted = draft(applicant, **values)
    return financing.submit_application(
        actor=act(applicant), application_id=drafted.pk, consents=consents
    )


def offer(banker: User, application: FinanceApplication, **values: Any) -> FinanceOffer:
    return offering.make_offer(
        actor=act(banker),
        application_id=application.pk,
        **{
            "amount": application.amount,
            "months": 12,
            "rate": Decimal("4.35"),
            "repayment": "interest_monthly",
            "valid_until": (clock.now() + timedelta(days=20)).date(),
            **values,
        },
    )


def accept(applicant: User, made: FinanceOffer) -> FinanceOffer:
    return offering.accept_offer(actor=act(applicant), offer_id=made.pk)


def approve(applicant: User, banker: User, **values: Any) -> FinanceApplication:
    """Accepted, looked into, and approved with the whole amount as its limit."""
    application = submit(applicant, **values)
    accept(applicant, offer(banker, application))
    crediting.begin_diligence(actor=act(banker), application_id=application.pk)
    return crediting.approve_application(
        actor=act(banker), application_id=application.pk, limit=application.amount
    )


def draw(banker: User, application: FinanceApplication, amount: str, **values: Any) -> Any:
    return crediting.disburse(
        actor=act(banker),
        application_id=application.pk,
        amount=Decimal(amount),
        **{"paid_on": clock.today(), "reference": f"虚构放款{amount}", **values},
    )


def repay(banker: User, application: FinanceApplication, amount: str, **values: Any) -> Any:
    return crediting.repay(
        actor=act(banker),
        application_id=application.pk,
        amount=Decimal(amount),
        **{"paid_on": clock.today(), "reference": f"虚构还款{amount}", **values},
    )
