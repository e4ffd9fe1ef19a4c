"""The funnel is split by call, city, field and month, with published figures beside it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

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
