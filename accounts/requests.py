"""Who sent this request, and whether its token reaches that far: for every API view."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.actors import ANONYMOUS, Actor, actor_of_user
from accounts.models import Organization
from accounts.permissions import require_scope, require_signed_in
from accounts.queries import acting_organization, acting_organization_id
from core.errors import InvalidValue
from core.idempotency import Once, created, once
from core.parsing import BodyTooLarge, NothingForm, StrictForm

_FORMS = ("multipart/", "application/x-www-form-urlencoded")


def actor_of(request: Request | HttpRequest) -> Actor:
    """The actor of this request, looked up once per request and never kept longer."""
    cached = getattr(request, "_actor", None)
    if cached is None:
        token_actor = getattr(request, "auth", None)
        cached = token_actor if isinstance(token_actor, Actor) else actor_of_user(request.user)
        request._actor = cached  # type: ignore[union-attr]
    return cached


def organization_of(request: Request | HttpRequest) -> Organization:
    """The organization this request binds; several candidates need the header."""
    return acting_organization(actor_of(request), _named(request))


def organization_id_of(request: Request | HttpRequest) -> int:
    """The same, for who needs no more than to know which."""
    return acting_organization_id(actor_of(request), _named(request))


def _named(request: Request | HttpRequest) -> int | None:
    text = request.headers.get("Acting-Organization")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidValue(what="Acting-Organization")
    return int(text) if text else None


class Acting:
    """A mixin for API views: sets `self.actor` and refuses who may never do this.

    Safe methods are public unless `public_reading` is False; what they show is decided by
    the query. Everything else needs a signed-in actor.
    """

    read_scope: ClassVar[str] = ""
    write_scope: ClassVar[str] = ""
    public_reading: ClassVar[bool] = False
    # Bytes of a multipart body, for the few addresses that take a file.
    largest_upload: ClassVar[int] = 0
    # Until `initial` knows better; the schema generator asks views that no request has reached.
    actor: Actor = ANONYMOUS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._refuse_forms(request)
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        self.actor = actor_of(request)
        reading = request.method in SAFE_METHODS
        if not (reading and self.public_reading):
            require_signed_in(self.actor)
        if scope := self.read_scope if reading else self.write_scope:
            require_scope(self.actor, scope)

    def once(self, request: Request, *, required: bool = False, content: Any = None) -> Once | None:
        """`content` is what the request says, where its data cannot be written as JSON."""
        return once(request, caller=self.actor.caller, required=required, content=content)

    def _refuse_forms(self, request: Request) -> None:
        """Before the CSRF check of a session, which would have Django read the form."""
        content_type = (request.content_type or "").lower()
        if not content_type.startswith(_FORMS):
            return
        if request.method != "POST" or not (
            self.largest_upload and content_type.startswith(_FORMS[0])
        ):
            raise UnsupportedMediaType(request.content_type)
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.largest_upload:
            raise BodyTooLarge


class Create(Acting, APIView):
    """POST <things>: one creating action, answered 201 with the thing, once per key.

    A key that is needed and missing is said before what is wrong with the body, as for bids.
    """

    form_class: ClassVar[type[StrictForm]]
    view_class: ClassVar[type[BaseSerializer[Any]]]
    perform: ClassVar[Callable[..., Any]]
    key_required: ClassVar[bool] = False
    # The name under which the id in the path is handed to the action, if there is one.
    id_name: ClassVar[str] = ""

    def beyond_form(self, request: Request) -> dict[str, Any]:
        """What the action needs beside the form: usually the acting organization."""
        return {}

    def post(self, request: Request, pk: int | None = None) -> Response:
        once = self.once(request, required=self.key_required)
        form = self.form_class(data=request.data)
        form.is_valid(raise_exception=True)
        parent = {self.id_name: pk} if self.id_name else {}
        thing = type(self).perform(
            actor=self.actor,
            once=once,
            **parent,
            **self.beyond_form(request),
            **form.validated_data,
        )
        return created(once, self.view_class(thing, context={"actor": self.actor}).data)


class Change(Acting, APIView):
    """PATCH <things>/{id}: one action that changes what is named; the rest stays as it is.

    Stands before a view that reads one thing, and answers as that does.
    """

    form_class: ClassVar[type[StrictForm]]
    perform: ClassVar[Callable[..., Any]]
    id_name: ClassVar[str]

    def patch(self, request: Request, pk: int) -> Response:
        form = self.form_class(data=request.data)
        form.is_valid(raise_exception=True)
        thing = type(self).perform(actor=self.actor, **{self.id_name: pk}, **form.validated_data)
        return Response(self.get_serializer(thing).data)  # type: ignore[attr-defined]


class Command(Acting, APIView):
    """POST <things>/{id}/<verb>: one action on one thing, answered with the thing as it now is."""

    form_class: ClassVar[type[StrictForm]] = NothingForm
    view_class: ClassVar[type[BaseSerializer[Any]]]
    perform: ClassVar[Callable[..., Any]]
    id_name: ClassVar[str]

    def post(self, request: Request, pk: int) -> Response:
        form = self.form_class(data=request.data)
        form.is_valid(raise_exception=True)
        thing = type(self).perform(actor=self.actor, **{self.id_name: pk}, **form.validated_data)
        return Response(self.view_class(thing, context={"actor": self.actor}).data)
