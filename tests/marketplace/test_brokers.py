"""A broker is certified, known to both parties with the commission, and serves two if asked."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from core.db import transaction
from core.errors import InvalidValue, NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import brokers
from marketplace.lifecycle import BROKERAGE, BrokerageState
from marketplace.models import Brokerage, Deal
from marketplace.rules.brokers import (
    BrokerKnown,
    BrokerOfOtherSide,
    Certificate,
    CertificateNotValid,
    CommissionTooHigh,
    Side,
    check_certificate,
    check_side,
    is_agreed,
)
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act, organization_of
from tests.marketplace.conftest import HalfWayError, make_broker, signed_deal

DAY = NOW.date()
sides = st.sampled_from(Side)
parties = st.sampled_from([Side.SELLER, Side.BUYER])


@given(side=sides, agreed=st.sets(parties))
def test_for_both_sides_both_have_to_agree_and_for_one_that_one(side, agreed):
    wanted = {"seller": {"seller"}, "buyer": {"buyer"}, "both": {"seller", "buyer"}}[side]
    assert is_agreed(side, agreed) == (wanted <= set(agreed))


@given(side=sides, employer=st.none() | parties)
def test_whoever_works_for_a_party_serves_that_party_alone(side, employer):
    if employer is None or side is employer:
        check_side(side, employer)
    else:
        with pytest.raises(BrokerOfOtherSide):
            check_side(side, employer)


@given(offset=st.integers(-3, 13))
def test_a_certificate_holds_from_its_first_day_to_its_last(offset):
    certificate = Certificate("虚构证", DAY, DAY + timedelta(days=10))
    day = DAY + timedelta(days=offset)
    if 0 <= offset <= 10:
        check_certificate(certificate, day)
    else:
        with pytest.raises(CertificateNotValid):
            check_certificate(certificate, day)


def named(deal: Deal, by: Any, side: str = "both", **values: Any) -> Brokerage:
    broker = values.pop("broker", None) or make_broker()
    return brokers.name_broker(
        actor=act(by),
        deal_id=deal.pk,
        broker=broker.pk,
        side=side,
        **{"commission": Decimal("30000.00"), "paid_by": "buyer", **values},
    )


@pytest.fixture
def deal(seller, enterprise) -> Deal:
    return signed_deal(seller, enterprise)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_partys_own_broker_holds_at_once_and_the_other_party_reads_the_commission(
    api, deal, seller, enterprise, rival
):
    part = named(deal, seller, "seller")
    assert part.state == BrokerageState.AGREED
    (told,) = api(enterprise).get(f"/api/v1/deals/{deal.pk}/brokers").json()["results"]
    assert (told["commission"], told["side"], told["paid_by"]) == ("30000.00", "seller", "buyer")
    assert api(rival).get(f"/api/v1/deals/{deal.pk}/brokers").status_code == 404
    (public,) = api(rival).get("/api/v1/brokers").json()["results"]
    assert public["valid"] is True
    assert "30000" not in str(public)
    event = Event.objects.get(kind="deal.broker_named")
    assert AUDIENCES[event.kind].hearers(event) == {enterprise.pk}
    assert set(event.payload) == set(AUDIENCES[event.kind].payload)
    assert "30000" not in str(event.payload)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_for_both_sides_nobody_is_a_broker_unasked(deal, seller, enterprise, operator):
    part = named(deal, seller)
    assert part.state == BrokerageState.NAMED
    again = brokers.agree_to_broker(actor=act(seller), brokerage_id=part.pk)
    assert again.state == BrokerageState.NAMED, "once more by the same party is not by both"
    with pytest.raises(InvalidValue):
        brokers.agree_to_broker(actor=act(operator), brokerage_id=part.pk)
    assert brokers.agree_to_broker(actor=act(enterprise), brokerage_id=part.pk).state == "agreed"
    on_paper = named(deal, operator, "seller")
    assert on_paper.state == BrokerageState.NAMED
    with pytest.raises(PermissionDenied):
        brokers.agree_to_broker(actor=act(enterprise), brokerage_id=on_paper.pk)
    entered = brokers.agree_to_broker(actor=act(operator), brokerage_id=on_paper.pk, party="seller")
    assert entered.state == BrokerageState.AGREED


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_who_may_not_broker_is_refused(deal, seller, enterprise, rival, clock):
    with pytest.raises(brokers.UnknownBroker):
        brokers.name_broker(
            actor=act(seller),
            deal_id=deal.pk,
            broker=10**9,
            side="seller",
            commission=Decimal(0),
            paid_by="seller",
        )
    of_buyer = make_broker(organization=organization_of(enterprise))
    for side in ("seller", "both"):
        with pytest.raises(BrokerOfOtherSide):
            named(deal, seller, side, broker=of_buyer)
    with pytest.raises(CommissionTooHigh):
        named(deal, seller, commission=deal.price + 1)
    part = named(deal, seller)
    with pytest.raises(BrokerKnown):
        named(deal, enterprise, "buyer", broker=part.broker)
    with pytest.raises(NotFound):
        named(deal, rival)
    over = make_broker(valid_until=DAY - timedelta(days=1), valid_from=date(2025, 1, 1))
    with pytest.raises(CertificateNotValid):
        named(deal, seller, broker=over)
    type(part.broker).objects.filter(pk=part.broker_id).update(valid_until=DAY)
    clock.set(NOW + timedelta(days=1))
    with pytest.raises(CertificateNotValid):
        brokers.agree_to_broker(actor=act(enterprise), brokerage_id=part.pk)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_only_the_moves_of_the_table_are_made_whole_or_not_at_all(
    deal, seller, enterprise, break_half_way
):
    part = named(deal, seller)
    about = {"actor": act(enterprise), "brokerage_id": part.pk}
    moves: dict[BrokerageState, Any] = {
        BrokerageState.AGREED: lambda: brokers.agree_to_broker(**about),
        BrokerageState.ENDED: lambda: brokers.end_broker(**about, reason="虚构的理由"),
    }

    def put(state: BrokerageState) -> dict[str, Any]:
        ended = state is BrokerageState.ENDED
        rows = Brokerage.objects.filter(pk=part.pk)
        rows.update(
            state=state,
            state_reason="虚构" if ended else "",
            ended_at=NOW if ended else None,
            buyer_agreed_at=NOW if state is BrokerageState.AGREED else None,
        )
        return rows.values().get()

    for start in BrokerageState:
        for wanted, move in moves.items():
            before, events = put(start), Event.objects.count()
            if BROKERAGE.allows(start, wanted):
                assert move().state == wanted
                continue
            with pytest.raises(IllegalTransition):
                move()
            after = Brokerage.objects.filter(pk=part.pk).values().get()
            assert (after, Event.objects.count()) == (before, events)
    with pytest.raises(ReasonRequired):
        brokers.end_broker(**about, reason=" ")
    before = put(BrokerageState.NAMED)
    break_half_way()
    for move in moves.values():
        with pytest.raises(HalfWayError):
            move()
    assert Brokerage.objects.filter(pk=part.pk).values().get() == before


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_part_that_cannot_be_true_is_refused_by_the_database(deal, seller):
    part = named(deal, seller)
    for values, constraint in (
        ({"commission": Decimal(-1)}, "brokerage_commission_not_negative"),
        ({"state": "ended"}, "brokerage_ended_with_reason"),
        ({"state": "agreed"}, "brokerage_agreed_by_whom_it_is_for"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction():
            Brokerage.objects.filter(pk=part.pk).update(**values)
    twice = {**Brokerage.objects.filter(pk=part.pk).values().get(), "id": None}
    with pytest.raises(IntegrityError, match="brokerage_once_per_deal"), transaction():
        Brokerage.objects.create(**twice)
    for values, constraint in (
        ({"valid_until": DAY - timedelta(days=1)}, "broker_certificate_holds_for_a_time"),
        ({"issued_by": ""}, "broker_has_a_certificate"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction():
            make_broker(**values)
