"""The words of notices and mails about alliances and financing."""

from typing import Any

from django.utils.translation import gettext_lazy as _

ALLIANCE_WORDS: dict[str, tuple[Any, Any]] = {
    "member.applied": (
        _("{member} asks to join {alliance}"),
        _("Compare its licence with the register, then admit it or say why not."),
    ),
    "member.admitted": (
        _("{alliance} has admitted {member}"),
        _("Sign the charter; from then on your organization is an active member."),
    ),
    "member.activated": (
        _("{member} is an active member of {alliance}"),
        _("It counts from now on. A member of the financial alliance may list its products."),
    ),
    "member.suspended": (
        _("{member} is suspended in {alliance}"),
        _("It gets no new cases until it is reinstated. Reason: {member_reason}"),
    ),
    "member.ended": (
        _("{member} is no longer in {alliance}"),
        _("Reason: {member_reason}"),
    ),
}
