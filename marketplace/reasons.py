"""The reasons of a match as sentences, in the reader's language."""

from collections.abc import Iterator

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from marketplace.models import Achievement, Need
from marketplace.rules import MaturityScale
from marketplace.rules.achievements import MaturityBand, maturity_band
from marketplace.rules.matching import Component, Reason


def sentence(reason: Reason, need: Need, achievement: Achievement) -> str:
    """One reason as a person reads it; only what both sides say in public."""
    return _SAID[reason.component](reason, need, achievement)


def _terms(reason: Reason, need: Need, achievement: Achievement) -> str:
    return _("Words in common: {words}").format(words=_listed(reason.facts["words"]))


def _field(reason: Reason, need: Need, achievement: Achievement) -> str:
    name = need.field.name_en if _in_english() else need.field.name
    return _("Same field: {field}").format(field=name)


def _industry(reason: Reason, need: Need, achievement: Achievement) -> str:
    return _("Same industry: {industry}").format(industry=reason.facts["industry"])


def _indicators(reason: Reason, need: Need, achievement: Achievement) -> str:
    return "; ".join(_figures(reason)) if _in_english() else "；".join(_figures(reason))


def _figures(reason: Reason) -> Iterator[str]:
    if met := reason.facts["met"]:
        yield _("Meets by its own figures: {indicators}").format(indicators=_listed(met))
    if missed := reason.facts["missed"]:
        yield _("Falls short by its own figures: {indicators}").format(indicators=_listed(missed))


def _maturity(reason: Reason, need: Need, achievement: Achievement) -> str:
    scale, level = MaturityScale(achievement.maturity_scale), achievement.maturity_level
    template = _("Maturity: TRL {level}, {band}")
    if scale is MaturityScale.GRADE13:
        template = _("Maturity: grade {level} of 13, {band}")
    return template.format(level=level, band=band_name(maturity_band(scale, level)))


def _city(reason: Reason, need: Need, achievement: Achievement) -> str:
    name = achievement.city.name_en if _in_english() else achievement.city.name
    if reason.facts["same"] == "city":
        return _("Same city: {city}").format(city=name)
    return _("Same province: {city}").format(city=name)


def band_name(band: MaturityBand) -> str:
    return {
        MaturityBand.LABORATORY: _("Laboratory scale"),
        MaturityBand.PILOT: _("Pilot scale"),
        MaturityBand.INDUSTRIAL: _("Industrial scale"),
    }[band]


def _listed(words: object) -> str:
    parts = [str(word) for word in words] if isinstance(words, (list, tuple)) else [str(words)]
    return pgettext("between the items of a list", ", ").join(parts)


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


_SAID = {
    Component.TERMS: _terms,
    Component.FIELD: _field,
    Component.INDUSTRY: _industry,
    Component.INDICATORS: _indicators,
    Component.MATURITY: _maturity,
    Component.CITY: _city,
}
