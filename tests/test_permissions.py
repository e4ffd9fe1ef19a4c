"""Who gets which answer, for every route there is; a route without a row fails.

A row names the method and path, whose thing it is, and the status each kind of caller gets.
`own` belongs to the organization the thing is of; `client` is that organization's partner
system with every scope, `bare` the same system without any. 404 means: not there for you.

Here everybody sends everything that may change something; tests/test_reads.py reads the rest.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.clients import create_api_client
from accounts.models import City, Membership, OrganizationKind, Role, Secondment, User, WorkingGroup
from accounts.relations import declare_relation
from accounts.scopes import SCOPES
from auctions import hall
from auctions.lifecycle import SessionKind
from auctions.models import Lot, Policy, PublishedHeads, Registration
from core.events import record
from core.models import Event
from marketplace import milestones
from marketplace.brokers import name_broker
from marketplace.contract_drafts import draft_contract
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.rules.disclosure import ACHIEVEMENT_NDA, NEED_NDA
from notifications.models import Delivery, Notice, WebhookEndpoint
from tests import factories
from tests.alliances import world as alliances_world
from tests.asking import Asking
from tests.clock import Clock
from tests.conftest import (
    NOW,
    RULES,
    act,
    make_member,
    make_organization,
    make_user,
    organization_of,
)
from tests.factories import make_achievement
from tests.lasting import Standing
from tests.marketplace.conftest import (
    landed_deal,
    make_broker,
    make_call,
    make_deal,
    make_need,
    make_response,
    planned_deal,
    propose,
    publicise,
    signed_deal,
)
from tests.marketplace.drawing import drawn
from web.saved import save_search

CALLERS = (
    "anonymous",
    "stranger",
    "own",
    "other",
    "operator",
    "cadre",
    "expired",
    "bureau",
    "far_bureau",
    "client",
    "bare",
)


# What a path leaves open: an id, or a day.
PLACE = re.compile(r"<[a-z]+:[a-z]+>")


@dataclass(frozen=True)
class Row:
    """One route: `thing` fills the path, `own` is who it belongs to, then statuses by caller."""

    route: str
    thing: str
    own: str
    statuses: str
    body: Callable[["World"], dict[str, Any]] = lambda world: {}


CRITERIA = [{"name": "虚构", "weight": 100}]


def jury(people: dict[str, User]) -> list[int]:
    return [people[name].pk for name in ("judge", "second_judge", "third_judge")]


def reason(world: "World") -> dict[str, Any]:
    return {"reason": "虚构的理由"}


def need_body(world: "World") -> dict[str, Any]:
    return {"title": "虚构需求", "field": "NM"}


def achievement_body(world: "World") -> dict[str, Any]:
    return {
        "title": "虚构成果",
        "field": "NM",
        "maturity_level": 5,
        "ip_kind": "know_how",
        "ip_number": "",
    }


def attachment_body(world: "World") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("附页.pdf", b"%PDF-1.7 fictional")}


def picture_body(world: "World") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("虚构.png", drawn())}


def table_body(world: "World") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("t.csv", b"title,field,maturity_level,ip_kind\n")}


def need_table_body(world: "World") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("t.csv", b"title,field\n")}


def tenancy_table_body(world: "World") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("t.csv", b"unit_name,tenant_name,starts_on,rent\n")}


def roll_body(world: "World") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("t.csv", b"credit_code,kind,contact_name\n")}


def response_body(world: "World") -> dict[str, Any]:
    return {"approach": "虚构方案", "price": "100.00", "months": 3}


def opinion_body(world: "World") -> dict[str, Any]:
    return {"achievement": world.things["published_achievement"], "useful": True}


def lot_body(world: "World") -> dict[str, Any]:
    return {
        "achievement": world.things["published_achievement"],
        "starting_price": "1000.00",
        "increment": "50.00",
        "deposit_amount": "0.00",
        "opens_at": "2026-04-01T09:00:00+08:00",
        "closes_at": "2026-04-02T09:00:00+08:00",
    }


def deal_body(world: "World") -> dict[str, Any]:
    return {
        "achievement": world.things["published_achievement"],
        "buyer": organization_of(world.people["bidder"]).pk,
        "price": "2800000.00",
        "method": "agreement",
        "channel": "off_session",
        "evidence": "虚构会议纪要〔2026〕1号",
        "related_party": False,
    }


def relist_body(world: "World") -> dict[str, Any]:
    times = {"opens_at": "2026-03-20T09:00:00+08:00", "closes_at": "2026-03-21T09:00:00+08:00"}
    return {**reason(world), **times, "starting_price": "900.00"}


def floor_bid_body(world: "World") -> dict[str, Any]:
    paddle = Registration.objects.get(lot=world.things["floor_lot"]).paddle
    return {"paddle": paddle, "amount": "1000.00"}


def contract_body(world: "World") -> dict[str, Any]:
    return {"signed_on": "2026-03-02", "kind": "transfer", "price_form": "lump_sum"}


def certificate_body(world: "World") -> dict[str, Any]:
    return {
        "registered_on": "2026-03-02",
        "number": "虚构-2026-1",
        "office": "虚构登记机构",
        "transaction_value": "100.00",
        "technical_income": "80.00",
    }


def payment_body(world: "World") -> dict[str, Any]:
    return {"amount": "100.00", "paid_on": "2026-03-02", "reference": "虚构流水1"}


def reward_body(world: "World") -> dict[str, Any]:
    share = {"name": "虚构完成人", "role": "main_contributor", "amount": "66.00"}
    staff = {"name": "虚构转化人员", "role": "transfer_staff", "amount": "4.00"}
    return {
        "distributed_on": "2026-03-02",
        "received": "100.00",
        "taxes": "0.00",
        "costs": "0.00",
        "shares": [share, staff],
    }


def plan_body(world: "World") -> dict[str, Any]:
    return {
        "title": "虚构样件",
        "deliverable": "样件（虚构）",
        "due_on": "2026-12-31",
        "payment_share": "10.00",
    }


def acceptance_body(world: "World") -> dict[str, Any]:
    return {
        "accepted_on": "2026-03-02",
        "verdict": "passed",
        "place": "虚构检测中心",
        "proof": "虚构验收意见书",
    }


def draft_body(world: "World") -> dict[str, Any]:
    return {"signed_on": "2026-03-31", "kind": "development", "price_form": "lump_sum"}


def broker_body(world: "World") -> dict[str, Any]:
    return {
        "broker": world.things["broker"],
        "side": "seller",
        "commission": "100.00",
        "paid_by": "seller",
    }


def landing_body(world: "World") -> dict[str, Any]:
    from tests.conftest import credit_code

    return {
        "city": "330100",
        "entity_name": "虚构落地公司",
        "entity_code": credit_code(77_000_001),
        "landed_on": "2026-03-02",
        "investment": "5000000.00",
        "proof": "虚构的营业执照",
    }


def session_body(world: "World") -> dict[str, Any]:
    return {
        "kind": "SPECIAL",
        "title": "虚构专场",
        "city": "310117",
        "venue": "虚构会堂",
        "starts_at": "2026-04-01T09:00:00+08:00",
    }


def park_body(world: "World") -> dict[str, Any]:
    return {"name": "虚构新园", "home_city": "330100", "host_district": "310117"}


def agreement_body(world: "World") -> dict[str, Any]:
    days = {"starts_on": "2027-01-01", "ends_on": "2028-01-01"}
    return {"title": "虚构协议", "metric": "tax", "home_percent": "50.00", "period": "year", **days}


def fund_body(world: "World") -> dict[str, Any]:
    return {"name": "虚构基金", "size": "100000000.00", "since": "2026-01-01"}


def tenancy_body(world: "World") -> dict[str, Any]:
    who = {"tenant_name": "虚构团队", "starts_on": "2027-01-01", "rent": "1000.00"}
    return {"unit": world.things["unit"], **who}


def project_body(world: "World") -> dict[str, Any]:
    told = {"title": "虚构项目", "team": "虚构团队", "field": "NM", "area_m2": "100.00"}
    return {**told, "organization": organization_of(world.people["settler"]).pk}


def land_body(world: "World") -> dict[str, Any]:
    from tests.conftest import credit_code

    return {
        "basis": "entity",
        "entity_name": "虚构落地公司",
        "entity_code": credit_code(77_000_002),
        "landed_on": "2026-03-02",
        "investment": "5000000.00",
        "proof": "虚构的营业执照",
    }


def organization_body(world: "World") -> dict[str, Any]:
    from tests.conftest import credit_code

    return {
        "kind": "enterprise",
        "name": "虚构",
        "credit_code": credit_code(88_000_000),
        "city": "330100",
    }


def relation_body(world: "World") -> dict[str, Any]:
    return {
        "organization": organization_of(world.people["enterprise"]).pk,
        "related": organization_of(world.people["rival"]).pk,
        "kind": "investment",
        "evidence": "虚构登记信息",
    }


# fmt: off
#            anon stra own  oth  oper cadr expi bure farb clie bare
ROWS = (
    # --- People and organizations. A client has no person and founds nothing.
    Row("GET cities", "", "seller",                      "200 200 200 200 200 200 200 200 200 200 200"),
    Row("GET me", "", "seller",                          "401 200 200 200 200 200 200 200 200 200 200"),
    Row("POST organizations", "", "seller",              "401 201 201 201 201 201 201 201 201 403 403", organization_body),
    Row("GET organizations/<int:pk>", "draft_organization", "founder",
                                                         "404 404 200 404 200 200 404 200 404 200 200"),
    Row("POST organizations/<int:pk>/submit", "draft_organization", "founder",
                                                         "401 404 200 404 403 403 404 403 404 200 200"),
    Row("POST organizations/<int:pk>/verify", "submitted_organization", "applicant",
                                                         "401 404 403 404 403 200 404 403 404 403 403"),
    Row("POST organizations/<int:pk>/return", "submitted_organization", "applicant",
                                                         "401 404 403 404 403 200 404 403 404 403 403", reason),
    Row("POST organizations/<int:pk>/suspend", "verified_organization", "rival",
                                                         "401 403 403 403 403 200 403 403 403 403 403", reason),
    Row("POST organizations/<int:pk>/reinstate", "suspended_organization", "suspended",
                                                         "401 404 403 404 403 200 404 403 404 403 403"),
    # What tells who stands behind it: for its own people and staff.
    Row("GET organizations/<int:pk>/particulars", "verified_organization", "rival",
                                                         "401 404 200 404 200 200 404 404 404 200 200"),
    Row("POST organizations/<int:pk>/particulars", "verified_organization", "rival",
                                                         "401 403 200 403 200 200 403 403 403 200 200",
        lambda world: {"controller": "虚构控制人"}),
    Row("GET relations", "", "enterprise",               "401 200 200 200 200 200 200 200 200 200 200"),
    Row("POST relations", "", "enterprise",              "401 403 201 403 201 201 403 403 403 201 201", relation_body),
    Row("GET relations/<int:pk>", "relation", "enterprise",
                                                         "401 404 200 404 200 200 404 404 404 200 200"),
    Row("POST relations/<int:pk>/end", "relation", "enterprise",
                                                         "401 404 403 404 200 200 404 404 404 403 403",
        lambda world: {"ends_on": "2026-12-31", "reason": "虚构的理由"}),
    # --- Enclave parks: this one is Hangzhou's (`bureau`), run by `park_operator`; `settler` has a
    # project in it. The host city reads what the home city reads: tests/enclaves/test_parks.py.
    Row("GET enclaves", "", "park_operator",             "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST enclaves", "", "park_operator",            "401 403 403 403 403 201 403 201 403 403 403", park_body),
    Row("GET enclaves/<int:pk>", "park", "park_operator", "200 200 200 200 200 200 200 200 200 200 403"),
    Row("PATCH enclaves/<int:pk>", "park", "park_operator",
                                                         "401 403 200 403 403 200 403 200 403 200 403",
        lambda world: {"address": "虚构路1号"}),
    Row("GET enclaves/<int:pk>/agreements", "park", "park_operator",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("POST enclaves/<int:pk>/agreements", "park", "park_operator",
                                                         "401 403 403 403 403 201 403 201 403 403 403", agreement_body),
    Row("GET enclaves/<int:pk>/funds", "park", "park_operator",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST enclaves/<int:pk>/funds", "park", "park_operator",
                                                         "401 403 201 403 403 201 403 403 403 201 403", fund_body),
    Row("GET enclaves/<int:pk>/units", "park", "park_operator",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("POST enclaves/<int:pk>/units", "park", "park_operator",
                                                         "401 403 201 403 403 201 403 403 403 201 403",
        lambda world: {"name": "九楼", "area_m2": "100.00"}),
    Row("GET enclaves/<int:pk>/tenancies", "park", "park_operator",
                                                         "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST enclaves/<int:pk>/tenancies", "park", "park_operator",
                                                         "401 403 201 403 403 201 403 403 403 201 403", tenancy_body),
    Row("GET enclaves/<int:pk>/tenancies/import", "park", "park_operator",
                                                         "200 200 200 200 200 200 200 200 200 200 200"),
    Row("POST enclaves/<int:pk>/tenancies/import", "park", "park_operator",
                                                         "401 403 201 403 403 201 403 403 403 201 403",
        tenancy_table_body),
    Row("POST tenancies/<int:pk>/end", "tenancy", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403",
        lambda world: {"ends_on": "2026-12-01", "reason": "虚构的理由"}),
    Row("GET enclaves/<int:pk>/projects", "park", "settler",
                                                         "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST enclaves/<int:pk>/projects", "park", "settler",
                                                         "401 403 201 403 403 201 403 403 403 201 403", project_body),
    Row("GET projects/<int:pk>", "contact_project", "settler",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("PATCH projects/<int:pk>", "contact_project", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403",
        lambda world: {"ip_count": 3}),
    Row("POST projects/<int:pk>/panel", "contact_project", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403",
        lambda world: {"reviewers": jury(world.people)}),
    # A partner system judges nothing.
    Row("POST projects/<int:pk>/reviews", "judged_project", "judge",
                                                         "401 404 200 404 403 403 404 403 404 403 403",
        lambda world: {"favours": True, "comment": "虚构意见"}),
    Row("POST projects/<int:pk>/admit", "contact_project", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403"),
    Row("POST projects/<int:pk>/incubate", "admitted_project", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403"),
    Row("POST projects/<int:pk>/pilot", "incubating_project", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403"),
    Row("POST projects/<int:pk>/land", "pilot_project", "settler",
                                                         "401 404 200 404 403 200 404 403 404 200 403", land_body),
    Row("POST projects/<int:pk>/output", "landed_project", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403"),
    Row("POST projects/<int:pk>/exit", "contact_project", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403",
        lambda world: {"kind": "terminated", "reason": "虚构的理由"}),
    Row("GET enclaves/<int:pk>/reports", "park", "park_operator",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("POST enclaves/<int:pk>/reports", "park", "park_operator",
                                                         "401 403 201 403 403 201 403 403 403 201 403",
        lambda world: {"period": "quarter", "starts_on": "2024-01-01", "tax": "0.00", "output": "0.00"}),
    Row("GET enclaves/<int:pk>/duties", "park", "park_operator",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("GET reports/<int:pk>", "draft_report", "park_operator",
                                                         "401 404 200 404 404 200 404 404 404 200 403"),
    Row("PATCH reports/<int:pk>", "draft_report", "park_operator",
                                                         "401 404 200 404 404 200 404 404 404 200 403",
        lambda world: {"tax": "1.00"}),
    Row("POST reports/<int:pk>/submit", "draft_report", "park_operator",
                                                         "401 404 200 404 404 200 404 404 404 200 403"),
    # A city speaks by a person; what it disputes the office settles.
    Row("POST reports/<int:pk>/confirm", "submitted_report", "park_operator",
                                                         "401 404 403 404 403 403 404 200 404 403 403"),
    Row("POST reports/<int:pk>/dispute", "submitted_report", "park_operator",
                                                         "401 404 403 404 403 403 404 200 404 403 403", reason),
    Row("POST reports/<int:pk>/resolve", "disputed_report", "park_operator",
                                                         "401 404 403 404 403 200 404 403 404 403 403",
        lambda world: {"resolution": "虚构的处理"}),
    Row("GET projects/<int:pk>/agreements", "contact_project", "settler",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("POST projects/<int:pk>/agreements", "contact_project", "park_operator",
                                                         "401 404 201 404 403 201 404 403 404 201 403",
        lambda world: {"kind": "incubation", "title": "虚构", "counterparty": "虚构", "signed_on": "2026-03-01"}),
    Row("GET projects/<int:pk>/talents", "contact_project", "settler",
                                                         "401 404 404 404 200 200 404 200 404 404 403"),
    Row("POST projects/<int:pk>/talents", "contact_project", "park_operator",
                                                         "401 404 201 404 403 201 404 403 404 201 403",
        lambda world: {"name": "虚构", "document": "虚构1", "grade": "doctor", "starts_on": "2026-01-01"}),
    Row("POST talents/<int:pk>/end", "talent", "park_operator",
                                                         "401 404 200 404 403 200 404 403 404 200 403",
        lambda world: {"ends_on": "2026-06-01"}),
    # --- Named places: public once named; the office names and assesses.
    Row("GET places", "", "park_operator",               "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST places", "", "park_operator",              "401 403 403 403 403 201 403 201 403 403 403",
        lambda world: {"kind": "demo_park", "name": "虚构园", "city": "330100", "case": "虚构材料"}),
    Row("GET places/<int:pk>", "applied_place", "park_operator",
                                                         "404 404 200 404 200 200 404 200 404 200 403"),
    Row("POST places/<int:pk>/name", "applied_place", "park_operator",
                                                         "401 404 403 404 403 200 404 403 404 403 403",
        lambda world: {"batch": "二", "named_on": "2026-03-01", "valid_until": "2029-03-01"}),
    Row("POST places/<int:pk>/refuse", "applied_place", "park_operator",
                                                         "401 404 403 404 403 200 404 403 404 403 403", reason),
    Row("POST places/<int:pk>/revoke", "named_place", "park_operator",
                                                         "401 403 403 403 403 200 403 403 403 403 403", reason),
    Row("GET places/<int:pk>/assessments", "named_place", "park_operator",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST places/<int:pk>/assessments", "named_place", "park_operator",
                                                         "401 403 403 403 403 201 403 403 403 403 403",
        lambda world: {"year": 2026}),
    Row("POST assessments/<int:pk>/pass", "material_assessment", "park_operator",
                                                         "401 403 403 403 403 200 403 403 403 403 403",
        lambda world: {"note": "虚构记录"}),
    Row("POST assessments/<int:pk>/publicise", "judged_assessment", "park_operator",
                                                         "401 403 403 403 403 200 403 403 403 403 403",
        lambda world: {"note": "虚构记录", "grade": "excellent"}),
    Row("POST assessments/<int:pk>/conclude", "stood_assessment", "park_operator",
                                                         "401 403 403 403 403 200 403 403 403 403 403"),
    Row("GET statistics/enclaves", "", "park_operator",  "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/enclaves/projects", "", "park_operator",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/enclaves/tenancies", "", "park_operator",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/enclaves/funds", "", "park_operator",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/enclaves/talents", "", "park_operator",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    # --- Needs: public once published; before that their own people, staff and their bureau.
    Row("GET needs", "", "enterprise",                   "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST needs", "", "enterprise",                  "401 403 201 201 201 403 403 201 201 201 403", need_body),
    Row("GET ocds/releases", "", "enterprise",           "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET needs/import", "", "enterprise",            "200 200 200 200 200 200 200 200 200 200 200"),
    Row("POST needs/import", "", "enterprise",           "401 403 201 201 201 403 403 201 201 201 403", need_table_body),
    Row("GET needs/<int:pk>", "submitted_need", "enterprise",
                                                         "404 404 200 404 200 200 404 200 404 200 403"),
    Row("PATCH needs/<int:pk>", "draft_need", "enterprise",
                                                         "401 404 200 404 403 403 404 404 404 200 403"),
    Row("POST needs/<int:pk>/submit", "draft_need", "enterprise",
                                                         "401 404 200 404 403 403 404 404 404 200 403"),
    Row("POST needs/<int:pk>/endorse", "submitted_need", "enterprise",
                                                         "401 404 403 404 403 403 404 200 404 403 403"),
    Row("POST needs/<int:pk>/publish", "endorsed_need", "enterprise",
                                                         "401 404 403 404 403 200 404 403 404 403 403"),
    Row("POST needs/<int:pk>/return", "submitted_need", "enterprise",
                                                         "401 404 403 404 403 200 404 200 404 403 403", reason),
    Row("POST needs/<int:pk>/withdraw", "submitted_need", "enterprise",
                                                         "401 404 200 404 403 403 404 403 404 200 403"),
    Row("POST needs/<int:pk>/close", "published_need", "enterprise",
                                                         "401 403 200 403 403 403 403 403 403 200 403", reason),
    # The detail of an open need: people of verified organizations. Who read it: insiders alone.
    Row("GET needs/<int:pk>/detail", "published_need", "enterprise",
                                                         "401 422 200 200 200 200 422 200 200 200 403"),
    Row("GET needs/<int:pk>/readings", "published_need", "enterprise",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    # A click is a person's: a partner system cannot promise.
    Row("POST needs/<int:pk>/undertaking", "published_need", "rival",
                                                         "401 403 201 201 201 403 403 201 201 403 403",
        lambda world: {"version": NEED_NDA.version}),
    Row("GET needs/undertaking", "", "enterprise",       "200 200 200 200 200 200 200 200 200 200 403"),
    # --- Calls for needs: public, announced by the exchange and the office.
    Row("GET calls", "", "operator",                     "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET calls/<int:pk>", "call", "operator",        "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST calls", "", "operator",                    "401 403 201 403 201 201 403 403 403 201 403",
        lambda world: {
            "title": "虚构征集",
            "opens_at": "2026-04-01T09:00:00+08:00",
            "closes_at": "2026-05-01T09:00:00+08:00",
        }),
    Row("POST calls/<int:pk>/end", "call", "operator",   "401 403 200 403 200 200 403 403 403 200 403", reason),
    Row("GET needs/<int:pk>/responses", "published_need", "enterprise",
                                                         "401 200 200 200 200 200 200 200 200 200 403"),
    # Staff of the exchange and of bureaus act for organizations too, and so may answer a need.
    Row("POST needs/<int:pk>/responses", "published_need", "rival",
                                                         "401 403 201 201 201 403 403 201 201 201 403", response_body),
    # --- Expert panels: staff convene, experts judge, everybody reads the ranking and may object.
    Row("GET needs/<int:pk>/panel", "judged_need", "enterprise",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("POST needs/<int:pk>/panel", "answered_need", "enterprise",
                                                         "401 403 403 403 201 201 403 403 403 403 403",
        lambda world: {"experts": jury(world.people), "criteria": CRITERIA}),
    Row("POST needs/<int:pk>/panel/experts", "judged_need", "enterprise",
                                                         "401 403 403 403 200 200 403 403 403 403 403",
        lambda world: {"experts": jury(world.people)}),
    Row("POST needs/<int:pk>/panel/stand-back", "judged_need", "judge",
                                                         "401 403 200 403 403 403 403 403 403 403 403", reason),
    Row("POST needs/<int:pk>/panel/publicise", "rankable_need", "enterprise",
                                                         "401 403 403 403 200 200 403 403 403 403 403"),
    Row("GET responses/<int:pk>/reviews", "judged_response", "enterprise",
                                                         "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST responses/<int:pk>/reviews", "judged_response", "judge",
                                                         "401 404 201 404 403 403 404 404 404 403 403",
        lambda world: {"points": [50]}),
    Row("GET needs/<int:pk>/ranking", "ranked_need", "enterprise",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST needs/<int:pk>/ranking/objections", "ranked_need", "enterprise",
                                                         "401 201 201 201 201 201 201 201 201 403 403",
        lambda world: {"reason": "虚构的异议", "contact": "虚构电话"}),
    Row("POST ranking-objections/<int:pk>/uphold", "ranking_objection", "enterprise",
                                                         "401 403 403 403 200 200 403 403 403 403 403", reason),
    Row("POST ranking-objections/<int:pk>/dismiss", "ranking_objection", "enterprise",
                                                         "401 403 403 403 200 200 403 403 403 403 403", reason),
    Row("GET responses/reasons", "", "enterprise",       "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET organizations/<int:pk>/answering", "verified_organization", "rival",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    # --- Responses: between the two organizations, and staff.
    Row("GET responses/<int:pk>", "response", "seller",  "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST responses/<int:pk>/shortlist", "response", "enterprise",
                                                         "401 404 200 404 403 403 404 404 404 200 403"),
    Row("POST responses/<int:pk>/accept", "response", "enterprise",
                                                         "401 404 200 404 403 403 404 404 404 200 403"),
    Row("POST responses/<int:pk>/decline", "response", "enterprise",
                                                         "401 404 200 404 403 403 404 404 404 200 403", lambda world: {"reason_code": "cost"}),
    Row("POST responses/<int:pk>/withdraw", "response", "seller",
                                                         "401 404 200 404 403 403 404 404 404 200 403"),
    # --- Achievements.
    Row("GET achievements", "", "seller",                "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST achievements", "", "seller",               "401 403 201 201 201 403 403 201 201 201 403", achievement_body),
    Row("GET achievements/import", "", "seller",         "200 200 200 200 200 200 200 200 200 200 200"),
    Row("POST achievements/import", "", "seller",        "401 403 201 201 201 403 403 201 201 201 403", table_body),
    Row("GET achievements/<int:pk>", "draft_achievement", "seller",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("PATCH achievements/<int:pk>", "draft_achievement", "seller",
                                                         "401 404 200 404 403 403 404 404 404 200 403"),
    Row("POST achievements/<int:pk>/confirm", "published_achievement", "seller",
                                                         "401 403 200 403 403 403 403 403 403 200 403"),
    Row("GET achievements/<int:pk>/detail", "published_achievement", "seller",
                                                         "401 422 200 200 200 200 422 200 200 200 403"),
    Row("GET achievements/<int:pk>/readings", "published_achievement", "seller",
                                                         "401 404 200 404 200 200 404 200 404 200 403"),
    Row("POST achievements/<int:pk>/undertaking", "published_achievement", "rival",
                                                         "401 403 201 201 201 403 403 201 201 403 403",
        lambda world: {"version": ACHIEVEMENT_NDA.version}),
    Row("GET achievements/undertaking", "", "seller",    "200 200 200 200 200 200 200 200 200 200 403"),
    # Pictures are seen with their achievement; its owner and staff add and remove them.
    Row("GET achievements/<int:pk>/pictures", "draft_achievement", "seller",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("POST achievements/<int:pk>/pictures", "draft_achievement", "seller",
                                                         "401 404 201 404 201 201 404 404 404 201 403", picture_body),
    Row("GET pictures/<int:pk>", "picture", "seller",    "404 404 200 404 200 200 404 404 404 200 403"),
    Row("DELETE pictures/<int:pk>", "picture", "seller", "401 404 204 404 204 204 404 404 404 204 403"),
    Row("POST achievements/<int:pk>/submit", "draft_achievement", "seller",
                                                         "401 404 200 404 403 403 404 404 404 200 403"),
    Row("POST achievements/<int:pk>/approve", "submitted_achievement", "seller",
                                                         "401 404 403 404 200 200 404 403 404 403 403"),
    Row("POST achievements/<int:pk>/return", "submitted_achievement", "seller",
                                                         "401 404 403 404 200 200 404 403 404 403 403", reason),
    Row("POST achievements/<int:pk>/publish", "approved_achievement", "seller",
                                                         "401 404 200 404 200 200 404 403 404 200 403"),
    Row("POST achievements/<int:pk>/withdraw", "published_achievement", "seller",
                                                         "401 403 200 403 403 403 403 403 403 200 403", reason),
    # --- Deals: the two parties and staff.
    Row("GET deals", "", "seller",                       "401 200 200 200 200 200 200 200 200 200 403"),
    Row("GET deals/<int:pk>", "deal", "seller",          "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST deals", "", "seller",                      "401 403 201 403 201 201 403 403 403 201 403", deal_body),
    Row("POST deals/<int:pk>/publicise", "proposed_deal", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403",
        lambda world: {"place": "虚构院公告栏"}),
    Row("POST deals/<int:pk>/stop", "proposed_deal", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403", reason),
    # The buyer confirms; that the conditions of a listing are met, the exchange may say too.
    Row("POST deals/<int:pk>/confirm", "listed_deal", "bidder",
                                                         "401 404 200 404 200 403 404 404 404 200 403", reason),
    # --- What became of it: the two parties and staff; a registration and a reward the seller's.
    Row("POST deals/<int:pk>/contract", "deal", "seller", "401 404 200 404 200 200 404 404 404 200 403", contract_body),
    Row("POST deals/<int:pk>/register-contract", "paid_deal", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403", certificate_body),
    Row("GET deals/<int:pk>/payments", "deal", "seller", "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST deals/<int:pk>/payments", "deal", "seller", "401 404 201 404 201 201 404 404 404 201 403", payment_body),
    Row("POST deals/<int:pk>/transfer", "paid_deal", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403",
        lambda world: {"registered_on": "2026-03-02", "certificate": "虚构-1"}),
    Row("POST deals/<int:pk>/deliver", "deal", "seller", "401 404 200 404 200 200 404 404 404 200 403",
        lambda world: {"delivered_on": "2026-03-02"}),
    Row("POST deals/<int:pk>/distribute-reward", "paid_deal", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403", reward_body),
    Row("POST deals/<int:pk>/annul", "paid_deal", "seller", "401 404 200 404 200 200 404 404 404 200 403",
        lambda world: {"corrects": 2, "reason": "虚构的理由"}),
    Row("POST deals/<int:pk>/default", "paid_deal", "seller", "401 404 403 404 200 200 404 404 404 403 403", reason),
    Row("POST deals/<int:pk>/rescind", "paid_deal", "seller", "401 404 403 404 200 200 404 404 404 403 403", reason),
    # --- The plan: the seller hands over, the buyer judges; the bureau of the need reads what is late.
    Row("GET deals/<int:pk>/plan", "deal", "seller",     "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST deals/<int:pk>/plan", "deal", "seller",    "401 404 201 404 201 201 404 404 404 201 403", plan_body),
    Row("POST deals/<int:pk>/acceptance", "paid_deal", "bidder",
                                                         "401 404 200 404 200 200 404 404 404 200 403", acceptance_body),
    Row("GET planned-milestones", "", "seller",          "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST planned-milestones/<int:pk>/deliver", "planned_milestone", "seller",
                                                         "401 404 200 404 200 200 404 403 404 200 403",
        lambda world: {"evidence": "虚构签收单"}),
    Row("POST planned-milestones/<int:pk>/accept", "delivered_milestone", "enterprise",
                                                         "401 404 200 404 200 200 404 403 404 200 403"),
    Row("POST planned-milestones/<int:pk>/fail", "delivered_milestone", "enterprise",
                                                         "401 404 200 404 200 200 404 403 404 200 403", reason),
    Row("POST planned-milestones/<int:pk>/drop", "planned_milestone", "seller",
                                                         "401 404 200 404 200 200 404 403 404 200 403", reason),
    # --- Files of needs: open ones with the need, confidential ones with its detail.
    Row("GET needs/<int:pk>/attachments", "draft_need", "enterprise",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("POST needs/<int:pk>/attachments", "draft_need", "enterprise",
                                                         "401 404 201 404 403 403 404 404 404 201 403", attachment_body),
    Row("GET attachments/<int:pk>", "attachment", "enterprise",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("DELETE attachments/<int:pk>", "attachment", "enterprise",
                                                         "401 404 204 404 403 403 404 404 404 204 403"),
    # --- Papers of achievements, likewise; staff may add what came on paper to what was submitted.
    Row("GET achievements/<int:pk>/attachments", "draft_achievement", "seller",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("POST achievements/<int:pk>/attachments", "draft_achievement", "seller",
                                                         "401 404 201 404 409 409 404 404 404 201 403", attachment_body),
    Row("GET achievement-attachments/<int:pk>", "paper", "seller",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("DELETE achievement-attachments/<int:pk>", "paper", "seller",
                                                         "401 404 204 404 409 409 404 404 404 204 403"),
    # --- Drafts of the contract, and brokers: both parties' business; who is certified is public.
    Row("GET deals/<int:pk>/contract-drafts", "deal", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST deals/<int:pk>/contract-drafts", "deal", "seller",
                                                         "401 404 201 404 201 201 404 404 404 201 403", draft_body),
    Row("GET contract-drafts/<int:pk>/pdf", "contract_draft", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403"),
    Row("GET brokers", "", "seller",                     "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET deals/<int:pk>/brokers", "deal", "seller",  "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST deals/<int:pk>/brokers", "deal", "seller", "401 404 201 404 201 201 404 404 404 201 403", broker_body),
    Row("POST brokerages/<int:pk>/agree", "brokerage", "bidder",
                                                         "401 404 200 404 400 400 404 404 404 200 403"),
    Row("POST brokerages/<int:pk>/end", "brokerage", "bidder",
                                                         "401 404 200 404 200 200 404 404 404 200 403", reason),
    Row("POST deals/<int:pk>/return-right", "rescinded_deal", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403",
        lambda world: {"registered_on": "2026-03-02", "certificate": "虚构通知书2"}),
    # --- Where it landed: the parties and staff report, the bureau of that city decides.
    Row("GET deals/<int:pk>/landings", "deal", "seller", "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST deals/<int:pk>/landings", "deal", "seller", "401 404 201 404 201 201 404 404 404 201 403", landing_body),
    Row("POST landings/<int:pk>/confirm", "landing", "seller",
                                                         "401 404 403 404 403 200 404 200 404 403 403"),
    Row("POST landings/<int:pk>/refuse", "landing", "seller",
                                                         "401 404 403 404 403 200 404 200 404 403 403", reason),
    Row("GET statistics/needs-funnel", "", "seller",     "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/needs-funnel/needs", "", "seller",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    # --- Alliances: public, their rolls kept by the secretariat and the office.
    Row("GET alliances", "", "keeper",                   "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST alliances", "", "keeper",                  "401 403 403 403 403 201 403 403 403 403 403",
        lambda world: alliances_world.ALLIANCE),
    Row("GET alliances/<int:pk>", "alliance", "keeper",  "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET alliances/<int:pk>/members", "alliance", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST alliances/<int:pk>/members", "other_alliance", "keeper",
                                                         "401 403 201 201 201 403 403 201 201 201 403",
        lambda world: alliances_world.MEMBERSHIP),
    Row("GET alliances/<int:pk>/members/import", "alliance", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 200"),
    Row("POST alliances/<int:pk>/members/import", "alliance", "keeper",
                                                         "401 403 201 403 403 201 403 403 403 201 403", roll_body),
    Row("GET alliances/<int:pk>/chair-terms", "alliance", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST alliances/<int:pk>/chair-terms", "alliance", "keeper",
                                                         "401 403 201 403 403 201 403 403 403 201 403",
        lambda world: {
            "member": world.things["active_member"],
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
        }),
    Row("GET alliances/<int:pk>/activities", "alliance", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST alliances/<int:pk>/activities", "alliance", "keeper",
                                                         "401 403 201 403 403 201 403 403 403 201 403",
        lambda world: alliances_world.ACTIVITY),
    Row("GET members/<int:pk>", "applied_member", "keeper",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("POST members/<int:pk>/admit", "applied_member", "keeper",
                                                         "401 404 200 404 403 200 404 404 404 200 403"),
    Row("POST members/<int:pk>/activate", "admitted_member", "keeper",
                                                         "401 404 200 404 403 200 404 404 404 200 403"),
    Row("POST members/<int:pk>/suspend", "active_member", "keeper",
                                                         "401 403 200 403 403 200 403 403 403 200 403", reason),
    Row("POST members/<int:pk>/reinstate", "suspended_member", "keeper",
                                                         "401 404 200 404 403 200 404 404 404 200 403"),
    Row("POST members/<int:pk>/end", "active_member", "banker",
                                                         "401 403 200 403 403 200 403 403 403 200 403", reason),
    # --- Financing: the applicant, members it was routed to, and who keeps the roll; others never.
    Row("GET finance/products", "", "banker",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST finance/products", "", "banker",
                                                         "401 403 201 403 403 403 403 403 403 201 403", lambda world: alliances_world.PRODUCT),
    Row("POST finance/products/<int:pk>/close", "product", "banker",
                                                         "401 403 200 403 403 403 403 403 403 200 403"),
    Row("GET finance/policies", "", "banker",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET finance/applications", "", "borrower",
                                                         "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST finance/applications", "", "borrower",
                                                         "401 403 201 201 201 403 403 201 201 201 403", lambda world: alliances_world.APPLICATION),
    Row("GET finance/applications/<int:pk>", "routed_financing", "borrower",
                                                         "401 404 200 404 404 200 404 404 404 200 403"),
    Row("PATCH finance/applications/<int:pk>", "draft_financing", "borrower",
                                                         "401 404 200 404 404 404 404 404 404 200 403", lambda world: {"months": 24}),
    Row("GET finance/applications/<int:pk>/data", "routed_financing", "borrower",
                                                         "401 404 200 404 404 403 404 404 404 200 403"),
    Row("GET finance/applications/<int:pk>/readings", "routed_financing", "borrower",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("GET finance/applications/<int:pk>/consents", "routed_financing", "borrower",
                                                         "401 404 200 404 404 200 404 404 404 200 403"),
    Row("POST finance/applications/<int:pk>/consents", "routed_financing", "borrower",
                                                         "401 404 201 404 404 403 404 404 404 201 403", lambda world: {"member": world.things["active_member"]}),
    Row("GET finance/applications/<int:pk>/offers", "routed_financing", "banker",
                                                         "401 404 200 404 404 200 404 404 404 200 403"),
    Row("POST finance/applications/<int:pk>/offers", "routed_financing", "banker",
                                                         "401 404 201 404 404 403 404 404 404 201 403", lambda world: alliances_world.OFFER),
    Row("POST finance/applications/<int:pk>/submit", "draft_financing", "borrower",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("POST finance/applications/<int:pk>/withdraw", "routed_financing", "borrower",
                                                         "401 404 200 404 404 403 404 404 404 200 403", reason),
    Row("POST finance/applications/<int:pk>/decline", "routed_financing", "banker",
                                                         "401 404 200 404 404 403 404 404 404 200 403", lambda world: {"reason_code": "no_capacity"}),
    Row("POST finance/applications/<int:pk>/diligence", "accepted_financing", "banker",
                                                         "401 404 200 404 404 403 404 404 404 200 403"),
    Row("POST finance/applications/<int:pk>/approve", "diligence_financing", "banker",
                                                         "401 404 200 404 404 403 404 404 404 200 403", lambda world: {"limit": "1000.00"}),
    Row("POST finance/applications/<int:pk>/refuse", "diligence_financing", "banker",
                                                         "401 404 200 404 404 403 404 404 404 200 403", reason),
    Row("POST finance/applications/<int:pk>/pledge", "pledgeable_financing", "banker",
                                                         "401 404 200 404 404 403 404 404 404 200 403", lambda world: alliances_world.PLEDGE),
    Row("POST finance/applications/<int:pk>/release-pledge", "pledged_financing", "banker",
                                                         "401 404 200 404 404 403 404 404 404 200 403", lambda world: {"released_on": "2026-03-02"}),
    Row("POST finance/applications/<int:pk>/disburse", "approved_financing", "banker",
                                                         "401 404 201 404 404 403 404 404 404 201 403", lambda world: alliances_world.PAID),
    Row("POST finance/applications/<int:pk>/repay", "disbursed_financing", "banker",
                                                         "401 404 201 404 404 403 404 404 404 201 403", lambda world: alliances_world.PAID),
    Row("POST finance/applications/<int:pk>/overdue", "disbursed_financing", "banker",
                                                         "401 404 200 404 404 403 404 404 404 200 403", lambda world: {"since": "2026-03-02"}),
    Row("POST offers/<int:pk>/accept", "offer", "borrower",
                                                         "401 404 200 404 404 403 404 404 404 200 403"),
    Row("POST offers/<int:pk>/decline", "offer", "borrower",
                                                         "401 404 200 404 404 403 404 404 404 200 403", reason),
    Row("POST consents/<int:pk>/revoke", "consent", "borrower",
                                                         "401 404 200 404 404 403 404 404 404 200 403"),
    # --- The transformation fund: the office and its committee; a target sees itself.
    Row("GET finance/fund-projects", "", "borrower",
                                                         "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST finance/fund-projects", "", "keeper",
                                                         "401 403 403 403 403 201 403 403 403 403 403", lambda world: alliances_world.TARGET),
    Row("GET finance/fund-projects/<int:pk>", "contacted_project", "borrower",
                                                         "401 404 200 404 404 200 404 404 404 200 403"),
    Row("POST finance/fund-projects/<int:pk>/contact", "pool_project", "borrower",
                                                         "401 403 403 403 403 200 403 403 403 403 403"),
    Row("POST finance/fund-projects/<int:pk>/diligence", "contacted_project", "borrower",
                                                         "401 403 403 403 403 200 403 403 403 403 403"),
    Row("POST finance/fund-projects/<int:pk>/establish", "diligence_project", "borrower",
                                                         "401 403 403 403 403 200 403 403 403 403 403"),
    Row("POST finance/fund-projects/<int:pk>/committee", "established_project", "borrower",
                                                         "401 403 403 403 403 200 403 403 403 403 403"),
    Row("POST finance/fund-projects/<int:pk>/votes", "committee_project", "borrower",
                                                         "401 404 403 404 404 201 404 404 404 403 403", lambda world: {"in_favour": True}),
    Row("POST finance/fund-projects/<int:pk>/invest", "committee_project", "borrower",
                                                         "401 403 403 403 403 200 403 403 403 403 403", lambda world: alliances_world.INVESTED),
    Row("POST finance/fund-projects/<int:pk>/exit", "invested_project", "borrower",
                                                         "401 403 403 403 403 200 403 403 403 403 403", lambda world: {"proceeds": "1.00", "exited_on": "2026-03-02"}),
    Row("POST finance/fund-projects/<int:pk>/drop", "pool_project", "borrower",
                                                         "401 403 403 403 403 200 403 403 403 403 403", reason),
    Row("GET statistics/alliances", "", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/alliances/alliances", "", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/alliances/members", "", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/alliances/credits", "", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/alliances/policies", "", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET statistics/alliances/targets", "", "keeper",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    # --- What is publicised is public, and any person may object.
    Row("GET publicities", "", "seller",                 "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET deals/<int:pk>/objections", "publicised_deal", "seller",
                                                         "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST deals/<int:pk>/objections", "publicised_deal", "seller",
                                                         "401 201 201 201 201 201 201 201 201 403 403",
        lambda world: {"reason": "虚构的异议", "contact": "虚构电话"}),
    Row("POST objections/<int:pk>/uphold", "objection", "seller",
                                                         "401 404 403 404 200 200 404 404 404 403 403", reason),
    Row("POST objections/<int:pk>/dismiss", "objection", "seller",
                                                         "401 404 403 404 200 200 404 404 404 403 403", reason),
    # --- The rules lots are sold under: published, so everybody reads them.
    Row("GET policies", "", "operator",                  "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET policies/<int:pk>", "policy", "operator",   "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST policies", "", "operator",                 "401 403 201 403 201 403 403 403 403 201 403",
        lambda world: {"regime": "AUCTION"}),
    # --- Lots: the exchange runs them; a consignor drafts, submits and withdraws its own.
    Row("GET lots", "", "seller",                        "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST lots", "", "seller",                       "401 403 201 403 201 403 403 403 403 201 403", lot_body),
    Row("GET lots/<int:pk>", "draft_lot", "seller",      "404 404 200 404 200 200 404 404 404 200 403"),
    Row("POST lots/<int:pk>/submit", "draft_lot", "seller",
                                                         "401 404 200 404 200 403 404 404 404 200 403"),
    Row("POST lots/<int:pk>/reserve", "secret_lot", "seller",
                                                         "401 404 200 404 200 403 404 404 404 200 403",
        lambda world: {"reserve_price": "2000.00"}),
    Row("POST lots/<int:pk>/approve", "submitted_lot", "seller",
                                                         "401 404 403 404 200 403 404 404 404 403 403"),
    Row("POST lots/<int:pk>/return", "submitted_lot", "seller",
                                                         "401 404 403 404 200 403 404 404 404 403 403", reason),
    Row("POST lots/<int:pk>/publish", "approved_lot", "seller",
                                                         "401 404 403 404 200 403 404 404 404 403 403"),
    Row("POST lots/<int:pk>/withdraw", "draft_lot", "seller",
                                                         "401 404 200 404 200 403 404 404 404 200 403", reason),
    # When something goes wrong the exchange decides; another round needs the consignor.
    Row("POST lots/<int:pk>/suspend", "lot", "seller",   "401 403 403 403 200 403 403 403 403 403 403", reason),
    Row("POST lots/<int:pk>/resume", "suspended_lot", "seller",
                                                         "401 403 403 403 200 403 403 403 403 403 403", reason),
    Row("POST lots/<int:pk>/void", "sold_lot", "seller", "401 403 403 403 200 403 403 403 403 403 403", reason),
    # What one proposed, another decides; nobody outside learns that anything waits.
    Row("POST lots/<int:pk>/reject-decision", "doubtful_lot", "seller",
                                                         "401 403 403 403 200 403 403 403 403 403 403", reason),
    Row("GET lot-decisions", "", "bidder",               "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST lots/<int:pk>/default", "sold_lot", "seller",
                                                         "401 403 403 403 200 403 403 403 403 403 403",
        lambda world: {**reason(world), "grounds": "refused"}),
    Row("GET lots/<int:pk>/aftermath", "voided_lot", "seller",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST lots/<int:pk>/relist", "unsold_lot", "seller",
                                                         "401 403 200 403 200 403 403 403 403 200 403", relist_body),
    Row("POST lots/<int:pk>/decline-relisting", "proposed_lot", "seller",
                                                         "401 403 200 403 200 403 403 403 403 200 403", reason),
    Row("GET lots/<int:pk>/bids", "lot", "bidder",       "200 200 200 200 200 200 200 200 200 200 403"),
    # Only an admitted bidder bids; a cadre and a stranger act for nobody, which is a 403 too.
    Row("POST lots/<int:pk>/bids", "lot", "bidder",      "401 403 201 403 403 403 403 403 403 201 403",
        lambda world: {"amount": "1000.00"}),
    Row("GET lots/<int:pk>/record", "sold_lot", "bidder",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET lots/<int:pk>/documents/confirmation", "sold_lot", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403"),
    Row("GET lots/<int:pk>/documents/transcript", "sold_lot", "bidder",
                                                         "401 404 200 404 200 200 404 404 404 200 403"),
    Row("GET published-heads", "", "seller",             "200 200 200 200 200 200 200 200 200 200 403"),
    Row("GET published-heads/<day:day>", "day", "seller",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    # A maximum is its bidder's alone: not even the exchange's.
    Row("GET lots/<int:pk>/maximum", "lot", "bidder",    "401 403 404 404 404 403 403 404 404 404 403"),
    Row("PUT lots/<int:pk>/maximum", "lot", "bidder",    "401 403 200 403 403 403 403 403 403 200 403",
        lambda world: {"amount": "5000.00"}),
    Row("DELETE lots/<int:pk>/maximum", "lot", "bidder", "401 403 204 403 403 403 403 403 403 204 403"),
    # What a lot is worth is no bidder's fact.
    Row("GET lots/<int:pk>/appraisals", "draft_lot", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST lots/<int:pk>/appraisals", "draft_lot", "seller",
                                                         "401 404 403 404 201 403 404 404 404 403 403",
        lambda world: {
            "organization": organization_of(world.people["rival"]).pk,
            "value": "2000.00",
            "appraised_on": "2026-03-01",
        }),
    # Whose a right of priority is: its holder's, the consignor's and staff's. A holder may end it.
    Row("GET lots/<int:pk>/priority-rights", "draft_lot", "seller",
                                                         "401 404 200 404 200 200 404 404 404 200 403"),
    Row("POST lots/<int:pk>/priority-rights", "draft_lot", "seller",
                                                         "401 404 201 404 201 403 404 404 404 201 403",
        lambda world: {
            "holder": organization_of(world.people["rival"]).pk,
            "basis": "inventor",
            "evidence": "虚构登记",
        }),
    Row("POST priority-rights/<int:pk>/notify", "priority_right", "seller",
                                                         "401 404 403 404 200 403 404 404 404 403 403",
        lambda world: {"notified_at": "2026-03-01T09:00:00+08:00", "reference": "虚构回执"}),
    Row("POST priority-rights/<int:pk>/end", "priority_right", "paid_bidder",
                                                         "401 404 200 404 200 403 404 404 404 403 403", reason),
    Row("POST lots/<int:pk>/priority-matches", "led_lot", "bidder",
                                                         "401 403 201 403 403 403 403 403 403 201 403",
        lambda world: {"amount": "1000.00"}),
    Row("GET lots/<int:pk>/registrations", "lot", "bidder",
                                                         "401 200 200 200 200 200 200 200 200 200 403"),
    # 422: the exchange itself.
    Row("POST lots/<int:pk>/registrations", "lot", "rival",
                                                         "401 403 201 201 422 403 403 201 201 201 403",
        lambda world: {"rules_version": RULES}),
    # Who registered is the exchange's business alone: not even the office's.
    Row("GET registrations/<int:pk>", "registration", "applicant_bidder",
                                                         "401 404 200 404 200 404 404 404 404 200 403"),
    Row("POST registrations/<int:pk>/deposit", "registration", "applicant_bidder",
                                                         "401 404 403 404 201 404 404 404 404 403 403",
        lambda world: {"amount": "100.00", "reference": "虚构-1"}),
    Row("POST registrations/<int:pk>/return-deposit", "defaulters_registration", "defaulter",
                                                         "401 404 403 404 200 404 404 404 404 403 403"),
    Row("POST registrations/<int:pk>/forfeiture", "admitted_registration", "bidder",
                                                         "401 404 403 404 201 404 404 404 404 403 403",
        lambda world: {"amount": "100.00", "grounds": "collusion", "reason": "虚构的理由"}),
    Row("POST registrations/<int:pk>/approve", "paid_registration", "paid_bidder",
                                                         "401 404 403 404 200 404 404 404 404 403 403"),
    Row("POST registrations/<int:pk>/refuse", "registration", "applicant_bidder",
                                                         "401 404 403 404 200 404 404 404 404 403 403", reason),
    Row("GET deposit-movements", "", "bidder",           "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST deposit-movements/<int:pk>/refund", "promise", "turned_down",
                                                         "401 404 403 404 201 404 404 404 404 403 403",
        lambda world: {"reference": "虚构-2"}),
    # A proposal is the exchange's own until it is approved; the second person is not the first.
    Row("GET forfeitures", "", "bidder",                 "401 200 200 200 200 200 200 200 200 200 403"),
    Row("GET forfeitures/<int:pk>", "forfeiture", "disputed_bidder",
                                                         "401 404 404 404 200 404 404 404 404 404 403"),
    Row("POST forfeitures/<int:pk>/approve", "forfeiture", "disputed_bidder",
                                                         "401 404 404 404 200 404 404 404 404 404 403"),
    Row("POST forfeitures/<int:pk>/reject", "forfeiture", "disputed_bidder",
                                                         "401 404 404 404 200 404 404 404 404 404 403", reason),
    # --- Sessions: the exchange's; announced ones are public.
    # --- Figures: public, for a partner system with its scope.
    Row("GET statistics/cycles", "", "seller",           "200 200 200 200 200 200 200 200 200 200 403"),
    # Each caller finds what it may see; a token without scopes reaches nothing.
    Row("GET needs/<int:pk>/matches", "draft_need", "enterprise",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("GET achievements/<int:pk>/matches", "draft_achievement", "seller",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("POST needs/<int:pk>/match-opinions", "published_need", "enterprise",
                                                         "401 200 200 200 200 200 200 200 200 200 403", opinion_body),
    Row("GET saved-searches", "", "seller",              "401 200 200 200 200 200 200 200 200 200 200"),
    Row("POST saved-searches", "", "seller",             "401 201 201 201 201 201 201 201 201 403 403",
        lambda world: {"question": "虚构轴承"}),
    Row("GET saved-searches/<int:pk>", "saved_search", "seller",
                                                         "401 404 200 404 404 404 404 404 404 404 404"),
    Row("PATCH saved-searches/<int:pk>", "saved_search", "seller",
                                                         "401 404 200 404 404 404 404 404 404 403 403",
        lambda world: {"rhythm": "quiet"}),
    Row("DELETE saved-searches/<int:pk>", "saved_search", "seller",
                                                         "401 404 204 404 404 404 404 404 404 403 403"),
    Row("GET search", "", "seller",                      "200 200 200 200 200 200 200 200 200 200 200"),
    Row("GET sessions", "", "operator",                  "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST sessions", "", "operator",                 "401 403 201 403 201 403 403 403 403 201 403", session_body),
    Row("GET sessions/<int:pk>", "planned_session", "operator",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("PATCH sessions/<int:pk>", "planned_session", "operator",
                                                         "401 404 200 404 200 403 404 404 404 200 403",
        lambda world: {"title": "另一个名称"}),
    Row("POST sessions/<int:pk>/publish", "planned_session", "operator",
                                                         "401 404 200 404 200 403 404 404 404 200 403"),
    Row("POST sessions/<int:pk>/start", "published_session", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST sessions/<int:pk>/finish", "ended_session", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST sessions/<int:pk>/cancel", "published_session", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403", reason),
    Row("POST sessions/<int:pk>/lots", "published_session", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403",
        lambda world: {"lot": world.things["upcoming_lot"]}),
    Row("POST sessions/<int:pk>/deals", "published_session", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403",
        lambda world: {"deal": world.things["proposed_deal"]}),
    Row("GET sessions/<int:pk>/board", "planned_session", "operator",
                                                         "404 404 200 404 200 200 404 404 404 200 403"),
    Row("GET sessions/<int:pk>/catalogue", "published_session", "operator",
                                                         "200 200 200 200 200 200 200 200 200 200 403"),
    Row("POST entries/<int:pk>/move", "entry", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403",
        lambda world: {"to": 2}),
    Row("POST entries/<int:pk>/remove", "signing", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    # The hall's moves are the exchange's, and the auctioneer's in person.
    Row("POST entries/<int:pk>/call-up", "running_signing", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST entries/<int:pk>/sign", "running_signing", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST lots/<int:pk>/open-floor", "hall_lot", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST lots/<int:pk>/call", "floor_lot", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST lots/<int:pk>/hammer", "called_lot", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST lots/<int:pk>/pass", "floor_lot", "operator",
                                                         "401 403 200 403 200 403 403 403 403 200 403"),
    Row("POST lots/<int:pk>/floor-bids", "floor_lot", "operator",
                                                         "401 403 201 403 201 403 403 403 403 201 403",
        floor_bid_body),
    # Django does not stream; the ASGI door does, with its own tests in tests/notifications.
    Row("GET lots/<int:pk>/stream", "lot", "bidder",     "501 501 501 501 501 501 501 501 501 501 501"),
    Row("GET sessions/<int:pk>/stream", "published_session", "operator",
                                                         "501 501 501 501 501 501 501 501 501 501 501"),
    # --- Notices are a person's; webhooks an organization's managers' and its systems'.
    Row("GET notices", "", "seller",                     "401 200 200 200 200 200 200 200 200 200 200"),
    Row("POST notices/<int:pk>/read", "notice", "seller",
                                                         "401 404 200 404 404 404 404 404 404 404 404"),
    Row("GET events", "", "seller",                      "401 200 200 200 200 200 200 200 200 200 403"),
    Row("GET webhook-endpoints", "", "seller",           "401 200 200 200 200 200 200 200 200 200 403"),
    Row("POST webhook-endpoints", "", "seller",          "401 403 201 201 201 403 403 201 201 201 403",
        lambda world: {"url": "http://127.0.0.1:8443/hooks"}),
    Row("GET webhook-endpoints/<int:pk>", "endpoint", "seller",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("POST webhook-endpoints/<int:pk>/ping", "endpoint", "seller",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("POST webhook-endpoints/<int:pk>/rotate-secret", "endpoint", "seller",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("POST webhook-endpoints/<int:pk>/disable", "endpoint", "seller",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("POST webhook-endpoints/<int:pk>/enable", "disabled_endpoint", "seller",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("GET webhook-endpoints/<int:pk>/deliveries", "endpoint", "seller",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
    Row("POST deliveries/<int:pk>/redeliver", "delivery", "seller",
                                                         "401 404 200 404 404 404 404 404 404 200 403"),
)
# fmt: on

# Routes that are not of this matrix, and why.
ELSEWHERE = {
    "admin/": "every page of it is walked in tests/admin",
    "accounts/": "allauth's own pages, with its own tests",
    "i18n/": "Django's language switch: public",
    "favicon.ico": "leads to a file",
    "health/": "public by design; tests/config/test_health.py",
    "api/openapi.yaml": "the public description of the API",
    "api/docs": "the public description of the API",
    "api/v1/oauth/token": "exchanges a client's credentials; tests/accounts/test_tokens.py",
}
PAGES = {
    "": "200 200 200 200 200 200 200 200 200 200 200",
    "lots/<int:pk>": "404 404 200 404 200 200 404 404 404 404 404",
    "lots/<int:pk>/ledger": "404 404 200 404 200 200 404 404 404 404 404",
    "search": "200 200 200 200 200 200 200 200 200 200 200",
    "needs": "200 200 200 200 200 200 200 200 200 200 200",
    "needs/<int:pk>": "404 404 404 404 200 200 404 404 404 404 404",
    # The page of the need; what is sent there is tested in tests/web/test_answering.py.
    "needs/<int:pk>/answer": "404 404 404 404 200 200 404 404 404 404 404",
    "needs/<int:pk>/undertaking": "404 404 404 404 200 200 404 404 404 404 404",
    "needs/own": "302 200 200 200 200 200 200 200 200 302 302",
    # To who may not post it says what to do; what is sent: tests/web/test_posting.py.
    "needs/new": "200 200 200 200 200 200 200 200 200 200 200",
    "needs/<int:pk>/change": "302 404 404 404 404 404 404 404 404 302 302",
    "needs/<int:pk>/submit": "405 405 405 405 405 405 405 405 405 405 405",
    "needs/<int:pk>/withdraw": "405 405 405 405 405 405 405 405 405 405 405",
    "needs/<int:pk>/close": "405 405 405 405 405 405 405 405 405 405 405",
    # What is sent there: tests/web/test_own_files.py.
    "needs/<int:pk>/files": "405 405 405 405 405 405 405 405 405 405 405",
    "need-files/<int:pk>/remove": "405 405 405 405 405 405 405 405 405 405 405",
    "achievements/<int:pk>/files": "405 405 405 405 405 405 405 405 405 405 405",
    "achievement-files/<int:pk>/remove": "405 405 405 405 405 405 405 405 405 405 405",
    "achievements/<int:pk>/pictures": "405 405 405 405 405 405 405 405 405 405 405",
    "pictures/<int:pk>/remove": "405 405 405 405 405 405 405 405 405 405 405",
    # The matrix's need is another's; what its poster reads and sends: tests/web/test_choosing.py.
    "needs/<int:pk>/responses": "302 404 404 404 404 404 404 404 404 302 302",
    "responses/<int:pk>/shortlist": "405 405 405 405 405 405 405 405 405 405 405",
    "responses/<int:pk>/accept": "405 405 405 405 405 405 405 405 405 405 405",
    "responses/<int:pk>/decline": "405 405 405 405 405 405 405 405 405 405 405",
    "responses/<int:pk>/withdraw": "405 405 405 405 405 405 405 405 405 405 405",
    # To its two parties; what they send there: tests/web/test_deals.py.
    "deals": "302 200 200 200 200 200 200 200 200 302 302",
    "deals/<int:pk>": "302 404 200 404 404 404 404 404 404 302 302",
    "deals/<int:pk>/confirm": "405 405 405 405 405 405 405 405 405 405 405",
    "deals/<int:pk>/stop": "405 405 405 405 405 405 405 405 405 405 405",
    # The page of the deal.
    "deals/<int:pk>/contract": "302 404 200 404 404 404 404 404 404 302 302",
    "deals/<int:pk>/payments": "302 404 200 404 404 404 404 404 404 302 302",
    "deals/<int:pk>/register-contract": "302 404 200 404 404 404 404 404 404 302 302",
    "deals/<int:pk>/transfer": "302 404 200 404 404 404 404 404 404 302 302",
    "deals/<int:pk>/landings": "302 404 200 404 404 404 404 404 404 302 302",
    "deals/<int:pk>/acceptance": "302 404 200 404 404 404 404 404 404 302 302",
    "deals/<int:pk>/deliver": "302 404 200 404 404 404 404 404 404 302 302",
    "achievements": "200 200 200 200 200 200 200 200 200 200 200",
    "achievements/own": "302 200 200 200 200 200 200 200 200 302 302",
    # What is sent there is tested in tests/web/test_listing.py.
    "achievements/new": "200 200 200 200 200 200 200 200 200 200 200",
    "achievements/<int:pk>/change": "302 404 200 404 404 404 404 404 404 302 302",
    "achievements/<int:pk>/submit": "405 405 405 405 405 405 405 405 405 405 405",
    "achievements/<int:pk>/publish": "405 405 405 405 405 405 405 405 405 405 405",
    "achievements/<int:pk>/confirm": "405 405 405 405 405 405 405 405 405 405 405",
    "achievements/<int:pk>/withdraw": "405 405 405 405 405 405 405 405 405 405 405",
    "achievements/<int:pk>": "404 404 200 404 200 200 404 404 404 404 404",
    # What is sent there is tested in tests/web/test_confiding.py.
    "achievements/<int:pk>/undertaking": "404 404 200 404 200 200 404 404 404 404 404",
    "sessions": "200 200 200 200 200 200 200 200 200 200 200",
    "sessions/<int:pk>": "404 404 404 404 200 200 404 404 404 404 404",
    "sessions/<int:pk>/board": "404 404 404 404 200 200 404 404 404 404 404",
    # Who is not signed in is asked to; a partner system's token is not read here.
    "saved-searches": "302 200 200 200 200 200 200 200 200 302 302",
    "saved-searches/<int:pk>/end": "405 405 405 405 405 405 405 405 405 405 405",
    "enclaves": "200 200 200 200 200 200 200 200 200 200 200",
    "enclaves/<int:pk>": "200 200 200 200 200 200 200 200 200 200 200",
    "enclaves/<int:pk>/tenancies/import": "302 403 403 403 403 200 403 403 403 302 302",
    "alliances/<int:pk>/members/import": "302 403 403 403 403 200 403 403 403 302 302",
    "finance": "200 200 200 200 200 200 200 200 200 200 200",
    # To who may not apply it says what to do; what is sent is tested in test_finance_pages.py.
    "finance/apply": "200 200 200 200 200 200 200 200 200 200 200",
    "finance/applications": "302 200 200 200 200 200 200 200 200 302 302",
    "finance/applications/<int:pk>": "302 404 404 404 404 404 404 404 404 302 302",
    # Of what was sent, nothing is changed.
    "finance/applications/<int:pk>/change": "302 404 404 404 404 404 404 404 404 302 302",
    "finance/applications/<int:pk>/submit": "405 405 405 405 405 405 405 405 405 405 405",
    "finance/applications/<int:pk>/withdraw": "405 405 405 405 405 405 405 405 405 405 405",
    "finance/applications/<int:pk>/consents": "405 405 405 405 405 405 405 405 405 405 405",
    "finance/consents/<int:pk>/revoke": "405 405 405 405 405 405 405 405 405 405 405",
    "finance/offers/<int:pk>/accept": "405 405 405 405 405 405 405 405 405 405 405",
    "finance/offers/<int:pk>/decline": "405 405 405 405 405 405 405 405 405 405 405",
    "panels": "302 200 200 200 200 200 200 200 200 302 302",
    "admissions/<int:pk>": "302 404 404 404 404 404 404 404 404 302 302",
    # The cadre of the matrix sits on the committee.
    "fund-projects/<int:pk>": "302 404 404 404 404 200 404 404 404 302 302",
    "statistics/reconciliation": "302 403 403 403 200 200 403 403 403 302 302",
    "saved-searches/<int:pk>/tell": "405 405 405 405 405 405 405 405 405 405 405",
    # The link of a mail; of one that was not sent there is no page.
    "saved-searches/unsubscribe/<str:token>": "404 404 404 404 404 404 404 404 404 404 404",
    "sessions/<int:pk>/console": "302 404 404 404 200 403 404 404 404 302 302",
}
PAGE_SHOWN = {about: f"published_{about[:-1]}" for about in ("sessions", "needs", "achievements")}
PAGE_THINGS = {
    "": "",
    "search": "",
    "saved-searches": "saved_search",
    "lots": "draft_lot",
    "needs": "draft_need",
    "need-files": "attachment",
    "achievement-files": "paper",
    "pictures": "picture",
    "responses": "response",
    "deals": "deal",
    "achievements": "draft_achievement",
    "sessions": "planned_session",
    "enclaves": "park",
    "alliances": "alliance",
    "finance": "routed_financing",
    "panels": "",
    "admissions": "judged_project",
    "fund-projects": "committee_project",
    "statistics": "",
}


@dataclass
class World:
    """One thing of each kind in the state its row needs, and everybody signed in."""

    callers: dict[str, APIClient]
    people: dict[str, User]
    things: dict[str, Any]
    asking: Asking = field(default_factory=Asking)


def token_of(organization: Any, scopes: list[str]) -> str:
    """A valid access token of the organization's partner system."""
    made = create_api_client(credit_code=organization.credit_code, scopes=sorted(SCOPES))
    token = Token(
        type=Token.Type.ACCESS_TOKEN,
        client=OAuthClient.objects.get(pk=made.client_id),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    value = f"token-{uuid4()}"
    token.hash = get_adapter().hash_token(value)
    token.set_scopes(scopes)
    token.save()
    return value


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def bearing(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def manager(kind: OrganizationKind = OrganizationKind.ENTERPRISE, **values: Any) -> User:
    return make_member(make_organization(kind, **values), Role.MANAGER)


def seconded(days_left: int) -> User:
    user = make_user()
    Secondment.objects.create(
        user=user,
        city=City.objects.get(code="340200"),
        group=WorkingGroup.INNOVATION,
        starts_on=(NOW - timedelta(days=100)).date(),
        ends_on=(NOW + timedelta(days=days_left)).date(),
    )
    return user


def make_people() -> dict[str, User]:
    founder = manager(verified=False)
    applicant = manager(verified=False)
    suspended = manager()
    for user, state in ((applicant, "submitted"), (suspended, "suspended")):
        organization = organization_of(user)
        organization.state = state
        organization.save(update_fields=["state"])
    return {
        "seller": manager(OrganizationKind.RESEARCH_INSTITUTE),
        "enterprise": manager(),
        "bidder": manager(),
        "rival": manager(),
        "applicant_bidder": manager(),
        "paid_bidder": manager(),
        "turned_down": manager(),
        "disputed_bidder": manager(),
        "defaulter": manager(),
        "other": manager(),
        "founder": founder,
        "applicant": applicant,
        "suspended": suspended,
        "operator": manager(OrganizationKind.EXCHANGE, city="310117"),
        "cadre": seconded(days_left=200),
        "expired": seconded(days_left=-1),
        "bureau": manager(OrganizationKind.PUBLIC_BODY),
        "far_bureau": manager(OrganizationKind.PUBLIC_BODY, city="340200"),
        "stranger": make_user(),
        "judge": manager(),
        "second_judge": make_user(),
        "park_operator": manager(OrganizationKind.ENCLAVE_OPERATOR, city="310117"),
        "settler": manager(),
        "third_judge": make_user(),
        "keeper": manager(),
        "borrower": manager(),
        "banker": manager(OrganizationKind.FINANCIAL_INSTITUTION),
    }


def make_things(people: dict[str, User]) -> dict[str, Any]:
    seller, enterprise = people["seller"], people["enterprise"]
    operator = act(people["operator"])
    published_need = make_need(enterprise)
    things: dict[str, Any] = {
        "draft_organization": organization_of(people["founder"]),
        "submitted_organization": organization_of(people["applicant"]),
        "suspended_organization": organization_of(people["suspended"]),
        "verified_organization": organization_of(people["rival"]),
        "relation": declare_relation(
            actor=act(enterprise),
            organization=organization_of(enterprise).pk,
            related=organization_of(people["paid_bidder"]).pk,
            kind="investment",
        ),
        "draft_need": make_need(enterprise, NeedState.DRAFT),
        "submitted_need": make_need(enterprise, NeedState.SUBMITTED),
        "endorsed_need": make_need(enterprise, NeedState.ENDORSED),
        "published_need": published_need,
        **make_panels(people),
        "attachment": make_attachment(people),
        "paper": make_paper(people["seller"]),
        "call": make_call(),
        "policy": Policy.objects.get(code="EXCHANGE_BIDDING-2"),
        "response": make_response(published_need, seller),
        "draft_achievement": make_achievement(seller, AchievementState.DRAFT),
        "picture": make_picture(seller, operator),
        "submitted_achievement": make_achievement(seller, AchievementState.SUBMITTED),
        "approved_achievement": make_achievement(seller, AchievementState.APPROVED),
        "published_achievement": make_achievement(seller),
        **make_plan(people, published_need),
        **make_deals(people),
        **make_enclaves(people),
        "saved_search": save_search(
            actor=act(seller), question="虚构电池", rhythm="daily", only={}
        ),
        **make_lots(people, operator),
        **make_sessions(people, operator),
        **make_deliveries(seller),
        **alliances_world.make_alliances(people),
    }
    day = PublishedHeads.objects.create(day="2026-03-01", root="0" * 64, published_at=NOW).day
    return {**{name: thing.pk for name, thing in things.items()}, "day": day}


def make_plan(people: dict[str, User], need: Any) -> dict[str, Any]:
    """A deal of a need with a milestone that is owed, and one that waits for its verdict."""
    from marketplace.plans import deliver_milestone

    seller = people["seller"]
    deal = make_deal(organization_of(seller), organization_of(people["enterprise"]), need=need)
    for _ in range(2):
        planned_deal(deal, seller)
    owed, delivered = deal.plan.all()
    deliver_milestone(actor=act(seller), milestone_id=delivered.pk, evidence="虚构签收单")
    return {"deal": deal, "planned_milestone": owed, "delivered_milestone": delivered}


def make_attachment(people: dict[str, User]) -> Any:
    from marketplace.attachments import add_attachment

    enterprise = people["enterprise"]
    return add_attachment(
        actor=act(enterprise),
        need_id=make_need(enterprise, NeedState.DRAFT).pk,
        name="附页.pdf",
        content=b"%PDF-1.7 another",
        confidential=True,
    )


def make_paper(seller: User) -> Any:
    from marketplace.attachments import add_achievement_attachment

    return add_achievement_attachment(
        actor=act(seller),
        achievement_id=make_achievement(seller, AchievementState.DRAFT).pk,
        name="证书.pdf",
        content=b"%PDF-1.7 paper",
        confidential=True,
    )


def make_picture(seller: User, operator: Any) -> Any:
    from marketplace.pictures import add_picture

    draft = make_achievement(seller, AchievementState.DRAFT)
    return add_picture(actor=operator, achievement_id=draft.pk, content=drawn())


def make_panels(people: dict[str, User]) -> dict[str, Any]:
    """Needs with a response each: judged by nobody yet, being judged, judged, and ranked."""
    from marketplace import panels

    operator = act(people["operator"])
    names = ("answered_need", "judged_need", "rankable_need", "ranked_need")
    needs = {name: make_need(people["enterprise"]) for name in names}
    answers = {name: make_response(need, people["rival"]) for name, need in needs.items()}
    for name in names[1:]:
        panels.convene_panel(
            actor=operator, need_id=needs[name].pk, experts=jury(people), criteria=CRITERIA
        )
    for name in names[2:]:
        for judge in ("judge", "second_judge", "third_judge"):
            panels.review_response(
                actor=act(people[judge]), response_id=answers[name].pk, points=[50]
            )
    panels.publicise_ranking(actor=operator, need_id=needs["ranked_need"].pk)
    objection = panels.object_to_ranking(
        actor=act(people["rival"]), need_id=needs["ranked_need"].pk, reason="虚构", contact="虚构"
    )
    return {
        **needs,
        "judged_response": answers["judged_need"],
        "ranking_objection": objection,
    }


def make_deals(people: dict[str, User]) -> dict[str, Any]:
    from marketplace.publicities import object_to_deal

    seller, bidder = people["seller"], people["bidder"]
    listing = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}
    publicised = publicise(propose(seller, bidder), seller)
    objected = publicise(propose(seller, bidder), seller)
    return {
        "paid_deal": paid_deal(seller, bidder),
        **make_brokered(seller, bidder),
        "landing": landed_deal(seller, bidder).landings.get(),
        "proposed_deal": propose(seller, bidder),
        "listed_deal": propose(seller, bidder, **listing),
        "publicised_deal": publicised,
        "objection": object_to_deal(
            actor=act(people["enterprise"]),
            deal_id=objected.pk,
            reason="虚构的异议",
            contact="虚构电话",
        ),
    }


def make_enclaves(people: dict[str, User]) -> dict[str, Any]:
    """A park of Hangzhou with a unit, a tenancy, and projects at every place of their way."""
    from enclaves import admissions
    from tests.enclaves.conftest import make_park, make_project, make_tenancy, make_unit

    park = make_park(people["park_operator"])
    unit = make_unit(park)
    names = ("contact", "admitted", "incubating", "pilot", "landed")
    made = {f"{name}_project": make_project(park, people["settler"], name) for name in names}
    judged = make_project(park, people["settler"])
    admissions.name_reviewers(
        actor=act(people["park_operator"]), project_id=judged.pk, reviewers=jury(people)
    )
    return {
        "park": park,
        "unit": unit,
        "tenancy": make_tenancy(unit),
        **make_reports(people, park),
        **make_places(people),
        "talent": made["pilot_project"].talents.create(
            name="虚构人才", person_key="k", grade="doctor", starts_on="2026-01-01", entered_at=NOW
        ),
        "judged_project": judged,
        **made,
    }


def make_places(people: dict[str, User]) -> dict[str, Any]:
    """One that applied, one that is named, and its assessments at three of their steps."""
    from enclaves.models import Place

    told: dict[str, Any] = {
        "city": City.objects.get(code="330100"),
        "operator": organization_of(people["park_operator"]),
        "applied_at": NOW,
    }
    named = Place.objects.create(
        kind="demo_zone", name="虚构示范区", state="named", named_on="2025-01-01", **told
    )
    done = {"grade": "qualified", "begins_at": NOW - timedelta(days=9), "ends_at": NOW}
    steps: dict[str, dict[str, Any]] = {
        "material": {"year": 2023},
        "judged": {"year": 2024, "state": "experts"},
        "stood": {"year": 2025, "state": "publicised", **done},
    }
    return {
        "applied_place": Place.objects.create(kind="demo_park", name="虚构示范园", **told),
        "named_place": named,
        **{
            f"{name}_assessment": named.assessments.create(opened_at=NOW, **values)
            for name, values in steps.items()
        },
    }


def make_reports(people: dict[str, User], park: Any) -> dict[str, Any]:
    """One that its operator is drawing up, one that waits for the cities, one that is disputed."""
    from enclaves import reports

    actor = act(people["park_operator"])
    made = {}
    for name, year in (("draft", 2023), ("submitted", 2022), ("disputed", 2021)):
        made[f"{name}_report"] = report = reports.draw_up_report(
            actor=actor,
            park_id=park.pk,
            period="year",
            starts_on=date(year, 1, 1),
            tax=Decimal(0),
            output=Decimal(0),
        )
        if name != "draft":
            reports.submit_report(actor=actor, report_id=report.pk)
    reports.dispute_report(actor=act(people["bureau"]), report_id=report.pk, reason="虚构的理由")
    return made


def make_brokered(seller: User, bidder: User) -> dict[str, Any]:
    """A deal with a draft and a broker whom the buyer has not agreed to, and one that ended."""
    deal, ended = signed_deal(seller, bidder), signed_deal(seller, bidder)
    milestones.transfer_rights(
        actor=act(seller),
        deal_id=ended.pk,
        registered_on=NOW.date(),
        certificate="虚构通知书",
    )
    type(ended).objects.filter(pk=ended.pk).update(state="rescinded", state_reason="虚构")
    broker = make_broker()
    terms = {"broker": broker.pk, "commission": Decimal(100), "paid_by": "buyer"}
    return {
        "broker": broker,
        "brokerage": name_broker(actor=act(seller), deal_id=deal.pk, side="both", **terms),
        "rescinded_deal": ended,
        "contract_draft": draft_contract(
            actor=act(seller),
            deal_id=deal.pk,
            signed_on=NOW.date(),
            kind="transfer",
            price_form="lump_sum",
        ),
    }


def paid_deal(seller: User, buyer: User) -> Any:
    """A formed deal about an achievement, with its contract and a payment."""
    from marketplace import milestones

    sold = make_achievement(seller, AchievementState.RESERVED)
    deal = make_deal(
        organization_of(seller), organization_of(buyer), achievement=sold, channel="off_session"
    )
    day = NOW.date()
    milestones.sign_contract(
        actor=act(seller), deal_id=deal.pk, signed_on=day, kind="transfer", price_form="lump_sum"
    )
    milestones.record_payment(
        actor=act(seller), deal_id=deal.pk, amount=Decimal(100), paid_on=day, reference="虚构流水1"
    )
    return deal


def make_lots(people: dict[str, User], operator: Any) -> dict[str, Any]:
    from auctions import closing, deposits, lots
    from auctions.lifecycle import ClosedBy

    seller = people["seller"]
    drafts = {
        name: factories.draft_lot(seller, operator)
        for name in ("draft_lot", "submitted_lot", "approved_lot")
    }
    for name in ("submitted_lot", "approved_lot"):
        lots.submit_lot(actor=operator, lot_id=drafts[name].pk)
    lots.approve_lot(actor=operator, lot_id=drafts["approved_lot"].pk)
    drafts["secret_lot"] = factories.draft_lot(seller, operator, reserve_mode="SECRET")
    lot = factories.make_lot(seller)
    factories.admit(lot, people["bidder"])
    paid: Registration = factories.apply(lot, people["paid_bidder"])
    deposits.record_deposit(
        actor=operator, registration_id=paid.pk, amount=lot.deposit_amount, reference="虚构"
    )
    sold = factories.make_lot(seller, extension_window_s=0)
    factories.admit(sold, people["bidder"])
    factories.bid(sold, people["bidder"], "1000.00")
    with patch("core.clock.now", return_value=sold.closes_at):
        closing.close_lot(sold.pk, by=ClosedBy.CLOSER)
    led = factories.make_lot(seller)
    told = {"notified_at": NOW, "notified_by": seller, "way": "served", "reference": "虚构回执"}
    for rightful, holder, word in (
        (led, people["bidder"], told),
        (drafts["draft_lot"], people["paid_bidder"], {}),
    ):
        right = rightful.priority_rights.create(
            holder=organization_of(holder),
            basis="inventor",
            evidence="虚构",
            declared_at=NOW,
            **word,
        )
    for person in (people["bidder"], people["rival"]):
        factories.admit(led, person)
    factories.bid(led, people["rival"], "1000.00")
    return {
        **drafts,
        "led_lot": led,
        "priority_right": right,
        **make_endings(people, operator),
        "lot": lot,
        "sold_lot": sold,
        "registration": factories.apply(lot, people["applicant_bidder"]),
        "paid_registration": paid,
        **make_deposits(people, operator, lot),
    }


def make_endings(people: dict[str, User], operator: Any) -> dict[str, Any]:
    """One that stands still, one that is void, and two that nobody bid for."""
    from auctions import aftermath, closing, relisting, suspensions
    from auctions.lifecycle import ClosedBy

    seller = people["seller"]
    names = ("suspended_lot", "voided_lot", "doubtful_lot", "unsold_lot", "proposed_lot")
    lots = {name: factories.make_lot(seller) for name in names}
    for name in names[:3]:
        suspensions.suspend_lot(actor=operator, lot_id=lots[name].pk, reason="虚构的理由")
    factories.agreed(aftermath.void_lot, lot_id=lots["voided_lot"].pk)
    aftermath.void_lot(
        actor=factories.operator_actor(), lot_id=lots["doubtful_lot"].pk, reason="虚构的理由"
    )
    for name in names[3:]:
        with patch("core.clock.now", return_value=lots[name].closes_at):
            closing.close_lot(lots[name].pk, by=ClosedBy.CLOSER)
    with patch("core.clock.now", return_value=lots["proposed_lot"].closes_at):
        relisting.propose_relistings()
    return lots


def make_deposits(people: dict[str, User], operator: Any, lot: Any) -> dict[str, Any]:
    """One to be paid back, one to be kept, and one whose price fell away."""
    from auctions import deposits, forfeitures, registration

    turned_down = factories.apply(lot, people["turned_down"])
    deposits.record_deposit(
        actor=operator, registration_id=turned_down.pk, amount=lot.deposit_amount, reference="虚构"
    )
    registration.refuse_registration(
        actor=operator, registration_id=turned_down.pk, reason="虚构的理由"
    )
    defaulted = factories.make_lot(people["seller"])
    defaulters = factories.admit(defaulted, people["defaulter"])
    type(defaulted).objects.filter(pk=defaulted.pk).update(state="defaulted")
    return {
        "promise": turned_down.deposit_movements.get(kind="released"),
        "admitted_registration": lot.registrations.get(
            organization=organization_of(people["bidder"])
        ),
        "defaulters_registration": defaulters,
        "forfeiture": forfeitures.propose_forfeiture(
            actor=factories.operator_actor(),
            registration_id=factories.admit(lot, people["disputed_bidder"]).pk,
            amount=lot.deposit_amount,
            grounds="other",
            reason="虚构的理由",
        ),
    }


def on_the_floor(people: dict[str, User], operator: Any) -> Lot:
    session = factories.make_session(SessionKind.SPECIAL)
    lot = factories.make_hall_lot(people["seller"], session)
    factories.admit(lot, people["bidder"])
    factories.start(session)
    return hall.open_floor(actor=operator, lot_id=lot.pk)


def make_sessions(people: dict[str, User], operator: Any) -> dict[str, Any]:
    from auctions import lots

    seller = people["seller"]
    published, ended = factories.make_session(), factories.make_session(SessionKind.SPECIAL)
    entry = factories.make_hall_lot(seller, published).entry
    deal = make_deal(
        organization_of(seller), organization_of(people["rival"]), need=make_need(people["rival"])
    )
    withdrawn = [factories.make_hall_lot(seller, ended) for _ in range(2)]
    factories.start(ended)
    running = factories.make_session(SessionKind.SPECIAL)
    hall_lot = factories.make_hall_lot(seller, running)
    listing = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}
    signing = running.entries.create(deal=propose(seller, people["rival"], **listing), position=2)
    factories.start(running)
    floor_lot, called_lot = (on_the_floor(people, operator) for _ in range(2))
    factories.bid(called_lot, people["bidder"], "1000.00")
    for _ in range(2):
        hall.call_lot(actor=operator, lot_id=called_lot.pk)
    for lot in withdrawn:
        lots.withdraw_lot(actor=operator, lot_id=lot.pk, reason="虚构的理由")
    tomorrow = NOW + timedelta(days=1)
    return {
        "planned_session": factories.plan_session(),
        "published_session": published,
        "ended_session": ended,
        "hall_lot": hall_lot,
        "floor_lot": floor_lot,
        "called_lot": called_lot,
        "running_signing": signing,
        "entry": entry,
        "signing": published.entries.create(deal=deal, position=2),
        "upcoming_lot": factories.make_lot(
            seller, opens_at=tomorrow, closes_at=tomorrow + timedelta(hours=1)
        ),
    }


def make_deliveries(seller: User) -> dict[str, Any]:
    from core.db import transaction as action

    with action():
        event: Event = record("organization:0", "organization.verified", at=NOW)
    owner = organization_of(seller)
    endpoints = [
        WebhookEndpoint.objects.create(
            organization=owner,
            url=f"https://203.0.113.{number}/hooks",
            secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            created_at=NOW,
            **disabled,
        )
        for number, disabled in ((1, {}), (2, {"disabled_at": NOW, "disabled_reason": "owner"}))
    ]
    delivery = Delivery.objects.create(
        event=event,
        channel="webhook",
        address=endpoints[0].url,
        endpoint=endpoints[0],
        created_at=NOW,
        delivered_at=NOW,
        attempts=1,
    )
    return {
        "notice": Notice.objects.create(event=event, recipient=seller),
        "endpoint": endpoints[0],
        "disabled_endpoint": endpoints[1],
        "delivery": delivery,
    }


def make_world() -> World:
    people = make_people()
    world = World({"anonymous": APIClient()}, people, make_things(people))
    world.callers |= {name: signed_in(people[name]) for name in CALLERS if name in people}
    return world


def with_own(world: World, own: str) -> World:
    """The same world, with `own` and the two clients of its organization."""
    if f"own:{own}" not in world.callers:
        owner = organization_of(world.people[own])
        world.callers[f"own:{own}"] = signed_in(world.people[own])
        world.callers[f"client:{own}"] = bearing(token_of(owner, sorted(SCOPES)))
        world.callers[f"bare:{own}"] = bearing(token_of(owner, []))
    for name in ("own", "client", "bare"):
        world.callers[name] = world.callers[f"{name}:{own}"]
    return world


def path_of(row: Row, world: World, pk: Any = None) -> str:
    number = world.things.get(row.thing, "") if pk is None else pk
    return "/api/v1/" + PLACE.sub(lambda _: str(number), row.route.split()[1])


def encoded(body: dict[str, Any]) -> tuple[Any, str]:
    """JSON, or parts if there is a file among them, which every caller sends from its start."""
    if files := [value for value in body.values() if isinstance(value, SimpleUploadedFile)]:
        for file in files:
            file.seek(0)
        return encode_multipart(BOUNDARY, body), MULTIPART_CONTENT
    return json.dumps(body), "application/json"


def first_noun(row: Row) -> str:
    return row.route.split()[1].split("/")[0]


@pytest.fixture(scope="module")
def lasting_world(standing_world: Standing) -> Iterator[World]:
    with standing_world.world(make_whole_world) as made:
        yield made


def make_whole_world(clock: Clock) -> World:
    made = make_world()
    for row in ROWS:
        with_own(made, row.own)
    return made


@pytest.fixture
def world(db, lasting_world, clock) -> World:
    return lasting_world


@pytest.fixture
def matrix(world) -> Iterator[World]:
    """The world, of which each thing is asked once for all callers who are alike in it."""
    with world.asking.watching():
        yield world


CHANGING = [row for row in ROWS if not row.route.startswith("GET ")]


@pytest.mark.parametrize("noun", sorted({first_noun(row) for row in CHANGING}))
def test_every_caller_gets_the_status_of_the_matrix(matrix, settings, noun):
    """Whatever one of them changes is taken back."""
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    differing = {}
    for row in CHANGING:
        if first_noun(row) != noun:
            continue
        world = with_own(matrix, row.own)
        method, path = row.route.split()[0], path_of(row, matrix)
        body = row.body(world)
        for caller, due in zip(CALLERS, map(int, row.statuses.split()), strict=True):
            data, content_type = encoded(body)
            sent = {"data": data, "content_type": content_type}
            found = world.asking.ask(world.callers[caller], method, path, **sent).status_code
            if found != due:
                differing[row.route, caller] = f"{found}, not {due}"
    assert differing == {}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.callback
        elif not any(path.startswith(elsewhere) for elsewhere in ELSEWHERE):
            yield from routes(pattern, path)


def methods(callback: Any) -> list[str]:
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    if view is None:
        return ["GET"]
    wanted = ("get", "post", "put", "patch", "delete")
    return [method.upper() for method in wanted if hasattr(view, method)]


def test_every_route_has_its_row():
    rows = {row.route for row in ROWS} | {f"GET {page}" for page in PAGES}
    found = {
        f"{method} {path.removeprefix('api/v1/')}"
        for path, callback in routes(get_resolver())
        for method in methods(callback)
        if not any(path.startswith(elsewhere) for elsewhere in ELSEWHERE)
    }
    assert found - rows == set(), "routes without a row"
    assert rows - found == set(), "rows without a route"


def test_a_person_who_left_the_organization_is_a_stranger_at_the_next_request(db, clock, api):
    user = manager()
    need = make_need(user, NeedState.DRAFT)
    client = api(user)
    assert client.get(f"/api/v1/needs/{need.pk}").status_code == 200

    Membership.objects.filter(user=user).update(ended_at=clock.now())

    assert client.get(f"/api/v1/needs/{need.pk}").status_code == 404
