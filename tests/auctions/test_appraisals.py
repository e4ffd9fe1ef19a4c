"""Appraisals: entered before the notice, kept from bidders, counted for the starting price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from auctions import appraisals, lots
from core.errors import Refusal
from tests.auctions.conftest import last_event
from tests.conftest import NOW, act, make_organization
from tests.factories import draft_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOW.date()


def test_an_appraisal_is_entered_before_the_notice_and_counts_for_the_price(
    seller, bidder, operator, clock
):
    lot = draft_lot(seller, act(operator))
    appraiser = make_organization()

    def enter(**values: Any) -> Any:
        asked = {"organization": appraiser.pk, "value": Decimal("2000.00"), "appraised_on": TODAY}
        return appraisals.enter_appraisal(actor=act(operator), lot_id=lot.pk, **{**asked, **values})

    entered = enter()
    assert (entered.value, entered.by_user) == (Decimal("2000.00"), operator)
    assert last_event(f"lot:{lot.pk}").kind == "lot.appraised"
    assert str(entered).endswith("¥2,000.00")
    for change, code in (
        ({}, "appraisal_known"),
        ({"organization": lot.consignor_id}, "appraisal_not_usable"),
        ({"appraised_on": TODAY + timedelta(days=1)}, "appraisal_not_usable"),
        ({"organization": 2**40}, "not_found"),
    ):
        with pytest.raises(Refusal) as refused:
            enter(**change)
        assert refused.value.code == code
    lots.submit_lot(actor=act(operator), lot_id=lot.pk)
    lots.approve_lot(actor=act(operator), lot_id=lot.pk)
    with pytest.raises(Refusal) as refused:
        lots.publish_lot(actor=act(operator), lot_id=lot.pk)
    assert "starting_price_too_low" in str(refused.value.facts)
    enter(value=Decimal("1000.00"), organization=make_organization().pk)
    lots.publish_lot(actor=act(operator), lot_id=lot.pk)
    with pytest.raises(Refusal) as refused:
        enter(organization=make_organization().pk)
    assert refused.value.code == "appraisal_too_late"
