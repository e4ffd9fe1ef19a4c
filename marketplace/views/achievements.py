"""Achievements over REST."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request

from accounts.importing import Import
from accounts.requests import Command, organization_id_of
from core.columns import sheet_of
from core.parsing import ReasonForm
from core.sheets import InSheets, Sheet
from marketplace import achievements, importing, listing
from marketplace.models import Achievement
from marketplace.queries import achievements_visible_to, with_dossiers
from marketplace.serializers.achievements import (
    AchievementChanges,
    AchievementForm,
    AchievementView,
)
from marketplace.serializers.dossiers import ConfirmForm
from marketplace.serializers.tables import ACHIEVEMENT_COLUMNS, AchievementRow
from marketplace.views.addresses import Thing, Things
from marketplace.views.filters import AchievementFilters


class ForItsReader:
    """What only insiders are shown depends on who asks."""

    def get_serializer_context(self) -> dict[str, Any]:
        return {"actor": self.actor}  # type: ignore[attr-defined]


class AchievementList(InSheets, ForItsReader, Things):  # type: ignore[misc]
    """GET and POST /api/v1/achievements; `?format=csv` or `xlsx`: the list as a file."""

    sheet_name = "achievements"

    read_scope, write_scope = "achievements:read", "achievements:write"
    public_reading = True
    form_class = AchievementForm
    serializer_class = view_class = AchievementView
    filterset_class = AchievementFilters
    perform = staticmethod(achievements.list_achievement)

    def get_queryset(self) -> QuerySet[Achievement]:
        return with_dossiers(achievements_visible_to(self.actor))

    def sheet(self, rows: Any) -> Sheet:
        told = AchievementView(rows, many=True, context={"actor": self.actor}).data
        return sheet_of(_("achievements"), ACHIEVEMENT_COLUMNS, told)


class ImportAchievements(Import):
    """GET and POST /api/v1/achievements/import"""

    write_scope = "achievements:write"
    name = "achievements"
    columns = ACHIEVEMENT_COLUMNS
    row_form = AchievementRow
    perform = staticmethod(importing.import_achievements)

    def beyond_form(self, request: Request) -> dict[str, Any]:
        return {"organization_id": organization_id_of(request)}


@extend_schema_view(patch=extend_schema(request=AchievementChanges))
class AchievementDetail(ForItsReader, Thing):
    """GET and PATCH /api/v1/achievements/{id}"""

    read_scope, write_scope = "achievements:read", "achievements:write"
    public_reading = True
    form_class = AchievementChanges
    serializer_class = AchievementView
    id_name = "achievement_id"
    perform = staticmethod(achievements.edit_achievement)

    def get_queryset(self) -> QuerySet[Achievement]:
        return with_dossiers(achievements_visible_to(self.actor))


class AchievementCommand(Command):
    id_name = "achievement_id"
    write_scope = "achievements:write"
    view_class = AchievementView


class SubmitAchievement(AchievementCommand):
    """POST /api/v1/achievements/{id}/submit"""

    perform = staticmethod(achievements.submit_achievement)


class ApproveAchievement(AchievementCommand):
    """POST /api/v1/achievements/{id}/approve"""

    perform = staticmethod(achievements.approve_achievement)


class ReturnAchievement(AchievementCommand):
    """POST /api/v1/achievements/{id}/return"""

    form_class = ReasonForm
    perform = staticmethod(achievements.return_achievement)


class PublishAchievement(AchievementCommand):
    """POST /api/v1/achievements/{id}/publish"""

    perform = staticmethod(achievements.publish_achievement)


class WithdrawAchievement(AchievementCommand):
    """POST /api/v1/achievements/{id}/withdraw"""

    form_class = ReasonForm
    perform = staticmethod(achievements.withdraw_achievement)


class ConfirmAchievement(AchievementCommand):
    """POST /api/v1/achievements/{id}/confirm: it still holds, for another year."""

    form_class = ConfirmForm
    perform = staticmethod(listing.confirm_achievement)
