"""A bidder's own maximum on a lot. Setting it twice is setting it once, so it needs no key."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import organization_of
from auctions import maxima
from auctions.serializers.maxima import MaximumForm, MaximumView
from auctions.views.timed import Timed


class OwnMaximum(Timed, APIView):
    """GET · PUT · DELETE /api/v1/lots/{id}/maximum"""

    read_scope = "bids:write"
    write_scope = "bids:write"

    @extend_schema(responses=MaximumView)
    def get(self, request: Request, pk: int) -> Response:
        left = maxima.own_maximum(
            actor=self.actor, organization_id=organization_of(request).pk, lot_id=pk
        )
        return Response(MaximumView(left).data)

    @extend_schema(request=MaximumForm, responses=MaximumView)
    def put(self, request: Request, pk: int) -> Response:
        form = MaximumForm(data=request.data)
        form.is_valid(raise_exception=True)
        left = maxima.leave_maximum(
            actor=self.actor,
            organization_id=organization_of(request).pk,
            lot_id=pk,
            amount=form.validated_data["amount"],
        )
        return Response(MaximumView(left).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        maxima.withdraw_maximum(
            actor=self.actor, organization_id=organization_of(request).pk, lot_id=pk
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
