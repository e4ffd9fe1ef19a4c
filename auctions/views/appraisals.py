"""What a lot was said to be worth; read by the exchange, the office and the consignor."""

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, get_object_or_404

from accounts.requests import Create
from auctions import appraisals
from auctions.models import LotAppraisal
from auctions.queries import appraisals_visible_to, lots_visible_to
from auctions.serializers.lots import AppraisalForm, AppraisalView


class Appraisals(ListAPIView[LotAppraisal], Create):
    """GET /api/v1/lots/{id}/appraisals · POST /api/v1/lots/{id}/appraisals"""

    read_scope = "lots:read"
    write_scope = "lots:operate"
    serializer_class = AppraisalView
    form_class = AppraisalForm
    view_class = AppraisalView
    perform = staticmethod(appraisals.enter_appraisal)
    id_name = "lot_id"

    def get_queryset(self) -> QuerySet[LotAppraisal]:
        lot = get_object_or_404(lots_visible_to(self.actor), pk=self.kwargs["pk"])
        return appraisals_visible_to(self.actor).filter(lot=lot)
