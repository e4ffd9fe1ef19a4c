"""The link in the mail of a saved search stops such mails in one step; nobody guesses one."""

import re

import pytest
from django.core import mail
from django.test import Client

from notifications.delivery import attempt
from notifications.fanout import fan_out_all
from notifications.models import Delivery, Notice
from search.links import addressee, unsubscribe_path
from search.models import Find, SavedSearch
from search.rules.rhythm import Rhythm
from tests.marketplace.conftest import make_need
from tests.marketplace.requests import V1
from tests.web.test_saved_searches import publish, save
from web.saved import tell_finds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def letter(enterprise, rival, clock, settings):
    """The mail that tells of a new need, as its reader's program gets it."""
    settings.PUBLIC_URL = "https://market.example.org/"
    rival.email, rival.language = "reader@example.org", "en"
    rival.save(update_fields=["email", "language"])
    save(rival)
    save(rival, "轴承", rhythm=Rhythm.DAILY)
    find_one(enterprise, clock)
    fan_out_all()
    attempt(Delivery.objects.get(channel="email").pk)
    return mail.outbox[-1]


def find_one(enterprise, clock):
    clock.advance(seconds=60)
    publish(make_need(enterprise, title="虚构：气凝胶毡"), clock)
    clock.advance(seconds=60)
    return tell_finds()


def link_of(letter):
    headers = letter.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https://market\.example\.org(/\S+)>", headers["List-Unsubscribe"])
    assert found is not None
    link = found[1]
    assert f"https://market.example.org{link}" in letter.body
    return link


def test_a_mail_program_stops_the_mails_without_session_or_token_of_a_form(
    letter, enterprise, rival, clock
):
    browser = Client(enforce_csrf_checks=True)
    link = link_of(letter)
    answer = browser.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert set(SavedSearch.objects.values_list("rhythm", flat=True)) == {"quiet"}
    assert browser.post(link).status_code == 200, "twice is as good as once"
    notices, finds = Notice.objects.count(), Find.objects.count()
    clock.advance(days=1)
    assert find_one(enterprise, clock) == 0
    fan_out_all()
    assert (Notice.objects.count(), Delivery.objects.count()) == (notices, 1)
    assert Find.objects.count() > finds, "what it finds is on the page all the same"


def test_reading_the_link_changes_nothing(letter):
    answer = Client().get(link_of(letter), headers={"accept-language": "en"})
    assert "Stop these mails" in answer.text
    assert answer["Cache-Control"] == "no-store"
    assert not SavedSearch.objects.filter(rhythm="quiet").exists()


def test_nobody_makes_a_link_up(rival, enterprise):
    save(rival)
    good = unsubscribe_path(rival.pk)
    assert addressee(good.rpartition("/")[2]) == rival.pk
    number, _, signature = good.rpartition("/")[2].partition(":")
    wrong = [
        number,
        f"{number}:",
        f"{enterprise.pk}:{signature}",
        f"{number}:{signature[:-1]}",
        "x:y",
    ]
    for token in wrong:
        assert addressee(token) is None
        address = f"/saved-searches/unsubscribe/{token}"
        assert Client().post(address).status_code == 404, token
    for query in ("?token=1", "?%00", "?a=" + "9" * 4000):
        assert Client().get(f"{good}{query}").status_code in (200, 400), query
    for token in ("%ff", "1%00", "9" * 5000, "١:x"):
        assert Client().get(f"/saved-searches/unsubscribe/{token}").status_code in (400, 404)
    assert SavedSearch.objects.get().rhythm == "immediate"


def test_other_mails_have_no_such_link(rival, enterprise):
    from core.models import Event
    from notifications.senders import _way_out

    assert _way_out(Event(kind="lot.sold"), rival) == ("", {})


def test_who_was_silenced_by_the_link_is_told_again_when_asked_for(api, rival, stranger):
    one, client = save(rival, rhythm=Rhythm.QUIET), api(rival)
    address = f"{V1}/saved-searches/{one.pk}"
    assert client.patch(address, {"rhythm": "daily"}, format="json").json()["rhythm"] == "daily"
    assert client.patch(address, {"rhythm": "hourly"}, format="json").status_code == 400
    assert client.patch(address, {"question": "x"}, format="json").status_code == 400
    assert api(stranger).patch(address, {"rhythm": "quiet"}, format="json").status_code == 404
    page = f"/saved-searches/{one.pk}/tell"
    for rhythm, kept in (("quiet", "quiet"), ("hourly", "quiet"), ("immediate", "immediate")):
        assert client.post(page, {"rhythm": rhythm}, format="multipart").status_code == 302
        one.refresh_from_db()
        assert one.rhythm == kept
    api(stranger).post(page, {"rhythm": "quiet"}, format="multipart")
    one.refresh_from_db()
    assert one.rhythm == "immediate"
    assert "仅在本页显示" in client.get("/saved-searches").content.decode()
