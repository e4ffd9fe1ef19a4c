"""Drafts of technology contracts, made of what the deal, its need and its achievement say."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.cache import cache

from accounts.actors import Actor
from accounts.models import Organization
from core import clock, money
from core.calendar import date_of
from core.db import one_or_none, transaction
from core.errors import NotFound
from core.idempotency import Once, claim, settle
from marketplace import contract_words, deals
from marketplace.deal_records import begin
from marketplace.lifecycle import BrokerageState, PlanState
from marketplace.models import Achievement, Brokerage, ContractDraft, Deal, TransferMode
from marketplace.plan_queries import brokerages, contract_drafts_visible_to
from marketplace.rules import milestones as terms
from marketplace.rules.brokers import Side
from marketplace.rules.rights import CHINA
from marketplace.typesetting import press

_TEMPLATE = press.HERE / "contract.typ"
# Typesetting takes a second of a processor.
_KEPT_S = 24 * 60 * 60


def draft_contract(
    *, actor: Actor, deal_id: int, place: str = "", once: Once | None = None, **said: Any
) -> ContractDraft:
    """Make a draft with these terms, of the kind of the deal's mode, adding up to its price."""
    contract = terms.contract_from(**said)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return ContractDraft.objects.select_related("deal").get(pk=earlier)
        deal, now = begin(deal_id, actor)
        terms.check_contract(contract, mode=deal.mode, price=deal.price)
        number = deal.contract_drafts.count() + 1
        subject = _subject(deal, f"{deal.code}-{number:02d}", place, date_of(now))
        draft = ContractDraft.objects.create(
            deal=deal,
            number=number,
            facts=contract_words.draft(subject, contract),
            made_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, draft)
        deals.record_deal(deal, "contract_drafted", actor, now, draft=draft.pk)
    return draft


def pdf_of(draft_id: int, *, seen_by: Actor) -> tuple[ContractDraft, bytes]:
    """A draft as PDF, the same bytes each time; to an outsider there is none."""
    draft = one_or_none(contract_drafts_visible_to(seen_by).filter(pk=draft_id))
    if draft is None:
        raise NotFound
    key = f"contract_draft:{draft.pk}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = press.pdf(_TEMPLATE, draft.facts, made_at=draft.made_at)
        cache.set(key, kept, _KEPT_S)
    return draft, kept


def _subject(deal: Deal, code: str, place: str, today: date) -> contract_words.Subject:
    need, achievement = deal.need, deal.achievement
    plan = deal.plan.exclude(state=PlanState.DROPPED)
    return contract_words.Subject(
        code=code,
        deal_code=deal.code,
        buyer=_party(deal.buyer),
        seller=_party(deal.seller),
        mode=deal.mode,
        mode_name=str(TransferMode(deal.mode).label) if deal.mode else "—",
        price=deal.price,
        subject=[
            *([["技术需求", f"{need.code} {need.title}"]] if need else []),
            *(_sold(achievement) if achievement else []),
        ],
        plan=[
            [
                str(one.number),
                one.title,
                one.deliverable,
                one.due_on.isoformat(),
                _per_cent(one.payment_share),
            ]
            for one in plan
        ],
        acceptance=need.acceptance if need else "",
        ip_proposal=need.ip_proposal if need else "",
        ip_terms=need.ip_terms if need else "",
        place=place,
        brokers=[
            _broker(one) for one in brokerages().filter(deal=deal, state=BrokerageState.AGREED)
        ],
        earlier_licences=_earlier(achievement, today) if achievement else (),
    )


def _sold(achievement: Achievement) -> list[list[str]]:
    rows = [
        ["科技成果", f"{achievement.code} {achievement.title}"],
        ["知识产权类别", str(achievement.get_ip_kind_display())],
    ]
    if achievement.ip_number:
        rows.append(["申请号或登记号", achievement.ip_number])
    for one in achievement.ip_records.all():
        elsewhere = "" if one.territory == CHINA else f"（{one.territory}）"
        rows.append(["一并转让或许可的权利", f"{one.get_kind_display()} {one.number}{elsewhere}"])
    return rows


def _earlier(achievement: Achievement, today: date) -> list[str]:
    """Licences and pledges that go on: what is over by now is nobody's right any more."""
    standing = [one for one in achievement.encumbrances.all() if one.stands_on(today)]
    return [
        f"{one.get_kind_display()}（{one.holder}，自 {one.since.isoformat()}）" for one in standing
    ]


_SIDES = {Side.SELLER: "乙方", Side.BUYER: "甲方", Side.BOTH: "双方"}


def _broker(part: Brokerage) -> str:
    amount = f"¥{part.commission:,.2f}（人民币{money.in_capitals(part.commission)}）"
    return (
        f"{part.broker.name}（证书编号 {part.broker.certificate_number}）受"
        f"{_SIDES[Side(part.side)]}委托提供技术经纪服务，佣金 {amount}，由"
        f"{_SIDES[Side(part.paid_by)]}支付；佣金已向双方披露。"
    )


def _party(organization: Organization) -> str:
    return f"{organization.name}（统一社会信用代码 {organization.credit_code}）"


def _per_cent(share: Decimal) -> str:
    return f"{share.normalize():f}%" if share else "—"
