"""An achievement's dossier over REST, the gate before the list, and how long it stays there."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from accounts.permissions import OrganizationNotVerified
from core import clock as clock_module
from core.db import transaction
from core.errors import NotFound, PermissionDenied
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import listing
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, CoOwner, Encumbrance, Inventor
from marketplace.rules.listing import AchievementIncomplete
from marketplace.tasks import check_validity
from notifications.fanout import fan_out_all
from notifications.models import Notice
from tests.conftest import act, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import HalfWayError, events_of
from tests.marketplace.requests import ACHIEVEMENT, V1, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
S = AchievementState
TODAY = date(2026, 3, 2)

WHOLE = {
    **ACHIEVEMENT,
    "maturity_evidence": "虚构检测报告 2026-01",
    "maturity_on": "2026-01-15",
    "maturity_appraiser": "虚构评价机构",
    "industry": "C3985",
    "scene": "虚构：陶瓷隔膜涂覆",
    "is_service": True,
    "publicly_funded": True,
    "funding_source": "虚构专项",
    "programme": "虚构计划〔2024〕7号",
    "applied_on": "2015-03-01",
    "granted_on": "2018-05-01",
    "legal_status": "granted",
    "next_fee_on": "2026-12-01",
    "export_class": "free",
    "decision": "虚构院办〔2026〕3号",
    "inventors": [
        {"name": "虚构发明人甲", "share": "60.00"},
        {"name": "虚构发明人乙", "share": "40.00"},
    ],
    "secrecy_level": "open",
    "co_owners": [
        {
            "name": "虚构共有人",
            "share": "30.00",
            "consented_on": "2026-02-01",
            "consent": "虚构同意书1号",
        }
    ],
    "encumbrances": [
        {
            "kind": "ordinary",
            "holder": "虚构被许可人",
            "since": "2020-01-01",
            "until": "2027-01-01",
        },
        {"kind": "pledge", "holder": "虚构银行", "since": "2025-01-01", "consent": "虚构同意函"},
    ],
}


def test_the_whole_dossier_over_rest(api, seller, operator, anonymous):
    row = api(seller).post(f"{V1}/achievements", WHOLE).json()
    for name, value in WHOLE.items():
        if name not in ("ip_number", "encumbrances"):
            assert row[name] == value, name
    unregistered = {"until": None, "registration": "", "released_on": None}
    assert row["encumbrances"][1] == {**WHOLE["encumbrances"][1], **unregistered}
    assert (row["missing"], row["maturity_band"]) == ([], "pilot")

    address = f"{V1}/achievements/{row['id']}"
    changed = api(seller).patch(address, {"inventors": [], "is_service": False}).json()
    assert (changed["inventors"], changed["co_owners"]) == ([], row["co_owners"])
    api(seller).patch(address, {"inventors": WHOLE["inventors"], "is_service": True})
    for user, step in ((seller, "submit"), (operator, "approve"), (seller, "publish")):
        assert api(user).post(f"{address}/{step}").status_code == 200
    told = api(operator).get(address).json()
    # Until its fee is due, which is sooner than a year.
    assert (told["confirmed_on"], told["valid_until"]) == ("2026-03-02", "2026-12-01")
    assert told["inventors"] == WHOLE["inventors"]

    public = anonymous.get(address).json()
    assert [one["name"] for one in public["inventors"]] == ["虚构发明人甲", "虚构发明人乙"]
    assert {one["share"] for one in [*public["inventors"], *public["co_owners"]]} == {None}
    assert {one["consent"] for one in [*public["co_owners"], *public["encumbrances"]]} == {""}
    listed = anonymous.get(f"{V1}/achievements").json()["results"]
    assert listed == [public]


def test_a_thin_entry_is_listed_as_before(api, seller, operator):
    row = api(seller).post(f"{V1}/achievements", ACHIEVEMENT).json()
    address = f"{V1}/achievements/{row['id']}"
    for user, step in ((seller, "submit"), (operator, "approve"), (seller, "publish")):
        assert api(user).post(f"{address}/{step}").status_code == 200
    assert api(seller).get(address).json()["valid_until"] == "2027-03-02"


def test_what_was_said_and_forbids_it_keeps_it_off_the_list(api, seller):
    thin = {**ACHIEVEMENT, "is_service": True, "legal_status": "lapsed"}
    body = {**thin, "co_owners": [{"name": "虚构共有人"}]}
    row = api(seller).post(f"{V1}/achievements", body).json()
    missing = ["right_in_force", "co_owner_consents", "inventors_of_service"]
    assert row["missing"] == missing
    answer = refused(
        api(seller).post(f"{V1}/achievements/{row['id']}/submit"), 422, "achievement_incomplete"
    )
    assert answer["missing"] == missing
    assert "共有人" in answer["detail"]


def test_what_changed_since_the_review_is_asked_again_before_it_is_listed(seller):
    from marketplace.achievements import publish_achievement

    row = make_achievement(seller, S.APPROVED)
    CoOwner.objects.create(achievement=row, name="虚构共有人")
    with pytest.raises(AchievementIncomplete):
        publish_achievement(actor=act(seller), achievement_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.valid_until) == (S.APPROVED, None)
    assert not Event.objects.exists()


def test_a_pledge_that_ended_needs_nobodys_consent(seller):
    row = make_achievement(seller, S.DRAFT)
    pledge = Encumbrance(achievement=row, kind="pledge", holder="虚构银行", since="2020-01-01")
    pledge.until = TODAY
    pledge.save()
    assert row.dossier(TODAY).pledgee_consents == [False]
    assert row.dossier(TODAY + timedelta(days=1)).pledgee_consents == []


@pytest.mark.parametrize(
    "part",
    [
        {"inventors": [{"name": "x", "share": "100.01"}]},
        {"inventors": [{"name": "x", "share": "0.00"}]},
        {"co_owners": [{"name": "x", "consented_on": "2026-01-01"}]},
        {"co_owners": [{"name": "x", "consent": "x"}]},
        {"co_owners": [{"name": "x", "share": "100.00"}]},
        {"secrecy_level": "secret"},
        {
            "encumbrances": [
                {"kind": "sole", "holder": "x", "since": "2026-01-02", "until": "2026-01-01"}
            ]
        },
        {"applied_on": "2026-01-02", "granted_on": "2026-01-01"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(part, api, seller):
    answer = api(seller).post(f"{V1}/achievements", {**ACHIEVEMENT, **part})
    assert answer.status_code in (400, 422), answer.content
    assert not Achievement.objects.exists()


# --- Validity ---------------------------------------------------------------------------


def listed(user, last, **values) -> Achievement:
    confirmed = last - timedelta(days=365)
    return make_achievement(user, S.PUBLISHED, confirmed_on=confirmed, valid_until=last, **values)


def test_an_owner_is_reminded_once_and_the_entry_leaves_the_day_after(seller, clock):
    row = listed(seller, TODAY + timedelta(days=31))
    stays = make_achievement(seller)
    kinds = []
    for _ in range(33):
        check_validity()
        kinds.append(events_of(f"achievement:{row.pk}"))
        clock.advance(days=1)
    assert kinds[0] == []
    assert kinds[1] == kinds[31] == ["achievement.validity_ending"]
    assert kinds[32] == ["achievement.validity_ending", "achievement.unlisted"]
    row.refresh_from_db()
    stays.refresh_from_db()
    assert (row.state, stays.state) == (S.UNLISTED, S.PUBLISHED)
    fan_out_all()
    titles = set(Notice.objects.values_list("event__kind", flat=True))
    assert titles == {"achievement.validity_ending", "achievement.unlisted"}


def test_one_that_fails_stops_nobody_else(seller, monkeypatch):
    first, second = (listed(seller, TODAY - timedelta(days=days)) for days in (2, 1))
    lock = listing.lock_achievement

    def locked(achievement_id):
        if achievement_id == first.pk:
            raise RuntimeError
        return lock(achievement_id)

    monkeypatch.setattr(listing, "lock_achievement", locked)
    assert listing.unlist_stale() == 1
    second.refresh_from_db()
    assert second.state == S.UNLISTED


def test_a_failure_half_way_leaves_the_entry_as_it_was(seller, monkeypatch):
    def fail(*args, **kwargs):
        raise HalfWayError

    row, hidden = listed(seller, TODAY - timedelta(days=1)), make_achievement(seller, S.UNLISTED)
    before = list(Achievement.objects.order_by("pk").values())
    monkeypatch.setattr(listing, "record", fail)
    assert listing.unlist_stale() == 0
    for one in (row, hidden):
        with pytest.raises(HalfWayError):
            listing.confirm_achievement(actor=act(seller), achievement_id=one.pk)
    assert list(Achievement.objects.order_by("pk").values()) == before


def test_what_a_lot_holds_stays_until_it_is_given_back(seller):
    row = listed(seller, TODAY - timedelta(days=1))
    Achievement.objects.filter(pk=row.pk).update(state=S.RESERVED)
    assert listing.unlist_stale() == 0
    Achievement.objects.filter(pk=row.pk).update(state=S.PUBLISHED)
    assert listing.unlist_stale() == 1


def test_who_was_quicker_than_the_sweep_stays_on_the_list(seller, monkeypatch):
    row = listed(seller, TODAY - timedelta(days=1))
    ids = [row.pk]
    listing.confirm_achievement(actor=act(seller), achievement_id=row.pk)
    monkeypatch.setattr(listing, "achievement_ids_to_unlist", lambda today: ids)
    monkeypatch.setattr(listing, "achievement_ids_to_remind", lambda *days: ids)
    assert (listing.unlist_stale(), listing.remind_owners()) == (0, 0)


@pytest.mark.parametrize("state", S)
def test_it_is_confirmed_in_one_step_where_it_can_be(state, api, seller):
    row = make_achievement(seller, state)
    answer = api(seller).post(f"{V1}/achievements/{row.pk}/confirm", {"next_fee_on": "2026-09-01"})
    if state not in (S.PUBLISHED, S.RESERVED, S.UNLISTED):
        refused(answer, 409, "illegal_transition")
        return
    body = answer.json()
    assert body["state"] == (S.PUBLISHED if state == S.UNLISTED else state)
    assert (body["confirmed_on"], body["valid_until"]) == ("2026-03-02", "2026-09-01")
    assert events_of(f"achievement:{row.pk}") == ["achievement.confirmed"]


def test_an_entry_is_not_confirmed_while_something_is_missing(seller):
    row = make_achievement(seller, S.UNLISTED, legal_status="lapsed")
    with pytest.raises(AchievementIncomplete):
        listing.confirm_achievement(actor=act(seller), achievement_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.confirmed_on) == (S.UNLISTED, None)
    listing.confirm_achievement(actor=act(seller), achievement_id=row.pk, legal_status="granted")


def test_only_its_verified_owner_confirms(seller, operator, rival):
    row = make_achievement(seller)
    hidden = make_achievement(seller, S.UNLISTED)
    for user, thing, refusal in (
        (operator, row, PermissionDenied),
        (rival, row, PermissionDenied),
        (rival, hidden, NotFound),
    ):
        with pytest.raises(refusal):
            listing.confirm_achievement(actor=act(user), achievement_id=thing.pk)
    owner = organization_of(seller)
    type(owner).objects.filter(pk=owner.pk).update(state="suspended")
    with pytest.raises(OrganizationNotVerified):
        listing.confirm_achievement(actor=act(seller), achievement_id=row.pk)


def test_an_entry_that_left_the_list_is_not_sold(seller, operator):
    from marketplace.achievements import reserve

    row = make_achievement(seller, S.UNLISTED)
    with pytest.raises(IllegalTransition), transaction():
        reserve(row.pk, at=clock_module.now())


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (Inventor, {"place": 1, "name": "x", "share": "100.01"}, "inventor_share_is_a_part"),
        (Inventor, {"place": 1, "name": "x", "share": 0}, "inventor_share_is_a_part"),
        (CoOwner, {"name": "x", "consent": "x"}, "coowner_consents_by_a_paper"),
        (CoOwner, {"name": "x", "consented_on": TODAY}, "coowner_consents_by_a_paper"),
        (
            Encumbrance,
            {"kind": "sole", "holder": "x", "since": TODAY, "until": date(2026, 3, 1)},
            "encumbrance_ends_after_its_start",
        ),
    ],
)
def test_the_database_refuses_what_cannot_be(model, values, constraint, seller):
    row = make_achievement(seller, S.DRAFT)
    with pytest.raises(IntegrityError, match=constraint), transaction():
        model.objects.create(achievement=row, **values)


def test_the_database_refuses_two_inventors_in_one_place(seller):
    row = make_achievement(seller, S.DRAFT)
    Inventor.objects.create(achievement=row, place=1, name="x")
    with pytest.raises(IntegrityError, match="inventor_place_once"), transaction():
        Inventor.objects.create(achievement=row, place=1, name="y")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"confirmed_on": TODAY}, "achievement_confirmed_for_a_time"),
        (
            {"confirmed_on": TODAY, "valid_until": date(2026, 3, 1)},
            "achievement_confirmed_for_a_time",
        ),
        (
            {"applied_on": TODAY, "granted_on": date(2026, 3, 1)},
            "achievement_granted_after_its_application",
        ),
    ],
)
def test_the_database_refuses_dates_in_the_wrong_order(values, constraint, seller):
    row = make_achievement(seller, S.DRAFT)
    with pytest.raises(IntegrityError, match=constraint), transaction():
        Achievement.objects.filter(pk=row.pk).update(**values)
