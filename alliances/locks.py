"""Every row lock of this app.

The order is: alliance, its members by id, product, application. An application's cases, offers,
consents and movements have no locks of their own: the application's is theirs. What it pledges is
locked after it, by the marketplace.
"""

from accounts.actors import Actor
from alliances.finance_queries import (
    applications,
    applications_visible_to,
    financial_members,
    products_visible_to,
)
from alliances.fund_queries import fund_projects_visible_to
from alliances.models import (
    Alliance,
    AllianceMember,
    FinanceApplication,
    FinanceCase,
    FinanceProduct,
    FundProject,
)
from alliances.queries import alliances_visible_to, members_visible_to
from core.db import column_of, one_or_none, require_transaction
from core.errors import PermissionDenied
from core.locks import lock_one


def lock_alliance(alliance_id: int, *, seen_by: Actor) -> Alliance:
    return lock_one(alliances_visible_to(seen_by), alliance_id)


def lock_member(member_id: int, *, seen_by: Actor) -> AllianceMember:
    """Lock one member. One that `seen_by` may not see does not exist."""
    return lock_one(members_visible_to(seen_by), member_id)


def lock_own_member(organization_id: int) -> AllianceMember:
    """Lock an organization's place in the financial alliance."""
    require_transaction()
    found = financial_members().filter(organization=organization_id)
    row = one_or_none(found.select_for_update(no_key=True, of=("self",)))
    if row is None:
        raise PermissionDenied
    return row


def lock_offeror(member_id: int) -> AllianceMember:
    """Lock the member that made an offer, which neither leaves nor is ended until it is taken."""
    require_transaction()
    return AllianceMember.objects.select_for_update(no_key=True).get(pk=member_id)


def lock_product(product_id: int, *, seen_by: Actor) -> FinanceProduct:
    return lock_one(products_visible_to(seen_by), product_id)


def lock_application(application_id: int, *, seen_by: Actor | None = None) -> FinanceApplication:
    """Lock one application, and with it its cases, offers and consents; sweeps act for nobody."""
    rows = applications() if seen_by is None else applications_visible_to(seen_by)
    # Few ask what it pledges, by which policy, or who was asked and offered.
    narrow = rows.select_related(None).select_related("applicant", "field", "city")
    return lock_one(narrow.prefetch_related(None), application_id)


def lock_case(case_id: int) -> FinanceCase:
    """A case, by the lock of its application."""
    require_transaction()
    application_id = column_of(FinanceCase.objects.all(), case_id, "application")
    lock_one(FinanceApplication.objects.only("pk"), application_id)
    return FinanceCase.objects.select_related("application").get(pk=case_id)


def lock_fund_project(project_id: int, *, seen_by: Actor) -> FundProject:
    rows = fund_projects_visible_to(seen_by)
    return lock_one(rows.select_related(None).prefetch_related(None), project_id)
