"""The ways of needs, responses, achievements and deals."""

from enum import StrEnum

from core.lifecycle import Lifecycle


class NeedState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ENDORSED = "endorsed"
    RETURNED = "returned"
    PUBLISHED = "published"
    MATCHED = "matched"
    SIGNED = "signed"
    COMPLETED = "completed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ResponseState(StrEnum):
    SUBMITTED = "submitted"
    SHORTLISTED = "shortlisted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AchievementState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    UNLISTED = "unlisted"
    RESERVED = "reserved"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"


class DealState(StrEnum):
    PROPOSED = "proposed"
    PUBLICISED = "publicised"
    FORMED = "formed"
    STOPPED = "stopped"
    DEFAULTED = "defaulted"
    RESCINDED = "rescinded"


class MilestoneKind(StrEnum):
    """What became of a formed deal, each with its day; no order among them but what law asks."""

    CONTRACT = "contract"  # signed in writing
    REGISTRATION = "registration"  # 技术合同认定登记
    PAYMENT = "payment"
    TRANSFER = "transfer"  # of the right, effective by its registration (专利法 art. 10)
    DELIVERY = "delivery"
    REWARD = "reward"
    ACCEPTANCE = "acceptance"  # 验收: the buyer's verdict on the whole
    RETURN = "return"  # of the right, after the deal was rescinded
    ANNULMENT = "annulment"  # takes an earlier one back that never happened


class ContractKind(StrEnum):
    """Technology contracts of the Civil Code (民法典 843)."""

    DEVELOPMENT = "development"
    TRANSFER = "transfer"
    LICENSE = "license"
    CONSULTING = "consulting"
    SERVICE = "service"


class PriceForm(StrEnum):
    """How the price is paid (民法典 846); since 2021 also 先用后转."""

    LUMP_SUM = "lump_sum"
    INSTALMENTS = "instalments"
    ROYALTY = "royalty"
    ENTRY_FEE_AND_ROYALTY = "entry_fee_and_royalty"
    USE_FIRST = "use_first"


class RewardRole(StrEnum):
    MAIN_CONTRIBUTOR = "main_contributor"
    CONTRIBUTOR = "contributor"
    TRANSFER_STAFF = "transfer_staff"


class PlanState(StrEnum):
    """Of one planned milestone."""

    PLANNED = "planned"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    FAILED = "failed"
    DROPPED = "dropped"


class AcceptanceVerdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


class BrokerageState(StrEnum):
    NAMED = "named"
    AGREED = "agreed"
    ENDED = "ended"


class LandingState(StrEnum):
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class PublicityPhase(StrEnum):
    """Computed from the clock, never stored."""

    RUNNING = "running"
    PAUSED = "paused"
    OVER = "over"


class CallPhase(StrEnum):
    """Computed from the clock, never stored."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


NEED = Lifecycle(
    "need",
    {
        NeedState.DRAFT: {NeedState.SUBMITTED, NeedState.WITHDRAWN},
        NeedState.SUBMITTED: {NeedState.ENDORSED, NeedState.RETURNED, NeedState.WITHDRAWN},
        NeedState.ENDORSED: {NeedState.PUBLISHED, NeedState.RETURNED, NeedState.WITHDRAWN},
        NeedState.RETURNED: {NeedState.SUBMITTED, NeedState.WITHDRAWN},
        NeedState.PUBLISHED: {NeedState.MATCHED, NeedState.CLOSED, NeedState.WITHDRAWN},
        # Closed with its deal, if that is stopped before it was formed.
        NeedState.MATCHED: {NeedState.SIGNED, NeedState.CLOSED},
        NeedState.SIGNED: {NeedState.COMPLETED},
        NeedState.COMPLETED: set(),
        NeedState.CLOSED: set(),
        NeedState.WITHDRAWN: set(),
    },
)

# In these its poster may still change it.
NEED_EDITABLE = (NeedState.DRAFT, NeedState.RETURNED)
# In these its owner may still change it, and in these say that it still holds.
ACHIEVEMENT_EDITABLE = (AchievementState.DRAFT, AchievementState.RETURNED)
ACHIEVEMENT_CONFIRMABLE = (
    AchievementState.PUBLISHED,
    AchievementState.RESERVED,
    AchievementState.UNLISTED,
)

RESPONSE = Lifecycle(
    "response",
    {
        ResponseState.SUBMITTED: {
            ResponseState.SHORTLISTED,
            ResponseState.ACCEPTED,
            ResponseState.DECLINED,
            ResponseState.WITHDRAWN,
        },
        ResponseState.SHORTLISTED: {
            ResponseState.ACCEPTED,
            ResponseState.DECLINED,
            ResponseState.WITHDRAWN,
        },
        ResponseState.ACCEPTED: set(),
        ResponseState.DECLINED: set(),
        ResponseState.WITHDRAWN: set(),
    },
)

ACHIEVEMENT = Lifecycle(
    "achievement",
    {
        AchievementState.DRAFT: {AchievementState.SUBMITTED},
        AchievementState.SUBMITTED: {AchievementState.APPROVED, AchievementState.RETURNED},
        AchievementState.RETURNED: {AchievementState.SUBMITTED},
        AchievementState.APPROVED: {AchievementState.PUBLISHED},
        AchievementState.PUBLISHED: {
            AchievementState.RESERVED,
            AchievementState.UNLISTED,
            AchievementState.WITHDRAWN,
        },
        # Its validity ran out; its owner confirms it, or takes it back.
        AchievementState.UNLISTED: {AchievementState.PUBLISHED, AchievementState.WITHDRAWN},
        # An unsold or withdrawn lot gives the achievement back to the list.
        AchievementState.RESERVED: {AchievementState.TRANSFERRED, AchievementState.PUBLISHED},
        # The sale was rescinded and the right came back; or it never passed.
        AchievementState.TRANSFERRED: {AchievementState.UNLISTED, AchievementState.RESERVED},
        AchievementState.WITHDRAWN: set(),
    },
)

DEAL = Lifecycle(
    "deal",
    {
        # A deal that bids bring about is formed at once.
        DealState.PROPOSED: {DealState.PUBLICISED, DealState.FORMED, DealState.STOPPED},
        DealState.PUBLICISED: {DealState.FORMED, DealState.STOPPED},
        DealState.STOPPED: set(),
        DealState.FORMED: {DealState.DEFAULTED, DealState.RESCINDED},
        DealState.DEFAULTED: set(),
        DealState.RESCINDED: set(),
    },
)

PLANNED_MILESTONE = Lifecycle(
    "planned milestone",
    {
        PlanState.PLANNED: {PlanState.DELIVERED, PlanState.DROPPED},
        PlanState.DELIVERED: {PlanState.ACCEPTED, PlanState.FAILED},
        # It is owed again, or both do without it.
        PlanState.FAILED: {PlanState.DELIVERED, PlanState.DROPPED},
        PlanState.ACCEPTED: set(),
        PlanState.DROPPED: set(),
    },
)

BROKERAGE = Lifecycle(
    "brokerage",
    {
        BrokerageState.NAMED: {BrokerageState.AGREED, BrokerageState.ENDED},
        BrokerageState.AGREED: {BrokerageState.ENDED},
        BrokerageState.ENDED: set(),
    },
)

LANDING = Lifecycle(
    "landing",
    {
        LandingState.REPORTED: {LandingState.CONFIRMED, LandingState.REFUSED},
        # What turns out not to have happened counts no longer.
        LandingState.CONFIRMED: {LandingState.REFUSED},
        LandingState.REFUSED: set(),
    },
)

OBJECTION = Lifecycle(
    "objection",
    {
        # It lapses with the deal, if something else stops that.
        ObjectionState.OPEN: {
            ObjectionState.UPHELD,
            ObjectionState.DISMISSED,
            ObjectionState.LAPSED,
        },
        ObjectionState.UPHELD: set(),
        ObjectionState.DISMISSED: set(),
        ObjectionState.LAPSED: set(),
    },
)
