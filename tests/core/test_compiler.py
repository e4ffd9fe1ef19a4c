"""Rows are asked for in Django's own words, and what is read of them is converted as by Django."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.backends.postgresql import compiler as djangos
from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    JSONField,
    Max,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Col
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.test.utils import isolate_apps

from accounts.models import Membership, Organization
from auctions.models import Lot
from core.postgresql import compiler as ours
from marketplace.models import Achievement

pytestmark = pytest.mark.django_db
TABLE = "auctions_lot"


def by(compilers: ModuleType, rows: QuerySet[Any]) -> tuple[Any, ...]:
    """The statement, its parameters, which columns are whose, and which are converted by what."""
    with patch.object(connection.ops, "_cache", compilers):
        one = rows.query.clone().get_compiler(connection=connection)
        assert type(one) is compilers.SQLCompiler
        statement = one.as_sql(), one.as_sql(with_col_aliases=True)
        one.setup_query()
        converters = one.get_converters([column for column, _, _ in one.select])
    converted = {place: found for place, (found, _) in converters.items()}
    return statement, whose(one.klass_info), one.annotation_col_map, converted


def whose(about: dict[str, Any] | None) -> tuple[Any, ...] | None:
    if about is None:
        return None
    related = [whose(each) for each in about.get("related_klass_infos", ())]
    told = (about.get(name) for name in ("model", "field", "reverse", "select_fields"))
    return (*told, related)


def test_the_models_are_asked_for_by_it():
    assert type(Lot.objects.all().query.get_compiler(using="default")) is ours.SQLCompiler


def everything_related(model: Any) -> QuerySet[Any]:
    names = [field.name for field in model._meta.fields if field.is_relation]
    return model._base_manager.select_related(*names).order_by(*names, "-pk")


def test_each_model_is_asked_for_in_djangos_words():
    for model in apps.get_models(include_auto_created=True):
        everybody = model._base_manager
        for rows in (everybody.all(), everything_related(model), everybody.values_list("pk")):
            assert by(ours, rows) == by(djangos, rows), model._meta.label


def queries() -> Iterator[QuerySet[Any]]:
    organizations = Organization.objects.filter(name__contains="虚构")
    yield Organization.objects.filter(~Q(memberships__role="agent"), memberships__ended_at=None)
    yield Organization.objects.annotate(people=Count("memberships")).filter(people__gt=F("id"))
    yield organizations.only("name").union(organizations.only("name"), all=True).order_by("name")
    yield organizations.values("kind").annotate(last=Max("id")).order_by(Lower("kind").desc())
    yield Membership.objects.filter(
        Exists(Membership.objects.filter(user=OuterRef("user")).exclude(pk=OuterRef("pk")))
    ).annotate(name=Subquery(organizations.filter(pk=OuterRef("organization")).values("name")[:1]))
    yield Lot.objects.select_related("achievement__owner").select_for_update(of=("self",))[3:7]
    yield Lot.objects.filter(achievement__owner__city=F("achievement__owner__id")).distinct()
    yield Achievement.objects.extra(select={"state": "1"}, tables=["accounts_city"])
    lots = Lot.objects.select_related("achievement")
    yield lots.distinct().order_by("-closes_at", "achievement__owner__name")
    yield lots.order_by(
        F("closes_at").desc(nulls_last=True), Lot._meta.get_field("id").get_col(TABLE)
    )
    yield lots.order_by("pk").distinct("pk")
    yield lots.defer("achievement__title", "state").order_by("?")
    yield lots.annotate(state_now=F("state"), many=Count("bids")).order_by("state_now", "-many")
    yield Lot.objects.extra(order_by=["-state"], where=["state <> %s"], params=["draft"]).reverse()
    yield Lot.objects.values("state", name=F("achievement__title")).order_by("name", "state")
    yield Membership.objects.select_related("organization__city", "user").order_by("user__email")
    yield Lot.objects.filter(pk__in=Lot.objects.order_by("closes_at")[:3])


def test_joins_aliases_and_subqueries_are_written_in_djangos_words():
    for rows in queries():
        assert by(ours, rows) == by(djangos, rows)


def test_a_column_that_writes_itself_is_left_to_itself():
    class Doubled(Col):
        def as_sql(self, compiler, connection):
            sql, params = super().as_sql(compiler, connection)
            return f"2 * {sql}", params

    twice = Doubled(TABLE, Lot._meta.get_field("id"))
    ((sql, _), _), *_ = by(ours, Lot.objects.annotate(twice=twice))
    assert '2 * "auctions_lot"."id" AS "twice"' in sql


@isolate_apps("core")
def test_what_a_child_inherits_is_asked_for_once():
    class Parent(Model):  # noqa: DJ008
        class Meta:
            app_label = "core"

    class Child(Parent):  # noqa: DJ008
        name = CharField()

        class Meta:
            app_label = "core"

    class Like(Child):  # noqa: DJ008
        class Meta:
            app_label = "core"
            proxy = True

    for rows in (Parent.objects.select_related("child"), Child.objects.all(), Like.objects.all()):
        assert by(ours, rows) == by(djangos, rows)


def test_a_field_that_selects_itself_in_another_way_is_left_to_itself():
    class Halved(IntegerField):
        def select_format(self, compiler, sql, params):
            return f"{sql} / 2", params

    state = Lot._meta.get_field("state")
    halved = Halved(db_column="state")
    halved.set_attributes_from_name("state")
    halved.model = Lot
    fields = tuple(halved if each is state else each for each in Lot._meta.concrete_fields)
    with patch.object(Lot._meta, "concrete_fields", fields):
        ours._columns.cache_clear()
        rows = Lot.objects.order_by("pk")
        ((sql, _), _), *_ = by(ours, rows)
        assert by(ours, rows) == by(djangos, rows)
    ours._columns.cache_clear()
    assert '"auctions_lot"."state" / 2' in sql


def test_a_condition_of_no_model_is_asked():
    assert Q(Exact(Lower(Value("A")), "a")).check({})


class Doubling(IntegerField):
    def from_db_value(self, value, expression, connection):
        return value * 2


@pytest.mark.parametrize(
    ("field", "is_converted"),
    [
        (Doubling(), True),
        (JSONField(), True),
        (ArrayField(Doubling()), True),
        (ArrayField(IntegerField()), False),
        (IntegerField(), False),
    ],
)
def test_what_a_field_converts_is_converted(field, is_converted):
    field.set_attributes_from_name("one")
    columns = [Col("somewhere", Lot._meta.get_field("id")), Col("somewhere", field)]
    compilers = (
        each.SQLCompiler(Lot.objects.all().query, connection, None) for each in (ours, djangos)
    )
    for compiler in compilers:
        assert list(compiler.get_converters(columns)) == ([1] if is_converted else [])
