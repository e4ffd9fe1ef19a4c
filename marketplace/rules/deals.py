"""When a deal without bids is ripe, and how its publicity runs. Plain Python, no clock."""

from dataclasses import dataclass, replace
from datetime import datetime

from core import calendar
from core.calendar import Holidays
from core.errors import BelowLawfulFloor, Conflict, Refusal
from marketplace.lifecycle import PublicityPhase

# 促进科技成果转化法 art. 18 with 国发〔2016〕16号: whose agreed prices are published first.
STATE_OWNED_SELLERS = frozenset({"university", "research_institute"})
PUBLICITY_DAYS = 15
PUBLICITY_LAW = "国发〔2016〕16号；浙江省促进科技成果转化条例第17条"


class DealIncomplete(Refusal):
    code = "deal_incomplete"
    message = "The deal cannot be proposed yet. Missing: {missing}."
    words = ("achievement", "conditions", "evidence", "related_party", "relation")


class NotOnTheList(Conflict):
    code = "not_on_the_list"
    message = "This {thing} is {current}; a deal can only be proposed about one on the public list."


class PublicityRequired(Conflict):
    code = "publicity_required"
    message = "A {seller_kind} publishes an agreed price before the deal is formed."


class PublicityRunning(Conflict):
    code = "publicity_running"
    message = "The publicity runs until {ends_at}; the deal cannot be formed before."


class ObjectionOpen(Conflict):
    code = "objection_open"
    message = "An objection is open; the deal cannot be formed until it has been decided."


class PublicityOver(Conflict):
    code = "publicity_over"
    message = "The publicity ended at {ends_at}; objections were possible until then."


class ChannelNotAllowed(Refusal):
    code = "channel_not_allowed"
    message = "A deal that is entered this way cannot have the channel {channel}."
    words = ("onsite", "need_response")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The facts that a deal without bids is entered with."""

    method: str
    has_achievement: bool
    evidence: str
    conditions: str
    related_party: bool
    relation: str


def missing_in_proposal(proposal: Proposal) -> list[str]:
    """The names of what is missing, in the order of the form; empty when complete."""
    is_listing = proposal.method == "listing"
    missing = {
        "achievement": is_listing and not proposal.has_achievement,
        "evidence": not proposal.evidence.strip(),
        "conditions": is_listing and not proposal.conditions.strip(),
        "related_party": bool(proposal.relation) and not proposal.related_party,
        "relation": proposal.related_party and not proposal.relation.strip(),
    }
    return [name for name, is_missing in missing.items() if is_missing]


def check_proposal(proposal: Proposal) -> None:
    if missing := missing_in_proposal(proposal):
        raise DealIncomplete(missing=missing)


@dataclass(frozen=True, slots=True)
class Publicity:
    """When a publicity runs. It does not run out while it is `paused`, by an open objection."""

    ends_at: datetime
    paused_at: datetime | None = None

    def phase(self, now: datetime) -> PublicityPhase:
        if self.paused_at is not None:
            return PublicityPhase.PAUSED
        return PublicityPhase.RUNNING if now < self.ends_at else PublicityPhase.OVER

    def is_running(self, now: datetime) -> bool:
        """Whether objections can be raised: the first instant after the end is too late."""
        return self.phase(now) is not PublicityPhase.OVER


def needs_publicity(*, method: str, seller_kind: str) -> bool:
    """An agreed price of a state-owned unit; a listing and others may, and need not."""
    return method == "agreement" and seller_kind in STATE_OWNED_SELLERS


def publicity_from(begins_at: datetime, days: int, holidays: Holidays) -> Publicity:
    """A publicity of `days` counted as 民法典 201 and 203 count them; fewer than 15 are refused."""
    if days < PUBLICITY_DAYS:
        raise BelowLawfulFloor(key="publicity_days", floor=PUBLICITY_DAYS, law=PUBLICITY_LAW)
    return Publicity(ends_at=calendar.ends_at(begins_at, days, holidays))


def objected(publicity: Publicity, now: datetime) -> Publicity:
    """The publicity with one more objection open, or a refusal if it is over."""
    if not publicity.is_running(now):
        raise PublicityOver(ends_at=publicity.ends_at)
    return replace(publicity, paused_at=publicity.paused_at or now)


def resumed(publicity: Publicity, now: datetime, holidays: Holidays) -> Publicity:
    """The publicity after its last open objection was dismissed.

    It makes up for the time the objection stood, and again ends at 24:00 of a working day.
    """
    if publicity.paused_at is None:
        raise ValueError("A publicity that was not paused cannot be resumed.")
    reached = publicity.ends_at + (now - publicity.paused_at)
    # One that lost no time keeps its end.
    last = calendar.last_day_until(reached)
    return Publicity(ends_at=calendar.end_of(calendar.last_day(last, 0, holidays)))


def check_may_form(
    *, method: str, seller_kind: str, publicity: Publicity | None, now: datetime
) -> None:
    """Refuse a deal whose publicity is missing, is running, or is held up by an objection.

    A publicity nobody had to hold binds like one that the law asks for.
    """
    if publicity is None:
        if needs_publicity(method=method, seller_kind=seller_kind):
            raise PublicityRequired(seller_kind=seller_kind)
    elif publicity.paused_at is not None:
        raise ObjectionOpen
    elif publicity.is_running(now):
        raise PublicityRunning(ends_at=publicity.ends_at)


def check_channel(channel: str, *, about_need: bool, by_staff: bool) -> None:
    """What is signed on site is entered by staff, and a response answers a need."""
    allowed = {"onsite": by_staff, "need_response": about_need}
    if not allowed.get(channel, True):
        raise ChannelNotAllowed(channel=channel)
