"""What an owner does about its achievement: draft, change, submit, publish, confirm, withdraw."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from accounts.models import Organization
from accounts.requests import actor_of
from core import clock
from core.models import choices
from marketplace import achievements
from marketplace.lifecycle import ACHIEVEMENT_EDITABLE
from marketplace.listing import confirm_achievement
from marketplace.models import Achievement
from marketplace.own_queries import achievements_owned_by
from marketplace.queries import technology_fields
from marketplace.rules.listing import LegalStatus
from web.achievement_forms import AchievementSheet, filled_from
from web.draft_forms import cities_to_choose, may_draft_for
from web.form_fields import day
from web.market import SHOWN, one_of
from web.pages import one_page, page
from web.steps import done, reason, step, undone


@require_safe
def own_achievements(request: HttpRequest) -> HttpResponse:
    """GET /achievements/own: those of one's own organizations in every state, the newest first."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    listing = one_page(request, achievements_owned_by(actor).order_by("-pk"), SHOWN)
    return page(request, "web/own_achievements.html", clock.now(), **listing)


@require_http_methods(["GET", "HEAD", "POST"])
def list_achievement(request: HttpRequest) -> HttpResponse:
    """GET /achievements/new: the form, or who may list. POST: draft it, and show it.

    A form that is sent twice is one draft.
    """
    actor = actor_of(request)
    if not (verified := may_draft_for(actor)):
        return page(request, "web/achievement_list.html", clock.now(), actor=actor)
    sheet = _sheet(request, verified, {})
    if sheet.is_bound and sheet.is_valid():
        values = sheet.values()
        once = sheet.main.once("web.list_achievement", actor, values)
        if made := sheet.main.save(
            lambda: achievements.list_achievement(actor=actor, once=once, **values)
        ):
            return HttpResponseRedirect(f"{_page_of(made.pk)}#own")
    return _show(request, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
def change_achievement(request: HttpRequest, pk: int) -> HttpResponse:
    """GET and POST /achievements/{id}/change: the same form, filled with one's draft."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    own = achievements_owned_by(actor).filter(owner__in=actor.acts_for)
    entry: Achievement = one_of(own.filter(state__in=ACHIEVEMENT_EDITABLE), pk)
    sheet = _sheet(request, [entry.owner], filled_from(entry), achievement=entry)
    if sheet.is_bound and sheet.is_valid():
        values = sheet.values()
        del values["organization_id"]  # an entry stays its owner's
        if sheet.main.save(
            lambda: achievements.edit_achievement(actor=actor, achievement_id=entry.pk, **values)
        ):
            return HttpResponseRedirect(f"{_page_of(entry.pk)}#own")
    return _show(request, sheet, achievement=entry)


def _sheet(
    request: HttpRequest,
    organizations: list[Organization],
    filled: dict[str, Any],
    *,
    achievement: Achievement | None = None,
) -> AchievementSheet:
    kept = (achievement.city_id, achievement.preferred_city_id) if achievement else ()
    return AchievementSheet(
        request.POST if request.method == "POST" else None,
        initial=filled,
        achievement=achievement,
        organizations=organizations,
        fields=list(technology_fields()),
        cities=cities_to_choose(*kept),
    )


def _show(request: HttpRequest, sheet: AchievementSheet, **context: Any) -> HttpResponse:
    status, now = 422 if sheet.is_refused else 200, clock.now()
    return page(request, "web/achievement_list.html", now, status=status, sheet=sheet, **context)


_step = step(signed_in_to="own_achievements")


@_step
def submit(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /achievements/{id}/submit"""
    said = _("The achievement is submitted. You are told by a notice what becomes of it.")
    return _done(request, actor, pk, said, achievements.submit_achievement)


@_step
def publish(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /achievements/{id}/publish"""
    said = _("The achievement is on the public list, for a year.")
    return _done(request, actor, pk, said, achievements.publish_achievement)


@_step
def withdraw(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /achievements/{id}/withdraw: `reason`"""
    said, why = _("The achievement is withdrawn."), reason(request)
    return _done(request, actor, pk, said, achievements.withdraw_achievement, reason=why)


class ConfirmForm(forms.Form):
    """What may have changed by itself since; what is left out stays as it is."""

    legal_status = forms.ChoiceField(choices=[("", "–"), *choices(LegalStatus)], required=False)
    next_fee_on = day(None, required=False)


@_step
def confirm(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /achievements/{id}/confirm: `legal_status`, `next_fee_on`"""
    entry = one_of(achievements_owned_by(actor), pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        why = _("Nothing was saved. Choose a status and a day, or neither.")
        return undone(request, _page_of(entry.pk), why)
    told = {name: said or None for name, said in form.cleaned_data.items()}
    said = _("Confirmed: the achievement stays on the list for another year.")
    return _done(request, actor, pk, said, confirm_achievement, **told)


def _done(
    request: HttpRequest,
    actor: Actor,
    pk: int,
    said: str,
    act: Callable[..., object],
    **values: Any,
) -> HttpResponse:
    entry = one_of(achievements_owned_by(actor), pk)
    return done(
        request,
        _page_of(entry.pk),
        said,
        lambda: act(actor=actor, achievement_id=entry.pk, **values),
    )


def _page_of(achievement_id: int) -> str:
    return reverse("achievement", args=[achievement_id])
