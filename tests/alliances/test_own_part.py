"""A member is told of its own part of an application, and of nobody else's."""

import pytest

from accounts.actors import actor_of_user
from alliances import crediting
from alliances.finance_queries import applications_visible_to, told_state, with_told_state
from alliances.models import FinanceApplication
from tests.admin.conftest import desk, without_frame
from tests.alliances.lending import accept, make_lenders, offer, submit
from tests.alliances.test_financing import URL
from tests.conftest import act

__all__ = ["desk", "without_frame"]
# Who they are does not change here, but what they are told.
pytestmark = pytest.mark.usefixtures("clock", "known_people")


def told_to(rest, people, application):
    """What each is told of its state, which the list narrows by as well.

    It is asked for what the reader is told, for the state it is in, and for one it never was in.
    """
    found = []
    for person in people:
        client = rest(person)
        state = client.get(f"{URL}/{application.pk}").json()["state"]
        actor = actor_of_user(person)
        row = with_told_state(applications_visible_to(actor), actor).get(pk=application.pk)
        assert (row.told, told_state(actor, row)) == (state or "", state)
        for asked in {state, row.state, "withdrawn"} - {None}:
            listed = client.get(f"{URL}?state={asked}").json()["results"]
            assert [one["state"] for one in listed] == [asked] * (asked == state), (asked, state)
        found.append(state)
    return found


def test_nobody_learns_how_it_went_on_at_another_member(alliance, keeper, enterprise, rest):
    chosen, other, silent, declines = make_lenders(alliance, 4)
    members = (chosen, other, silent, declines)
    application = submit(enterprise)
    url = f"{URL}/{application.pk}"
    assert told_to(rest, (enterprise, *members), application) == ["routed"] * 5
    made = offer(chosen, application)
    offer(other, application)
    rest(declines).post(f"{url}/decline", {"reason_code": "no_capacity"})
    assert told_to(rest, (enterprise, *members), application) == [
        *("offered", "offered", "offered", "routed", None)
    ]
    accept(enterprise, made)
    crediting.begin_diligence(actor=act(chosen), application_id=application.pk)
    crediting.approve_application(
        actor=act(chosen), application_id=application.pk, limit=application.amount
    )
    everybody = (enterprise, keeper, *members)
    assert told_to(rest, everybody, application) == [*["approved"] * 3, None, None, None]
    ends = [rest(one).get(url).json()["cases"][0]["state"] for one in (other, silent, declines)]
    assert ends == ["offered", "lapsed", "declined"]


def test_the_desk_tells_a_member_no_more(alliance, enterprise, rest, desk):
    chosen, other = make_lenders(alliance, 2)
    application = submit(enterprise)
    accept(enterprise, offer(chosen, application))
    pages, desks = "/admin/alliances/financeapplication/", [desk(chosen), desk(other)]
    for path in (pages, f"{pages}{application.pk}/change/"):
        first, second = (one.get(path).content.decode() for one in desks)
        assert "desk-label-done" in first, path
        assert "desk-label-done" not in second, path
    first, second = (one.get(f"{pages}?state=accepted").content.decode() for one in desks)
    assert application.code in first
    assert application.code not in second
    assert FinanceApplication.objects.get().state == "accepted"
