"""A deal's parties follow it in the browser, from its confirmation to what was handed over."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace import landings
from marketplace.lifecycle import AchievementState, DealState, MilestoneKind
from marketplace.models import Channel, Deal, DealMilestone
from tests.conftest import act, credit_code, make_member, organization_of
from tests.marketplace.conftest import make_achievement, make_deal, make_need, propose, publicise
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = "2026-03-02"
CONTRACT = {"signed_on": TODAY, "kind": "development", "price_form": "lump_sum", "proof": "合同1"}
REGISTRATION = {
    "registered_on": TODAY,
    "number": "2026310117000001",
    "office": "虚构登记处",
    "transaction_value": "280万",
    "technical_income": "0",
}
LANDING = {
    "city": "330100",
    "entity_name": "虚构用户",
    "entity_code": credit_code(7001),
    "landed_on": TODAY,
    "investment": "0",
    "proof": "虚构证明",
    "key": "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0004",
}
ACCEPTANCE = {
    "accepted_on": TODAY,
    "verdict": "passed",
    "place": "虚构检测中心",
    "proof": "虚构验收报告",
}


@pytest.fixture
def take(send):
    """`take(person, deal, verb, …)`: a step of the page; the page after it."""
    return lambda person, one, verb, **values: send(person, f"/deals/{one.pk}/{verb}", **values)


@pytest.fixture
def deal(seller, enterprise):
    need = make_need(enterprise, title="虚构需求")
    parties = organization_of(seller), organization_of(enterprise)
    return make_deal(*parties, need=need, evidence="虚构协议")


def page_of(deal):
    return f"/deals/{deal.pk}"


def payment(visit, person, deal, **values):
    """A payment with the key that the page gives it."""
    key = re.search(r'name="key" value="([^"]+)"', visit(page_of(deal), person).text)[1]
    return {"amount": "100万", "paid_on": TODAY, "reference": "B-1", "key": key, **values}


def test_the_parties_go_from_the_deal_to_what_was_handed_over(
    visit, take, deal, seller, enterprise
):
    for person, other in ((seller, enterprise), (enterprise, seller)):
        text = text_of(visit("/deals", person))
        for told in (deal.code, "虚构需求", "¥2,800,000", organization_of(other).name):
            assert told in text, told
    text = text_of(visit(page_of(deal), enterprise))
    for told in ("Both parties sign the contract", "虚构协议", "Nothing yet", "280 wan yuan"):
        assert told in text, told
    ids = re.findall(r' id="([^"]+)"', visit(page_of(deal), enterprise).text)
    assert len(ids) == len(set(ids)), "each label is of one field"

    page = take(seller, deal, "contract", **CONTRACT)
    assert page.redirect_chain == [(page_of(deal), 302)]
    assert "It is entered" in text_of(page)
    assert "The buyer pays" in text_of(page)
    assert "Enter the signed contract" not in text_of(page)

    take(enterprise, deal, "payments", **payment(visit, enterprise, deal))
    rest = payment(visit, seller, deal, amount="1,800,000", reference="B-2")
    text = text_of(take(seller, deal, "payments", **rest))
    assert "What was agreed is handed over" in text
    assert "Paid (CNY) ¥2,800,000" in text

    text = text_of(take(seller, deal, "deliver", delivered_on=TODAY, proof="移交单"))
    assert "The buyer tests the result and enters its acceptance here" in text
    assert "移交单" in text
    kinds = [*DealMilestone.objects.filter(deal=deal).values_list("kind", flat=True)]
    assert kinds == ["contract", "payment", "payment", "delivery"]


def test_each_party_enters_what_is_up_to_it(visit, take, deal, seller, enterprise):
    """The certificate of registration is the seller's to enter, the verdict the buyer's."""
    titles = ("Enter the registration of the contract", "Enter the acceptance")
    assert not any(title in text_of(visit(page_of(deal), seller)) for title in titles)
    take(seller, deal, "contract", **CONTRACT)
    seen = [[title in text_of(visit(page_of(deal), one)) for title in titles]
            for one in (seller, enterprise)]  # fmt: skip
    assert seen == [[True, False], [False, True]]
    assert take(enterprise, deal, "register-contract", **REGISTRATION).status_code == 422
    assert take(seller, deal, "acceptance", **ACCEPTANCE).status_code == 422
    text = text_of(take(seller, deal, "register-contract", **REGISTRATION))
    assert "2026310117000001" in text
    assert titles[0] not in text
    made = deal.milestones.get(kind=MilestoneKind.REGISTRATION)
    assert (made.amount, made.facts) == (
        Decimal("2800000.00"), {"office": "虚构登记处", "technical_income": "0.00"}
    )  # fmt: skip
    failed = take(enterprise, deal, "acceptance", **{**ACCEPTANCE, "verdict": "failed"})
    assert titles[1] in text_of(failed), "what did not pass may pass later"
    text = text_of(take(enterprise, deal, "acceptance", **ACCEPTANCE))
    assert titles[1] not in text
    verdicts = deal.milestones.filter(kind=MilestoneKind.ACCEPTANCE).order_by("number")
    assert [one.facts["verdict"] for one in verdicts] == ["failed", "passed"]
    assert {one.facts["place"] for one in verdicts} == {"虚构检测中心"}


def test_a_landing_is_reported_and_shown_with_what_the_city_said(
    visit, take, deal, enterprise, bureau
):
    said = {**LANDING, "key": "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0003"}
    for _ in range(2):
        page = take(enterprise, deal, "landings", **said)
        assert page.redirect_chain == [(page_of(deal), 302)]
    landing = deal.landings.get()
    assert (landing.city.code, landing.investment) == ("330100", Decimal("0.00"))
    assert "虚构用户 · Hangzhou · 2026-03-02 reported" in text_of(page)
    other = take(enterprise, deal, "landings", **{**said, "entity_name": "虚构另一家"})
    assert "has reported a landing already" in text_of(other)
    why = "虚构：证据不足"
    landings.refuse_landing(actor=act(bureau), landing_id=landing.pk, reason=why)
    assert "虚构：证据不足 refused" in text_of(visit(page_of(deal), enterprise))


def test_a_right_that_is_sold_passes_by_its_registration(visit, take, seller, bidder):
    achievement = make_achievement(seller, AchievementState.RESERVED)
    parties = organization_of(seller), organization_of(bidder)
    sold = make_deal(*parties, achievement=achievement, channel=Channel.OFF_SESSION)
    assert "Enter the transfer of the right" not in text_of(visit(page_of(sold), bidder))
    take(seller, sold, "contract", **{**CONTRACT, "kind": "transfer"})
    key = "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0002"
    paid = {"amount": "280万", "paid_on": TODAY, "reference": "B-1", "key": key}
    page = take(bidder, sold, "payments", **paid)
    assert "The right passes by its registration" in text_of(page)
    passed = take(bidder, sold, "transfer", registered_on=TODAY, certificate="虚构通知书1号")
    assert "虚构通知书1号" in text_of(passed)
    assert "Enter the transfer of the right" not in text_of(passed)
    assert "What was agreed is handed over" in text_of(passed)
    achievement.refresh_from_db()
    assert achievement.state == AchievementState.TRANSFERRED
    done = take(seller, sold, "deliver", delivered_on=TODAY)
    assert "All that was agreed is entered" in text_of(done)


def test_instalments_are_typed_as_lines(take, deal, seller):
    lines = "2026-06-30 80万\n2026-12-31 2000000.00\n"
    said = {**CONTRACT, "price_form": "instalments", "instalments": lines}
    assert "It is entered" in text_of(take(seller, deal, "contract", **said))
    contract = deal.milestones.get(kind=MilestoneKind.CONTRACT)
    amounts = [one["amount"] for one in contract.facts["instalments"]]
    assert amounts == ["800000.00", "2000000.00"]


def test_a_payment_that_is_sent_twice_is_one(visit, take, deal, enterprise):
    said = payment(visit, enterprise, deal)
    for _ in range(2):
        assert "It is entered" in text_of(take(enterprise, deal, "payments", **said))
    assert deal.milestones.get().amount == Decimal("1000000.00")
    page = take(enterprise, deal, "payments", **{**said, "reference": "B-2"})
    assert page.status_code == 422
    assert "has entered a payment already" in text_of(page)
    fresh = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    take(enterprise, deal, "payments", **{**said, "reference": "B-2", "key": fresh})
    assert deal.milestones.count() == 2


@pytest.mark.parametrize(
    ("verb", "wrong", "said"),
    [
        ("payments", {"amount": "soon"}, "An amount in CNY above zero"),
        ("payments", {"amount": "2,800,001"}, "still to be paid"),
        ("payments", {"paid_on": "2026-03-03"}, "Only what has happened is recorded"),
        ("payments", {"paid_on": "1926-03-02"}, "valid date"),
        ("payments", {"reference": ""}, "This field is required"),
        ("payments", {"reference": "a\x00"}, "Null characters are not allowed"),
        ("payments", {"key": "no key"}, "valid UUID"),
        ("contract", {"kind": "marriage"}, "not one of the available choices"),
        ("contract", {"price_form": "instalments"}, "instalments"),
        ("contract", {"price_form": "instalments", "instalments": "soon"}, "all its words"),
        ("contract", {"price_form": "instalments", "instalments": "2026-06-30 x"}, "all its words"),
        ("contract", {"royalty_rate": "1000"}, "no more than"),
        ("contract", {"entry_fee": "x"}, "An amount in CNY above zero"),
        ("deliver", {"delivered_on": "soon"}, "valid date"),
        ("acceptance", {"verdict": ""}, "This field is required"),
        ("acceptance", {"proof": ""}, "This field is required"),
        ("acceptance", {}, "Record the signed contract first"),
        (
            "landings",
            {"entity_code": "910000000000070010"},
            "not a valid unified social",
        ),
        ("landings", {"city": ""}, "This field is required"),
        ("landings", {"proof": ""}, "This field is required"),
        ("landings", {"landed_on": "2026-03-03"}, "Only what has happened is recorded"),
        ("transfer", {"certificate": ""}, "This field is required"),
        ("transfer", {}, "Record the signed contract first"),
        ("register-contract", {"technical_income": "-1"}, "An amount in CNY above zero"),
        ("register-contract", {}, "Your role does not allow this"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    verb, wrong, said, visit, take, deal, enterprise
):
    fine = {
        "payments": payment(visit, enterprise, deal),
        "contract": CONTRACT,
    }
    filled = fine.get(verb, FORMS[verb])
    page = take(enterprise, deal, verb, **{**filled, "proof": "虚构凭据", **wrong})
    assert page.status_code == 422
    assert said in text_of(page)
    assert "Nothing was entered yet" in text_of(page)
    assert wrong.get("proof") == "" or "虚构凭据" in page.text, "kept as typed"
    assert not deal.milestones.exists()
    assert not deal.landings.exists()


def test_what_is_not_offered_any_more_is_refused_in_words(visit, take, deal, seller, enterprise):
    take(seller, deal, "contract", **CONTRACT)
    page = take(enterprise, deal, "contract", **{**CONTRACT, "proof": "合同2"})
    assert page.status_code == 422
    assert "The deal has its contract already" in text_of(page)
    assert "合同2" in page.text, "kept as typed"
    assert text_of(page).count("Enter a payment") == 1
    viewer = make_member(organization_of(enterprise), role="viewer")
    page = take(viewer, deal, "deliver", delivered_on=TODAY)
    assert page.status_code == 422
    assert "Your role does not allow this" in text_of(page)
    assert deal.milestones.count() == 1


def test_the_buyer_confirms_what_was_proposed(visit, take, seller, bidder):
    achievement = make_achievement(seller, title="虚构成果")
    proposed = propose(seller, bidder, achievement=achievement.pk, method="listing",
                       conditions="付清价款")  # fmt: skip
    assert "The buyer confirms the deal" in text_of(visit(page_of(proposed), seller))
    assert "Confirm the deal" not in text_of(visit(page_of(proposed), seller))
    assert "Your organization confirms the deal" in text_of(visit(page_of(proposed), bidder))
    assert "Tick that your organization is bound" in text_of(take(bidder, proposed, "confirm"))
    assert "The deal is formed" not in text_of(take(seller, proposed, "confirm", confirm="1"))
    assert Deal.objects.get().state == DealState.PROPOSED
    assert "The deal is formed" in text_of(take(bidder, proposed, "confirm", confirm="1"))
    assert Deal.objects.get().state == DealState.FORMED


def test_while_it_is_publicised_it_is_not_confirmed(visit, take, seller, bidder, clock):
    proposed = propose(seller, bidder)
    text = text_of(visit(page_of(proposed), bidder))
    assert "publishes an agreed price before the deal is formed" in text
    assert "Confirm the deal" not in text
    publicise(proposed, seller)
    for person in (seller, bidder):
        text = text_of(visit(page_of(proposed), person))
        assert "The publicity runs until" in text
        assert "Confirm the deal" not in text
    assert "The publicity runs until" in text_of(take(bidder, proposed, "confirm", confirm="1"))
    clock.advance(days=30)
    assert "Confirm the deal" in text_of(visit(page_of(proposed), bidder))
    assert "The deal is formed" in text_of(take(bidder, proposed, "confirm", confirm="1"))


def test_either_party_stops_what_is_not_formed(visit, take, seller, bidder):
    proposed = propose(seller, bidder)
    assert "reason" in text_of(take(bidder, proposed, "stop", reason=" "))
    text = text_of(take(bidder, proposed, "stop", reason="虚构的理由"))
    assert "The deal is stopped" in text
    assert "虚构的理由" in text
    assert "Stop the deal" not in text
    assert Deal.objects.get().state == DealState.STOPPED


FORMS = {
    "confirm": {"confirm": "1"},
    "stop": {"reason": "…"},
    "contract": CONTRACT,
    "payments": {"amount": "1", "paid_on": TODAY, "reference": "B-1",
                 "key": "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0001"},
    "deliver": {"delivered_on": TODAY},
    "register-contract": REGISTRATION,
    "transfer": {"registered_on": TODAY, "certificate": "虚构通知书1号"},
    "acceptance": ACCEPTANCE,
    "landings": LANDING,
}  # fmt: skip


def test_nobody_but_the_parties_reads_or_changes_it(
    visit, take, deal, enterprise, rival, operator, cadre, stranger
):
    for other in (rival, operator, cadre, stranger):
        assert visit(page_of(deal), other).status_code == 404
        assert deal.code not in visit("/deals", other).text
        for verb, values in FORMS.items():
            assert take(other, deal, verb, **values).status_code == 404, verb
    viewer = make_member(organization_of(enterprise), role="viewer")
    text = text_of(visit(page_of(deal), viewer))
    assert deal.code in text
    assert "Enter a payment" not in text
    for verb, values in FORMS.items():
        take(viewer, deal, verb, **values)
        sent = take(None, deal, verb, **values)
        assert sent.redirect_chain[0][0].startswith("/accounts/login"), verb
    assert Deal.objects.get().state == DealState.FORMED
    assert not DealMilestone.objects.exists()
    assert not deal.landings.exists()


def test_a_reward_is_its_sellers_own_business(visit, deal, seller, enterprise):
    deal.milestones.create(
        number=1, kind=MilestoneKind.REWARD, on=deal.formed_at.date(), amount="70123.00",
        facts={}, recorded_at=deal.formed_at, by_user=seller,
    )  # fmt: skip
    assert "¥70,123" in text_of(visit(page_of(deal), seller))
    assert "70,123" not in text_of(visit(page_of(deal), enterprise))


def test_many_deals_and_entries_are_read_with_as_many_queries_as_one(visit, deal, seller):
    def asked(path):
        with CaptureQueriesContext(connection) as queries:
            visit(path, seller)
        return len(queries)

    def enter(number):
        deal.milestones.create(
            number=number, kind=MilestoneKind.PAYMENT, on=deal.formed_at.date(), amount="1.00",
            reference=f"B-{number}", facts={}, recorded_at=deal.formed_at, by_user=seller,
        )  # fmt: skip

    enter(1)
    before = asked("/deals"), asked(page_of(deal))
    for number in (2, 3):
        make_deal(deal.seller, deal.buyer, need=deal.need)
        enter(number)
    assert (asked("/deals"), asked(page_of(deal))) == before


def test_without_a_deal_the_list_says_so(visit, rival):
    assert "no deal yet" in text_of(visit("/deals", rival))
    assert visit("/deals").headers["Location"].startswith("/accounts/login")


def test_the_seller_reads_what_it_has_to_share_and_by_when(visit, seller, enterprise):
    sold = make_achievement(seller, AchievementState.RESERVED)
    parties = organization_of(seller), organization_of(enterprise)
    one = make_deal(*parties, achievement=sold, channel="off_session")
    assert "Reward to be shared" not in text_of(visit(page_of(one), seller))
    one.milestones.create(
        number=1, kind=MilestoneKind.PAYMENT, on=TODAY, amount="100.00",
        reference="B-1", facts={}, recorded_at=one.formed_at, by_user=seller,
    )  # fmt: skip
    text = text_of(visit(page_of(one), seller))
    for told in ("Of ¥100 received", "by the end of 2026-09-02", "At least 70 %", "浙江省促进"):
        assert told in text, told
    assert "Reward to be shared" not in text_of(visit(page_of(one), enterprise))
