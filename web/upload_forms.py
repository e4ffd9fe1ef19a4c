"""Forms that bring one file: with a need or an achievement, or a picture of one."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.rules.attachments import MEDIA_TYPES
from web.form_fields import tick

_MEGABYTES = settings.LARGEST_UPLOAD // 1024 // 1024


class UploadForm(forms.Form):
    """One file. What is larger than the site takes does not arrive, as if none had been chosen."""

    kinds = ""
    file = forms.FileField(label=gettext_lazy("file"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        field.widget.attrs["accept"] = self.kinds
        field.help_text = str(field.help_text).format(megabytes=_MEGABYTES)

    def fault(self) -> str:
        """What is wrong with a form that is not valid."""
        told = _("Choose a file that is not empty and has at most {megabytes} MB.")
        return told.format(megabytes=_MEGABYTES)


class FileForm(UploadForm):
    """What `add_attachment` takes."""

    kinds = ",".join(MEDIA_TYPES)
    file = forms.FileField(
        label=gettext_lazy("file"),
        help_text=gettext_lazy(
            "PDF, PNG, JPEG, DOCX or XLSX without macros, of at most {megabytes} MB."
        ),
    )
    confidential = tick(
        gettext_lazy("confidential"),
        gettext_lazy("Only whoever accepted the undertaking reads it, and each reading is kept."),
    )

    def told(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        return {
            "name": file.name,
            "content": file.read(),
            "confidential": self.cleaned_data["confidential"],
        }


class PictureForm(UploadForm):
    """What `add_picture` takes; what the file is called and says it is counts for nothing."""

    kinds = "image/jpeg,image/png,image/webp"
    file = forms.FileField(
        label=gettext_lazy("picture"),
        help_text=gettext_lazy(
            "JPEG, PNG or WebP of at most {megabytes} MB. It is written anew: what a camera noted"
            " in the file, such as the place, is not kept."
        ),
    )

    def told(self) -> dict[str, Any]:
        return {"content": self.cleaned_data["file"].read()}
