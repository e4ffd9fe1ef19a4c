"""Live lots: what was recorded arrives in order, once, soon, and again from where one stood."""

import asyncio
import json
import time
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts.clients import create_api_client, revoke_api_client
from config import wsgi
from config.asgi import Door
from core.events import CHANNEL
from core.models import Event
from notifications import hub as hubs
from notifications import stream as streams
from notifications.audience import STREAMED_KINDS
from notifications.hub import Batch, Watcher, clock_frame
from tests.conftest import NOW, organization_of
from tests.factories import admit, bid, draft_lot, make_lot
from tests.notifications.conftest import happen
from tests.notifications.streaming import Stream, serving
from tests.streams.conftest import end_of, wait_until

pytestmark = pytest.mark.usefixtures("transactional_db")


def listeners():
    """The connections of this database that listen for events, as PostgreSQL counts them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [hubs.APPLICATION_NAME],
        )
        return cursor.fetchone()[0]


def test_a_bid_reaches_a_watcher_within_a_second(port, lot, bidder):
    admit(lot, bidder)
    with Stream(port, lot.pk) as watcher:
        started = time.monotonic()
        placed = bid(lot, bidder, "1000.00").bid
        heard = watcher.next_fact()
    assert time.monotonic() - started < 1
    assert heard.kind == "lot.bid_placed"
    assert heard.id == end_of(lot)
    assert heard.data["amount"] == "1000.00"
    assert heard.data["number"] == placed.number
    assert heard.data["minimum"] == "1050.00"
    assert heard.data["seq"] == heard.id
    assert heard.data["server_time"].endswith("Z")


def test_a_stream_is_not_to_be_cached_or_buffered(port, lot):
    with Stream(port, lot.pk) as watcher:
        headers = watcher.response.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["Server-Time"].endswith("Z")
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Accel-Buffering"] == "no"
    assert 1000 <= int(watcher.opening["retry"]) <= 3000


def test_a_new_watcher_starts_from_the_present_with_the_time(port, lot):
    with Stream(port, lot.pk) as watcher:
        first = watcher.next()
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)
        second = watcher.next_fact()
    assert (first.kind, first.id) == ("clock", None)
    assert second.kind == "lot.extended"


def test_a_watcher_that_comes_back_gets_what_it_missed_and_then_what_is_new(port, lot, bidder):
    for number in range(1, 6):
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk, number=number)
    last = end_of(lot)

    with Stream(port, lot.pk, headers={"Last-Event-ID": str(last - 3)}) as watcher:
        missed = [watcher.next_fact() for _ in range(3)]
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk, number=6)
        new = watcher.next_fact()
    assert [heard.id for heard in [*missed, new]] == [last - 2, last - 1, last, last + 1]
    assert [heard.data["number"] for heard in [*missed, new]] == [3, 4, 5, 6]


def test_a_page_says_by_its_address_from_where_it_was_made(port, lot):
    happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)

    with Stream(port, lot.pk, query=f"?last_event_id={end_of(lot) - 1}") as watcher:
        assert watcher.next_fact().id == end_of(lot)


def test_the_header_of_a_returning_browser_wins_over_the_address(port, lot):
    for number in (1, 2):
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk, number=number)
    last = end_of(lot)

    headers = {"Last-Event-ID": str(last - 1)}
    with Stream(port, lot.pk, headers=headers, query="?last_event_id=1") as watcher:
        assert watcher.next_fact().id == last


def test_a_long_absence_is_made_good_page_by_page(port, lot, monkeypatch):
    monkeypatch.setattr(streams, "PAGE", 4)
    before = end_of(lot)
    for number in range(10):
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk, number=number)

    with Stream(port, lot.pk, headers={"Last-Event-ID": str(before)}) as watcher:
        numbers = [watcher.next_fact().data["number"] for _ in range(10)]

    assert numbers == list(range(10))


def test_an_id_beyond_the_end_starts_from_the_end(port, lot):
    with Stream(port, lot.pk, headers={"Last-Event-ID": "999999"}) as watcher:
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)
        assert watcher.next_fact().id == end_of(lot)


def test_an_id_that_is_none_is_refused(port, lot):
    for given in ("-1", "1.5", "abc", "9999999999", "12345678901"):
        response, problem = refusal(port, lot.pk, **{"Last-Event-ID": given})

        assert (response.status, problem["code"]) == (400, "invalid")


def test_only_what_is_public_is_streamed_and_the_numbers_go_on(port, lot):
    assert "deal.formed" not in STREAMED_KINDS
    with Stream(port, lot.pk) as watcher:
        happen("deal.formed", f"lot:{lot.pk}")
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)
        heard = watcher.next_fact()

    assert (heard.kind, heard.id) == ("lot.extended", end_of(lot))


def test_a_watcher_hears_of_its_own_lot_only(port, lot, bidder):
    other = make_lot(bidder)
    with Stream(port, lot.pk) as watcher:
        happen("lot.extended", f"lot:{other.pk}", lot=other.pk)
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)

        assert watcher.next_fact().data["lot"] == lot.pk


def test_many_watchers_share_one_listener_and_leave_without_a_trace(port, door, lot, bidder):
    other = make_lot(bidder)
    watchers = [Stream(port, lot.pk) for _ in range(5)] + [Stream(port, other.pk)]
    happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)
    happen("lot.extended", f"lot:{other.pk}", lot=other.pk)

    heard = [watcher.next_fact() for watcher in watchers]

    assert listeners() == 1
    assert len(door.stream.hub) == 6
    assert len({json.dumps(one.data) for one in heard[:5]}) == 1
    for watcher in watchers:
        watcher.close()
    wait_until(lambda: len(door.stream.hub) == 0)


def test_a_stream_survives_the_loss_of_its_listener(port, lot):
    with Stream(port, lot.pk) as watcher:
        wait_until(lambda: listeners() == 1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = %s",
                [hubs.APPLICATION_NAME],
            )
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)

        assert watcher.next_fact().id == end_of(lot)
        wait_until(lambda: listeners() == 1)


def test_a_lost_notification_is_only_a_delay(port, lot, monkeypatch):
    """Events written by a session that notifies nobody."""
    with Stream(port, lot.pk) as watcher:
        wait_until(lambda: listeners() == 1)
        Event.objects.create(
            topic=f"lot:{lot.pk}",
            seq=end_of(lot) + 1,
            kind="lot.extended",
            at=lot.opens_at,
            payload={"lot": lot.pk},
        )

        assert watcher.next_fact().id == end_of(lot)


def test_the_clock_ticks_by_the_database(lot, monkeypatch):
    monkeypatch.setattr(hubs, "TICK_S", 0.1)
    with serving(Door(wsgi.application, workers=1)) as port, Stream(port, lot.pk) as watcher:
        ticks = [watcher.next() for _ in range(4)]

    times = [tick.data["server_time"] for tick in ticks if tick.kind == "clock"]
    assert len(times) == 4
    assert times == sorted(times)


def test_a_tick_from_before_the_opening_is_not_told_after_it():
    sent = []

    async def send(message):
        sent.append(message["body"])

    async def pump():
        watcher = Watcher("lot:1", until=0)
        for batch in (Batch((), clock_frame(NOW)), Batch.of([(1, b"id: 1\n\n")]), None):
            watcher.put(batch)
        await streams._pump(watcher, 0, send)

    asyncio.run(pump())
    assert sent == [b"id: 1\n\n"]


def test_a_stream_ends_after_a_while_so_that_rights_are_asked_again(lot, monkeypatch):
    monkeypatch.setattr(hubs, "TICK_S", 0.1)
    monkeypatch.setattr(streams, "LIFETIME_S", 0.2)
    with (
        serving(Door(wsgi.application, workers=1)) as port,
        Stream(port, lot.pk) as watcher,
        pytest.raises(EOFError),
    ):
        watcher.next_fact()


def test_a_server_that_stops_ends_its_streams_in_good_order(transactional_db, lot, caplog):
    with serving(Door(wsgi.application, workers=1)) as port:
        watcher = Stream(port, lot.pk)
        watcher.next()

    with watcher, pytest.raises(EOFError):
        watcher.next_fact()
    assert "Exception in ASGI application" not in caplog.text
    assert "without completing" not in caplog.text


def test_a_watcher_that_reads_too_slowly_is_let_go(port, door, lot, monkeypatch):
    monkeypatch.setattr(hubs, "QUEUE", 2)
    monkeypatch.setattr(hubs, "PAUSE_S", 0.0)
    filler = "x" * 200_000
    with Stream(port, lot.pk), Stream(port, lot.pk) as quick:
        for number in range(40):
            happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk, number=number, filler=filler)
            assert quick.next_fact().data["number"] == number
        # The first never read; the second was not disturbed.
        wait_until(lambda: len(door.stream.hub) == 1)


# --- Who may watch ------------------------------------------------------------------------


def refusal(port, lot_id, **headers):
    with Stream(port, lot_id, headers=headers) as refused:
        return refused.response, json.loads(refused.response.read())


def test_a_lot_that_one_may_not_see_does_not_exist(port, seller):
    draft = draft_lot(seller)

    response, problem = refusal(port, draft.pk, **{"Accept-Language": "en"})

    assert (response.status, problem["code"]) == (404, "not_found")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["detail"] == "There is nothing here that you may see."
    assert response.headers["X-Request-ID"] == problem["request_id"]
    assert refusal(port, 987654)[1]["code"] == "not_found"


def test_the_consignor_watches_its_draft_by_its_session(port, seller):
    draft = draft_lot(seller)
    client = Client()
    client.force_login(seller)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    with Stream(port, draft.pk, headers={"Cookie": cookie}) as watcher:
        assert watcher.response.status == 200

    Session.objects.update(expire_date=draft.created_at - timedelta(days=1))
    assert refusal(port, draft.pk, Cookie=cookie)[0].status == 404


def test_a_cookie_that_means_nothing_is_nobody(port, lot):
    cookie = f'{settings.SESSION_COOKIE_NAME}=nonsense; other="x'

    with Stream(port, lot.pk, headers={"Cookie": cookie}) as watcher:
        assert watcher.response.status == 200


def token_for(user, scopes, port):
    credentials = create_api_client(
        credit_code=organization_of(user).credit_code, scopes=scopes.split()
    )
    answer = Client().post(
        "/api/v1/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        },
    )
    return credentials.client_id, {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_a_partner_system_watches_with_its_token(port, seller):
    draft = draft_lot(seller)
    client_id, headers = token_for(seller, "lots:read", port)

    with Stream(port, draft.pk, headers=headers) as watcher:
        assert watcher.response.status == 200

    revoke_api_client(client_id=client_id)
    response, problem = refusal(port, draft.pk, **headers)
    assert (response.status, problem["code"]) == (401, "not_authenticated")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_without_the_scope_may_not_watch(port, lot, seller):
    _, headers = token_for(seller, "needs:read", port)

    response, problem = refusal(port, lot.pk, **headers)
    assert (response.status, problem["code"]) == (403, "scope_missing")


def test_a_full_house_says_when_to_come_back(transactional_db, lot):
    door = Door(wsgi.application, workers=1)
    door.stream._most = 1
    with serving(door) as port, Stream(port, lot.pk):
        response, problem = refusal(port, lot.pk)

    assert (response.status, problem["code"]) == (503, "busy")
    assert response.headers["Retry-After"] == "5"


def test_the_channel_carries_the_topic(lot):
    """What the listener relies on: the payload of a notification is the topic."""
    parameters = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "user", "password", "host", "port"}
    }
    with psycopg.connect(**parameters, autocommit=True) as other:
        other.execute(f"LISTEN {CHANNEL}")
        happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk)
        (heard,) = other.notifies(timeout=2, stop_after=1)

    assert heard.payload == f"lot:{lot.pk}"
