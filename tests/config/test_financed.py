"""The demo's story of financing, told to the API without a server in between."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import OrganizationKind, User
from alliances.models import FinanceOffer
from config.demo.api import Caller, Problem
from config.demo.financed import finance
from marketplace.lifecycle import AchievementState
from tests.conftest import make_cadre, make_member, make_organization, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_deal


@dataclass
class Inside(Caller):
    """Somebody who calls the API from within."""

    client: APIClient

    def _bytes(
        self, method: str, path: str, body: dict[str, Any] | None = None, **more: Any
    ) -> bytes:
        answer = self.client.generic(
            method,
            f"/api/v1{path}",
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": str(uuid4())},
        )
        if answer.status_code >= 400:
            raise Problem(json.loads(answer.content))
        return bytes(answer.content)


def inside(user: User) -> Inside:
    client = APIClient()
    client.force_login(user)
    return Inside("", client)


@pytest.mark.usefixtures("clock")
def test_the_buyer_of_the_sold_achievement_gets_an_offer_from_one_of_three_each_time(
    db, seller, bidder
):
    bank = OrganizationKind.FINANCIAL_INSTITUTION
    people = {name: inside(make_member(make_organization(bank))) for name in BANKS}
    people |= {"cadre": inside(make_cadre("挂职")), "songjiang": inside(bidder)}
    sold = make_achievement(seller, AchievementState.RESERVED)
    both = organization_of(seller), organization_of(bidder)
    make_deal(*both, achievement=sold, channel="off_session")
    said: list[str] = []
    for times in (1, 2):
        finance(people, {"achievement": sold.pk, "title": sold.title}, say=said.append)
        assert FinanceOffer.objects.filter(state="accepted").count() == times
        assert len(said) == 3 * times


BANKS = ("bank_a", "bank_b", "bank_c")
