"""The operators' site: who gets in, how they sign in, what the sidebar offers."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.i18n import set_language
from unfold.sites import UnfoldAdminSite

from accounts.desk.admins import DeskAdmin
from accounts.desk.roles import DeskRole, roles_of

# Group, and the models under it with their symbols; each only for whom the model is there.
SIDEBAR: tuple[tuple[Any, tuple[tuple[str, str], ...]], ...] = (
    (
        gettext_lazy("Auctions"),
        (
            ("auctions.auctionsession", "event"),
            ("auctions.runningorderentry", "format_list_numbered"),
            ("auctions.lot", "gavel"),
            ("auctions.registration", "how_to_reg"),
            ("auctions.depositmovement", "account_balance_wallet"),
            ("auctions.forfeiture", "money_off"),
            ("auctions.bid", "trending_up"),
            ("auctions.refusedbid", "block"),
            ("auctions.lotresult", "military_tech"),
            ("auctions.lotappraisal", "price_check"),
            ("auctions.priorityright", "looks_one"),
            ("auctions.policy", "rule"),
            ("auctions.auctionhouse", "store"),
            ("auctions.auctioneer", "record_voice_over"),
            ("auctions.reservereading", "visibility"),
        ),
    ),
    (
        gettext_lazy("Marketplace"),
        (
            ("marketplace.needcall", "campaign"),
            ("marketplace.need", "lightbulb"),
            ("marketplace.response", "reply"),
            ("marketplace.achievement", "science"),
            ("marketplace.deal", "handshake"),
            ("marketplace.plannedmilestone", "checklist"),
            ("marketplace.brokerage", "diversity_3"),
            ("marketplace.landing", "flight_land"),
            ("marketplace.publicity", "campaign"),
            ("marketplace.objection", "front_hand"),
            ("marketplace.expertpanel", "groups"),
            ("marketplace.panelobjection", "front_hand"),
            ("marketplace.needundertaking", "lock"),
            ("marketplace.needreading", "visibility"),
        ),
    ),
    (
        gettext_lazy("Enclave parks"),
        (
            ("enclaves.park", "factory"),
            ("enclaves.project", "rocket_launch"),
            ("enclaves.talent", "school"),
            ("enclaves.tenancy", "meeting_room"),
            ("enclaves.report", "summarize"),
            ("enclaves.place", "verified"),
            ("enclaves.assessment", "fact_check"),
        ),
    ),
    (
        gettext_lazy("Alliances and financing"),
        (
            ("alliances.financeapplication", "request_quote"),
            ("alliances.financeoffer", "price_change"),
            ("alliances.financeproduct", "inventory_2"),
            ("alliances.alliancemember", "groups"),
            ("alliances.alliance", "hub"),
            ("alliances.supportpolicy", "policy"),
            ("alliances.fundproject", "savings"),
            ("alliances.committeeseat", "event_seat"),
        ),
    ),
    (
        gettext_lazy("Organizations and people"),
        (
            ("accounts.organization", "domain"),
            ("accounts.relation", "link"),
            ("accounts.user", "person"),
            ("accounts.membership", "badge"),
            ("accounts.secondment", "event_available"),
            ("accounts.apiclient", "key"),
        ),
    ),
    (
        gettext_lazy("Reference data"),
        (
            ("accounts.city", "location_city"),
            ("marketplace.technologyfield", "category"),
            ("core.holiday", "calendar_month"),
            ("core.referencefigure", "query_stats"),
            ("marketplace.broker", "workspace_premium"),
        ),
    ),
    (
        gettext_lazy("Records"),
        (
            ("core.event", "history"),
            ("notifications.notice", "mail"),
            ("notifications.delivery", "outbox"),
            ("notifications.webhookendpoint", "webhook"),
            ("notifications.stuckevent", "report"),
        ),
    ),
)
_ENVIRONMENTS = {
    "production": (gettext_lazy("production"), "danger"),
    "demo": (gettext_lazy("demo"), "warning"),
}


class DeskSite(UnfoldAdminSite):
    """Whoever holds a role at the desk gets in, for as long as the role is held."""

    enable_nav_sidebar = True
    index_template = "desk/dashboard.html"

    def register(self, models: Any, admin_class: Any = None, **options: Any) -> None:
        """Only the desk's own classes. Libraries bring pages that show tokens and secrets."""
        if admin_class is not None and issubclass(admin_class, DeskAdmin):
            super().register(models, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(roles_of(request))

    def get_urls(self) -> list[URLPattern]:
        language = path("language/", self.admin_view(set_language), name="set_language")
        return [language, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every page is given the list of all, and none of ours shows it: made when looked at."""
        made = partial(super().get_app_list, request, app_label)
        return made() if app_label else SimpleLazyObject(made)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """allauth's sign-in, with its rate limits and second factor; there is no other door."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        if not request.user.is_authenticated:
            query = urlencode({REDIRECT_FIELD_NAME: wanted})
            return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{query}")
        if not self.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:index"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:index"))

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Each list has its own search; one over everything would have to know every rule."""
        return HttpResponse()


def environment(request: HttpRequest) -> list[Any]:
    text, tone = _ENVIRONMENTS.get(settings.ENVIRONMENT, (settings.ENVIRONMENT, "info"))
    return [text, tone]


def stylesheet(request: HttpRequest) -> str:
    return static("desk/desk.css")


def language_action(request: HttpRequest) -> str:
    return reverse("admin:set_language")


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The models this person may open, in the order in which work passes through them."""
    from django.contrib.admin import site

    admins = {model._meta.label_lower: admin for model, admin in site._registry.items()}
    first = [_home()]
    if roles_of(request) & {DeskRole.OFFICE, DeskRole.OPERATOR}:
        first.append(_reconciliation())
    groups: list[dict[str, Any]] = [{"title": None, "items": first}]
    for title, models in SIDEBAR:
        items = [
            _item(admins[name], symbol)
            for name, symbol in models
            if name in admins and admins[name].has_module_permission(request)
        ]
        if items:
            groups.append({"title": str(title), "separator": True, "items": items})
    return groups


def _home() -> dict[str, Any]:
    return {"title": _("Today"), "icon": "dashboard", "link": reverse("admin:index")}


def _reconciliation() -> dict[str, Any]:
    title = _("Own and published figures")
    return {"title": title, "icon": "compare_arrows", "link": reverse("reconciliation")}


def _item(admin: Any, symbol: str) -> dict[str, Any]:
    opts = admin.model._meta
    title = str(opts.verbose_name_plural)
    link = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return {"title": title[:1].upper() + title[1:], "icon": symbol, "link": link}
