"""The scripted enclave: a project of the demo deal lands at home, and two cities share.

The project names the deal that came of the scripted need. The bureau of the home city confirms
its landing once: the funnel of needs and the figures of the park each count one more. Then the
operator reports the last quarter, both cities confirm it, and each one's share is told.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from stdnum.cn import uscc

from config.demo.api import Caller, Problem
from config.demo.scenario import Differs, Say, server_time
from core.calendar import SHANGHAI, date_of

HOME, HOST = "330100", "310117"
PARK = "演示市（松江）科创飞地（虚构）"
HOME_PERCENT = Decimal("60.00")
TAX = Decimal("1280000.00")
_ENTITY_NUMBERS = 90_000
_SIDES = {"home": "飞出地 / home", "host": "飞入地 / host"}


def land(people: dict[str, Caller], deal: int, *, say: Say) -> None:
    """From the deal to the landing that both statistics count, and to the shares."""
    park = _park(people)
    today = date_of(server_time(people["cadre"]))
    before = _landed(people["cadre"], park)
    project = _project(people, park, deal, say)
    landed = _report_landing(people, project, today)
    people["bureau"].post(f"/landings/{landed}/confirm")
    told = people["enclave"].get(f"/projects/{project}")
    if told["state"] != "landed" or told["deal"] != deal or told["need"] is None:
        raise Differs(f"project {project} is {told['state']}, chain {told['need']} {told['deal']}")
    after = _landed(people["cadre"], park)
    say(
        f"       已落地 / landed: 需求 need {told['need']} → 成交 deal {deal} → 项目 project"
        f" {project} → 落地 landing {landed}"
    )
    say(
        f"         需求漏斗 / funnel {before[0]} -> {after[0]}, "
        f"飞地 / enclave {before[1]} -> {after[1]}"
    )
    if after != (before[0] + 1, before[1] + 1):
        raise Differs(f"the landing counts {before} -> {after}, expected one more in both")
    _share(people, park, today, say)


def _park(people: dict[str, Caller]) -> int:
    """The park of the home city; set up at the first time."""
    known = people["cadre"].get(f"/enclaves?home_city={HOME}&limit=100")["results"]
    if found := next((one for one in known if one["name"] == PARK), None):
        return int(found["id"])
    made = people["bureau"].post(
        "/enclaves",
        {
            "name": PARK,
            "home_city": HOME,
            "host_district": HOST,
            "operator": _own(people["enclave"]),
            "mode": "rent",
            "address": "松江区虚构路1号",
            "area_m2": "12000.00",
            "incubating_m2": "6000.00",
            "investment": "80000000.00",
            "registration_policy": "在孵项目注册于飞出地（虚构）",
            "tax_policy": "税收按协议分享（虚构）",
        },
    )
    return int(made["id"])


def _own(person: Caller) -> int:
    (membership,) = person.get("/me")["memberships"]
    return int(membership["organization"]["id"])


def _project(people: dict[str, Caller], park: int, deal: int, say: Say) -> int:
    """Proposed by the buyer of the deal, admitted, incubated, at the pilot."""
    project = people["enterprise"].post(
        f"/enclaves/{park}/projects",
        {
            "title": "储能电芯快充工艺中试（演示）",
            "team": "十二人，其中博士三人（虚构）",
            "field": "NE",
            "area_m2": "120.00",
            "organization": _own(people["enterprise"]),
            "deal": deal,
        },
    )
    path = f"/projects/{project['id']}"
    for step in ("admit", "incubate", "pilot"):
        project = people["enclave"].post(f"{path}/{step}")
    say(f"{project['code']}  {project['title']}  入驻、孵化、中试 / admitted, incubated, pilot")
    return int(project["id"])


def _report_landing(people: dict[str, Caller], project: int, today: date) -> int:
    """An entity of the home city: another one at each run of the demo."""
    now = server_time(people["cadre"]).astimezone(SHANGHAI)
    body = f"91000000DEM{int(now.timestamp()) % _ENTITY_NUMBERS:05d}X"
    landed = people["enterprise"].post(
        f"/projects/{project}/land",
        {
            "basis": "entity",
            "entity_name": "青禾储能（演示市）有限公司（虚构）",
            "entity_code": body + uscc.calc_check_digit(body),
            "landed_on": today.isoformat(),
            "investment": "36000000.00",
            "proof": "营业执照与厂房租赁合同（演示）",
        },
    )
    if landed["state"] != "landing":
        raise Differs(f"project {project} is {landed['state']} before its city has confirmed")
    return int(landed["landing"]["id"])


def _landed(reader: Caller, park: int) -> tuple[int, int]:
    """How many have landed: needs of the funnel, and projects of the park."""
    steps = {one["stage"]: one["count"] for one in reader.get("/statistics/needs-funnel")["steps"]}
    figures = reader.get(f"/statistics/enclaves?enclave={park}")["total"]
    return steps["landed"], figures["landed"]


def _share(people: dict[str, Caller], park: int, today: date, say: Say) -> None:
    """The last whole quarter, unless an earlier run has reported it."""
    starts_on = _last_quarter(today)
    reports = people["cadre"].get(f"/enclaves/{park}/reports")["results"]
    if any(one["starts_on"] == starts_on.isoformat() for one in reports):
        say("       上季度报表已确认 / the last quarter is shared already")
        return
    _agree(people, park, starts_on)
    report = people["enclave"].post(
        f"/enclaves/{park}/reports",
        {
            "period": "quarter",
            "starts_on": starts_on.isoformat(),
            "tax": f"{TAX:.2f}",
            "output": "9600000.00",
        },
    )
    path = f"/reports/{report['id']}"
    people["enclave"].post(f"{path}/submit")
    half = people["bureau"].post(f"{path}/confirm")
    if half["shares"]:
        raise Differs("a share was told before the host city had confirmed")
    agreed = people["host_bureau"].post(f"{path}/confirm")
    shares = {one["side"]: Decimal(one["amount"]) for one in agreed["shares"]}
    expected = (TAX * HOME_PERCENT / 100).quantize(Decimal("0.01"))
    if agreed["state"] != "agreed" or shares != {"home": expected, "host": TAX - expected}:
        raise Differs(f"both cities confirmed, and the shares are {shares}")
    say(
        f"       双城确认 / both cities confirmed {starts_on} – {agreed['ends_on']}, "
        f"税收 / tax ¥{TAX:,.2f}"
    )
    for side, label in _SIDES.items():
        say(f"         {label}: ¥{shares[side]:,.2f}")


def _agree(people: dict[str, Caller], park: int, starts_on: date) -> None:
    terms: dict[str, Any] = {
        "title": "税收分享协议（演示）",
        "metric": "tax",
        "home_percent": f"{HOME_PERCENT:.2f}",
        "period": "quarter",
        "starts_on": date(starts_on.year, 1, 1).isoformat(),
        "ends_on": date(starts_on.year + 5, 1, 1).isoformat(),
    }
    try:
        people["bureau"].post(f"/enclaves/{park}/agreements", terms)
    except Problem as problem:
        if problem.code != "sharing_rule_stands":
            raise


def _last_quarter(today: date) -> date:
    """The first day of the quarter that ended last."""
    this = date(today.year, today.month - (today.month - 1) % 3, 1)
    before = datetime.combine(this, datetime.min.time()) - timedelta(days=1)
    return date(before.year, before.month - (before.month - 1) % 3, 1)
