"""People who were asked to judge do so in the browser, and see what they were asked about."""

import pytest

from alliances import fund
from alliances.models import CommitteeSeat, FundProject
from enclaves import admissions
from enclaves.lifecycle import ProjectState
from marketplace.models import TechnologyField
from notifications.fanout import fan_out_all
from notifications.messages import message_for
from notifications.models import Notice
from tests.conftest import NOW, act, city_of, make_cadre, make_user
from tests.enclaves.conftest import make_park, make_project
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def jury():
    return [make_user(f"虚构评委{number}") for number in range(3)]


@pytest.fixture
def office():
    return make_cadre("虚构干部")


@pytest.fixture
def project(jury, office):
    made = make_project(make_park(name="虚构飞地甲"), title="虚构：待评审的项目")
    admissions.name_reviewers(
        actor=act(office), project_id=made.pk, reviewers=[one.pk for one in jury]
    )
    return made


@pytest.fixture
def target(jury, office):
    """A project of the fund before a committee of three."""
    for person in jury:
        CommitteeSeat.objects.create(person=person, starts_on=NOW.date(), ends_on=NOW.date())
    made = FundProject.objects.create(
        code="P-1",
        title="虚构：待表决的项目",
        field=TechnologyField.objects.get(code="NM"),
        city=city_of("340200"),
        state="established",
        reached="established",
        pooled_at=NOW,
    )
    fund.put_before_committee(actor=act(office), project_id=made.pk)
    return made


def test_a_reviewer_judges_an_admission_once(visit, send, jury, project):
    one, two, _ = jury
    listed = visit("/panels", one)
    assert "Waiting for you" in text_of(listed)
    assert f'href="/admissions/{project.pk}"' in listed.text
    path = f"/admissions/{project.pk}"
    page = text_of(visit(path, one))
    for told in ("虚构：待评审的项目", "虚构飞地甲", "Hangzhou", "虚构团队五人", "100"):
        assert told in page, told
    empty = send(one, path, favours="perhaps", comment=" ")
    assert empty.status_code == 422
    assert "not one of the available choices" in text_of(empty)
    assert "This field is required" in text_of(empty)
    done = send(one, path, favours="no", comment="虚构的意见")
    assert done.redirect_chain == [("/panels", 302)]
    assert "Your judgement is on record" in text_of(done)
    assert "Nothing waits for your judgement" in text_of(done)
    seat = project.reviewers.get(person=one)
    assert (seat.favours, seat.comment) == (False, "虚构的意见")
    again = send(one, path, favours="yes", comment="改口")
    assert again.status_code == 422
    assert "You have judged this project already" in text_of(again)
    assert "虚构的意见" not in visit(path, two).text, "what the others said"
    seat.refresh_from_db()
    assert seat.favours is False


def test_what_was_decided_without_a_reviewer_waits_for_nobody(visit, send, jury, project):
    type(project).objects.filter(pk=project.pk).update(
        state=ProjectState.EXITED, exit_kind="terminated", state_reason="虚构"
    )
    assert "Nothing waits for your judgement" in text_of(visit("/panels", jury[0]))
    path = f"/admissions/{project.pk}"
    assert "decided without your judgement" in text_of(visit(path, jury[0]))
    assert send(jury[0], path, favours="yes", comment="迟到").status_code == 422
    assert project.reviewers.get(person=jury[0]).favours is None


def test_a_member_of_the_committee_votes_once(visit, send, jury, target):
    one, two, _ = jury
    path = f"/fund-projects/{target.pk}"
    assert f'href="{path}"' in visit("/panels", one).text
    assert "0 of 3 have voted" in text_of(visit(path, one))
    assert send(one, path, comment="没有表态").status_code == 422
    done = text_of(send(one, path, favours="yes", comment="虚构的说明"))
    assert "Your vote is on record" in done
    assert "1 of 3 have voted" in done
    assert "虚构的说明" in visit(path, two).text
    assert send(one, path, favours="no").status_code == 422
    assert [vote.in_favour for vote in target.votes.all()] == [True]
    assert "Nothing waits" in text_of(visit("/panels", one))
    assert "虚构：待表决的项目" in text_of(visit("/panels", one))


def test_who_lost_the_seat_sees_the_project_no_more(visit, send, jury, target):
    CommitteeSeat.objects.filter(person=jury[0]).delete()
    path = f"/fund-projects/{target.pk}"
    assert visit(path, jury[0]).status_code == 404
    assert send(jury[0], path, favours="yes").status_code == 404
    assert not target.votes.exists()


@pytest.mark.parametrize("who", ["stranger", "enterprise", "cadre", "rival"])
def test_nobody_else_finds_them(who, cast, visit, send, project, target):
    person = cast[who]
    for path in (f"/admissions/{project.pk}", f"/fund-projects/{target.pk}"):
        assert visit(path, person).status_code == 404, path
        assert send(person, path, favours="yes", comment="虚构").status_code == 404, path
    listed = visit("/panels", person).text
    assert project.title not in listed
    assert target.title not in listed


def test_who_is_not_signed_in_is_asked_to(visit, project, target):
    for path in ("/panels", f"/admissions/{project.pk}", f"/fund-projects/{target.pk}"):
        answer = visit(path)
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_notices_lead_to_what_is_asked_for(jury, project, target):
    fan_out_all()
    heard = Notice.objects.filter(recipient=jury[0]).select_related("event")
    paths = {one.event.kind: message_for(one.event, jury[0]).path for one in heard}
    assert paths["project.reviewers_named"] == f"/admissions/{project.pk}"
    assert paths["fund_project.committee"] == f"/fund-projects/{target.pk}"
