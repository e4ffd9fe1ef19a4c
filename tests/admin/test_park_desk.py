"""Parks and their projects at the desk: every step by who may take it, and by nobody else."""

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enclaves.models import Park, Project, Talent
from enclaves.queries import projects as all_projects
from tests.admin.conftest import list_url, page_url, step_url
from tests.admin.parks import REASON, add, bureau_of, make_runner, take, told
from tests.conftest import (
    Clock,
    city_of,
    make_cadre,
    make_organization,
    make_user,
    organization_of,
)
from tests.enclaves.conftest import make_park, make_project, make_talent, make_tenancy, make_unit
from tests.factories import make_achievement

Desk = Callable[..., Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

AGREEMENT = {
    "title": "虚构分成协议",
    "metric": "tax",
    "home_percent": "60",
    "period": "year",
    "starts_on": "2026-01-01",
    "ends_on": "2029-01-01",
}
FUND = {"name": "虚构基金", "size": "100,000,000", "since": "2026-01-01"}
TALENT = {
    "name": "虚构甲",
    "document": "FICTIONAL-0001",
    "grade": "doctor",
    "starts_on": "2026-03-01",
}


@pytest.fixture
def runner() -> User:
    return make_runner()


@pytest.fixture
def park(runner: User) -> Park:
    return make_park(runner)


def test_a_park_is_set_up_by_the_office_or_its_home_city(desk: Desk, runner: User):
    home, host = city_of("330100"), city_of("310117")
    form = {"name": "虚构园", "home_city": home.pk, "host_district": home.pk, "mode": "rent"}
    client = desk(bureau_of("330100"))
    assert add(client, "enclaves_park", form).status_code == 200  # lies in its own city
    assert not Park.objects.exists()
    form |= {"host_district": host.pk, "area_m2": "1200.50", "incubating_m2": "2,000"}
    assert add(client, "enclaves_park", form).status_code == 200  # keeps more than it has
    form["incubating_m2"] = "200"
    assert add(desk(bureau_of("340200")), "enclaves_park", form).status_code == 200  # another city
    assert add(desk(runner), "enclaves_park", form).status_code == 403
    assert not Park.objects.exists()
    assert add(client, "enclaves_park", form).status_code == 302
    made = Park.objects.get()
    assert (made.area_m2, made.incubating_m2, made.mode) == (1200.50, 200, "rent")
    assert take(client, made, "operator", {"operator": organization_of(runner).pk}) == "success"
    assert made.operator == organization_of(runner)
    assert step_url(made, "add-unit") in desk(runner).get(page_url(made)).content.decode()


def test_an_operator_keeps_its_park_and_no_other(park: Park, runner: User, desk: Desk):
    client, foreign = desk(runner), make_park()
    make_tenancy(make_unit(foreign, name="别处单元"))
    changed = {"address": "虚构路1号", "area_m2": "9000", "incubating_m2": "900"}
    assert take(client, park, "change", changed) == "success"
    assert (park.address, park.area_m2) == ("虚构路1号", 9000)
    assert take(client, park, "add-unit", {"name": "A座", "area_m2": "500"}) == "success"
    assert "A座" in told(client, park, "add-unit", {"name": "A座", "area_m2": "1"})
    assert "9000" in told(client, park, "add-unit", {"name": "B座", "area_m2": "8501"})
    assert take(client, park, "attach-fund", FUND) == "success"
    assert take(client, park, "agree", AGREEMENT) == "403"
    page = client.get(page_url(park)).content.decode()
    assert "A座" in page
    assert f"/enclaves/{park.pk}/tenancies/import" in page
    other = client.get(page_url(foreign)).content.decode()
    assert "别处单元" not in other
    assert f"/enclaves/{foreign.pk}/tenancies/import" not in other
    assert step_url(foreign, "add-unit") not in other
    for step, data in (("add-unit", {"name": "C", "area_m2": "1"}), ("attach-fund", FUND)):
        assert take(client, foreign, step, data) == "error"
    assert take(client, foreign, "change", changed) == "error"
    assert foreign.units.count() == 1


def test_the_two_cities_agreement_is_entered_by_the_home_city(park: Park, desk: Desk):
    home, host = desk(bureau_of("330100")), desk(bureau_of("310117"))
    assert take(host, park, "agree", AGREEMENT) == "error"
    assert take(home, park, "agree", AGREEMENT) == "success"
    assert take(home, park, "agree", AGREEMENT) == "error"  # it would be shared twice
    assert park.agreements.get().home_percent == 60
    for client, sees in ((host, True), (desk(bureau_of("340200")), False)):
        assert ("虚构分成协议" in client.get(page_url(park)).content.decode()) is sees


def project_form(park: Park, **values: object) -> dict[str, object]:
    from marketplace.models import TechnologyField

    field = TechnologyField.objects.get(code="NM").pk
    told = {"title": "虚构中试", "team": "虚构五人", "field": field, "area_m2": "100"}
    return {"park": park.pk, "ip_count": "2", "funding": "0", **told, **values}


def test_a_project_is_brought_with_the_record_it_comes_from(park: Park, runner: User, desk: Desk):
    client = desk(runner)
    owner = make_organization()
    open_one = make_achievement(owner)
    hidden = make_achievement(owner, state="draft", published_at=None)
    for wrong in (
        project_form(make_park()),
        project_form(park, origin="A2020-000000"),
        project_form(park, origin=hidden.code),
    ):
        assert add(client, "enclaves_project", wrong).status_code == 200
    assert not Project.objects.exists()
    assert (
        add(client, "enclaves_project", project_form(park, origin=open_one.code)).status_code == 302
    )
    made = Project.objects.get()
    assert (made.achievement, made.state, made.ip_count) == (open_one, "contact", 2)
    assert add(desk(bureau_of("330100")), "enclaves_project", project_form(park)).status_code == 403


def test_a_named_panel_judges_the_admission(park: Park, runner: User, desk: Desk):
    project, client = make_project(park), desk(runner)
    judge = bureau_of("341800")
    names = [judge.username, *(make_user().username for _ in range(2))]
    assert (
        "nobody"
        in client.post(
            step_url(project, "name-reviewers"), {"reviewers": "nobody"}
        ).content.decode()
    )
    assert take(client, project, "name-reviewers", {"reviewers": "\n".join(names[:2])}) == "error"
    assert take(desk(judge), project, "name-reviewers", {"reviewers": names[0]}) == "404"
    assert take(client, project, "name-reviewers", {"reviewers": "\n".join(names)}) == "success"
    assert take(client, project, "admit") == "error"  # judgements are outstanding
    verdict = {"favours": "yes", "comment": "虚构的意见"}
    assert take(client, project, "review", verdict) == "error"  # not on the panel
    seat = desk(judge)
    assert step_url(project, "review") in seat.get(page_url(project)).content.decode()
    assert take(seat, project, "review", {"comment": "虚构"}) == "form"
    assert take(seat, project, "review", verdict) == "success"
    assert all_projects().get(pk=project.pk).reviewers.filter(favours=True).count() == 1
    assert step_url(project, "review") not in seat.get(page_url(project)).content.decode()


def test_talents_are_entered_by_grade_and_their_documents_are_kept_nowhere(
    park: Park, runner: User, desk: Desk
):
    project, client = make_project(park), desk(runner)
    assert take(client, project, "enter-talent", TALENT) == "success"
    assert take(client, project, "enter-talent", TALENT) == "error"  # known already
    talent = Talent.objects.get()
    assert "FICTIONAL-0001" not in "".join(
        LogEntry.objects.values_list("change_message", flat=True)
    )
    assert "FICTIONAL-0001" not in client.get(page_url(talent)).content.decode()
    assert take(client, talent, "end", {"ends_on": "2026-02-01"}) == "error"
    assert take(client, talent, "end", {"ends_on": "2026-06-01"}) == "success"
    assert talent.ends_on == date(2026, 6, 1)


def test_people_of_another_park_are_not_seen(park: Park, runner: User, desk: Desk):
    far = make_talent(make_project(make_park()), "别处的人")
    make_talent(make_project(park), "自己的人")
    page = desk(runner).get(list_url(Talent)).content.decode()
    assert "自己的人" in page
    assert "别处的人" not in page
    assert take(desk(runner), far, "end", {"ends_on": "2026-06-01"}) == "404"
    assert take(desk(bureau_of("330100")), far, "end", {"ends_on": "2026-06-01"}) == "403"


def test_whose_project_it_is_sees_nothing_of_the_parks_own_affairs(
    park: Park, runner: User, desk: Desk
):
    owner = make_runner()
    project = make_project(park, owner, "incubating")
    inside, outside = desk(runner), desk(owner)
    assert take(inside, project, "enter-talent", TALENT) == "success"
    for page in ("change", "history"):
        told_inside, told_outside = (
            one.get(page_url(project, page)).content.decode() for one in (inside, outside)
        )
        assert (TALENT["name"] in told_inside, TALENT["name"] in told_outside) == (True, False)
    assert outside.get(page_url(project)).status_code == 200
    assert take(inside, park, "attach-fund", FUND) == "success"
    logs = [one.get(page_url(park, "history")).content.decode() for one in (inside, outside)]
    assert ["虚构基金" in log for log in logs] == [True, False]


def test_what_is_told_of_a_project_is_kept_current(park: Park, runner: User, desk: Desk):
    project, client = make_project(park), desk(runner)
    changed = {"title": "虚构新名", "team": "虚构六人", "ip_count": "7", "funding": "3,000,000"}
    assert take(client, project, "change", changed) == "success"
    assert (project.title, project.ip_count, project.funding) == ("虚构新名", 7, 3_000_000)
    assert take(client, project, "change-area", {"area_m2": "250"}) == "success"
    assert take(client, project, "admit") == "success"
    assert take(client, project, "change-area", {"area_m2": "300"}) == "error"
    assert project.area_m2 == 250
    assert take(client, project, "exit", {**REASON, "kind": "graduated"}) == "error"


def test_what_a_project_signed_is_entered_once(park: Park, runner: User, desk: Desk):
    project, client = make_project(park), desk(runner)
    signed = {"kind": "incubation", "title": "虚构孵化协议", "counterparty": "虚构园区"}
    signed["signed_on"] = "2026-03-01"
    ahead = {**signed, "signed_on": "2030-01-01"}
    assert take(client, project, "enter-agreement", ahead) == "error"
    assert take(client, project, "enter-agreement", signed) == "success"
    assert take(client, project, "enter-agreement", signed) == "error"
    assert [one.title for one in project.agreements.all()] == ["虚构孵化协议"]
    assert "虚构孵化协议" in client.get(page_url(project)).content.decode()


def test_tables_of_tenancies_are_brought_by_who_runs_the_park(
    park: Park, runner: User, desk: Desk, clock: Clock
):
    url, cadre = f"/enclaves/{park.pk}/tenancies/import", make_cadre("挂职")
    for person in (runner, cadre):
        page = desk(person).get(url).content.decode()
        assert park.name in page
        assert f"/api/v1{url}?format=xlsx" in page
    for person in (bureau_of("330100"), make_runner(), make_user()):
        assert desk(person).get(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert desk(runner).get("/enclaves/999999/tenancies/import").status_code == 404
    clock.advance(days=400)
    assert desk(cadre).get(url).status_code == 403


def test_the_front_page_says_what_waits_for_an_operator(park: Park, runner: User, desk: Desk):
    make_project(park)
    make_project(make_park())
    client = desk(runner, headers={"accept-language": "en"})
    cards = {one.title: one for one in client.get(reverse("admin:index")).context["cards"]}
    assert {title: one.value for title, one in cards.items()} == {
        "Projects to admit": "1",
        "Park reports to submit": "0",
    }
    listed = client.get(cards["Projects to admit"].url).context["cl"]
    assert listed.result_count == 1
