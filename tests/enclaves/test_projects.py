"""A project is proposed, judged, admitted, incubated and lands; what it leaves behind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from enclaves import admissions, projects
from enclaves.admissions import AdmissionJudged, ReviewersNamed, ReviewerTied
from enclaves.lifecycle import PROJECT, ProjectState
from enclaves.models import Project
from enclaves.projects import LandingOfAnother
from enclaves.queries import in_state
from enclaves.queries import projects as all_projects
from enclaves.rules.admission import (
    AdmissionDeclined,
    CapacityExceeded,
    CapacityUnknown,
    ReviewsOutstanding,
)
from enclaves.rules.progress import LandingElsewhere, LandingWaits, NotIncubated, OriginsTooMany
from marketplace import funnel, landings
from marketplace.landings import LandingKnown
from marketplace.models import Landing
from marketplace.rules.milestones import MilestoneInFuture
from marketplace.rules.panels import PanelNotOdd
from tests.conftest import NOW, act, credit_code, make_user, organization_of
from tests.enclaves.conftest import make_landing, make_park, make_project
from tests.factories import make_achievement
from tests.marketplace.conftest import make_deal, make_need
from tests.marketplace.test_landings import need_with_deal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TOLD = {"title": "虚构项目", "team": "虚构团队", "field": "NM", "area_m2": Decimal(100)}
EVIDENCE: dict[str, Any] = {
    "basis": "entity",
    "entity_name": "虚构落地公司",
    "entity_code": credit_code(65_000_001),
    "landed_on": NOW.date(),
    "investment": Decimal("5000000.00"),
    "proof": "虚构的营业执照",
}


def propose(park, user, **values):
    return projects.propose_project(actor=act(user), park_id=park.pk, **{**TOLD, **values})


def land(project, user, **values):
    return projects.land_project(actor=act(user), project_id=project.pk, **{**EVIDENCE, **values})


def test_a_project_goes_its_whole_way(park, park_operator, settler, bureau):
    own = organization_of(settler).pk
    made = propose(park, settler, organization=own)
    run = {"actor": act(park_operator), "project_id": made.pk}
    for step in (projects.admit_project, projects.incubate_project, projects.pilot_project):
        step(**run)
    landing = land(made, settler)
    assert landing.told_state == "landing"
    landings.confirm_landing(actor=act(bureau), landing_id=landing.landing_id)
    landed = all_projects().get(pk=made.pk)
    assert (landed.state, landed.told_state) == ("landing", "landed")
    assert projects.start_output(**run).told_state == "output"
    projects.exit_project(**run, kind="graduated", reason="虚构：毕业")
    kinds = Event.objects.filter(topic=f"project:{made.pk}").order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == [
        "project.proposed",
        "project.admitted",
        "project.incubating",
        "project.pilot",
        "project.landing",
        "project.output",
        "project.exited",
    ]
    moved = list(made.moves.values_list("to", "by_user"))
    assert moved[0] == ("contact", settler.pk)
    assert moved[-1] == ("exited", park_operator.pk)


COMMANDS: dict[str, Any] = {
    "admitted": lambda user, project: projects.admit_project(
        actor=act(user), project_id=project.pk
    ),
    "incubating": lambda user, project: projects.incubate_project(
        actor=act(user), project_id=project.pk
    ),
    "pilot": lambda user, project: projects.pilot_project(actor=act(user), project_id=project.pk),
    "landing": lambda user, project: land(project, user),
    "output": lambda user, project: projects.start_output(actor=act(user), project_id=project.pk),
    "exited": lambda user, project: projects.exit_project(
        actor=act(user), project_id=project.pk, kind="terminated", reason="虚构"
    ),
}


@pytest.mark.parametrize("wanted", COMMANDS)
def test_only_the_moves_of_the_table_are_made(park, park_operator, wanted):
    for start in ProjectState:
        project = make_project(park, state=start)
        before = Project.objects.filter(pk=project.pk).values().get()
        moves = lambda project=project: COMMANDS[wanted](park_operator, project)  # noqa: E731
        if start is ProjectState.LANDING and wanted == "landing":
            with pytest.raises(LandingWaits):
                moves()
        elif PROJECT.allows(start, ProjectState(wanted)):
            assert moves().state == wanted
            Landing.objects.filter(pk=before["landing_id"] or 0)
        else:
            with pytest.raises(IllegalTransition):
                moves()
            assert Project.objects.filter(pk=project.pk).values().get() == before
        Project.objects.filter(pk=project.pk).update(area_m2=1)


def test_who_is_no_insider_moves_nothing(park, settler, rival, bureau, host_bureau, operator):
    project = make_project(park, settler)
    for person, error in (
        (rival, NotFound),
        (settler, PermissionDenied),
        (bureau, PermissionDenied),
        (host_bureau, PermissionDenied),
        (operator, PermissionDenied),
    ):
        with pytest.raises(error):
            projects.admit_project(actor=act(person), project_id=project.pk)


def test_an_organization_proposes_its_own_project_and_no_others(park, settler, rival):
    with pytest.raises(PermissionDenied):
        propose(park, settler)
    with pytest.raises(PermissionDenied):
        propose(park, rival, organization=organization_of(settler).pk)


def test_a_project_names_one_origin_that_its_proposer_may_see(
    park, settler, enterprise, seller, rival
):
    own = organization_of(settler).pk
    need, achievement = make_need(enterprise), make_achievement(seller)
    with pytest.raises(OriginsTooMany):
        propose(park, settler, organization=own, need=need.pk, achievement=achievement.pk)
    foreign = make_deal(organization_of(seller), organization_of(rival), need=need)
    with pytest.raises(NotFound):
        propose(park, settler, organization=own, deal=foreign.pk)
    assert propose(park, settler, organization=own, achievement=achievement.pk).achievement_id


def test_admission_waits_for_room(park, park_operator):
    big = make_project(park, area_m2=Decimal(950), state="incubating")
    small, late = make_project(park, area_m2=Decimal(50)), make_project(park)
    actor = act(park_operator)
    projects.admit_project(actor=actor, project_id=small.pk)
    with pytest.raises(CapacityExceeded) as refused:
        projects.admit_project(actor=actor, project_id=late.pk)
    assert refused.value.facts == {"wanted": Decimal(100), "free": Decimal(0)}
    projects.exit_project(actor=actor, project_id=big.pk, kind="graduated", reason="虚构的理由")
    assert projects.admit_project(actor=actor, project_id=late.pk).state == "admitted"


def test_a_park_without_room_for_incubation_admits_nobody(park_operator):
    project = make_project(make_park(park_operator, incubating_m2=None))
    with pytest.raises(CapacityUnknown):
        projects.admit_project(actor=act(park_operator), project_id=project.pk)


def test_a_panel_decides_where_there_is_one(park, park_operator, settler):
    jury = [make_user() for _ in range(3)]
    project = make_project(park, settler)
    run = {"actor": act(park_operator), "project_id": project.pk}
    admissions.name_reviewers(**run, reviewers=[one.pk for one in jury])
    with pytest.raises(ReviewersNamed):
        admissions.name_reviewers(**run, reviewers=[one.pk for one in jury])
    for person, favours in zip(jury, (True, False, True), strict=True):
        with pytest.raises(ReviewsOutstanding):
            projects.admit_project(**run)
        admissions.review_project(
            actor=act(person), project_id=project.pk, favours=favours, comment="虚构意见"
        )
    with pytest.raises(AdmissionJudged):
        admissions.review_project(
            actor=act(jury[0]), project_id=project.pk, favours=False, comment="反悔"
        )
    assert projects.admit_project(**run).state == "admitted"
    with pytest.raises(IllegalTransition):
        admissions.name_reviewers(**run, reviewers=[one.pk for one in jury])


def test_a_panel_that_is_against_keeps_the_project_out(park, park_operator, settler, rival):
    jury = [make_user() for _ in range(3)]
    project = make_project(park)
    run = {"actor": act(park_operator), "project_id": project.pk}
    admissions.name_reviewers(**run, reviewers=[one.pk for one in jury])
    with pytest.raises(PermissionDenied):
        admissions.review_project(**run, favours=True, comment="虚构")
    with pytest.raises(NotFound):
        admissions.review_project(
            actor=act(rival), project_id=project.pk, favours=True, comment="虚构"
        )
    with pytest.raises(ReasonRequired):
        admissions.review_project(
            actor=act(jury[0]), project_id=project.pk, favours=True, comment=" "
        )
    for person, favours in zip(jury, (True, False, False), strict=True):
        admissions.review_project(
            actor=act(person), project_id=project.pk, favours=favours, comment="虚构意见"
        )
    with pytest.raises(AdmissionDeclined):
        projects.admit_project(**run)


def test_a_panel_is_odd_and_tied_to_nobody(park, park_operator, settler):
    project = make_project(park, settler)
    run = {"actor": act(park_operator), "project_id": project.pk}
    people = [make_user().pk for _ in range(2)]
    with pytest.raises(PanelNotOdd):
        admissions.name_reviewers(**run, reviewers=people)
    with pytest.raises(ReviewerTied):
        admissions.name_reviewers(**run, reviewers=[*people, settler.pk])
    with pytest.raises(NotFound):
        admissions.name_reviewers(**run, reviewers=[*people, 987_654])


def test_a_refused_landing_is_reported_anew(park, park_operator, bureau):
    project = make_project(park, state="pilot")
    reported = land(project, park_operator)
    with pytest.raises(LandingWaits):
        land(project, park_operator)
    landings.refuse_landing(actor=act(bureau), landing_id=reported.landing_id, reason="查无此企业")
    again = land(project, park_operator, entity_code=credit_code(65_000_002))
    assert again.landing_id != reported.landing_id
    assert again.told_state == "landing"


def test_an_entity_lands_once_not_tomorrow_and_not_before_the_admission(park, park_operator):
    first, second = (make_project(park, state="pilot") for _ in range(2))
    land(first, park_operator)
    with pytest.raises(LandingKnown):
        land(second, park_operator)
    with pytest.raises(MilestoneInFuture):
        land(
            second,
            park_operator,
            entity_code=credit_code(65_000_003),
            landed_on=NOW.date() + timedelta(days=1),
        )
    assert Landing.objects.count() == 1


def test_a_project_of_a_deal_keeps_the_chain_and_lands_once_in_both_counts(
    park, park_operator, enterprise, seller, bureau
):
    """need → deal → project → landing: one record, confirmed once."""
    deal = need_with_deal(enterprise, seller)
    project = propose(park, enterprise, organization=organization_of(enterprise).pk, deal=deal.pk)
    Project.objects.filter(pk=project.pk).update(state="pilot")
    reported = land(project, enterprise)
    landing = Landing.objects.get()
    assert (landing.deal_id, reported.landing_id) == (deal.pk, landing.pk)

    landings.confirm_landing(actor=act(bureau), landing_id=landing.pk)

    steps = {step.stage: step.count for step in funnel.count(funnel.Asked()).steps}
    landed = in_state(all_projects(), "landed")
    assert steps["landed"] == 1
    assert [one.deal.need_id for one in landed] == [deal.need_id]


def test_what_the_deal_has_on_record_is_taken_over(park, enterprise, seller, bureau):
    deal = need_with_deal(enterprise, seller)
    told = {name: value for name, value in EVIDENCE.items() if name != "basis"}
    known = landings.report_landing(actor=act(seller), deal_id=deal.pk, city="330100", **told)
    landings.confirm_landing(actor=act(bureau), landing_id=known.pk)
    projects_of_deal = [make_project(park, enterprise, "pilot", deal=deal) for _ in range(2)]
    assert land(projects_of_deal[0], enterprise).told_state == "landed"
    with pytest.raises(LandingOfAnother):
        land(projects_of_deal[1], enterprise)
    assert Landing.objects.count() == 1


def test_a_landing_elsewhere_is_not_taken_over(park, enterprise, seller):
    deal = need_with_deal(enterprise, seller)
    told = {name: value for name, value in EVIDENCE.items() if name != "basis"}
    landings.report_landing(actor=act(seller), deal_id=deal.pk, city="340200", **told)
    project = make_project(park, enterprise, "pilot", deal=deal)
    with pytest.raises(LandingElsewhere):
        land(project, enterprise)


def test_a_deal_that_ended_lands_no_project(park, enterprise, seller):
    from marketplace.deal_records import DealNotFormed

    deal = need_with_deal(enterprise, seller)
    type(deal).objects.filter(pk=deal.pk).update(state="rescinded")
    project = make_project(park, enterprise, "pilot", deal=deal)
    with pytest.raises(DealNotFormed):
        land(project, enterprise)


def test_who_leaves_before_it_was_incubated_does_not_graduate(park, park_operator):
    project = make_project(park)
    run = {"actor": act(park_operator), "project_id": project.pk}
    with pytest.raises(NotIncubated):
        projects.exit_project(**run, kind="graduated", reason="虚构")
    with pytest.raises(ReasonRequired):
        projects.exit_project(**run, kind="terminated", reason=" ")
    assert projects.exit_project(**run, kind="terminated", reason="虚构").state == "exited"


def test_what_is_told_of_a_project_is_kept_current_but_not_its_room(park, park_operator):
    actor = act(park_operator)
    contact, resident = make_project(park), make_project(park, state="pilot")
    gone = make_project(park, state="exited")
    projects.change_project(actor=actor, project_id=contact.pk, area_m2=Decimal(120))
    projects.change_project(actor=actor, project_id=resident.pk, ip_count=7)
    for project, change in ((resident, {"area_m2": Decimal(1)}), (gone, {"ip_count": 1})):
        with pytest.raises(IllegalTransition):
            projects.change_project(actor=actor, project_id=project.pk, **change)
    assert Project.objects.get(pk=contact.pk).area_m2 == 120


@pytest.mark.parametrize("state", ProjectState)
def test_a_project_is_listed_where_it_stands(park, state):
    made = {one: make_project(park, state=one) for one in ProjectState}
    refused = make_landing("refused")
    made_back = make_project(park, state="output", landing=refused)
    expected = {made[state].pk} | ({made_back.pk} if state == "landing" else set())
    assert {one.pk for one in in_state(all_projects(), state)} == expected
    assert made_back.told_state == "landing"
