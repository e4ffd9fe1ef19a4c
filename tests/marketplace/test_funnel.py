"""The funnel is split by call, city, field and month, with published figures beside it."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.db import IntegrityError
from openpyxl import load_workbook

from core.db import transaction
from core.models import ReferenceFigure, reference_figures
from marketplace.lifecycle import NeedState
from tests.conftest import NOW
from tests.marketplace.conftest import make_call, make_need
from tests.marketplace.test_landings import counts, need_with_deal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PATH = "/api/v1/statistics/needs-funnel"


def groups(reader, by):
    answer = reader.get(f"{PATH}?by={by}")
    assert answer.status_code == 200, answer.content
    return {one["key"]: [step["count"] for step in one["steps"]] for one in answer.json()["groups"]}


def test_the_groups_of_a_split_add_up_to_the_whole_and_their_keys_narrow_to_them(
    api, seller, enterprise
):
    call = make_call()
    need_with_deal(enterprise, seller)
    make_need(enterprise, NeedState.PUBLISHED, call=call)
    before = NOW - timedelta(days=40)
    make_need(enterprise, NeedState.CLOSED, call=call, published_at=before)
    reader = api(seller)
    assert groups(reader, "call") == {str(call.pk): [2, 0, 0], "standing": [1, 1, 0]}
    assert groups(reader, "city") == {"330100": [3, 1, 0]}
    assert groups(reader, "field") == {"NM": [3, 1, 0]}
    assert groups(reader, "month") == {f"{before:%Y-%m}": [1, 0, 0], f"{NOW:%Y-%m}": [2, 1, 0]}
    for key, counted in groups(reader, "call").items():
        assert counts(reader, f"?call={key}") == counted
    behind = reader.get(f"{PATH}/needs?stage=solicited&call={call.pk}").json()["results"]
    assert len(behind) == 2


def test_what_it_is_not_split_by_and_a_call_that_is_not_there_are_refused(api, seller):
    for query in ("by=price", "call=none", "call=-1", "call=999999999"):
        assert api(seller).get(f"{PATH}?{query}").status_code == 400, query
    assert api(seller).get(PATH).json()["groups"] == []


def test_what_was_published_stands_beside_what_is_computed_with_date_and_source(api, seller):
    answer = api(seller).get(PATH).json()
    told = {stage: (one["value"], one["is_at_least"]) for stage, one in answer["published"].items()}
    assert told == {
        "solicited": ("97", False),
        "substantive": ("31", False),
        "landed": ("10", True),
    }
    assert all(one["source"] and one["as_of"] for one in answer["published"].values())
    assert [step["count"] for step in answer["steps"]] == [0, 0, 0], "and is counted nowhere"


def test_a_published_figure_without_date_or_source_is_refused_by_the_database():
    assert set(reference_figures("needs_funnel")) == {"solicited", "substantive", "landed"}
    for values in ({"source": ""}, {"as_of": ""}, {"as_of": "recently"}):
        with (
            pytest.raises(IntegrityError, match="referencefigure_has_source_and_date"),
            transaction(),
        ):
            ReferenceFigure.objects.create(
                **{"key": "x.y", "value": 1, "as_of": "2024", "source": "虚构", **values}
            )


def lines(answer):
    assert answer.status_code == 200, answer.content
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def test_the_funnel_is_a_file_too_in_which_no_name_is_a_formula(api, seller, enterprise):
    call = make_call(title='=HYPERLINK("x")')
    need_with_deal(enterprise, seller)
    make_need(enterprise, NeedState.PUBLISHED, call=call)
    reader = api(seller)
    answer = reader.get(f"{PATH}?by=call&format=csv")
    assert answer["Content-Type"] == "text/csv"
    assert "needs-funnel-" in answer["Content-Disposition"]
    header, *rows = lines(answer)
    assert len(rows) == 3 * (1 + 2)
    assert [row[3:5] for row in rows[:3]] == [["2", "100.0"], ["1", "50.0"], ["0", "0.0"]]
    assert rows[0][5:7] == ["97 项", "2024"]
    assert rows[2][5] == "＞10 项"
    assert {row[0] for row in rows[3:]} == {"", '\'=HYPERLINK("x")'}
    page = load_workbook(BytesIO(reader.get(f"{PATH}?by=call&format=xlsx").content)).active
    cells = [cell for row in page.iter_rows(min_row=2) for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert [cell.value for cell in page["D"][1:4]] == [2, 1, 0]
    assert len(header) == page.max_column


def test_the_needs_behind_a_figure_are_a_file_of_what_its_reader_may_see(
    api, seller, enterprise, rival
):
    deal = need_with_deal(enterprise, seller)
    make_need(enterprise, NeedState.PUBLISHED)
    for reader in (enterprise, rival):
        path = f"{PATH}/needs?stage=substantive"
        told = api(reader).get(path).json()["results"]
        rows = lines(api(reader).get(f"{path}&format=csv"))[1:]
        assert len(rows) == len(told)
    assert deal.need.title in lines(api(enterprise).get(f"{path}&format=csv"))[1]
