"""Into an alliance and out of it, who chairs it, and what the database holds."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from alliances.lifecycle import MemberState
from alliances.models import Activity, Alliance, AllianceMember, ChairTerm
from core.db import transaction
from core.models import Event
from marketplace.models import TechnologyField
from notifications.fanout import fan_out_all
from notifications.models import Notice
from tests.alliances.conftest import join, make_alliance, make_banker
from tests.conftest import NOW, city_of, make_organization, organization_of

ASKED = {
    "kind": "bank",
    "licence_number": "虚构金融许可证-9",
    "territory": ["310117", "340200"],
    "contact_name": "虚构联系人",
    "contact_phone": "021-0000",
}
pytestmark = pytest.mark.usefixtures("clock")


def path(member, step=""):
    return f"/api/v1/members/{member}{step and '/'}{step}"


def test_a_bank_applies_is_admitted_and_counts_once_it_is_active(alliance, banker, keeper, rest):
    applied = rest(banker).post(f"/api/v1/alliances/{alliance.pk}/members", ASKED)
    assert applied.status_code == 201, applied.content
    member = applied.json()["id"]
    assert applied.json()["territory"] == ["310117", "340200"]
    early = rest(keeper).post(path(member, "activate"))
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    assert rest(keeper).post(path(member, "admit")).json()["state"] == "admitted"
    assert rest(keeper).post(path(member, "reinstate")).status_code == 409
    assert rest(keeper).post(path(member, "activate")).json()["state"] == "active"
    kinds = Event.objects.filter(topic=f"member:{member}").order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == [
        "member.applied",
        "member.admitted",
        "member.activated",
    ]
    fan_out_all()
    assert set(
        Notice.objects.filter(event__kind="member.applied").values_list("recipient", flat=True)
    ) == {keeper.pk}
    assert set(
        Notice.objects.filter(event__kind="member.admitted").values_list("recipient", flat=True)
    ) == {banker.pk}


def test_what_is_public_of_a_member_is_not_how_it_can_be_reached(
    alliance, banker, rest, seller, anonymous
):
    join(alliance, banker, contact_phone="021-0000")
    hidden = join(alliance, make_organization(), MemberState.APPLIED)
    url = f"/api/v1/alliances/{alliance.pk}/members"
    for reader in (anonymous, rest(seller)):
        (told,) = reader.get(url).json()["results"]
        assert told["organization_name"] == organization_of(banker).name
        assert {told[name] for name in ("contact_name", "contact_phone", "licence_number")} == {
            None
        }
        assert reader.get(path(hidden.pk)).status_code == 404
    (own,) = rest(banker).get(url).json()["results"]
    assert own["contact_phone"] == "021-0000"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "enterprise"}, 422, "wrong_alliance"),
        ({"licence_number": ""}, 422, "licence_missing"),
        ({"licence_until": "2026-03-01"}, 422, "licence_missing"),
        ({"territory": ["110000"]}, 400, "unknown_city"),
    ],
)
def test_who_may_not_join_is_told_why(alliance, banker, rest, change, status, code):
    answer = rest(banker).post(f"/api/v1/alliances/{alliance.pk}/members", {**ASKED, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not AllianceMember.objects.exists()


def test_nobody_is_a_member_twice_but_whoever_left_may_come_back(alliance, banker, keeper, rest):
    url = f"/api/v1/alliances/{alliance.pk}/members"
    member = rest(banker).post(url, ASKED).json()["id"]
    assert rest(banker).post(url, ASKED).json()["code"] == "already_a_member"
    left = rest(banker).post(path(member, "end"), {"reason": "虚构的理由"})
    assert (left.json()["state"], left.json()["state_reason"]) == ("exited", "虚构的理由")
    assert rest(banker).post(url, ASKED).status_code == 201


def test_a_dissolved_alliance_takes_nobody(alliance, banker, rest):
    Alliance.objects.update(dissolved_on=date(2025, 1, 1))
    answer = rest(banker).post(f"/api/v1/alliances/{alliance.pk}/members", ASKED)
    assert answer.json()["code"] == "alliance_dissolved"


def test_a_licence_that_ran_out_meanwhile_stops_the_next_step(alliance, keeper, rest, clock):
    member = join(alliance, make_banker(), MemberState.APPLIED, licence_until=NOW.date())
    clock.advance(days=1)
    assert rest(keeper).post(path(member.pk, "admit")).json()["code"] == "licence_missing"


def test_the_secretariat_suspends_and_reinstates_and_the_office_may_too(
    alliance, banker, keeper, cadre, rest, seller
):
    member = join(alliance, banker)
    assert rest(seller).post(path(member.pk, "suspend"), {"reason": "x"}).status_code == 403
    assert rest(seller).post(path(member.pk, "end"), {"reason": "x"}).status_code == 403
    assert (
        rest(keeper).post(path(member.pk, "suspend"), {"reason": "虚构"}).json()["state"]
        == "suspended"
    )
    assert rest(cadre).post(path(member.pk, "reinstate")).json()["state"] == "active"


def test_one_member_chairs_at_a_time(alliance, banker, keeper, rest):
    one, two = join(alliance, banker), join(alliance, make_banker())
    url = f"/api/v1/alliances/{alliance.pk}/chair-terms"
    term = {"member": one.pk, "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    assert rest(keeper).post(url, term).status_code == 201
    clash = rest(keeper).post(
        url, {**term, "member": two.pk, "starts_on": "2026-12-31", "ends_on": "2027-12-31"}
    )
    assert (clash.status_code, clash.json()["code"]) == (409, "chair_taken")
    later = {"member": two.pk, "starts_on": "2027-01-01", "ends_on": "2027-12-31"}
    assert rest(keeper).post(url, later).status_code == 201
    assert [one["member"] for one in rest(keeper).get(url).json()["results"]] == [two.pk, one.pk]
    elsewhere = join(make_alliance("other"), make_organization())
    assert rest(keeper).post(url, {**later, "member": elsewhere.pk}).status_code == 404


def test_the_office_founds_alliances_one_for_each_field_and_one_of_finance(cadre, rest):
    body = {"name": "虚构新材料联盟", "kind": "field", "field": "NM", "founded_on": "2019-05-01"}
    made = rest(cadre).post("/api/v1/alliances", body)
    assert (made.status_code, made.json()["field"]) == (201, "NM")
    again = rest(cadre).post("/api/v1/alliances", {**body, "name": "另一个"})
    assert again.json()["code"] == "alliance_exists"
    for wrong in ({"field": ""}, {"kind": "other"}):
        assert (
            rest(cadre).post("/api/v1/alliances", {**body, **wrong}).json()["code"]
            == "field_mismatch"
        )
    finance = {"name": "虚构金融联盟", "kind": "financial", "founded_on": "2019-05-01"}
    assert rest(cadre).post("/api/v1/alliances", finance).status_code == 201
    assert (
        rest(cadre).post("/api/v1/alliances", {**finance, "name": "二"}).json()["code"]
        == "alliance_exists"
    )
    unknown = {**finance, "kind": "other", "name": "三", "secretariat": 987654}
    assert rest(cadre).post("/api/v1/alliances", unknown).status_code == 404
    listed = rest(cadre).get("/api/v1/alliances?kind=field").json()["results"]
    assert [one["name"] for one in listed] == ["虚构新材料联盟"]


def test_an_activity_is_entered_once_when_it_was_held(alliance, keeper, rest):
    url = f"/api/v1/alliances/{alliance.pk}/activities"
    body = {"title": "虚构路演", "held_on": "2026-03-02", "city": "310117", "participants": 33}
    assert rest(keeper).post(url, body).status_code == 201
    assert rest(keeper).post(url, body).json()["code"] == "activity_known"
    assert (
        rest(keeper).post(url, {**body, "held_on": "2026-03-03"}).json()["code"] == "activity_ahead"
    )
    assert rest(keeper).get(url).json()["results"][0]["participants"] == 33


def test_the_same_key_creates_once(alliance, banker, keeper, rest, cadre):
    one = join(alliance, banker)
    headers = {"Idempotency-Key": "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0001"}
    term = {"member": one.pk, "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    activity = {"title": "虚构路演", "held_on": "2026-03-02", "city": "310117"}
    founded = {"name": "虚构其他联盟", "kind": "other", "founded_on": "2019-05-01"}
    url = f"/api/v1/alliances/{alliance.pk}"
    for who, where, body in (
        (make_banker(), f"{url}/members", ASKED),
        (keeper, f"{url}/chair-terms", term),
        (keeper, f"{url}/activities", activity),
        (cadre, "/api/v1/alliances", founded),
    ):
        first = rest(who).post(where, body, headers=headers)
        again = rest(who).post(where, body, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json()), first.content


# --- What the database refuses ----------------------------------------------------------


def refused(name, write):
    with pytest.raises(IntegrityError, match=name), transaction():
        write()


def test_the_database_keeps_the_rolls(alliance, banker):
    member = join(alliance, banker)
    new = organization_of(make_banker())
    rows = AllianceMember.objects.filter(pk=member.pk)
    refused("alliancemember_once_at_a_time", lambda: join(alliance, banker))
    refused("alliancemember_exited_has_its_time", lambda: rows.update(state="exited"))
    refused("alliancemember_joined_after_admission", lambda: rows.update(activated_at=None))
    refused(
        "alliancemember_licensed_where_it_must_be", lambda: join(alliance, new, licence_number="")
    )
    refused("alliance_one_is_financial", lambda: make_alliance())
    refused("alliance_of_a_field_names_it", lambda: make_alliance("field"))
    make_alliance("field", field=TechnologyField.objects.get(code="NM"))
    refused(
        "alliance_one_for_a_field",
        lambda: make_alliance("field", field=TechnologyField.objects.get(code="NM")),
    )
    refused(
        "alliance_dissolved_after_its_founding",
        lambda: make_alliance("other", dissolved_on=date(2019, 4, 30)),
    )


def test_the_database_keeps_one_chair_at_a_time(alliance, banker):
    member = join(alliance, banker)
    day = NOW.date()

    def term(starts, ends):
        return ChairTerm.objects.create(
            alliance=alliance, member=member, starts_on=starts, ends_on=ends
        )

    term(day, day + timedelta(days=9))
    refused(
        "chairterm_one_at_a_time", lambda: term(day + timedelta(days=9), day + timedelta(days=20))
    )
    refused("chairterm_ends_after_its_start", lambda: term(day, day - timedelta(days=1)))
    activity = {
        "alliance": alliance,
        "title": "x",
        "held_on": day,
        "city": city_of("310117"),
        "entered_at": NOW,
    }
    Activity.objects.create(**activity)
    refused("activity_entered_once", lambda: Activity.objects.create(**activity))
    assert [str(one) for one in (member, ChairTerm.objects.get(), Activity.objects.get())]
