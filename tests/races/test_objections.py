"""An objection and the confirmation at the same moment: never both, with a control."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, local
from typing import Any

import pytest

from core import clock as clock_module
from marketplace import deals, publicities
from marketplace.models import Deal, Objection
from marketplace.queries import deals as all_deals
from marketplace.queries import publicity_of
from tests.conftest import NOW, act
from tests.marketplace.conftest import propose, publicise
from tests.marketplace.test_races import at_once

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def own_clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each thread's own time: two requests that arrive together, on two sides of the end."""
    times = local()
    monkeypatch.setattr(clock_module, "now", lambda: getattr(times, "now", NOW))
    return times


def attempts(own_clock: Any, deal: Deal, buyer: Any, objector: Any) -> list[Callable[[], Any]]:
    """The last objection in time, and the first confirmation in time."""
    ends_at: datetime = publicity_of(deal).ends_at
    confirming, objecting = act(buyer), act(objector)

    def object_() -> None:
        own_clock.now = ends_at - timedelta(microseconds=1)
        publicities.object_to_deal(actor=objecting, deal_id=deal.pk, reason="x", contact="x")

    def confirm() -> None:
        own_clock.now = ends_at
        deals.confirm_deal(actor=confirming, deal_id=deal.pk)

    return [object_, confirm]


def objections_to(deal: Deal) -> Any:
    return Objection.objects.filter(publicity__deal=deal)


def is_settled(results: list[str], deal: Deal) -> bool:
    """Exactly one happened, and the other was told why it did not."""
    deal.refresh_from_db()
    formed, objected = deal.state == "formed", objections_to(deal).filter(state="open").exists()
    expected = ["done", "not_publicised"] if formed else ["done", "objection_open"]
    return formed != objected and results == expected


def test_an_objection_or_the_confirmation_but_not_both(own_clock, seller, bidder, stranger):
    for _ in range(3):
        deal = publicise(propose(seller, bidder), seller)
        results = at_once(*attempts(own_clock, deal, bidder, stranger))
        assert is_settled(results, deal), results


@pytest.mark.xfail(strict=True, reason="the control: without the lock both go through")
def test_control_without_the_lock(own_clock, seller, bidder, stranger, monkeypatch):
    deal = publicise(propose(seller, bidder), seller)
    both_have_read = Barrier(2)

    def read(subject: Deal) -> Any:
        publicity = publicity_of(subject)
        both_have_read.wait(timeout=10)
        return publicity

    def unlocked(deal_id: int, **seen_by: Any) -> Deal:
        return all_deals().get(pk=deal_id)

    monkeypatch.setattr(deals, "lock_deal", unlocked)
    monkeypatch.setattr(publicities, "lock_known_deal", unlocked)
    monkeypatch.setattr(deals, "publicity_of", read)
    monkeypatch.setattr(publicities, "publicity_of", read)
    results = at_once(*attempts(own_clock, deal, bidder, stranger))
    assert is_settled(results, deal), results
