"""What the matrix of permissions needs of alliances: things, and the bodies of their rows."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from alliances import crediting, financing
from alliances.lifecycle import MemberState
from alliances.models import CommitteeSeat, FinanceApplication, FundProject
from tests.alliances.conftest import join, make_alliance
from tests.alliances.lending import accept, approve, draft, draw, list_product, offer, submit
from tests.conftest import NOW, act, city_of, make_organization, organization_of
from tests.factories import field_of, make_achievement

MEMBERSHIP = {"kind": "enterprise", "contact_name": "虚构联系人", "territory": ["330100"]}
ALLIANCE = {"name": "虚构产业联盟", "kind": "other", "founded_on": "2019-05-01"}
PRODUCT = {
    "kind": "tech_loan",
    "title": "虚构科技贷",
    "least_amount": "100000.00",
    "most_amount": "20000000.00",
    "most_months": 36,
    "rate": "4.35",
    "repayment": "equal_instalments",
}
APPLICATION = {
    "kind": "tech_loan",
    "amount": "1000000.00",
    "months": 12,
    "purpose": "虚构的中试线",
    "field": "NM",
}
OFFER = {
    "amount": "1000000.00",
    "months": 12,
    "rate": "4.35",
    "repayment": "interest_monthly",
    "valid_until": "2026-03-31",
}
PAID = {"amount": "100.00", "paid_on": "2026-03-02", "reference": "虚构流水9"}
PLEDGE = {"registration": "虚构质押登记9", "registered_on": "2026-03-02"}
TARGET = {"title": "虚构项目", "field": "NM", "city": "340200"}
INVESTED = {
    "amount": "100.00",
    "invested_on": "2026-03-02",
    "city_shares": [{"city": "340200", "amount": "100.00"}],
}
ACTIVITY = {"title": "虚构路演", "held_on": "2026-03-01", "city": "310117"}


def make_alliances(people: dict[str, User]) -> dict[str, Any]:
    """The financial alliance with a member in each state, and one of another kind."""
    alliance = make_alliance(secretariat=organization_of(people["keeper"]))
    things: dict[str, Any] = {
        "alliance": alliance,
        "other_alliance": make_alliance("other"),
        "active_member": join(alliance, people["banker"]),
    }
    for state in (MemberState.APPLIED, MemberState.ADMITTED, MemberState.SUSPENDED):
        things[f"{state.value}_member"] = join(alliance, make_organization(), state)
    return {
        **things,
        **make_financings(people, things["active_member"]),
        **make_fund(people),
    }


def make_fund(people: dict[str, User]) -> dict[str, Any]:
    """A target in each state, and a committee of three, of which two have voted."""
    for name in ("cadre", "judge", "second_judge"):
        day = NOW.date()
        CommitteeSeat.objects.create(person=people[name], starts_on=day, ends_on=day)
    target = {"field": field_of("NM"), "city": city_of("340200")}
    paid = {"amount": 1000, "invested_on": NOW.date()}
    things = {
        f"{state}_project": FundProject.objects.create(
            code=f"P-{state}",
            title="虚构项目",
            organization=organization_of(people["borrower"]),
            state=state,
            reached=state,
            pooled_at=NOW,
            seats=3 if state in ("committee", "invested") else None,
            **(paid if state == "invested" else {}),
            **target,
        )
        for state in ("pool", "contacted", "diligence", "established", "committee", "invested")
    }
    things["committee_project"].committee.set(
        [people[name] for name in ("cadre", "judge", "second_judge")]
    )
    for name in ("judge", "second_judge"):
        things["committee_project"].votes.create(person=people[name], in_favour=True, voted_at=NOW)
    return things


def make_financings(people: dict[str, User], member: Any) -> dict[str, Any]:
    """An application in each state that a row needs, routed to the one bank there is."""
    borrower, banker = people["borrower"], people["banker"]
    things: dict[str, Any] = {"product": list_product(banker)}
    list_product(banker, kind="ip_pledge")
    offered = submit(borrower, consents=[member.pk])
    accepted = submit(borrower)
    accept(borrower, offer(banker, accepted))
    diligence = submit(borrower)
    accept(borrower, offer(banker, diligence))
    crediting.begin_diligence(actor=act(banker), application_id=diligence.pk)
    lent = {"kind": "ip_pledge"}
    rights = [make_achievement(borrower).pk for _ in range(2)]
    drawn = approve(borrower, banker)
    FinanceApplication.objects.filter(pk=drawn.pk).update(approved_at=NOW - timedelta(days=9))
    draw(banker, drawn, "500000.00", paid_on=NOW.date() - timedelta(days=9))
    pledged = approve(borrower, banker, collateral=rights[1], **lent)
    crediting.pledge_collateral(
        actor=act(banker), application_id=pledged.pk, registration="x", registered_on=NOW.date()
    )
    financing.withdraw_application(actor=act(borrower), application_id=pledged.pk, reason="x")
    return {
        **things,
        "draft_financing": draft(borrower),
        "routed_financing": submit(borrower),
        "offer": offer(banker, offered),
        "consent": offered.consents.get(),
        "accepted_financing": accepted,
        "diligence_financing": diligence,
        "approved_financing": approve(borrower, banker),
        "disbursed_financing": drawn,
        "pledgeable_financing": approve(borrower, banker, collateral=rights[0], **lent),
        "pledged_financing": pledged,
    }
