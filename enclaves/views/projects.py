"""Projects of a park over REST: proposed, judged, admitted, incubated, landed."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Change, Command, Create
from enclaves import admissions, projects
from enclaves.lifecycle import ProjectState
from enclaves.models import Project, SignedAgreement
from enclaves.queries import in_state, projects_of, projects_visible_to, signed_by
from enclaves.serializers.projects import (
    AdmissionReviewForm,
    ExitForm,
    LandForm,
    ProjectChange,
    ProjectForm,
    ProjectView,
    ReviewersForm,
    SignedForm,
    SignedView,
)
from enclaves.views.addresses import ForActor

_STATE = OpenApiParameter("state", enum=[one.value for one in ProjectState])


@extend_schema_view(get=extend_schema(parameters=[_STATE]))
class ParkProjects(ForActor, Create, ListAPIView[Any]):
    """GET and POST /api/v1/enclaves/{id}/projects"""

    form_class = ProjectForm
    serializer_class = view_class = ProjectView
    id_name = "park_id"
    perform = staticmethod(projects.propose_project)
    queryset = Project.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Project]:
        rows = projects_of(self.kwargs["pk"], seen_by=self.actor)
        state = self.request.query_params.get("state")
        return in_state(rows, state) if state else rows


@extend_schema_view(patch=extend_schema(request=ProjectChange))
class ProjectDetail(ForActor, Change, RetrieveAPIView[Any]):
    """GET and PATCH /api/v1/projects/{id}"""

    form_class = ProjectChange
    serializer_class = ProjectView
    id_name = "project_id"
    perform = staticmethod(projects.change_project)

    def get_queryset(self) -> QuerySet[Project]:
        return projects_visible_to(self.actor)


class SignedList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/projects/{id}/agreements: what a project signed."""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    id_name = "project_id"
    form_class = SignedForm
    serializer_class = view_class = SignedView
    perform = staticmethod(projects.enter_agreement)
    queryset = SignedAgreement.objects.none()

    def get_queryset(self) -> QuerySet[SignedAgreement]:
        return signed_by(self.kwargs["pk"], seen_by=self.actor)


class ProjectCommand(Command):
    id_name = "project_id"
    write_scope = "enclaves:write"
    view_class = ProjectView


class NameReviewers(ProjectCommand):
    """POST /api/v1/projects/{id}/panel"""

    form_class = ReviewersForm
    perform = staticmethod(admissions.name_reviewers)


class ReviewProject(ProjectCommand):
    """POST /api/v1/projects/{id}/reviews"""

    form_class = AdmissionReviewForm
    perform = staticmethod(admissions.review_project)


class AdmitProject(ProjectCommand):
    """POST /api/v1/projects/{id}/admit"""

    perform = staticmethod(projects.admit_project)


class IncubateProject(ProjectCommand):
    """POST /api/v1/projects/{id}/incubate"""

    perform = staticmethod(projects.incubate_project)


class PilotProject(ProjectCommand):
    """POST /api/v1/projects/{id}/pilot"""

    perform = staticmethod(projects.pilot_project)


class LandProject(ProjectCommand):
    """POST /api/v1/projects/{id}/land"""

    form_class = LandForm
    perform = staticmethod(projects.land_project)


class StartOutput(ProjectCommand):
    """POST /api/v1/projects/{id}/output"""

    perform = staticmethod(projects.start_output)


class ExitProject(ProjectCommand):
    """POST /api/v1/projects/{id}/exit"""

    form_class = ExitForm
    perform = staticmethod(projects.exit_project)
