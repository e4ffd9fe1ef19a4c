"""Ties between organizations: who declares and ends them, and the particulars that show them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts import organizations, relations
from accounts.models import Organization, Relation, RelationKind
from accounts.organizations import ParticularsFixed
from accounts.queries import relations_visible_to
from accounts.relations import (
    EvidenceRequired,
    RelatedToItself,
    RelationDates,
    RelationEnds,
    RelationKnown,
)
from core.errors import NotFound, NotSignedIn, PermissionDenied, ReasonRequired
from core.idempotency import Once
from core.models import Event
from tests.accounts.test_constraints import change, insert, refuses
from tests.conftest import NOW, act, make_member, make_organization, organization_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOW.date()
K = RelationKind


def declare(by: Any, one: Any, other: Any, kind: str = K.CONTROL, **values: Any) -> Relation:
    return relations.declare_relation(
        actor=act(by),
        organization=organization_of(one).pk,
        related=organization_of(other).pk,
        kind=kind,
        **values,
    )


def end(by: Any, relation: Relation, days: int = 1, reason: str = "股权已转让") -> Relation:
    return relations.end_relation(
        actor=act(by),
        relation_id=relation.pk,
        ends_on=TODAY + timedelta(days=days),
        reason=reason,
    )


def test_either_of_the_two_declares_a_tie_from_today(seller, bidder):
    relation = declare(bidder, seller, bidder)
    assert (relation.starts_on, relation.ends_on, relation.by_staff) == (TODAY, None, False)
    assert (relation.declared_at, relation.by_user) == (NOW, bidder)
    event = Event.objects.get(topic=f"relation:{relation.pk}")
    assert event.kind == "relation.declared"
    assert event.payload["tie"] == "control"
    assert str(relation) == f"{organization_of(seller)} – {organization_of(bidder)}"


def test_staff_says_it_of_any_two_with_evidence(seller, bidder, operator, cadre):
    with pytest.raises(EvidenceRequired):
        declare(operator, seller, bidder)
    assert declare(operator, seller, bidder, evidence="虚构登记信息").by_staff
    assert declare(cadre, seller, bidder, K.KINSHIP, evidence="虚构").by_staff


def test_nobody_else_says_it(seller, bidder, rival, stranger):
    for person in (rival, stranger):
        with pytest.raises(PermissionDenied):
            declare(person, seller, bidder, evidence="虚构")
    with pytest.raises(NotSignedIn):
        declare(None, seller, bidder)
    assert not Relation.objects.exists()
    assert not Event.objects.filter(kind="relation.declared").exists()


def test_that_two_people_have_one_name_alone_is_found_by_staff(seller, bidder, operator):
    with pytest.raises(PermissionDenied):
        declare(bidder, seller, bidder, K.NAMESAKES, evidence="虚构")
    with pytest.raises(EvidenceRequired):
        declare(operator, seller, operator, K.NAMESAKES)  # of one's own, it takes evidence too
    assert declare(operator, seller, bidder, K.NAMESAKES, evidence="虚构身份核对").by_staff


def test_what_makes_no_relation_is_refused(seller, bidder):
    with pytest.raises(RelatedToItself):
        declare(bidder, bidder, bidder)
    with pytest.raises(RelationDates):
        declare(bidder, seller, bidder, starts_on=TODAY, ends_on=TODAY - timedelta(days=1))
    unseen = make_member(make_organization(verified=False))
    with pytest.raises(NotFound):
        declare(bidder, bidder, unseen)


def test_one_tie_is_on_record_once_at_a_time(seller, bidder):
    first = declare(bidder, seller, bidder, ends_on=TODAY + timedelta(days=9))
    with pytest.raises(RelationKnown):
        declare(seller, bidder, seller)  # the other way round is the same tie
    declare(seller, bidder, seller, K.OTHER)
    declare(seller, bidder, seller, starts_on=first.ends_on)


def test_a_declaration_sent_twice_is_one(seller, bidder):
    once = Once("POST /relations", act(bidder).caller, uuid4(), "same")
    assert declare(bidder, seller, bidder, once=once) == declare(bidder, seller, bidder, once=once)


def test_staff_ends_a_tie_by_a_day_and_says_why(seller, bidder, operator):
    relation = declare(bidder, seller, bidder)
    with pytest.raises(PermissionDenied):
        end(bidder, relation)
    with pytest.raises(ReasonRequired):
        end(operator, relation, reason=" ")
    with pytest.raises(RelationDates):
        end(operator, relation, days=-1)
    ended = end(operator, relation, days=3)
    assert (ended.ended_by, ended.ended_at) == (operator, NOW)
    assert ended.ends_on == TODAY + timedelta(days=3)
    with pytest.raises(RelationEnds):
        end(operator, relation, days=3)
    assert end(operator, relation, days=0).ends_on == TODAY  # it never was
    kinds = Event.objects.filter(topic=f"relation:{relation.pk}").values_list("kind", flat=True)
    assert list(kinds.order_by("seq")) == ["relation.declared", "relation.ended", "relation.ended"]


def test_a_tie_is_seen_by_its_two_parties_and_staff(seller, bidder, rival, operator, cadre):
    relation = declare(bidder, seller, bidder)
    for person in (seller, bidder, operator, cadre):
        assert list(relations_visible_to(act(person))) == [relation]
    assert not relations_visible_to(act(rival)).exists()
    with pytest.raises(NotFound):
        end(rival, relation)


# --- What is compared of an organization -------------------------------------------------


def tell(by: Any, organization: Organization, **particulars: Any) -> Organization:
    return organizations.tell_particulars(
        actor=act(by), organization_id=organization.pk, **particulars
    )


def test_its_own_people_tell_what_is_not_known_and_staff_alone_changes_it(bidder, operator):
    own = organization_of(bidder)
    told = tell(bidder, own, controller=" 虚构控制人 ", bank_account=None)
    assert (told.controller, told.bank_account) == ("虚构控制人", "")
    with pytest.raises(ParticularsFixed) as refused:
        tell(bidder, own, controller="虚构他人")
    assert refused.value.facts == {"particulars": ["controller"]}
    assert tell(bidder, own, controller="虚构控制人", bank_account="6200").bank_account == "6200"
    assert tell(operator, own, controller="虚构他人").controller == "虚构他人"
    events = Event.objects.filter(kind="organization.particulars_changed")
    assert [event.payload for event in events] == [{"organization": own.pk}] * 3


def test_before_anybody_verified_it_an_organization_corrects_itself():
    person = make_member(make_organization(verified=False))
    tell(person, organization_of(person), controller="虚构甲")
    assert tell(person, organization_of(person), controller="虚构乙").controller == "虚构乙"


def test_others_tell_nothing_about_an_organization(bidder, rival):
    with pytest.raises(PermissionDenied):
        tell(rival, organization_of(bidder), controller="虚构")


def test_particulars_are_read_by_the_organization_and_staff_alone(bidder, rival, operator, api):
    own = organization_of(bidder)
    tell(bidder, own, controller="虚构控制人", bank_account="6200")
    address = f"/api/v1/organizations/{own.pk}/particulars"
    for person in (bidder, operator):
        assert api(person).get(address).json()["bank_account"] == "6200"
    assert api(rival).get(address).status_code == 404
    for person in (rival, operator):
        shown = api(person).get(f"/api/v1/organizations/{own.pk}").content.decode()
        assert "6200" not in shown


def test_relations_are_declared_listed_and_ended_over_rest(bidder, seller, operator, api):
    body = {
        "organization": organization_of(bidder).pk,
        "related": organization_of(seller).pk,
        "kind": "investment",
        "starts_on": "2026-01-01",
    }
    made = api(bidder).post("/api/v1/relations", body, format="json")
    assert made.status_code == 201
    assert (made.json()["starts_on"], made.json()["ends_on"]) == ("2026-01-01", None)
    client = api(operator)
    for query, count in (
        (f"organization={organization_of(seller).pk}", 1),
        (f"organization={organization_of(operator).pk}", 0),
        ("kind=kinship", 0),
    ):
        assert len(client.get(f"/api/v1/relations?{query}").json()["results"]) == count
    address = f"/api/v1/relations/{made.json()['id']}"
    ended = client.post(
        f"{address}/end", {"ends_on": "2026-02-01", "reason": "虚构"}, format="json"
    )
    assert ended.json()["ends_on"] == "2026-02-01"
    assert client.get(address).json()["end_reason"] == "虚构"


# --- What the database refuses ------------------------------------------------------------


@pytest.fixture
def relation(seller, bidder) -> Relation:
    return declare(bidder, seller, bidder, ends_on=TODAY + timedelta(days=9))


BREACHES: dict[str, list[dict[str, Any]]] = {
    "relation_ends_after_start": [{"ends_on": TODAY - timedelta(days=1)}],
    "relation_entered_with_evidence": [{"by_staff": True}],
    "relation_namesakes_are_found_by_staff": [{"kind": "namesakes"}],
    "relation_ended_at_by_together": [
        {"ended_at": NOW},
        {"end_reason": "虚构"},
        {"ended_at": NOW, "end_reason": "虚构"},
    ],
}


@pytest.mark.parametrize("constraint", BREACHES)
def test_the_table_of_relations_keeps_its_rules(relation, constraint):
    for values in BREACHES[constraint]:
        with refuses(constraint):
            change(relation, **values)


def test_the_table_ties_two_organizations_once_at_a_time(relation):
    with refuses("relation_ties_two"):
        change(relation, related=relation.organization)
    same = {"kind": "control", "starts_on": relation.starts_on, "declared_at": NOW}
    for pair in (
        {"organization": relation.organization, "related": relation.related},
        {"organization": relation.related, "related": relation.organization},
    ):
        with refuses("relation_said_once_at_a_time"):
            insert(Relation, **pair, **same)


def test_every_constraint_of_relations_is_tried_here():
    named = {constraint.name for constraint in Relation._meta.constraints}
    assert named == {*BREACHES, "relation_ties_two", "relation_said_once_at_a_time"}
