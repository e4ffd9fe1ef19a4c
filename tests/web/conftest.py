"""A visitor with a browser without scripts, and a lot to visit."""

from copy import deepcopy

import pytest
from django.test import Client

from accounts.models import User
from auctions.models import Lot
from core import money
from tests.conftest import Cast
from tests.factories import make_lot


@pytest.fixture
def cast(db: None, lasting_cast: Cast) -> Cast:
    return deepcopy(lasting_cast)


@pytest.fixture
def visit():
    """`visit(path, person)`: the page in English, by default for somebody not signed in."""

    def get(path, person=None, **more):
        client = Client()
        if person is not None:
            client.force_login(person)
        return client.get(path, headers={"accept-language": "en"}, **more)

    return get


@pytest.fixture
def send():
    """`send(person, path, …)`: a form of a page, as a browser sends it; the page after it."""

    def post(person, path, **values):
        client = Client(headers={"accept-language": "en"})
        if person is not None:
            client.force_login(person)
        return client.post(path, values, follow=True)

    return post


def make_priced_lot(seller: User) -> Lot:
    """Starts at a million, in steps of fifty thousand, with a deposit of two hundred thousand."""
    return make_lot(
        seller,
        starting_price=money.parse("1000000.00"),
        increment=money.parse("50000.00"),
        deposit_amount=money.parse("200000.00"),
    )


@pytest.fixture(scope="module")
def lasting_lot(lasting_cast: Cast) -> int:
    return make_priced_lot(lasting_cast["seller"]).pk


@pytest.fixture
def lot(cast: Cast, lasting_lot: int) -> Lot:
    return Lot.objects.get(pk=lasting_lot)
