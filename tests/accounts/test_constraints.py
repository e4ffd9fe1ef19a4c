"""What the database refuses about people and organizations, whoever asks."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.db import transaction as django_transaction
from django.db.models import ProtectedError

from accounts.lifecycle import OrganizationState
from accounts.models import City, Membership, Organization, Role, Secondment, WorkingGroup
from tests.conftest import NOW, make_member, make_organization, make_user, organization_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def refuses(constraint: str):
    """A savepoint around what the database refuses, so that the test can look on."""
    return pytest.raises(IntegrityError, match=constraint)


def change(row, **values) -> None:
    with django_transaction.Atomic(using=None, savepoint=True, durable=False):
        type(row).objects.filter(pk=row.pk).update(**values)


def insert(model, **values) -> None:
    with django_transaction.Atomic(using=None, savepoint=True, durable=False):
        model.objects.create(**values)


@pytest.mark.parametrize(
    "code",
    ["", "91350100M000100Y4", "91350100M000100Y4Z", "91350100m000100y43", "O" * 18, "I" * 18],
)
def test_a_credit_code_has_its_shape(code):
    with refuses("organization_credit_code_shape"):
        change(make_organization(), credit_code=code)


def test_a_credit_code_is_one_organizations():
    with refuses("credit_code"):
        change(make_organization(), credit_code=make_organization().credit_code)


@pytest.mark.parametrize("values", [{"verified_at": None}, {"verified_by": None}])
def test_a_verification_has_its_moment_and_its_person(values):
    with refuses("organization_verified_at_by_together"):
        change(make_organization(), **values)


@pytest.mark.parametrize("state", [OrganizationState.VERIFIED, OrganizationState.SUSPENDED])
def test_nobody_trades_whom_nobody_verified(state):
    with refuses("organization_verified_means_somebody_did"):
        change(make_organization(verified=False), state=state)


def test_a_person_is_in_an_organization_once_at_a_time(bidder):
    again = {"user": bidder, "organization": organization_of(bidder), "role": Role.VIEWER}
    with refuses("membership_one_at_a_time"):
        insert(Membership, **again, started_at=NOW)
    bidder.memberships.update(ended_at=NOW)
    insert(Membership, **again, started_at=NOW)


def test_a_membership_ends_no_earlier_than_it_begins(bidder):
    with refuses("membership_ends_after_start"):
        change(bidder.memberships.get(), ended_at=NOW - timedelta(seconds=1))
    change(bidder.memberships.get(), ended_at=NOW)


FIRST, LAST = date(2026, 3, 10), date(2026, 3, 12)


def second(user, starts_on: date, ends_on: date) -> None:
    insert(
        Secondment,
        user=user,
        city=City.objects.get(code="330100"),
        group=WorkingGroup.GENERAL,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@pytest.mark.parametrize(
    ("starts", "ends"),
    [(0, 0), (-5, 0), (2, 9), (1, 1), (-5, 9), (0, 2)],
)
def test_two_terms_of_one_person_do_not_overlap(starts, ends):
    user = make_user()
    second(user, FIRST, LAST)
    with refuses("secondment_terms_do_not_overlap"):
        second(user, FIRST + timedelta(days=starts), FIRST + timedelta(days=ends))
    assert user.secondments.count() == 1


def test_terms_may_follow_each_other_and_other_people_may_serve_meanwhile():
    user = make_user()
    second(user, FIRST, LAST)
    second(user, LAST + timedelta(days=1), LAST + timedelta(days=1))
    second(user, FIRST - timedelta(days=9), FIRST - timedelta(days=1))
    second(make_user(), FIRST, LAST)
    assert user.secondments.count() == 3


def test_a_term_ends_no_earlier_than_it_begins():
    with pytest.raises(Exception, match=r"range lower bound|secondment_ends_after_start"):
        second(make_user(), LAST, FIRST)


def test_a_client_is_one_organizations(bidder, rival, system):
    system(organization_of(bidder), "lots:read")
    client = organization_of(bidder).api_clients.get()
    with refuses("client"):
        insert(type(client), client=client.client, organization=organization_of(rival))


def test_whoever_has_a_past_here_is_not_deleted(bidder):
    organization = organization_of(bidder)
    for row in (bidder, organization, organization.city):
        with pytest.raises(ProtectedError):
            row.delete()


def test_what_a_row_is_called():
    organization = Organization.objects.get(pk=make_organization(name="虚构机构").pk)
    member = make_member(organization, name="li")
    assert str(organization) == "虚构机构"
    assert str(member) == "li"
    assert str(member.memberships.get()) == "li · 虚构机构"
    second(member, FIRST, LAST)
    assert str(member.secondments.get()) == "li 2026-03-10 – 2026-03-12"
    member.full_name = "李"
    assert str(member) == "李"
