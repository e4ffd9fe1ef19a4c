"""The transformation fund over REST."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import ChoiceFilter, FilterSet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Acting, Command, Create
from alliances import fund
from alliances.fund_queries import fund_projects_visible_to
from alliances.lifecycle import FundState
from alliances.models import FundProject
from alliances.serializers.fund import (
    ExitForm,
    FundProjectForm,
    FundProjectView,
    InvestForm,
    VoteForm,
)
from core.models import choices
from core.parsing import ReasonForm

_READ, _WRITE = "alliances:read", "alliances:write"


class FundFilters(FilterSet):
    state = ChoiceFilter(choices=choices(FundState))
    reached = ChoiceFilter(choices=choices(FundState))


class FundProjectList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/finance/fund-projects"""

    read_scope, write_scope = _READ, _WRITE
    form_class = FundProjectForm
    serializer_class = view_class = FundProjectView
    filterset_class = FundFilters
    perform = staticmethod(fund.pool_project)
    queryset = FundProject.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[FundProject]:
        return fund_projects_visible_to(self.actor)


class FundProjectDetail(Acting, RetrieveAPIView[FundProject]):
    """GET /api/v1/finance/fund-projects/{id}"""

    read_scope = _READ
    serializer_class = FundProjectView

    def get_queryset(self) -> QuerySet[FundProject]:
        return fund_projects_visible_to(self.actor)


class _FundCommand(Command):
    id_name = "project_id"
    write_scope = _WRITE
    view_class = FundProjectView


class ContactTarget(_FundCommand):
    """POST /api/v1/finance/fund-projects/{id}/contact"""

    perform = staticmethod(fund.contact_target)


class LookIntoTarget(_FundCommand):
    """POST /api/v1/finance/fund-projects/{id}/diligence"""

    perform = staticmethod(fund.look_into_target)


class EstablishProject(_FundCommand):
    """POST /api/v1/finance/fund-projects/{id}/establish"""

    perform = staticmethod(fund.establish_project)


class PutBeforeCommittee(_FundCommand):
    """POST /api/v1/finance/fund-projects/{id}/committee"""

    perform = staticmethod(fund.put_before_committee)


class VoteOnProject(Create):
    """POST /api/v1/finance/fund-projects/{id}/votes"""

    id_name = "project_id"
    write_scope = _WRITE
    form_class = VoteForm
    view_class = FundProjectView
    perform = staticmethod(fund.vote_on_project)


class Invest(_FundCommand):
    """POST /api/v1/finance/fund-projects/{id}/invest"""

    form_class = InvestForm
    perform = staticmethod(fund.invest)


class ExitProject(_FundCommand):
    """POST /api/v1/finance/fund-projects/{id}/exit"""

    form_class = ExitForm
    perform = staticmethod(fund.exit_project)


class DropProject(_FundCommand):
    """POST /api/v1/finance/fund-projects/{id}/drop"""

    form_class = ReasonForm
    perform = staticmethod(fund.drop_project)
