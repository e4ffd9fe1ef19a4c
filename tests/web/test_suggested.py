"""What the pages of a need and of an achievement suggest, and to whom."""

import pytest

from marketplace.lifecycle import AchievementState, NeedState
from tests.marketplace.test_matching import offering, wanting

pytestmark = pytest.mark.usefixtures("clock")


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_side_shows_the_other_with_its_reasons(enterprise, seller, anonymous):
    need, one = wanting(enterprise), offering(seller)
    shown = read(anonymous, f"/needs/{need.pk}")
    assert "可能适合的科技成果" in shown
    assert f'href="/achievements/{one.pk}"' in shown
    assert "领域相同：新材料" in shown
    assert "按其自述指标已达到：耐温" in shown
    assert "opinions.js" not in shown
    back = read(anonymous, f"/achievements/{one.pk}")
    assert "可能适合的技术需求" in back
    assert f'href="/needs/{need.pk}"' in back


def test_who_is_signed_in_may_say_whether_it_fits(enterprise, seller, rival, api):
    need, one = wanting(enterprise), offering(seller)
    client = api(rival)
    assert 'aria-pressed="true"' not in read(client, f"/needs/{need.pk}")
    opinion = {"achievement": one.pk, "useful": True}
    path = f"/api/v1/needs/{need.pk}/match-opinions"
    assert client.post(path, opinion, format="json").status_code == 200
    shown = read(client, f"/needs/{need.pk}")
    assert 'data-useful="true" aria-pressed="true"' in shown
    assert "opinions.js" in shown


def test_what_is_no_longer_open_suggests_nothing(enterprise, seller, anonymous):
    need, one = wanting(enterprise), offering(seller)
    type(need).objects.filter(pk=need.pk).update(state=NeedState.CLOSED)
    type(one).objects.filter(pk=one.pk).update(state=AchievementState.RESERVED)
    assert "可能适合" not in read(anonymous, f"/needs/{need.pk}")
    assert "可能适合" not in read(anonymous, f"/achievements/{one.pk}")
