"""Whoever a view could tell from another by anything at all is asked for itself."""

import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Exists
from rest_framework.exceptions import PermissionDenied
from rest_framework.test import APIClient

from accounts.models import Membership, Organization, User
from accounts.requests import actor_of
from accounts.views import CityList
from marketplace.models import Need
from tests.asking import Asking
from tests.conftest import Cast, make_cadre, make_organization, organization_of
from tests.lasting import lasting
from tests.marketplace.conftest import make_need
from tests.test_permissions import bearing, manager, organization_body, signed_in, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CITIES = "/api/v1/cities"


@pytest.fixture(scope="module")
def lasting_callers(django_db_setup, django_db_blocker):
    with lasting(django_db_blocker):
        cast = Cast()
        make_need(cast["enterprise"])
        partner = bearing(token_of(organization_of(cast["bidder"]), ["needs:read"]))
        people = [cast[name] for name in ("bidder", "enterprise", "stranger", "cadre")]
        people += [manager(), make_cadre("虚构的另一人")]
        yield Asking(), [APIClient(), partner, *map(signed_in, people)]


@pytest.fixture
def asking(lasting_callers):
    """Begins to count anew."""
    lasting_callers[0].put = 0
    return lasting_callers[0]


@pytest.fixture
def callers(lasting_callers):
    return lasting_callers[1]


def codes(asking, callers, path=CITIES):
    with asking.watching():
        return [asking.ask(one, "GET", path).status_code for one in callers]


def test_what_is_the_same_for_everybody_is_asked_once(asking, callers):
    assert (codes(asking, callers), asking.put) == ([200] * len(callers), 1)


def test_what_tells_each_about_itself_is_asked_of_each(asking, callers):
    with asking.watching():
        told = [asking.ask(one, "GET", "/api/v1/me").content for one in callers]
    assert len(set(told)) == asking.put == len(callers)


REFUSALS = {
    "who is signed in": lambda request: request.user.is_authenticated,
    "what a person is": lambda request: isinstance(request.user, User),
    "what a person is called": lambda request: str(request.user) == "bidder",
    "who a person is": lambda request: request.user.pk == User.objects.get(username="bidder").pk,
    "the same person": lambda request: request.user == User.objects.get(username="bidder"),
    "where a person works": lambda request: (
        request.user.is_authenticated and request.user.memberships.exists()
    ),
    "a session": lambda request: "_auth_user_id" in request.session,
    "a person": lambda request: actor_of(request).user_id is not None,
    "a system": lambda request: actor_of(request).caller.startswith("client"),
    "a scope": lambda request: actor_of(request).scopes is not None,
    "staff": lambda request: actor_of(request).is_staff,
    "any organization": lambda request: bool(actor_of(request).acts_for),
    "one organization": lambda request: _bidders() in actor_of(request).acts_for,
    "the organizations": lambda request: Organization.objects.filter(
        pk__in=actor_of(request).sees
    ).exists(),
    "whose needs there are": lambda request: Need.objects.filter(
        organization__in=actor_of(request).sees
    ).exists(),
    "whose colleague there is": lambda request: Need.objects.filter(
        organization__memberships__organization__in=actor_of(request).sees
    ).exists(),
    "whose colleague posts": lambda request: Need.objects.filter(
        Exists(Membership.objects.filter(organization__in=actor_of(request).sees))
    ).exists(),
    "how many": lambda request: len(actor_of(request).manages) == 1,
    "what two have in common": lambda request: {_bidders()} & actor_of(request).sees,
}


def _bidders():
    return organization_of(User.objects.get(username="bidder")).pk


@pytest.mark.parametrize("refuses", REFUSALS.values(), ids=REFUSALS)
def test_who_alone_is_refused_is_found(asking, callers, monkeypatch, refuses):
    known = CityList.initial

    def initial(view, request, *args, **kwargs):
        known(view, request, *args, **kwargs)
        if refuses(request):
            raise PermissionDenied

    monkeypatch.setattr(CityList, "initial", initial)
    each = [one.get(CITIES).status_code for one in callers]

    assert set(each) == {200, 403}
    assert codes(asking, callers) == each
    assert codes(asking, callers[::-1]) == each[::-1]


def test_who_sends_a_token_is_nobody_where_none_is_read(asking, callers):
    found = [302, 302, *[200] * (len(callers) - 2)]
    assert codes(asking, callers, "/saved-searches") == found
    assert codes(asking, callers[::-1], "/saved-searches") == found[::-1]


def test_what_a_request_changed_is_taken_back(asking, callers):
    before = Organization.objects.count()
    with asking.watching():
        for number in range(2):
            answer = asking.ask(
                callers[-1],
                "POST",
                "/api/v1/organizations",
                data=json.dumps({**organization_body(None), "name": f"虚构{number}"}),
                content_type="application/json",
            )
            assert answer.status_code == 201
    assert (asking.put, Organization.objects.count()) == (2, before)


@pytest.fixture
def to_each(monkeypatch):
    """Has the view of the cities do something for each, and tell nobody from another."""

    def does(something):
        known = CityList.initial

        def initial(view, request, *args, **kwargs):
            known(view, request, *args, **kwargs)
            assert request.user.pk != 0
            something(request)

        monkeypatch.setattr(CityList, "initial", initial)

    return does


def test_rows_that_stay_as_they_are_are_read_once(asking, callers, to_each):
    read, found = [], []
    to_each(lambda request: found.append(list(Organization.objects.values_list("name", "city"))))

    def reading(execute, sql, *rest):
        read.append(str(sql))
        return execute(sql, *rest)

    with asking.watching(), connection.execute_wrapper(reading):
        cities = {asking.ask(one, "GET", CITIES).content for one in callers[2:]}

    assert asking.put == len(found) == len(callers) - 2
    assert (found[0], len(cities)) == (found[-1], 1)
    for kind in ("city", "organization"):
        assert sum(f'FROM "accounts_{kind}"' in one for one in read) == 1, kind


def test_what_a_request_wrote_it_reads_itself(asking, callers, to_each):
    counts = []

    def write(request):
        before = Organization.objects.count()
        made = make_organization()
        Organization.objects.filter(pk=made.pk).update(name="虚构的新名")
        made.refresh_from_db()
        counts.append((before, Organization.objects.count(), made.name))

    to_each(write)
    codes(asking, callers[2:])
    (before,) = {before for before, *_ in counts}
    assert counts == [(before, before + 1, "虚构的新名")] * (len(callers) - 2)


def test_how_a_request_was_signed_is_read_by_no_view():
    """So that it need not be watched: these alone find out who sends a request."""
    signature = re.compile(r"request\.auth\b|\"auth\",|COOKIES\b|uthorization|AUTHORIZATION")
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for app in apps.get_app_configs()
        if Path(app.path).parent == Path(settings.BASE_DIR)
        for path in Path(app.path).rglob("*.py")
        if signature.search(path.read_text(encoding="utf-8"))
    }
    assert found == {
        "accounts/authentication.py",
        "accounts/requests.py",
        "auctions/gateway.py",  # bids are answered at a door of their own,
        "notifications/stream.py",  # and so are streams
        "core/envelope.py",  # whether it is text at all
        "config/demo/api.py",  # asks, and does not answer
    }
