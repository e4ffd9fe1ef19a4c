"""Responses indicator by indicator, and posters who have to answer them in time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from core.db import transaction
from core.models import Event
from marketplace import answer_clock, needs, responses
from marketplace.lifecycle import ResponseState
from marketplace.models import Response, ResponseAlarm, ResponseIndicator
from marketplace.rules.disclosure import NEED_NDA, NdaRequired
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act, organization_of
from tests.marketplace.conftest import HalfWayError, make_need, make_response
from tests.marketplace.requests import RESPONSE, V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Ten working days after Monday, 2 March 2026.
DUE = datetime(2026, 3, 16, 16, tzinfo=UTC)
SOON = datetime(2026, 3, 12, 16, tzinfo=UTC)


def respond(user, need):
    return responses.respond(
        actor=act(user),
        organization_id=organization_of(user).pk,
        need_id=need.pk,
        approach="溶胶凝胶法",
        price=Decimal("100.00"),
        months=9,
    )


def test_a_full_response_is_answered_as_it_was_sent(api, enterprise, rival):
    need = make_need(enterprise)
    indicator = api(rival).get(f"{V1}/needs/{need.pk}").json()["indicators"][0]
    full = {
        **RESPONSE,
        "schedule": "三个月样件",
        "team": "五人",
        "prior_results": "同类涂层两项",
        "conflicts": "无",
        "indicators": [
            {
                "indicator": indicator["id"],
                "verdict": "meets",
                "value": "1250",
                "unit": "℃",
                "evidence": "虚构检测报告",
            }
        ],
    }

    shown = api(rival).post(f"{V1}/needs/{need.pk}/responses", full, **keyed()).json()

    (answer,) = shown["indicators"]
    assert answer == {**full["indicators"][0], "name": indicator["name"]}
    for name in ("schedule", "team", "prior_results", "conflicts"):
        assert shown[name] == full[name]
    assert (shown["answer_due_at"], shown["answer_overdue"]) == ("2026-03-16T16:00:00Z", False)
    assert (shown["answered_at"], shown["reason_code"]) == (None, "")
    assert api(enterprise).get(f"{V1}/responses/{shown['id']}").json() == shown


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"value": "1199"}, 422, "answer_contradicts"),
        ({"indicator": 10**9}, 422, "answer_incomplete"),
        ({"verdict": "perhaps"}, 400, "invalid"),
        ({"value": "1e3"}, 400, "invalid"),
    ],
)
def test_an_answer_that_makes_no_sense_leaves_nothing(wrong, status, code, api, enterprise, rival):
    need = make_need(enterprise)
    answer = {"indicator": need.indicators.get().pk, "verdict": "meets", "value": "1200"}
    body = {**RESPONSE, "indicators": [{**answer, **wrong}]}
    refused(api(rival).post(f"{V1}/needs/{need.pk}/responses", body, **keyed()), status, code)
    assert not Response.objects.exists()


def test_who_has_not_promised_confidence_does_not_answer_a_guarded_need(enterprise, rival):
    need = make_need(enterprise, detail_under_nda=True)
    with pytest.raises(NdaRequired):
        respond(rival, need)
    need.undertakings.create(
        organization=organization_of(rival), person=rival, version=NEED_NDA.version, accepted_at=NOW
    )
    assert respond(rival, need).state == ResponseState.SUBMITTED


def test_an_answer_is_kept_once_and_for_good(enterprise, rival):
    need = make_need(enterprise)
    response, indicator = make_response(need, rival), need.indicators.get()
    row = {"response": response, "indicator": indicator, "verdict": "meets"}
    kept = ResponseIndicator.objects.create(**row)
    with pytest.raises(IntegrityError, match="responseindicator_answered_once"), transaction():
        ResponseIndicator.objects.create(**row)
    with pytest.raises(Exception, match="append-only"), transaction():
        ResponseIndicator.objects.filter(pk=kept.pk).update(verdict="not")


def test_declining_takes_a_published_code_which_the_respondent_reads(api, enterprise, rival):
    response = make_response(make_need(enterprise), rival)
    address = f"{V1}/responses/{response.pk}"
    codes = [row["code"] for row in api(rival).get(f"{V1}/responses/reasons").json()]
    assert len(codes) == 8
    for body in ({}, {"reason": "价格过高"}):
        problem = refused(api(enterprise).post(f"{address}/decline", body), 422,
                          "reason_code_required")  # fmt: skip
        assert problem["codes"] == codes
    refused(api(enterprise).post(f"{address}/decline", {"reason_code": "tea"}), 400, "invalid")
    refused(
        api(enterprise).post(f"{address}/decline", {"reason_code": "other"}), 422, "reason_required"
    )
    body = {"reason_code": "cost", "reason": "超出预算"}
    assert api(enterprise).post(f"{address}/decline", body).json()["state"] == "declined"
    told = api(rival).get(address).json()
    assert (told["reason_code"], told["state_reason"]) == ("cost", "超出预算")
    assert told["answered_at"] == "2026-03-02T01:00:00Z"


def test_what_ends_with_its_need_says_so_by_a_code(enterprise, rival, bidder, seller):
    need = make_need(enterprise)
    chosen, other = make_response(need, rival), make_response(need, bidder)
    responses.accept_response(actor=act(enterprise), response_id=chosen.pk)
    other.refresh_from_db()
    assert (other.reason_code, other.answered_at) == ("another_accepted", NOW)
    closed = make_need(enterprise)
    open_one = make_response(closed, seller)
    needs.close_need(actor=act(enterprise), need_id=closed.pk, reason="已自行解决")
    open_one.refresh_from_db()
    assert open_one.reason_code == "need_ended"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "declined", "reason_code": ""},
        {"answer_due_at": NOW},
        {"answer_soon_at": NOW, "answer_due_at": NOW},
    ],
)
def test_the_database_refuses_a_response_that_makes_no_sense(wrong, enterprise, rival):
    with pytest.raises(IntegrityError, match="response_"):
        make_response(make_need(enterprise), rival, **wrong)


def test_the_poster_is_reminded_and_then_the_bureau_hears_once_each(
    enterprise, rival, bureau, cadre, clock
):
    response = respond(rival, make_need(enterprise))
    assert (response.answer_soon_at, response.answer_due_at) == (SOON, DUE)
    assert answer_clock.raise_answer_alarms() == 0
    clock.set(SOON)
    assert [answer_clock.raise_answer_alarms() for _ in range(2)] == [1, 0]
    clock.set(DUE)
    assert [answer_clock.raise_answer_alarms() for _ in range(2)] == [1, 0]
    soon, overdue = Event.objects.filter(kind__startswith="response.answer").order_by("seq")
    assert AUDIENCES[soon.kind].hearers(soon) == {enterprise.pk}
    assert AUDIENCES[overdue.kind].hearers(overdue) == {enterprise.pk, bureau.pk}
    assert set(overdue.payload) == set(AUDIENCES[overdue.kind].payload)


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (responses.shortlist_response, {}),
        (responses.decline_response, {"reason_code": "cost"}),
        (responses.accept_response, {}),
    ],
)
def test_who_was_answered_waits_no_longer(action, more, enterprise, rival, clock):
    response = respond(rival, make_need(enterprise))
    clock.set(SOON)
    answered = action(actor=act(enterprise), response_id=response.pk, **more)
    assert (answered.answered_at, answered.answer_clock()) == (SOON, None)
    clock.set(DUE)
    assert answer_clock.raise_answer_alarms() == 0


def test_an_alarm_that_fails_leaves_nothing_and_one_that_came_too_late_is_none(
    enterprise, rival, clock, monkeypatch
):
    response = respond(rival, make_need(enterprise))
    clock.set(DUE)

    def fail(*args, **facts):
        raise HalfWayError

    with monkeypatch.context() as patch:
        patch.setattr(answer_clock, "record", fail)
        assert answer_clock.raise_answer_alarms() == 0
    assert not ResponseAlarm.objects.exists()
    real = answer_clock.lock_response

    def answered_first(response_id):
        Response.objects.filter(pk=response.pk).update(state="shortlisted", answered_at=NOW)
        return real(response_id)

    monkeypatch.setattr(answer_clock, "lock_response", answered_first)
    assert answer_clock.raise_answer_alarms() == 0


def test_an_alarm_is_raised_once_even_by_the_database(enterprise, rival):
    response = make_response(make_need(enterprise), rival)
    row = {"response": response, "kind": "soon", "raised_at": NOW}
    ResponseAlarm.objects.create(**row)
    with pytest.raises(IntegrityError, match="responsealarm_once"), transaction():
        ResponseAlarm.objects.create(**row)


def test_how_soon_an_organization_answers_is_public_and_computed(
    enterprise, rival, bidder, seller, anonymous, clock
):
    address = f"{V1}/organizations/{organization_of(enterprise).pk}/answering"
    nothing = {"responses": 0, "answered": 0, "in_time": 0, "within_days": None}
    assert anonymous.get(address).json() == nothing
    hidden = make_need(enterprise, anonymous=True)
    for days, user in ((1, rival), (3, bidder), (20, seller)):
        clock.set(NOW)
        row = respond(user, make_need(enterprise))
        make_response(hidden, user, answered_at=NOW + timedelta(days=300))
        clock.set(NOW + timedelta(days=days))
        responses.shortlist_response(actor=act(enterprise), response_id=row.pk)
    assert anonymous.get(address).json() == {
        "responses": 3,
        "answered": 3,
        "in_time": 2,
        "within_days": 20,
    }
    clock.set(NOW + timedelta(days=366))
    assert anonymous.get(address).json() == nothing
    refused(anonymous.get(f"{V1}/organizations/1{organization_of(rival).pk}/answering"), 404,
            "not_found")  # fmt: skip


def test_the_desk_finds_what_is_not_answered(enterprise, rival, operator, client, clock):
    response = respond(rival, make_need(enterprise))
    address = reverse("admin:marketplace_response_changelist")
    client.force_login(operator)
    assert 'desk-label-going">2026-03-16' in client.get(address).content.decode()
    clock.set(DUE)
    page = client.get(f"{address}?answer=overdue").content.decode()
    assert 'desk-label-bad">2026-03-16' in page
    responses.shortlist_response(actor=act(enterprise), response_id=response.pk)
    assert "desk-label-bad" not in client.get(f"{address}?answer=waiting").content.decode()
    assert client.get(f"{address}?answer=tea").status_code == 302
