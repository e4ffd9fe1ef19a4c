"""A right that passed comes back after a rescission, and one that never passed is taken back."""

from datetime import timedelta
from typing import Any

import pytest

from core.errors import PermissionDenied
from marketplace import milestones, returns
from marketplace.lifecycle import AchievementState
from marketplace.listing import confirm_achievement
from marketplace.models import Achievement, Deal
from marketplace.returns import NothingToReturn
from marketplace.rules.milestones import MilestoneTooEarly
from tests.conftest import NOW, act
from tests.marketplace.conftest import HalfWayError, events_of, signed_deal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY = NOW.date()
PAPER = {"registered_on": DAY, "certificate": "虚构通知书"}


@pytest.fixture
def passed(seller, enterprise) -> Deal:
    """A deal whose right has passed."""
    deal = signed_deal(seller, enterprise)
    return milestones.transfer_rights(actor=act(seller), deal_id=deal.pk, **PAPER)


def state_of(deal: Deal) -> str:
    return Achievement.objects.get(pk=deal.achievement_id).state


def give_back(deal: Deal, by: Any, **values: Any) -> Deal:
    return returns.return_right(actor=act(by), deal_id=deal.pk, **{**PAPER, **values})


def rescind(deal: Deal, by: Any) -> Deal:
    return milestones.rescind_deal(actor=act(by), deal_id=deal.pk, reason="双方协议解除")


def test_after_a_rescission_the_right_comes_back_and_its_seller_lists_it_again(
    passed, seller, operator
):
    rescind(passed, operator)
    assert state_of(passed) == AchievementState.TRANSFERRED, "nobody else can buy it meanwhile"
    give_back(passed, seller)
    assert state_of(passed) == AchievementState.UNLISTED
    told = events_of(f"achievement:{passed.achievement_id}")
    assert told[-1] == "achievement.handed_back"
    corrected = give_back(passed, seller, corrects=4, reason="日期有误")
    assert corrected.milestones.filter(kind="return").count() == 2
    assert state_of(passed) == AchievementState.UNLISTED
    listed = confirm_achievement(actor=act(seller), achievement_id=passed.achievement_id)
    assert listed.state == AchievementState.PUBLISHED


def test_what_had_not_passed_is_free_at_once_and_nothing_is_to_be_returned(
    seller, enterprise, operator
):
    deal = signed_deal(seller, enterprise)
    with pytest.raises(NothingToReturn):
        give_back(deal, seller)
    rescind(deal, operator)
    assert state_of(deal) == AchievementState.PUBLISHED
    with pytest.raises(NothingToReturn):
        give_back(deal, seller)


def test_nothing_comes_back_of_a_deal_that_stands_nor_before_it_passed(passed, seller, operator):
    with pytest.raises(NothingToReturn):
        give_back(passed, seller)
    rescind(passed, operator)
    with pytest.raises(MilestoneTooEarly):
        give_back(passed, seller, registered_on=DAY - timedelta(days=1))


def test_a_return_whose_event_fails_leaves_nothing(passed, seller, operator, break_half_way):
    rescind(passed, operator)
    break_half_way()
    with pytest.raises(HalfWayError):
        give_back(passed, seller)
    assert state_of(passed) == AchievementState.TRANSFERRED
    assert not passed.milestones.filter(kind="return").exists()


def test_that_a_right_never_passed_staff_enter_and_it_stays_kept_for_the_deal(
    passed, seller, operator
):
    about = {"deal_id": passed.pk, "corrects": 3, "reason": "登记未获准"}
    with pytest.raises(PermissionDenied):
        milestones.annul(actor=act(seller), **about)
    milestones.annul(actor=act(operator), **about)
    assert state_of(passed) == AchievementState.RESERVED
    rescind(passed, operator)
    assert state_of(passed) == AchievementState.PUBLISHED
