"""Two do the same at once, and both pass the check before the write: a constraint decides.

Whoever loses is told so, at every door: nobody sees an error of the server, nothing is done twice.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import DataError, connection
from django.test import Client

from accounts.desk.steps import Step
from accounts.models import User
from core.db import LostRace, transaction
from core.errors import Overtaken
from core.history import history_of
from marketplace.admin.brokers import BrokerAdmin
from marketplace.models import Broker
from search.models import SavedSearch
from tests.marketplace.conftest import make_broker
from web import saved

pytestmark = pytest.mark.usefixtures("transactional_db", "clock")

OVERTAKEN = "Somebody else did the same at this moment."
CERTIFICATE = {"name": "虚构", "certificate_number": "JJR-1", "issued_by": "虚构"}
TERM = {"valid_from": "2026-01-01", "valid_until": "2028-12-31"}


def browser(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def meeting(real: Callable[..., Any], monkeypatch: Any, place: Any, name: str) -> None:
    """Have two callers of a function go on together once both have been there."""
    barrier = Barrier(2)

    def both(*args: Any, **values: Any) -> Any:
        answer = real(*args, **values)
        barrier.wait(timeout=10)
        return answer

    monkeypatch.setattr(place, name, both)


def at_once(*requests: Callable[[], Any]) -> list[str]:
    """The pages that requests led to."""

    def run(request: Callable[[], Any]) -> str:
        try:
            answer = request()
            assert answer.status_code == 200
            return str(answer.content.decode())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(run, requests))


def losers(pages: list[str]) -> int:
    return sum(OVERTAKEN in page for page in pages)


def test_a_form_of_a_page_that_is_sent_twice_at_once_is_taken_once(
    stranger, monkeypatch: pytest.MonkeyPatch
):
    """Its lock is taken away: what is left is the constraint behind it."""
    meeting(lambda _person: [], monkeypatch, saved, "lock_saved_searches")
    clients = [browser(stranger), browser(stranger)]
    form = {"q": "气凝胶", "rhythm": "daily"}
    pages = at_once(
        *(lambda one=one: one.post("/saved-searches", form, follow=True) for one in clients)
    )
    assert losers(pages) == 1
    assert SavedSearch.objects.filter(user=stranger).count() == 1


def test_a_form_of_the_desk_that_two_people_send_at_once_is_taken_once(
    cadre, monkeypatch: pytest.MonkeyPatch
):
    """Django's own form looks for the number before it saves, and finds none: twice."""
    meeting(lambda *_args, **_values: None, monkeypatch, Broker, "validate_constraints")
    clients = [browser(cadre), browser(cadre)]
    address = "/admin/marketplace/broker/add/"
    pages = at_once(
        *(lambda one=one: one.post(address, CERTIFICATE | TERM, follow=True) for one in clients)
    )
    assert losers(pages) == 1
    broker = Broker.objects.get(certificate_number="JJR-1")
    (added,) = history_of("broker", broker.pk)
    assert added.actor == f"user:{cadre.pk}", "a form says who sent it, too"


def _lose(*, actor: Any, broker_id: int) -> None:
    first = Broker.objects.get(pk=broker_id)
    with transaction(by=actor.caller):
        make_broker(certificate_number=first.certificate_number)


LOSING = Step(
    name="lose",
    label="lose",
    explanation="",
    action=_lose,
    id_name="broker_id",
    roles=BrokerAdmin.readers,
    sources=None,
)


def test_a_step_of_the_desk_that_loses_is_told_so(cadre, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(BrokerAdmin, "steps", (LOSING,))
    address = f"/admin/marketplace/broker/{make_broker().pk}/step/lose/"
    assert OVERTAKEN in browser(cadre).post(address, follow=True).content.decode()


def test_what_lost_says_what_the_database_complained_of():
    first = make_broker()
    with pytest.raises(LostRace, match="certificate_number"), transaction():
        make_broker(certificate_number=first.certificate_number)


def test_a_transaction_that_could_not_be_put_in_a_row_is_overtaken_and_a_bug_is_not():
    for sqlstate, told in (("40001", Overtaken), ("22000", DataError)):
        with pytest.raises(told), transaction(), connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{sqlstate}'; END $$")
