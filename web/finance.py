"""The pages of financing: what members of the financial alliance offer, and one's applications."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import ANONYMOUS
from accounts.models import City
from accounts.requests import actor_of
from alliances.finance_queries import (
    consents_visible_to,
    eligible,
    financial_members,
    offers_visible_to,
    own_applications,
    products_visible_to,
    readings_of,
)
from alliances.financing_clock import TOO_LATE
from alliances.lifecycle import FINANCING, FinanceState, OfferState
from alliances.models import AllianceMember, FinanceApplication, FinanceProduct
from alliances.offering import ALL_DECLINED
from alliances.rules.products import PLEDGED, ProductKind
from core import clock
from core.models import choices
from web.market import SHOWN, one_of
from web.pages import one_page, page


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    """GET /finance: the listed products, the newest first; `?kind=` narrows to one kind.

    Everybody sees the same: a closed product is on no page, not even its member's own.
    """
    asked, kinds = request.GET.get("kind", ""), choices(ProductKind)
    chosen = asked if any(asked == kind for kind, _label in kinds) else ""
    rows = products_visible_to(ANONYMOUS).prefetch_related("member__territory").order_by("-pk")
    if chosen:
        rows = rows.filter(kind=chosen)
    listing = one_page(request, rows, SHOWN, kind=chosen)
    listing["shown"] = [(one, one.cost(), _places(one)) for one in listing["shown"]]
    return page(
        request,
        "web/finance.html",
        clock.now(),
        kinds=kinds,
        chosen=chosen,
        pledged=PLEDGED,
        **listing,
    )


@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """GET /finance/applications: those of one's own organizations, the newest first."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    listing = one_page(request, own_applications(actor).order_by("-pk"), SHOWN)
    return page(request, "web/finance_applications.html", clock.now(), **listing)


@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /finance/applications/{id}: for the applicant's own people alone."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    shown: FinanceApplication = one_of(own_applications(actor), pk)
    state = FinanceState(shown.state)
    consents = consents_visible_to(actor).filter(application=shown).order_by("-pk")
    readers = _readers(shown)
    standing = {one.member_id for one in consents if one.revoked_at is None}
    return page(
        request,
        "web/finance_application.html",
        clock.now(),
        application=shown,
        reason=_reason(shown),
        is_draft=state is FinanceState.DRAFT,
        cases=shown.cases.all(),
        offers=[
            (one, one.state == OfferState.MADE)
            for one in offers_visible_to(actor).filter(application=shown).order_by("pk")
        ],
        readers=readers,
        consents=consents,
        without_consent=[one for one in readers if one.pk not in standing],
        readings=readings_of(shown.pk).order_by("-pk")[:SHOWN],
        movements=shown.movements.order_by("on", "pk"),
        outstanding=shown.credit().outstanding,
        may_bind=shown.applicant_id in actor.acts_for,
        may_withdraw=FINANCING.allows(state, FinanceState.WITHDRAWN),
    )


def _readers(shown: FinanceApplication) -> list[AllianceMember]:
    """Whom consent may be given to: who would be asked, and who was."""
    if shown.state == FinanceState.DRAFT:
        asked = set(eligible(shown, clock.today()))
    else:
        asked = {case.member_id for case in shown.cases.all()}
    return list(financial_members().filter(pk__in=asked).order_by("organization__name"))


def _reason(shown: FinanceApplication) -> str:
    if shown.state_reason == ALL_DECLINED:
        return _("Everybody who was asked has declined, or its offer was declined.")
    if shown.state_reason == TOO_LATE:
        return _("No offer was taken in the time that an application waits.")
    return shown.state_reason


def _places(product: FinanceProduct) -> list[City] | None:
    """Where a product is offered: its own cities, in its member's territory; None for all."""
    own, territory = list(product.cities.all()), list(product.member.territory.all())
    if not own or not territory:
        return own or territory or None
    return [city for city in own if city in territory]
