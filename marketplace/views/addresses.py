"""The two kinds of address this app has beside commands.

`Things` is a list one may add to in an organization's name; `Thing` is one of them, which may
be changed in part.
"""

from typing import Any

from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from accounts.requests import Change, Create, organization_of


class Things(Create, ListAPIView[Any]):
    """GET and POST <things>"""

    def beyond_form(self, request: Request) -> dict[str, Any]:
        return {"organization_id": organization_of(request).pk}


class Thing(Change, RetrieveAPIView[Any]):
    """GET and PATCH <things>/{id}"""
