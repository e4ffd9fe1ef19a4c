"""Files of one's need or achievement and its pictures: put there on its page, and taken off."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from marketplace import attachments, pictures
from marketplace.attachment_queries import (
    achievement_attachments_visible_to,
    attachments_visible_to,
)
from marketplace.models import Need
from marketplace.own_queries import achievements_owned_by, needs_posted_by
from marketplace.queries import pictures_visible_to
from web.market import one_of
from web.steps import done, step, undone
from web.upload_forms import FileForm, PictureForm

_on_needs = step(signed_in_to="own_needs")
_on_achievements = step(signed_in_to="own_achievements")


@_on_needs
def add_need_file(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /needs/{id}/files: `file`, `confidential`"""
    need = one_of(needs_posted_by(actor), pk)

    def add(**told: Any) -> object:
        return attachments.add_attachment(actor=actor, need_id=need.pk, **told)

    return _put(request, FileForm, _page_of(need), _("The file is added."), add)


@_on_needs
def remove_need_file(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /need-files/{id}/remove"""
    file = one_of(attachments_visible_to(actor).filter(need__in=_keys(needs_posted_by(actor))), pk)
    return done(
        request,
        _page_of(file.need),
        _("The file is removed."),
        lambda: attachments.remove_attachment(actor=actor, attachment_id=file.pk),
    )


@_on_achievements
def add_achievement_file(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /achievements/{id}/files: `file`, `confidential`"""
    entry = one_of(achievements_owned_by(actor), pk)

    def add(**told: Any) -> object:
        return attachments.add_achievement_attachment(actor=actor, achievement_id=entry.pk, **told)

    return _put(request, FileForm, _page_of(entry), _("The file is added."), add)


@_on_achievements
def remove_achievement_file(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /achievement-files/{id}/remove"""
    own = _keys(achievements_owned_by(actor))
    file = one_of(achievement_attachments_visible_to(actor).filter(achievement__in=own), pk)
    return done(
        request,
        _page_of(file.achievement),
        _("The file is removed."),
        lambda: attachments.remove_achievement_attachment(actor=actor, attachment_id=file.pk),
    )


@_on_achievements
def add_picture(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /achievements/{id}/pictures: `file`"""
    entry = one_of(achievements_owned_by(actor), pk)

    def add(**told: Any) -> object:
        return pictures.add_picture(actor=actor, achievement_id=entry.pk, **told)

    return _put(request, PictureForm, _page_of(entry, "pictures"), _("The picture is added."), add)


@_on_achievements
def remove_picture(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /pictures/{id}/remove"""
    own = _keys(achievements_owned_by(actor))
    picture = one_of(pictures_visible_to(actor).filter(achievement__in=own), pk)
    return done(
        request,
        _page_of(picture.achievement, "pictures"),
        _("The picture is removed."),
        lambda: pictures.remove_picture(actor=actor, picture_id=picture.pk),
    )


def _put(
    request: HttpRequest,
    form_class: type[FileForm | PictureForm],
    page: str,
    said: str,
    add: Callable[..., object],
) -> HttpResponse:
    """The same bytes sent twice are kept once, which the actions see to."""
    form = form_class(request.POST, request.FILES)
    if not form.is_valid():
        return undone(request, page, form.fault())
    return done(request, page, said, lambda: add(**form.told()))


def _keys(own: Any) -> Any:
    return own.order_by().values("pk")


def _page_of(thing: Any, part: str = "files") -> str:
    name = "need" if isinstance(thing, Need) else "achievement"
    return f"{reverse(name, args=[thing.pk])}#{part}"
