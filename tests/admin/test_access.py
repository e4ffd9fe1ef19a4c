"""Who gets in, to which lists and pages, for exactly as long as the right is held."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Organization, User
from core.models import Holiday
from tests.admin.conftest import World, list_url, page_url
from tests.admin.doors import knock
from tests.conftest import Clock, organization_of

Desk = Callable[[User], Client]

_STAFF = {"operator", "cadre"}
_ALL = {"operator", "cadre", "bureau", "root"}
READERS = {
    "accounts.organization": _ALL,
    "accounts.relation": _STAFF,
    "accounts.user": {"root"},
    "accounts.membership": {"root"},
    "accounts.secondment": {"root"},
    "accounts.apiclient": {"root"},
    "accounts.city": _ALL,
    "core.event": {"cadre", "root"},
    "core.holiday": _ALL,
    "core.referencefigure": _ALL,
    "auctions.policy": _STAFF,
    "auctions.auctionhouse": _STAFF,
    "auctions.auctioneer": _STAFF,
    "auctions.auctionsession": _STAFF,
    "auctions.runningorderentry": _STAFF,
    "auctions.lot": _STAFF,
    "auctions.lotresult": _STAFF,
    "auctions.lotappraisal": _STAFF,
    "auctions.priorityright": _STAFF,
    "auctions.reservereading": _STAFF,
    "auctions.registration": {"operator"},
    "auctions.depositmovement": {"operator"},
    "auctions.forfeiture": {"operator"},
    "auctions.bid": _STAFF,
    "auctions.refusedbid": {"operator"},
    "marketplace.need": {"operator", "cadre", "bureau"},
    "marketplace.needcall": {"operator", "cadre", "bureau"},
    "marketplace.achievement": {"operator", "cadre", "bureau"},
    "marketplace.response": _STAFF,
    "marketplace.deal": _STAFF,
    "marketplace.landing": {"operator", "cadre", "bureau"},
    "marketplace.broker": _STAFF,
    "marketplace.brokerage": _STAFF,
    "marketplace.expertpanel": {"operator", "cadre", "bureau"},
    "marketplace.panelobjection": _STAFF,
    "marketplace.needundertaking": {"operator", "cadre", "bureau"},
    "marketplace.needreading": {"operator", "cadre", "bureau"},
    "marketplace.plannedmilestone": {"operator", "cadre", "bureau"},
    "marketplace.publicity": _STAFF,
    "marketplace.objection": _STAFF,
    "marketplace.technologyfield": _ALL,
    "enclaves.park": _ALL,
    "enclaves.project": {"operator", "cadre", "bureau"},
    "enclaves.tenancy": {"operator", "cadre", "bureau"},
    "enclaves.talent": {"operator", "cadre", "bureau"},
    "enclaves.place": _ALL,
    "enclaves.assessment": _ALL,
    "enclaves.report": {"operator", "cadre", "bureau"},
    "alliances.alliance": _STAFF,
    "alliances.alliancemember": _STAFF,
    "alliances.supportpolicy": _STAFF,
    "alliances.financeproduct": {"cadre"},
    "alliances.financeapplication": {"cadre"},
    "alliances.financeoffer": {"cadre"},
    "alliances.fundproject": {"cadre"},
    "alliances.committeeseat": {"cadre"},
    "notifications.delivery": {"operator", "root"},
    "notifications.notice": {"root"},
    "notifications.webhookendpoint": {"root"},
    "notifications.stuckevent": {"root"},
}
WRITERS = {
    "accounts.relation": _STAFF,
    "auctions.lotappraisal": {"operator"},
    "auctions.priorityright": {"operator"},
    "accounts.user": {"root"},
    "accounts.membership": {"root"},
    "accounts.secondment": {"root"},
    "accounts.apiclient": {"root"},
    "auctions.policy": {"operator"},
    "auctions.auctionhouse": {"cadre"},
    "auctions.auctioneer": {"cadre"},
    "auctions.auctionsession": {"operator"},
    "auctions.lot": {"operator"},
    "core.holiday": {"cadre"},
    "core.referencefigure": {"cadre"},
    "marketplace.deal": _STAFF,
    "marketplace.needcall": _STAFF,
    "alliances.alliance": {"cadre"},
    "alliances.fundproject": {"cadre"},
    "alliances.supportpolicy": {"cadre"},
    "alliances.committeeseat": {"cadre"},
    "marketplace.broker": {"cadre"},
    "enclaves.park": {"cadre", "bureau"},
    "enclaves.project": {"cadre"},
    "enclaves.place": {"cadre", "bureau"},
    "enclaves.tenancy": {"cadre"},
    "enclaves.report": {"cadre"},
}
# What stays a form after it was added.
FORMS = {
    "accounts.user",
    "accounts.secondment",
    "core.holiday",
    "core.referencefigure",
    "marketplace.broker",
}
FORMS |= {"alliances.supportpolicy", "alliances.committeeseat"}
OUTSIDERS = {"stranger", "bidder"}


def test_every_model_at_the_desk_has_a_row_in_the_table():
    assert {model._meta.label_lower for model in admin.site._registry} == set(READERS)


@pytest.mark.usefixtures("known_people")
@pytest.mark.parametrize("who", ["operator", "cadre", "bureau", "root"])
def test_lists_and_pages_open_for_their_readers_and_forms_for_their_writers(who: str, world: World):
    """And nobody deletes. Asked at the views, which all refuse by themselves."""
    person = world.people[who]
    for name, row in world.rows.items():
        expected = 200 if who in READERS[name] else 403
        assert knock(person, list_url(row)).status_code == expected, (who, name)
        # Of a list that somebody may open, a row may still be out of sight: back to the front,
        # as from a row that does not exist.
        for page in ("change", "history"):
            answer = knock(person, page_url(row, page))
            assert answer.status_code in {expected, 302}, (who, name)
        form = 200 if who in WRITERS.get(name, set()) else 403
        assert knock(person, list_url(row) + "add/").status_code == form, (who, name)
        refused = [(page_url(row, "delete"), {"post": "yes"})]
        if name not in FORMS:
            refused.append((page_url(row), {}))
        for address, data in refused:
            assert knock(person, address, data, method="POST").status_code == 403, (who, address)


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("who", ["operator", "cadre", "bureau", "root"])
def test_what_a_view_answers_reaches_the_browser(who: str, world: World, desk: Desk):
    """The front, what one may read, and what nobody may do: through all that lies around a view."""
    client = desk(world.people[who])
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(list_url(Holiday)).status_code == 200
    assert client.get(page_url(world.rows["core.holiday"])).status_code == 200
    for name in ("accounts.membership", "auctions.registration", "alliances.committeeseat"):
        expected = 200 if who in READERS[name] else 403
        assert client.get(list_url(world.rows[name])).status_code == expected, name
        delete = page_url(world.rows[name], "delete")
        assert client.post(delete, {"post": "yes"}).status_code == 403, name


def _doors(world: World) -> Iterator[str]:
    for row in world.rows.values():
        yield from (list_url(row), page_url(row), page_url(row, "history"))


@pytest.mark.usefixtures("known_people")
@pytest.mark.parametrize("who", sorted(OUTSIDERS))
def test_whoever_has_no_role_is_led_to_the_sign_in_which_says_no(
    who: str, world: World, desk: Desk
):
    for address in _doors(world):
        answer = knock(world.people[who], address)
        assert answer.status_code == 302, (who, address)
        assert answer.url.startswith(reverse("admin:login")), (who, address)
    client = desk(world.people[who])
    assert client.get(address).url == answer.url
    assert client.get(answer.url).status_code == 403


def test_the_anonymous_are_led_to_the_sign_in_that_counts_attempts(world: World, client: Client):
    for address in _doors(world):
        answer = knock(AnonymousUser(), address)
        assert (answer.status_code, answer.url) == (302, f"{reverse('admin:login')}?next={address}")
    (_, _), (last, _) = client.get(address, follow=True).redirect_chain
    assert last.startswith(reverse("account_login") + "?next=")
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")


def test_the_sites_own_login_signs_nobody_in(operator: User, client: Client):
    answer = client.post(
        reverse("admin:login"), {"username": "operator", "password": "demo", "this_is_the": "login"}
    )
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_signing_in_through_the_door_leads_to_the_desk(operator: User, client: Client):
    start = client.get(reverse("admin:index"), follow=True)
    door = start.redirect_chain[-1][0]
    answer = client.post(door, {"login": "operator", "password": "demo"}, follow=True)
    assert answer.request["PATH_INFO"] == reverse("admin:index")
    assert answer.status_code == 200
    assert client.get(reverse("admin:login")).url == reverse("admin:index")


def test_the_password_is_changed_where_attempts_are_counted(operator: User, desk: Desk):
    answer = desk(operator).get(reverse("admin:password_change"))
    assert answer.url == reverse("account_change_password")
    done = desk(operator).get(reverse("admin:password_change_done"))
    assert done.url == reverse("admin:index")


def test_signing_out_takes_a_form(operator: User, desk: Desk, clock: Clock):
    client = desk(operator)
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.post(reverse("admin:logout")).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_cadre_whose_term_ended_is_out_at_the_next_request(cadre: User, desk: Desk, clock: Clock):
    client = desk(cadre)
    need_list = reverse("admin:marketplace_need_changelist")
    term = cadre.secondments.get()
    last_moment = clock.instant.replace(hour=15, minute=59, second=59) + (
        term.ends_on - clock.instant.date()
    )
    clock.set(last_moment)  # 23:59:59 in Shanghai, on the last day
    assert client.get(need_list).status_code == 200

    clock.set(last_moment + timedelta(seconds=1))

    assert client.get(need_list, follow=True).status_code == 403
    assert client.get(reverse("admin:index"), follow=True).status_code == 403
    assert client.get(reverse("admin:jsi18n"), follow=True).status_code == 403


def test_a_term_that_has_not_begun_opens_nothing(cadre: User, desk: Desk, clock: Clock):
    client = desk(cadre)
    clock.advance(days=-101)
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_a_membership_that_ended_closes_the_desk(operator: User, desk: Desk, clock: Clock):
    client = desk(operator)
    assert client.get(reverse("admin:index")).status_code == 200
    Membership.objects.filter(user=operator).update(ended_at=clock.now())
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_a_suspended_exchange_closes_the_desk(operator: User, desk: Desk, clock: Clock):
    client = desk(operator)
    Organization.objects.filter(pk=organization_of(operator).pk).update(state="suspended")
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_a_deactivated_person_is_signed_out(root: User, desk: Desk, clock: Clock):
    client = desk(root)
    User.objects.filter(pk=root.pk).update(is_active=False)
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")


def test_django_staff_without_a_role_is_nobody_here(stranger: User, desk: Desk, clock: Clock):
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    assert desk(stranger).get(reverse("admin:index"), follow=True).status_code == 403


def test_a_bureau_sees_only_what_reached_it(world: World, desk: Desk):
    client = desk(world.people["bureau"])
    assert client.get(page_url(world.need)).status_code == 200
    world.need.city_id = 1  # another city's
    world.need.save()
    gone = client.get(page_url(world.need))
    never = client.get(reverse("admin:marketplace_need_change", args=[987654]))
    assert (gone.status_code, gone.url) == (never.status_code, never.url)
