"""What an operator can do with a lot: its table of steps, in the order of a lot's way."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.desk.forms import AmountField, ReasonForm, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.shown import money_text
from accounts.desk.steps import Step
from auctions import lots, reserves
from auctions.admin.after_steps import AFTER_STEPS
from auctions.lifecycle import LOT, LotState, ReserveMode

OPERATOR = frozenset({DeskRole.OPERATOR})
STAFF = frozenset({DeskRole.OPERATOR, DeskRole.OFFICE})


def _read_reserve(**asked: Any) -> str:
    return money_text(reserves.read_reserve(**asked))


class ReserveForm(StepForm):
    secret = frozenset({"reserve_price"})
    reserve_price = AmountField(label=_("Reserve (CNY)"))


LOT_STEPS: tuple[Step, ...] = (
    Step(
        name="submit",
        label=_("Submit"),
        explanation=_("The draft goes to approval."),
        action=lots.submit_lot,
        id_name="lot_id",
        roles=OPERATOR,
        sources=LOT.sources(LotState.SUBMITTED),
    ),
    Step(
        name="approve",
        label=_("Approve"),
        explanation=_("The terms are accepted; the lot can be announced."),
        action=lots.approve_lot,
        id_name="lot_id",
        roles=OPERATOR,
        sources=LOT.sources(LotState.APPROVED),
    ),
    Step(
        name="publish",
        label=_("Publish"),
        explanation=_(
            "The lot is announced to everybody. From now on its terms are frozen, its"
            " achievement is reserved and organizations can register."
        ),
        action=lots.publish_lot,
        id_name="lot_id",
        roles=OPERATOR,
        sources=LOT.sources(LotState.PUBLISHED) - {LotState.SUSPENDED},
    ),
    Step(
        name="set-reserve",
        label=_("Set the reserve"),
        explanation=_(
            "The secret reserve of this lot; one that was set before is replaced. From the"
            " announcement on it is fixed. It is shown nowhere, and the history does not name it."
        ),
        action=reserves.set_reserve,
        id_name="lot_id",
        roles=OPERATOR,
        sources=LOT.sources(LotState.WITHDRAWN) - {LotState.PUBLISHED},
        form_class=ReserveForm,
        applies=lambda actor, lot: lot.reserve_mode == ReserveMode.SECRET,
    ),
    Step(
        name="show-reserve",
        label=_("Show the reserve"),
        explanation=_(
            "The secret reserve is shown once, to you alone. Your name, the time and your reason"
            " are recorded for good, and the Joint Conference Office is told."
        ),
        action=_read_reserve,
        id_name="lot_id",
        roles=OPERATOR,
        sources=None,
        form_class=ReasonForm,
        applies=lambda actor, lot: lot.reserve_mode == ReserveMode.SECRET,
        tone="grave",
        shown_once="desk/reserve.html",
    ),
    Step(
        name="return",
        label=_("Return"),
        explanation=_("The lot goes back to who drafted it."),
        action=lots.return_lot,
        id_name="lot_id",
        roles=OPERATOR,
        sources=LOT.sources(LotState.RETURNED),
        form_class=ReasonForm,
        tone="back",
    ),
    Step(
        name="withdraw",
        label=_("Withdraw"),
        explanation=_(
            "The lot is taken back for good. Whoever registered is told, and deposits are to be"
            " paid back within 24 hours."
        ),
        action=lots.withdraw_lot,
        id_name="lot_id",
        roles=OPERATOR,
        sources=LOT.sources(LotState.WITHDRAWN),
        form_class=ReasonForm,
        applies=lambda actor, lot: lot.state != LotState.PUBLISHED or lot.read_at < lot.opens_at,
        tone="grave",
    ),
    *AFTER_STEPS,
)
