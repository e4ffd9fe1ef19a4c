"""Who a session's cookie stands for: the person as stored now, or nobody."""

from datetime import timedelta

import pytest
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.forms import model_to_dict
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return make_user("虚构的人'\\")


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_session_is_its_persons_with_all_that_is_stored(person, browser):
    found = auth.get_user(browser)
    assert model_to_dict(found) == model_to_dict(User.objects.get(pk=person.pk))
    found.full_name = "虚构新名"
    found.save()
    assert str(auth.get_user(browser)) == "虚构新名"


def test_a_session_that_ran_out_or_is_unknown_is_nobodys(browser):
    assert not auth.get_user(Client()).is_authenticated
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    assert not auth.get_user(browser).is_authenticated
    Session.objects.all().delete()
    assert not auth.get_user(browser).is_authenticated
    browser.cookies["sessionid"] = "' OR TRUE --"
    assert not auth.get_user(browser).is_authenticated


def test_whoever_is_deactivated_or_has_another_password_is_signed_out(person, browser):
    person.is_active = False
    person.save()
    assert not auth.get_user(browser).is_authenticated
    person.is_active = True
    person.set_password("another")
    person.save()
    assert not auth.get_user(browser).is_authenticated


def test_a_person_that_is_gone_is_nobody(person, browser):
    person.delete()
    assert not auth.get_user(browser).is_authenticated
