"""What people read: in their language, with amounts and times as on the wall, and only for them."""

import string

import pytest
from django.utils import translation

from accounts.clients import create_api_client, revoke_api_client
from auctions.tasks import close_due_lots
from core import money
from core.models import Event
from marketplace.models import Deal, Need, Response, TechnologyField
from notifications.audience import AUDIENCES
from notifications.fanout import fan_out
from notifications.messages import message_for, shanghai, yuan
from notifications.models import Notice
from notifications.words import WORDS
from tests.conftest import act, make_member, make_organization, make_user, organization_of
from tests.factories import admit, bid, make_lot
from tests.notifications.conftest import happen


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def sold(seller, bidder, rival, clock):
    """A lot that `bidder` won against `rival`."""
    terms = {"starting_price": "3300000.00", "increment": "50000.00"}
    lot = make_lot(seller, **{name: money.parse(amount) for name, amount in terms.items()})
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, rival, "3300000.00")
    bid(lot, bidder, "3350000.00")
    lot.refresh_from_db()
    clock.set(lot.closes_at)
    close_due_lots()
    return lot


def test_amounts_and_times_are_written_as_people_write_them():
    assert yuan("3350000.00") == "¥3,350,000.00"
    assert shanghai("2026-03-02T01:00:05.250000+00:00") == "2026-03-02 09:00:05"


def test_what_is_no_amount_and_no_time_is_shown_as_it_is():
    assert yuan("soon") == "soon"
    assert shanghai("") == ""


def test_whoever_was_outbid_reads_by_how_much_and_until_when(seller, bidder, rival, clock):
    lot = make_lot(seller)
    admit(lot, bidder)
    paddle = admit(lot, rival).paddle
    bid(lot, bidder, "1000.00")
    bid(lot, rival, "1050.00")
    fan_out()

    notice = Notice.objects.get(event__kind="lot.bid_placed")
    message = message_for(notice.event, notice.recipient)

    assert notice.recipient == bidder
    assert message.title == f"You have been outbid: {lot.title}"
    assert message.text == (
        f"Paddle {paddle} bid ¥1,050.00 on {lot.code}. The next bid is at least ¥1,100.00."
        " Bidding ends at 2026-03-02 10:00:00 (Beijing time)."
    )
    assert message.path == f"/lots/{lot.pk}"


def test_the_winner_reads_something_else_than_the_others(sold, seller, bidder, rival, operator):
    event = Event.objects.get(kind="lot.sold")

    def title(reader):
        return message_for(event, reader).title.partition(":")[0]

    assert title(bidder) == "You have won"
    assert title(rival) == "The lot was sold"
    assert title(seller) == "Your lot was sold"
    assert "deposit is paid back" in message_for(event, rival).text
    assert "deposit" not in message_for(event, operator).text
    for reader in (bidder, rival, seller):
        assert "¥3,350,000.00" in message_for(event, reader).text


def test_nobody_but_the_parties_and_the_exchange_reads_who_won(sold, bidder, rival, seller):
    fan_out()
    winner = organization_of(bidder).name

    texts = [
        message_for(notice.event, notice.recipient)
        for notice in Notice.objects.filter(recipient=rival)
    ]

    assert texts
    assert not [message for message in texts if winner in message.title + message.text]
    deal = Event.objects.get(kind="deal.formed")
    assert winner in message_for(deal, seller).text


def test_an_organization_goes_by_its_name_in_the_readers_language(clock, db):
    organization = make_organization(name="虚构材料", name_en="Fictional Materials")
    reader = make_member(organization)
    event = happen(
        "organization.verified", f"organization:{organization.pk}", organization=organization.pk
    )

    assert message_for(event, reader).title == "Fictional Materials has been verified"
    with translation.override("zh-hans"):
        assert "虚构材料" in message_for(event, reader).title


def test_a_reason_is_told(clock, db):
    organization = make_organization(verified=False)
    organization.state, organization.state_reason = "returned", "证照过期"
    organization.save()
    event = happen("organization.returned", f"organization:{organization.pk}")

    assert message_for(event, make_user()).text == "Reason: 证照过期"


def test_a_revoked_client_is_known_by_its_organization(keeper, clock):
    organization = organization_of(keeper)
    credentials = create_api_client(credit_code=organization.credit_code, scopes=["lots:read"])
    revoke_api_client(client_id=credentials.client_id)
    fan_out()

    messages = [message_for(notice.event, keeper) for notice in Notice.objects.order_by("id")]

    assert [message.title for message in messages] == [
        "A system of 虚构系统公司 was given access",
        "The access of a system of 虚构系统公司 has ended",
    ]
    assert {message.path for message in messages} == {"/"}


def test_an_event_about_nothing_that_exists_can_still_be_read(stranger, clock):
    unreadable = {}
    for kind, audience in AUDIENCES.items():
        payload = dict.fromkeys(audience.payload, 987654)
        event = happen(kind, f"{kind.partition('.')[0]}:987654", **payload)

        message = message_for(event, stranger)

        if not message.title or "{" in message.title + message.text or "\n" in message.title:
            unreadable[kind] = message
    assert unreadable == {}


def test_words_name_only_facts_that_exist():
    """A misspelt name would show as a dash to every reader."""
    known = {
        "organization", "related", "reason", "url", "applicant", "own_paddle",
        "registration_reason",
        "need", "need_code", "need_reason", "poster", "respondent",
        "achievement", "achievement_code", "achievement_reason", "owner",
        "deal", "deal_reason", "seller", "buyer", "objection_decision", "code",
        "lot", "lot_code", "lot_reason", "consignor",
        "holder", "basis", "article", "right_reason",
        "paddle", "bid_count", "amount", "minimum", "price", "opens_at", "closes_at",
        "ends_at", "due_at", "forfeiture_reason", "refund_reference",
        "decision", "proposal_reason", "suspended_at", "decision_reason",
        "session", "session_code", "session_reason",
        "lowest_price", "lapses_at", "on", "valid_until",
        "park", "home_city", "host_district", "project", "project_code", "project_reason", "entity",
        "duty", "due_on", "finds",
        "alliance", "member", "member_reason", "financing_code", "financing_reason", "borrower",
        "fund_project", "fund_code",
        "place", "place_reason",
    }  # fmt: skip
    names = {
        (key, name)
        for key, texts in WORDS.items()
        for text in texts
        for _, name, _, _ in string.Formatter().parse(str(text))
        if name
    }

    assert {(key, name) for key, name in names if name not in known} == set()


def test_news_of_a_deal_lead_its_parties_to_its_page(sold, seller, bidder, stranger):
    deal = Deal.objects.get()
    event = happen("deal.paid", f"deal:{deal.pk}", act(seller), deal=deal.pk)
    for party in (seller, bidder):
        assert message_for(event, party).path == f"/deals/{deal.pk}"
    assert message_for(event, stranger).path == "/"


def test_a_response_names_both_sides(enterprise, seller, clock):
    need = Need.objects.create(
        code="N-1",
        organization=organization_of(enterprise),
        city=organization_of(enterprise).city,
        field=TechnologyField.objects.get(code="NM"),
        title="涂层寿命",
        created_at=clock.now(),
    )
    response = Response.objects.create(
        need=need,
        organization=organization_of(seller),
        approach="…",
        price="1.00",
        months=3,
        submitted_at=clock.now(),
    )
    happen(
        "response.submitted",
        f"response:{response.pk}",
        act(seller),
        response=response.pk,
        need=need.pk,
        organization=organization_of(seller).pk,
    )
    fan_out()

    notice = Notice.objects.get()
    message = message_for(notice.event, notice.recipient)

    assert notice.recipient == enterprise
    assert message.text == f"{organization_of(seller).name} responded to N-1."
    assert message.path == f"/needs/{need.pk}/responses"
    assert message_for(notice.event, seller).path == f"/needs/{need.pk}"
