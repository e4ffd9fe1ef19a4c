"""Which panels, reviews and objections to rankings an actor may see, and what experts judge."""

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from core.db import one_or_none
from core.errors import NotFound
from marketplace.models import ExpertPanel, ExpertReview, Need, PanelExpert, PanelObjection


def panel_of(need: Need) -> ExpertPanel | None:
    """The panel that judges a need's responses, if one was convened and not set aside."""
    return one_or_none(
        ExpertPanel.objects.select_related("need").filter(need=need, set_aside_at=None)
    )


def judges(actor: Actor, need: Need) -> bool:
    """Whether the actor is an expert who judges the need's responses now."""
    return actor.user_id is not None and need.pk in judged_by(actor)


def panels_visible_to(actor: Actor) -> QuerySet[ExpertPanel]:
    """Seen by staff, by the poster, by the bureau of its city, and by its experts."""
    panels = ExpertPanel.objects.select_related("need").prefetch_related("experts__person")
    if actor.is_staff:
        return panels
    return panels.filter(
        Q(need__organization__in=actor.sees)
        | Q(need__city__in=actor.bureau_cities)
        | Q(need__in=judged_by(actor), set_aside_at=None)
    )


def reviews_visible_to(actor: Actor) -> QuerySet[ExpertReview]:
    """Seen by staff, by the poster, and each by who gave it; never by a respondent."""
    reviews = ExpertReview.objects.select_related("expert", "response__need")
    if actor.is_staff:
        return reviews
    own = Q(expert__person=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    return reviews.filter(own | Q(response__need__organization__in=actor.sees))


def panel_objections_visible_to(actor: Actor) -> QuerySet[PanelObjection]:
    """All, for staff who decide them."""
    objections = PanelObjection.objects.select_related("panel__need", "person")
    return objections if actor.is_staff else objections.none()


def judged_by(actor: Actor) -> "QuerySet[PanelExpert, int]":
    serving = PanelExpert.objects.filter(
        person=actor.user_id or 0, recused_at=None, panel__set_aside_at=None
    )
    return serving.values_list("panel__need", flat=True)


def ranking_of(need: Need) -> ExpertPanel:
    """The publicised ranking of a need that the reader may see."""
    ranked = ExpertPanel.objects.prefetch_related("places__response__organization")
    panel = one_or_none(ranked.filter(need=need, set_aside_at=None, begins_at__isnull=False))
    if panel is None:
        raise NotFound
    return panel
