"""Files of achievements at the desk: read, entered, taken off."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldBooleanWidget,
)

from accounts.desk.admins import DeskInline
from accounts.desk.forms import StepForm
from accounts.desk.steps import Step
from core.errors import Refusal
from core.problems import refusal_body
from marketplace import attachments
from marketplace.admin.needs import REVIEWERS, STAFF
from marketplace.lifecycle import AchievementState
from marketplace.models import AchievementAttachment
from marketplace.rules.attachments import MEDIA_TYPES, check_attachment, may_add, may_remove

_MEGABYTES = settings.LARGEST_UPLOAD // 1024 // 1024
_LARGEST_ID = 2**63 - 1


def _number(label: Any, help_text: Any, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=1,
        max_value=_LARGEST_ID,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=help_text,
    )


class AddPaperForm(StepForm):
    secret = frozenset({"name", "content"})
    file = forms.FileField(
        label=_("file"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ",".join(MEDIA_TYPES)}),
        help_text=_("PDF, PNG, JPEG, DOCX or XLSX without macros, of at most {megabytes} MB."),
    )
    record_id = _number(
        _("Number of the further right"),
        _("As it stands beside the right; empty: a paper of the achievement itself."),
        required=False,
    )
    confidential = forms.BooleanField(
        label=_("confidential"),
        required=False,
        initial=True,
        widget=UnfoldBooleanWidget,
        help_text=_("Only whoever accepted the undertaking reads it, and each reading is kept."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        field.help_text = str(field.help_text).format(megabytes=_MEGABYTES)

    def clean(self) -> dict[str, Any]:
        """What the action takes; what the rules say of the file stands beside it."""
        given = super().clean() or {}
        if (file := given.pop("file", None)) is None:
            return given
        content = file.read()
        try:
            check_attachment(file.name, content)
        except Refusal as refusal:
            raise ValidationError({"file": refusal_body(refusal)["detail"]}) from refusal
        return {**given, "name": file.name, "content": content}


class RemovePaperForm(StepForm):
    attachment_id = _number(_("Number of the file"), _("As it stands beside the file."))

    @classmethod
    def filled_from(cls, row: Any) -> dict[str, Any]:
        """The newest one: what was entered by mistake."""
        newest = row.attachments.order_by("pk").last()
        return {"attachment_id": newest.pk if newest else None}


class PaperInline(DeskInline):
    """Whoever reviews the achievement may read all of its files."""

    model = AchievementAttachment
    readers = REVIEWERS
    also_told = ("name",)
    fields = (
        *("number", "download", "record", "media_type", "size", "confidential"),
        *("added_at", "by_user"),
    )
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AchievementAttachment]:
        rows: QuerySet[AchievementAttachment] = super().get_queryset(request)
        return rows.select_related("by_user", "record")

    @admin.display(description=_("number"))
    def number(self, attachment: AchievementAttachment) -> str:
        return str(attachment.pk)

    @admin.display(description=_("file"))
    def download(self, attachment: AchievementAttachment) -> SafeString:
        return format_html('<a href="{}">{}</a>', attachment.path, attachment.name)


def _states(rule: Any) -> frozenset[AchievementState]:
    return frozenset(state for state in AchievementState if rule(state, by_staff=True))


PAPER_STEPS = (
    Step(
        name="add-paper",
        label=_("Add a paper"),
        explanation=_("For what came on paper: a certificate, a register's extract, a consent."),
        action=attachments.add_achievement_attachment,
        id_name="achievement_id",
        roles=STAFF,
        sources=_states(may_add),
        form_class=AddPaperForm,
        tone="back",
    ),
    Step(
        name="remove-paper",
        label=_("Remove a paper"),
        explanation=_("The file is deleted; the history keeps that it was there."),
        action=attachments.remove_achievement_attachment,
        id_name="achievement_id",
        roles=STAFF,
        sources=_states(may_remove),
        form_class=RemovePaperForm,
        applies=lambda actor, achievement: achievement.attachments.exists(),
        tone="back",
    ),
)
