"""What views tell, and forms they take: DRF's serializer, begun anew at a fraction of the cost.

Every serializer has fields of its own, copied from those that its class declares (ADR 24). DRF
makes each anew from its arguments, and counts them in an attribute of the class `Field`. That takes
longer than what many a view has to tell, and whenever a class is written to, Python forgets what it
knew of every class below: all other fields and serializers.
"""

import copy
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.relations import ManyRelatedField

Instance = TypeVar("Instance")
# They hold fields of their own, which know whose they are.
_HOLDERS = (
    serializers.BaseSerializer,
    serializers.ListField,
    serializers.DictField,
    ManyRelatedField,
)


# What is told of it stands above: a docstring would describe all that derive from it in the API's
# document.
class Serializer(serializers.Serializer[Instance]):
    def get_fields(self) -> dict[str, Any]:
        return {name: _copied(field) for name, field in self._declared_fields.items()}


def _copied(field: Any) -> Any:
    """One that does not know yet whose it is; it shares what a field only reads."""
    if isinstance(field, _HOLDERS):
        return copy.deepcopy(field)
    copied = object.__new__(type(field))
    copied.__dict__.update(field.__dict__)
    return copied
