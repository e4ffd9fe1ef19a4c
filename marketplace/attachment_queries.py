"""Which files one sees: the open ones with their need or achievement, others with its detail."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from core.errors import NotFound
from marketplace.models import (
    AchievementAttachment,
    AchievementFile,
    AchievementUndertaking,
    AttachmentFile,
    NeedAttachment,
    NeedUndertaking,
)
from marketplace.panel_queries import judged_by
from marketplace.queries import (
    achievements_reviewed_by,
    achievements_visible_to,
    needs_reviewed_by,
    needs_visible_to,
)
from marketplace.rules.disclosure import ACHIEVEMENT_NDA, NEED_NDA


def attachments_visible_to(actor: Actor) -> QuerySet[NeedAttachment]:
    """Of needs that the actor sees. A confidential file is there for its insiders, its experts, and
    for whoever's organization accepted the undertaking that holds today."""
    rows = NeedAttachment.objects.select_related("need").order_by("pk")
    rows = rows.filter(need__in=needs_visible_to(actor).order_by().values("pk"))
    if actor.is_staff:
        return rows
    signed = NeedUndertaking.objects.filter(
        need=OuterRef("need"), organization__in=actor.sees, version=NEED_NDA.version
    )
    return rows.filter(
        Q(confidential=False)
        | Q(need__organization__in=actor.sees)
        | Q(need__in=needs_reviewed_by(actor).order_by().values("pk"))
        | Q(need__in=judged_by(actor))
        | Exists(signed)
    )


def achievement_attachments_visible_to(actor: Actor) -> QuerySet[AchievementAttachment]:
    """The same of achievements, which no expert judges."""
    rows = AchievementAttachment.objects.select_related("achievement", "record").order_by("pk")
    rows = rows.filter(achievement__in=achievements_visible_to(actor).order_by().values("pk"))
    if actor.is_staff:
        return rows
    signed = AchievementUndertaking.objects.filter(
        achievement=OuterRef("achievement"),
        organization__in=actor.sees,
        version=ACHIEVEMENT_NDA.version,
    )
    return rows.filter(
        Q(confidential=False)
        | Q(achievement__owner__in=actor.sees)
        | Q(achievement__in=achievements_reviewed_by(actor).order_by().values("pk"))
        | Exists(signed)
    )


def attachments_of(need_id: int, *, seen_by: Actor) -> QuerySet[NeedAttachment]:
    """The files of one need that the reader may have; of a need that is not there, none."""
    if not needs_visible_to(seen_by).filter(pk=need_id).exists():
        raise NotFound
    return attachments_visible_to(seen_by).filter(need=need_id)


def attachments_of_achievement(
    achievement_id: int, *, seen_by: Actor
) -> QuerySet[AchievementAttachment]:
    """The same of one achievement."""
    if not achievements_visible_to(seen_by).filter(pk=achievement_id).exists():
        raise NotFound
    return achievement_attachments_visible_to(seen_by).filter(achievement=achievement_id)


def content_of(attachment: NeedAttachment | AchievementAttachment) -> bytes:
    files = AttachmentFile if isinstance(attachment, NeedAttachment) else AchievementFile
    return bytes(files.objects.get(pk=attachment.pk).content)
