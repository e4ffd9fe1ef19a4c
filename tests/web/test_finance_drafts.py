"""A draft in the browser: changed until it is sent, from lists that hold everything."""

import re
from uuid import uuid4

import pytest

from accounts.models import City
from alliances.models import FinanceApplication
from core.models import Event
from notifications.messages import message_for
from tests.alliances.conftest import alliance, keeper
from tests.alliances.lending import make_lenders, offer, submit
from tests.conftest import organization_of
from tests.factories import make_achievement
from tests.web.reading import text_of
from tests.web.test_finance_pages import SENT, apply, page_of

__all__ = ["alliance", "apply", "keeper"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_draft_is_changed_until_it_is_sent(visit, send, apply, alliance, enterprise, rival):
    make_lenders(alliance, 1)
    apply(enterprise)
    made = FinanceApplication.objects.get()
    path = page_of(made, "/change")
    assert f'href="{path}"' in visit(page_of(made), enterprise).text
    form = visit(path, enterprise).text
    for told in ('value="2,800,000"', 'value="24"', "虚构的保密说明", 'value="0"', made.code):
        assert told in form, told
    key = re.search(r'name="key" value="([^"]+)"', form)[1]
    filled = {**SENT, "organization": made.applicant_id, "key": key, "city": "310117"}
    wrong = send(enterprise, path, **{**filled, "amount": "soon"})
    assert wrong.status_code == 422
    assert send(enterprise, path, **{**filled, "kind": "ip_pledge"}).status_code == 422
    foreign = {**filled, "organization": organization_of(rival).pk}
    assert send(enterprise, path, **foreign).status_code == 422
    assert send(rival, path, **filled).status_code == 404
    page = send(enterprise, path, **{**filled, "amount": "120.50万", "revenue": "", "months": "12"})
    assert page.redirect_chain == [(page_of(made), 302)]
    assert "The draft is changed" in text_of(page)
    made.refresh_from_db()
    assert (made.amount, made.months, made.revenue) == (1_205_000, 12, None)
    send(enterprise, page_of(made, "/submit"))
    assert visit(path, enterprise).status_code == 404
    assert send(enterprise, path, **filled).status_code == 404
    assert visit(path).status_code == 302


def test_a_long_list_is_narrowed_and_nothing_typed_is_lost(
    visit, send, apply, enterprise, rival, monkeypatch
):
    monkeypatch.setattr("web.finance_forms.FoundField.most", 1)
    rights = [make_achievement(enterprise, title=f"虚构涂层{number}") for number in range(3)]
    foreign = make_achievement(rival, title="虚构涂层9")
    form = visit("/finance/apply", enterprise).text
    assert "The list shows the first 1" in form
    assert rights[0].code not in form
    typed = {"organization": organization_of(enterprise).pk, **SENT, "find": "collateral"}
    page = send(enterprise, "/finance/apply", **typed, find_collateral="涂层0 虚构")
    assert page.status_code == 200
    assert rights[0].code in page.text
    assert rights[1].code not in page.text
    assert 'value="280万"' in page.text
    assert "errorlist" not in page.text
    nothing = send(enterprise, "/finance/apply", **typed, find_collateral="涂层9")
    assert "Nothing matches" in nothing.text
    assert foreign.code not in nothing.text
    kept = send(
        *(enterprise, "/finance/apply"),
        **{**typed, "collateral": rights[2].pk, "find_collateral": rights[1].code},
    )
    assert f'value="{rights[2].pk}" selected' in kept.text, "what was chosen stays"
    assert not FinanceApplication.objects.exists()
    apply(enterprise, kind="ip_pledge", collateral=rights[0].pk)
    assert FinanceApplication.objects.get().collateral == rights[0]


def test_an_application_for_another_city_stays_there_when_it_is_changed(
    visit, send, apply, enterprise
):
    apply(enterprise)
    made = FinanceApplication.objects.get()
    made.city = City.objects.create(
        code="110000", name="虚构外市", name_en="Away", is_corridor=False
    )
    made.save(update_fields=["city"])
    path = page_of(made, "/change")
    assert 'value="110000" selected' in visit(path, enterprise).text
    filled = {**SENT, "organization": made.applicant_id, "key": uuid4(), "city": "110000"}
    assert "The draft is changed" in text_of(send(enterprise, path, **filled))
    made.refresh_from_db()
    assert made.city.code == "110000"


@pytest.mark.parametrize(
    "odd", [{"collateral": "x"}, {"policy": "9" * 30}, {"find_policy": "a\x00"}]
)
def test_odd_choices_are_refused_and_break_nothing(odd, send, apply, enterprise):
    assert apply(enterprise, **odd).status_code == 422
    typed = {"organization": organization_of(enterprise).pk, **SENT, "find": "policy", **odd}
    assert send(enterprise, "/finance/apply", **typed).status_code == 200
    assert not FinanceApplication.objects.exists()


def test_notices_about_ones_financing_lead_to_its_page(alliance, enterprise):
    (banker,) = make_lenders(alliance, 1)
    made = submit(enterprise)
    offer(banker, made)
    event = Event.objects.get(kind="offer.made")
    assert message_for(event, enterprise).path == page_of(made)
    desk = f"/admin/alliances/financeapplication/{made.pk}/change/"
    assert message_for(event, banker).path == desk
