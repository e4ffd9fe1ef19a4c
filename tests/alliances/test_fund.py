"""A target of the transformation fund, from the pool through the committee to the exit."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError

from alliances.models import CommitteeSeat, FundProject, FundShare, FundVote
from core.db import transaction
from notifications.fanout import fan_out_all
from notifications.models import Notice
from tests.conftest import NOW, city_of, make_user, organization_of
from tests.factories import make_achievement

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/v1/finance/fund-projects"
BODY = {"title": "虚构项目", "field": "NM", "city": "340200"}
INVESTED = {
    "amount": "30000000.00",
    "invested_on": "2026-03-02",
    "city_shares": [
        {"city": "340200", "amount": "20000000.00"},
        {"city": "310117", "amount": "10000000.00"},
    ],
}


def seat(person, until=30):
    day = NOW.date()
    return CommitteeSeat.objects.create(
        person=person, starts_on=day, ends_on=day + timedelta(days=until)
    )


@pytest.fixture
def committee(db):
    people = [make_user() for _ in range(3)]
    for person in people:
        seat(person)
    return people


def before_committee(office, **values):
    url = f"{URL}/{office.post(URL, {**BODY, **values}).json()['id']}"
    for step in ("contact", "diligence", "establish"):
        assert office.post(f"{url}/{step}").status_code == 200
    return url


def test_a_target_is_invested_in_when_the_committee_has_passed_it(cadre, committee, rest):
    office = rest(cadre)
    url = before_committee(office)
    assert office.post(f"{url}/invest", INVESTED).json()["code"] == "illegal_transition"
    assert office.post(f"{url}/committee").json()["seats"] == 3
    fan_out_all()
    told = Notice.objects.filter(event__kind="fund_project.committee")
    assert set(told.values_list("recipient", flat=True)) == {one.pk for one in committee}
    one, two, three = map(rest, committee)
    assert one.post(f"{url}/votes", {"in_favour": True}).status_code == 201
    assert one.post(f"{url}/votes", {"in_favour": True}).json()["code"] == "voted_already"
    assert office.post(f"{url}/invest", INVESTED).json()["code"] == "no_quorum"
    assert two.post(f"{url}/votes", {"in_favour": False, "note": "虚构"}).status_code == 201
    assert office.post(f"{url}/invest", INVESTED).json()["code"] == "not_passed"
    assert three.post(f"{url}/votes", {"in_favour": True}).status_code == 201
    uneven = {**INVESTED, "amount": "30000000.01"}
    assert office.post(f"{url}/invest", uneven).json()["code"] == "shares_do_not_add_up"
    ahead = {**INVESTED, "invested_on": "2026-03-03"}
    assert office.post(f"{url}/invest", ahead).json()["code"] == "fund_day_wrong"
    made = office.post(f"{url}/invest", INVESTED).json()
    assert (made["state"], made["amount"]) == ("invested", "30000000.00")
    assert {one["city"]: one["amount"] for one in made["city_shares"]} == {
        "340200": "20000000.00",
        "310117": "10000000.00",
    }
    early = {"proceeds": "0.00", "exited_on": "2026-03-01"}
    assert office.post(f"{url}/exit", early).json()["code"] == "fund_day_wrong"
    gone = office.post(f"{url}/exit", {"proceeds": "1.00", "exited_on": "2026-03-02"}).json()
    assert (gone["state"], gone["reached"]) == ("exited", "exited")


def test_the_pool_is_the_offices_and_an_organization_sees_its_own_without_votes(
    cadre, committee, rest, seller, enterprise
):
    office = rest(cadre)
    url = before_committee(office, organization=organization_of(seller).pk)
    office.post(f"{url}/committee")
    rest(committee[0]).post(f"{url}/votes", {"in_favour": True})
    assert rest(seller).get(url).json()["votes"] is None
    assert len(rest(committee[1]).get(url).json()["votes"]) == 1
    assert rest(enterprise).get(url).status_code == 404
    assert rest(seller).post(f"{url}/votes", {"in_favour": True}).status_code == 403
    pooled = office.post(URL, {**BODY, "organization": organization_of(seller).pk}).json()
    assert rest(seller).get(f"{URL}/{pooled['id']}").status_code == 404
    assert [one["id"] for one in rest(seller).get(URL).json()["results"]] != [pooled["id"]]
    assert rest(enterprise).get(URL).json()["results"] == []


def test_a_dropped_target_keeps_how_far_it_came(cadre, committee, rest, seller):
    office = rest(cadre)
    right = make_achievement(seller).pk
    url = before_committee(office, achievement=right)
    assert office.post(URL, {**BODY, "achievement": right}).json()["code"] == "pooled_already"
    dropped = office.post(f"{url}/drop", {"reason": "虚构的理由"}).json()
    assert (dropped["state"], dropped["reached"]) == ("dropped", "established")
    assert office.post(URL, {**BODY, "achievement": right}).status_code == 201
    for missing in ({"achievement": 987654}, {"organization": 987654}):
        assert office.post(URL, {**BODY, **missing}).status_code == 404


def test_without_a_committee_nothing_is_put_before_it(cadre, rest):
    office = rest(cadre)
    url = before_committee(office)
    assert office.post(f"{url}/committee").json()["code"] == "committee_too_small"


def test_votes_are_cast_while_the_committee_has_it(cadre, committee, rest, clock):
    office = rest(cadre)
    url = before_committee(office)
    early = rest(committee[0]).post(f"{url}/votes", {"in_favour": True})
    assert early.json()["code"] == "illegal_transition"
    office.post(f"{url}/committee")
    headers = {"Idempotency-Key": "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0001"}
    voter = rest(committee[0])
    first = voter.post(f"{url}/votes", {"in_favour": True}, headers=headers)
    assert voter.post(f"{url}/votes", {"in_favour": True}, headers=headers).json() == first.json()
    clock.advance(days=31)
    late = rest(committee[1]).post(f"{url}/votes", {"in_favour": True})
    assert late.status_code == 404


def test_a_seat_that_changes_hands_votes_once(cadre, committee, rest, clock):
    office = rest(cadre)
    url = before_committee(office)
    office.post(f"{url}/committee")
    assert rest(committee[0]).post(f"{url}/votes", {"in_favour": True}).status_code == 201
    CommitteeSeat.objects.filter(person=committee[0]).update(ends_on=NOW.date())
    clock.advance(days=1)
    successor = make_user()
    CommitteeSeat.objects.create(
        person=successor, starts_on=clock.now().date(), ends_on=clock.now().date()
    )
    assert rest(successor).post(f"{url}/votes", {"in_favour": True}).status_code == 403
    assert office.post(f"{url}/invest", INVESTED).json()["code"] == "no_quorum"


def refused(name, write):
    with pytest.raises(IntegrityError, match=name), transaction():
        write()


def test_the_database_keeps_votes_shares_and_amounts(cadre, committee, rest):
    office = rest(cadre)
    url = before_committee(office)
    office.post(f"{url}/committee")
    for person in committee:
        rest(person).post(f"{url}/votes", {"in_favour": True})
    office.post(f"{url}/invest", INVESTED)
    project, rows = FundProject.objects.get(), FundProject.objects.all()
    refused("fundproject_invested_with_amount_and_day", lambda: rows.update(amount=None))
    refused("fundproject_voted_on_by_seats", lambda: rows.update(seats=2))
    refused("fundproject_exited_with_proceeds_and_day", lambda: rows.update(proceeds=1))
    again = {"project": project, "city": city_of("310117")}
    refused("fundshare_once_a_city", lambda: FundShare.objects.create(amount=1, **again))
    again["city"] = city_of("330100")
    refused("fundshare_amount_positive", lambda: FundShare.objects.create(amount=0, **again))
    vote = {"project": project, "person": committee[0], "in_favour": True, "voted_at": NOW}
    refused("fundvote_once_a_person", lambda: FundVote.objects.create(**vote))
    refused("committeeseat_one_a_person_at_a_time", lambda: seat(committee[0]))
    refused("committeeseat_ends_after_its_start", lambda: seat(cadre, until=-1))
    for model in (FundVote, FundShare):
        with pytest.raises((IntegrityError, InternalError)), transaction():
            model.objects.all().delete()
    assert all(map(str, (project, FundVote.objects.first(), FundShare.objects.first())))
    assert str(CommitteeSeat.objects.first())


def test_an_achievement_is_pooled_once(cadre, rest, seller):
    right = make_achievement(seller)
    rest(cadre).post(URL, {**BODY, "achievement": right.pk})
    row = FundProject.objects.get()
    row.pk, row.code = None, "P-x"
    refused("fundproject_achievement_pooled_once", lambda: row.save(force_insert=True))
