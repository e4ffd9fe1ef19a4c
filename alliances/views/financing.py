"""Financing over REST: products, applications, answers, money, consents, policies."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Acting, Change, Command, Create, actor_of, organization_of
from alliances import consents, crediting, financing, offering, products
from alliances.finance_queries import (
    applications_visible_to,
    consents_visible_to,
    offers_visible_to,
    own_applications,
    policies_visible_to,
    products_visible_to,
    readings_of,
    with_told_state,
)
from alliances.lifecycle import FinanceState
from alliances.models import (
    DataConsent,
    DataReading,
    FinanceApplication,
    FinanceOffer,
    FinanceProduct,
    SupportPolicy,
)
from alliances.rules.products import ProductKind
from alliances.serializers.financing import (
    ApplicationChange,
    ApplicationForm,
    ApplicationView,
    ApproveForm,
    CaseDeclineForm,
    ConsentForm,
    ConsentView,
    DataReadingView,
    DataView,
    MovementForm,
    MovementView,
    OfferForm,
    OfferView,
    OverdueForm,
    PledgeForm,
    PolicyView,
    ProductForm,
    ProductView,
    ReleaseForm,
    SubmitForm,
)
from core.db import column_of
from core.models import choices
from core.pagination import IdFilter
from core.parsing import ReasonForm

_READ, _WRITE = "alliances:read", "alliances:write"


class ProductFilters(FilterSet):
    kind = ChoiceFilter(choices=choices(ProductKind))
    member = IdFilter(field_name="member")


class ApplicationFilters(FilterSet):
    """By the state that the reader is told."""

    state = ChoiceFilter(choices=choices(FinanceState), method="in_state")
    kind = ChoiceFilter(choices=choices(ProductKind))

    def in_state(
        self, rows: QuerySet[FinanceApplication], name: str, state: str
    ) -> QuerySet[FinanceApplication]:
        told: QuerySet[Any] = with_told_state(rows, actor_of(self.request))
        return told.filter(told=state)


class _ByOrganization(Create, ListAPIView[Any]):
    read_scope, write_scope = _READ, _WRITE

    def beyond_form(self, request: Request) -> dict[str, Any]:
        return {"organization_id": organization_of(request).pk}


class ProductList(_ByOrganization):
    """GET and POST /api/v1/finance/products"""

    public_reading = True
    form_class = ProductForm
    serializer_class = view_class = ProductView
    filterset_class = ProductFilters
    perform = staticmethod(products.list_product)
    queryset = FinanceProduct.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[FinanceProduct]:
        return products_visible_to(self.actor)


class CloseProduct(Command):
    """POST /api/v1/finance/products/{id}/close"""

    id_name = "product_id"
    write_scope = _WRITE
    view_class = ProductView
    perform = staticmethod(products.close_product)


class PolicyList(Acting, ListAPIView[SupportPolicy]):
    """GET /api/v1/finance/policies"""

    read_scope = _READ
    public_reading = True
    serializer_class = PolicyView
    queryset = SupportPolicy.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[SupportPolicy]:
        return policies_visible_to(self.actor)


class ApplicationList(_ByOrganization):
    """GET and POST /api/v1/finance/applications"""

    form_class = ApplicationForm
    serializer_class = view_class = ApplicationView
    filterset_class = ApplicationFilters
    key_required = True
    perform = staticmethod(financing.draft_application)
    queryset = FinanceApplication.objects.none()  # tells the generator what is listed here

    def get_queryset(self) -> QuerySet[FinanceApplication]:
        return applications_visible_to(self.actor)


@extend_schema_view(patch=extend_schema(request=ApplicationChange))
class ApplicationDetail(Change, RetrieveAPIView[Any]):
    """GET and PATCH /api/v1/finance/applications/{id}: a draft may be changed."""

    read_scope, write_scope = _READ, _WRITE
    form_class = ApplicationChange
    serializer_class = ApplicationView
    id_name = "application_id"
    perform = staticmethod(financing.change_application)

    def get_queryset(self) -> QuerySet[FinanceApplication]:
        return applications_visible_to(self.actor)


class ApplicationData(Acting, APIView):
    """GET /api/v1/finance/applications/{id}/data: under consent; each reading is kept."""

    read_scope = _READ

    @extend_schema(responses=DataView)
    def get(self, request: Request, pk: int) -> Response:
        application = consents.read_data(actor=self.actor, application_id=pk)
        return Response(DataView(application).data)


class _OfApplication(Create, ListAPIView[Any]):
    read_scope, write_scope = _READ, _WRITE
    id_name = "application_id"

    def application(self) -> FinanceApplication:
        found: FinanceApplication = get_object_or_404(
            applications_visible_to(self.actor), pk=self.kwargs["pk"]
        )
        return found


class OfferList(_OfApplication):
    """GET and POST /api/v1/finance/applications/{id}/offers"""

    form_class = OfferForm
    serializer_class = view_class = OfferView
    perform = staticmethod(offering.make_offer)
    queryset = FinanceOffer.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[FinanceOffer]:
        return offers_visible_to(self.actor).filter(application=self.application())


class ConsentList(_OfApplication):
    """GET and POST /api/v1/finance/applications/{id}/consents"""

    form_class = ConsentForm
    serializer_class = view_class = ConsentView
    perform = staticmethod(consents.give_consent)
    queryset = DataConsent.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[DataConsent]:
        return consents_visible_to(self.actor).filter(application=self.application())


class DataReadingList(Acting, ListAPIView[DataReading]):
    """GET /api/v1/finance/applications/{id}/readings: for the applicant alone."""

    read_scope = _READ
    serializer_class = DataReadingView
    queryset = DataReading.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[DataReading]:
        return readings_of(column_of(own_applications(self.actor), self.kwargs["pk"], "pk"))


class RevokeConsent(Command):
    """POST /api/v1/consents/{id}/revoke"""

    id_name = "consent_id"
    write_scope = _WRITE
    view_class = ConsentView
    perform = staticmethod(consents.revoke_consent)


class _ApplicationCommand(Command):
    id_name = "application_id"
    write_scope = _WRITE
    view_class = ApplicationView


class SubmitApplication(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/submit"""

    form_class = SubmitForm
    perform = staticmethod(financing.submit_application)


class WithdrawApplication(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/withdraw"""

    form_class = ReasonForm
    perform = staticmethod(financing.withdraw_application)


class DeclineCase(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/decline: by a member it was routed to."""

    form_class = CaseDeclineForm
    perform = staticmethod(offering.decline_case)


class BeginDiligence(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/diligence"""

    perform = staticmethod(crediting.begin_diligence)


class ApproveApplication(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/approve"""

    form_class = ApproveForm
    perform = staticmethod(crediting.approve_application)


class RefuseApplication(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/refuse"""

    form_class = ReasonForm
    perform = staticmethod(crediting.refuse_application)


class PledgeCollateral(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/pledge"""

    form_class = PledgeForm
    perform = staticmethod(crediting.pledge_collateral)


class ReleasePledge(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/release-pledge"""

    form_class = ReleaseForm
    perform = staticmethod(crediting.release_pledge)


class MarkOverdue(_ApplicationCommand):
    """POST /api/v1/finance/applications/{id}/overdue"""

    form_class = OverdueForm
    perform = staticmethod(crediting.mark_overdue)


class _Movement(Create):
    write_scope = _WRITE
    id_name = "application_id"
    form_class = MovementForm
    view_class = MovementView


class Disburse(_Movement):
    """POST /api/v1/finance/applications/{id}/disburse"""

    perform = staticmethod(crediting.disburse)


class Repay(_Movement):
    """POST /api/v1/finance/applications/{id}/repay"""

    perform = staticmethod(crediting.repay)


class _OfferCommand(Command):
    id_name = "offer_id"
    write_scope = _WRITE
    view_class = OfferView


class AcceptOffer(_OfferCommand):
    """POST /api/v1/offers/{id}/accept"""

    perform = staticmethod(offering.accept_offer)


class DeclineOffer(_OfferCommand):
    """POST /api/v1/offers/{id}/decline"""

    form_class = ReasonForm
    perform = staticmethod(offering.decline_offer)
