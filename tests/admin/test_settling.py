"""What staff enter of formed deals and of panels, where a step needs more than a state."""

from decimal import Decimal
from typing import Any

import pytest

from marketplace import panels
from marketplace.models import Deal, Need, PanelObjection
from tests.admin.conftest import World, step_url
from tests.conftest import act, make_user
from tests.marketplace.conftest import make_need, make_response

pytestmark = pytest.mark.usefixtures("known_people")
REWARD = {
    "distributed_on": "2026-03-02",
    "received": "100.00",
    "taxes": "0.00",
    "costs": "0.00",
    "proof": "虚构分配方案",
}


def test_a_reward_is_typed_as_lines_and_a_line_that_lacks_a_word_is_refused(
    world: World, desk: Any
):
    deal = Deal.objects.get(pk=world.deals["signed"].pk)
    client = desk(world.people["operator"])
    url = step_url(deal, "distribute-reward")
    for lines in ("张三 main_contributor", "张三 director 70.00", "张三 main_contributor 70"):
        assert client.post(url, {**REWARD, "shares": lines}).status_code == 200
    assert not deal.milestones.filter(kind="reward").exists()
    lines = "张三 main_contributor 66.50\n\n李四 transfer_staff 3.50"
    assert client.post(url, {**REWARD, "shares": lines}).status_code == 302
    (reward,) = deal.milestones.filter(kind="reward")
    assert reward.amount == Decimal("70.00")
    assert reward.facts["shares"][1] == {"name": "李四", "role": "transfer_staff", "amount": "3.50"}


@pytest.fixture
def judged(world: World) -> Need:
    """A need whose one response three experts have judged."""
    need = make_need(world.people["enterprise"])
    answer = make_response(need, world.people["rival"])
    experts = [make_user() for _ in range(3)]
    operator = act(world.people["operator"])
    panels.convene_panel(
        actor=operator,
        need_id=need.pk,
        experts=[one.pk for one in experts],
        criteria=[{"name": "虚构", "weight": 100}],
    )
    for expert in experts:
        panels.review_response(actor=act(expert), response_id=answer.pk, points=[50])
    return need


def test_a_ranking_is_publicised_and_objections_to_it_are_decided_at_the_desk(
    world: World, desk: Any, judged: Need
):
    client = desk(world.people["cadre"])
    answer = client.post(step_url(judged, "publicise-ranking"), {"days": "5"})
    assert answer.status_code == 302
    assert judged.panels.get().ends_at is not None
    for person, step in (("stranger", "dismiss"), ("bidder", "uphold")):
        objection = panels.object_to_ranking(
            actor=act(world.people[person]), need_id=judged.pk, reason="虚构", contact="虚构"
        )
        url = step_url(objection, step)
        assert client.post(url, {"reason": " "}).status_code == 200
        assert client.post(url, {"reason": "虚构的理由"}).status_code == 302
        decided = PanelObjection.objects.get(pk=objection.pk)
        assert decided.state == {"dismiss": "dismissed", "uphold": "upheld"}[step]
    assert judged.panels.get().set_aside_at is not None
