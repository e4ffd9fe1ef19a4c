"""A draft says what the deal says, in the words of its kind, and is the same bytes each time."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from core.db import transaction
from core.errors import NotFound
from marketplace import brokers, contract_drafts, plans
from marketplace.contract_words import Subject, draft
from marketplace.lifecycle import AchievementState, ContractKind, NeedState, PriceForm
from marketplace.models import ContractDraft, Deal
from marketplace.rules.milestones import (
    Contract,
    ContractKindDiffers,
    Instalment,
    PriceFormInvalid,
)
from tests.auctions.pdf_text import text_of
from tests.conftest import NOW, act, organization_of
from tests.marketplace.conftest import (
    make_achievement,
    make_broker,
    make_deal,
    make_need,
)

DAY = date(2026, 3, 31)
PRICE = Decimal("2800000.00")
MODES = {
    ContractKind.DEVELOPMENT: "development",
    ContractKind.TRANSFER: "transfer",
    ContractKind.LICENSE: "license_sole",
    ContractKind.CONSULTING: "consulting",
    ContractKind.SERVICE: "service",
}
TERMS: dict[PriceForm, dict[str, Any]] = {
    PriceForm.LUMP_SUM: {},
    PriceForm.INSTALMENTS: {
        "instalments": (
            Instalment(DAY, Decimal("800000.00")),
            Instalment(date(2026, 12, 31), Decimal("2000000.00")),
        )
    },
    PriceForm.ROYALTY: {"royalty_rate": Decimal("3.00")},
    PriceForm.ENTRY_FEE_AND_ROYALTY: {
        "royalty_rate": Decimal("3.00"),
        "entry_fee": Decimal("100000.00"),
    },
    PriceForm.USE_FIRST: {"first_due_on": date(2027, 3, 31)},
}


def written(kind: ContractKind, form: PriceForm = PriceForm.LUMP_SUM, **values: Any) -> str:
    subject = Subject(
        **{
            "code": "D2026-000001-01",
            "deal_code": "D2026-000001",
            "buyer": "虚构买方",
            "seller": "虚构卖方",
            "mode": MODES[kind],
            "mode_name": "虚构方式",
            "price": PRICE,
            "subject": [["科技成果", "虚构成果"]],
            **values,
        }
    )
    contract = Contract(signed_on=DAY, kind=kind, price_form=form, **TERMS[form])
    return json.dumps(draft(subject, contract), ensure_ascii=False)


@pytest.mark.parametrize("kind", ContractKind)
def test_each_kind_has_its_title_its_parties_and_its_articles_of_law(kind):
    text = written(kind)
    titles = {
        ContractKind.DEVELOPMENT: ("技术开发合同", "研究开发人", "第八百五十九条"),
        ContractKind.TRANSFER: ("技术转让合同", "让与人", "专利法第十条"),
        ContractKind.LICENSE: ("技术许可合同", "被许可人", "排他实施许可"),
        ContractKind.CONSULTING: ("技术咨询合同", "受托人", "第八百八十五条"),
        ContractKind.SERVICE: ("技术服务合同", "受托人", "第八百八十二条"),
    }
    for words in (*titles[kind], "（草案）", "人民币贰佰捌拾万元整", "第一条　标的"):
        assert words in text, words


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (PriceForm.LUMP_SUM, "一次总付"),
        (PriceForm.INSTALMENTS, "捌拾万元整"),
        (PriceForm.ROYALTY, "3.00% 提成"),
        (PriceForm.ENTRY_FEE_AND_ROYALTY, "人民币壹拾万元整"),
        (PriceForm.USE_FIRST, "2027 年 3 月 31 日"),
    ],
)
def test_each_form_of_price_is_said_in_figures_and_capitals(form, said):
    text = written(ContractKind.TRANSFER, form)
    assert said in text
    assert "¥2,800,000.00（人民币贰佰捌拾万元整）" in text
    assert ("查阅有关会计账目" in text) == (
        form in (PriceForm.ROYALTY, PriceForm.ENTRY_FEE_AND_ROYALTY)
    )


def test_what_was_agreed_beside_the_price_is_told_where_there_is_any():
    plain = written(ContractKind.TRANSFER)
    full = written(
        ContractKind.TRANSFER,
        plan=[["1", "虚构样件", "三批", "2026-09-30", "40%"]],
        acceptance="第三方检测",
        ip_proposal="joint",
        ip_terms="改进归改进方。",
        earlier_licences=["普通许可（虚构公司）"],
        brokers=["虚构经理人受甲方委托"],
    )
    for words in ("虚构样件", "第三方检测", "双方共有", "改进归改进方", "虚构公司", "虚构经理人"):
        assert words in full
        assert words not in plain
    assert "验收标准和方法由双方在签署前填写" in plain


@pytest.fixture
def deal(seller, enterprise) -> Deal:
    need = make_need(enterprise, NeedState.MATCHED, acceptance="虚构检测", ip_proposal="poster")
    sold = make_achievement(seller, AchievementState.RESERVED)
    sold.encumbrances.create(kind="ordinary", holder="虚构公司", since=date(2025, 1, 1))
    sold.encumbrances.create(
        kind="ordinary", holder="过期公司", since=date(2025, 1, 1), until=date(2025, 12, 31)
    )
    sold.encumbrances.create(
        kind="pledge", holder="已解押银行", since=date(2025, 1, 1), released_on=date(2025, 6, 1)
    )
    parties = organization_of(seller), organization_of(enterprise)
    return make_deal(*parties, achievement=sold, need=need, mode="transfer")


TRANSFER = {"signed_on": DAY, "kind": "transfer", "price_form": "lump_sum"}


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_draft_is_made_of_the_deal_and_read_as_the_same_pdf_by_both_parties(
    api, deal, seller, enterprise, rival
):
    plans.plan_milestone(
        actor=act(seller),
        deal_id=deal.pk,
        title="虚构样件",
        deliverable="三批",
        due_on=DAY,
        payment_share=Decimal("40.00"),
    )
    brokers.name_broker(
        actor=act(seller),
        deal_id=deal.pk,
        broker=make_broker().pk,
        side="seller",
        commission=Decimal("30000.00"),
        paid_by="buyer",
    )
    body = {**TRANSFER, "signed_on": DAY.isoformat(), "place": "虚构市"}
    made = api(seller).post(f"/api/v1/deals/{deal.pk}/contract-drafts", body)
    assert made.status_code == 201, made.content
    assert made.json()["code"] == f"{deal.code}-01"
    (listed,) = api(enterprise).get(f"/api/v1/deals/{deal.pk}/contract-drafts").json()["results"]
    assert listed == made.json()
    files = [api(reader).get(listed["pdf"]) for reader in (seller, enterprise)]
    assert files[0].content == files[1].content
    assert files[0]["Content-Type"] == "application/pdf"
    text = text_of(files[0].content)
    for words in (
        organization_of(seller).credit_code,
        deal.achievement.code,
        "虚构检测",
        "虚构样件",
        "40%",
        "人民币叁万元整",
        "虚构公司",
        "人民币贰佰捌拾万元整",
    ):
        assert words in text, words
    assert "过期公司" not in text
    assert "已解押银行" not in text
    assert api(rival).get(listed["pdf"]).status_code == 404
    with pytest.raises(NotFound):
        contract_drafts.pdf_of(listed["id"], seen_by=act(rival))


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_draft_of_another_kind_or_sum_is_refused_and_a_kept_one_is_not_rewritten(deal, seller):
    about = {"actor": act(seller), "deal_id": deal.pk}
    with pytest.raises(ContractKindDiffers):
        contract_drafts.draft_contract(**about, **{**TRANSFER, "kind": "service"})
    with pytest.raises(PriceFormInvalid):
        contract_drafts.draft_contract(**about, **TRANSFER, royalty_rate=Decimal(1))
    made = contract_drafts.draft_contract(**about, **TRANSFER)
    with pytest.raises(IntegrityError, match="append-only"), transaction():
        ContractDraft.objects.filter(pk=made.pk).update(made_at=NOW, number=9)
    for values, constraint in (
        ({"number": 0}, "contractdraft_number_from_one"),
        ({"number": 1}, "contractdraft_number_once"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction():
            ContractDraft.objects.create(deal=deal, facts={}, made_at=NOW, **values)
