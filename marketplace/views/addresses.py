"""The two kinds of address this app has beside commands.

`Things` is a list one may add to in an organization's name; `Thing` is one of them, which may
be changed in part.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Acting, Create, organization_of
from core.parsing import StrictForm


class Things(Create, ListAPIView[Any]):
    """GET and POST <things>"""

    def beyond_form(self, request: Request) -> dict[str, Any]:
        return {"organization_id": organization_of(request).pk}


class Thing(Acting, RetrieveAPIView[Any]):
    """GET and PATCH <things>/{id}"""

    form_class: ClassVar[type[StrictForm]]
    perform: ClassVar[Callable[..., Any]]
    id_name: ClassVar[str]

    def patch(self, request: Request, pk: int) -> Response:
        form = self.form_class(data=request.data)
        form.is_valid(raise_exception=True)
        thing = type(self).perform(actor=self.actor, **{self.id_name: pk}, **form.validated_data)
        return Response(self.get_serializer(thing).data)
