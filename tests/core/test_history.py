"""Whatever changes a tracked row, and however, is noted: who, when, before and after."""

from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import Organization
from core.db import transaction
from core.errors import ReasonRequired
from core.history import Difference, history_of, net, since_returned
from core.models import HistoryEntry
from marketplace import achievements, needs
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, Inventor, Need, NeedIndicator
from tests.conftest import act, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_deal, make_need, make_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def fields_of(kind: str, row_id: int, part: str = "") -> list[dict[str, list[object]]]:
    entries = HistoryEntry.objects.filter(kind=kind, row_id=row_id, part=part).order_by("pk")
    return [entry.fields for entry in entries]


def test_an_action_a_bulk_update_and_sql_are_noted_alike(enterprise):
    need = make_need(enterprise, NeedState.DRAFT)
    needs.edit_need(actor=act(enterprise), need_id=need.pk, title="虚构的新题目")
    Need.objects.filter(pk=need.pk).update(budget=Decimal("5.10"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE marketplace_need SET months = 7 WHERE id = %s", [need.pk])
    assert fields_of("need", need.pk) == [
        {},
        {"title": [need.title, "虚构的新题目"]},
        {"budget": [need.budget, Decimal("5.10")]},
        {"months": [None, 7]},
    ]


def test_who_acted_is_what_the_transaction_said_and_the_database_adds_its_own_user(enterprise):
    need = make_need(enterprise, NeedState.DRAFT)
    (added,) = history_of("need", need.pk).filter(part="")
    assert (added.actor, added.change) == ("", "added")
    needs.edit_need(actor=act(enterprise), need_id=need.pk, title="虚构的新题目")
    changed = history_of("need", need.pk).filter(part="").first()
    assert changed is not None
    assert changed.actor == f"user:{enterprise.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert changed.db_user == cursor.fetchone()[0]


def test_a_row_that_is_written_as_it_was_is_not_noted(enterprise):
    need = make_need(enterprise, NeedState.DRAFT)
    Need.objects.filter(pk=need.pk).update(title=need.title)
    assert len(fields_of("need", need.pk)) == 1


def test_many_rows_of_one_statement_are_each_noted(seller):
    rows = [make_achievement(seller) for _ in range(3)]
    before = HistoryEntry.objects.count()
    Achievement.objects.update(scene="虚构场景")
    assert HistoryEntry.objects.count() == before + 3
    for row in rows:
        assert fields_of("achievement", row.pk)[-1] == {"scene": ["", "虚构场景"]}


def test_what_belongs_to_a_thing_is_found_with_it(seller, enterprise, rival):
    achievement = make_achievement(seller, AchievementState.DRAFT)
    achievements.edit_achievement(
        actor=act(seller), achievement_id=achievement.pk,
        inventors=[{"name": "虚构发明人", "share": Decimal("100.00")}],
    )  # fmt: skip
    inventor = Inventor.objects.get()
    inventor.delete()
    added, removed = reversed(history_of("achievement", achievement.pk).exclude(part=""))
    assert (added.part, added.change, added.row_id) == ("inventor", "added", removed.row_id)
    assert removed.fields["name"] == ["虚构发明人", None]
    assert added.fields["share"] == [None, Decimal("100.00")]
    response = make_response(make_need(enterprise), rival)
    deal = make_deal(
        organization_of(seller),
        organization_of(enterprise),
        channel="off_session",
        achievement=achievement,
    )
    for kind, row in (("response", response), ("deal", deal)):
        type(row).objects.filter(pk=row.pk).update(price=Decimal("1.00"))
        assert fields_of(kind, row.pk)[-1]["price"][1] == Decimal("1.00")


def test_an_organizations_file_is_tracked(rival):
    Organization.objects.filter(pk=organization_of(rival).pk).update(name="虚构新名")
    assert "name" in fields_of("organization", organization_of(rival).pk)[-1]


def test_history_is_not_rewritten(enterprise):
    make_need(enterprise)
    for change in (
        lambda: HistoryEntry.objects.update(actor="user:1"),
        HistoryEntry.objects.all().delete,
    ):
        with pytest.raises(Exception, match="append-only"), transaction():
            change()
    with pytest.raises(Exception, match="historyentry_change_known"), transaction():
        HistoryEntry.objects.create(
            kind="need", object_id=1, row_id=1, change="x", at="2026-03-02T00:00:00Z", db_user="x"
        )


def test_what_is_refused_leaves_no_history(enterprise, bureau):
    need = make_need(enterprise, NeedState.SUBMITTED)
    before = HistoryEntry.objects.count()
    with pytest.raises(ReasonRequired):
        needs.return_need(actor=act(bureau), need_id=need.pk, reason=" ")
    assert HistoryEntry.objects.count() == before


def test_a_list_that_is_put_in_anew_differs_only_by_what_differs(enterprise):
    need = make_need(enterprise, NeedState.RETURNED, indicators=2)
    assert since_returned("need", need.pk) is None
    Need.objects.filter(pk=need.pk).update(state="submitted")
    Need.objects.filter(pk=need.pk).update(state="returned", state_reason="虚构的理由")
    same = {"operator": "ge", "unit": "℃", "test_method": "", "confidential": False}
    needs.edit_need(
        actor=act(enterprise), need_id=need.pk, title="虚构的新题目",
        indicators=[
            {"name": "指标0", "target": Decimal(1200), **same},
            {"name": "指标1", "target": Decimal(1300), **same},
            {"name": "指标2", "target": Decimal(1), **same},
        ],
    )  # fmt: skip
    Need.objects.filter(pk=need.pk).update(months=3)
    Need.objects.filter(pk=need.pk).update(months=None)
    entries = since_returned("need", need.pk)
    assert entries is not None
    own, changed, new = net(entries)
    assert own == Difference("", {"title": need.title}, {"title": "虚构的新题目"})
    assert changed.before is not None
    assert changed.after is not None
    targets = changed.before["target"], changed.after["target"]
    assert targets == (Decimal(1200), Decimal(1300))
    assert (new.before, new.after and new.after["name"]) == (None, "指标2")


def test_what_was_removed_for_good_is_told(enterprise):
    need = make_need(enterprise, NeedState.RETURNED)
    Need.objects.filter(pk=need.pk).update(state="submitted")
    Need.objects.filter(pk=need.pk).update(state="returned")
    indicator = NeedIndicator.objects.get()
    indicator.unit = "K"
    indicator.save()
    indicator.delete()
    NeedIndicator.objects.create(need=need, name="虚构", operator="ge", target=1).delete()
    (gone,) = net(since_returned("need", need.pk) or [])
    assert gone.after is None
    assert gone.before is not None
    assert gone.before["unit"] == "℃"
