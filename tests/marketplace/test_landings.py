"""Landings are reported with evidence, decided by the city, and counted once in the funnel."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.rules import InvalidCreditCode
from core.db import transaction
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import landings, milestones
from marketplace.landings import LandingKnown
from marketplace.lifecycle import LANDING, DealState, LandingState, NeedState
from marketplace.models import Deal, Landing
from marketplace.rules.milestones import MilestoneInFuture
from tests.conftest import NOW, act, credit_code, organization_of
from tests.marketplace.conftest import landed_deal, make_deal, make_need
from tests.marketplace.requests import partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY = NOW.date()
ENTITY = {
    "city": "330100",
    "entity_name": "虚构落地公司",
    "entity_code": credit_code(77_000_009),
    "landed_on": DAY,
    "investment": Decimal("5000000.00"),
    "proof": "虚构的营业执照",
}


@pytest.fixture
def landing(seller, enterprise) -> Landing:
    return landed_deal(seller, enterprise).landings.get()


def need_with_deal(poster: Any, seller: Any, *, signed: bool = True) -> Deal:
    """A need that a deal came of, with its contract in writing."""
    need = make_need(poster, NeedState.MATCHED)
    parties = organization_of(seller), organization_of(poster)
    deal = make_deal(*parties, need=need, mode="development")
    if signed:
        milestones.sign_contract(
            actor=act(seller),
            deal_id=deal.pk,
            signed_on=DAY,
            kind="development",
            price_form="lump_sum",
        )
    return deal


def land(deal: Deal, seller: Any, bureau: Any) -> Landing:
    told = landings.report_landing(actor=act(seller), deal_id=deal.pk, **ENTITY)
    return landings.confirm_landing(actor=act(bureau), landing_id=told.pk)


def counts(api: Any, query: str = "") -> list[int]:
    answer = api.get(f"/api/v1/statistics/needs-funnel{query}")
    assert answer.status_code == 200, answer.content
    return [one["count"] for one in answer.json()["steps"]]


def test_the_bureau_of_the_city_is_told_and_confirms(landing, bureau):
    landings.confirm_landing(actor=act(bureau), landing_id=landing.pk)
    landing.refresh_from_db()
    assert (landing.state, landing.decided_by) == ("confirmed", bureau)
    kinds = Event.objects.filter(topic=f"deal:{landing.deal_id}").values_list("kind", flat=True)
    assert list(kinds.order_by("seq")) == ["deal.landing_reported", "deal.landing_confirmed"]


@pytest.mark.parametrize("start", LandingState)
@pytest.mark.parametrize("wanted", [LandingState.CONFIRMED, LandingState.REFUSED])
def test_only_the_moves_of_the_table_are_made(landing, bureau, start, wanted):
    if start is not LandingState.REPORTED:
        Landing.objects.filter(pk=landing.pk).update(state=start, decided_at=NOW, decided_by=bureau)
    before = Landing.objects.filter(pk=landing.pk).values().get()
    events = Event.objects.count()
    move: Any = {
        LandingState.CONFIRMED: lambda: landings.confirm_landing(
            actor=act(bureau), landing_id=landing.pk
        ),
        LandingState.REFUSED: lambda: landings.refuse_landing(
            actor=act(bureau), landing_id=landing.pk, reason="查无此企业"
        ),
    }[wanted]
    if LANDING.allows(start, wanted):
        move()
        assert Landing.objects.get(pk=landing.pk).state == wanted
    else:
        with pytest.raises(IllegalTransition):
            move()
        assert Landing.objects.filter(pk=landing.pk).values().get() == before
        assert Event.objects.count() == events


def test_nobody_else_decides_and_a_refusal_says_why(landing, bureau, seller, operator, rival):
    for person, error in (
        (seller, PermissionDenied),
        (operator, PermissionDenied),
        (rival, NotFound),
    ):
        with pytest.raises(error):
            landings.confirm_landing(actor=act(person), landing_id=landing.pk)
    with pytest.raises(ReasonRequired):
        landings.refuse_landing(actor=act(bureau), landing_id=landing.pk, reason=" ")


def test_an_entity_lands_once_has_a_genuine_code_and_not_tomorrow(landing, seller, bureau):
    again = {**ENTITY, "entity_code": landing.entity_code}
    report = {"actor": act(seller), "deal_id": landing.deal_id}
    with pytest.raises(LandingKnown):
        landings.report_landing(**report, **again)
    with pytest.raises(InvalidCreditCode):
        landings.report_landing(**report, **{**ENTITY, "entity_code": "91000000000000000A"})
    with pytest.raises(MilestoneInFuture):
        landings.report_landing(**report, **{**ENTITY, "landed_on": DAY + timedelta(days=1)})
    landings.refuse_landing(actor=act(bureau), landing_id=landing.pk, reason="材料不全")
    assert landings.report_landing(**report, **again).state == "reported"


def test_the_funnel_moves_by_one_at_each_step(api, seller, enterprise, bureau, operator):
    reader = api(operator)
    base = counts(reader)
    deal = need_with_deal(enterprise, seller, signed=False)
    assert counts(reader) == [base[0] + 1, base[1], base[2]]
    milestones.sign_contract(
        actor=act(seller), deal_id=deal.pk, signed_on=DAY, kind="development", price_form="lump_sum"
    )
    assert counts(reader) == [base[0] + 1, base[1] + 1, base[2]]
    reported = landings.report_landing(actor=act(seller), deal_id=deal.pk, **ENTITY)
    assert counts(reader)[2] == base[2], "what nobody confirmed does not count"
    landings.confirm_landing(actor=act(bureau), landing_id=reported.pk)
    assert counts(reader) == [base[0] + 1, base[1] + 1, base[2] + 1]
    milestones.rescind_deal(actor=act(operator), deal_id=deal.pk, reason="双方协议解除")
    assert counts(reader) == [base[0] + 1, base[1], base[2]], "an ended deal counts no more"


def test_two_landings_of_one_need_count_once_and_drafts_never(
    api, seller, enterprise, bureau, operator
):
    deal = need_with_deal(enterprise, seller)
    land(deal, seller, bureau)
    other = {**ENTITY, "entity_code": credit_code(77_000_010)}
    second = landings.report_landing(actor=act(seller), deal_id=deal.pk, **other)
    landings.confirm_landing(actor=act(bureau), landing_id=second.pk)
    make_need(enterprise, NeedState.SUBMITTED)
    assert counts(api(operator)) == [1, 1, 1]


def test_the_funnel_is_narrowed_by_city_field_and_days(api, seller, enterprise, operator):
    need_with_deal(enterprise, seller)
    reader = api(operator)
    day, next_day = DAY.isoformat(), (DAY + timedelta(days=1)).isoformat()
    for query in ("?city=330100", "?field=NM", f"?since={day}&until={day}"):
        assert counts(reader, query) == [1, 1, 0], query
    for query in ("?city=340200", "?field=AI", f"?since={next_day}", "?until=2026-03-01"):
        assert counts(reader, query) == [0, 0, 0], query
    for query in ("?city=999999", "?field=NO", "?since=today"):
        answer = reader.get(f"/api/v1/statistics/needs-funnel{query}")
        assert answer.status_code == 400, query


def test_behind_each_figure_are_its_needs(api, seller, enterprise, bureau, operator):
    landed = need_with_deal(enterprise, seller)
    land(landed, seller, bureau)
    only_signed = need_with_deal(enterprise, seller)

    def behind(stage: str) -> set[int]:
        answer = api(operator).get(f"/api/v1/statistics/needs-funnel/needs?stage={stage}")
        return {one["id"] for one in answer.json()["results"]}

    assert behind("landed") == {landed.need_id}
    assert behind("substantive") == {landed.need_id, only_signed.need_id}
    assert behind("solicited") == behind("substantive")
    figures_only = partner(operator, "statistics:read")
    assert figures_only.get("/api/v1/statistics/needs-funnel").status_code == 200
    assert figures_only.get("/api/v1/statistics/needs-funnel/needs").status_code == 403
    wrong = api(operator).get("/api/v1/statistics/needs-funnel/needs?stage=all")
    assert wrong.status_code == 400


def test_the_parties_and_the_bureau_read_a_deals_landings(landing, api, seller, bureau, rival):
    path = f"/api/v1/deals/{landing.deal_id}/landings"
    for reader in (seller, bureau):
        assert [one["id"] for one in api(reader).get(path).json()["results"]] == [landing.pk]
    assert api(rival).get(path).status_code == 404


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"investment": Decimal(-1)}, "landing_investment_not_negative"),
        ({"proof": ""}, "landing_has_entity_and_proof"),
        ({"state": "confirmed"}, "landing_decided_by_a_person"),
        ({"by_user": None}, "landing_by_somebody"),
    ],
)
def test_a_landing_that_cannot_be_true_is_refused_by_the_database(landing, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction():
        Landing.objects.filter(pk=landing.pk).update(**values)


def test_an_entity_is_on_record_once_whoever_writes(landing):
    landing.pk = None
    with pytest.raises(IntegrityError, match="landing_once_per_entity"), transaction():
        landing.save(force_insert=True)


def test_a_deal_that_ended_lands_nowhere(landing, seller):
    Deal.objects.filter(pk=landing.deal_id).update(state=DealState.RESCINDED)
    with pytest.raises(Exception, match="formed"):
        landings.report_landing(actor=act(seller), deal_id=landing.deal_id, **ENTITY)
