"""What of a need and of an achievement may be found: public words only, for everybody.

Whatever is confidential, or open to some readers only, has no place here: search shows its snippets
to whoever may see the thing at all.
"""

from marketplace.models import Achievement, Need, NeedIndicator, TechnologyField
from marketplace.rules.achievements import MaturityScale, maturity_band
from search.documents import Entry, keep
from search.models import Kind


def keep_need(need: Need) -> None:
    """Step: found by its public words as they now are."""
    keep([searchable_need(need)])


def keep_achievement(achievement: Achievement) -> None:
    """Step: found by its public words as they now are."""
    keep([searchable_achievement(achievement)])


def searchable_need(need: Need) -> Entry:
    indicators = (indicator.name for indicator in public_indicators(need))
    return Entry(
        kind=Kind.NEED,
        object_id=need.pk,
        code=need.code,
        title=need.title,
        at=need.published_at or need.created_at,
        keywords=(*_field_words(need.field), *indicators),
        text=need.summary,
        city=need.city.code,
        field=need.field.code,
    )


def searchable_achievement(achievement: Achievement) -> Entry:
    scale = MaturityScale(achievement.maturity_scale)
    return Entry(
        kind=Kind.ACHIEVEMENT,
        object_id=achievement.pk,
        code=achievement.code,
        title=achievement.title,
        at=achievement.published_at or achievement.created_at,
        keywords=_field_words(achievement.field),
        text=achievement.summary,
        city=achievement.city.code,
        field=achievement.field.code,
        maturity=maturity_band(scale, achievement.maturity_level),
    )


def public_indicators(need: Need) -> list[NeedIndicator]:
    """The indicators that everybody may read who may see the need."""
    return [one for one in need.indicators.all() if not one.confidential]


def _field_words(field: TechnologyField) -> tuple[str, ...]:
    return field.name, field.name_en


def needs_after(number: int, at_once: int) -> list[Entry]:
    """The next needs by their ids, for `reindex_search`."""
    some = Need.objects.select_related("city", "field").prefetch_related("indicators")
    return [searchable_need(need) for need in some.filter(pk__gt=number).order_by("pk")[:at_once]]


def achievements_after(number: int, at_once: int) -> list[Entry]:
    """The next achievements by their ids, for `reindex_search`."""
    some = Achievement.objects.select_related("city", "field")
    return [
        searchable_achievement(one) for one in some.filter(pk__gt=number).order_by("pk")[:at_once]
    ]
