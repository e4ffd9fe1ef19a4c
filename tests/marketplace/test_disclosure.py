"""What the tiers of a need hide: canary terms that no outsider finds anywhere."""

import json
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Secondment
from core.db import transaction
from core.errors import NotFound
from core.models import Event
from marketplace import deals, disclosure, needs
from marketplace.lifecycle import NeedState
from marketplace.models import Deal, NeedIndicator, NeedReading, NeedUndertaking
from marketplace.queries import needs_reviewed_by, needs_visible_to
from marketplace.rules.disclosure import NEED_NDA, DetailRefused, NdaRequired
from notifications.audience import AUDIENCES
from notifications.messages import message_for
from tests.asking import Asking
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.marketplace.conftest import make_need, make_response
from tests.marketplace.requests import V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SECRETS = {
    "background": "canary-background",
    "current_status": "canary-status",
    "detail": "canary-detail",
    "milestones": "canary-milestones",
    "contact": "canary-contact",
}


@pytest.fixture
def guarded(enterprise):
    """Published, its detail under an undertaking, with one indicator that is confidential."""
    need = make_need(enterprise, detail_under_nda=True, **SECRETS)
    NeedIndicator.objects.create(
        need=need, name="canary-indicator", operator="le", target=7, confidential=True
    )
    return need


def everything(client, need, asking=None):
    """All an API client can be told of needs."""
    get = partial(asking.ask, client, "GET") if asking else client.get
    return "\n".join(get(page).content.decode() for page in pages_about(need))


def pages_about(need):
    return [
        f"{V1}/needs",
        f"{V1}/needs/{need.pk}",
        f"{V1}/needs/{need.pk}/responses",
        f"{V1}/search?q=canary",
        f"{V1}/needs/{need.pk}/detail",
        f"{V1}/needs/{need.pk}/readings",
        f"{V1}/events",
        "/needs?all=1",
        f"/needs/{need.pk}",
        f"{V1}/publicities",
        f"{V1}/notices",
        *(f"{V1}/needs?{name}=canary" for name in ("field", "city", "search", "q", "detail")),
        *(f"{V1}/needs?review={step}" for step in ("bureau", "office", "overdue")),
    ]


def test_no_outsider_finds_a_canary_anywhere(guarded, stranger, rival, api, anonymous):
    far_bureau = make_member(make_organization("public_body", city="320500"))
    asking = Asking()
    with asking.watching():
        for client in (anonymous, *map(api, (stranger, rival, far_bureau))):
            told = everything(client, guarded, asking)
            assert "canary" not in told
            assert guarded.title in told  # the test reads what it thinks it reads


def test_insiders_read_the_whole_file(guarded, enterprise, bureau, cadre, operator, api):
    for who in (enterprise, bureau, cadre, operator):
        told = api(who).get(f"{V1}/needs/{guarded.pk}").content.decode()
        assert all(secret in told for secret in (*SECRETS.values(), "canary-indicator")), who


def test_an_undertaking_opens_the_detail_and_each_reading_is_kept(guarded, api, rival, enterprise):
    client, address = api(rival), f"{V1}/needs/{guarded.pk}"
    body = refused(client.get(f"{address}/detail"), 422, "nda_required")
    assert body["version"] == NEED_NDA.version
    text = client.get(f"{V1}/needs/undertaking").json()
    assert (text["version"], text["text_hash"]) == (NEED_NDA.version, NEED_NDA.text_hash)
    refused(client.post(f"{address}/undertaking", {"version": "old"}), 409, "nda_outdated")

    signed = client.post(f"{address}/undertaking", {"version": NEED_NDA.version}, **keyed())
    again = client.post(f"{address}/undertaking", {"version": NEED_NDA.version})
    shown = client.get(f"{address}/detail").json()

    assert (signed.status_code, again.json()["id"]) == (201, signed.json()["id"])
    assert shown["detail"] == "canary-detail"
    assert [one["name"] for one in shown["indicators"]][-1] == "canary-indicator"
    assert (shown["completeness"], shown["review"]) == (None, None)
    assert client.get(address).json()["detail"] is None  # only what is logged shows it
    (kept,) = api(enterprise).get(f"{address}/readings").json()["results"]
    assert kept["organization_name"] == organization_of(rival).name
    refused(client.get(f"{address}/readings"), 404, "not_found")
    kinds = list(Event.objects.values_list("kind", flat=True))
    assert kinds == ["need.undertaking_accepted"]


def test_the_same_request_again_signs_once(guarded, rival):
    values = {"actor": act(rival), "need_id": guarded.pk, "version": NEED_NDA.version}
    values["organization_id"] = organization_of(rival).pk
    for _ in range(2):
        disclosure.accept_undertaking(**values)
    assert NeedUndertaking.objects.count() == 1
    with pytest.raises(IntegrityError, match="needundertaking_once_per_version"):
        NeedUndertaking.objects.create(
            need=guarded, organization=organization_of(rival), person=rival,
            version=NEED_NDA.version, text_hash=NEED_NDA.text_hash, accepted_at=NOW,
        )  # fmt: skip


def test_neither_undertakings_nor_readings_are_rewritten(guarded, enterprise, cadre):
    disclosure.read_detail(actor=act(cadre), need_id=guarded.pk)
    reading = NeedReading.objects.get()
    assert (reading.person, reading.organization) == (cadre, None)
    for change in (NeedReading.objects.filter(pk=reading.pk).delete, NeedReading.objects.update):
        with pytest.raises(Exception, match="append-only"), transaction():
            change(**({} if change != NeedReading.objects.update else {"client": "x"}))
    disclosure.read_detail(actor=act(enterprise), need_id=guarded.pk)
    assert NeedReading.objects.count() == 1  # the poster's own reading is nobody's news


def test_a_stranger_reads_no_detail_even_of_an_open_need(enterprise, stranger, rival):
    need = make_need(enterprise, **SECRETS)
    with pytest.raises(DetailRefused):
        disclosure.read_detail(actor=act(stranger), need_id=need.pk)
    disclosure.read_detail(actor=act(rival), need_id=need.pk)
    need.detail_under_nda = True
    need.save()
    with pytest.raises(NdaRequired):
        disclosure.read_detail(actor=act(rival), need_id=need.pk)


def test_a_need_for_verified_organizations_is_nobody_elses(
    enterprise, stranger, rival, api, anonymous
):
    need = make_need(enterprise, registered_only=True, title="canary-title")
    drafted = make_member(make_organization(verified=False))
    outside = (anonymous, api(stranger), api(drafted))
    for client, sees in ((api(rival), True), *((one, False) for one in outside)):
        assert (client.get(f"{V1}/needs/{need.pk}").status_code == 200) is sees
        assert ("canary-title" in client.get(f"{V1}/needs").content.decode()) is sees


def test_its_events_go_to_verified_organizations_alone(enterprise, cadre, rival):
    drafted = make_organization(verified=False)
    need = make_need(enterprise, NeedState.ENDORSED, registered_only=True)
    needs.publish_need(actor=act(cadre), need_id=need.pk)
    event = Event.objects.get(kind="need.published")
    heard = AUDIENCES[event.kind].subscribers(event)
    assert organization_of(rival).pk in heard
    assert drafted.pk not in heard
    need.registered_only = False
    need.save()
    assert AUDIENCES[event.kind].subscribers(event) is None


def test_its_deal_is_publicised_under_its_number(enterprise, seller, anonymous):
    need = make_need(enterprise, registered_only=True, title="canary-title", summary="canary")
    deal = deals.propose_deal(
        actor=act(seller), need=need.pk, seller=organization_of(seller).pk,
        buyer=organization_of(enterprise).pk, price=need.budget, method="agreement",
        channel="off_session", mode="development", evidence="虚构", related_party=False,
    )  # fmt: skip
    from marketplace.publicities import publicise_deal

    publicise_deal(actor=act(seller), deal_id=deal.pk, place="虚构公告栏")
    told = anonymous.get(f"{V1}/publicities").content.decode()
    assert "canary" not in told
    assert json.loads(told)["results"][0]["title"] == need.code


def test_an_anonymous_poster_is_named_to_insiders_alone(enterprise, rival, cadre, api, anonymous):
    poster = organization_of(enterprise)
    poster.name = "canary-poster"
    poster.save()
    need = make_need(enterprise, NeedState.ENDORSED, anonymous=True, **SECRETS)
    needs.publish_need(actor=act(cadre), need_id=need.pk)
    assert Event.objects.get(kind="need.published").payload["organization"] is None
    for client in (anonymous, api(rival)):
        row = client.get(f"{V1}/needs/{need.pk}").json()
        assert (row["organization"], row["organization_name"]) == (None, "")
        assert "canary-poster" not in everything(client, need)
    detail = api(rival).get(f"{V1}/needs/{need.pk}/detail").json()
    assert (detail["organization"], detail["contact"]) == (None, None)
    assert api(cadre).get(f"{V1}/needs/{need.pk}").json()["organization"] == poster.pk


def test_who_responds_to_an_anonymous_need_is_told_of_the_poster_without_a_name(enterprise, rival):
    poster = organization_of(enterprise)
    poster.name = "canary-poster"
    poster.save()
    from marketplace import responses

    need = make_need(enterprise, anonymous=True)
    answer = make_response(need, rival)
    responses.shortlist_response(actor=act(enterprise), response_id=answer.pk)
    event = Event.objects.get(kind="response.shortlisted")
    assert "canary" not in message_for(event, rival).text
    assert "canary-poster" in message_for(event, enterprise).text


def test_the_desk_of_a_bureau_holds_its_own_citys_files_alone(guarded, bureau, client):
    far = make_member(make_organization("public_body", city="320500"))
    page = reverse("admin:marketplace_need_change", args=[guarded.pk])
    client.force_login(far)
    assert client.get(page).status_code == 302
    listed = client.get(reverse("admin:marketplace_need_changelist") + "?q=canary")
    assert guarded.code not in listed.content.decode()
    client.force_login(bureau)
    assert "canary-detail" in client.get(page).content.decode()
    assert needs_reviewed_by(act(bureau)).contains(guarded)
    assert not needs_reviewed_by(act(far)).contains(guarded)


def test_a_cadre_whose_term_ended_sees_nothing(enterprise, cadre, api):
    draft = make_need(enterprise, NeedState.SUBMITTED, detail_under_nda=True, **SECRETS)
    assert needs_visible_to(act(cadre)).contains(draft)
    Secondment.objects.filter(user=cadre).update(
        starts_on=date(2025, 1, 1), ends_on=(NOW - timedelta(days=1)).date()
    )
    assert not needs_visible_to(act(cadre)).contains(draft)
    assert "canary" not in everything(api(cadre), draft)
    with pytest.raises(NotFound):
        disclosure.read_detail(actor=act(cadre), need_id=draft.pk)


def test_signing_for_what_is_not_there_for_one_is_a_404(enterprise, api, stranger, rival):
    hidden = make_need(enterprise, NeedState.SUBMITTED)
    body = {"version": NEED_NDA.version}
    refused(
        api(rival).post(f"{V1}/needs/{hidden.pk}/undertaking", body,
                        HTTP_IDEMPOTENCY_KEY=str(uuid4())), 404, "not_found",
    )  # fmt: skip
    assert not Deal.objects.exists()
