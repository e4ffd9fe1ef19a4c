"""How staff decide on an objection at the desk, whatever was publicised."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.desk.forms import ReasonForm
from accounts.desk.steps import Step
from marketplace.admin.needs import STAFF
from marketplace.lifecycle import OBJECTION, ObjectionState


def decisions(
    dismiss: Callable[..., Any], uphold: Callable[..., Any], *, upheld: Any
) -> tuple[Step, ...]:
    """The two steps; `upheld` says what becomes of the publicised thing if the objection holds."""
    return (
        Step(
            name="dismiss",
            label=_("Dismiss"),
            explanation=_(
                "The objection does not hold. After the last open one the publicity goes on,"
                " made longer by the time it was held up."
            ),
            action=dismiss,
            id_name="objection_id",
            roles=STAFF,
            sources=OBJECTION.sources(ObjectionState.DISMISSED),
            form_class=ReasonForm,
        ),
        Step(
            name="uphold",
            label=_("Uphold"),
            explanation=upheld,
            action=uphold,
            id_name="objection_id",
            roles=STAFF,
            sources=OBJECTION.sources(ObjectionState.UPHELD),
            form_class=ReasonForm,
            tone="grave",
        ),
    )
