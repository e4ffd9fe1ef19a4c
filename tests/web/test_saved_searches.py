"""Saved searches: who is told what is new, once, and only of what may be seen at that instant."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import SHANGHAI
from core.db import transaction
from core.models import Event
from marketplace.lifecycle import NeedState
from marketplace.searchable import keep_achievement, keep_need
from notifications.fanout import fan_out_all
from notifications.models import Delivery, Notice
from search.models import Find, SavedSearch
from search.rules.rhythm import Rhythm, is_due
from tests.clock import NOW
from tests.conftest import act
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need
from tests.marketplace.requests import V1, keyed, refused
from web import saved
from web.saved import end_search, save_search, tell_finds
from web.tasks import tell_finds as task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def publish(thing, clock):
    """Published now and found."""
    thing.published_at = clock.now()
    thing.save(update_fields=["published_at"])
    with transaction():
        (keep_need if hasattr(thing, "organization_id") else keep_achievement)(thing)
    return thing


def save(person, question="气凝胶", rhythm=Rhythm.IMMEDIATE, **only):
    return save_search(actor=act(person), question=question, rhythm=rhythm, only=only)


def told():
    return [
        event.payload["finds"]
        for event in Event.objects.filter(kind="saved_search.found").order_by("pk")
    ]


def test_its_owner_is_told_once_of_what_is_published_afterwards(enterprise, seller, rival, clock):
    publish(make_need(enterprise, title="虚构：气凝胶毡"), clock)
    clock.advance(seconds=60)
    one = save(rival)
    other = save(rival, "气凝胶", city="330100")
    assert tell_finds() == 0
    clock.advance(seconds=60)
    need = publish(make_need(enterprise, title="虚构：气凝胶毡"), clock)
    publish(make_achievement(seller, title="虚构：隔热", summary="气凝胶"), clock)
    publish(make_need(enterprise, title="虚构：轴承"), clock)
    clock.advance(seconds=60)
    task()
    assert told() == [2]
    assert one.finds.count() == 2
    assert other.finds.count() == 0  # told of already
    clock.advance(seconds=60)
    publish(need, clock)
    assert tell_finds() == 0

    fan_out_all()
    (notice,) = Notice.objects.all()
    assert notice.recipient == rival
    assert Delivery.objects.filter(recipient=rival).count() == bool(rival.email)


def test_only_what_the_owner_may_see_at_that_instant_is_told(enterprise, rival, stranger, clock):
    for person in (rival, stranger):
        save(person)
    clock.advance(seconds=60)
    publish(make_need(enterprise, NeedState.DRAFT, title="虚构：气凝胶毡"), clock)
    hidden = publish(make_need(enterprise, title="虚构：气凝胶", registered_only=True), clock)
    gone = make_need(enterprise, title="虚构：气凝胶")
    publish(gone, clock)
    gone.state = NeedState.WITHDRAWN
    gone.save(update_fields=["state"])
    clock.advance(seconds=60)
    assert tell_finds() == 1
    find = Find.objects.get()
    assert (find.saved_search.user, find.object_id) == (rival, hidden.pk)


def test_the_page_shows_finds_only_as_long_as_they_may_be_seen(api, enterprise, rival, clock):
    save(rival)
    clock.advance(seconds=60)
    need = publish(make_need(enterprise, title="虚构：气凝胶毡甲"), clock)
    tell_finds()
    client = api(rival)
    assert "虚构：气凝胶毡甲" in client.get("/saved-searches").content.decode()
    need.state = NeedState.WITHDRAWN
    need.save(update_fields=["state"])
    assert "虚构：气凝胶毡甲" not in client.get("/saved-searches").content.decode()


def test_the_daily_digest_comes_once_after_eight_in_the_morning(enterprise, rival, clock):
    eight = NOW.astimezone(SHANGHAI).replace(hour=8, minute=0) + timedelta(days=1)
    save(rival, rhythm=Rhythm.DAILY)
    clock.advance(seconds=60)
    for _ in range(2):
        publish(make_need(enterprise, title="虚构：气凝胶毡"), clock)
    clock.set(eight - timedelta(seconds=1))
    assert tell_finds() == 0
    clock.set(eight)
    assert tell_finds() == 1
    assert told() == [2]
    publish(make_need(enterprise, title="虚构：气凝胶毡"), clock)
    clock.advance(hours=23)
    assert tell_finds() == 0
    clock.advance(hours=1)
    assert tell_finds() == 1
    assert told() == [2, 1]


@given(st.integers(0, 3 * 24 * 60), st.integers(0, 3 * 24 * 60))
def test_a_digest_is_due_once_between_two_mornings(checked, later):
    first = NOW + timedelta(minutes=checked)
    second = first + timedelta(minutes=later)
    assert is_due(Rhythm.IMMEDIATE, first, second)
    mornings = {
        (first + timedelta(minutes=m)).astimezone(SHANGHAI).strftime("%F")
        for m in range(1, later + 1)
        if (first + timedelta(minutes=m)).astimezone(SHANGHAI).strftime("%H:%M") == "08:00"
    }
    before_eight = is_due(Rhythm.DAILY, first, first)
    assert not before_eight
    assert is_due(Rhythm.DAILY, first, second) == bool(mornings)


def test_one_person_whose_searches_fail_stops_nobody_else(
    enterprise, rival, bidder, clock, monkeypatch
):
    for person in (rival, bidder):
        save(person)
    clock.advance(seconds=60)
    publish(make_need(enterprise, title="虚构：气凝胶毡"), clock)
    look = saved._look

    def fail(one, actor, now):
        if one.user == rival:
            raise RuntimeError
        return look(one, actor, now)

    monkeypatch.setattr(saved, "_look", fail)
    assert tell_finds() == 1
    assert Find.objects.get().saved_search.user == bidder


def test_it_is_kept_told_and_ended_over_the_api(api, rival, seller, enterprise, clock):
    client, key = api(rival), keyed()
    body = {"question": " 气凝胶  毡 ", "kind": "need", "city": "330100", "rhythm": "immediate"}
    answer = client.post(f"{V1}/saved-searches", body, format="json", **key)
    assert answer.status_code == 201
    kept = answer.json()
    assert {name: kept[name] for name in body} == {**body, "question": "气凝胶 毡"}
    assert client.post(f"{V1}/saved-searches", body, format="json", **key).json() == kept
    refused(client.post(f"{V1}/saved-searches", body, format="json"), 409, "saved_already")
    for bad in ({"city": "000001"}, {"field": "XX"}, {"maturity": "x"}, {"rhythm": "hourly"}):
        answer = client.post(f"{V1}/saved-searches", {"question": "毡", **bad}, format="json")
        assert answer.status_code == 400, bad
    refused(
        client.post(f"{V1}/saved-searches", {"question": "，。"}, format="json"),
        422,
        "nothing_asked",
    )
    clock.advance(seconds=60)
    publish(make_achievement(seller, title="虚构：气凝胶毡"), clock)
    publish(make_need(enterprise, title="虚构：气凝胶毡"), clock)
    tell_finds()
    (row,) = client.get(f"{V1}/saved-searches").json()["results"]
    assert row["finds"] == 1
    assert client.delete(f"{V1}/saved-searches/{kept['id']}").status_code == 204
    assert not SavedSearch.objects.exists()


def test_there_is_an_end_to_how_many_one_keeps(rival, monkeypatch):
    monkeypatch.setattr(saved, "MOST_SAVED", 1)
    save(rival)
    with pytest.raises(saved.TooManySavedSearches):
        save(rival, "轴承")


def test_it_is_saved_and_ended_on_the_pages(api, rival, anonymous):
    client = api(rival)
    assert "saved-searches" in client.get("/search", {"q": "气凝胶"}).content.decode()
    assert anonymous.get("/saved-searches").status_code == 302
    form = {"q": "气凝胶", "kind": "need", "rhythm": "daily"}
    assert client.post("/saved-searches", form, format="multipart").status_code == 302
    one = SavedSearch.objects.get()
    assert (one.question, one.only, one.rhythm) == ("气凝胶", {"kind": "need"}, "daily")
    shown = client.post("/saved-searches", form, format="multipart", follow=True)
    assert "您已保存过该检索" in shown.content.decode()
    assert client.post("/saved-searches", {"kind": "x"}, format="multipart").status_code == 302
    client.post(f"/saved-searches/{one.pk}/end")
    assert not SavedSearch.objects.exists()
    assert client.post(f"/saved-searches/{one.pk}/end").status_code == 302


def test_the_database_keeps_one_of_each(rival):
    one = save(rival)
    find = {"saved_search": one, "kind": "need", "object_id": 1, "found_at": NOW}
    Find.objects.create(**find)
    for broken in (
        lambda: Find.objects.create(**find),
        lambda: SavedSearch.objects.filter(pk=one.pk).update(question=""),
        lambda: SavedSearch.objects.filter(pk=one.pk).update(rhythm="hourly"),
    ):
        with pytest.raises(IntegrityError), transaction():
            broken()
    end_search(actor=act(rival), saved_search_id=one.pk)
    assert not Find.objects.exists()
