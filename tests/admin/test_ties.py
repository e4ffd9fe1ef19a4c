"""Who stands behind whom, at the desk: relations, particulars, appraisals, and what they bar."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import Organization, Relation, User
from auctions.models import LotAppraisal, RefusedBid
from core.errors import Refusal
from tests.admin.conftest import World, list_url, page_url, step_url
from tests.auctions.barring import make_relation
from tests.conftest import organization_of
from tests.factories import bid

Desk = Callable[..., Client]
ADD = "/admin/accounts/relation/add/"


def test_staff_enters_a_relation_once_and_ends_it(
    world: World, desk: Desk, operator: User, cadre: User
):
    form = {
        "organization": str(organization_of(world.people["seller"]).pk),
        "related": str(organization_of(world.people["bidder"]).pk),
        "kind": "kinship",
        "starts_on": "2026-01-05",
        "ends_on": "",
        "evidence": "虚构登记信息",
        "key": str(uuid4()),
    }
    client = desk(operator)
    first, second = client.post(ADD, form), client.post(ADD, form)
    relation = Relation.objects.latest("pk")
    assert first.url == second.url == page_url(relation)
    assert (relation.kind, relation.by_staff) == ("kinship", True)

    again = client.post(ADD, {**form, "key": str(uuid4())})
    assert again.status_code == 200
    assert again.context["form"].errors
    assert Relation.objects.filter(kind="kinship").count() == 1

    ending = {"ends_on": "2026-01-05", "reason": "虚构误登"}
    client = desk(cadre)
    assert step_url(relation, "end") in client.get(page_url(relation)).content.decode()
    assert client.get(step_url(relation, "end")).status_code == 200
    client.post(step_url(relation, "end"), ending)
    relation.refresh_from_db()
    assert (relation.end_reason, relation.ended_by) == ("虚构误登", cadre)
    assert step_url(relation, "end") not in client.get(page_url(relation)).content.decode()


@pytest.mark.parametrize("wrong", [{"evidence": ""}, {"starts_on": "0001-01-01"}, {"kind": "x"}])
def test_a_relation_with_wrong_words_is_not_entered(world: World, desk: Desk, operator, wrong):
    before = Relation.objects.count()
    form = {
        "organization": str(organization_of(world.people["seller"]).pk),
        "related": str(organization_of(world.people["bidder"]).pk),
        "kind": "kinship",
        "evidence": "虚构",
        "key": str(uuid4()),
    }
    answer = desk(operator).post(ADD, {**form, **wrong})
    assert answer.context["form"].errors
    assert Relation.objects.count() == before


def test_who_stands_behind_an_organization_is_staffs_and_not_in_its_history(
    world: World, desk: Desk, operator: User, bureau: User, root: User
):
    organization = organization_of(world.people["bidder"])
    told = {"controller": "虚构控制人甲", "bank_account": "6200-0001"}
    desk(operator).post(step_url(organization, "particulars"), told)
    organization.refresh_from_db()
    assert (organization.controller, organization.bank_account) == tuple(told.values())
    assert not any(value in LogEntry.objects.latest("pk").change_message for value in told.values())
    for person, sees in ((operator, True), (bureau, False), (root, False)):
        page = desk(person).get(page_url(organization)).content.decode()
        assert ("6200-0001" in page) is sees, person
        assert desk(person).get(step_url(organization, "particulars")).status_code == (
            200 if sees else 403
        )


def test_an_operator_enters_an_appraisal_before_the_notice_alone(
    world: World, desk: Desk, operator: User
):
    client, add = desk(operator), list_url(LotAppraisal) + "add/"
    form = {
        "lot": str(world.draft_lot.pk),
        "organization": str(organization_of(world.people["rival"]).pk),
        "value": "¥1,200",
        "appraised_on": "2026-03-01",
        "key": str(uuid4()),
    }
    answer = client.post(add, form)
    entered = LotAppraisal.objects.latest("pk")
    assert answer.url == page_url(entered)
    assert (entered.lot, entered.by_user) == (world.draft_lot, operator)
    late = client.post(add, {**form, "lot": str(world.open_lot.pk), "key": str(uuid4())})
    assert late.context["form"].errors


def test_an_applicants_page_says_why_it_may_not_bid(world: World, desk: Desk, operator: User):
    client, said = desk(operator, headers={"Accept-Language": "en"}), "Who is tied to the consignor"
    assert said not in client.get(page_url(world.applied)).content.decode()
    make_relation(world.people["seller"], world.people["bidder"])
    assert said in client.get(page_url(world.applied)).content.decode()


def test_why_a_paddle_may_not_bid_is_told_to_nobody_before_the_end(
    world: World, desk: Desk, operator: User
):
    """Whoever knows the organization's ties would know it by its paddle."""
    make_relation(world.people["seller"], world.people["bidder"])
    with pytest.raises(Refusal):
        bid(world.open_lot, world.people["bidder"], "2000.00")
    refused = RefusedBid.objects.latest("pk")
    assert refused.code == "related_party"
    client = desk(operator, headers={"Accept-Language": "en"})
    for address in (page_url(refused), list_url(refused)):
        told = client.get(address).content.decode()
        assert "related_party" not in told
        assert "tied to the consignor" not in told
        assert "Told to the bidder alone until the end." in told
    type(world.open_lot).objects.filter(pk=world.open_lot.pk).update(state="closed")
    assert "tied to the consignor" in client.get(page_url(refused)).content.decode()


def test_suspended_organizations_are_told_apart_from_paddles_too(
    world: World, desk: Desk, operator: User
):
    bidder = organization_of(world.people["bidder"])
    Organization.objects.filter(pk=bidder.pk).update(state="suspended")
    with pytest.raises(Refusal):
        bid(world.open_lot, world.people["bidder"], "2000.00")
    refused = RefusedBid.objects.latest("pk")
    assert refused.code == "organization_not_verified"
    told = desk(operator).get(page_url(refused)).content.decode()
    assert "organization_not_verified" not in told
