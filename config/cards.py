"""A card of the desk's front page: how many things wait, and the list of as many."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse


@dataclass(frozen=True)
class Card:
    title: str
    value: str
    url: str
    tone: str = "plain"
    note: str = ""


def rows_waiting(
    title: str, rows: QuerySet[Any], model: str, query: str, tone: str = "waiting"
) -> Card:
    number = rows.count()
    return Card(title, str(number), list_url(model, query), tone_of(number, tone))


def tone_of(number: int, tone: str = "waiting") -> str:
    return tone if number else "plain"


def list_url(model: str, query: str) -> str:
    url = reverse(f"admin:{model}_changelist")
    return f"{url}?{query}" if query else url
