"""Publicity of a proposed deal, and the objections that hold it up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from core.db import transaction
from core.errors import BelowLawfulFloor, NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event, Holiday
from marketplace import deals, publicities, rules
from marketplace.lifecycle import OBJECTION, ObjectionState
from marketplace.models import Achievement, Deal, Objection, Publicity
from marketplace.queries import objections_visible_to, running_publicities
from notifications.hearers import parties
from tests.conftest import NOW, Clock, act, make_member, organization_of
from tests.marketplace.conftest import (
    HalfWayError,
    events_of,
    make_need,
    propose,
    publicise,
)
from tests.marketplace.requests import partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

END = datetime(2026, 3, 17, 16, tzinfo=UTC)  # 15 days after 2 March, 24:00 in Shanghai


@pytest.fixture
def deal(seller: Any, bidder: Any, clock: Clock) -> Deal:
    """An institute's agreed price, publicised since 09:00 of 2 March."""
    return publicise(propose(seller, bidder), seller)


def publicity_of(deal: Deal) -> Publicity:
    return Publicity.objects.get(deal=deal)


def object_to(deal: Deal, by: Any, **values: Any) -> Objection:
    facts = {"reason": "价格明显低于同类成果", "contact": "虚构电话", **values}
    return publicities.object_to_deal(actor=act(by), deal_id=deal.pk, **facts)


def decide(objection: Objection, by: Any, *, uphold: bool, reason: str = "经核查") -> Objection:
    action = publicities.uphold_objection if uphold else publicities.dismiss_objection
    return action(actor=act(by), objection_id=objection.pk, reason=reason)


def may_be_formed(deal: Deal, buyer: Any) -> bool:
    try:
        deals.confirm_deal(actor=act(buyer), deal_id=deal.pk)
    except (rules.ObjectionOpen, rules.PublicityRunning):
        return False
    return True


# --- Publicity --------------------------------------------------------------------------


def test_a_publicity_is_counted_the_legal_way_and_announced(deal, seller):
    publicity = publicity_of(deal)
    assert deal.state == "publicised"
    assert (publicity.begins_at, publicity.ends_at, publicity.days) == (NOW, END, 15)
    assert publicity.place == "虚构院公告栏"
    event = Event.objects.get(kind="deal.publicised")
    assert event.payload["ends_at"] == END.isoformat()
    assert (publicity.title, publicity.summary) == (deal.achievement.title, "")
    assert str(publicity) == deal.code


def test_a_holiday_moves_the_end(seller, bidder):
    Holiday.objects.create(date="2026-03-17", kind="holiday", name="虚构", source="test")
    deal = publicise(propose(seller, bidder), seller)
    assert publicity_of(deal).ends_at == END + timedelta(days=1)


def test_fewer_than_fifteen_days_are_refused(seller, bidder):
    deal = propose(seller, bidder)
    with pytest.raises(BelowLawfulFloor):
        publicise(deal, seller, days=14)
    assert not Publicity.objects.exists()


@pytest.mark.parametrize("by", ["seller", "operator", "cadre"])
def test_the_seller_or_staff_publicise_and_objections_have_an_address(by, people, seller, bidder):
    organization = organization_of(seller)
    organization.contact_email = "office@example.org"
    organization.save()
    deal = publicise(propose(seller, bidder), people[by])
    assert publicity_of(deal).contact == "office@example.org"


def test_an_address_of_its_own_and_the_sellers_name_where_there_is_none(seller, bidder):
    named = publicise(propose(seller, bidder), seller, contact="虚构办公室")
    plain = publicise(propose(seller, bidder), seller)
    assert publicity_of(named).contact == "虚构办公室"
    assert publicity_of(plain).contact == organization_of(seller).name


def test_nobody_else_publicises_and_nothing_is_publicised_twice(deal, bidder, rival, seller):
    with pytest.raises(IllegalTransition):
        publicise(deal, seller)
    with pytest.raises(PermissionDenied):
        publicise(deal, bidder)
    with pytest.raises(NotFound):
        publicise(deal, rival)


def test_a_failure_half_way_leaves_no_publicity(seller, bidder, break_half_way):
    deal = propose(seller, bidder)
    break_half_way()
    with pytest.raises(HalfWayError):
        publicise(deal, seller)
    assert not Publicity.objects.exists()


def test_the_poster_of_an_anonymous_need_is_named_to_nobody(anonymous, seller, bidder):
    proposed = propose(seller, bidder)
    Deal.objects.filter(pk=proposed.pk).update(need=make_need(bidder, anonymous=True))
    publicise(Deal.objects.get(pk=proposed.pk), seller)
    (told,) = anonymous.get("/api/v1/publicities").json()["results"]
    assert (told["buyer_name"], told["seller_name"]) == ("", organization_of(seller).name)
    event = Event.objects.get(kind="deal.publicised")
    assert event.payload["buyer"] is None
    assert parties(event) == [organization_of(seller).pk, organization_of(bidder).pk]


def test_running_publicities_are_those_one_can_object_to(deal, stranger, bidder, clock):
    def running() -> bool:
        return running_publicities(clock.now()).filter(deal=deal).exists()

    assert running()
    clock.set(END - timedelta(microseconds=1))
    assert running()
    objection = object_to(deal, stranger)
    clock.set(END + timedelta(days=3))
    assert running(), "an open objection keeps it from running out"
    decide(objection, make_exchange(), uphold=False)
    clock.set(publicity_of(deal).ends_at)
    assert not running()
    with pytest.raises(rules.PublicityOver):
        object_to(deal, stranger)
    assert may_be_formed(deal, bidder)


def make_exchange() -> Any:
    from accounts.models import OrganizationKind
    from tests.conftest import make_organization

    return make_member(make_organization(OrganizationKind.EXCHANGE))


# --- Objections -------------------------------------------------------------------------


def test_anybody_signed_in_holds_the_deal_up(deal, stranger, bidder, clock):
    clock.set(END - timedelta(seconds=1))

    objection = object_to(deal, stranger)

    assert (objection.state, objection.raised_at) == ("open", clock.now())
    assert str(objection) == f"{deal.code} #{objection.pk}"
    assert publicity_of(deal).paused_at == clock.now()
    clock.set(END + timedelta(days=30))
    assert not may_be_formed(deal, bidder)
    event = Event.objects.get(kind="deal.objected")
    assert (event.actor_user, event.payload["objection"]) == (stranger, objection.pk)
    assert "reason" not in event.payload


def test_an_upheld_objection_stops_the_deal_and_frees_the_achievement(deal, stranger, cadre, rival):
    first, second = object_to(deal, stranger), object_to(deal, rival)

    decide(first, cadre, uphold=True, reason="未披露关联关系")

    deal.refresh_from_db()
    second.refresh_from_db()
    assert (deal.state, deal.state_reason) == ("stopped", "未披露关联关系")
    assert Achievement.objects.get(pk=deal.achievement_id).state == "published"
    assert (second.state, second.decision) == ("lapsed", "未披露关联关系")
    assert events_of(f"deal:{deal.pk}")[-2:] == ["deal.objection_upheld", "deal.stopped"]
    assert not running_publicities(NOW).exists()
    with pytest.raises(publicities.NotPublicised):
        object_to(deal, stranger)


def test_a_dismissed_objection_costs_the_publicity_no_time(deal, stranger, operator, bidder, clock):
    clock.set(END - timedelta(hours=1))
    objection = object_to(deal, stranger)
    clock.advance(days=2)

    decide(objection, operator, uphold=False)

    # Two days from Tuesday's end, at midnight again.
    publicity = publicity_of(deal)
    assert (publicity.ends_at, publicity.paused_at) == (END + timedelta(days=2), None)
    event = Event.objects.get(kind="deal.objection_dismissed")
    assert event.payload["ends_at"] == publicity.ends_at.isoformat()
    clock.set(publicity.ends_at - timedelta(microseconds=1))
    assert not may_be_formed(deal, bidder)
    clock.set(publicity.ends_at)
    assert may_be_formed(deal, bidder)


def test_only_the_last_dismissal_lets_the_publicity_go_on(deal, stranger, rival, operator, clock):
    objections = [object_to(deal, stranger)]
    clock.advance(days=1)
    objections.append(object_to(deal, rival))
    clock.advance(days=1)

    decide(objections[1], operator, uphold=False)
    assert publicity_of(deal).paused_at == NOW
    clock.advance(days=1)
    decide(objections[0], operator, uphold=False)

    # 17 March and the three days that one objection or another stood, 20 March.
    assert publicity_of(deal).standing() == rules.Publicity(END + timedelta(days=3))


def test_a_person_has_one_open_objection_and_may_raise_another_later(deal, stranger, operator):
    objection = object_to(deal, stranger)
    with pytest.raises(publicities.AlreadyObjected):
        object_to(deal, stranger)
    decide(objection, operator, uphold=False)
    assert object_to(deal, stranger).state == "open"


def test_staff_enter_objections_from_paper_any_number_of_them(deal, operator, stranger):
    for name in ("虚构来信人甲", "虚构来信人乙"):
        assert object_to(deal, operator, on_behalf_of=name).on_behalf_of == name
    with pytest.raises(PermissionDenied):
        object_to(deal, stranger, on_behalf_of="虚构来信人丙")


def test_a_partner_system_is_no_person(deal, seller):
    actor = partner(seller, "deals:write").handler._force_token
    with pytest.raises(PermissionDenied):
        publicities.object_to_deal(actor=actor, deal_id=deal.pk, reason="x", contact="x")


def test_what_is_not_publicised_cannot_be_objected_to(seller, bidder, stranger):
    deal = propose(seller, bidder)
    with pytest.raises(NotFound):
        object_to(deal, stranger)
    with pytest.raises(publicities.NotPublicised):
        object_to(deal, bidder)


def test_only_staff_decide_and_say_why(deal, stranger, seller, rival, operator):
    objection = object_to(deal, stranger)
    for uphold in (True, False):
        with pytest.raises(PermissionDenied):
            decide(objection, seller, uphold=uphold)
        with pytest.raises(NotFound):
            decide(objection, rival, uphold=uphold)
        with pytest.raises(ReasonRequired):
            decide(objection, operator, uphold=uphold, reason=" ")
    objection.refresh_from_db()
    assert objection.state == "open"


@pytest.mark.parametrize("state", sorted(ObjectionState))
@pytest.mark.parametrize("wanted", [ObjectionState.UPHELD, ObjectionState.DISMISSED])
def test_an_objection_is_decided_once(state, wanted, deal, stranger, operator):
    objection = object_to(deal, stranger)
    if state != ObjectionState.OPEN:
        Objection.objects.update(state=state, decided_at=NOW, decision="x")
    uphold = wanted == ObjectionState.UPHELD
    if OBJECTION.allows(state, wanted):
        assert decide(objection, operator, uphold=uphold).state == wanted
        return
    with pytest.raises(IllegalTransition):
        decide(objection, operator, uphold=uphold)


def test_a_failure_half_way_leaves_the_objection_open(deal, stranger, operator, break_half_way):
    objection = object_to(deal, stranger)
    before = publicity_of(deal).standing()
    break_half_way()
    for uphold in (True, False):
        with pytest.raises(HalfWayError):
            decide(objection, operator, uphold=uphold)
    with pytest.raises(HalfWayError):
        object_to(deal, operator)
    assert Objection.objects.get().state == "open"
    assert publicity_of(deal).standing() == before


def test_who_reads_an_objection(deal, people, stranger, rival):
    objection = object_to(deal, stranger)
    seen = {
        who
        for who, user in {**people, "anonymous": None}.items()
        if objections_visible_to(act(user)).contains(objection)
    }
    assert seen == {"stranger", "seller", "bidder", "operator", "cadre"}


# --- What the database refuses ----------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"days": 14}, "publicity_days_are_lawful"),
        ({"ends_at": NOW}, "publicity_ends_after_its_start"),
        ({"paused_at": NOW - timedelta(seconds=1)}, "publicity_pauses_while_it_runs"),
        ({"paused_at": END}, "publicity_pauses_while_it_runs"),
        ({"place": ""}, "publicity_says_where_and_to_whom"),
        ({"contact": ""}, "publicity_says_where_and_to_whom"),
    ],
)
def test_the_database_refuses_what_is_no_publicity(values, constraint, deal):
    with pytest.raises(IntegrityError, match=constraint), transaction():
        Publicity.objects.filter(deal=deal).update(**values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"reason": ""}, "objection_says_why_and_who"),
        ({"contact": ""}, "objection_says_why_and_who"),
        ({"state": "upheld"}, "objection_decided_with_time_and_reason"),
        ({"state": "upheld", "decided_at": NOW}, "objection_decided_with_time_and_reason"),
        ({"state": "upheld", "decision": "x"}, "objection_decided_with_time_and_reason"),
        ({"decided_at": NOW, "decision": "x"}, "objection_decided_with_time_and_reason"),
        ({"on_behalf_of": ""}, "objection_open_once_per_person"),
    ],
)
def test_the_database_refuses_what_is_no_objection(values, constraint, deal, operator):
    object_to(deal, operator)
    object_to(deal, operator, on_behalf_of="虚构来信人")
    with pytest.raises(IntegrityError, match=constraint), transaction():
        Objection.objects.exclude(on_behalf_of="").update(**values)
