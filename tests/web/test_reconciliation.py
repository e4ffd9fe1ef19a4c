"""The office sees the product's own figures beside the published ones, and what is behind each."""

import re
from decimal import Decimal

import pytest

from core.models import ReferenceFigure, reference_figures
from tests.enclaves.conftest import make_park, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/statistics/reconciliation"


def line_of(html: str, label: str) -> str:
    """The text of the row of a figure."""
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    (found,) = [row for row in rows if label in row]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_only_the_office_and_the_exchange_read_it(visit, cadre, operator, bureau, seller, clock):
    assert visit(URL).url.startswith("/accounts/login/")
    for person in (bureau, seller):
        assert visit(URL, person).status_code == 403
    for person in (cadre, operator):
        assert visit(URL, person).status_code == 200
    clock.advance(days=400)
    assert visit(URL, cadre).status_code == 403
    assert visit(URL, operator).status_code == 200


def test_own_and_published_figures_stand_side_by_side_with_day_and_source(visit, cadre):
    figure = reference_figures("enclaves")["in_songjiang"]
    own = make_park()
    html = visit(URL, cadre).text
    told = line_of(html, "Enclaves in Songjiang")
    for part in (" 1 ", figure.figure(), figure.as_of, figure.source):
        assert part in told, part
    assert own.name not in html
    for key in ("needs_funnel.solicited", "finance_alliance.cumulative_credit", "trading_cycles.4"):
        published = ReferenceFigure.objects.get(key=key)
        told = line_of(html, published.name_en)
        assert published.figure() in told
        assert published.as_of in told
    assert "not on record" in line_of(html, "Session 7")


def test_what_was_published_of_a_park_stands_beside_the_park_of_that_name(visit, cadre):
    figures = reference_figures("enclaves")
    area, landed = figures["chizhou.area_m2"], figures["chongfu.landed"]
    assert "not on record" in line_of(visit(URL, cadre).text, area.name_en)
    make_park(name=area.name.partition("：")[0], area_m2=Decimal("18000.50"))
    chongfu = make_park(name=landed.name.partition("：")[0])
    make_project(chongfu, state="landed")
    html = visit(URL, cadre).text
    assert "18,000.50" in line_of(html, area.name_en)
    assert " 1 " in line_of(html, landed.name_en)
    assert f"/enclaves/{chongfu.pk}" in html


def test_every_address_behind_a_figure_opens_for_who_reads_the_page(visit, cadre):
    make_project(make_park(), state="landed")
    html = visit(URL, cadre).text
    cells = re.findall(r'<td class="number"[^>]*>.*?</td>', html, re.DOTALL)
    links = {link for cell in cells for link in re.findall(r'href="([^"]+)"', cell)}
    links |= set(re.findall(r'href="(/api/v1/[^"]+)"', html))
    assert len(links) > 15
    for link in links:
        answer = visit(link.replace("&amp;", "&").partition("#")[0], cadre)
        assert answer.status_code == 200, link
