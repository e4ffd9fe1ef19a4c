"""The ways of an alliance's members, of applications for finance, and of the fund's
targets."""

from enum import StrEnum

from core.lifecycle import Lifecycle


class MemberState(StrEnum):
    APPLIED = "applied"
    ADMITTED = "admitted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXITED = "exited"


MEMBER = Lifecycle(
    "member",
    {
        MemberState.APPLIED: {MemberState.ADMITTED, MemberState.EXITED},
        MemberState.ADMITTED: {MemberState.ACTIVE, MemberState.EXITED},
        MemberState.ACTIVE: {MemberState.SUSPENDED, MemberState.EXITED},
        MemberState.SUSPENDED: {MemberState.ACTIVE, MemberState.EXITED},
        MemberState.EXITED: set(),
    },
)


class FinanceState(StrEnum):
    """The way of an application for finance."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # nobody could be asked yet
    ROUTED = "routed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DILIGENCE = "diligence"
    APPROVED = "approved"
    DISBURSED = "disbursed"
    CLOSED = "closed"  # repaid, in time or late
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class CaseState(StrEnum):
    """What became of an application at one member it was routed to."""

    WAITING = "waiting"
    OFFERED = "offered"
    DECLINED = "declined"
    LAPSED = "lapsed"


class OfferState(StrEnum):
    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class MovementKind(StrEnum):
    DISBURSED = "disbursed"
    REPAID = "repaid"


FINANCING = Lifecycle(
    "financing",
    {
        FinanceState.DRAFT: {FinanceState.SUBMITTED, FinanceState.ROUTED, FinanceState.WITHDRAWN},
        FinanceState.SUBMITTED: {
            FinanceState.ROUTED,
            FinanceState.WITHDRAWN,
            FinanceState.EXPIRED,
        },
        FinanceState.ROUTED: {
            FinanceState.OFFERED,
            FinanceState.WITHDRAWN,
            FinanceState.EXPIRED,
        },
        FinanceState.OFFERED: {
            FinanceState.ACCEPTED,
            FinanceState.WITHDRAWN,
            FinanceState.EXPIRED,
        },
        FinanceState.ACCEPTED: {
            FinanceState.DILIGENCE,
            FinanceState.REFUSED,
            FinanceState.WITHDRAWN,
        },
        FinanceState.DILIGENCE: {
            FinanceState.APPROVED,
            FinanceState.REFUSED,
            FinanceState.WITHDRAWN,
        },
        FinanceState.APPROVED: {FinanceState.DISBURSED, FinanceState.WITHDRAWN},
        FinanceState.DISBURSED: {FinanceState.CLOSED},
        FinanceState.CLOSED: set(),
        FinanceState.REFUSED: set(),
        FinanceState.EXPIRED: set(),
        FinanceState.WITHDRAWN: set(),
    },
)

CASE = Lifecycle(
    "case",
    {
        CaseState.WAITING: {CaseState.OFFERED, CaseState.DECLINED, CaseState.LAPSED},
        CaseState.OFFERED: {CaseState.LAPSED},
        CaseState.DECLINED: set(),
        CaseState.LAPSED: set(),
    },
)

OFFER = Lifecycle(
    "offer",
    {
        OfferState.MADE: {OfferState.ACCEPTED, OfferState.DECLINED, OfferState.LAPSED},
        OfferState.ACCEPTED: set(),
        OfferState.DECLINED: set(),
        OfferState.LAPSED: set(),
    },
)


class FundState(StrEnum):
    """The way of a target of the transformation fund (科技成果转化基金)."""

    POOL = "pool"
    CONTACTED = "contacted"
    DILIGENCE = "diligence"
    ESTABLISHED = "established"
    COMMITTEE = "committee"
    INVESTED = "invested"
    EXITED = "exited"
    DROPPED = "dropped"


FUND = Lifecycle(
    "fund project",
    {
        FundState.POOL: {FundState.CONTACTED, FundState.DROPPED},
        FundState.CONTACTED: {FundState.DILIGENCE, FundState.DROPPED},
        FundState.DILIGENCE: {FundState.ESTABLISHED, FundState.DROPPED},
        FundState.ESTABLISHED: {FundState.COMMITTEE, FundState.DROPPED},
        FundState.COMMITTEE: {FundState.INVESTED, FundState.DROPPED},
        FundState.INVESTED: {FundState.EXITED},
        FundState.EXITED: set(),
        FundState.DROPPED: set(),
    },
)
