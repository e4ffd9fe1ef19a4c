"""A world with canary words in every confidential part, planted by the actions that people use."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework.test import APIClient

from accounts.models import OrganizationKind, User
from accounts.scopes import SCOPES
from marketplace import achievements, attachments, deals, needs, responses
from marketplace.models import Achievement, AchievementAttachment, Need, NeedAttachment
from notifications.fanout import fan_out_all
from tests.asking import Asking
from tests.conftest import act, make_user, organization_of
from tests.marketplace.requests import ACHIEVEMENT
from tests.test_permissions import bearing, manager, seconded, signed_in, token_of

UNVERIFIED = ("anonymous", "stranger", "drafted", "expired")


@dataclass
class World:
    """`hidden` are files that outsiders may not know of, `registered` verified ones may."""

    callers: dict[str, Any]
    people: dict[str, User]
    hidden: dict[str, list[Any]] = field(default_factory=dict)
    registered: dict[str, list[Any]] = field(default_factory=dict)
    open: dict[str, list[Any]] = field(default_factory=dict)
    asking: Asking = field(default_factory=Asking)

    def files(self, noun: str) -> list[Any]:
        return [one for kept in (self.hidden, self.registered, self.open) for one in kept[noun]]

    def secrets(self, who: str) -> list[str]:
        """The words that may not reach one caller."""
        return ["canaryx", *(["canaryreg"] if who in UNVERIFIED else [])]


INDICATORS = [
    {"name": "虚构耐温", "operator": "ge", "target": 1200, "unit": "℃"},
    {
        "name": "canaryxindicator",
        "operator": "le",
        "target": 7,
        "unit": "canaryxunit",
        "test_method": "canaryxmethod",
        "confidential": True,
    },
]
DETAIL = ("background", "current_status", "detail", "milestones")
PLAN = {
    "title": "canaryxplan",
    "deliverable": "canaryxdeliverable",
    "months": 3,
    "payment_share": Decimal("40.00"),
}


def make_needs(world: World) -> None:
    people = world.people
    poster, quiet = people["poster"], people["quiet"]

    def post(by: User, **values: Any) -> Need:
        return needs.post_need(
            actor=act(by),
            organization_id=organization_of(by).pk,
            **{
                "title": "虚构需求",
                "summary": "虚构摘要",
                "field": "NM",
                "budget": Decimal("100.00"),
                "deadline": date(2026, 12, 31),
                "indicators": INDICATORS,
                "contact": "canaryxcontact",
                **values,
            },
        )

    def publish(need: Need, by: User) -> Need:
        needs.submit_need(actor=act(by), need_id=need.pk)
        needs.endorse_need(actor=act(people["bureau"]), need_id=need.pk)
        return needs.publish_need(actor=act(people["cadre"]), need_id=need.pk)

    def carry(need: Need) -> NeedAttachment:
        """A confidential file whose name tells as much as what is in it."""
        return attachments.add_attachment(
            actor=act(poster), need_id=need.pk, name="canaryxfile.pdf",
            content=b"%PDF-1.7 canaryxcontent", confidential=True,
        )  # fmt: skip

    details = {**{name: f"canaryx{name}" for name in DETAIL}, "plan": [PLAN]}
    hidden = {"title": "canaryxtitle 虚构", "summary": "canaryxsummary 虚构"}
    draft, submitted, returned = (post(poster, **hidden) for _ in range(3))
    files = [carry(draft), carry(submitted)]
    for need in (submitted, returned):
        needs.submit_need(actor=act(poster), need_id=need.pk)
    reason = "canaryxreason"
    needs.return_need(actor=act(people["bureau"]), need_id=returned.pk, reason=reason)
    shown = {"title": "canaryregtitle 虚构", "summary": "canaryregsummary 虚构"}
    registered = post(poster, registered_only=True, detail_under_nda=True, **shown, **details)
    world.hidden["needs"] = [draft, submitted, returned]
    guarded = post(poster, detail_under_nda=True, **details)
    files += [carry(registered), carry(guarded)]
    world.hidden["attachments"], world.registered["attachments"] = files, []
    world.open["attachments"] = []
    world.registered["needs"] = [publish(registered, poster)]
    world.open["needs"] = [
        publish(guarded, poster),
        publish(post(quiet, anonymous=True, indicators=INDICATORS[:1]), quiet),
    ]


def make_achievements(world: World) -> None:
    people = world.people
    owner = people["owner"]

    def enter(**values: Any) -> Achievement:
        return achievements.list_achievement(
            actor=act(owner),
            organization_id=organization_of(owner).pk,
            **{**ACHIEVEMENT, "title": "虚构成果", "contact": "canaryxcontact", **values},
        )

    def publish(one: Achievement) -> Achievement:
        achievements.submit_achievement(actor=act(owner), achievement_id=one.pk)
        achievements.approve_achievement(actor=act(people["operator"]), achievement_id=one.pk)
        return achievements.publish_achievement(actor=act(owner), achievement_id=one.pk)

    guarded = {"detail": "canaryxdetail", "detail_under_nda": True}
    papers = {
        "co_owners": [
            {"name": "虚构共有人", "consented_on": date(2026, 2, 1), "consent": "canaryxconsent"}
        ],
        "ip_records": [
            {
                "kind": "software",
                "number": "虚构登记1号",
                "holder": "虚构合作单位",
                "consented_on": date(2026, 2, 1),
                "consent": "canaryxpaper",
            }
        ],
        "encumbrances": [
            {
                "kind": "pledge",
                "holder": "虚构银行",
                "since": date(2025, 1, 1),
                "until": None,
                "consent": "canaryxpledge",
            }
        ],
    }
    hidden = {"title": "canaryxachievement 虚构", "summary": "canaryxsummary 虚构"}
    draft, submitted = enter(**hidden), enter(**hidden)

    def carry(one: Achievement) -> AchievementAttachment:
        return attachments.add_achievement_attachment(
            actor=act(owner), achievement_id=one.pk, name="canaryxpaperfile.pdf",
            content=b"%PDF-1.7 canaryxpapercontent", confidential=True,
        )  # fmt: skip

    files = [carry(draft), carry(submitted)]
    achievements.submit_achievement(actor=act(owner), achievement_id=submitted.pk)
    shown = {"title": "canaryregachievement 虚构", "summary": "canaryregsummary 虚构"}
    world.hidden["achievements"] = [draft, submitted]
    registered = enter(registered_only=True, **shown, **guarded)
    told = enter(**guarded, **papers, external_id="canaryxnumber")
    files += [carry(registered), carry(told)]
    world.hidden["achievement-attachments"] = files
    world.registered["achievement-attachments"] = world.open["achievement-attachments"] = []
    world.registered["achievements"] = [publish(registered)]
    world.open["achievements"] = [publish(told)]


def make_trade(world: World) -> None:
    """A response and a deal: between their two parties."""
    people = world.people
    owner, poster = people["owner"], people["poster"]
    response = responses.respond(
        actor=act(owner), organization_id=organization_of(owner).pk,
        need_id=world.open["needs"][1].pk, approach="canaryxapproach",
        price=Decimal("90.00"), months=3,
    )  # fmt: skip
    deal = deals.propose_deal(
        actor=act(owner), achievement=world.open["achievements"][0].pk,
        buyer=organization_of(poster).pk, price=Decimal("80.00"), method="agreement",
        channel="off_session", evidence="canaryxevidence", related_party=False,
    )  # fmt: skip
    for noun, row in (("responses", response), ("deals", deal)):
        world.hidden[noun], world.registered[noun], world.open[noun] = [row], [], []


def make_world() -> World:
    body = OrganizationKind.PUBLIC_BODY
    people = {
        "poster": manager(),
        "quiet": manager(name="canaryxposter"),
        "owner": manager(OrganizationKind.RESEARCH_INSTITUTE),
        "operator": manager(OrganizationKind.EXCHANGE, city="310117"),
        "cadre": seconded(days_left=200),
        "bureau": manager(body),
        # Outsiders: of another city, of no verified organization, of a term that ended.
        "other": manager(city="320500"),
        "far_bureau": manager(body, city="320500"),
        "drafted": manager(verified=False),
        "expired": seconded(days_left=-1),
        "stranger": make_user(),
    }
    callers = {name: signed_in(user) for name, user in people.items()}
    token = token_of(organization_of(people["other"]), sorted(SCOPES))
    world = World({**callers, "anonymous": APIClient(), "partner": bearing(token)}, people)
    make_needs(world)
    make_achievements(world)
    make_trade(world)
    fan_out_all()
    return world
