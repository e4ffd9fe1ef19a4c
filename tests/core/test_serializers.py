"""Each serializer has fields of its own, as DRF would have made them."""

import copy
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.fields import CharField, DictField
from rest_framework.relations import ManyRelatedField, PrimaryKeyRelatedField

from accounts.models import Organization
from core.serializers import Serializer
from tests.core.copying import below


class Holding(Serializer[Any]):
    """Has what none of the product's has yet."""

    organizations = PrimaryKeyRelatedField(many=True, queryset=Organization.objects.all())
    by_name = DictField(child=CharField())


@pytest.fixture(scope="module")
def ours() -> list[type[Any]]:
    get_resolver().url_patterns  # noqa: B018  # it loads all views
    found = [each for each in below(Serializer) if each is not Serializer]
    assert Holding in found
    return sorted(found, key=lambda each: f"{each.__module__}.{each.__qualname__}")


def held(field: Any) -> list[Any]:
    """The fields in a field."""
    if isinstance(field, ManyRelatedField):
        return [field.child_relation]
    own = [field.child] if hasattr(field, "child") else []
    return [*own, *field.fields.values()] if hasattr(field, "fields") else own


def all_of(many: Any) -> list[Any]:
    return [each for field in many for each in (field, *all_of(held(field)))]


def looks(field: Any) -> dict[str, Any]:
    """What it is, but for what it counts, whose it is, and what is made when it is asked for."""
    apart = {"_creation_counter", "parent", "child", "child_relation", "fields", "_args", "_kwargs"}
    validators = [type(one) for one in field.validators]
    told = {name: told for name, told in vars(field).items() if name not in apart}
    rows = str(field.queryset.query) if hasattr(field, "queryset") else None
    return {**told, "type": type(field), "_validators": validators, "queryset": rows}


def test_fields_are_as_drf_makes_them(ours):
    assert len(ours) > 100
    for each in ours:
        one = each()
        made, wanted = Serializer.get_fields(one), copy.deepcopy(each._declared_fields)
        assert list(made) == list(wanted), each
        for name in wanted:
            made[name].bind(name, one)
            wanted[name].bind(name, one)
        for mine, theirs in zip(all_of(made.values()), all_of(wanted.values()), strict=True):
            assert looks(mine) == looks(theirs), each


def test_no_two_share_a_field_and_what_is_declared_belongs_to_nobody(ours):
    for each in ours:
        one, other = each(), each()
        mine, yours = all_of(one.fields.values()), all_of(other.fields.values())
        assert {*map(id, mine)}.isdisjoint(map(id, yours)), each
        for field in each._declared_fields.values():
            assert field.parent is None
            # It is the same for all of them: a list that one fills would come to the next.
            assert not isinstance(getattr(field, "default", None), list | dict | set), each
            assert field.field_name is None
