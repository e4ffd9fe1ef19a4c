"""Language, error pages, signing in and out: everything around the lots."""

import pytest
from django.test import Client
from django.utils import translation

from tests.web.reading import page

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("path", ["/lots/999999", f"/lots/{10**30}", "/lots/7/", "/nothing"])
def test_what_is_not_there_is_a_page_in_the_sites_look(path, visit, db):
    response = visit(path)
    assert response.status_code == 404
    assert "There is nothing here that you may see" in response.text
    assert "site.css" in response.text


def test_asking_for_an_icon_does_not_make_an_open_form_worthless(visit, db):
    response = visit("/favicon.ico")
    assert response.headers["Location"].endswith("/mark.svg")
    assert not response.cookies


def test_pages_are_chinese_unless_asked_otherwise_and_the_choice_is_kept(lot):
    client = Client()
    assert 'lang="zh-hans"' in client.get("/").text
    answer = client.post("/i18n/setlang/", {"language": "en", "next": page(lot)})
    assert answer.headers["Location"] == page(lot)
    english = client.get(page(lot)).text
    assert 'lang="en"' in english
    assert "Open for bids" in english


def test_errors_wear_the_sites_look_without_any_context():
    from django.template.loader import get_template

    with translation.override("en"):
        for name in ("400.html", "500.html"):
            assert "site.css" in get_template(name).render()


def test_an_unreadable_address_is_a_400_page(visit, db):
    response = visit("/?q=%00")
    assert response.status_code == 400
    assert "The request cannot be read" in response.text


def test_a_stale_form_is_a_403_page(lot):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/i18n/setlang/", {"language": "en"}, headers={"accept-language": "en"})
    assert response.status_code == 403
    assert "This form is too old" in response.text


def test_a_role_that_does_not_suffice_is_a_403_page(rf):
    from django.core.exceptions import PermissionDenied

    from core.problems import forbidden

    with translation.override("en"):
        response = forbidden(rf.get("/"), PermissionDenied())
    assert response.status_code == 403
    assert b"Your role does not allow this" in response.content


def test_signing_in_and_out_wears_the_sites_look(visit, bidder):
    sign_in = visit("/accounts/login/").text
    assert "site.css" in sign_in
    assert "Accounts are opened by the exchange" in sign_in
    sign_out = visit("/accounts/logout/", bidder).text
    assert "site.css" in sign_out
    assert "Do you want to sign out?" in sign_out
    change = visit("/accounts/password/change/", bidder).text
    assert "site.css" in change


def test_signing_in_leads_back_to_the_lot(lot, bidder):
    client = Client()
    form = {"login": "bidder", "password": "demo", "next": page(lot)}
    response = client.post("/accounts/login/", form)
    assert response.headers["Location"] == page(lot)
    assert 'id="register-form"' in client.get(page(lot)).text


def test_the_type_of_a_problem_points_to_a_page_that_explains_it(visit, anonymous, db):
    problem = anonymous.get("/api/v1/lots/999999").json()
    address, _, anchor = problem["type"].partition("#")
    page = visit(address)
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.text
