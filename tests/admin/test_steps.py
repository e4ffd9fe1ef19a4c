"""Each workflow step: it works, GET only shows it, without a token or the role it does nothing,
and from a wrong state it says why and changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models import Model
from django.test import Client

from accounts.desk.admins import DeskAdmin
from accounts.models import ApiClient, Membership, Organization, User
from core.models import Event
from tests.admin.cases import CASES as CASES_OF_TRADE
from tests.admin.cases import DEPOSIT, state
from tests.admin.conftest import World, page_url, step_url
from tests.admin.doors import knock
from tests.admin.enclave_cases import ENCLAVE_CASES
from tests.conftest import act, organization_of

Desk = Callable[..., Client]
Offers = Callable[[Client, User, Model, str, dict[str, str]], bool]
FILLED = DeskAdmin.render_change_form
CASES = [*CASES_OF_TRADE, *ENCLAVE_CASES]
COUNTS = "SELECT (SELECT count(*) FROM core_event), (SELECT count(*) FROM django_admin_log)"


# Without a wrong state to start from: tests/admin/test_ties.py, test_priority.py,
# test_running_order.py, test_dossiers.py. Of deposits, of which no UPDATE brings a row into a
# state: tests/admin/test_deposits.py. And the reserve's, which
# the history does not name: tests/test_reads.py, test_reserves.py.
ELSEWHERE = {
    ("marketplace.achievement", "dossier"),
    ("marketplace.achievement", "add-picture"),
    ("marketplace.achievement", "remove-picture"),
    ("accounts.organization", "particulars"),
    ("accounts.relation", "end"),
    ("enclaves.tenancy", "end"),  # tests/admin/test_enclaves.py
    ("auctions.priorityright", "tell"),
    ("auctions.priorityright", "end"),
    ("auctions.auctionsession", "change"),
    ("auctions.auctionsession", "add-lot"),
    ("auctions.auctionsession", "add-deal"),
    ("auctions.runningorderentry", "move"),
    ("auctions.runningorderentry", "remove"),
    ("auctions.lot", "relist"),
    ("auctions.lot", "set-reserve"),
    ("auctions.lot", "show-reserve"),
    ("auctions.depositmovement", "record-refund"),
    ("auctions.forfeiture", "approve"),
    ("auctions.forfeiture", "reject"),
    ("auctions.registration", "propose-forfeiture"),
    ("auctions.registration", "return-deposit"),
    # tests/admin/test_settling.py
    ("marketplace.deal", "distribute-reward"),
    ("marketplace.need", "publicise-ranking"),
    ("marketplace.panelobjection", "dismiss"),
    ("marketplace.panelobjection", "uphold"),
}


# With people of their own: tests/admin/test_park_desk.py, test_place_desk.py.
ELSEWHERE |= {
    *(("enclaves.park", one) for one in ("change", "operator", "agree", "add-unit", "attach-fund")),
    *(("enclaves.project", one) for one in ("name-reviewers", "review", "enter-talent")),
    *(("enclaves.project", one) for one in ("change", "change-area", "enter-agreement")),
    *(("enclaves.place", one) for one in ("name", "refuse", "assess", "revoke")),
    *(("enclaves.assessment", one) for one in ("pass", "publicise", "conclude")),
    ("enclaves.talent", "end"),
}
# And tests/admin/test_alliances.py.
ELSEWHERE |= {
    ("alliances.alliancemember", step)
    for step in ("admit", "activate", "suspend", "reinstate", "end")
}
ELSEWHERE |= {
    ("alliances.financeapplication", step)
    for step in (
        *("offer", "decline", "diligence", "approve", "refuse", "pledge", "disburse", "repay"),
        *("overdue", "release-pledge"),
    )
}
ELSEWHERE |= {
    ("alliances.fundproject", step)
    for step in ("contact", "diligence", "establish", "committee", "exit", "drop", "vote", "invest")
}
ELSEWHERE |= {("alliances.alliance", step) for step in ("name-chair", "enter-activity")}
ELSEWHERE.add(("alliances.financeproduct", "close"))
# With files: tests/marketplace/test_papers.py.
ELSEWHERE |= {("marketplace.achievement", step) for step in ("add-paper", "remove-paper")}
# Of the second person: tests/admin/test_afterwards.py.
ELSEWHERE |= {("auctions.lot", step) for step in ("agree-to-void", "reject-decision")}


def put(row: Model, values: dict[str, Any]) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def stored(row: Model) -> tuple[Any, ...]:
    """The row, and how much was written of this and others; asked for hundreds of times."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        events, logged = cursor.fetchone()
    return type(row)._default_manager.filter(pk=row.pk).values_list().get(), events, logged


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch) -> Offers:
    """Does the step's own page offer it, and the row's page, too?

    Drawn are the two pages of one row of each model that offers a step and of one that does not,
    and the form and the button looked for in them; tests/admin/test_reading.py draws them all.
    What the row's page offers is what `offered_steps` tells, as on the step's, unless the class
    has code of its own to fill that page: then it is asked each time. Pages are asked for
    without the lists under the thing, which offer no step.
    """
    monkeypatch.setattr(DeskAdmin, "get_inline_instances", lambda *asked: [])
    drawn: set[tuple[str, bool]] = set()

    def offers(client: Client, person: User, row: Model, step: str, link: dict[str, str]) -> bool:
        url = step_url(row, step)
        offered: bool = knock(person, url, link).context_data["is_offered"]
        if (seen := (row._meta.label, offered)) not in drawn:
            drawn.add(seen)
            text = client.get(url).content.decode()
            form = text[text.index('class="desk-confirm"') :]
            assert ('csrfmiddlewaretoken" value' in form) is offered, url
            assert (url in client.get(page_url(row)).content.decode()) is offered, url
        elif type(admin.site._registry[type(row)]).render_change_form is not FILLED:
            asked = knock(person, page_url(row)).context_data["desk_steps"]
            assert (url in [item["url"] for item in asked]) is offered, url
        return offered

    return offers


def told_by(client: Client, url: str, data: dict[str, str]) -> tuple[int, list[Any]]:
    client.cookies.pop("messages", None)  # which no page has shown yet
    answer = client.post(url, data)
    return answer.status_code, list(get_messages(answer.wsgi_request))


def test_every_step_at_the_desk_has_a_case(world: World):
    declared = {
        (model._meta.label_lower, step.name)
        for model, model_admin in admin.site._registry.items()
        for step in model_admin.steps
    }
    cases = {(case.row(world)._meta.label_lower, case.step) for case in CASES}
    assert cases | ELSEWHERE == declared


@pytest.mark.usefixtures("known_people")
def test_each_step_works_by_its_form_alone_and_is_written_down(
    world: World, desk: Desk, offers: Offers
):
    """Nobody can be handed a step by a link, and the page that shows it has its form."""
    clients = {who: desk(world.people[who]) for who in {case.who for case in CASES}}
    for case in CASES:
        row = case.row(world)
        put(row, case.start)
        client = clients[case.who]
        place = (row._meta.label_lower, case.step)
        before = _, events, logged = stored(row)
        # What a prefetcher or an <img> sends: GET with whatever it likes in the query.
        link = {**case.data, "_method": "POST", "confirm": "1"}
        assert offers(client, world.people[case.who], row, case.step, link), place
        assert stored(row) == before, place

        status, told = told_by(client, step_url(row, case.step), case.data)

        assert [message.level_tag for message in told] == ["success"], (place, told)
        assert status == 302
        row.refresh_from_db()
        assert {name: getattr(row, name) for name in case.to} == case.to, place
        entry = LogEntry.objects.latest("pk")
        assert LogEntry.objects.count() == logged + 1, place
        assert entry.user == world.people[case.who]
        assert entry.object_id == str(row.pk)
        assert all(
            value in entry.change_message for value in case.data.values() if "¥" not in value
        )
        if case.event:
            event = Event.objects.order_by("-id").filter(kind=case.event).first()
            assert event is not None, place
            assert event.actor_user == world.people[case.who], place
            assert Event.objects.count() > events
    assert Membership.objects.get(user=world.people["seller"]).ended_at is not None
    assert ApiClient.objects.get().revoked_at is not None


@pytest.mark.usefixtures("known_people")
def test_without_a_token_nothing_happens(world: World):
    """Whatever else lies around the view, it refuses by itself."""
    for case in CASES:
        row = case.row(world)
        put(row, case.start)
        before = stored(row)
        url = step_url(row, case.step)
        answer = knock(world.people[case.who], url, case.data, method="POST", needs_token=True)
        assert answer.status_code == 403, case.step
        assert stored(row) == before


def test_a_form_with_its_token_is_taken(world: World, desk: Desk):
    client = desk(world.people["operator"], enforce_csrf_checks=True)
    url = step_url(world.draft_lot, "submit")
    page = client.get(url)
    token = str(page.context["csrf_token"])
    assert client.post(url, {"csrfmiddlewaretoken": token}).status_code == 302
    world.draft_lot.refresh_from_db()
    assert world.draft_lot.state == "submitted"


@pytest.mark.usefixtures("known_people")
def test_another_role_is_refused(world: World):
    for case in CASES:
        row = case.row(world)
        put(row, case.start)
        steps = admin.site._registry[type(row)].steps
        roles = {str(role) for step in steps if step.name == case.step for role in step.roles}
        entitled = {"office": "cadre", "technical": "root"}
        before = stored(row)
        for who in {"operator", "cadre", "bureau", "root", "stranger"} - {
            entitled.get(role, role) for role in roles
        }:
            person, url = world.people[who], step_url(row, case.step)
            for answer in (knock(person, url), knock(person, url, case.data, method="POST")):
                # 302: to the sign-in, where somebody without any role is told 403.
                assert answer.status_code in (302, 403, 404), (case.step, who)
                assert answer.status_code != 302 or "/login/" in answer.url
        assert stored(row) == before, case.step


@pytest.mark.usefixtures("known_people")
def test_from_a_wrong_state_a_step_says_why_and_changes_nothing(
    world: World, desk: Desk, offers: Offers
):
    clients = {who: desk(world.people[who]) for who in {case.who for case in CASES}}
    for case in CASES:
        row = case.row(world)
        put(row, case.wrong)
        before = stored(row)
        client = clients[case.who]
        place = (row._meta.label_lower, case.step)
        assert not offers(client, world.people[case.who], row, case.step, {}), place

        status, told = told_by(client, step_url(row, case.step), case.data)

        assert status == 302, place
        assert [message.level_tag for message in told] == ["error"], (place, told)
        assert stored(row) == before, place


def test_a_refusal_is_said_in_the_readers_language(world: World, desk: Desk):
    row = world.draft_lot
    put(row, state("withdrawn"))
    for language, expected in (("en", "A lot that is withdrawn"), ("zh-hans", "已撤回")):
        client = desk(world.people["operator"], headers={"accept-language": language})
        _, told = told_by(client, step_url(row, "approve"), {})
        assert row.code in str(told[0])
        if language == "en":
            assert expected in str(told[0])


def test_a_step_that_needs_a_reason_does_not_go_without(world: World, desk: Desk):
    row = world.need
    before = stored(row)
    client = desk(world.people["cadre"])
    for reason in ("", "   ", "\x00", "长" * 1001):
        answer = client.post(step_url(row, "return"), {"reason": reason})
        assert answer.status_code == 200
        assert answer.context["form"].errors
    assert stored(row) == before


def test_an_amount_that_is_none_is_not_recorded(world: World, desk: Desk):
    row = world.applied
    before = stored(row)
    client = desk(world.people["operator"])
    for amount in ("", "0", "-5", "1e3", "12.345", "１２", "NaN", "1" * 17, "¥"):
        answer = client.post(step_url(row, "record-deposit"), {**DEPOSIT, "amount": amount})
        assert answer.status_code == 200, amount
        assert answer.context["form"].errors, amount
    assert stored(row) == before


def test_a_step_that_does_not_exist_is_not_found(world: World, desk: Desk):
    client = desk(world.people["operator"])
    assert client.post(step_url(world.draft_lot, "sell-to-me")).status_code == 404
    assert client.post(page_url(world.draft_lot)[: -len("change/")] + "step/").status_code != 200
    gone = step_url(world.draft_lot, "submit").replace(f"/{world.draft_lot.pk}/", "/987654/")
    assert client.post(gone).status_code == 404


def test_two_operators_at_once_the_later_one_istold_by(world: World, desk: Desk):
    first, second = desk(world.people["operator"]), desk(world.people["operator"])
    url = step_url(world.draft_lot, "submit")
    first.get(url), second.get(url)
    assert told_by(first, url, {})[1][0].level_tag == "success"
    status, told = told_by(second, url, {})
    assert status == 302
    assert told[0].level_tag == "error"


def test_the_bureau_endorses_only_its_own_citys_needs(world: World, desk: Desk):
    elsewhere = world.need
    put(elsewhere, {"city": organization_of(world.people["rival"]).city})
    answer = desk(world.people["bureau"]).post(step_url(elsewhere, "endorse"))
    assert answer.status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.state == "submitted"


def test_a_cadre_whose_term_ended_takes_no_step(world: World, desk: Desk, clock: Any):
    client = desk(world.people["cadre"])
    clock.advance(days=400)
    answer = client.post(step_url(world.endorsed_need, "publish"))
    assert answer.status_code == 302
    assert "/login/" in answer.url
    world.endorsed_need.refresh_from_db()
    assert world.endorsed_need.state == "endorsed"


def test_actors_of_the_cast_are_what_the_cases_say(world: World):
    assert act(world.people["operator"]).operates
    assert act(world.people["cadre"]).office
    assert act(world.people["bureau"]).bureau_cities
    assert isinstance(world.people["root"], User)
    assert Organization.objects.exists()
