"""The versions of the rules: read by everybody, published by the exchange."""

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Acting, Create
from auctions import policies
from auctions.models import Policy
from auctions.queries import policies as policies_newest_first
from auctions.serializers.policies import PolicyForm, PolicyView


class ReadsPolicies(Acting):
    read_scope = "lots:read"
    public_reading = True

    def get_queryset(self) -> QuerySet[Policy]:
        return policies_newest_first()


class PolicyList(ReadsPolicies, ListAPIView[Policy], Create):
    """GET /api/v1/policies · POST /api/v1/policies"""

    serializer_class = PolicyView

    write_scope = "lots:operate"
    form_class = PolicyForm
    view_class = PolicyView
    perform = staticmethod(policies.publish_policy)


class PolicyDetail(ReadsPolicies, RetrieveAPIView[Policy]):
    """GET /api/v1/policies/{id}"""

    serializer_class = PolicyView
