"""What sellers owe of what their achievements earned, and by when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from core import money
from core.calendar import Holidays
from marketplace.lifecycle import DealState, MilestoneKind
from marketplace.models import Deal, DealMilestone
from marketplace.rules import milestones as terms
from marketplace.rules import rewards as rules
from marketplace.rules.deals import STATE_OWNED_SELLERS


@dataclass(frozen=True, slots=True)
class Owed:
    """What a deal earned and its seller has not shared yet, in CNY, and the law that binds it."""

    payments: tuple[terms.Standing, ...]
    shared: Decimal
    policy: rules.RewardPolicy

    @property
    def received(self) -> Decimal:
        """Received and not distributed from."""
        return terms.paid(self.payments) - self.shared

    @property
    def percent(self) -> int:
        """The least share of the net income, in per cent."""
        return int(self.policy.floor * 100)

    def due_on(self, known: Holidays) -> date | None:
        """The last day; None where the law names no time."""
        return rules.due_on(self.payments, self.shared, self.policy, known)


def owes_reward(deal: Deal) -> bool:
    """Whether the law makes the seller share what the deal earns."""
    return rules.owes_reward(
        seller_kind=deal.seller.kind,
        mode=deal.mode,
        has_achievement=deal.achievement_id is not None,
    )


def received_and_shared(standing: Iterable[DealMilestone]) -> Decimal:
    """How much of the money received has been distributed from, in CNY."""
    rewards = [one for one in standing if one.kind == MilestoneKind.REWARD]
    return sum((money.parse(one.facts["received"]) for one in rewards), Decimal(0))


def owed_by(deal: Deal, milestones: Iterable[DealMilestone]) -> Owed | None:
    """What is owed, by all that was recorded; None where nothing is."""
    if deal.state != DealState.FORMED or not owes_reward(deal):
        return None
    standing = [one for one in milestones if one.stands]
    payments = tuple(one.as_fact() for one in standing if one.kind == MilestoneKind.PAYMENT)
    policy = rules.policy_of(deal.seller.city.code)
    owed = Owed(payments, received_and_shared(standing), policy)
    return owed if owed.received > 0 else None


def rewards_waiting(now: datetime, known: Holidays) -> Iterator[tuple[int, date, rules.Alarm]]:
    """The deals whose reward is soon due or overdue, each with its last day."""
    for deal in _paid_where_a_term_runs():
        owed = owed_by(deal, deal.milestones.all())
        if owed is None or (due := owed.due_on(known)) is None:
            continue
        if (reached := rules.alarm(due, now)) is not None:
            yield deal.pk, due, reached


def _paid_where_a_term_runs() -> QuerySet[Deal]:
    provinces = [code for code, policy in rules.PROVINCES.items() if policy.months_to_pay]
    paid = DealMilestone.objects.filter(kind=MilestoneKind.PAYMENT).values("deal")
    deals = Deal.objects.filter(
        state=DealState.FORMED,
        achievement__isnull=False,
        seller__kind__in=STATE_OWNED_SELLERS,
        seller__city__code__regex=f"^({'|'.join(provinces)})",
        pk__in=paid,
    )
    return deals.select_related("seller__city").prefetch_related("milestones").order_by("pk")
