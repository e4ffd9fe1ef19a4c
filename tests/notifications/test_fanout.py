"""The outbox: events become notices and deliveries, once, whatever happens in between."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Membership, User
from core.models import Event
from notifications import fanout
from notifications.fanout import fan_out, fan_out_all
from notifications.models import Delivery, Notice, StuckEvent
from notifications.queries import oldest_unread_event_at
from tests.conftest import make_member, make_organization, organization_of
from tests.notifications.conftest import happen, organization_event


def unread():
    return Event.objects.filter(fanned_out_at=None).count()


@pytest.fixture
def mailbox(keeper):
    keeper.email = "keeper@example.org"
    keeper.save(update_fields=["email"])
    return keeper


def test_an_event_becomes_a_notice_and_a_mail_for_whoever_should_hear(mailbox, clock):
    event = organization_event(organization_of(mailbox))

    assert fan_out() == 1

    notice = Notice.objects.get()
    assert (notice.recipient, notice.event, notice.read_at) == (mailbox, event, None)
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.address) == ("email", "keeper@example.org")
    assert (delivery.recipient, delivery.due_at) == (mailbox, clock.now())
    assert unread() == 0


def test_a_person_without_an_address_gets_a_notice_and_no_mail(keeper, clock):
    organization_event(organization_of(keeper))

    fan_out()

    assert Notice.objects.count() == 1
    assert not Delivery.objects.exists()


def test_a_person_who_was_deactivated_or_has_left_hears_nothing(keeper, clock):
    organization = organization_of(keeper)
    left = make_member(organization)
    Membership.objects.filter(user=left).update(ended_at=clock.now())
    gone = make_member(organization)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    organization_event(organization)

    fan_out()

    assert [notice.recipient for notice in Notice.objects.all()] == [keeper]


def test_reading_the_outbox_twice_is_harmless(mailbox, clock):
    organization_event(organization_of(mailbox))

    assert fan_out() == 1
    assert fan_out() == 0

    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)


def test_what_was_told_before_a_crash_is_not_told_again(mailbox, make_endpoint, clock):
    endpoint = make_endpoint()
    fan_out()
    event = organization_event(organization_of(mailbox))
    told = {"created_at": clock.now(), "due_at": clock.now(), "event": event}
    Notice.objects.create(event=event, recipient=mailbox)
    Delivery.objects.create(channel="email", address=mailbox.email, recipient=mailbox, **told)
    Delivery.objects.create(channel="webhook", address=endpoint.url, endpoint=endpoint, **told)

    assert fan_out() == 1

    assert Notice.objects.filter(event=event).count() == 1
    assert Delivery.objects.filter(event=event).count() == 2


def test_an_endpoint_hears_what_it_asked_for(keeper, make_endpoint, clock):
    picky = make_endpoint(kinds=["organization.verified"])
    curious = make_endpoint()
    fan_out()
    organization_event(organization_of(keeper), "verified")
    organization_event(organization_of(keeper), "suspended")

    fan_out()

    def heard(endpoint):
        deliveries = Delivery.objects.filter(endpoint=endpoint).order_by("id")
        return [delivery.event.kind for delivery in deliveries]

    assert heard(picky) == ["organization.verified"]
    assert heard(curious) == ["organization.verified", "organization.suspended"]


def test_an_endpoint_does_not_hear_of_others(make_endpoint, clock):
    make_endpoint()
    fan_out()
    organization_event(make_organization())

    fan_out()

    assert not Delivery.objects.filter(channel="webhook").exists()


def test_every_endpoint_hears_what_is_public(make_endpoint, clock):
    endpoint = make_endpoint()
    fan_out()
    happen("lot.sold", "lot:1", lot=1, price="1.00", paddle="100")

    fan_out()

    assert Delivery.objects.get(channel="webhook").endpoint == endpoint


def test_two_endpoints_at_one_address_both_hear(keeper, make_endpoint, clock):
    make_endpoint()
    make_endpoint()
    fan_out()
    organization_event(organization_of(keeper))

    fan_out()

    assert Delivery.objects.filter(channel="webhook").count() == 2


def test_a_disabled_endpoint_hears_nothing(keeper, make_endpoint, clock):
    endpoint = make_endpoint()
    endpoint.disabled_at, endpoint.disabled_reason = clock.now(), "owner"
    endpoint.save()
    organization_event(organization_of(keeper))

    fan_out()

    assert not Delivery.objects.filter(channel="webhook").exists()


def test_a_kind_without_an_audience_is_logged_and_does_not_stop_the_queue(keeper, clock, caplog):
    happen("surprise.happened", "surprise:1")
    organization_event(organization_of(keeper))

    with caplog.at_level(logging.ERROR):
        assert fan_out() == 2

    assert "surprise.happened" in caplog.text
    assert Notice.objects.count() == 1
    assert unread() == 0


def poison():
    """A deal without its parties: the audience cannot say who they are."""
    return happen("deal.formed", "deal:1")


def test_a_bad_event_is_set_aside_and_the_others_go_on(keeper, clock, caplog):
    bad = poison()
    good = organization_event(organization_of(keeper))

    with caplog.at_level(logging.ERROR):
        assert fan_out() == 1

    assert Notice.objects.get().event == good
    stuck = StuckEvent.objects.get()
    assert (stuck.event, stuck.attempts, stuck.error) == (bad, 1, "KeyError")
    assert stuck.retry_at > clock.now()
    assert oldest_unread_event_at() == bad.at


def test_more_bad_events_than_a_batch_holds_do_not_stop_the_queue(keeper, clock):
    for _ in range(3):
        poison()
    organization_event(organization_of(keeper))

    read = [fan_out(limit=2) for _ in range(2)]

    assert read == [0, 1]
    assert Notice.objects.count() == 1


def test_a_bad_event_is_tried_again_later_and_later(db, clock):
    poison()
    waits = []
    for _ in range(4):
        fan_out()
        stuck = StuckEvent.objects.get()
        waits.append((stuck.retry_at - clock.now()).total_seconds())
        clock.set(stuck.retry_at)

    assert waits == [10, 60, 600, 600]


def test_a_bad_event_that_was_mended_is_read(seller, clock, monkeypatch):
    event = poison()
    fan_out()
    clock.advance(seconds=10)
    # The program was corrected meanwhile; events themselves cannot be.
    mended = fanout.AUDIENCES | {"deal.formed": fanout.AUDIENCES["organization.registered"]}
    monkeypatch.setattr(fanout, "AUDIENCES", mended)

    fan_out()

    event.refresh_from_db()
    assert event.fanned_out_at == clock.now()


def test_an_event_recorded_while_nobody_reads_is_found_in_the_end(keeper, clock):
    for _ in range(5):
        organization_event(organization_of(keeper))

    fan_out_all()

    assert unread() == 0
    assert Notice.objects.count() == 5


def test_a_batch_costs_the_same_however_many_people_hear(
    keeper, clock, django_assert_max_num_queries
):
    for _ in range(20):
        make_member(organization_of(keeper))
    organization_event(organization_of(keeper))

    with django_assert_max_num_queries(10):
        fan_out()

    assert Notice.objects.count() == 21


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_tell_each_event_once(keeper):
    events = [organization_event(organization_of(keeper)) for _ in range(30)]
    barrier = Barrier(2)

    def read():
        barrier.wait()
        try:
            return sum(iter(lambda: fan_out(limit=5), 0))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(read) for _ in range(2)]]
    fan_out_all()

    assert sum(counts) == len(events)
    assert Notice.objects.count() == len(events)
    assert unread() == 0
