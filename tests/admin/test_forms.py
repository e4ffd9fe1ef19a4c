"""What is entered by forms: lots drafted by the exchange; people, terms and API clients."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import ApiClient, City, Membership, Secondment, User
from auctions.models import Lot, Policy
from tests.admin.conftest import list_url, make_people, page_url, step_url
from tests.conftest import Cast, Clock, act, organization_of
from tests.factories import make_achievement

Desk = Callable[..., Client]


@pytest.fixture
def cast(db: None) -> Cast:
    """People in an empty world, where what a form made is all there is."""
    return make_people()


@pytest.fixture
def terms(seller: User, clock: Clock) -> dict[str, str]:
    return {
        "achievement": str(make_achievement(seller).pk),
        "policy": str(Policy.objects.get(code="EXCHANGE_BIDDING-2").pk),
        "starting_price": "¥3,350,000",
        "increment": "50000.00",
        "deposit_amount": "335000",
        "opens_at": "2026-03-10T09:00:00",
        "closes_at": "2026-03-10T17:30:15",
        "latest_close": "",
        "extension_window_s": "300",
        "extension_s": "300",
        "key": str(uuid4()),
    }


ADD_LOT = "/admin/auctions/lot/add/"


def test_an_operator_drafts_a_lot_in_shanghai_time(
    operator: User, desk: Desk, terms: dict[str, str]
):
    client = desk(operator)
    assert 'type="datetime-local"' in client.get(ADD_LOT).content.decode()

    answer = client.post(ADD_LOT, terms)

    lot = Lot.objects.get()
    assert answer.url == page_url(lot)
    assert (lot.state, lot.starting_price) == ("draft", Decimal("3350000.00"))
    assert lot.opens_at == datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    assert lot.closes_at == datetime(2026, 3, 10, 9, 30, 15, tzinfo=UTC)
    assert LogEntry.objects.get().object_id == str(lot.pk)


def test_a_form_sent_twice_drafts_one_lot(operator: User, desk: Desk, terms: dict[str, str]):
    client = desk(operator)
    first, second = client.post(ADD_LOT, terms), client.post(ADD_LOT, terms)
    assert first.url == second.url
    assert Lot.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"closes_at": "2026-03-10T08:00:00"},  # the action's refusal
        {"closes_at": "tomorrow"},
        {"opens_at": "0001-01-01T00:00:00"},
        {"increment": "0"},
        {"deposit_amount": "1.234"},
        {"extension_s": "-1"},
        {"extension_s": "999999999999"},
        {"achievement": "987654"},
        {"achievement": "\x00"},
        {"key": "no-key"},
    ],
)
def test_a_lot_with_wrong_terms_is_not_drafted(
    wrong: dict[str, str], operator: User, desk: Desk, terms: dict[str, str]
):
    answer = desk(operator).post(ADD_LOT, {**terms, **wrong})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert terms["starting_price"] in answer.content.decode()  # nothing has to be typed again
    assert not Lot.objects.exists()


def test_an_achievement_that_is_not_published_cannot_be_drafted(
    operator: User, seller: User, desk: Desk, terms: dict[str, str]
):
    hidden = make_achievement(seller, state="submitted", published_at=None)
    answer = desk(operator).post(ADD_LOT, {**terms, "achievement": str(hidden.pk)})
    assert answer.context["form"].errors
    assert not Lot.objects.exists()


def test_drafting_needs_the_token_and_the_role(
    operator: User, cadre: User, root: User, desk: Desk, terms: dict[str, str]
):
    strict = desk(operator, enforce_csrf_checks=True)
    assert strict.post(ADD_LOT, terms).status_code == 403
    for outsider in (cadre, root):
        assert desk(outsider).post(ADD_LOT, terms).status_code == 403
    assert not Lot.objects.exists()


def test_the_technical_administrator_enters_a_person_who_can_then_work(
    root: User, operator: User, desk: Desk, clock: Clock
):
    client = desk(root)
    add = {
        "username": "newcomer",
        "full_name": "虚构新人",
        "email": "",
        "language": "zh-hans",
        "password1": "a-fine-secret-77",
        "password2": "a-fine-secret-77",
    }
    client.post(reverse("admin:accounts_user_add"), add)
    person = User.objects.get(username="newcomer")
    assert person.check_password("a-fine-secret-77")
    assert desk(person).get(reverse("admin:index"), follow=True).status_code == 403

    exchange = organization_of(operator)
    member = {"user": person.pk, "organization": exchange.pk, "role": "agent"}
    client.post(reverse("admin:accounts_membership_add"), member)

    membership = person.memberships.get()
    assert membership.started_at == clock.now()
    assert act(person).operates
    assert desk(person).get(reverse("admin:index")).status_code == 200


def test_a_second_membership_at_once_is_refused_in_words(
    root: User, operator: User, desk: Desk, clock: Clock
):
    member = {"user": operator.pk, "organization": organization_of(operator).pk, "role": "viewer"}
    client = desk(root)
    answer = client.post(reverse("admin:accounts_membership_add"), member)
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert Membership.objects.filter(user=operator).count() == 1

    client.post(step_url(operator.memberships.get(), "end"))
    clock.advance(seconds=1)
    client.post(reverse("admin:accounts_membership_add"), member)
    assert Membership.objects.filter(user=operator, ended_at=None).get().role == "viewer"


def test_a_form_survives_what_is_no_id(root: User, desk: Desk, clock: Clock):
    client = desk(root)
    for value in ("\x00", "abc", "²", "9" * 30):
        wrong = {"user": value, "organization": value, "role": value, "city": value}
        for model in ("membership", "secondment"):
            answer = client.post(reverse(f"admin:accounts_{model}_add"), wrong)
            assert answer.status_code == 200
            assert answer.context["errors"]


def test_terms_of_office_that_overlap_are_refused_in_words(
    root: User, cadre: User, desk: Desk, clock: Clock
):
    client = desk(root)
    term = cadre.secondments.get()
    wuhu = City.objects.get(code="340200")
    new = {
        "user": cadre.pk,
        "city": wuhu.pk,
        "group": "business",
        "starts_on": term.ends_on.isoformat(),
        "ends_on": "2030-01-01",
    }
    answer = client.post(reverse("admin:accounts_secondment_add"), new)
    assert answer.status_code == 200
    assert answer.context["errors"]
    backwards = {**new, "starts_on": "2030-01-01", "ends_on": "2029-01-01"}
    assert client.post(reverse("admin:accounts_secondment_add"), backwards).status_code == 200
    assert Secondment.objects.count() == 1

    new["starts_on"] = "2028-01-01"
    client.post(reverse("admin:accounts_secondment_add"), new)
    later = Secondment.objects.latest("pk")
    # A change can overlap too, though the person is no longer part of the form.
    answer = client.post(page_url(later), {**new, "starts_on": term.starts_on.isoformat()})
    assert answer.status_code == 200
    assert answer.context["errors"]


def test_a_term_cut_short_ends_the_rights(root: User, cadre: User, desk: Desk, clock: Clock):
    term = cadre.secondments.get()
    office = desk(cadre)
    assert office.get(reverse("admin:index")).status_code == 200
    changed = {
        "city": term.city_id,
        "group": term.group,
        "starts_on": term.starts_on.isoformat(),
        "ends_on": "2026-03-01",
    }
    assert desk(root).post(page_url(term), changed).status_code == 302
    assert office.get(reverse("admin:index"), follow=True).status_code == 403


def test_a_person_is_changed_and_gets_a_new_password(root: User, stranger: User, desk: Desk, clock):
    client = desk(root)
    changed = {
        "username": "stranger",
        "full_name": "虚构陌生人",
        "email": "",
        "language": "en",
        "is_active": "on",
        "password": "smuggled",
        "groups": "1",
        "is_staff": "on",
    }
    page = client.get(page_url(stranger)).content.decode()
    assert reverse("admin:auth_user_password_change", args=[stranger.pk]) in page
    assert client.post(page_url(stranger), changed).status_code == 302
    stranger.refresh_from_db()
    assert (stranger.full_name, stranger.is_staff) == ("虚构陌生人", False)
    assert stranger.check_password("demo")

    url = reverse("admin:auth_user_password_change", args=[stranger.pk])
    assert client.get(url).status_code == 200
    secret = {"password1": "another-fine-77", "password2": "another-fine-77"}
    assert client.post(url, secret).status_code == 302
    stranger.refresh_from_db()
    assert stranger.check_password("another-fine-77")


def test_only_the_technical_administrator_sets_passwords(
    operator: User, cadre: User, root: User, desk: Desk, clock: Clock
):
    url = reverse("admin:auth_user_password_change", args=[root.pk])
    secret = {"password1": "another-fine-77", "password2": "another-fine-77"}
    for outsider in (operator, cadre):
        assert desk(outsider).post(url, secret).status_code in (403, 404)
    root.refresh_from_db()
    assert root.check_password("demo")


def _client_form(owner: Any, **values: Any) -> dict[str, Any]:
    known = {"organization": owner.pk, "name": "虚构系统", "scopes": ["lots:read"]}
    return {**known, **values}


def test_a_clients_secret_is_shown_once(root: User, bidder: User, desk: Desk, clock: Clock):
    client = desk(root)
    add = reverse("admin:accounts_apiclient_add")
    assert client.get(add).status_code == 200

    answer = client.post(add, _client_form(organization_of(bidder)))

    made = ApiClient.objects.select_related("client").get()
    secret = answer.context["credentials"].client_secret
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert made.client.get_scopes() == ["lots:read"]
    for page in (page_url(made), page_url(made, "history"), list_url(ApiClient)):
        assert secret not in client.get(page).content.decode()
    assert secret not in str(LogEntry.objects.values_list())


def test_a_client_without_scopes_is_not_made(root: User, bidder: User, desk: Desk, clock: Clock):
    add = reverse("admin:accounts_apiclient_add")
    for wrong in ({"scopes": []}, {"scopes": ["all:everything"]}, {"organization": "x"}):
        answer = desk(root).post(add, _client_form(organization_of(bidder), **wrong))
        assert answer.status_code == 200
        assert answer.context["form"].errors
    assert not ApiClient.objects.exists()


def test_api_clients_are_made_by_nobody_else(
    operator: User, bidder: User, desk: Desk, clock: Clock
):
    add = reverse("admin:accounts_apiclient_add")
    form = _client_form(organization_of(bidder))
    assert desk(operator).post(add, form).status_code == 403
    assert not ApiClient.objects.exists()
