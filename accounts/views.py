"""People and organizations over REST."""

import json
from http import HTTPStatus
from typing import Any

import django_filters
from allauth.core import ratelimit
from allauth.idp.oidc.views import TokenView
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import organizations, relations
from accounts.clients import (
    ClientUnknown,
    GrantTypeUnsupported,
    ScopeNotGiven,
    TokenRequestInvalid,
    TokensByPost,
    TooManyTokenRequests,
)
from accounts.models import City, Organization, Relation, RelationKind, User
from accounts.queries import (
    cities,
    memberships_of,
    organizations_visible_to,
    particulars_visible_to,
    relations_visible_to,
)
from accounts.requests import Acting, Command, Create
from accounts.serializers import (
    CityView,
    MeView,
    OrganizationForm,
    OrganizationView,
    ParticularsForm,
    ParticularsView,
    RelationEndForm,
    RelationForm,
    RelationView,
)
from core.pagination import IdFilter, OldestFirst
from core.parsing import ReasonForm
from core.problems import MEDIA_TYPE, refusal_body


@method_decorator(csrf_exempt, name="dispatch")
class IssueToken(TokenView):
    """POST /api/v1/oauth/token: client credentials for an access token (RFC 6749 §4.4).

    Checking a secret costs a quarter of a second of CPU by design, so the endpoint is
    limited per address (ACCOUNT_RATE_LIMITS["api_token"]); a token lasts an hour.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if not ratelimit.consume(request, action="api_token"):
            return _no_token(TooManyTokenRequests(), **{"Retry-After": "60"})
        try:
            if request.POST.get("grant_type") != "client_credentials":
                return _no_token(GrantTypeUnsupported())
            response: HttpResponse = super().post(request)
        except (DataError, LookupError, ValueError, ValidationError):
            # A NUL, a charset that is none, a resource that is no address: what the caller
            # sent made Django or allauth stumble.
            return _no_token(TokenRequestInvalid())
        if response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        error = json.loads(response.content).get("error")
        return _no_token(_WHY.get(error, TokenRequestInvalid)())

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        return _no_token(TokensByPost(), Allow="POST")


_WHY = {one.code: one for one in (ClientUnknown, ScopeNotGiven, GrantTypeUnsupported)}


def _no_token(why: TokenRequestInvalid, **headers: str) -> JsonResponse:
    """The problem, and in it `error`, by which clients of RFC 6749 know what is wrong."""
    if why.status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="api"'
    body = {**refusal_body(why), "error": why.code}
    return JsonResponse(body, status=why.status, content_type=MEDIA_TYPE, headers=headers)


class CityList(Acting, ListAPIView[City]):
    """GET /api/v1/cities"""

    public_reading = True
    serializer_class = CityView
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[City]:
        return cities()


class OrganizationDetail(Acting, RetrieveAPIView[Organization]):
    """GET /api/v1/organizations/{id}"""

    public_reading = True
    serializer_class = OrganizationView

    def get_queryset(self) -> QuerySet[Organization]:
        return organizations_visible_to(self.actor)


class RegisterOrganization(Create):
    """POST /api/v1/organizations"""

    form_class = OrganizationForm
    view_class = OrganizationView
    perform = staticmethod(organizations.register_organization)


class OrganizationCommand(Command):
    id_name = "organization_id"
    view_class = OrganizationView


class SubmitOrganization(OrganizationCommand):
    """POST /api/v1/organizations/{id}/submit"""

    perform = staticmethod(organizations.submit_organization)


class VerifyOrganization(OrganizationCommand):
    """POST /api/v1/organizations/{id}/verify"""

    perform = staticmethod(organizations.verify_organization)


class ReturnOrganization(OrganizationCommand):
    """POST /api/v1/organizations/{id}/return"""

    form_class = ReasonForm
    perform = staticmethod(organizations.return_organization)


class SuspendOrganization(OrganizationCommand):
    """POST /api/v1/organizations/{id}/suspend"""

    form_class = ReasonForm
    perform = staticmethod(organizations.suspend_organization)


class ReinstateOrganization(OrganizationCommand):
    """POST /api/v1/organizations/{id}/reinstate"""

    perform = staticmethod(organizations.reinstate_organization)


class Particulars(RetrieveAPIView[Organization], Command):
    """GET /api/v1/organizations/{id}/particulars · POST: for its own people and staff alone"""

    serializer_class = ParticularsView
    view_class = ParticularsView
    id_name = "organization_id"
    form_class = ParticularsForm
    perform = staticmethod(organizations.tell_particulars)

    def get_queryset(self) -> QuerySet[Organization]:
        return particulars_visible_to(self.actor)


class RelationFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=RelationKind.choices)
    organization = IdFilter(method="of_organization")

    def of_organization(
        self, relations: QuerySet[Relation], name: str, value: str
    ) -> QuerySet[Relation]:
        """On either side."""
        return relations.filter(Q(organization=value) | Q(related=value))


class ReadsRelations(Acting):
    def get_queryset(self) -> QuerySet[Relation]:
        return relations_visible_to(self.actor)


class RelationList(ReadsRelations, ListAPIView[Relation], Create):
    """GET /api/v1/relations · POST /api/v1/relations"""

    serializer_class = RelationView
    filterset_class = RelationFilter
    form_class = RelationForm
    view_class = RelationView
    perform = staticmethod(relations.declare_relation)


class RelationDetail(ReadsRelations, RetrieveAPIView[Relation]):
    """GET /api/v1/relations/{id}"""

    serializer_class = RelationView


class EndRelation(Command):
    """POST /api/v1/relations/{id}/end, by staff"""

    form_class = RelationEndForm
    view_class = RelationView
    perform = staticmethod(relations.end_relation)
    id_name = "relation_id"


class Me(Acting, APIView):
    """GET /api/v1/me: who the caller is and what follows from it today."""

    @extend_schema(responses=MeView)
    def get(self, request: Request) -> Response:
        actor = self.actor
        user = request.user if isinstance(request.user, User) else None
        return Response(
            MeView(
                {
                    "name": actor.name,
                    "username": user.username if user else None,
                    "client_id": actor.client_id or None,
                    "scopes": None if actor.scopes is None else sorted(actor.scopes),
                    "is_operator": actor.operates,
                    "is_office": actor.office,
                    "bureau_cities": cities()
                    .filter(pk__in=actor.bureau_cities)
                    .values_list("code", flat=True),
                    "memberships": memberships_of(actor) if user else [],
                }
            ).data
        )
