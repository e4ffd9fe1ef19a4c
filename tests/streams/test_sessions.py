"""A session's live stream: what is called up reaches the hall's screen at once."""

import pytest

from auctions import hall
from tests.factories import make_hall_lot, make_session, operator_actor, plan_session, start
from tests.notifications.streaming import Stream

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_a_session_tells_what_is_called_up_and_nothing_before_it_is_announced(seller, port):
    session = make_session()
    entry = make_hall_lot(seller, session).entry
    start(session)
    with Stream(port, session.pk, thing="session") as watcher:
        hall.call_up(actor=operator_actor(), entry_id=entry.pk)
        heard = watcher.next_fact()
    assert heard.kind == "session.item_called_up"
    assert (heard.data["entry"], heard.data["position"]) == (entry.pk, 1)
    with Stream(port, plan_session().pk, thing="session") as unannounced:
        assert unannounced.response.status == 404
