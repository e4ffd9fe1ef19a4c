"""Expert panels, their reviews and rankings over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response as Answer
from rest_framework.views import APIView

from accounts.requests import Acting, Command, Create
from core.parsing import ReasonForm
from marketplace import panels
from marketplace.models import ExpertPanel, ExpertReview
from marketplace.panel_queries import panels_visible_to, ranking_of, reviews_visible_to
from marketplace.queries import needs_visible_to, responses_visible_to
from marketplace.serializers.panels import (
    ExpertsForm,
    PanelForm,
    PanelView,
    RankingForm,
    RankingObjectionForm,
    RankingObjectionView,
    RankingView,
    ReviewForm,
    ReviewView,
)


class Panel(Create, RetrieveAPIView[ExpertPanel]):
    """GET and POST /api/v1/needs/{id}/panel"""

    read_scope, write_scope = "needs:read", "needs:write"
    form_class = PanelForm
    serializer_class = view_class = PanelView
    id_name = "need_id"
    perform = staticmethod(panels.convene_panel)
    queryset = ExpertPanel.objects.none()  # tells the OpenAPI generator what is shown here

    def get_object(self) -> ExpertPanel:
        seen = panels_visible_to(self.actor).filter(set_aside_at=None)
        return get_object_or_404(seen, need=self.kwargs["pk"])


class _PanelCommand(Command):
    id_name = "need_id"
    write_scope = "needs:write"
    view_class = PanelView


class AddExperts(_PanelCommand):
    """POST /api/v1/needs/{id}/panel/experts"""

    form_class = ExpertsForm
    perform = staticmethod(panels.add_experts)


class StandBack(_PanelCommand):
    """POST /api/v1/needs/{id}/panel/stand-back"""

    form_class = ReasonForm
    perform = staticmethod(panels.stand_back)


class PubliciseRanking(_PanelCommand):
    """POST /api/v1/needs/{id}/panel/publicise"""

    form_class = RankingForm
    perform = staticmethod(panels.publicise_ranking)


class ReviewList(Create, ListAPIView[ExpertReview]):
    """GET and POST /api/v1/responses/{id}/reviews"""

    read_scope, write_scope = "needs:read", "needs:write"
    form_class = ReviewForm
    serializer_class = view_class = ReviewView
    id_name = "response_id"
    perform = staticmethod(panels.review_response)
    queryset = ExpertReview.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[ExpertReview]:
        response = get_object_or_404(responses_visible_to(self.actor), pk=self.kwargs["pk"])
        return reviews_visible_to(self.actor).filter(response=response)


class Ranking(Acting, APIView):
    """GET /api/v1/needs/{id}/ranking"""

    read_scope = "needs:read"
    public_reading = True

    @extend_schema(responses=RankingView)
    def get(self, request: Request, pk: int) -> Answer:
        need = get_object_or_404(needs_visible_to(self.actor), pk=pk)
        return Answer(RankingView(ranking_of(need)).data)


class ObjectToRanking(Create):
    """POST /api/v1/needs/{id}/ranking/objections"""

    write_scope = "needs:write"
    form_class = RankingObjectionForm
    view_class = RankingObjectionView
    id_name = "need_id"
    perform = staticmethod(panels.object_to_ranking)


class _ObjectionCommand(Command):
    id_name = "objection_id"
    write_scope = "needs:write"
    form_class = ReasonForm
    view_class = RankingObjectionView


class UpholdRankingObjection(_ObjectionCommand):
    """POST /api/v1/ranking-objections/{id}/uphold"""

    perform = staticmethod(panels.uphold_ranking_objection)


class DismissRankingObjection(_ObjectionCommand):
    """POST /api/v1/ranking-objections/{id}/dismiss"""

    perform = staticmethod(panels.dismiss_ranking_objection)
