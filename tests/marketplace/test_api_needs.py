"""What a need is answered with, to the letter."""

import pytest

from tests.conftest import organization_of
from tests.marketplace.requests import NEED, V1

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TEXTS = [
    "industry",
    "background",
    "current_status",
    "detail",
    "expected_result",
    "ip_proposal",
    "ip_terms",
    "milestones",
    "solver_region",
    "solver_qualification",
    "acceptance",
    "contact",
]
AMOUNTS = ["budget_from", "own_funds", "grant_funds", "other_funds", "paid_to_solver"]
NOT_SAID = {
    **dict.fromkeys(TEXTS, ""),
    **dict.fromkeys((*AMOUNTS, "call", "months")),
    **dict.fromkeys(("registered_only", "detail_under_nda", "anonymous"), False),
    "modes": [],
    "plan": [],
}
COULD_BE_SAID = [
    ("acceptance", 7),
    ("background", 6),
    ("expected_result", 5),
    ("paid_to_solver", 5),
    ("modes", 5),
    ("ip_proposal", 5),
    ("current_status", 4),
    ("funding", 2),
    ("months", 2),
    ("solver_conditions", 2),
    ("industry", 1),
    ("milestones", 1),
    ("contact", 1),
]


def test_a_posted_need_is_answered_as_the_contract_says(api, enterprise):
    answer = api(enterprise).post(f"{V1}/needs", NEED)

    assert answer.status_code == 201
    need = answer.json()
    assert need == {
        "id": need["id"],
        "code": f"N2026-{need['id']:06d}",
        "external_id": "",
        "organization": organization_of(enterprise).pk,
        "organization_name": organization_of(enterprise).name,
        "title": "耐高温涂层",
        "summary": "1200 ℃ 以上长期使用",
        "field": "NM",
        "city": "330100",
        "budget": "3200000.00",
        "deadline": "2026-12-31",
        "indicators": [
            {
                "name": "耐温",
                "operator": "ge",
                "target": "1200.5",
                "unit": "℃",
                "test_method": "GB/T 1735",
                "id": need["indicators"][0]["id"],
                "confidential": False,
            }
        ],
        "state": "draft",
        "state_reason": "",
        "published_at": None,
        **NOT_SAID,
        "completeness": {
            "score": 54,
            "missing": [],
            "raises": [{"part": part, "points": points} for part, points in COULD_BE_SAID],
        },
        "review": {"step": "", "due_at": None, "overdue": False, "decisions": []},
    }
    assert api(enterprise).get(f"{V1}/needs/{need['id']}").json() == need
