"""GET /statistics/reconciliation: what the product counts, beside what was published of it.

For the office and the exchange. A published figure is never a part of a count; where the two
differ, the rows behind the product's own figure are one click away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import actor_of
from alliances import figures as alliances
from alliances.rules.membership import AllianceKind
from auctions.turnover import turnover
from core import clock
from core.models import ReferenceFigure, reference_figures, word
from enclaves.figures import ParkFigures, figures_of
from enclaves.models import Park
from enclaves.queries import with_outcomes
from enclaves.rules.tenancy import Span
from enclaves.tally import TOPIC as ENCLAVES
from marketplace import funnel
from web.pages import page
from web.templatetags.money import yuan

CYCLES = "trading_cycles"
SONGJIANG = "310117"
_BEGINNING = date(2018, 1, 1)  # of the corridor's office; nothing of it is older
_YI = Decimal(100_000_000)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure: our own with what is behind it, and the published one. Empty: there is none."""

    label: str
    own: str
    published: ReferenceFigure | None = None
    page: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    file: str
    lines: list[Line]


@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    if not actor.is_staff:
        raise PermissionDenied
    sections = [
        Section(_("Needs"), _file("statistics/needs-funnel"), list(_needs())),
        Section(_("Turnover by trading cycle"), _file("statistics/cycles"), list(_cycles())),
        Section(_("Enclave parks"), _file("statistics/enclaves", since=_BEGINNING), _enclaves()),
        Section(_("Finance alliance"), _file("statistics/alliances"), list(_alliances())),
    ]
    return page(request, "web/reconciliation.html", clock.now(), sections=sections)


def _needs() -> Iterator[Line]:
    found = funnel.count(funnel.Asked())
    for step in found.steps:
        stage = step.stage.value
        yield Line(
            str(funnel.STAGES[step.stage]),
            f"{step.count}",
            found.published.get(stage),
            page=reverse("needs_funnel"),
            file=_file("statistics/needs-funnel/needs", stage=stage),
        )


def _cycles() -> Iterator[Line]:
    """A cycle ends with its flagship session, whose turnover of all the cycle was published."""
    published = reference_figures(CYCLES)
    reports = {report.cycle.number: report for report in turnover().reports}
    numbers = {int(key) for key in published if key.isdigit()} | set(reports)
    for number in sorted(numbers, reverse=True):
        report = reports.get(number)
        label = _("Cycle {number}").format(number=number)
        if report and report.cycle.is_provisional:
            label = _("{label} (open, provisional)").format(label=label)
        yield Line(
            label,
            _yi(report.cycle.total.amount) if report else "",
            published.get(f"{number}"),
            page=f"{reverse('cycles')}#cycle-{number}" if report else "",
        )


def _enclaves() -> list[Line]:
    published = reference_figures(ENCLAVES)
    parks = Park.objects.order_by("pk")
    every = Span(_BEGINNING, clock.today() + timedelta(days=1))
    found = figures_of(parks, every)
    in_songjiang = parks.filter(host_district__code=SONGJIANG).count()
    confirmed = with_outcomes(parks).values_list("confirmed_output", flat=True)
    output = sum(confirmed, Decimal(0))
    listed, projects = reverse("enclaves"), "statistics/enclaves/projects"
    lines = [
        Line(_("Enclaves in Songjiang"), f"{in_songjiang}", published.get("in_songjiang"), listed),
        Line(
            _("Area let (m²)"),
            f"{found.let_m2:,.2f}",
            file=_file("statistics/enclaves/tenancies", since=_BEGINNING),
        ),
        Line(
            _("Talents"),
            f"{found.people}",
            page=reverse("admin:enclaves_talent_changelist"),
            file=_file("statistics/enclaves/talents", since=_BEGINNING),
        ),
        Line(
            _("Funds attached"),
            yuan(found.funds_size),
            file=_file("statistics/enclaves/funds", since=_BEGINNING),
        ),
        Line(
            _("Invested where it landed"),
            yuan(found.investment),
            file=_file(projects, figure="landed", since=_BEGINNING),
        ),
        Line(_("Output confirmed by both cities"), yuan(output), page=listed),
    ]
    counted = {
        "resident": (_("Resident projects"), found.resident),
        "admitted": (_("Admitted projects"), found.admitted),
        "landed": (_("Projects landed at home"), found.landed),
        "producing": (_("Projects that produce"), found.producing),
        "exited": (_("Projects that left"), found.exited),
    }
    lines[2:2] = [
        Line(label, f"{number}", file=_file(projects, figure=figure, since=_BEGINNING))
        for figure, (label, number) in counted.items()
    ]
    return lines + list(_single_parks(published, every))


def _single_parks(published: dict[str, ReferenceFigure], every: Span) -> Iterator[Line]:
    """What was published of one park, beside the park of this name where there is one."""
    known = {park.name: park for park in Park.objects.all()}
    for key, figure in published.items():
        _slug, parted, metric = key.rpartition(".")
        if not parted:
            continue
        park = known.get(figure.name.partition("：")[0])
        yield Line(
            figure.name,
            "" if park is None else _of_park(park, metric, every),
            figure,
            page="" if park is None else reverse("enclave", args=[park.pk]),
        )


def _of_park(park: Park, metric: str, every: Span) -> str:
    if metric == "area_m2":
        return "" if park.area_m2 is None else f"{park.area_m2:,.2f}"
    if metric == "investment":
        return "" if park.investment is None else _yi(park.investment)
    found: ParkFigures = figures_of(Park.objects.filter(pk=park.pk), every)
    numbers = {"admitted": found.admitted, "incubated": found.admitted, "landed": found.landed}
    return f"{numbers[metric]}" if metric in numbers else ""


def _alliances() -> Iterator[Line]:
    found, rows = alliances.figures(alliances.Asked()), "statistics/alliances"
    for one in found.alliances:
        kind = AllianceKind(one.kind)
        is_financial = kind is AllianceKind.FINANCIAL
        yield Line(
            _("Active members: {kind}").format(kind=word(kind)),
            f"{one.members}",
            found.published.get("members") if is_financial else None,
            file=_file(f"{rows}/members", kind=kind.value),
        )
    credits = _file(f"{rows}/credits")
    limit = found.published.get("cumulative_credit")
    yield Line(_("Approved credit"), _yi(found.credit.limit), limit, file=credits)
    yield Line(_("Credit disbursed"), _yi(found.credit.disbursed), file=credits)
    policies = found.published.get("policies")
    file = _file(f"{rows}/policies")
    yield Line(_("Policies in force"), f"{found.policies}", policies, file=file)
    targets = _file(f"{rows}/targets", stage="invested")
    yield Line(_("Invested by the fund"), _yi(found.invested), file=targets)


def _file(path: str, **query: Any) -> str:
    """The address of the rows as a workbook."""
    return f"/api/v1/{path}?{urlencode({**query, 'format': 'xlsx'})}"


def _yi(amount: Decimal) -> str:
    """In units of a hundred million yuan, in which such figures are published."""
    digits = f"{amount / _YI:,.4f}".rstrip("0").rstrip(".")
    return _("{amount} yi yuan").format(amount=digits)
