"""What a deal's parties read of it, and what they do about it until all of it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from accounts.requests import actor_of
from auctions.queries import lots_visible_to
from core import clock
from core.errors import Refusal
from core.models import holidays
from core.problems import refusal_body
from marketplace import milestones
from marketplace.acceptances import accept_result as accept_result_of
from marketplace.deals import check_may_form, confirm_deal, stop_deal
from marketplace.landings import report_landing as report_landing_of
from marketplace.lifecycle import DEAL, AcceptanceVerdict, ContractKind, DealState, MilestoneKind
from marketplace.models import Deal, DealMilestone
from marketplace.queries import deals_visible_to, milestones_told, paid_of
from marketplace.reward_queries import Owed, owed_by
from web.deal_forms import (
    AcceptanceForm,
    ContractForm,
    DeliveryForm,
    EntryForm,
    LandingForm,
    PaymentForm,
    RegistrationForm,
    TransferForm,
)
from web.market import SHOWN, one_of
from web.pages import one_page, page
from web.steps import done, reason, step, undone


@dataclass(frozen=True, slots=True)
class Progress:
    """What is recorded of a deal as far as the reader may know it, in CNY; and what comes next."""

    told: Sequence[DealMilestone]
    paid: Decimal
    outstanding: Decimal
    kinds: frozenset[str]
    contract: ContractKind | None
    is_accepted: bool

    def has(self, kind: MilestoneKind) -> bool:
        return kind in self.kinds


@require_safe
def deal_list(request: HttpRequest) -> HttpResponse:
    """GET /deals: those of one's own organizations, the newest first."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    rows = _own(actor).order_by("-pk")
    return page(
        request,
        "web/deals.html",
        clock.now(),
        own=actor.sees,
        **one_page(request, rows, SHOWN),
    )


@require_safe
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /deals/{id}: for the people of its two parties."""
    if (actor := actor_of(request)).is_anonymous:
        return redirect_to_login(request.get_full_path())
    return _show(request, actor, one_of(_own(actor), pk))


_step = step(signed_in_to="deals")


@_step
def confirm(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /deals/{id}/confirm: by the buyer, with the tick that this forms the contract."""
    shown: Deal = one_of(_own(actor), pk)
    if request.POST.get("confirm") != "1":
        why = _("Tick that your organization is bound by it.")
        return undone(request, _page_of(shown), why)
    said = _("The deal is formed. Both parties are told.")
    return done(request, _page_of(shown), said, lambda: confirm_deal(actor=actor, deal_id=pk))


@_step
def stop(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """POST /deals/{id}/stop: `reason`; before it is formed, by either party."""
    shown: Deal = one_of(_own(actor), pk)
    why, said = reason(request), _("The deal is stopped. Both parties are told.")
    return done(
        request, _page_of(shown), said, lambda: stop_deal(actor=actor, deal_id=pk, reason=why)
    )


def _entering(
    form_class: type[EntryForm], action: Callable[..., object]
) -> Callable[[HttpRequest, int], HttpResponse]:
    """A form of the page: entered, or shown again with what is wrong beside it.

    Whoever comes there without a form, as by reloading, is shown the page.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    def enter(request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return deal(request, pk)
        if (actor := actor_of(request)).is_anonymous:
            return redirect_to_login(reverse("deal", args=[pk]))
        shown: Deal = one_of(_own(actor), pk)
        form = form_class(request.POST)
        if form.is_valid():
            try:
                action(actor=actor, deal_id=pk, **form.values(actor))
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("It is entered. Both parties are told."))
                return HttpResponseRedirect(_page_of(shown))
        return _show(request, actor, shown, sent=form)

    return enter


sign_contract = _entering(ContractForm, milestones.sign_contract)
register_contract = _entering(RegistrationForm, milestones.register_contract)
record_payment = _entering(PaymentForm, milestones.record_payment)
transfer_rights = _entering(TransferForm, milestones.transfer_rights)
deliver = _entering(DeliveryForm, milestones.deliver)
report_landing = _entering(LandingForm, report_landing_of)
accept_result = _entering(AcceptanceForm, accept_result_of)


def _own(actor: Actor) -> QuerySet[Deal]:
    party = Q(seller__in=actor.sees) | Q(buyer__in=actor.sees)
    return deals_visible_to(actor).filter(party).select_related("achievement", "need")


def _show(
    request: HttpRequest, actor: Actor, shown: Deal, *, sent: EntryForm | None = None
) -> HttpResponse:
    state, progress = DealState(shown.state), _progress(shown, actor)
    may_act = bool({shown.seller_id, shown.buyer_id} & actor.acts_for)
    not_yet = _not_yet(shown)
    is_open = DEAL.allows(state, DealState.FORMED) and not not_yet
    may_confirm = is_open and shown.buyer_id in actor.acts_for
    forms = _forms(shown, actor, progress) if may_act and state is DealState.FORMED else []
    return page(
        request,
        "web/deal.html",
        clock.now(),
        status=200 if sent is None else 422,
        deal=shown,
        progress=progress,
        next_step=not_yet or _next(shown, progress, may_confirm=may_confirm),
        may_confirm=may_confirm,
        may_stop=may_act and DEAL.allows(state, DealState.STOPPED),
        forms=_with(sent, forms),
        landings=shown.landings.select_related("city").order_by("pk"),
        reward=(reward := _reward(shown, actor, progress)),
        reward_due_on=reward and reward.due_on(holidays()),
        lot=lots_visible_to(actor).filter(deal=shown).first(),
    )


def _progress(shown: Deal, actor: Actor) -> Progress:
    told = milestones_told(shown, actor)
    standing = [one for one in told if one.stands and one.kind != MilestoneKind.ANNULMENT]
    paid = paid_of(told)
    left = max(shown.price - paid, Decimal(0))
    contracts = [one for one in standing if one.kind == MilestoneKind.CONTRACT]
    verdicts = [one for one in standing if one.kind == MilestoneKind.ACCEPTANCE]
    return Progress(
        told,
        paid,
        left,
        frozenset(one.kind for one in standing),
        ContractKind(contracts[-1].facts["kind"]) if contracts else None,
        any(one.facts["verdict"] == AcceptanceVerdict.PASSED for one in verdicts),
    )


def _reward(shown: Deal, actor: Actor, progress: Progress) -> Owed | None:
    """What is to be shared still, for the seller's people."""
    return owed_by(shown, progress.told) if shown.seller_id in actor.sees else None


def _forms(shown: Deal, actor: Actor, progress: Progress) -> list[EntryForm]:
    """What may be entered still, by whom it is up to: payments and landings as they come.

    Registered, transferred and accepted is only what was signed.
    """
    signed = progress.has(MilestoneKind.CONTRACT)
    sells, buys = shown.seller_id in actor.acts_for, shown.buyer_id in actor.acts_for
    is_registered = progress.has(MilestoneKind.REGISTRATION)
    is_transferred = progress.has(MilestoneKind.TRANSFER)
    has_right = shown.achievement_id is not None
    wanted: list[tuple[bool, type[EntryForm]]] = [
        (not signed, ContractForm),
        (signed and sells and not is_registered, RegistrationForm),
        (True, PaymentForm),
        (signed and has_right and not is_transferred, TransferForm),
        (not progress.has(MilestoneKind.DELIVERY), DeliveryForm),
        (signed and buys and not progress.is_accepted, AcceptanceForm),
        (True, LandingForm),
    ]
    return [form() for is_wanted, form in wanted if is_wanted]


def _with(sent: EntryForm | None, forms: list[EntryForm]) -> list[EntryForm]:
    """The form that was refused in the place of its kind; first, if it is not offered any more."""
    if sent is None:
        return forms
    places = [form.verb for form in forms]
    at = places.index(sent.verb) if sent.verb in places else 0
    return [*forms[:at], sent, *forms[at + (sent.verb in places) :]]


def _not_yet(shown: Deal) -> str:
    """Why a deal that is under way cannot be formed at the moment; else nothing."""
    if not DEAL.allows(DealState(shown.state), DealState.FORMED):
        return ""
    try:
        check_may_form(shown, clock.now())
    except Refusal as refusal:
        return str(refusal_body(refusal)["detail"])
    return ""


def _next(shown: Deal, progress: Progress, *, may_confirm: bool) -> str:
    """What the parties do next, in a sentence; nothing of a deal that has ended."""
    state = DealState(shown.state)
    if DEAL.allows(state, DealState.FORMED):
        if may_confirm:
            return _("Your organization confirms the deal, which forms the contract, or stops it.")
        return _("The buyer confirms the deal, which forms the contract.")
    if state is not DealState.FORMED:
        return ""
    if not progress.has(MilestoneKind.CONTRACT):
        return _("Both parties sign the contract, and one of them enters it here.")
    if progress.outstanding:
        return _("The buyer pays, and one of the parties enters each payment here.")
    is_sold = progress.contract is ContractKind.TRANSFER and shown.achievement_id is not None
    if is_sold and not progress.has(MilestoneKind.TRANSFER):
        return _("The right passes by its registration, which is entered here.")
    if not progress.has(MilestoneKind.DELIVERY):
        return _("What was agreed is handed over and entered here.")
    if shown.need_id is not None and not progress.is_accepted:
        return _("The buyer tests the result and enters its acceptance here.")
    return _("All that was agreed is entered.")


def _page_of(shown: Deal) -> str:
    return reverse("deal", args=[shown.pk])
