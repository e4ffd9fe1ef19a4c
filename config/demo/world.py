"""The demo world: invented people, organizations and things, made by calling the actions.

It cannot drift from the code, because the code makes it. Running it again adds nothing that
is there already, except a lot to bid on when the last one has ended.
"""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.actors import Actor, actor_of_user
from accounts.clients import create_api_client
from accounts.models import City, Membership, Organization, Secondment, User
from accounts.organizations import register_organization, submit_organization, verify_organization
from auctions import deposits, lots, registration, sessions
from auctions.lifecycle import LotFormat, LotState, Regime, SessionKind, SessionState
from auctions.models import AuctionSession, Lot, Policy
from auctions.policies import publish_policy
from config.demo.drawings import picture_for
from core import clock, money
from marketplace import achievements, calls, needs, pictures, publicities, responses
from marketplace.models import Achievement, Deal
from marketplace.rules import patent_check_digit

PATH = Path(settings.BASE_DIR) / "fixtures" / "demo" / "world.json"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# The lot a visitor may bid on stays open this long.
OPEN_FOR = timedelta(hours=12)
_AMOUNTS = ("budget", "budget_from", "own_funds", "grant_funds", "paid_to_solver")


def description() -> dict[str, Any]:
    """The names and texts of the world; no states and no dates."""
    world: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return world


def credit_code(number: int) -> str:
    """A well-formed 统一社会信用代码 of region 000000, which belongs to nobody."""
    body = f"91000000DEM{number:05d}X"
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]


def exists() -> bool:
    first = description()["organizations"][0]
    return Organization.objects.filter(credit_code=credit_code(first["number"])).exists()


def build() -> None:
    """Make the world, from nothing."""
    world = description()
    # The same for everybody, so hashed once: a hash takes half a second, by design.
    password = make_password(world["password"])
    people = {row["username"]: _person(row, password) for row in world["users"]}
    organizations = _organizations(world, people)
    for row in world["users"]:
        if "organization" in row:
            _join(people[row["username"]], organizations[row["organization"]], row["membership"])
    for row in world["clients"]:
        create_api_client(
            credit_code=organizations[row["organization"]].credit_code,
            scopes=row["scopes"].split(),
            name=row["client_id"],
            client_id=row["client_id"],
            secret=row["client_secret"],
        )
    _list_achievements(world, people, organizations)
    _post_needs(world, people, organizations)
    _answer_a_need(people, organizations)


def _online_at_once(operator: Actor) -> Policy:
    """Rules for a demonstration that nobody wants to wait for: no notice, no exhibition."""
    title = "演示规则：挂牌即可竞价"
    if known := Policy.objects.filter(title=title).last():
        return known
    return publish_policy(
        actor=operator,
        regime=Regime.EXCHANGE_BIDDING,
        title=title,
        notice_days=0,
        exhibition_days=0,
        bidding_window_hours=0,
        priority_notice_days_before_notice=0,
        reauction_notice_days=0,
    )


def open_a_lot() -> Lot:
    """A lot with three admitted bidders, open for hours: the one on sale, or a new one."""
    now = clock.now()
    on_sale = Lot.objects.filter(
        state=LotState.PUBLISHED, closes_at__gt=now + timedelta(hours=1), opens_at__lte=now
    )
    if lot := on_sale.first():
        return lot
    operator = _actor("operator")
    achievement = Achievement.objects.filter(state="published").order_by("id").first()
    if achievement is None:
        achievement = list_achievement(description()["achievements"][0])
    lot = lots.draft_lot(
        actor=operator,
        achievement=achievement.pk,
        opens_at=now,
        closes_at=now + OPEN_FOR,
        starting_price=money.parse("1200000.00"),
        increment=money.parse("50000.00"),
        deposit_amount=money.parse("120000.00"),
        policy=_online_at_once(operator).pk,
    )
    return _announce(lot, ("juhua", "jiangpan", "songjiang"), operator)


def _announce(lot: Lot, bidders: Iterable[str], operator: Actor) -> Lot:
    """From the draft to the announcement, with these bidders admitted."""
    lots.submit_lot(actor=operator, lot_id=lot.pk)
    lots.approve_lot(actor=operator, lot_id=lot.pk)
    lot = lots.publish_lot(actor=operator, lot_id=lot.pk)
    for username in bidders:
        _admit(lot, username, operator)
    return lot


def announce_a_session() -> AuctionSession:
    """A special session that a visitor may hold from the console: the one announced, or a new one.

    One lot with three admitted bidders, and a lot for a sole bidder.
    """
    to_hold = (SessionState.PUBLISHED, SessionState.RUNNING)
    waiting = AuctionSession.objects.filter(kind=SessionKind.SPECIAL, state__in=to_hold)
    if session := waiting.first():
        return session
    operator = _actor("operator")
    session = sessions.plan_session(
        actor=operator,
        kind=SessionKind.SPECIAL,
        title="演示专场（虚构）",
        title_en="Demo special session (fictional)",
        city="310117",
        venue="演示会堂（虚构）",
        starts_at=clock.now(),
    )
    for row, format, bidders in (
        (description()["hall"][0], LotFormat.ENGLISH, ("juhua", "jiangpan", "songjiang")),
        (description()["hall"][1], LotFormat.ONE_CALL, ("juhua",)),
    ):
        lot = lots.draft_lot(
            actor=operator,
            achievement=list_achievement(row).pk,
            session=session.pk,
            format=format,
            starting_price=money.parse("800000.00"),
            increment=money.parse("50000.00"),
            deposit_amount=money.parse("80000.00"),
            policy=_online_at_once(operator).pk,
        )
        _announce(lot, bidders, operator)
    return sessions.publish_session(actor=operator, session_id=session.pk)


def list_achievement(row: dict[str, Any]) -> Achievement:
    """List one achievement and take it through review to the public list."""
    seller, operator = _actor("seller"), _actor("operator")
    (owner_id,) = seller.acts_for
    illustrated = row.get("illustrated", False)
    values = {n: value for n, value in row.items() if n not in ("ip_serial", "illustrated")}
    listed = achievements.list_achievement(
        actor=seller,
        organization_id=owner_id,
        ip_number=row["ip_serial"] + "." + patent_check_digit(row["ip_serial"]),
        maturity_scale="trl9",
        **values,
    )
    if illustrated:
        pictures.add_picture(
            actor=seller, achievement_id=listed.pk, content=picture_for(row["field"])
        )
    achievements.submit_achievement(actor=seller, achievement_id=listed.pk)
    achievements.approve_achievement(actor=operator, achievement_id=listed.pk)
    return achievements.publish_achievement(actor=seller, achievement_id=listed.pk)


def _actor(username: str) -> Actor:
    return actor_of_user(User.objects.get(username=username))


def _person(row: dict[str, Any], password: str) -> User:
    user = User.objects.create(
        username=row["username"],
        password=password,
        email=f"{row['username']}@demo.invalid",
        full_name=row["full_name"],
        is_superuser=row.get("superuser", False),
        is_staff=row.get("superuser", False),
    )
    if "secondment" in row:
        today = clock.today()
        Secondment.objects.create(
            user=user,
            city=City.objects.get(code=row["secondment"]["city"]),
            group=row["secondment"]["group"],
            starts_on=today - timedelta(days=30),
            ends_on=today + timedelta(days=335),
        )
    return user


def _organizations(world: dict[str, Any], people: dict[str, User]) -> dict[str, Organization]:
    """Registered by the first of its people, verified by the cadre."""
    cadre = actor_of_user(people["cadre"])
    made: dict[str, Organization] = {}
    for row in world["organizations"]:
        founder = next(u for u in world["users"] if u.get("organization") == row["key"])
        actor = actor_of_user(people[founder["username"]])
        organization = register_organization(
            actor=actor,
            kind=row["kind"],
            name=row["name"],
            name_en=row["name_en"],
            city=row["city"],
            credit_code=credit_code(row["number"]),
            contact_email=f"{row['key'].replace('_', '-')}@demo.invalid",
        )
        actor = actor_of_user(people[founder["username"]])
        submit_organization(actor=actor, organization_id=organization.pk)
        made[row["key"]] = verify_organization(actor=cadre, organization_id=organization.pk)
    return made


def _join(user: User, organization: Organization, role: str) -> None:
    Membership.objects.update_or_create(
        user=user,
        organization=organization,
        ended_at=None,
        defaults={"role": role, "started_at": clock.now()},
    )


def _list_achievements(
    world: dict[str, Any], people: dict[str, User], organizations: dict[str, Organization]
) -> None:
    for row in world["achievements"]:
        list_achievement(row)


def _post_needs(
    world: dict[str, Any], people: dict[str, User], organizations: dict[str, Organization]
) -> None:
    poster, bureau = actor_of_user(people["enterprise"]), actor_of_user(people["bureau"])
    cadre = actor_of_user(people["cadre"])
    now = clock.now()
    call = calls.announce_call(
        actor=cadre, opens_at=now, closes_at=now + timedelta(days=90), **world["call"]
    )
    for row in world["needs"]:
        amounts = {name: money.parse(row[name]) for name in _AMOUNTS if name in row}
        need = needs.post_need(
            actor=poster,
            organization_id=organizations["enterprise"].pk,
            deadline=_next_year(clock.today()),
            call=call.pk,
            **{**row, **amounts},
        )
        needs.submit_need(actor=poster, need_id=need.pk)
        needs.endorse_need(actor=bureau, need_id=need.pk)
        needs.publish_need(actor=cadre, need_id=need.pk)


def _answer_a_need(people: dict[str, User], organizations: dict[str, Organization]) -> None:
    """One need is answered by the institute and the answer accepted: a deal that is publicised."""
    if Deal.objects.exists():
        return
    poster, seller = actor_of_user(people["enterprise"]), actor_of_user(people["seller"])
    need = organizations["enterprise"].needs.latest("id")
    answer = responses.respond(
        actor=seller,
        organization_id=organizations["institute"].pk,
        need_id=need.pk,
        approach="以离线编程与点云配准自动生成轨迹，三个月内现场验证。（演示）",
        price=money.parse("650000.00"),
        months=9,
    )
    responses.accept_response(actor=poster, response_id=answer.pk)
    # An institute publishes its price before the deal is formed.
    publicities.publicise_deal(
        actor=seller, deal_id=Deal.objects.get().pk, place="科技成果转化处公告栏（演示）"
    )


def _admit(lot: Lot, username: str, operator: Actor) -> None:
    bidder = _actor(username)
    (organization_id,) = bidder.acts_for
    applied = registration.register(
        actor=bidder,
        organization_id=organization_id,
        lot_id=lot.pk,
        rules_version=lot.rules_version,
    )
    deposits.record_deposit(
        actor=operator,
        registration_id=applied.pk,
        amount=lot.deposit_amount,
        reference=f"DEMO-{applied.pk}",
    )
    registration.approve_registration(actor=operator, registration_id=applied.pk)


def _next_year(today: date) -> date:
    return date(today.year + 1, 12, 31)
