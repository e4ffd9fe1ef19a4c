"""Where people judge who were asked to: admissions to parks, and projects of the fund.

They need no organization and no desk. Each sees what it was asked about and nothing else; of the
others' judgements a reviewer sees none, and the committee sees its votes.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from accounts.requests import actor_of
from alliances.fund import vote_on_project
from alliances.fund_queries import fund_projects_judged_by
from alliances.lifecycle import FundState
from alliances.models import FundProject
from core import clock
from core.db import one_or_none
from core.errors import Refusal
from core.models import word
from core.problems import refusal_body
from enclaves.admissions import review_project
from enclaves.lifecycle import PROJECT, ProjectState
from enclaves.models import AdmissionReviewer
from enclaves.queries import admissions_judged_by
from web.market import SHOWN, one_of
from web.pages import page

_ANSWERS = (("yes", _("In favour")), ("no", _("Against")))


class JudgementForm(forms.Form):
    """For or against, with a comment that an admission asks for."""

    favours = forms.ChoiceField(
        label=_("Your judgement"), choices=_ANSWERS, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class VoteForm(JudgementForm):
    comment = forms.CharField(
        label=_("Note"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_safe
def panel_list(request: HttpRequest) -> HttpResponse:
    """GET /panels: what waits for the reader's judgement, and what it has judged."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    seats = list(admissions_judged_by(actor).order_by("-pk")[:SHOWN])
    projects = list(fund_projects_judged_by(actor).order_by("-pk")[:SHOWN])
    return page(
        request,
        "web/panels.html",
        clock.now(),
        admissions=[one for one in seats if _awaits(one)],
        judged=[one for one in seats if not _awaits(one)],
        votes=[one for one in projects if _may_vote(one, actor)],
        voted=[(one, _vote(one, actor)) for one in projects if not _may_vote(one, actor)],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def admission(request: HttpRequest, pk: int) -> HttpResponse:
    """GET and POST /admissions/{id}: a project that the reader was named to judge."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    seat = _seat(actor, pk)
    form = JudgementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = _told(form, lambda said: review_project(actor=actor, project_id=pk, **said))
        if not refused:
            messages.success(request, gettext("Your judgement is on record."))
            return HttpResponseRedirect(reverse("panels"))
        seat = _seat(actor, pk)
    return _page(
        request,
        "web/admission.html",
        form,
        seat=seat,
        project=seat.project,
        state=word(seat.project.told_state),
        awaits=_awaits(seat),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def fund_project(request: HttpRequest, pk: int) -> HttpResponse:
    """GET and POST /fund-projects/{id}: a project that was put before the reader's committee."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    before: QuerySet[FundProject] = fund_projects_judged_by(actor)
    project: FundProject = one_of(before, pk)
    form = VoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = _told(
            form,
            lambda said: vote_on_project(
                actor=actor, project_id=pk, in_favour=said["favours"], note=said["comment"]
            ),
        )
        if not refused:
            messages.success(request, gettext("Your vote is on record."))
            return HttpResponseRedirect(reverse("fund_project", args=[pk]))
        project = one_of(before, pk)
    return _page(
        request,
        "web/fund_project.html",
        form,
        project=project,
        votes=project.votes.order_by("pk"),
        tally=project.tally(),
        own=_vote(project, actor),
        awaits=_may_vote(project, actor),
    )


def _page(request: HttpRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return page(request, template, clock.now(), status=status, form=form, **context)


def _told(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Do it; whether it was refused, which the form then says."""
    said = {
        "favours": form.cleaned_data["favours"] == "yes",
        "comment": form.cleaned_data["comment"],
    }
    try:
        act(said)
    except Refusal as refusal:
        form.add_error(None, refusal_body(refusal)["detail"])
        return True
    return False


def _seat(actor: Actor, project_id: int) -> AdmissionReviewer:
    seat = one_or_none(admissions_judged_by(actor).filter(project=project_id))
    if seat is None:
        raise Http404
    return seat


def _awaits(seat: AdmissionReviewer) -> bool:
    may_enter = PROJECT.allows(seat.project.told_state, ProjectState.ADMITTED)
    return seat.favours is None and may_enter


def _vote(project: FundProject, actor: Actor) -> Any:
    return next((one for one in project.votes.all() if one.person_id == actor.user_id), None)


def _may_vote(project: FundProject, actor: Actor) -> bool:
    return project.state == FundState.COMMITTEE and _vote(project, actor) is None
