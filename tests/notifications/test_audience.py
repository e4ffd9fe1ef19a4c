"""Every kind of event that the product records has its place in the audience table."""

import ast
from datetime import timedelta
from functools import cache
from pathlib import Path

from accounts.lifecycle import OrganizationState
from auctions import lots, registration
from auctions.lifecycle import DecisionState, DepositKind, LotState
from auctions.tasks import close_due_lots
from core.models import Event
from marketplace.lifecycle import AchievementState, DealState, NeedState, ResponseState
from notifications.audience import AUDIENCES, STREAMED_KINDS, WEBHOOK_KINDS
from notifications.delivery import attempt
from notifications.endpoints import disable_endpoint, enable_endpoint, ping, rotate_secret
from notifications.events_document import events_document
from notifications.senders import SendError
from notifications.words import WORDS
from tests.conftest import act, make_member, make_organization, organization_of
from tests.factories import admit, apply, bid, draft_lot, make_lot, operator_actor
from tests.notifications.conftest import happen

ROOT = Path(__file__).parents[2]
APPS = ["core", "accounts", "marketplace", "auctions", "enclaves", "alliances"]
APPS += ["notifications", "web"]
MODULES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
RECORDERS = {"record", "record_all", "record_of", "Happening"}
# A kind that is written f"need.{…}" takes its second half from these, less what starts a thing
# or is recorded under another word.
STATES = {
    "organization": set(OrganizationState) - {"draft"},
    "need": set(NeedState) - {"draft", "signed", "completed"},
    "response": set(ResponseState),
    "achievement": set(AchievementState) - {"draft", "transferred"},
    "deal": set(DealState),
    "lot": set(LotState) - {"draft", "closed", "void"},
    "deposit": set(DepositKind) - {"required"},
    "forfeiture": set(DecisionState),
    "decision": set(DecisionState),
}


def calls_in(path):
    """Of a module that records something; any other is not parsed."""
    text = path.read_text()
    if not any(f"{recorder}(" in text for recorder in RECORDERS):
        return []
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]


def called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


@cache
def kinds_recorded(path):
    """The kinds a module records: literals, and the words given to helpers with f-strings."""
    calls = calls_in(path)
    literal, prefixes = set(), set()
    for call in (call for call in calls if called(call) in RECORDERS):
        for argument in call.args[:2]:
            if isinstance(argument, ast.Constant) and "." in str(argument.value):
                literal.add(argument.value)
            elif isinstance(argument, ast.JoinedStr):
                start = str(getattr(argument.values[0], "value", ""))
                if start.endswith("."):
                    prefixes.add(start.removesuffix("."))
    words = {
        argument.value
        for call in calls
        if called(call).startswith("_")
        for argument in call.args
        if isinstance(argument, ast.Constant) and str(argument.value).isidentifier()
    }
    return literal, prefixes, words


def undecided(path):
    """The kinds that a module records and that have no audience."""
    literal, prefixes, words = kinds_recorded(path)
    missing = {kind for kind in literal if kind not in AUDIENCES}
    for prefix in prefixes:
        spoken = {word for word in words if f"{prefix}.{word}" not in AUDIENCES}
        known = STATES.get(prefix, set())
        missing |= {f"{prefix}.{word}" for word in spoken if word in known}
        missing |= {f"{prefix}.{state}" for state in known if f"{prefix}.{state}" not in AUDIENCES}
        if not any(kind.startswith(f"{prefix}.") for kind in AUDIENCES):
            missing.add(prefix)
    return missing


def test_each_recorded_kind_has_an_audience():
    missing = {str(path): found for path in MODULES if (found := undecided(path))}

    assert missing == {}, "recorded, and nobody decided about it"


def test_the_walk_finds_what_is_recorded():
    everything = [kinds_recorded(path) for path in MODULES]
    literal = set().union(*(kinds for kinds, _, _ in everything))
    prefixes = set().union(*(found for _, found, _ in everything))

    assert {"client.created", "lot.bid_placed", "lot.sold"} <= literal
    assert {"organization", "need", "response", "achievement", "deal", "lot", "deposit"} <= prefixes


def test_whoever_hears_of_a_kind_hears_words():
    heard = {kind for kind, audience in AUDIENCES.items() if audience.members or audience.people}

    assert heard - set(WORDS) == set()


def test_no_words_are_kept_for_a_kind_nobody_hears():
    heard = {kind for kind, audience in AUDIENCES.items() if audience.members or audience.people}

    assert {key.partition(":")[0] for key in WORDS} == heard


def test_only_public_facts_are_streamed():
    private = ("registration.", "deposit.", "deal.", "response.", "client.", "webhook_endpoint.")

    assert not [kind for kind in STREAMED_KINDS if kind.startswith(private)]
    assert {"lot.bid_placed", "lot.extended", "lot.sold", "lot.unsold"} <= STREAMED_KINDS


def test_the_document_lists_every_kind():
    document = events_document()

    for kind in AUDIENCES:
        assert f"| `{kind}` |" in document
    assert "whoever led until this bid" in document


def test_events_carry_the_payload_that_the_table_promises(
    seller, bidder, rival, stranger, keeper, make_endpoint, cadre, clock
):
    """An auction, an organization's file and a webhook endpoint, as the actions record them."""
    sold, unsold, withdrawn = make_lot(seller), make_lot(seller), draft_lot(seller)
    admit(sold, bidder)
    admit(sold, rival)
    registration.refuse_registration(
        actor=operator_actor(), registration_id=apply(unsold, rival).pk, reason="…"
    )
    bid(sold, bidder, "1000.00")
    clock.set(sold.closes_at - timedelta(seconds=1))
    bid(sold, rival, "1050.00")
    lots.withdraw_lot(actor=act(seller), lot_id=withdrawn.pk, reason="…")
    clock.advance(hours=1)
    close_due_lots()
    endpoint = make_endpoint()
    rotate_secret(actor=act(keeper), endpoint_id=endpoint.pk)
    disable_endpoint(actor=act(keeper), endpoint_id=endpoint.pk)
    enable_endpoint(actor=act(keeper), endpoint_id=endpoint.pk)
    attempt(ping(actor=act(keeper), endpoint_id=endpoint.pk).pk, send=gone)

    recorded = {event.kind: set(event.payload) for event in Event.objects.order_by("id")}

    assert recorded == {kind: set(AUDIENCES[kind].payload) for kind in recorded}
    assert {"lot.extended", "lot.sold", "lot.unsold", "deal.formed", "deposit.credited"} <= set(
        recorded
    )


def gone(_):
    raise SendError("http_410", status_code=410, permanent=True)


def test_a_bid_is_told_to_whoever_it_overtook_and_to_nobody_else(seller, bidder, rival, clock):
    lot = make_lot(seller)
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, bidder, "1000.00")
    event = happen("lot.bid_placed", f"lot:{lot.pk}", act(rival), lot=lot.pk, number=2)

    assert AUDIENCES["lot.bid_placed"].hearers(event) == {bidder.pk}


def test_the_first_bid_is_told_to_nobody(seller, bidder, clock):
    lot = make_lot(seller)
    event = happen("lot.bid_placed", f"lot:{lot.pk}", act(bidder), lot=lot.pk, number=1)

    assert AUDIENCES["lot.bid_placed"].hearers(event) == set()


def test_whoever_has_bid_again_is_not_told_of_having_been_outbid(seller, bidder, rival, clock):
    lot = make_lot(seller)
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, bidder, "1000.00")
    bid(lot, rival, "1050.00")
    bid(lot, bidder, "1100.00")
    overtaking = happen("lot.bid_placed", f"lot:{lot.pk}", act(rival), lot=lot.pk, number=2)

    assert AUDIENCES["lot.bid_placed"].hearers(overtaking) == set()


def test_bids_go_to_the_systems_of_bidders_consignor_and_exchange(
    seller, bidder, rival, operator, clock
):
    lot = make_lot(seller)
    admit(lot, bidder)
    event = happen("lot.bid_placed", f"lot:{lot.pk}", lot=lot.pk, number=1)

    subscribers = AUDIENCES["lot.bid_placed"].subscribers(event)

    expected = {organization_of(user).pk for user in (seller, bidder, operator)}
    assert expected <= subscribers
    assert organization_of(rival).pk not in subscribers


def test_who_registers_is_told_to_the_exchange_only(seller, bidder, rival, operator, clock):
    lot = make_lot(seller)
    registration = admit(lot, bidder)
    event = happen(
        "registration.requested",
        f"registration:{registration.pk}",
        act(bidder),
        registration=registration.pk,
        lot=lot.pk,
    )
    audience = AUDIENCES["registration.requested"]

    assert operator.pk in audience.hearers(event)
    assert not {seller.pk, bidder.pk, rival.pk} & audience.hearers(event)
    assert organization_of(seller).pk not in audience.subscribers(event)


def test_the_withdrawal_of_an_unannounced_lot_is_not_for_everybody(seller, clock):
    lot = draft_lot(seller)
    event = happen("lot.withdrawn", f"lot:{lot.pk}", lot=lot.pk)

    subscribers = AUDIENCES["lot.withdrawn"].subscribers(event)

    assert subscribers is not None
    assert lot.consignor_id in subscribers


def test_the_withdrawal_of_an_announced_lot_is_for_everybody(seller, clock):
    lot = make_lot(seller)
    event = happen("lot.withdrawn", f"lot:{lot.pk}", lot=lot.pk)

    assert AUDIENCES["lot.withdrawn"].subscribers(event) is None


def test_a_submitted_file_is_for_the_office_of_that_day(cadre, clock):
    organization = make_organization(verified=False)
    topic = f"organization:{organization.pk}"
    event = happen("organization.submitted", topic, organization=organization.pk)
    clock.advance(days=400)
    later = happen("organization.submitted", topic, organization=organization.pk)

    assert AUDIENCES["organization.submitted"].hearers(event) == {cadre.pk}
    assert AUDIENCES["organization.submitted"].hearers(later) == set()


def test_who_did_it_is_not_told_of_it_except_of_a_deal(enterprise, seller, clock):
    colleague = make_member(organization_of(enterprise))
    own = organization_of(enterprise).pk
    verified = happen("organization.verified", f"organization:{own}", act(enterprise))
    deal = happen(
        "deal.formed", "deal:1", act(enterprise), seller=organization_of(seller).pk, buyer=own
    )

    assert AUDIENCES["organization.verified"].hearers(verified) == {colleague.pk}
    assert AUDIENCES["deal.formed"].hearers(deal) == {enterprise.pk, colleague.pk, seller.pk}


def test_an_endpoint_may_ask_for_what_webhooks_carry():
    assert "lot.sold" in WEBHOOK_KINDS
    assert "client.created" not in WEBHOOK_KINDS
