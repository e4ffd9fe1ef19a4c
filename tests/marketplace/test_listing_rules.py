"""What keeps an achievement off the list, and for how long it stands there."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.rules.listing import (
    FEE_REMINDED_BEFORE,
    REMINDED_BEFORE,
    VALID_FOR,
    AchievementIncomplete,
    Dossier,
    ExportClass,
    GrantedBeforeApplication,
    LegalStatus,
    PriceKind,
    SecrecyLevel,
    StandingRight,
    check_dates,
    check_may_be_listed,
    fees_to_remind,
    is_over,
    is_to_remind,
    is_unpaid,
    missing_for_listing,
    valid_until,
)

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
SOUND = StandingRight(LegalStatus.GRANTED, TODAY + DAY)
NOTHING_SAID = Dossier(today=TODAY)
days = st.dates(date(2020, 1, 1), date(2035, 1, 1))
cents = st.integers(1, 10_000).map(lambda number: Decimal(number) / 100)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, []),
        ({"rights": [StandingRight(LegalStatus.GRANTED, TODAY)]}, []),
        ({"rights": [SOUND, StandingRight(LegalStatus.PENDING)]}, []),
        ({"rights": [SOUND, StandingRight(LegalStatus.LAPSED)]}, ["right_in_force"]),
        ({"rights": [SOUND, StandingRight(LegalStatus.EXPIRED)]}, ["right_in_force"]),
        ({"rights": [SOUND, StandingRight(LegalStatus.INVALIDATED)]}, ["right_in_force"]),
        ({"rights": [StandingRight(next_fee_on=TODAY - DAY), SOUND]}, ["fee_paid"]),
        ({"rights": [SOUND, StandingRight(consented=False)]}, ["holder_consents"]),
        ({"consents": [True, True]}, []),
        ({"consents": [True, False]}, ["co_owner_consents"]),
        ({"pledgee_consents": [True]}, []),
        ({"pledgee_consents": [False]}, ["pledgee_consents"]),
        ({"inventor_shares": [None, None]}, []),
        ({"inventor_shares": [Decimal("60.00"), Decimal("40.00")]}, []),
        ({"inventor_shares": [Decimal("60.00"), None]}, ["inventor_shares"]),
        ({"inventor_shares": [Decimal("60.00"), Decimal("39.99")]}, ["inventor_shares"]),
        ({"is_service": True}, ["inventors_of_service"]),
        ({"is_service": True, "inventor_shares": [None]}, []),
        ({"is_service": False}, []),
        ({"publicly_funded": True, "programme": "  "}, ["programme"]),
        ({"publicly_funded": True, "programme": "虚构计划〔2024〕7号"}, []),
        ({"price_kind": PriceKind.FIXED}, ["asking_price"]),
        ({"price_kind": PriceKind.FIXED, "asking_price": Decimal("1.00")}, []),
        ({"price_kind": PriceKind.NEGOTIABLE}, []),
        ({"co_owner_shares": [Decimal("99.99"), None]}, []),
        ({"co_owner_shares": [Decimal("60.00"), Decimal("40.00")]}, ["co_owner_shares"]),
        ({"export_class": ExportClass.FREE}, []),
        ({"export_class": ExportClass.RESTRICTED}, ["detail_under_undertaking"]),
        ({"export_class": ExportClass.PROHIBITED}, ["detail_under_undertaking"]),
        ({"export_class": ExportClass.PROHIBITED, "under_nda": True}, []),
        ({"secrecy": SecrecyLevel.OPEN}, []),
        ({"secrecy": SecrecyLevel.INTERNAL}, ["verified_organizations_only"]),
        ({"secrecy": SecrecyLevel.INTERNAL, "registered_only": True}, []),
        (
            {
                "rights": [StandingRight(LegalStatus.LAPSED)],
                "consents": [False],
                "is_service": True,
            },
            ["right_in_force", "co_owner_consents", "inventors_of_service"],
        ),
    ],
)
def test_everything_that_is_missing_is_named(said, missing):
    dossier = replace(NOTHING_SAID, **said)
    assert missing_for_listing(dossier) == missing
    if missing:
        with pytest.raises(AchievementIncomplete) as refused:
            check_may_be_listed(dossier)
        assert refused.value.facts == {"missing": missing}
        assert set(missing) <= set(AchievementIncomplete.words)
    else:
        check_may_be_listed(dossier)


@given(st.lists(cents, min_size=1, max_size=6))
def test_shares_make_up_the_whole_to_the_cent(shares):
    said = missing_for_listing(replace(NOTHING_SAID, inventor_shares=shares))
    assert (said == []) == (sum(shares) == 100)
    rest = Decimal(100) - sum(shares)
    if rest > 0:
        assert missing_for_listing(replace(NOTHING_SAID, inventor_shares=[*shares, rest])) == []


fees = st.lists(st.none() | days, max_size=5)


@given(days, fees)
def test_an_entry_stands_for_a_year_or_until_a_fee_is_due(confirmed, dues):
    last = valid_until(confirmed, dues)
    assert confirmed <= last <= confirmed + VALID_FOR
    said = [day for day in dues if day is not None]
    if said and min(said) >= confirmed:
        assert last <= min(said)
    if not said:
        assert last == confirmed + VALID_FOR


@given(fees, st.sets(days, max_size=3), days)
def test_each_fee_is_told_of_once_in_the_sixty_days_before_it(dues, told, today):
    found = fees_to_remind(dues, told, today)
    assert found == sorted(set(found))
    for day in found:
        assert day in dues
        assert today <= day <= today + FEE_REMINDED_BEFORE
        assert not is_unpaid(day, today)
    assert not set(found) & told
    assert fees_to_remind(dues, told | set(found), today) == []


@given(st.none() | days, st.none() | days)
def test_a_right_is_granted_after_its_application(applied, granted):
    if applied is not None and granted is not None and granted < applied:
        with pytest.raises(GrantedBeforeApplication):
            check_dates(applied, granted)
    else:
        check_dates(applied, granted)


@given(st.none() | days, days)
def test_an_entry_leaves_the_day_after_its_last(last, today):
    assert is_over(last, today) == (last is not None and last < today)


@given(st.none() | days, st.none() | days, days)
def test_its_owner_is_reminded_once_and_before_it_leaves(last, reminded, today):
    told = is_to_remind(last, reminded, today)
    if told:
        assert reminded is None
        assert not is_over(last, today)
        assert last - today <= REMINDED_BEFORE
    if last == today and reminded is None:
        assert told
