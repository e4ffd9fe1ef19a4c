"""The scripted financing: the buyer of the sold achievement asks for money to pay for it.

The application is routed to three members of the financial alliance; one offers, one declines with
a reason, one says nothing. The offer is accepted. Played by people signed in on the page.
"""

import time
from datetime import timedelta
from typing import Any

from config.demo.api import Caller
from config.demo.scenario import Differs, Say, server_time
from core.calendar import date_of

_BANKS = ("bank_a", "bank_b", "bank_c")
_KIND = "pay_later_loan"
_AMOUNT = "2000000.00"


def finance(people: dict[str, Caller], lot: dict[str, Any], *, say: Say) -> None:
    """From the application to the accepted offer; or it `Differs`."""
    began = time.monotonic()
    members = _members(people)
    buyer = people["songjiang"]
    application = buyer.post(
        "/finance/applications",
        {
            "kind": _KIND,
            "amount": _AMOUNT,
            "months": 24,
            "purpose": "支付竞得成果的价款，并建设中试线。（虚构）",
            "field": "NE",
            "collateral": lot["achievement"],
            "revenue": "18000000.00",
            "data_note": "近一年经营情况说明。（虚构）",
        },
    )
    path = f"/finance/applications/{application['id']}"
    routed = buyer.post(f"{path}/submit", {"consents": [members["bank_a"]]})
    asked = {case["member"] for case in routed["cases"]}
    if routed["state"] != "routed" or not asked >= set(members.values()):
        raise Differs(f"{routed['code']} was routed to {asked}, not to {members}")
    say(
        f"{routed['code']}  融资申请 / application ¥{float(_AMOUNT):,.0f}: "
        f"已派给 {len(asked)} 家成员 / routed to {len(asked)} members, "
        f"担保 / collateral {lot['title']}"
    )
    offer = _answer(people, path, say)
    _check_secrecy(people, path)
    taken = buyer.post(f"/offers/{offer['id']}/accept")
    ended = buyer.get(path)
    if (taken["state"], ended["state"]) != ("accepted", "accepted"):
        raise Differs(f"the offer is {taken['state']}, the application {ended['state']}")
    took = time.monotonic() - began
    say(f"       已接受报价 / offer accepted: {taken['organization_name']}  ({took:.1f} s)")


def _members(people: dict[str, Caller]) -> dict[str, int]:
    """The three banks as active members with a product each; what is there is kept."""
    alliance = _alliance(people["cadre"])
    members = {}
    for name in _BANKS:
        bank = people[name]
        own = bank.get("/me")["memberships"][0]["organization"]["id"]
        known = bank.get(f"/alliances/{alliance}/members?state=active&limit=100")["results"]
        found = [one["id"] for one in known if one["organization"] == own]
        members[name] = found[0] if found else _join(people, bank, alliance)
        if not bank.get(f"/finance/products?kind={_KIND}&member={members[name]}")["results"]:
            _offer_product(bank)
    return members


def _alliance(office: Caller) -> int:
    if known := office.get("/alliances?kind=financial")["results"]:
        return int(known[0]["id"])
    founded = {
        "name": "长三角G60科创走廊综合金融服务联盟（演示）",
        "kind": "financial",
        "founded_on": "2019-05-01",
    }
    return int(office.post("/alliances", founded)["id"])


def _join(people: dict[str, Caller], bank: Caller, alliance: int) -> int:
    applied = bank.post(
        f"/alliances/{alliance}/members",
        {"kind": "bank", "licence_number": "演示许可证", "contact_name": "客户经理（虚构）"},
    )
    for step in ("admit", "activate"):
        people["cadre"].post(f"/members/{applied['id']}/{step}")
    return int(applied["id"])


def _offer_product(bank: Caller) -> None:
    bank.post(
        "/finance/products",
        {
            "kind": _KIND,
            "title": "先用后付贷（演示）",
            "least_amount": "100000.00",
            "most_amount": "20000000.00",
            "most_months": 36,
            "rate": "3.85",
            "repayment": "interest_monthly",
            "needs_collateral": True,
        },
    )


def _answer(people: dict[str, Caller], path: str, say: Say) -> dict[str, Any]:
    """One reads the data under consent and offers, one declines; the third has until its time."""
    one, other, _silent = (people[name] for name in _BANKS)
    one.get(f"{path}/data")
    valid_until = date_of(server_time(one)) + timedelta(days=20)
    offer = one.post(
        f"{path}/offers",
        {
            "amount": _AMOUNT,
            "months": 24,
            "rate": "3.85",
            "repayment": "interest_monthly",
            "fee": "10000.00",
            "valid_until": valid_until.isoformat(),
        },
    )
    other.post(f"{path}/decline", {"reason_code": "collateral_short"})
    say(
        f"       一家报价，一家谢绝 / one offers, one declines: 年利率 / rate {offer['rate']} %，"
        f"年化成本 / APR {offer['apr']} %"
    )
    return dict(offer)


def _check_secrecy(people: dict[str, Caller], path: str) -> None:
    """A member sees its own case, and no other member's offer."""
    other = people[_BANKS[1]]
    seen = other.get(path)
    if len(seen["cases"]) != 1 or other.get(f"{path}/offers")["results"]:
        raise Differs("a member sees what another was asked or has offered")
