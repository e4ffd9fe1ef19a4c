"""The cast, always the same, and the clock that tests set instead of sleeping.

`seller` owns achievements, `enterprise` has needs, `bidder` and `rival` want to buy,
`operator` works for the exchange, `cadre` is seconded to the Joint Conference Office,
`bureau` is Hangzhou's science bureau, `stranger` is signed in without any organization.
Each is an `accounts.User`; `organization_of(user)` is where the person works.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable, Collection, Generator, Iterator
from copy import copy
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.contrib import auth
from django.core.management.commands import flush
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts import authentication, requests
from accounts.actors import Actor, actor_of_user
from accounts.models import (
    City,
    Membership,
    Organization,
    OrganizationKind,
    Role,
    Secondment,
    User,
    WorkingGroup,
)
from auctions.lifecycle import Regime
from auctions.policies import add_policy
from auctions.rules.policy import NoticeChannel, PolicyTerms
from core.db import transaction
from tests.clock import NOW, Clock
from tests.frames import pytest_runtest_protocol as pytest_runtest_protocol
from tests.lasting import Standing, lasting
from tests.scheduling import pytest_collection_modifyitems as pytest_collection_modifyitems
from tests.scheduling import pytest_report_to_serializable as pytest_report_to_serializable
from tests.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
from tests.scheduling import starts_from_a_world
from tests.signing_in import sign_in

# What a lot is sold under that names neither format nor policy.
RULES = "ENGLISH-1/EXCHANGE_BIDDING-2"
# These walk over everything with hundreds of requests, to see what comes back. Lines are covered by
# the tests of what is walked over; following each line here, too, takes as long again as the walk.
NOT_TRACED = (
    "tests/test_bad_input.py",
    "tests/test_bad_addresses.py",
    "tests/test_tiers.py",
    "tests/admin/test_access.py",
    "tests/admin/test_probing.py",
    "tests/test_reads.py",
    "tests/browser",
    "tests/stateful",
)
# Plugins that others bring along, here selenium's trio: loaded with Hypothesis, and not used.
os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")
_numbers = count(1)
_WORKS_AT = "_works_at"  # where `make_member` notes on a person where that is
_settrace = sys.settrace
_standing: list[Standing] = []


Client.force_login = sign_in  # type: ignore[method-assign]


def _set_trace_in_turn(tracer: Any) -> None:
    """Python 3.11 refuses a thread its tracer, and so ends it, while another is given one."""
    while True:
        try:
            return _settrace(tracer)
        except RuntimeError:
            continue


sys.settrace = _set_trace_in_turn


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis, which comes next, loads the one of its profiles that is asked for.

    Who only hands out tests to other processes needs none.
    """
    hands_out = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if not hands_out or config.getoption("hypothesis_profile"):
        from tests import properties

        properties.register()


def pytest_collection() -> None:
    """What is made while tests are collected stays: there is no garbage to search it for."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded by now stays; searching it for garbage again and again takes a tenth.

    And in the end it goes with the process: pytest would search it five times more. What a test
    leaves is nearly always found when it is new; to search what is older takes as long as that.
    """
    gc.freeze()
    gc.set_threshold(20_000, 200, 20)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """What the marker `no_cover` of pytest-cov does, but not in the processes of pytest-xdist."""
    if not item.nodeid.startswith(NOT_TRACED):
        return (yield)
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
        threading.settrace(of_threads)


@pytest.fixture(scope="session")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing]:
    """The world that modules leave to each other, see `tests.lasting`."""
    _standing.append(Standing(django_db_blocker))
    yield _standing[-1]
    _standing.pop().clear()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Who does not start from the world that stands starts without it.

    And in the language of the settings: a request in English leaves its thread in English.
    """
    translation.deactivate()
    if _standing and not starts_from_a_world(item):
        _standing[-1].clear()


@pytest.fixture
def known_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is behind a session or a token, and may do what, is read once and not at each request.

    For hundreds of requests of the same few people about something else. Reading it costs as much
    as many an answer, and that it is read at each request is for other tests to say.
    """
    user_of, users = auth.get_user, dict[str, Any]()
    actor_of, actors = requests.actor_of_user, dict[int, Actor]()
    holders_of, holders = authentication.actors_and_time, dict[tuple[str, ...], dict[str, Actor]]()

    def get_user(request: Any) -> Any:
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if session is None:
            return user_of(request)
        if session not in users:
            users[session] = user_of(request)
        return copy(users[session])

    def actor_of_user(user: Any) -> Actor:
        if user.pk is None:
            return actor_of(user)
        if user.pk not in actors:
            actors[user.pk] = actor_of(user)
        return actors[user.pk]

    def actors_and_time(values: Collection[str]) -> Any:
        asked = tuple(values)
        if asked not in holders:
            holders[asked], _ = holders_of(asked)
        return holders[asked], None  # the time is asked for apart, as for a session

    monkeypatch.setattr(authentication, "actors_and_time", actors_and_time)
    monkeypatch.setattr(auth, "get_user", get_user)
    monkeypatch.setattr(requests, "actor_of_user", actor_of_user)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock(NOW)
    stopped.stop(monkeypatch)
    return stopped


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Reference data is there; `tests.postgresql` spares it when it empties tables.

    The newest policy, which a lot gets that names none, asks for no notice and no exhibition.
    """
    with django_db_blocker.unblock():
        add_policy_without_notice()
    # After each flush Django would look for the content types and permissions that were spared.
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)


def add_policy_without_notice() -> None:
    terms = PolicyTerms(
        regime=Regime.EXCHANGE_BIDDING,
        notice_channels=(NoticeChannel.PLATFORM,),
        notice_days=0,
        exhibition_days=0,
        bidding_window_hours=0,
        priority_notice_days_before_notice=0,
        reauction_notice_days=0,
    )
    with transaction():
        add_policy(terms, title="没有公告期", at=NOW)


def credit_code(number: int) -> str:
    """A well-formed, fictional 统一社会信用代码 (region 000000 belongs to nobody)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91000000{number:08d}X"
    total = sum(alphabet.index(char) * pow(3, i, 31) for i, char in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


@cache
def city_of(code: str) -> City:
    """Reference data: the same row in every test."""
    return City.objects.get(code=code)


def make_organization(
    kind: OrganizationKind = OrganizationKind.ENTERPRISE,
    *,
    city: str = "330100",
    verified: bool = True,
    **values: Any,
) -> Organization:
    number = next(_numbers)
    values.setdefault("name", f"虚构机构{number}")
    verifier = make_user() if verified else None
    return Organization.objects.create(
        kind=kind,
        credit_code=credit_code(number),
        city=city_of(city),
        state="verified" if verified else "draft",
        created_at=NOW,
        verified_at=NOW if verified else None,
        verified_by=verifier,
        **values,
    )


def make_user(name: str = "") -> User:
    return User.objects.create_user(username=name or f"person{next(_numbers)}", password="demo")


def make_member(organization: Organization, role: Role = Role.AGENT, name: str = "") -> User:
    user = make_user(name)
    Membership.objects.create(user=user, organization=organization, role=role, started_at=NOW)
    vars(user)[_WORKS_AT] = organization
    return user


def organization_of(user: User) -> Organization:
    """Where the person works, as it was made; `refresh_from_db` tells what became of it since."""
    known: Organization | None = vars(user).get(_WORKS_AT)
    if known is not None:
        return known
    return user.memberships.select_related("organization").get(ended_at=None).organization


def act(user: User) -> Actor:
    """The actor a request of this person would have."""
    return actor_of_user(user)


def make_cadre(name: str) -> User:
    user = make_user(name)
    Secondment.objects.create(
        user=user,
        city=city_of("340200"),
        group=WorkingGroup.INNOVATION,
        starts_on=(NOW - timedelta(days=100)).date(),
        ends_on=(NOW + timedelta(days=265)).date(),
    )
    return user


def _works_at(kind: OrganizationKind, city: str) -> Callable[[str], User]:
    return lambda name: make_member(make_organization(kind, city=city), name=name)


CAST: dict[str, Callable[[str], User]] = {
    "seller": _works_at(OrganizationKind.RESEARCH_INSTITUTE, "330100"),
    "enterprise": _works_at(OrganizationKind.ENTERPRISE, "330100"),
    "bidder": _works_at(OrganizationKind.ENTERPRISE, "320500"),
    "rival": _works_at(OrganizationKind.ENTERPRISE, "340100"),
    "operator": _works_at(OrganizationKind.EXCHANGE, "310117"),
    "bureau": _works_at(OrganizationKind.PUBLIC_BODY, "330100"),
    "cadre": make_cadre,
    "stranger": make_user,
}


class Cast(dict[str, User]):
    """Everybody by name, made when first asked for."""

    def __missing__(self, name: str) -> User:
        self[name] = user = CAST[name](name)
        return user

    def __deepcopy__(self, memo: dict[int, Any]) -> "Cast":
        """Each person, and where it works, as a test's own."""
        everybody = Cast()
        for name, user in self.items():
            everybody[name] = own = copy(user)
            if (place := vars(user).get(_WORKS_AT)) is not None:
                vars(own)[_WORKS_AT] = copy(place)
        return everybody


@pytest.fixture
def cast(db: None) -> Cast:
    """Folders whose tests need most of the cast have `lasting_cast` instead."""
    return Cast()


@pytest.fixture(scope="module")
def lasting_cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """Everybody, made once for a module; each test takes a copy."""
    with lasting(django_db_blocker):
        everybody = Cast()
        for name in CAST:
            assert everybody[name]
        yield everybody


@pytest.fixture
def seller(cast: Cast) -> User:
    return cast["seller"]


@pytest.fixture
def enterprise(cast: Cast) -> User:
    return cast["enterprise"]


@pytest.fixture
def bidder(cast: Cast) -> User:
    return cast["bidder"]


@pytest.fixture
def rival(cast: Cast) -> User:
    return cast["rival"]


@pytest.fixture
def operator(cast: Cast) -> User:
    return cast["operator"]


@pytest.fixture
def bureau(cast: Cast) -> User:
    return cast["bureau"]


@pytest.fixture
def cadre(cast: Cast) -> User:
    return cast["cadre"]


@pytest.fixture
def stranger(cast: Cast) -> User:
    return cast["stranger"]


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient()


@pytest.fixture
def api() -> Callable[[User], APIClient]:
    """`api(bidder).post(…)`: the REST API as a signed-in person."""

    def signed_in(user: User) -> APIClient:
        client = APIClient()
        client.force_login(user)
        return client

    return signed_in
