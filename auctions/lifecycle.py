"""The ways of lots, registrations and deposits."""

from enum import StrEnum

from core.lifecycle import Lifecycle


class LotState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    DEFAULTED = "defaulted"


class LotFormat(StrEnum):
    """How a lot is sold; each format is a module of `auctions.rules`."""

    ENGLISH = "ENGLISH"


class Outcome(StrEnum):
    """What came of a lot that ended."""

    SOLD = "sold"
    NO_BIDS = "no_bids"
    WITHDRAWN = "withdrawn"


class ClosedBy(StrEnum):
    """Which of the three triggers wrote the closing record; each suffices alone."""

    CELERY = "celery"
    CLOSER = "closer"
    READER = "reader"


class RegistrationState(StrEnum):
    APPLIED = "applied"
    QUALIFIED = "qualified"
    ELIGIBLE = "eligible"
    REFUSED = "refused"
    RELEASED = "released"
    FORFEITED = "forfeited"


class DepositKind(StrEnum):
    """A movement of the deposit ledger. `required` is owed, `held` has arrived."""

    REQUIRED = "required"
    HELD = "held"
    RELEASED = "released"
    CREDITED = "credited"
    FORFEITED = "forfeited"


LOT = Lifecycle(
    "lot",
    {
        LotState.DRAFT: {LotState.SUBMITTED, LotState.WITHDRAWN},
        LotState.SUBMITTED: {LotState.APPROVED, LotState.RETURNED, LotState.WITHDRAWN},
        LotState.RETURNED: {LotState.SUBMITTED, LotState.WITHDRAWN},
        LotState.APPROVED: {LotState.PUBLISHED, LotState.RETURNED, LotState.WITHDRAWN},
        # Withdrawal of a published lot ends with its opening (拍卖法 art. 29).
        LotState.PUBLISHED: {LotState.CLOSED, LotState.SUSPENDED, LotState.WITHDRAWN},
        LotState.SUSPENDED: {LotState.PUBLISHED},
        LotState.CLOSED: {LotState.VOID, LotState.DEFAULTED},
        LotState.WITHDRAWN: set(),
        LotState.VOID: set(),
        LotState.DEFAULTED: set(),
    },
)

REGISTRATION = Lifecycle(
    "registration",
    {
        RegistrationState.APPLIED: {RegistrationState.QUALIFIED, RegistrationState.REFUSED},
        RegistrationState.QUALIFIED: {RegistrationState.ELIGIBLE, RegistrationState.REFUSED},
        RegistrationState.ELIGIBLE: {RegistrationState.RELEASED, RegistrationState.FORFEITED},
        RegistrationState.REFUSED: set(),
        RegistrationState.RELEASED: set(),
        RegistrationState.FORFEITED: set(),
    },
)
