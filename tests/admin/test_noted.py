"""Whatever is decided around needs and deals is in the desk's history, also past the actions."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from core.models import HistoryEntry
from marketplace.models import ExpertPanel, PanelExpert
from tests.admin.conftest import World, page_url

Desk = Callable[..., Client]

# A row's table, one of its columns, and where its changes stand: the thing's kind, and the part.
NOTED = [
    ("expertpanel", "set_aside_at", "2026-03-02T01:02:03Z", "panel", ""),
    ("panelobjection", "contact", "虚构记号", "panel", "panelobjection"),
    ("landing", "proof", "虚构记号", "landing", ""),
    ("broker", "issued_by", "虚构记号", "broker", ""),
    ("brokerage", "commission", "1234.50", "deal", "brokerage"),
    ("plannedmilestone", "deliverable", "虚构记号", "deal", "plannedmilestone"),
    ("needcall", "title_en", "虚构记号", "call", ""),
    ("publicity", "contact", "虚构记号", "publicity", ""),
    ("objection", "contact", "虚构记号", "publicity", "objection"),
]


@pytest.mark.parametrize("way", ["bulk update", "SQL"])
def test_a_change_past_the_actions_stands_in_the_history_of_the_desk(
    world: World, everything, desk: Desk, way: str
):
    client = desk(everything)
    for table, column, value, kind, part in NOTED:
        row = world.rows[f"marketplace.{table}"]
        before = HistoryEntry.objects.filter(kind=kind, part=part, row_id=row.pk).count()
        if way == "SQL":
            with connection.cursor() as cursor:
                sql = f'UPDATE "marketplace_{table}" SET {column} = %s WHERE id = %s'  # noqa: S608
                cursor.execute(sql, [value, row.pk])
        else:
            type(row)._default_manager.filter(pk=row.pk).update(**{column: value})
        entries = HistoryEntry.objects.filter(kind=kind, part=part, row_id=row.pk).order_by("-pk")
        assert entries.count() == before + 1, table
        assert list(entries[0].fields) == [column]
        told = client.get(page_url(row, "history")).content.decode()
        label = str(type(row)._meta.get_field(column).verbose_name)
        assert f'<th scope="row">{label}</th>' in told, table


def test_an_expert_who_is_struck_off_by_hand_stays_in_the_history_of_the_panel(
    world: World, everything, desk: Desk
):
    panel = world.rows["marketplace.expertpanel"]
    assert isinstance(panel, ExpertPanel)
    person = world.people["stranger"]
    gone = PanelExpert.objects.create(panel=panel, person=person)
    gone.delete()
    told = desk(everything).get(page_url(panel, "history")).content.decode()
    assert str(person) in told
