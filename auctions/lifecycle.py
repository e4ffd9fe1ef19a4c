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


# Announced and not ended: nobody learns yet who bids under which paddle.
ON_SALE = frozenset({LotState.PUBLISHED, LotState.SUSPENDED})
# Of which there is a closing record, and what may have become of it since.
WITH_RESULT = frozenset({LotState.CLOSED, LotState.VOID, LotState.DEFAULTED})


class Regime(StrEnum):
    """Under which law a lot is sold: by a licensed house, or by the exchange's own rules."""

    AUCTION = "AUCTION"
    EXCHANGE_BIDDING = "EXCHANGE_BIDDING"


class LotFormat(StrEnum):
    """How a lot is sold; each format that is offered is a module of `auctions.rules`."""

    ENGLISH = "ENGLISH"
    ONE_CALL = "ONE_CALL"
    SEALED = "SEALED"
    DUTCH = "DUTCH"
    WEIGHTED = "WEIGHTED"


class ReserveMode(StrEnum):
    """What stands behind the starting price (拍卖法 arts. 28, 50; 法释〔2016〕18号 art. 10)."""

    EQUALS_START = "EQUALS_START"
    SECRET = "SECRET"  # noqa: S105  a word, not a password
    NONE = "NONE"  # declared in the notice: the highest bid wins, however low


class FloorState(StrEnum):
    """Where the auctioneer is with a hall lot; `waiting` before the floor was opened."""

    WAITING = "waiting"
    OPEN = "open"
    CALLED_ONCE = "called_once"
    CALLED_TWICE = "called_twice"


class SessionKind(StrEnum):
    """The annual session (科拍会), a special one (专场), or the list of the year (365)."""

    FLAGSHIP = "FLAGSHIP"
    SPECIAL = "SPECIAL"
    ONLINE_365 = "ONLINE_365"


# Their lots are sold by an auctioneer's hammer; those of the year's list by the clock.
IN_A_HALL = frozenset({SessionKind.FLAGSHIP, SessionKind.SPECIAL})


class SessionState(StrEnum):
    PLANNED = "planned"
    PUBLISHED = "published"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class BidSource(StrEnum):
    """By which way a bid came into the one sequence of its lot."""

    ONLINE = "online"
    FLOOR = "floor"  # a paddle in the hall, keyed by the clerk
    ABSENTEE = "absentee"  # an agent's, by written order (拍卖法 art. 34)
    PROXY = "proxy"  # placed by the engine for a maximum that was left


class BidKind(StrEnum):
    """A raise goes above the price; a match takes the leading price by priority right."""

    RAISE = "raise"
    MATCH = "match"


class PriorityBasis(StrEnum):
    """What a right of priority rests on; `rules.priority` names the article of each."""

    INVENTOR = "inventor"
    COMMISSIONER = "commissioner"
    CO_DEVELOPER = "co_developer"
    CO_OWNER = "co_owner"


class NoticeWay(StrEnum):
    """How the holder of a right of priority was told of the sale."""

    SERVED = "served"
    PUBLISHED = "published"  # the holder could not be reached


class Outcome(StrEnum):
    """What came of a lot that ended."""

    SOLD = "sold"
    NO_BIDS = "no_bids"
    RESERVE_NOT_MET = "reserve_not_met"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class ClosedBy(StrEnum):
    """What wrote the closing record: one of three triggers, each sufficient, or a person."""

    CELERY = "celery"
    CLOSER = "closer"
    READER = "reader"
    AUCTIONEER = "auctioneer"  # hall lots have no clock: the hammer ends them
    EXCHANGE = "exchange"  # a suspended lot that will not go on


class RegistrationState(StrEnum):
    APPLIED = "applied"
    QUALIFIED = "qualified"
    ELIGIBLE = "eligible"
    REFUSED = "refused"
    RELEASED = "released"
    FORFEITED = "forfeited"


class DepositKind(StrEnum):
    """A movement of the deposit ledger. `required` is owed, `held` has arrived.

    `reversed` takes a credit back: a correction is a row of its own.
    """

    REQUIRED = "required"
    HELD = "held"
    RELEASED = "released"
    CREDITED = "credited"
    REVERSED = "reversed"
    FORFEITED = "forfeited"


class DecisionState(StrEnum):
    """Of what one person proposes and another decides."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class ForfeitureGrounds(StrEnum):
    """Why a deposit is kept."""

    DEFAULT = "default"  # the buyer does not sign or pay (悔拍)
    COLLUSION = "collusion"
    FALSE_DOCUMENTS = "false_documents"
    OTHER = "other"


class DefaultGrounds(StrEnum):
    """What the buyer failed to do (悔拍)."""

    NOT_SIGNED = "not_signed"  # the confirmation, in its term
    NOT_PAID = "not_paid"  # the price, in its term
    REFUSED = "refused"  # it said that it would not


class AftermathKind(StrEnum):
    """What became of a result that did not last."""

    VOID = "void"
    DEFAULT = "default"


class LotDecisionKind(StrEnum):
    """What two people decide about a lot."""

    VOID = "void"  # what came of it has no effect, or it never goes on after a suspension


class DocumentKind(StrEnum):
    """What is made on paper of a closing record."""

    CONFIRMATION = "confirmation"  # 成交确认书
    TRANSCRIPT = "transcript"  # 笔录


LOT = Lifecycle(
    "lot",
    {
        LotState.DRAFT: {LotState.SUBMITTED, LotState.WITHDRAWN},
        LotState.SUBMITTED: {LotState.APPROVED, LotState.RETURNED, LotState.WITHDRAWN},
        LotState.RETURNED: {LotState.SUBMITTED, LotState.WITHDRAWN},
        LotState.APPROVED: {LotState.PUBLISHED, LotState.RETURNED, LotState.WITHDRAWN},
        # Withdrawal of a published lot ends with its opening (拍卖法 art. 29).
        LotState.PUBLISHED: {LotState.CLOSED, LotState.SUSPENDED, LotState.WITHDRAWN},
        # It goes on, or it never does.
        LotState.SUSPENDED: {LotState.PUBLISHED, LotState.VOID},
        LotState.CLOSED: {LotState.VOID, LotState.DEFAULTED},
        LotState.WITHDRAWN: set(),
        LotState.VOID: set(),
        LotState.DEFAULTED: set(),
    },
)

SESSION = Lifecycle(
    "session",
    {
        SessionState.PLANNED: {SessionState.PUBLISHED, SessionState.CANCELLED},
        SessionState.PUBLISHED: {SessionState.RUNNING, SessionState.CANCELLED},
        SessionState.RUNNING: {SessionState.FINISHED},
        SessionState.FINISHED: set(),
        SessionState.CANCELLED: set(),
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

_DECIDED_ONCE: dict[DecisionState, set[DecisionState]] = {
    DecisionState.PROPOSED: {DecisionState.APPROVED, DecisionState.REJECTED},
    DecisionState.APPROVED: set(),
    DecisionState.REJECTED: set(),
}
FORFEITURE = Lifecycle("forfeiture", _DECIDED_ONCE)
LOT_DECISION = Lifecycle("lot_decision", _DECIDED_ONCE)
