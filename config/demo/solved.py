"""The scripted need: matched to an achievement, answered, accepted, signed, counted in the funnel.

Played by people signed in on the page, as a browser would: the poster, the bureau, the office and
who has the technology.
"""

from datetime import timedelta
from typing import Any

from config.demo.api import Caller, Client
from config.demo.scenario import Differs, Say, list_achievement, server_time
from core.calendar import date_of

PRICE = "980000.00"
_STAGES = {
    "solicited": "征集 / solicited",
    "substantive": "实质性合作 / substantive",
    "landed": "落地 / landed",
}
_MOST_REASONS = 3


def solve(clients: dict[str, Client], people: dict[str, Caller], *, say: Say) -> int:
    """From the posted need to the signed contract, whose deal is told.

    The funnel has moved by one, or it `Differs`.
    """
    poster, solver = people["enterprise"], people["jiangpan"]
    before = _funnel(poster)
    need = _publish_a_need(people, say)
    offered = list_achievement(
        clients,
        solver,
        "储能电芯低温快充与循环寿命提升工艺",
        "NE",
        "以电解液添加剂与分段充电延长储能电芯的循环寿命，已在中试线验证。（虚构）",
    )
    _tell_the_match(poster, need, offered, say)
    response = _answer(solver, need, offered, say)
    deal = _accept(poster, response, say)
    signed_on = date_of(server_time(clients["demo-exchange"])).isoformat()
    poster.post(
        f"/deals/{deal}/contract",
        {
            "signed_on": signed_on,
            "kind": "transfer",
            "price_form": "lump_sum",
            "proof": "双方签章的技术转让合同（演示）",
        },
    )
    say(f"       合同已签订 / contract signed on {signed_on}, deal {deal}")
    _check_funnel(poster, need, before, say)
    return deal


def _publish_a_need(people: dict[str, Caller], say: Say) -> dict[str, Any]:
    """Posted, endorsed by the bureau of its city, published by the office."""
    poster = people["enterprise"]
    deadline = date_of(server_time(poster)) + timedelta(days=365)
    need = poster.post(
        "/needs",
        {
            "title": "储能电芯低温循环寿命提升（演示）",
            "summary": "低温下储能电芯循环寿命不足，愿意付费引进成熟工艺。（虚构）",
            "field": "NE",
            "budget": "1200000.00",
            "deadline": deadline.isoformat(),
            "indicators": [
                {
                    "name": "循环寿命",
                    "operator": "ge",
                    "target": "8000",
                    "unit": "次",
                    "test_method": "GB/T 36276",
                }
            ],
            "modes": ["transfer"],
            "ip_proposal": "poster",
            "acceptance": "第三方检测机构按指标检测。（虚构）",
        },
    )
    path = f"/needs/{need['id']}"
    poster.post(f"{path}/submit")
    people["bureau"].post(f"{path}/endorse")
    need = people["cadre"].post(f"{path}/publish")
    say(f"{need['code']}  {need['title']}  需求已发布 / need published")
    return dict(need)


def _tell_the_match(reader: Caller, need: dict[str, Any], offered: int, say: Say) -> None:
    """What the platform suggests, and why: the new achievement has to be among it."""
    found = reader.get(f"/needs/{need['id']}/matches")["results"]
    match = next((one for one in found if one["achievement"] == offered), None)
    if match is None or not match["reasons"]:
        raise Differs(f"achievement {offered} is no match with reasons: {found}")
    say(f"       匹配 / match {match['score']}/100  {match['code']}  {match['title']}")
    for reason in match["reasons"][:_MOST_REASONS]:
        say(f"         {reason['points']}/{reason['most']}  {reason['text']}")


def _answer(solver: Caller, need: dict[str, Any], offered: int, say: Say) -> int:
    """A response that says of each indicator whether it is met."""
    path = f"/needs/{need['id']}"
    asked = solver.get(path)["indicators"]
    response = solver.post(
        f"{path}/responses",
        {
            "approach": "转让成熟工艺并驻场调试三个月。（虚构）",
            "price": PRICE,
            "months": 6,
            "achievement": offered,
            "indicators": [
                {
                    "indicator": one["id"],
                    "verdict": "meets",
                    "value": one["target"],
                    "unit": one["unit"],
                }
                for one in asked
            ],
        },
    )
    say(f"       揭榜应答 / answered: {len(asked)} 项指标 / indicators, ¥{float(PRICE):,.0f}")
    return int(response["id"])


def _accept(poster: Caller, response: int, say: Say) -> int:
    accepted = poster.post(f"/responses/{response}/accept")
    if accepted["deal"] is None:
        raise Differs(f"accepting response {response} formed no deal")
    say(f"       已采纳 / accepted: deal {accepted['deal']}")
    return int(accepted["deal"])


def _funnel(reader: Caller) -> dict[str, int]:
    counted = reader.get("/statistics/needs-funnel")["steps"]
    return {step["stage"]: step["count"] for step in counted}


def _check_funnel(reader: Caller, need: dict[str, Any], before: dict[str, int], say: Say) -> None:
    """One more was solicited, one more agreed on, and behind that figure stands this need."""
    after = _funnel(reader)
    say("       需求漏斗 / GET /statistics/needs-funnel")
    for stage, label in _STAGES.items():
        say(f"         {label}: {before[stage]} -> {after[stage]}")
    expected = {
        "solicited": before["solicited"] + 1,
        "substantive": before["substantive"] + 1,
        "landed": before["landed"],
    }
    if after != expected:
        raise Differs(f"the funnel is {after}, expected {expected}")
    behind = reader.get("/statistics/needs-funnel/needs?stage=substantive")["results"]
    if need["id"] not in [one["id"] for one in behind]:
        raise Differs(f"need {need['id']} does not stand behind the figure it moved")
