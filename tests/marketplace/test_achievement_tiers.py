"""What an achievement's tiers hide, from whom, and what it says of the terms it is offered on."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from auctions import lots
from auctions.lots import AchievementNotForEverybody
from core.db import transaction
from core.models import Event
from marketplace import achievements, disclosure
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, AchievementReading, AchievementUndertaking
from marketplace.rules.disclosure import ACHIEVEMENT_NDA
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import draft_lot, make_achievement
from tests.marketplace.conftest import propose, publicise
from tests.marketplace.requests import ACHIEVEMENT, V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SECRETS = {"detail": "canary-detail", "contact": "canary-contact"}
OFFER = {
    "modes": ["transfer", "trial_first"],
    "price_kind": "fixed",
    "asking_price": "3000000.00",
    "cost_to_market": "0.00",
    "preferred_city": "320500",
}


@pytest.fixture
def guarded(seller):
    return make_achievement(seller, detail_under_nda=True, **SECRETS)


def test_an_undertaking_opens_the_detail_and_each_reading_is_kept(guarded, api, rival, seller):
    client, address = api(rival), f"{V1}/achievements/{guarded.pk}"
    assert (
        refused(client.get(f"{address}/detail"), 422, "nda_required")["version"]
        == ACHIEVEMENT_NDA.version
    )
    text = client.get(f"{V1}/achievements/undertaking").json()
    assert (text["version"], text["text_hash"]) == (
        ACHIEVEMENT_NDA.version,
        ACHIEVEMENT_NDA.text_hash,
    )
    refused(client.post(f"{address}/undertaking", {"version": "NEED-NDA-1"}), 409, "nda_outdated")

    headers, body = keyed(), {"version": ACHIEVEMENT_NDA.version}
    signed = client.post(f"{address}/undertaking", body, **headers)
    replayed = client.post(f"{address}/undertaking", body, **headers)
    again = client.post(f"{address}/undertaking", body)
    shown = client.get(f"{address}/detail").json()

    assert signed.status_code == 201
    assert {signed.json()["id"]} == {replayed.json()["id"], again.json()["id"]}
    assert (shown["detail"], shown["contact"]) == ("canary-detail", "canary-contact")
    assert shown["missing"] == []
    assert client.get(address).json()["detail"] is None  # only what is logged shows it
    (kept,) = api(seller).get(f"{address}/readings").json()["results"]
    assert kept["organization_name"] == organization_of(rival).name
    refused(client.get(f"{address}/readings"), 404, "not_found")
    assert list(Event.objects.values_list("kind", flat=True)) == [
        "achievement.undertaking_accepted"
    ]


def test_an_undertaking_is_accepted_once_and_neither_it_nor_a_reading_is_rewritten(
    guarded, rival, cadre
):
    values = {"actor": act(rival), "organization_id": organization_of(rival).pk}
    for _ in range(2):
        disclosure.accept_achievement_undertaking(
            achievement_id=guarded.pk, version=ACHIEVEMENT_NDA.version, **values
        )
    signed = AchievementUndertaking.objects.get()
    with pytest.raises(IntegrityError, match="achievementundertaking_once"), transaction():
        AchievementUndertaking.objects.create(
            achievement=guarded, organization=organization_of(rival), person=rival,
            version=signed.version, text_hash=signed.text_hash, accepted_at=NOW,
        )  # fmt: skip
    disclosure.read_achievement_detail(actor=act(cadre), achievement_id=guarded.pk)
    for rows in (AchievementReading.objects, AchievementUndertaking.objects):
        with pytest.raises(Exception, match="append-only"), transaction():
            rows.update(person=rival)


@pytest.mark.parametrize(
    ("who", "sees"), [("anonymous", False), ("drafted", False), ("rival", True), ("cadre", True)]
)
def test_one_for_verified_organizations_is_nobody_elses(
    who, sees, seller, people, api, anonymous, settings
):
    hidden = make_achievement(seller, registered_only=True, title="canary-title")
    people["drafted"] = make_member(make_organization(verified=False))
    client = anonymous if who == "anonymous" else api(people[who])
    for page in (f"{V1}/achievements/{hidden.pk}", f"/achievements/{hidden.pk}"):
        assert (client.get(page).status_code == 200) is sees
    for page in (f"{V1}/achievements", "/achievements"):
        assert ("canary-title" in client.get(page).content.decode()) is sees


def test_the_desk_of_a_bureau_holds_its_own_citys_files_alone(guarded, bureau, client):
    far = make_member(make_organization("public_body", city="320500"))
    page = reverse("admin:marketplace_achievement_change", args=[guarded.pk])
    client.force_login(far)
    assert client.get(page).status_code == 302
    client.force_login(bureau)
    assert "canary-detail" in client.get(page).content.decode()


def test_its_events_go_to_verified_organizations_alone(seller, rival):
    drafted = make_organization(verified=False)
    hidden = make_achievement(seller, AchievementState.APPROVED, registered_only=True)
    achievements.publish_achievement(actor=act(seller), achievement_id=hidden.pk)
    achievements.withdraw_achievement(actor=act(seller), achievement_id=hidden.pk, reason="虚构")
    for kind in ("achievement.published", "achievement.withdrawn"):
        event = Event.objects.get(kind=kind)
        heard = AUDIENCES[kind].subscribers(event)
        assert organization_of(rival).pk in heard
        assert drafted.pk not in heard
    Achievement.objects.update(registered_only=False)
    assert AUDIENCES["achievement.published"].subscribers(event) is None


def test_it_is_not_auctioned_and_its_deal_is_publicised_under_its_number(seller, bidder, anonymous):
    hidden = make_achievement(
        seller, registered_only=True, title="canary-title", summary="canary-summary"
    )
    with pytest.raises(AchievementNotForEverybody):
        draft_lot(seller, achievement=hidden)
    assert not lots.Lot.objects.exists()
    publicise(propose(seller, bidder, achievement=hidden.pk), seller)
    told = anonymous.get(f"{V1}/publicities")
    assert "canary" not in told.content.decode()
    assert told.json()["results"][0]["title"] == hidden.code


def test_what_is_asked_is_told_to_everybody_and_found_by_mode(api, seller, operator, anonymous):
    row = api(seller).post(f"{V1}/achievements", {**ACHIEVEMENT, "price_kind": "fixed"}).json()
    address = f"{V1}/achievements/{row['id']}"
    refused(api(seller).post(f"{address}/submit"), 422, "achievement_incomplete")
    api(seller).patch(address, OFFER)
    for user, step in ((seller, "submit"), (operator, "approve"), (seller, "publish")):
        assert api(user).post(f"{address}/{step}").status_code == 200
    told = anonymous.get(address).json()
    assert {name: told[name] for name in OFFER} == OFFER
    for mode, many in (("trial_first", 1), ("equity", 0)):
        found = anonymous.get(f"{V1}/achievements?mode={mode}").json()["results"]
        assert len(found) == many
    assert anonymous.get(f"{V1}/achievements?mode=none").status_code == 400
    page = anonymous.get(f"/achievements/{row['id']}").content.decode()
    assert "3,000,000" in page


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"asking_price": 0}, "achievement_asking_price_positive"),
        ({"cost_to_market": -1}, "achievement_cost_not_negative"),
    ],
)
def test_the_database_refuses_amounts_that_mean_nothing(seller, values, name):
    with pytest.raises(IntegrityError, match=name):
        make_achievement(seller, **values)
