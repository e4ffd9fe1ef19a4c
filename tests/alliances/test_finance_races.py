"""Two choices at once, two pledges of one right: one of each, with controls; constraints."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, InternalError

from alliances import crediting, members, offering
from alliances.models import (
    AllianceMember,
    DataConsent,
    DataReading,
    FinanceApplication,
    FinanceCase,
    FinanceMovement,
    FinanceOffer,
    FinanceProduct,
    SupportPolicy,
)
from core.db import transaction
from marketplace import pledges
from marketplace.models import Achievement, Encumbrance
from tests.alliances.conftest import make_alliance
from tests.alliances.lending import MILLION, approve, draw, make_lenders, offer, submit
from tests.conftest import NOW, Cast, act
from tests.factories import make_achievement
from tests.marketplace.test_races import at_once

TRANSACTIONS = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(db: None) -> Cast:
    """Committed, for other connections to see."""
    return Cast()


def two_offers(enterprise):
    bankers = make_lenders(make_alliance(), 2)
    application = submit(enterprise)
    made = [offer(banker, application) for banker in bankers]
    actor = act(enterprise)
    return [lambda one=one: offering.accept_offer(actor=actor, offer_id=one.pk) for one in made]


@TRANSACTIONS
def test_of_two_offers_taken_at_once_one_is_accepted(clock, enterprise):
    assert at_once(*two_offers(enterprise)) == ["done", "illegal_transition"]
    assert sorted(FinanceOffer.objects.values_list("state", flat=True)) == ["accepted", "lapsed"]


@TRANSACTIONS
@pytest.mark.xfail(strict=True, reason="the control: without the lock the constraint stops it")
def test_control_of_the_choice_without_the_lock(clock, enterprise, monkeypatch):
    both_have_read = Barrier(2)
    required = offering.require_agent

    def unlocked(application_id, **seen_by):
        return FinanceApplication.objects.get(pk=application_id)

    def require(*told):
        both_have_read.wait(timeout=10)
        required(*told)

    attempts = two_offers(enterprise)
    monkeypatch.setattr(offering, "lock_application", unlocked)
    monkeypatch.setattr(offering, "require_agent", require)
    assert at_once(*attempts) == ["done", "illegal_transition"]


def leaving_while_it_is_taken(enterprise, monkeypatch):
    """The member has left and not committed yet when its offer is taken."""
    (banker,) = make_lenders(make_alliance(), 1)
    made = offer(banker, submit(enterprise))
    has_left, is_over = Event(), Event()
    recorded = members._record

    def hold(*told):
        recorded(*told)
        has_left.set()
        is_over.wait(timeout=0.3)

    monkeypatch.setattr(members, "_record", hold)

    def leave():
        members.end_member(actor=act(banker), member_id=made.member_id, reason="虚构")

    def take():
        has_left.wait(timeout=10)
        try:
            offering.accept_offer(actor=act(enterprise), offer_id=made.pk)
        finally:
            is_over.set()

    return leave, take


@TRANSACTIONS
def test_an_offer_is_not_taken_while_its_member_leaves(clock, enterprise, monkeypatch):
    attempts = leaving_while_it_is_taken(enterprise, monkeypatch)
    assert at_once(*attempts) == ["done", "offeror_left"]
    assert FinanceOffer.objects.get().state == "made"


@TRANSACTIONS
@pytest.mark.xfail(strict=True, reason="the control: without the lock the offer is taken")
def test_control_of_the_leaving_without_the_lock(clock, enterprise, monkeypatch):
    attempts = leaving_while_it_is_taken(enterprise, monkeypatch)
    monkeypatch.setattr(offering, "lock_offeror", lambda key: AllianceMember.objects.get(pk=key))
    assert at_once(*attempts) == ["done", "offeror_left"]


def pledging(actor, key):
    return lambda: crediting.pledge_collateral(
        actor=actor, application_id=key, registration="虚构", registered_on=NOW.date()
    )


def two_pledges(seller):
    one, two = make_lenders(make_alliance(), 2, kind="ip_pledge")
    right = make_achievement(seller)
    lent = [
        (who, approve(seller, who, kind="ip_pledge", collateral=right.pk)) for who in (one, two)
    ]
    return [pledging(act(who), application.pk) for who, application in lent]


@TRANSACTIONS
def test_a_right_is_pledged_once_however_many_ask_at_once(clock, seller):
    assert at_once(*two_pledges(seller)) == ["achievement_pledged", "done"]
    assert Encumbrance.objects.count() == 1


@TRANSACTIONS
@pytest.mark.xfail(strict=True, reason="the control: without the lock the constraint stops it")
def test_control_of_the_pledge_without_the_lock(clock, seller, monkeypatch):
    both_have_read = Barrier(2)
    checked = pledges.check_unpledged

    def check(achievement):
        checked(achievement)
        both_have_read.wait(timeout=10)

    attempts = two_pledges(seller)
    monkeypatch.setattr(pledges, "lock_achievement", lambda key: Achievement.objects.get(pk=key))
    monkeypatch.setattr(pledges, "check_unpledged", check)
    assert at_once(*attempts) == ["achievement_pledged", "done"]


def refused(name, write):
    with pytest.raises(IntegrityError, match=name), transaction():
        write()


def test_the_database_keeps_money_within_its_limits(clock, db, enterprise, seller):
    (banker,) = make_lenders(make_alliance(), 1)
    application = approve(enterprise, banker)
    draw(banker, application, "600000.00")
    rows = FinanceApplication.objects.filter(pk=application.pk)
    name = "financeapplication_"
    refused(name + "drawn_within_its_limit", lambda: rows.update(disbursed=MILLION + 1))
    ungranted = {"approved_limit": None, "approved_at": None, "state": "accepted"}
    refused(name + "drawn_within_its_limit", lambda: rows.update(**ungranted))
    refused(name + "repaid_within_what_was_drawn", lambda: rows.update(repaid=MILLION))
    refused(name + "limit_within_what_was_asked", lambda: rows.update(approved_limit=MILLION + 1))
    refused(name + "granted_with_a_limit", lambda: rows.update(approved_at=None))
    refused(name + "closed_is_repaid", lambda: rows.update(state="closed"))
    refused(
        name + "amounts_positive",
        lambda: rows.update(amount=0, approved_limit=None, disbursed=0, state="draft"),
    )
    refused(name + "pledged_kind_names_collateral", lambda: rows.update(kind="ip_pledge"))
    moved = application.movements.get()
    same = {
        "application": application,
        "on": NOW.date(),
        "entered_at": NOW,
        "reference": moved.reference,
    }
    refused(
        "financemovement_entered_once",
        lambda: FinanceMovement.objects.create(kind="disbursed", amount=1, **same),
    )
    refused(
        "financemovement_amount_positive",
        lambda: FinanceMovement.objects.create(kind="repaid", amount=0, **same),
    )
    case, made = application.cases.get(), application.offers.get()
    again = {"application": application, "member": case.member}
    refused(
        "financecase_member_asked_once",
        lambda: FinanceCase.objects.create(
            product=case.product, routed_at=NOW, soon_at=NOW, due_at=NOW, **again
        ),
    )
    refused(
        "financecase_declined_with_a_reason",
        lambda: FinanceCase.objects.update(state="declined"),
    )
    refused(
        "financecase_answered_has_its_time", lambda: FinanceCase.objects.update(answered_at=None)
    )
    priced = {
        "rate": 4,
        "apr": 4,
        "repayment": "at_once",
        "valid_until": NOW.date(),
        "made_at": NOW,
    }
    refused(
        "financeoffer_member_offers_once",
        lambda: FinanceOffer.objects.create(amount=1, months=1, **priced, **again),
    )
    refused("financeoffer_rate_shown_as_apr", lambda: FinanceOffer.objects.update(apr=None))
    refused("financeoffer_amounts_positive", lambda: FinanceOffer.objects.update(amount=0))
    (other,) = make_lenders(case.member.alliance, 1)
    refused(
        "financeoffer_one_is_accepted",
        lambda: FinanceOffer.objects.create(
            application=application,
            member=other.memberships.get().organization.alliance_memberships.get(),
            amount=1,
            months=1,
            state="accepted",
            **priced,
        ),
    )
    assert all(map(str, (case, made, moved)))


def test_the_database_keeps_products_consents_policies_and_pledges(clock, db, enterprise, seller):
    make_lenders(make_alliance(), 1)
    application = submit(enterprise)
    member = application.cases.get().member
    rows = FinanceProduct.objects.all()
    refused("financeproduct_amounts_in_order", lambda: rows.update(least_amount=MILLION * 99))
    refused("financeproduct_rate_where_money_is_lent", lambda: rows.update(rate=None))
    given = DataConsent.objects.create(application=application, member=member, given_at=NOW)
    refused(
        "dataconsent_standing_once",
        lambda: DataConsent.objects.create(application=application, member=member, given_at=NOW),
    )
    refused(
        "dataconsent_revoked_after_it_was_given",
        lambda: DataConsent.objects.update(revoked_at=NOW - timedelta(days=1)),
    )
    policy = {
        "title": "虚构",
        "issuer": "虚构局",
        "level": "city",
        "issued_on": NOW.date(),
        "audience": "x",
        "source": "x",
        "valid_from": NOW.date(),
    }
    known = SupportPolicy.objects.create(**policy)
    refused("supportpolicy_issued_once", lambda: SupportPolicy.objects.create(**policy))
    refused(
        "supportpolicy_ends_after_its_start",
        lambda: SupportPolicy.objects.update(valid_until=NOW.date() - timedelta(days=1)),
    )
    pledge = {
        "achievement": make_achievement(seller),
        "kind": "pledge",
        "holder": "x",
        "since": NOW.date(),
    }
    Encumbrance.objects.create(registration="虚构1", **pledge)
    refused(
        "encumbrance_pledged_once",
        lambda: Encumbrance.objects.create(registration="虚构2", **pledge),
    )
    refused(
        "encumbrance_released_after_its_start",
        lambda: Encumbrance.objects.update(released_on=NOW.date() - timedelta(days=1)),
    )
    assert all(map(str, (given, known, rows.get())))


@pytest.mark.parametrize("model", [FinanceMovement, DataReading])
def test_money_and_readings_are_never_rewritten(clock, db, enterprise, model):
    (banker,) = make_lenders(make_alliance(), 1)
    application = approve(enterprise, banker)
    draw(banker, application, "600000.00")
    member = application.cases.get().member
    DataReading.objects.create(application=application, member=member, read_at=NOW)
    assert str(model.objects.get())
    for write in (
        model.objects.all().delete,
        lambda: model.objects.update(application=application),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction():
            write()
    assert FinanceApplication.objects.get().disbursed == Decimal("600000.00")
