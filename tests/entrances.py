"""The routes that take a body: their forms, their fields, and the code that a body meets there."""

from copy import copy
from dataclasses import dataclass
from functools import cache
from inspect import unwrap
from typing import Any

from django.urls import get_resolver
from rest_framework import serializers

from accounts.requests import Change, Command, Create
from auctions.serializers.lots import BidForm
from auctions.serializers.maxima import MaximumForm
from auctions.serializers.sessions import FloorBidForm
from auctions.views.timed import Timed
from core.parsing import StrictForm
from core.serializers import Serializer
from tests.hostile import AT_EVERY_FIELD, hostile_values, huge_values, values_beyond
from tests.test_permissions import ROWS, Row, routes


@dataclass(frozen=True)
class Entrance:
    """A route that takes a body, its form, and the row of the matrix that says who may use it."""

    row: Row
    form: type[StrictForm]

    def __str__(self) -> str:
        return self.row.route


def forms() -> dict[str, type[StrictForm]]:
    """The form of every route of the API that takes a body, by its path."""
    found = {}
    for path, callback in routes(get_resolver()):
        view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
        if getattr(view, "largest_upload", 0):
            continue  # no JSON: tests/marketplace/test_pictures.py, test_importing.py
        if any(hasattr(view, method) for method in ("post", "put", "patch")):
            found[path.removeprefix("api/v1/")] = getattr(view, "form_class", None)
    found["lots/<int:pk>/bids"] = BidForm  # decided in batches, so it is no `Create`
    found["lots/<int:pk>/floor-bids"] = FloorBidForm  # likewise
    found["lots/<int:pk>/maximum"] = MaximumForm  # one view for what is left, read and taken back
    del found["oauth/token"]  # RFC 6749's own form: tests/accounts/test_tokens.py
    return found


# What a view says of itself, and how its answer is written; neither looks at a body.
OF_EACH_VIEW = {
    *("form_class", "perform", "id_name", "key_required", "beyond_form", "post", "as_view"),
    *("view_class", "renderer_classes", "content_negotiation_class", "schema"),
    *("read_scope", "write_scope", "public_reading"),
}
COMMON = [name for name in dir(Create) if not name.startswith("__") and name not in OF_EACH_VIEW]


def common_code(view: Any) -> tuple[Any, ...]:
    """What any view does before its own method: equal for views with no way of their own."""
    found = [getattr(view, name, None) for name in COMMON]
    return tuple(tuple(one) if isinstance(one, list) else one for one in found)


def doors() -> dict[str, tuple[Any, ...]]:
    """The code that a body meets up to its form, by route: one code for most of them."""
    return {
        f"{method.upper()} {path.removeprefix('api/v1/')}": (
            unwrap(getattr(view, method)),
            common_code(view),
        )
        for path, callback in routes(get_resolver())
        if path.startswith("api/v1/")
        for view in [getattr(callback, "view_class", None)]
        for method in ("post", "put", "patch")
        if hasattr(view, method)
    }


def plainly_handled() -> set[str]:
    """Routes that do with a body what `accounts.requests` does, and nothing of their own."""
    plain = (Create.post, Change.patch, Command.post)
    before_it = {common_code(view) for view in (Create, type("", (Timed, Create), {}))}
    return {
        route
        for route, (method, before) in DOORS.items()
        if method in plain and before in before_it
    }


@cache
def blank(form: type[StrictForm]) -> StrictForm:
    """Its fields are made once: making them takes longer than asking them."""
    made = form()
    assert made.fields is not None
    return made


def fields_of(form: type[StrictForm]) -> dict[str, serializers.Field]:
    return dict(blank(form).fields)


def filled_in(form: type[StrictForm], data: Any) -> StrictForm:
    filled = copy(blank(form))
    filled.initial_data = data
    return filled


def field_of(entrance: Entrance, name: str, inner: str = "") -> serializers.Field:
    field = fields_of(entrance.form)[name]
    return field.child.fields[inner] if inner else field


def to_refuse(*place: Any) -> list[Any]:
    """What the field at this place is tried with."""
    field = field_of(*place)
    in_full = IN_FULL[type(field)] == place
    nothing = [] if field.allow_null else [None]
    in_general = hostile_values(field)[: None if in_full else AT_EVERY_FIELD]
    huge = huge_values(field) if in_full else []
    return [*values_beyond(field), *in_general, *huge, *nothing]


FORMS = forms()
DOORS = doors()
PLAIN = plainly_handled()
WRITES = [
    row
    for row in ROWS
    if row.route.startswith(("POST ", "PUT ", "PATCH ")) and row.route.split()[1] in FORMS
]
ENTRANCES = [Entrance(row, FORMS[row.route.split()[1]]) for row in WRITES]
# A form is tried in full at the first route that takes it, and as a whole at every other.
FIRSTS = list({entrance.form: entrance for entrance in reversed(ENTRANCES)}.values())
FIELDS = [(entrance, name) for entrance in FIRSTS for name in fields_of(entrance.form)]
# The fields of objects within a list.
INNER = [
    (entrance, name, inner)
    for entrance, name in FIELDS
    if isinstance(listed := fields_of(entrance.form)[name], serializers.ListField)
    and isinstance(listed.child, Serializer)
    for inner in listed.child.fields
]
# What no field of a class takes is tried in full at one of them.
IN_FULL = {
    type(field): (entrance, *names)
    for entrance, *names in reversed([*FIELDS, *INNER])
    for field in [field_of(entrance, *names)]
}
