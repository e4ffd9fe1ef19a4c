"""Products of the financial alliance's members: listed within a quota, closed for new cases."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_agent, require_verified
from accounts.queries import city_by_code
from alliances.finance_queries import products
from alliances.lifecycle import MemberState
from alliances.locks import lock_own_member, lock_product
from alliances.models import AllianceMember, FinanceProduct
from alliances.rules.apr import HIGHEST_FEE_SHARE, Loan, Repayment, check_priced
from alliances.rules.membership import MemberKind, check_licence
from alliances.rules.products import ProductKind, ProductTerms, QuotaFull, check_product
from core import clock, money
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace.queries import technology_field


class MemberNotActive(Conflict):
    code = "member_not_active"
    message = "Only an active member of the financial alliance does this; yours is {state}."
    words = tuple(MemberState)


class ProductClosed(Conflict):
    code = "product_closed"
    message = "This product was closed already."


def list_product(
    *,
    actor: Actor,
    organization_id: int,
    once: Once | None = None,
    technology_fields: Sequence[str] = (),
    cities: Sequence[str] = (),
    **values: Any,
) -> FinanceProduct:
    """Offer a product, by an active member within its quota; amounts in CNY, rates in per cent."""
    require_agent(actor, organization_id)
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return products().get(pk=earlier)
        member = lock_own_member(organization_id)
        now = clock.now()
        require_active(member)
        require_verified(member.organization)
        check_licence(MemberKind(member.kind), member.licence(), date_of(now))
        _check(member, values)
        if member.products.filter(closed_at=None).count() >= member.product_quota:
            raise QuotaFull(quota=member.product_quota)
        chosen = [technology_field(code) for code in technology_fields]
        places = [city_by_code(code) for code in cities]
        made = FinanceProduct.objects.create(member=member, listed_at=now, **values)
        made.technology_fields.set(chosen)
        made.cities.set(places)
        product = products().get(pk=made.pk)
        settle(once, product)
        _record(product, "listed", actor, now)
    return product


def close_product(*, actor: Actor, product_id: int) -> FinanceProduct:
    """No new case is routed to it; those that were go on."""
    with transaction():
        product = lock_product(product_id, seen_by=actor)
        require_agent(actor, product.member.organization_id)
        if product.closed_at is not None:
            raise ProductClosed
        product.closed_at = now = clock.now()
        product.save(update_fields=["closed_at"])
        _record(product, "closed", actor, now)
    return product


def require_active(member: AllianceMember) -> None:
    if member.state != MemberState.ACTIVE:
        raise MemberNotActive(state=MemberState(member.state))


def _check(member: AllianceMember, values: dict[str, Any]) -> None:
    terms = ProductTerms(
        kind=ProductKind(values["kind"]),
        least=values["least_amount"],
        most=values["most_amount"],
        most_months=values["most_months"],
        rate=values["rate"],
        repayment=values["repayment"],
        fee_rate=values["fee_rate"],
    )
    check_product(MemberKind(member.kind), terms, most_fee=HIGHEST_FEE_SHARE * 100)
    if terms.rate is not None:
        fee = money.share(terms.most, terms.fee_rate / Decimal(100))
        repayment = Repayment(terms.repayment)
        check_priced(Loan(terms.most, terms.rate, terms.most_months, repayment, fee))


def _record(product: FinanceProduct, what: str, actor: Actor, at: Any) -> None:
    record(
        f"product:{product.pk}",
        f"product.{what}",
        at=at,
        actor=actor,
        product=product.pk,
        member=product.member_id,
        organization=product.member.organization_id,
    )
