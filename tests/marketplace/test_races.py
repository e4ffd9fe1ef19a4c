"""Two choices at once: real commits, and a control that shows the race is run."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import IntegrityError, connection

from core.db import transaction
from core.errors import Refusal
from marketplace import achievements, calls, deals, needs, responses
from marketplace.lifecycle import NeedState, ResponseState
from marketplace.locks import lock_need
from marketplace.models import Deal, NeedCall, Response
from tests.conftest import Cast, act, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_call, make_need, make_response

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(db: None) -> Cast:
    """Committed, for other connections to see."""
    return Cast()


def at_once(*attempts: Callable[[], Any]) -> list[str]:
    """What became of attempts that start together, sorted."""
    barrier = Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            attempt()
        except IntegrityError:
            return "integrity error"
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(attempts)) as pool:
        return sorted(pool.map(run, attempts))


def accept(poster: Any, response: Response) -> Callable[[], Any]:
    """The attempt of `poster` to accept, as the person stands before the race."""
    actor = act(poster)
    return lambda: responses.accept_response(actor=actor, response_id=response.pk)


def test_of_two_choices_at_once_one_forms_a_deal(enterprise, seller, rival):
    need = make_need(enterprise)
    chosen = [make_response(need, seller), make_response(need, rival)]

    results = at_once(*(accept(enterprise, response) for response in chosen))
    assert results == ["done", "illegal_transition"]

    assert Deal.objects.count() == 1
    assert Response.objects.filter(state=ResponseState.DECLINED).count() == 1


@pytest.mark.xfail(strict=True, reason="the control: without the locks the race is lost")
def test_control_without_locks(enterprise, seller, rival, monkeypatch):
    need = make_need(enterprise)
    chosen = [make_response(need, seller), make_response(need, rival)]
    read = Barrier(2)

    def responses_unlocked(need: Any) -> list[Response]:
        rows = list(Response.objects.filter(need=need).select_related("need").order_by("id"))
        read.wait(timeout=10)
        return rows

    monkeypatch.setattr(responses, "lock_need_answered_by", lambda pk, seen_by: need)
    monkeypatch.setattr(responses, "lock_responses_to", responses_unlocked)
    results = at_once(*(accept(enterprise, response) for response in chosen))
    assert results == ["done", "illegal_transition"]


def test_one_achievement_offered_to_two_needs_is_sold_once(enterprise, rival, seller):
    offered = make_achievement(seller)
    answers = [
        make_response(make_need(poster), seller, achievement=offered)
        for poster in (enterprise, rival)
    ]
    first, second = answers
    results = at_once(accept(enterprise, first), accept(rival, second))
    assert results == ["done", "illegal_transition"]
    assert Deal.objects.count() == 1


def test_a_response_never_lands_on_a_need_that_was_just_matched(enterprise, seller, bidder):
    """Whichever comes first, no response stays open on a matched need."""
    need = make_need(enterprise)
    chosen = make_response(need, seller)
    late = act(bidder)
    results = at_once(
        accept(enterprise, chosen),
        lambda: responses.respond(
            actor=late,
            organization_id=organization_of(bidder).pk,
            need_id=need.pk,
            approach="x",
            price=chosen.price,
            months=1,
        ),
    )
    assert results in (["done", "done"], ["done", "need_not_open"])
    assert not Response.objects.filter(state=ResponseState.SUBMITTED).exists()


def test_an_achievement_is_withdrawn_or_reserved_but_not_both(enterprise, seller):
    offered = make_achievement(seller)
    chosen = make_response(make_need(enterprise), seller, achievement=offered)
    owner = act(seller)
    results = at_once(
        accept(enterprise, chosen),
        lambda: achievements.withdraw_achievement(
            actor=owner, achievement_id=offered.pk, reason="反悔"
        ),
    )
    assert results == ["done", "illegal_transition"]


def test_of_two_deals_proposed_at_once_about_one_achievement_one_is_entered(seller, bidder, rival):
    offered, by = make_achievement(seller).pk, act(seller)

    def proposing(buyer: Any) -> Callable[[], Any]:
        buying = organization_of(buyer).pk
        return lambda: deals.propose_deal(
            actor=by,
            achievement=offered,
            buyer=buying,
            price=Decimal("1.00"),
            method="agreement",
            channel="off_session",
            evidence="虚构",
            related_party=False,
        )

    assert at_once(proposing(bidder), proposing(rival)) == ["done", "not_on_the_list"]
    assert Deal.objects.count() == 1


def submissions_at_once(poster: Any) -> list[str]:
    """Two needs of one poster are submitted together to a call that takes one of each."""
    call = make_call(per_organization=1)
    drafts = [make_need(poster, NeedState.DRAFT, call=call) for _ in range(2)]
    actor = act(poster)

    def submit(need: Any) -> Callable[[], Any]:
        return lambda: needs.submit_need(actor=actor, need_id=need.pk)

    return at_once(*map(submit, drafts))


@pytest.mark.usefixtures("clock")
def test_of_two_needs_at_a_calls_limit_one_is_taken(enterprise):
    assert submissions_at_once(enterprise) == ["call_full", "done"]


@pytest.mark.usefixtures("clock")
@pytest.mark.xfail(strict=True, reason="the control: without the call's lock both are taken")
def test_control_of_the_limit_without_the_calls_lock(enterprise, monkeypatch):
    counted = Barrier(2)
    check = calls.check_entry

    def check_late(*args: Any) -> None:
        counted.wait(timeout=10)
        check(*args)

    monkeypatch.setattr(calls, "lock_call", lambda pk: NeedCall.objects.get(pk=pk))
    monkeypatch.setattr(calls, "check_entry", check_late)
    assert submissions_at_once(enterprise) == ["call_full", "done"]


def is_waited_for() -> bool:
    """Whether somebody waits for a lock of this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def test_a_deal_is_not_held_while_the_need_that_chose_it_is_waited_for(enterprise, seller):
    """The order of the locks; the other way round two would wait for each other."""
    need = make_need(enterprise)
    accept(enterprise, make_response(need, seller))()
    deal = Deal.objects.get()
    by = act(enterprise)

    def stop() -> str:
        try:
            return deals.stop_deal(actor=by, deal_id=deal.pk, reason="虚构：预算取消").state
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction():
            lock_need(need.pk)
            stopped = pool.submit(stop)
            until = monotonic() + 10
            while not is_waited_for() and not stopped.done() and monotonic() < until:
                sleep(0.01)
            assert is_waited_for()
            assert Deal.objects.select_for_update(no_key=True, nowait=True).get() == deal
        assert stopped.result() == "stopped"
