"""Pictures of an achievement at the desk: looked at, uploaded, taken off."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminIntegerFieldWidget

from accounts.desk.admins import DeskInline
from accounts.desk.forms import StepForm
from accounts.desk.steps import Step
from marketplace import pictures
from marketplace.admin.needs import REVIEWERS, STAFF
from marketplace.lifecycle import AchievementState
from marketplace.models import Picture
from marketplace.rules.pictures import may_add, may_remove

_MEGABYTES = settings.LARGEST_UPLOAD // 1024 // 1024


class UploadedBytes(forms.FileField):
    """The content of the file; what it is called and says it is counts for nothing."""

    def clean(self, data: Any, initial: Any = None) -> bytes:
        content: bytes = super().clean(data, initial).read()
        return content


class AddPictureForm(StepForm):
    secret = frozenset({"content"})
    content = UploadedBytes(
        label=_("Picture"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_(
            "JPEG, PNG or WebP of at most {megabytes} MB. The oldest picture stands for the"
            " achievement on the hall's board, in the catalogue and on the lot's page."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["content"]
        field.help_text = str(field.help_text).format(megabytes=_MEGABYTES)


class RemovePictureForm(StepForm):
    picture_id = forms.IntegerField(
        label=_("Number of the picture"),
        min_value=1,
        max_value=2**63 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("As it stands beside the picture."),
    )

    @classmethod
    def filled_from(cls, row: Any) -> dict[str, Any]:
        """The newest one: what was uploaded by mistake."""
        newest = list(row.pictures.all())[-1:]
        return {"picture_id": newest[0].pk if newest else None}


class PictureInline(DeskInline):
    model = Picture
    readers = REVIEWERS
    fields = ("number", "preview", "added_at")
    ordering = ("pk",)

    @admin.display(description=_("number"))
    def number(self, picture: Picture) -> str:
        return str(picture.pk)

    @admin.display(description=_("picture"))
    def preview(self, picture: Picture) -> SafeString:
        return format_html(
            '<a href="{0}"><img class="desk-picture" src="{0}" width="{1}" height="{2}"'
            ' alt="{3}"></a>',
            picture.path,
            picture.width,
            picture.height,
            picture.achievement.title,
        )


def _states(rule: Any) -> frozenset[AchievementState]:
    return frozenset(state for state in AchievementState if rule(state, by_staff=True))


PICTURE_STEPS = (
    Step(
        name="add-picture",
        label=_("Add a picture"),
        explanation=_(
            "The picture is written anew: what a camera or an editor noted in the file, such as"
            " the place, is not kept."
        ),
        action=pictures.add_picture,
        id_name="achievement_id",
        roles=STAFF,
        sources=_states(may_add),
        form_class=AddPictureForm,
        tone="back",
    ),
    Step(
        name="remove-picture",
        label=_("Remove a picture"),
        explanation=_("The picture is deleted. What a lot was announced with stays."),
        action=pictures.remove_picture,
        id_name="achievement_id",
        roles=STAFF,
        sources=_states(may_remove),
        form_class=RemovePictureForm,
        applies=lambda actor, achievement: bool(achievement.pictures.all()),
        tone="back",
    ),
)
