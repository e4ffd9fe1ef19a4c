"""Confirmation and transcript: from the closing record, numbered without gaps, never made again."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auctions import closing, record
from auctions.aftermath import void_lot
from auctions.documents import contents, issuing
from auctions.lifecycle import ClosedBy, DocumentKind
from auctions.models import (
    Auctioneer,
    AuctionHouse,
    DocumentFile,
    DocumentSeries,
    IssuedDocument,
    Lot,
    Policy,
)
from auctions.queries import closed_lot
from core.models import Event
from tests.auctions.conftest import refusal
from tests.auctions.pdf_text import text_of
from tests.conftest import RULES, make_organization, organization_of
from tests.factories import agreed, bid, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def close(lot: Lot, clock: Any) -> Lot:
    lot.refresh_from_db()
    clock.set(max(lot.closes_at + timedelta(seconds=2), clock.now()))
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    lot.refresh_from_db()
    return lot


@pytest.fixture
def sold(contested, bidder, rival, clock) -> Lot:
    """`rival` bought for 1,050.00 after an extension."""
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at - timedelta(seconds=30))
    bid(contested, rival, "1050.00")
    return close(contested, clock)


def path(lot: Lot, kind: str) -> str:
    return f"/api/v1/lots/{lot.pk}/documents/{kind}"


def written(lot: Lot, kind: DocumentKind) -> dict[str, Any]:
    """What a document of a closed lot would say."""
    make = {"confirmation": contents.confirmation, "transcript": contents.transcript}[kind]
    return make(closed_lot(lot.pk), record.keep_record(lot_id=lot.pk), code="X2026-000001")


def all_words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(all_words(inner) for inner in value.values())
    if isinstance(value, list):
        return " ".join(map(all_words, value))
    return str(value)


# --- What they say ------------------------------------------------------------------------


def test_a_confirmation_names_lot_parties_price_and_time(sold, seller, rival, api):
    answer = api(rival).get(path(sold, "confirmation"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    text = text_of(answer.content)
    kept = record.keep_record(lot_id=sold.pk)
    for fact in (
        "竞价成交确认书",
        "编号：C2026-000001",
        sold.code,
        sold.title,
        sold.achievement.code,
        organization_of(seller).name,
        organization_of(rival).credit_code,
        sold.leader.paddle,
        "成交价（小写）¥1,050.00",
        "人民币壹仟零伍拾元整",
        "2026-03-02 10:04:32（北京时间）",
        RULES,
        sold.head_hash,
        kept.digest,
        f"/api/v1/lots/{sold.pk}/record",
        "python -m verify record.json",
        "5 个工作日内签署",
        "经办人签字",
    ):
        assert fact in text, fact


def test_a_transcript_tells_every_bid_and_what_came_of_it(sold, seller, api):
    text = text_of(api(seller).get(path(sold, "transcript")).content)
    first, second = sold.bids.order_by("number")
    for fact in (
        "竞价记录",
        "编号：T2026-000001",
        "报价记录（共 2 次）",
        f"1{first.registration.paddle}1,000.00网络2026-03-02 09:00:00.000",
        f"2{second.registration.paddle}1,050.00网络2026-03-02 09:59:30.0002026-03-02 10:04:30",
        "实际结束时间2026-03-02 10:04:30",
        "公告的结束时间2026-03-02 10:00:00",
        f"受让方为 {second.registration.paddle} 号",
        "记录人签字",
        sold.head_hash,
    ):
        assert fact in text, fact
    loser = first.registration.organization
    assert loser.name not in text, "who lost stands under a paddle"


@pytest.mark.parametrize("kind", DocumentKind)
def test_without_a_licensed_house_nothing_is_called_an_auction(sold, kind):
    assert "拍卖" not in all_words(written(sold, kind))


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_licensed_house_and_its_auctioneer_stand_in_both(sold, kind):
    organization = make_organization(name="虚构拍卖行")
    house = AuctionHouse.objects.create(
        organization=organization,
        licence_number="虚构-31-0001",
        licensed_from=date(2020, 1, 1),
        licensed_until=date(2030, 1, 1),
    )
    auctioneer = Auctioneer.objects.create(
        house=house, name="虚构甲", certificate_number="虚构-0007"
    )
    auction = Policy.objects.get(code="AUCTION-1")
    Lot.objects.filter(pk=sold.pk).update(policy=auction, house=house, auctioneer=None)
    assert ["拍卖师", "虚构甲（执业证书 虚构-0007）"] not in written(sold, kind)["facts"]
    Lot.objects.filter(pk=sold.pk).update(house=house, auctioneer=auctioneer)
    told = written(sold, kind)
    assert told["title"] == {"confirmation": "拍卖成交确认书", "transcript": "拍卖笔录"}[kind]
    assert ["拍卖人", "虚构拍卖行（批准证书 虚构-31-0001）"] in told["facts"]
    assert ["拍卖师", "虚构甲（执业证书 虚构-0007）"] in told["facts"]
    signing = {place["title"]: place["name"] for place in told["signatures"]}
    assert signing["拍卖师签字"] == "虚构甲"


def test_the_transcript_of_a_lot_nobody_bid_for_says_so(lot, seller, api, clock):
    close(lot, clock)
    text = text_of(api(seller).get(path(lot, "transcript")).content)
    assert "无人报价。" in text
    assert "本标的未成交" in text
    assert "受让方签章" not in text


def test_below_the_reserve_the_transcript_says_that_the_bid_had_no_effect(sold):
    result = closed_lot(sold.pk)
    result.outcome, result.price, result.winning_bid = "reserve_not_met", None, None
    told = contents.transcript(result, record.keep_record(lot_id=sold.pk), code="X")
    assert told["outcome"]["paragraphs"] == ["最高报价未达保留价，不发生效力，本标的未成交。"]
    with pytest.raises(ValueError, match="no price"):
        contents.confirmation(result, record.keep_record(lot_id=sold.pk), code="X")
    result.lot.deal = None
    with pytest.raises(ValueError, match="no buyer"):
        contents.buyer_of(result)


def test_a_lot_without_a_clock_names_the_hammers_time_alone(sold):
    result = closed_lot(sold.pk)
    result.lot.scheduled_close = result.lot.closes_at = result.closes_at = None
    told = contents.transcript(result, record.keep_record(lot_id=sold.pk), code="X")
    assert ["结束时间", "2026-03-02 10:04:32"] in told["facts"]
    assert ["交易方式", "现场竞价，多次报价"] in told["facts"]
    result.lot.latest_close = result.lot.scheduled_close = result.closes_at = sold.closes_at
    told = contents.transcript(result, record.keep_record(lot_id=sold.pk), code="X")
    assert "最迟至 2026-03-02 10:04:30" in all_words(told["facts"])


# --- Numbered once, kept for ever ---------------------------------------------------------


def test_a_document_is_the_same_byte_for_byte_whoever_asks_and_whenever(
    sold, seller, rival, operator, cadre, api, clock, monkeypatch
):
    first = api(seller).get(path(sold, "confirmation"))
    clock.advance(days=200)
    monkeypatch.setitem(issuing._CONTENTS, DocumentKind.CONFIRMATION, None)
    monkeypatch.setattr(issuing, "pdf", None)
    for person in (seller, rival, operator, cadre):
        again = api(person).get(path(sold, "confirmation"))
        assert again.content == first.content
        assert again.headers["Content-Disposition"] == 'attachment; filename="C2026-000001.pdf"'
    kept = DocumentFile.objects.get()
    assert kept.sha256 == hashlib.sha256(first.content).hexdigest()
    assert first.headers["ETag"] == f'"{kept.sha256}"'
    assert (str(kept), str(kept.document)) == (kept.sha256, "C2026-000001")
    assert str(DocumentSeries.objects.get()) == "confirmation 2026"


def test_what_was_numbered_and_not_typeset_keeps_its_number_and_its_words(
    sold, seller, api, monkeypatch
):
    def fail(*_: Any, **__: Any) -> bytes:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "pdf", fail)
        with pytest.raises(RuntimeError):
            api(seller).get(path(sold, "confirmation"))
    assert IssuedDocument.objects.get().code == "C2026-000001"
    answer = api(seller).get(path(sold, "confirmation"))
    assert "编号：C2026-000001" in text_of(answer.content)
    assert DocumentSeries.objects.get().last == 1


def test_numbers_have_no_gaps_and_begin_anew_with_the_year(seller, api, clock, monkeypatch):
    monkeypatch.setattr(issuing, "pdf", lambda *_, **__: b"%PDF")
    lots = [make_lot(seller) for _ in range(3)]
    for lot in lots:
        close(lot, clock)
        api(seller).get(path(lot, "confirmation"))  # not sold: no number is used up
        if lot is lots[2]:  # New Year in Shanghai, still the old year in UTC
            clock.set(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
        api(seller).get(path(lot, "transcript"))
    codes = IssuedDocument.objects.order_by("id").values_list("code", flat=True)
    assert list(codes) == ["T2026-000001", "T2026-000002", "T2027-000001"]


def test_two_at_once_get_one_number_and_one_file(sold, seller):
    """As if the other had been quicker after each look."""
    lot = Lot.objects.get(pk=sold.pk)
    issued = issuing._issue(lot, DocumentKind.CONFIRMATION)
    assert issuing._issue(lot, DocumentKind.CONFIRMATION) == issued
    actor = type("", (), {"user_id": seller.pk, "client_id": ""})()
    assert issuing._keep(issued, actor) == issuing._keep(issued, actor)
    assert Event.objects.filter(kind="document.issued").count() == 1


def test_what_was_issued_is_told_to_the_parties_systems(sold, seller, rival, api):
    from notifications.audience import AUDIENCES

    api(rival).get(path(sold, "confirmation"))
    event = Event.objects.get(kind="document.issued")
    kept = DocumentFile.objects.get()
    assert event.payload == {
        "document": kept.pk,
        "lot": sold.pk,
        "document_kind": "confirmation",
        "code": "C2026-000001",
        "sha256": kept.sha256,
    }
    told = AUDIENCES["document.issued"].subscribers(event)
    assert {organization_of(seller).pk, organization_of(rival).pk} <= told
    assert organization_of(sold.bids.first().by_user).pk not in told, "who lost"


# --- Who may read them --------------------------------------------------------------------


@pytest.mark.parametrize("kind", DocumentKind)
def test_nobody_else_learns_that_there_are_documents(sold, bidder, stranger, anonymous, api, kind):
    assert refusal(anonymous.get(path(sold, kind))) == (401, "not_authenticated")
    for person in (bidder, stranger):
        assert refusal(api(person).get(path(sold, kind))) == (404, "not_found")
    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("kind", DocumentKind)
def test_before_the_end_there_are_none(contested, seller, bidder, operator, api, kind):
    bid(contested, bidder, "1000.00")
    for person in (seller, operator):
        assert refusal(api(person).get(path(contested, kind))) == (409, "no_closing_record")
    assert refusal(api(bidder).get(path(contested, kind))) == (404, "not_found")


def test_an_unsold_lot_has_nothing_to_confirm(lot, seller, api, clock):
    close(lot, clock)
    assert refusal(api(seller).get(path(lot, "confirmation"))) == (409, "lot_not_sold")


def test_the_confirmation_of_a_void_sale_is_marked_as_void(sold, seller, rival, operator, api):
    issued = api(rival).get(path(sold, "confirmation")).content
    assert "作废" not in text_of(issued)
    agreed(void_lot, lot_id=sold.pk, reason="系统故障（虚构）")
    answers = [api(person).get(path(sold, "confirmation")) for person in (seller, rival, operator)]
    (marked,) = {answer.content for answer in answers}
    assert 'filename="C2026-000001-void.pdf"' in answers[0].headers["Content-Disposition"]
    text = text_of(marked)
    for fact in (
        "本确认书已作废",
        "系统故障（虚构）",
        "宣告无效时间",
        hashlib.sha256(issued).hexdigest(),
        f"/api/v1/lots/{sold.pk}/aftermath",
        "编号：C2026-000001",
        "成交价（小写）¥1,050.00",
    ):
        assert fact in text, fact
    assert api(seller).get(path(sold, "transcript")).status_code == 200
    told = Event.objects.filter(kind="document.voided").get()
    assert told.payload["sha256"] == hashlib.sha256(marked).hexdigest()


def test_what_was_issued_stays_byte_for_byte_for_the_files(sold, seller, rival, operator, api):
    issued = api(rival).get(path(sold, "confirmation")).content
    asking = {"as_issued": "true"}
    assert api(rival).get(path(sold, "confirmation"), asking).content == issued
    agreed(void_lot, lot_id=sold.pk)
    api(operator).get(path(sold, "confirmation"))
    assert api(operator).get(path(sold, "confirmation"), asking).content == issued
    for person in (seller, rival):
        assert refusal(api(person).get(path(sold, "confirmation"), asking)) == (409, "sale_void")
    odd = api(operator).get(path(sold, "confirmation"), {"as_issued": "maybe"})
    assert refusal(odd) == (400, "invalid")


def test_a_void_sale_that_was_never_confirmed_is_confirmed_to_nobody(sold, seller, operator, api):
    agreed(void_lot, lot_id=sold.pk)
    for person in (seller, operator):
        assert refusal(api(person).get(path(sold, "confirmation"))) == (409, "sale_void")
    assert not IssuedDocument.objects.exists()


def test_the_mark_is_made_once(sold, seller, monkeypatch, api):
    api(seller).get(path(sold, "confirmation"))
    agreed(void_lot, lot_id=sold.pk)
    found = issuing.voided_file_of
    monkeypatch.setattr(issuing, "voided_file_of", lambda pk: None)
    first = api(seller).get(path(sold, "confirmation")).content
    seen = iter([None])
    monkeypatch.setattr(issuing, "voided_file_of", lambda pk: next(seen, found(pk)))
    assert api(seller).get(path(sold, "confirmation")).content == first
    assert Event.objects.filter(kind="document.voided").count() == 1


def test_there_are_no_documents_of_other_kinds(sold, seller, api):
    assert api(seller).get(path(sold, "receipt")).status_code == 404


def test_a_client_may_ask_for_pdf_and_is_refused_in_json(sold, seller, stranger, api):
    asking = {"Accept": "application/pdf"}
    assert api(seller).get(path(sold, "transcript"), headers=asking).status_code == 200
    answer = api(stranger).get(path(sold, "transcript"), headers=asking)
    assert refusal(answer) == (404, "not_found")
