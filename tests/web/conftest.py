"""A visitor with a browser without scripts, and a lot to visit."""

import pytest
from django.test import Client

from auctions.models import Lot
from core import money
from tests.factories import make_lot


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
def lot(seller) -> Lot:
    return make_lot(
        seller,
        starting_price=money.parse("1000000.00"),
        increment=money.parse("50000.00"),
        deposit_amount=money.parse("200000.00"),
    )
