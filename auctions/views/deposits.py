"""The ledger of deposits over REST: read by its owner, paid back and kept by the exchange."""

import django_filters
from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Acting, Command, Create
from auctions import deposits, forfeitures, refunds
from auctions.books import overdue_refunds, unpaid_refunds
from auctions.lifecycle import DecisionState, DepositKind
from auctions.models import DepositMovement, Forfeiture
from auctions.queries import deposit_movements_visible_to, forfeitures_visible_to
from auctions.serializers.lots import (
    DepositForm,
    DepositMovementView,
    ForfeitureForm,
    ForfeitureView,
    RefundForm,
    RefundView,
    RegistrationView,
)
from core import clock
from core.models import choices
from core.pagination import IdFilter
from core.parsing import ReasonForm


class MovementFilter(django_filters.FilterSet):
    registration = IdFilter(field_name="registration_id")
    lot = IdFilter(field_name="registration__lot_id")
    kind = django_filters.ChoiceFilter(choices=choices(DepositKind))
    # What was promised back: not paid yet, not paid in time, or paid.
    refund = django_filters.ChoiceFilter(
        choices=[(value, value) for value in ("due", "overdue", "paid")], method="by_refund"
    )

    def by_refund(
        self, movements: QuerySet[DepositMovement], name: str, value: str
    ) -> QuerySet[DepositMovement]:
        if value == "paid":
            return movements.filter(refund__isnull=False)
        wanted = unpaid_refunds() if value == "due" else overdue_refunds(clock.now())
        return movements.filter(pk__in=wanted.values("pk"))


class MovementList(Acting, ListAPIView[DepositMovement]):
    """GET /api/v1/deposit-movements"""

    read_scope = "lots:read"
    serializer_class = DepositMovementView
    filterset_class = MovementFilter

    def get_queryset(self) -> QuerySet[DepositMovement]:
        return deposit_movements_visible_to(self.actor)


class RecordDeposit(Create):
    """POST /api/v1/registrations/{id}/deposit"""

    write_scope = "lots:operate"
    form_class = DepositForm
    view_class = DepositMovementView
    perform = staticmethod(deposits.record_deposit)
    key_required = True
    id_name = "registration_id"


class RecordRefund(Create):
    """POST /api/v1/deposit-movements/{id}/refund: the bank has paid a released deposit back."""

    write_scope = "lots:operate"
    form_class = RefundForm
    view_class = RefundView
    perform = staticmethod(refunds.record_refund)
    key_required = True
    id_name = "movement_id"


class ReturnDeposit(Command):
    """POST /api/v1/registrations/{id}/return-deposit: of a price that fell away."""

    write_scope = "lots:operate"
    view_class = RegistrationView
    perform = staticmethod(deposits.return_deposit)
    id_name = "registration_id"


class ProposeForfeiture(Create):
    """POST /api/v1/registrations/{id}/forfeiture"""

    write_scope = "lots:operate"
    form_class = ForfeitureForm
    view_class = ForfeitureView
    perform = staticmethod(forfeitures.propose_forfeiture)
    key_required = True
    id_name = "registration_id"


class ForfeitureFilter(django_filters.FilterSet):
    registration = IdFilter(field_name="registration_id")
    state = django_filters.ChoiceFilter(choices=choices(DecisionState))


class ReadsForfeitures(Acting):
    read_scope = "lots:read"

    def get_queryset(self) -> QuerySet[Forfeiture]:
        return forfeitures_visible_to(self.actor)


class ForfeitureList(ReadsForfeitures, ListAPIView[Forfeiture]):
    """GET /api/v1/forfeitures"""

    serializer_class = ForfeitureView
    filterset_class = ForfeitureFilter


class ForfeitureDetail(ReadsForfeitures, RetrieveAPIView[Forfeiture]):
    """GET /api/v1/forfeitures/{id}"""

    serializer_class = ForfeitureView


class ForfeitureCommand(Command):
    write_scope = "lots:operate"
    view_class = ForfeitureView
    id_name = "forfeiture_id"


class ApproveForfeiture(ForfeitureCommand):
    """POST /api/v1/forfeitures/{id}/approve, by somebody else than who proposed it"""

    perform = staticmethod(forfeitures.approve_forfeiture)


class RejectForfeiture(ForfeitureCommand):
    """POST /api/v1/forfeitures/{id}/reject"""

    form_class = ReasonForm
    perform = staticmethod(forfeitures.reject_forfeiture)
