"""What became of a deal over REST: recorded by its parties and by staff."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView

from accounts.requests import Create
from core.parsing import ReasonForm
from marketplace import milestones, returns, rewards
from marketplace.models import DealMilestone
from marketplace.queries import payments_of
from marketplace.serializers.milestones import (
    AnnulForm,
    ContractForm,
    DeliveryForm,
    MilestoneView,
    PaymentForm,
    RegistrationForm,
    RewardForm,
    TransferForm,
)
from marketplace.views.deals import DealCommand


class SignContract(DealCommand):
    """POST /api/v1/deals/{id}/contract"""

    form_class = ContractForm
    perform = staticmethod(milestones.sign_contract)


class RegisterContract(DealCommand):
    """POST /api/v1/deals/{id}/register-contract"""

    form_class = RegistrationForm
    perform = staticmethod(milestones.register_contract)


class PaymentList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/deals/{id}/payments"""

    read_scope, write_scope = "deals:read", "deals:write"
    form_class = PaymentForm
    serializer_class = view_class = MilestoneView
    id_name = "deal_id"
    perform = staticmethod(milestones.record_payment)
    queryset = DealMilestone.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[DealMilestone]:
        return payments_of(self.kwargs["pk"], seen_by=self.actor)


class TransferRights(DealCommand):
    """POST /api/v1/deals/{id}/transfer"""

    form_class = TransferForm
    perform = staticmethod(milestones.transfer_rights)


class ReturnRight(DealCommand):
    """POST /api/v1/deals/{id}/return-right"""

    form_class = TransferForm
    perform = staticmethod(returns.return_right)


class Deliver(DealCommand):
    """POST /api/v1/deals/{id}/deliver"""

    form_class = DeliveryForm
    perform = staticmethod(milestones.deliver)


class DistributeReward(DealCommand):
    """POST /api/v1/deals/{id}/distribute-reward"""

    form_class = RewardForm
    perform = staticmethod(rewards.distribute_reward)


class Annul(DealCommand):
    """POST /api/v1/deals/{id}/annul"""

    form_class = AnnulForm
    perform = staticmethod(milestones.annul)


class DefaultDeal(DealCommand):
    """POST /api/v1/deals/{id}/default"""

    form_class = ReasonForm
    perform = staticmethod(milestones.default_deal)


class RescindDeal(DealCommand):
    """POST /api/v1/deals/{id}/rescind"""

    form_class = ReasonForm
    perform = staticmethod(milestones.rescind_deal)
