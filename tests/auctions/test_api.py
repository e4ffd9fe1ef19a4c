"""Lots, registrations and deposits over REST: status, fields, each refusal by its code."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.lifecycle import OrganizationState
from accounts.models import Organization
from auctions.models import Lot, Registration
from marketplace.lifecycle import AchievementState
from tests.accounts.conftest import partner
from tests.auctions.conftest import LATER, post, refusal
from tests.conftest import RULES, make_member, make_organization, organization_of
from tests.factories import admit, apply, bid, draft_lot, make_achievement, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LOTS = "/api/v1/lots"
PROMISED = {
    *("id", "code", "title", "achievement", "session", "format", "state", "phase"),
    *("starting_price", "increment", "current_price", "minimum_bid", "bid_count", "leader_code"),
    *("notice_at", "exhibition_at", "opens_at", "closes_at", "latest_close"),
    *("extension_window_s", "extension_s", "deposit_amount", "reserve_mode", "rules_version"),
    *("server_time", "my"),
}
LOT = PROMISED | {
    *("policy", "regime", "house", "auctioneer", "round", "previous_lot", "reserve_met"),
    *("consignor", "scheduled_close", "head_hash", "result", "deal", "priority_rights", "calls"),
    *("state_reason", "extended", "suspensions", "aftermath", "relisting", "next_lot", "decision"),
}
REGISTRATION = {
    *("id", "lot", "organization", "organization_name", "state", "state_reason", "paddle"),
    *("rules_version", "deposit_required", "applied_at", "approved_at", "inventor"),
}
MOVEMENT = {"id", "registration", "kind", "amount", "reference", "at", "due_at", "refund"}
RESULT = {
    *("outcome", "price", "paddle", "closes_at", "closed_at", "closed_by", "bid_count"),
    "head_hash",
}


def lot_form(seller: Any, **changes: Any) -> dict[str, Any]:
    achievement = changes.pop("achievement", None)
    if achievement is None:
        achievement = make_achievement(seller).pk
    return {
        "achievement": achievement,
        "starting_price": "1000.00",
        "increment": "50.00",
        "deposit_amount": "100.00",
        "opens_at": "2026-03-02T09:00:00+08:00",
        "closes_at": "2026-03-02T10:00:00+08:00",
        **changes,
    }


# --- Lots -------------------------------------------------------------------------------


def test_a_lot_goes_its_way_to_the_sale_over_http(seller, operator, bidder, api):
    exchange = api(operator)
    drafted = post(api(seller), "lots", lot_form(seller))
    assert drafted.status_code == 201
    assert set(drafted.json()) == LOT
    path = f"lots/{drafted.json()['id']}"
    for verb, person, body, state in [
        ("submit", seller, {}, "submitted"),
        ("return", operator, {"reason": "材料不全"}, "returned"),
        ("submit", seller, {}, "submitted"),
        ("approve", operator, {}, "approved"),
        ("publish", operator, {}, "published"),
    ]:
        answer = post(api(person), f"{path}/{verb}", body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), verb
        assert set(answer.json()) == LOT
    registered = post(api(bidder), f"{path}/registrations", {"rules_version": RULES})
    assert registered.status_code == 201
    assert set(registered.json()) == REGISTRATION
    own = f"registrations/{registered.json()['id']}"
    paid = post(exchange, f"{own}/deposit", {"amount": "100.00", "reference": "bank-1"})
    assert paid.status_code == 201
    assert set(paid.json()) == MOVEMENT
    admitted = post(exchange, f"{own}/approve")
    assert (admitted.status_code, admitted.json()["state"]) == (200, "eligible")
    placed = post(api(bidder), f"{path}/bids", {"amount": "1000.00"})
    assert placed.status_code == 201
    assert placed.json()["paddle"] == admitted.json()["paddle"]


def test_partners_systems_go_the_same_way(seller, operator, bidder):
    consignor = partner(organization_of(seller), "lots:operate lots:read")
    exchange = partner(organization_of(operator), "lots:operate lots:read")
    buyer = partner(organization_of(bidder), "bids:write lots:read")
    path = f"lots/{post(consignor, 'lots', lot_form(seller)).json()['id']}"
    assert post(consignor, f"{path}/submit").status_code == 200
    assert refusal(post(consignor, f"{path}/approve")) == (403, "permission_denied")
    for verb in ("approve", "publish"):
        assert post(exchange, f"{path}/{verb}").status_code == 200
    registered = post(buyer, f"{path}/registrations", {"rules_version": RULES})
    own = f"registrations/{registered.json()['id']}"
    assert (
        post(exchange, f"{own}/deposit", {"amount": "100.00", "reference": "1"}).status_code == 201
    )
    assert post(exchange, f"{own}/approve").json()["state"] == "eligible"
    assert post(buyer, f"{path}/bids", {"amount": "1000.00"}).status_code == 201
    assert [row["amount"] for row in buyer.get(f"/api/v1/{path}/bids").json()["results"]] == [
        "1000.00"
    ]
    assert refusal(post(buyer, f"{path}/withdraw", {"reason": "x"})) == (403, "scope_missing")
    assert refusal(post(exchange, f"{path}/bids", {"amount": "1.00"})) == (403, "scope_missing")


def test_a_lot_says_all_the_contract_promises(contested, bidder, rival, api, clock):
    bid(contested, bidder, "1000.00")
    answer = api(bidder).get(f"{LOTS}/{contested.pk}")
    lot = answer.json()
    assert set(lot) == LOT
    own = Registration.objects.get(lot=contested, organization=organization_of(bidder))
    expected = {
        "id": contested.pk,
        "code": contested.code,
        "title": contested.title,
        "achievement": contested.achievement_id,
        "session": None,
        "format": "ENGLISH",
        "state": "published",
        "phase": "open",
        "starting_price": "1000.00",
        "increment": "50.00",
        "current_price": "1000.00",
        "minimum_bid": "1050.00",
        "bid_count": 1,
        "leader_code": own.paddle,
        "notice_at": "2026-03-02T01:00:00Z",
        "exhibition_at": None,
        "opens_at": "2026-03-02T01:00:00Z",
        "closes_at": "2026-03-02T02:00:00Z",
        "latest_close": None,
        "extension_window_s": 300,
        "extension_s": 300,
        "deposit_amount": "100.00",
        "reserve_mode": "EQUALS_START",
        "rules_version": RULES,
        "server_time": "2026-03-02T01:00:00Z",
        "my": {
            "registration": own.pk,
            "registration_state": "eligible",
            "paddle": own.paddle,
            "leading": True,
            "priority": None,
        },
    }
    assert {name: lot[name] for name in expected} == expected
    assert answer.headers["Server-Time"] == "2026-03-02T01:00:00.000Z"
    assert api(rival).get(f"{LOTS}/{contested.pk}").json()["my"]["leading"] is False


def test_what_is_my_part_depends_on_who_asks(contested, bidder, operator, anonymous, api):
    url = f"{LOTS}/{contested.pk}"
    nothing = {
        "registration": None,
        "registration_state": None,
        "paddle": None,
        "leading": False,
        "priority": None,
    }
    assert anonymous.get(url).json()["my"] is None
    assert api(operator).get(url).json()["my"] == nothing
    assert api(bidder).get(url).json()["my"]["registration_state"] == "eligible"


def test_a_closed_lot_has_its_result_and_the_deal_is_for_the_parties(
    contested, bidder, rival, seller, operator, anonymous, api, clock
):
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    url = f"{LOTS}/{contested.pk}"
    public = anonymous.get(url).json()
    assert (public["state"], public["phase"], public["deal"]) == ("closed", "sold", None)
    assert set(public["result"]) == RESULT
    assert public["result"]["outcome"] == "sold"
    assert public["result"]["price"] == "1000.00"
    assert public["result"]["paddle"] == public["leader_code"]
    shown = {p.username: api(p).get(url).json()["deal"] for p in (bidder, rival, seller, operator)}
    deal = Lot.objects.get(pk=contested.pk).deal_id
    assert shown == {"bidder": deal, "rival": None, "seller": deal, "operator": deal}


def test_an_unsold_lot_says_so(lot, anonymous, clock):
    clock.set(lot.closes_at)
    shown = anonymous.get(f"{LOTS}/{lot.pk}").json()
    assert (shown["phase"], shown["result"]["outcome"]) == ("unsold", "no_bids")
    assert shown["result"]["price"] is shown["result"]["paddle"] is None


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"achievement": 2**40}, 404, "not_found"),
        ({"closes_at": "2026-03-02T09:00:00+08:00"}, 422, "invalid_timetable"),
        ({"latest_close": "2026-03-02T09:30:00+08:00"}, 422, "invalid_timetable"),
        ({"format": "dutch"}, 400, "invalid"),
        ({"format": "DUTCH"}, 422, "format_not_offered"),
        ({"policy": 9_999_999}, 404, "not_found"),
        ({"starting_price": "0.00"}, 400, "invalid"),
        ({"increment": "0.00"}, 400, "invalid"),
        ({"deposit_amount": "-1.00"}, 400, "invalid"),
        ({"extension_s": 86_401}, 400, "invalid"),
        ({"consignor": 1}, 400, "invalid"),
        ({"state": "published"}, 400, "invalid"),
        ({"price": "1.00"}, 400, "invalid"),
    ],
    ids=str,
)
def test_a_draft_is_refused_by_its_code(seller, api, changes, status, code):
    before = Lot.objects.count()
    assert refusal(post(api(seller), "lots", lot_form(seller, **changes))) == (status, code)
    assert Lot.objects.count() == before


def test_a_draft_of_what_is_not_published_is_refused(seller, operator, api):
    hidden = make_achievement(seller, state=AchievementState.APPROVED)
    answer = post(api(operator), "lots", lot_form(seller, achievement=hidden.pk))
    assert refusal(answer) == (422, "achievement_not_published")
    assert answer.json()["state"] == "approved"


def test_each_refusal_on_a_lots_way_has_its_code(seller, operator, bidder, api, clock):
    exchange = api(operator)
    lot = draft_lot(seller)
    path = f"lots/{lot.pk}"
    answer = post(exchange, f"{path}/publish")
    assert refusal(answer) == (409, "illegal_transition")
    assert (answer.json()["thing"], answer.json()["current"]) == ("lot", "draft")
    assert refusal(post(api(seller), f"{path}/approve")) == (403, "permission_denied")
    assert refusal(post(api(bidder), f"{path}/submit")) == (404, "not_found")
    assert refusal(post(exchange, f"{path}/return", {"reason": " "})) == (400, "invalid")
    for verb in ("submit", "approve"):
        assert post(exchange, f"{path}/{verb}").status_code == 200
    clock.set(lot.closes_at)
    assert refusal(post(exchange, f"{path}/publish")) == (422, "close_in_the_past")
    opened = make_lot(seller, closes_at=clock.now() + timedelta(hours=1))
    answer = post(exchange, f"lots/{opened.pk}/withdraw", {"reason": "x"})
    assert refusal(answer) == (409, "withdrawn_too_late")


def test_a_draft_of_somebody_else_is_the_same_404_as_none(seller, bidder, anonymous, api):
    hidden = draft_lot(seller)
    answers = []
    for client in (anonymous, api(bidder), partner(organization_of(bidder), "lots:read")):
        for pk in (hidden.pk, 2**40, 2**63, 10**30):
            for path in (f"{LOTS}/{pk}", f"{LOTS}/{pk}/bids"):
                answer = client.get(path)
                assert refusal(answer) == (404, "not_found")
                answers.append({**answer.json(), "request_id": ""})
    assert all(answer == answers[0] for answer in answers)


def test_lists_hold_what_the_reader_may_see_newest_first(bidder, anonymous, api):
    seller = make_member(make_organization())
    lots = [make_lot(seller), draft_lot(seller), make_lot(seller, **LATER)]
    everybodys = [lots[2].pk, lots[0].pk]

    def ids(client: Any, **query: Any) -> list[int]:
        found = client.get(LOTS, {"consignor": organization_of(seller).pk, **query})
        return [lot["id"] for lot in found.json()["results"]]

    assert ids(anonymous) == ids(api(bidder)) == everybodys
    assert ids(api(seller)) == [lot.pk for lot in reversed(lots)]
    assert ids(api(seller), state="draft") == [lots[1].pk]
    assert ids(anonymous, state="draft") == []
    assert ids(anonymous, achievement=lots[0].achievement_id) == [lots[0].pk]
    assert ids(anonymous, consignor=999_999) == []
    assert refusal(anonymous.get(f"{LOTS}?state=sold")) == (400, "invalid")


# --- Registrations and deposits ---------------------------------------------------------


def register(client: Any, lot: Lot, version: str = RULES, **more: Any) -> Any:
    return post(client, f"lots/{lot.pk}/registrations", {"rules_version": version}, **more)


def test_a_registration_shows_all_to_its_owner_and_nothing_to_others(
    lot, bidder, rival, operator, anonymous, api
):
    made = register(api(bidder), lot).json()
    assert made == {
        "id": made["id"],
        "lot": lot.pk,
        "organization": organization_of(bidder).pk,
        "organization_name": organization_of(bidder).name,
        "state": "applied",
        "state_reason": "",
        "paddle": None,
        "rules_version": RULES,
        "inventor": False,
        "deposit_required": "100.00",
        "applied_at": "2026-03-02T01:00:00Z",
        "approved_at": None,
    }
    one, many = f"/api/v1/registrations/{made['id']}", f"{LOTS}/{lot.pk}/registrations"
    for person in (bidder, operator):
        assert api(person).get(one).json() == made
        assert api(person).get(many).json()["results"] == [made]
    assert refusal(api(rival).get(one)) == (404, "not_found")
    assert api(rival).get(many).json()["results"] == []
    for url in (one, many):
        assert refusal(anonymous.get(url)) == (401, "not_authenticated")


def test_each_refusal_of_a_registration_has_its_code(
    lot, bidder, rival, seller, stranger, api, clock
):
    assert refusal(register(api(bidder), lot, key=None)) == (400, "idempotency_key_required")
    assert refusal(register(api(bidder), lot, "old")) == (422, "rules_version_mismatch")
    assert refusal(register(api(seller), lot)) == (422, "consignor_may_not_bid")
    assert refusal(register(api(stranger), lot)) == (403, "permission_denied")
    assert refusal(register(api(bidder), Lot(pk=2**40))) == (404, "not_found")
    assert register(api(bidder), lot).status_code == 201
    assert refusal(register(api(bidder), lot)) == (409, "already_registered")
    Organization.objects.filter(pk=organization_of(rival).pk).update(
        state=OrganizationState.SUSPENDED
    )
    assert refusal(register(api(rival), lot)) == (422, "organization_not_verified")
    clock.set(lot.closes_at)
    answer = register(api(make_member(make_organization())), lot)
    assert refusal(answer) == (409, "bidding_not_open")
    assert answer.json()["phase"] == "over"


def test_each_refusal_of_a_deposit_and_an_admission_has_its_code(lot, bidder, rival, operator, api):
    exchange, own = api(operator), apply(lot, bidder)
    path = f"registrations/{own.pk}"
    money = {"amount": "60.00", "reference": "bank-1"}
    assert refusal(post(exchange, f"{path}/deposit", money, None)) == (
        400,
        "idempotency_key_required",
    )
    answer = post(exchange, f"{path}/approve")
    assert refusal(answer) == (422, "deposit_missing")
    assert (answer.json()["required"], answer.json()["held"]) == ("100.00", "0.00")
    assert refusal(post(api(bidder), f"{path}/deposit", money)) == (403, "permission_denied")
    assert refusal(post(api(rival), f"{path}/deposit", money)) == (404, "not_found")
    assert post(exchange, f"{path}/deposit", money).status_code == 201
    answer = post(exchange, f"{path}/deposit", money)
    assert refusal(answer) == (409, "reference_used")
    assert answer.json()["reference"] == "bank-1"
    for text in ("0.00", "60", "６０.00", "1E+2", " 60.00"):
        bad = {"amount": text, "reference": "bank-2"}
        assert refusal(post(exchange, f"{path}/deposit", bad)) == (400, "invalid")
    assert post(exchange, f"{path}/refuse", {"reason": "资质不符"}).json()["state"] == "refused"
    assert refusal(post(exchange, f"{path}/refuse", {"reason": "x"})) == (409, "illegal_transition")
    answer = post(exchange, f"{path}/deposit", {**money, "reference": "bank-3"})
    assert refusal(answer) == (409, "deposit_not_expected")
    assert answer.json()["state"] == "refused"


def test_a_deposit_said_twice_is_recorded_once(lot, bidder, operator, api):
    own, key = apply(lot, bidder), uuid4()
    path, body = f"registrations/{own.pk}/deposit", {"amount": "100.00", "reference": "bank-1"}
    first, again = (post(api(operator), path, body, key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert own.deposit_movements.filter(kind="held").count() == 1


# --- How much it costs ------------------------------------------------------------------


# The session, the person, the memberships and the terms of office.
SIGNED_IN = 4
STATEMENTS = {"lots": 6, "lots/{lot}/bids": 5, "lots/{lot}/registrations": 5, "lots/{lot}": 6}


def test_a_list_takes_the_same_statements_however_long_it_is(
    contested, seller, operator, bidder, rival, api, django_assert_max_num_queries
):
    client = api(operator)
    limits = {path.format(lot=contested.pk): most for path, most in STATEMENTS.items()}

    def ask_all(least: int) -> None:
        for path, most in limits.items():
            with django_assert_max_num_queries(most + SIGNED_IN, info=path):
                answer = client.get(f"/api/v1/{path}")
            assert len(answer.json().get("results", [None] * least)) >= least, path

    for path in limits:
        client.get(f"/api/v1/{path}")
    ask_all(0)
    for number in range(8):
        bid(contested, rival if number % 2 else bidder, f"{1000 + 50 * number}.00")
        admit(contested, make_member(make_organization()))
        make_lot(seller)
    ask_all(8)
