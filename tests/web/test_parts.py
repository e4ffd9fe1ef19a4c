"""The page of a lot for each kind of reader: who may do what, and who reads why not."""

import pytest

from accounts.models import OrganizationKind, Role
from auctions import registration
from tests.auctions.test_priority import give, match
from tests.conftest import make_member, make_organization, organization_of
from tests.factories import admit, apply, bid, operator_actor
from tests.web.reading import page, text_of

pytestmark = pytest.mark.usefixtures("clock")


def test_anybody_reads_state_terms_and_ledger(visit, lot, bidder, rival):
    paddle, other = admit(lot, bidder).paddle, admit(lot, rival).paddle
    first = bid(lot, bidder, "1000000.00").bid
    bid(lot, rival, "1050000.00")

    text = text_of(visit(page(lot)))

    assert lot.title in text
    assert f"Lot {lot.code}" in text
    assert "Open for bids" in text
    assert "Current price ¥1,050,000 105 wan yuan" in text
    assert f"Leading paddle {other} Bids 2" in text
    assert "Closing time 2026-03-02 10:00:00" in text
    assert "A bid in the last 5 minutes moves the end to 5 minutes after that bid" in text
    assert f"Rules {lot.rules_version}" in text
    assert f"1 {paddle} ¥1,000,000 2026-03-02 09:00:00.000 {first.hash[:8]}" in text
    assert text.index("¥1,050,000 2026") < text.index("¥1,000,000 2026"), "newest first"


def test_somebody_not_signed_in_is_led_to_sign_in_and_back(visit, lot):
    response = visit(page(lot))
    assert f'href="/accounts/login/?next=/lots/{lot.pk}"' in response.text
    assert 'id="bid-form"' not in response.text


def test_an_agent_without_registration_is_offered_to_register(visit, lot, bidder):
    response = visit(page(lot), bidder)
    assert 'id="register-form"' in response.text
    assert "a deposit of ¥200,000 (20 wan yuan) is needed" in text_of(response)
    assert 'id="bid-form"' not in response.text


def test_an_agent_of_two_organizations_chooses_one(visit, lot, bidder):
    second = make_organization(name="第二家虚构公司")
    bidder.memberships.create(organization=second, role=Role.AGENT, started_at=second.created_at)
    response = visit(page(lot), bidder)
    assert f'<option value="{second.pk}">第二家虚构公司</option>' in response.text


def test_that_a_right_of_priority_exists_is_public_and_its_holder_may_match(
    visit, lot, bidder, rival, stranger
):
    for holder in (bidder, rival):
        assert 'id="match-form"' not in visit(page(lot), holder).text
    give(lot, bidder)
    public = text_of(visit(page(lot), stranger))
    assert "Rights of priority inventor (民法典第847条), rank 1" in public
    assert organization_of(bidder).name not in public
    assert "Your organization has a right of priority" in text_of(visit(page(lot), bidder))
    for person in (bidder, rival):
        admit(lot, person)
    assert 'id="match-form"' in visit(page(lot), bidder).text
    assert 'id="match-form"' not in visit(page(lot), rival).text
    bid(lot, rival, "1000000.00")
    match(lot, bidder)
    assert "¥1,000,000 match" in text_of(visit(page(lot), rival))


def test_an_applicant_waits_for_the_deposit_then_for_admission(visit, lot, bidder):
    applied = apply(lot, bidder)
    assert "The next step is the deposit: transfer ¥200,000" in text_of(visit(page(lot), bidder))
    applied.state = "qualified"
    applied.save()
    assert "The deposit has arrived" in text_of(visit(page(lot), bidder))


def test_a_refused_applicant_reads_why_and_may_try_again(visit, lot, bidder):
    applied = apply(lot, bidder)
    registration.refuse_registration(
        actor=operator_actor(), registration_id=applied.pk, reason="资料不全"
    )
    response = visit(page(lot), bidder)
    assert "registration was refused. 资料不全" in text_of(response)
    assert 'id="register-form"' in response.text


def test_an_admitted_bidder_gets_paddle_and_form(visit, lot, bidder):
    paddle = admit(lot, bidder).paddle
    response = visit(page(lot), bidder)
    assert f"Your paddle {paddle}" in text_of(response)
    assert 'id="bid-form"' in response.text
    assert "A bid is irrevocable." in response.text


def test_a_bidder_reads_whether_it_leads(visit, lot, bidder, rival):
    admit(lot, bidder)
    other = admit(lot, rival).paddle
    assert "You are leading" not in text_of(visit(page(lot), bidder))
    bid(lot, bidder, "1000000.00")
    assert "You are leading with ¥1,000,000." in text_of(visit(page(lot), bidder))
    bid(lot, rival, "1050000.00")
    text = text_of(visit(page(lot), bidder))
    assert f"You have been outbid: paddle {other} offers ¥1,050,000." in text
    assert "you" in text[text.index("Bids, newest first") :], "one's own bids are marked"


def test_a_member_who_may_only_read_sees_no_form(visit, lot, bidder):
    admit(lot, bidder)
    viewer = make_member(organization_of(bidder), Role.VIEWER)
    response = visit(page(lot), viewer)
    assert "Your role lets you read, not bid." in text_of(response)
    assert 'id="bid-form"' not in response.text


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        ("operator", "The exchange and the office do not bid."),
        ("cadre", "The exchange and the office do not bid."),
        ("seller", "Your organization offers this lot and may not bid on it."),
        ("stranger", "Only organizations bid."),
    ],
)
def test_who_cannot_bid_reads_why(reader, words, visit, lot, request):
    response = visit(page(lot), request.getfixturevalue(reader))
    assert words in text_of(response)
    assert 'id="bid-form"' not in response.text
    assert 'id="register-form"' not in response.text


def test_an_exchange_that_is_registered_nowhere_is_no_candidate(visit, lot):
    exchange = make_member(make_organization(OrganizationKind.EXCHANGE), Role.VIEWER)
    assert "Only organizations bid." in text_of(visit(page(lot), exchange))
