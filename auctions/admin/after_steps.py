"""What the exchange can do with a lot when something goes wrong, or nothing came of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.desk.forms import AmountField, ReasonForm, ShanghaiTimeField
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from auctions import aftermath, decisions, relisting, suspensions
from auctions.decisions import waiting_decision
from auctions.lifecycle import LOT, DefaultGrounds, LotState, Outcome
from auctions.models import Lot
from auctions.outcomes import result_of
from auctions.rules.phases import Phase
from auctions.rules.relisting import may_be_relisted
from core.models import choices

_OPERATOR = frozenset({DeskRole.OPERATOR})


class DefaultForm(ReasonForm):
    grounds = forms.ChoiceField(
        label=_("Grounds"),
        choices=choices(DefaultGrounds),
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "Not signed, not paid: once the term of the policy is over. A refusal: at once."
        ),
    )


class RelistForm(ReasonForm):
    """Where nothing is said, the next round is sold as the one before."""

    secret = frozenset({"reserve_price"})
    starting_price = AmountField(label=_("Starting price (CNY)"))
    opens_at = ShanghaiTimeField(label=_("Opening time"))
    closes_at = ShanghaiTimeField(label=_("Closing time"))
    exhibition_at = ShanghaiTimeField(label=_("Start of the exhibition"), required=False)
    media_notice = forms.CharField(
        label=_("News medium that carries the notice"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    reserve_price = AmountField(
        label=_("Secret reserve (CNY)"),
        required=False,
        help_text=_("Makes the reserve secret. It is shown to nobody from here on."),
    )
    field_order = ("starting_price", "opens_at", "closes_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("How the consignor agreed")


def _relistable(lot: Lot) -> bool:
    result = result_of(lot)
    return may_be_relisted(LotState(lot.state), Outcome(result.outcome) if result else None)


def _nothing_waits(actor: Actor, lot: Lot) -> bool:
    return waiting_decision(lot) is None


def _waits_for_another(actor: Actor, lot: Lot) -> bool:
    """Whether somebody else proposed it, so that this reader may agree."""
    waiting = waiting_decision(lot)
    return waiting is not None and waiting.proposed_by_id != actor.user_id


AFTER_STEPS: tuple[Step, ...] = (
    Step(
        name="suspend",
        label=_("Suspend"),
        explanation=_(
            "Bidding stops; bids that were made stand, and the time does not run. Your reason is"
            " published, and everybody who registered is told."
        ),
        action=suspensions.suspend_lot,
        id_name="lot_id",
        roles=_OPERATOR,
        sources=LOT.sources(LotState.SUSPENDED),
        form_class=ReasonForm,
        applies=lambda actor, lot: lot.phase_at(lot.read_at) is not Phase.OVER,
        tone="grave",
    ),
    Step(
        name="resume",
        label=_("Resume"),
        explanation=_(
            "Bidding goes on with the time that remained; in the hall its floor is opened anew."
            " Your reason and the new end are published."
        ),
        action=suspensions.resume_lot,
        id_name="lot_id",
        roles=_OPERATOR,
        sources=frozenset({LotState.SUSPENDED}),
        form_class=ReasonForm,
        applies=_nothing_waits,
    ),
    Step(
        name="default",
        label=_("Declare the buyer's default"),
        explanation=_(
            "The deal ends and the lot can be sold again, without this buyer. That its deposit is"
            " kept is proposed; a second person decides. Your reason is published."
        ),
        action=aftermath.default_lot,
        id_name="lot_id",
        roles=_OPERATOR,
        sources=LOT.sources(LotState.DEFAULTED),
        form_class=DefaultForm,
        applies=lambda actor, lot: lot.deal_id is not None,
        tone="grave",
    ),
    Step(
        name="void",
        label=_("Propose to declare void"),
        explanation=_(
            "Somebody else has to agree; until then nothing changes, and nobody outside is told."
            " Then what came of the lot has no effect, and your reason is published."
        ),
        action=aftermath.void_lot,
        id_name="lot_id",
        roles=_OPERATOR,
        sources=LOT.sources(LotState.VOID),
        form_class=ReasonForm,
        applies=_nothing_waits,
        tone="grave",
    ),
    Step(
        name="agree-to-void",
        label=_("Agree: declare void"),
        explanation=_(
            "As somebody else proposed, what came of the lot has no effect: its deal is rescinded,"
            " and every deposit goes back, the buyer's too. A suspended lot does not go on. What"
            " was proposed as the reason is published; what you write is kept beside it."
        ),
        action=aftermath.void_lot,
        id_name="lot_id",
        roles=_OPERATOR,
        sources=LOT.sources(LotState.VOID),
        form_class=ReasonForm,
        applies=_waits_for_another,
        tone="grave",
    ),
    Step(
        name="reject-decision",
        label=_("Turn the decision down"),
        explanation=_("What was proposed is not done; the lot stays as it is."),
        action=decisions.reject_decision,
        id_name="lot_id",
        roles=_OPERATOR,
        sources=None,
        form_class=ReasonForm,
        applies=lambda actor, lot: waiting_decision(lot) is not None,
        tone="back",
    ),
    Step(
        name="relist",
        label=_("Draft the next round"),
        explanation=_(
            "A new lot is drafted for the same achievement, outside of a session, at no less than"
            " the policy's share of this starting price. It is checked and announced anew."
        ),
        action=relisting.relist_lot,
        id_name="lot_id",
        roles=_OPERATOR,
        sources=frozenset({LotState.CLOSED, LotState.VOID, LotState.DEFAULTED}),
        form_class=RelistForm,
        applies=lambda actor, lot: _relistable(lot),
    ),
)
