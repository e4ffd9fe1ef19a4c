"""The history of a thing at the desk, and what changed since it was returned."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import Organization
from marketplace import needs
from marketplace.models import Need
from tests.admin.conftest import World, page_url
from tests.conftest import act

Desk = Callable[..., Client]


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def plain(answer: Any) -> str:
    """Without the marks of what differs."""
    return re.sub(r"</?(?:ins|del)>", "", text(answer))


def test_a_history_tells_who_changed_what_from_what_to_what(world: World, desk: Desk):
    need, poster = world.need, world.people["enterprise"]
    Need.objects.filter(pk=need.pk).update(budget="3210000.00", modes=["joint", "equity"])
    needs.return_need(actor=act(world.people["cadre"]), need_id=need.pk, reason="虚构的退回理由")
    needs.edit_need(actor=act(poster), need_id=need.pk, title="虚构的新题目")
    told = plain(desk(world.people["cadre"]).get(page_url(need, "history")))
    assert "¥3,210,000.00" in told
    assert "虚构的退回理由" in told
    assert "虚构的新题目" in told
    assert poster.username in told
    assert "合作开发、" in told
    # What the page of a need does not show, its history does not either.
    assert "review_soon_at" not in told


def test_a_reviewer_sees_side_by_side_what_changed_since_the_return(world: World, desk: Desk):
    need, poster, cadre = world.need, world.people["enterprise"], world.people["cadre"]
    Need.objects.filter(pk=need.pk).update(title="虚构：耐高温涂层")
    client = desk(cadre)
    assert "desk-revision" not in text(client.get(page_url(need)))
    needs.return_need(actor=act(cadre), need_id=need.pk, reason="虚构")
    assert "没有改动" in text(client.get(page_url(need)))
    needs.edit_need(
        actor=act(poster), need_id=need.pk, title="虚构：耐高温薄膜",
        indicators=[{"name": "虚构指标", "operator": "ge", "target": "1.5"}],
    )  # fmt: skip
    needs.submit_need(actor=act(poster), need_id=need.pk)
    told = text(client.get(page_url(need)))
    assert "<del>涂层</del>" in told
    assert "<ins>薄膜</ins>" in told
    assert "虚构指标" in told


def test_what_is_confidential_stays_so_in_a_history(world: World, desk: Desk):
    row = world.submitted_organization
    for account in ("canary-account-1", "canary-account-2"):
        Organization.objects.filter(pk=row.pk).update(bank_account=account, name_en=account[7:])
    page = page_url(row, "history")
    for who, sees in (("operator", True), ("cadre", True), ("root", False)):
        told = plain(desk(world.people[who]).get(page))
        assert ("canary-account" in told) is sees, who
        assert "account-2" in told.replace("canary-account", "")


def test_a_long_history_has_pages(world: World, desk: Desk):
    for number in range(60):
        Need.objects.filter(pk=world.need.pk).update(months=number % 36 + 1)
    client = desk(world.people["cadre"])
    first = text(client.get(page_url(world.need, "history")))
    assert "?before=" in first
    older = first.split("?before=")[1].split('"')[0]
    assert "?before=" not in text(client.get(page_url(world.need, "history") + f"?before={older}"))
    assert "?before=" in text(client.get(page_url(world.need, "history") + "?before=%27;--"))
