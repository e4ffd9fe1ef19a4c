"""Further rights of an achievement: checked, told, asked of before a sale, and their fees."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from core import clock as clock_module
from core.db import transaction
from core.history import history_of
from marketplace import achievements, fee_clock, listing
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, FeeReminder, IPRecord
from marketplace.rules.achievements import InvalidIPNumber, IPKind, patent_check_digit
from marketplace.rules.listing import AchievementIncomplete
from marketplace.rules.rights import Right, RightTwice, check_right, check_rights
from marketplace.tasks import check_validity
from notifications.fanout import fan_out_all
from notifications.models import Notice
from tests.conftest import act
from tests.factories import make_achievement
from tests.marketplace.conftest import HalfWayError, events_of
from tests.marketplace.requests import ACHIEVEMENT, V1, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
S = AchievementState
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
SERIAL = "201620003807"
MODEL = f"{SERIAL}.{patent_check_digit(SERIAL)}"
FURTHER = {
    "kind": "utility_model",
    "number": MODEL,
    "territory": "CN",
    "applied_on": "2016-03-01",
    "granted_on": "2018-05-01",
    "legal_status": "granted",
    "next_fee_on": "2026-12-01",
    "holder": "虚构合作单位",
    "consented_on": "2026-02-01",
    "consent": "虚构同意书2号",
}
ABROAD = {"kind": "invention", "number": "EP 3 000 001", "territory": "DE"}


def rest(**values):
    return {**ACHIEVEMENT, "ip_records": [FURTHER, ABROAD], **values}


def further(achievement, place=1, **values):
    return IPRecord.objects.create(
        **{
            "achievement": achievement,
            "place": place,
            "kind": "software",
            "number": f"虚构登记{place}",
            **values,
        }
    )


# --- Rules ------------------------------------------------------------------------------

serials = st.integers(0, 9_999_999).map(lambda number: f"20162{number:07d}")


@given(serials, st.sampled_from(["", "ZL", "CN"]))
def test_a_chinese_number_is_checked_by_its_digit_and_a_foreign_one_is_taken_as_it_is(serial, mark):
    digit = patent_check_digit(serial)
    wrong = "1" if digit != "1" else "2"
    right = Right(IPKind.UTILITY_MODEL, f"{mark}{serial}{digit}")
    assert check_right(right).number == f"{serial}.{digit}"
    assert check_rights([right]) == [check_right(right)]
    bad = Right(IPKind.UTILITY_MODEL, f"{serial}.{wrong}")
    with pytest.raises(InvalidIPNumber):
        check_right(bad)
    assert check_right(Right(bad.kind, f" {bad.number} ", "JP")).number == bad.number
    with pytest.raises(RightTwice):
        check_rights([right, right])
    check_rights([right, Right(right.kind, right.number, "JP")])


@pytest.mark.parametrize("territory", ["CN", "US"])
def test_know_how_has_no_number_anywhere_and_everything_else_has_one(territory):
    secret = Right(IPKind.KNOW_HOW, "", territory)
    assert check_rights([secret, secret]) == [secret, secret]
    for kind, number in ((IPKind.KNOW_HOW, "1"), (IPKind.SOFTWARE, " ")):
        with pytest.raises(InvalidIPNumber):
            check_right(Right(kind, number, territory))


# --- Over REST --------------------------------------------------------------------------


def test_further_rights_are_told_beside_the_first_and_replaced_as_a_whole(api, seller, anonymous):
    row = api(seller).post(f"{V1}/achievements", rest()).json()
    one, other = row["ip_records"]
    assert {**one, **FURTHER} == one
    assert (other["number"], other["territory"], other["legal_status"]) == (
        "EP 3 000 001",
        "DE",
        "",
    )
    assert row["ip_number"] == "201580003807.3"
    address = f"{V1}/achievements/{row['id']}"
    assert len(api(seller).patch(address, {"scene": "虚构"}).json()["ip_records"]) == 2
    assert (
        api(seller).patch(address, {"ip_records": [ABROAD]}).json()["ip_records"][0]["territory"]
        == "DE"
    )
    noted = history_of("achievement", row["id"]).filter(part="iprecord").order_by("pk")
    told = [(entry.change, entry.row_id) for entry in noted]
    # One is struck off, and the other one, which is first now, is the row that it was.
    assert told[2:] == [("removed", one["id"]), ("changed", other["id"])]
    Achievement.objects.filter(pk=row["id"]).update(
        state=S.PUBLISHED, published_at=clock_module.now()
    )
    api(seller)
    IPRecord.objects.update(holder="虚构单位", consented_on=TODAY, consent="虚构同意书")
    (told,) = anonymous.get(address).json()["ip_records"]
    assert (told["holder"], told["consent"]) == ("虚构单位", "")
    assert "EP 3 000 001" in anonymous.get(f"/achievements/{row['id']}").content.decode()


@pytest.mark.parametrize(
    ("record", "status", "code"),
    [
        ({**FURTHER, "number": f"{SERIAL}.X"}, 422, "invalid_ip_number"),
        ({**FURTHER, "kind": "invention"}, 422, "invalid_ip_number"),
        ({**ABROAD, "number": ""}, 422, "invalid_ip_number"),
        ({"kind": "invention", "number": "201580003807.3"}, 422, "right_twice"),
        ({**FURTHER, "granted_on": "2016-02-28"}, 422, "granted_before_application"),
        ({**FURTHER, "consent": ""}, 400, "invalid"),
        ({**FURTHER, "holder": ""}, 400, "invalid"),
        ({**ABROAD, "territory": "de"}, 400, "invalid"),
        ({**ABROAD, "fee": "1"}, 400, "invalid"),
    ],
)
def test_what_is_no_right_is_refused_and_nothing_is_kept(record, status, code, api, seller):
    refused(api(seller).post(f"{V1}/achievements", rest(ip_records=[record])), status, code)
    assert not Achievement.objects.exists()


def test_the_first_right_cannot_become_one_of_the_further_ones(api, seller):
    row = api(seller).post(f"{V1}/achievements", rest()).json()
    body = {"ip_kind": "utility_model", "ip_number": MODEL}
    refused(api(seller).patch(f"{V1}/achievements/{row['id']}", body), 422, "right_twice")


# --- Before a sale ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"legal_status": "lapsed"}, ["right_in_force"]),
        ({"next_fee_on": TODAY - DAY}, ["fee_paid"]),
        ({"holder": "虚构单位"}, ["holder_consents"]),
    ],
)
def test_a_further_right_keeps_it_off_the_list_and_out_of_a_sale(values, missing, api, seller):
    row = make_achievement(seller, S.PUBLISHED)
    record = further(row, **values)
    with pytest.raises(AchievementIncomplete) as at_sale, transaction():
        achievements.reserve(row.pk, at=clock_module.now())
    assert at_sale.value.facts == {"missing": missing}
    assert api(seller).get(f"{V1}/achievements/{row.pk}").json()["missing"] == missing
    with pytest.raises(AchievementIncomplete):
        listing.confirm_achievement(actor=act(seller), achievement_id=row.pk)
    record.delete()
    with transaction():
        achievements.reserve(row.pk, at=clock_module.now())


def test_a_right_that_lapsed_or_is_unpaid_is_kept_for_nobody(seller):
    for values in ({"legal_status": "lapsed"}, {"next_fee_on": TODAY - DAY}):
        row = make_achievement(seller, S.PUBLISHED, **values)
        with pytest.raises(AchievementIncomplete), transaction():
            achievements.reserve(row.pk, at=clock_module.now())
        row.refresh_from_db()
        assert row.state == S.PUBLISHED


def test_what_changed_of_a_further_right_is_told_when_the_entry_is_confirmed(api, seller, rival):
    row = make_achievement(seller, S.UNLISTED)
    record = further(row, next_fee_on=TODAY - DAY)
    other = further(make_achievement(rival))
    address = f"{V1}/achievements/{row.pk}/confirm"
    refused(api(seller).post(address, {}), 422, "achievement_incomplete")
    for wrong in (other.pk, 0):
        told = [{"id": wrong, "next_fee_on": "2026-09-01"}]
        assert api(seller).post(address, {"records": told}).status_code == 400
    paid = [{"id": record.pk, "next_fee_on": "2026-09-01", "legal_status": "granted"}]
    body = api(seller).post(address, {"records": paid}).json()
    assert (body["state"], body["valid_until"]) == ("published", "2026-09-01")
    assert body["ip_records"][0]["legal_status"] == "granted"


# --- Fees -------------------------------------------------------------------------------


def test_the_owner_is_told_once_of_each_fee_sixty_days_before_it(seller, clock):
    row = make_achievement(seller, S.RESERVED, next_fee_on=TODAY + 61 * DAY)
    further(row, next_fee_on=TODAY + 61 * DAY)
    further(row, 2, next_fee_on=TODAY + 63 * DAY)
    make_achievement(seller, S.DRAFT, next_fee_on=TODAY + 61 * DAY)
    told = []
    for _ in range(4):
        check_validity()
        told.append(events_of(f"achievement:{row.pk}"))
        clock.advance(days=1)
    due = "achievement.fee_due"
    assert told == [[], [due], [due], [due, due]]
    assert [str(one.due_on) for one in FeeReminder.objects.order_by("due_on")] == [
        "2026-05-02",
        "2026-05-04",
    ]
    fan_out_all()
    assert {one.recipient for one in Notice.objects.all()} == {seller}
    assert Notice.objects.count() == 2


def test_one_whose_reminder_fails_stops_nobody_else_and_leaves_nothing(seller, monkeypatch):
    first, second = (make_achievement(seller, next_fee_on=TODAY + days * DAY) for days in (10, 20))
    real = fee_clock.record

    def fail(topic, *args, **facts):
        if topic == f"achievement:{first.pk}":
            raise HalfWayError
        real(topic, *args, **facts)

    with monkeypatch.context() as patch:
        patch.setattr(fee_clock, "record", fail)
        assert fee_clock.remind_of_fees() == 1
    assert FeeReminder.objects.get().achievement == second
    lock = fee_clock.lock_achievement

    def withdrawn_first(achievement_id):
        Achievement.objects.filter(pk=achievement_id).update(state=S.WITHDRAWN)
        return lock(achievement_id)

    monkeypatch.setattr(fee_clock, "lock_achievement", withdrawn_first)
    assert fee_clock.remind_of_fees() == 0


# --- The database -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"place": 1, "number": "2"}, "iprecord_place_once"),
        ({"number": "虚构登记1"}, "iprecord_number_once"),
        ({"number": ""}, "iprecord_number_unless_know_how"),
        ({"kind": "know_how", "number": "1"}, "iprecord_number_unless_know_how"),
        ({"territory": "C1"}, "iprecord_territory_in_two_letters"),
        ({"applied_on": TODAY, "granted_on": TODAY - DAY}, "granted_after_its_application"),
        ({"consented_on": TODAY}, "iprecord_consents_by_a_paper"),
        ({"consented_on": TODAY, "consent": "虚构"}, "iprecord_consents_by_a_paper"),
    ],
)
def test_the_database_refuses_what_cannot_be(values, constraint, seller):
    row = make_achievement(seller, S.DRAFT)
    further(row)
    with pytest.raises(IntegrityError, match=constraint), transaction():
        further(row, **{"place": 2, **values})


def test_a_fee_is_told_of_once_and_that_stays(seller):
    row = make_achievement(seller)
    told = {"achievement": row, "due_on": TODAY, "reminded_at": clock_module.now()}
    reminder = FeeReminder.objects.create(**told)
    with pytest.raises(IntegrityError, match="feereminder_once"), transaction():
        FeeReminder.objects.create(**told)
    with pytest.raises(Exception, match="append"), transaction():
        FeeReminder.objects.filter(pk=reminder.pk).update(due_on=TODAY + DAY)
