"""Parks, agreements, funds, units and tenancies: by whom, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from core.errors import InvalidValue, NotFound, PermissionDenied
from core.models import Event
from enclaves import parks, tenancies
from enclaves.models import Park, Tenancy
from enclaves.parks import (
    IncubatesTooMuch,
    NameTaken,
    ParkKnown,
    PercentOutOfRange,
    RuleStands,
    SameCity,
)
from enclaves.rules.admission import RoomTaken
from enclaves.rules.tenancy import PeriodEmpty, UnitOccupied, UnitsExceedPark
from search.models import Document
from tests.conftest import act, organization_of
from tests.enclaves.conftest import make_project, make_tenancy, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CITIES = {"home_city": "330100", "host_district": "310117"}
TERM = {"starts_on": date(2026, 1, 1), "ends_on": date(2029, 1, 1)}


def test_the_home_city_sets_a_park_up_and_it_is_found(bureau, park_operator):
    made = parks.found_park(
        actor=act(bureau),
        name="虚构杭州飞地",
        operator=organization_of(park_operator).pk,
        area_m2=Decimal("2300.00"),
        **CITIES,
    )
    assert Document.objects.filter(kind="enclave", object_id=made.pk).exists()
    assert Event.objects.get(topic=f"park:{made.pk}").kind == "park.founded"
    with pytest.raises(ParkKnown):
        parks.found_park(actor=act(bureau), name="虚构杭州飞地", **CITIES)


def test_nobody_else_sets_one_up_and_not_in_its_own_city(host_bureau, cadre, bureau):
    with pytest.raises(PermissionDenied):
        parks.found_park(actor=act(host_bureau), name="虚构", **CITIES)
    with pytest.raises(SameCity):
        parks.found_park(actor=act(cadre), name="虚构", **{**CITIES, "host_district": "330100"})
    with pytest.raises(IncubatesTooMuch):
        parks.found_park(
            actor=act(cadre), name="虚构", area_m2=Decimal(1), incubating_m2=Decimal(2), **CITIES
        )
    with pytest.raises(NotFound):
        parks.found_park(actor=act(bureau), name="虚构", operator=987_654, **CITIES)


def test_its_operator_keeps_it_current_but_does_not_name_itself(
    park, park_operator, settler, bureau
):
    make_unit(park, area_m2=Decimal(9_000))
    make_project(park, state="pilot", area_m2=Decimal(300))
    told = parks.change_park(actor=act(park_operator), park_id=park.pk, address="虚构路1号")
    assert (told.address, told.let_m2, told.taken_m2) == ("虚构路1号", 0, 300)
    with pytest.raises(UnitsExceedPark):
        parks.change_park(actor=act(park_operator), park_id=park.pk, area_m2=Decimal(8_000))
    with pytest.raises(RoomTaken):
        parks.change_park(actor=act(park_operator), park_id=park.pk, incubating_m2=Decimal(299))
    other = organization_of(settler).pk
    with pytest.raises(PermissionDenied):
        parks.change_park(actor=act(park_operator), park_id=park.pk, operator=other)
    parks.change_park(actor=act(bureau), park_id=park.pk, operator=other)
    assert Park.objects.get(pk=park.pk).operator_id == other


def test_one_rule_shares_a_metric_at_a_time(park, bureau, park_operator):
    terms = {"title": "虚构协议", "metric": "tax", "period": "year", **TERM}
    sign = {"actor": act(bureau), "park_id": park.pk}
    parks.sign_agreement(**sign, **terms, home_percent=Decimal("60.00"))
    for change, error in (
        ({}, RuleStands),
        ({"home_percent": Decimal("100.01")}, PercentOutOfRange),
        ({"ends_on": TERM["starts_on"]}, PeriodEmpty),
    ):
        with pytest.raises(error):
            parks.sign_agreement(**sign, **{**terms, "home_percent": Decimal(50), **change})
    later = {"starts_on": date(2029, 1, 1), "ends_on": date(2030, 1, 1)}
    parks.sign_agreement(**sign, **{**terms, **later}, home_percent=Decimal(40))
    parks.sign_agreement(**sign, **{**terms, "metric": "output"}, home_percent=Decimal(40))
    with pytest.raises(PermissionDenied):
        parks.sign_agreement(
            actor=act(park_operator), park_id=park.pk, **terms, home_percent=Decimal(50)
        )


def test_units_fit_into_the_park_and_have_names_of_their_own(park, park_operator):
    run = {"actor": act(park_operator), "park_id": park.pk}
    parks.add_unit(**run, name="一楼", area_m2=Decimal(9_000))
    with pytest.raises(UnitsExceedPark):
        parks.add_unit(**run, name="二楼", area_m2=Decimal(1_001))
    with pytest.raises(NameTaken):
        parks.add_unit(**run, name="一楼", area_m2=Decimal(1))


def test_a_fund_stands_by_a_park_once(park, park_operator, bureau):
    fund = {"name": "虚构基金", "size": Decimal("853000000.00"), "since": date(2026, 1, 1)}
    parks.attach_fund(actor=act(park_operator), park_id=park.pk, **fund)
    with pytest.raises(NameTaken):
        parks.attach_fund(actor=act(park_operator), park_id=park.pk, **fund)
    with pytest.raises(PermissionDenied):
        parks.attach_fund(actor=act(bureau), park_id=park.pk, **{**fund, "name": "另一个"})


def test_a_unit_is_let_to_one_tenant_at_a_time(park, park_operator, settler):
    unit = make_unit(park)
    run = {"actor": act(park_operator), "park_id": park.pk, "unit": unit.pk, "rent": Decimal(1)}
    tenant = organization_of(settler)
    first = tenancies.let_unit(**run, tenant=tenant.pk, **TERM)
    assert first.tenant_name == tenant.name
    with pytest.raises(UnitOccupied):
        tenancies.let_unit(**run, tenant_name="虚构", starts_on=date(2028, 12, 31))
    second = tenancies.let_unit(**run, tenant_name="虚构", starts_on=date(2029, 1, 1))
    kinds = Event.objects.filter(topic=f"park:{park.pk}").values_list("kind", flat=True)
    assert list(kinds.order_by("seq")) == [
        "park.unit_let",
        "park.unit_let",
    ]
    with pytest.raises(UnitOccupied):
        tenancies.end_tenancy(
            actor=act(park_operator),
            tenancy_id=first.pk,
            ends_on=date(2029, 2, 1),
            reason="虚构：续租",
        )
    tenancies.end_tenancy(
        actor=act(park_operator), tenancy_id=first.pk, ends_on=date(2026, 6, 1), reason="虚构"
    )
    assert Tenancy.objects.get(pk=first.pk).ends_on == date(2026, 6, 1)
    assert second.ends_on is None


def test_a_tenancy_names_its_tenant_and_a_unit_of_this_park(park, park_operator, settler):
    run = {"actor": act(park_operator), "park_id": park.pk, "rent": Decimal(1), **TERM}
    unit = make_unit(park)
    with pytest.raises(InvalidValue):
        tenancies.let_unit(**run, unit=unit.pk)
    with pytest.raises(NotFound):
        tenancies.let_unit(**run, unit=unit.pk, tenant=987_654)
    with pytest.raises(NotFound):
        tenancies.let_unit(**run, unit=987_654, tenant_name="虚构")
    with pytest.raises(PermissionDenied):
        tenancies.let_unit(**{**run, "actor": act(settler)}, unit=unit.pk, tenant_name="虚构")


def test_a_tenant_sees_its_own_tenancy_and_no_others(api, park, settler, host_bureau, rival):
    own = make_tenancy(make_unit(park), tenant=organization_of(settler))
    other = make_tenancy(make_unit(park))
    path = f"/api/v1/enclaves/{park.pk}/tenancies"

    def seen(user):
        return {one["id"] for one in api(user).get(path).json()["results"]}

    assert seen(settler) == {own.pk}
    assert seen(host_bureau) == {own.pk, other.pk}
    assert seen(rival) == set()
