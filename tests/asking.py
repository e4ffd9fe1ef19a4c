"""Asks once what several callers would be answered alike.

A view knows its caller by what it asks of the `Actor` and of `request.user`. Both are watched
here, and what is asked of them is kept beside the answer. Who would have said the same to each
question gets that answer without a request: the view, which starts from the same rows at the same
instant, could not tell the two apart. What a view begins to ask parts its callers again by itself.

Of organizations that only accounts know of, none is found among other things, so that looking for
what is theirs is the same question for each.

What is read of the database before anything is written is read once, as well, by its statement.

How somebody is recognised, by a session or a token, is read apart from this and not watched.
"""

import re
from collections.abc import Callable, Collection, Iterator, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.session import SessionStorage
from django.db import connection, transaction
from rest_framework.authentication import SessionAuthentication
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from accounts import authentication, requests
from accounts.actors import ANONYMOUS, Actor, actor_of_user
from accounts.authentication import BearerToken, actors_and_time
from accounts.models import Organization, User
from accounts.permissions import ScopeMissing
from tests.rereading import Readings

# Of whom, what, and for a set: whether what is in it.
Question = tuple[Any, ...]
RIGHTS = {one.name for one in fields(Actor)} | {"is_anonymous", "is_staff", "caller"}
OF_ORGANIZATIONS = {"sees", "acts_for", "manages"}
BY_PEOPLE = ("accounts_membership", "accounts_apiclient", "accounts_relation")
READING = re.compile(r"(SELECT (?!set_config)|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO)")
# Taken back as well, but nothing that is read is another for it: who acts, and a key that nobody
# else has.
ASIDE = re.compile(r"(SELECT set_config|INSERT INTO core_answeredrequest)")
SESSION = settings.SESSION_COOKIE_NAME
UNSAID = object()


@dataclass(frozen=True)
class Caller:
    """Who sends what a client sends."""

    actor: Actor
    user: User | AnonymousUser
    found: frozenset[int] = frozenset()  # organizations that things refer to

    def says(self, question: Question) -> Any:
        match question:
            case "scope", scope:
                return self.actor.scopes is None or scope in self.actor.scopes
            case "has", right, one:
                return one in getattr(self.actor, right)
            case "any", right:
                return bool(getattr(self.actor, right))
            case "found", right:
                return getattr(self.actor, right) & self.found
            case "actor", "caller":  # names who acts in the history, and whose a key is
                return self.actor.caller.partition(":")[0]
            case "actor", right:
                return getattr(self.actor, right)
            case _, name:
                return getattr(self.user, name, UNSAID)


@dataclass
class Asked:
    """What is asked of the caller of one request, and what the caller says."""

    reads_tokens: bool = False
    reads_accounts: bool = False
    said: dict[Question, Any] = field(default_factory=dict)
    listening: bool = True

    def ask(self, caller: Caller, *question: Any) -> Any:
        answer = caller.says(question)
        if self.listening:
            self.said[question] = answer
        return answer

    def closely(self, caller: Caller) -> None:
        """Where it was read who belongs to an organization, it matters which one it is."""
        if self.reads_accounts:
            for kind, *right in [*self.said]:
                if kind == "found":
                    self.ask(caller, "actor", *right)

    def would_be_said_by(self, caller: Caller) -> bool:
        return all(caller.says(question) == answer for question, answer in self.said.items())

    @contextmanager
    def aside(self) -> Iterator[None]:
        before, self.listening = self.listening, False
        try:
            yield
        finally:
            self.listening = before


class WatchedName(str):
    """Shown, a name tells no caller from another; compared, it does."""

    _compared: Callable[[], Any]

    def __eq__(self, other: object) -> bool:
        self._compared()
        return super().__eq__(other)

    def __hash__(self) -> int:
        self._compared()
        return super().__hash__()


def watched_name(name: str, caller: Caller, asked: Asked, *question: Any) -> WatchedName:
    watched = WatchedName(name)
    watched._compared = partial(asked.ask, caller, *question)
    return watched


class WatchedSet(Set[Any]):
    """What a set of rights is asked: for one, for any, or for all there are."""

    def __init__(self, right: str, caller: Caller, asked: Asked) -> None:
        self._right, self._caller, self._asked = right, caller, asked

    def __contains__(self, one: object) -> bool:
        return bool(self._asked.ask(self._caller, "has", self._right, one))

    def __bool__(self) -> bool:
        return bool(self._asked.ask(self._caller, "any", self._right))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._asked.ask(self._caller, "actor", self._right))

    def __len__(self) -> int:
        return len(self._asked.ask(self._caller, "actor", self._right))

    def __hash__(self) -> int:
        return self._hash()

    def resolve_expression(self, query: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """For a condition of SQL; what accounts know of an organization, they know of each."""
        of_things = query.model._meta.app_label != "accounts" and self._right in OF_ORGANIZATIONS
        kind = "found" if of_things else "actor"
        self._asked.ask(self._caller, kind, self._right)
        return [*getattr(self._caller.actor, self._right)]

    @classmethod
    def _from_iterable(cls, each: Any) -> Any:
        return frozenset(each)


class WatchedActor(Actor):
    def __init__(self, caller: Caller, asked: Asked) -> None:
        object.__setattr__(self, "_caller", caller)
        object.__setattr__(self, "_asked", asked)

    def __getattribute__(self, name: str) -> Any:
        if name not in RIGHTS:
            return object.__getattribute__(self, name)
        if name == "caller":
            self._asked.ask(self._caller, "actor", "caller")
            return self._caller.actor.caller
        right = getattr(self._caller.actor, name)
        if isinstance(right, frozenset):
            return WatchedSet(name, self._caller, self._asked)
        if name == "name":
            return watched_name(right, self._caller, self._asked, "actor", "name")
        return self._asked.ask(self._caller, "actor", name)


class WatchedUser:
    def __init__(self, caller: Caller, asked: Asked) -> None:
        self.__dict__.update(_caller=caller, _asked=asked)

    def __getattr__(self, name: str) -> Any:
        answer = self._asked.ask(self._caller, "user", name)
        return getattr(self._caller.user, name) if answer is UNSAID else answer

    @property
    def __class__(self) -> Any:
        return self._asked.ask(self._caller, "user", "__class__")

    def __str__(self) -> str:
        name = str(self._caller.user)
        return watched_name(name, self._caller, self._asked, "user", "pk")

    def __eq__(self, other: object) -> bool:
        self._asked.ask(self._caller, "user", "pk")
        return bool(self._caller.user == other)

    def __hash__(self) -> int:
        self._asked.ask(self._caller, "user", "pk")
        return hash(self._caller.user)


def referred_organizations() -> frozenset[int]:
    """Those that any row refers to that is not of accounts."""
    ties = [
        tie
        for tie in Organization._meta.get_fields(include_hidden=True)
        if tie.auto_created and not tie.concrete
        if tie.related_model._meta.app_label != "accounts"
    ]
    rows = (
        tie.related_model._base_manager.order_by()
        .filter(**{f"{tie.field.name}__isnull": False})
        .values_list(tie.field.name)
        for tie in ties
    )
    return frozenset(one for (one,) in next(rows).union(*rows))


@dataclass(frozen=True)
class Answer:
    status_code: int
    content: bytes


class Asking:
    """Puts requests to a world that stays as it is: what a request changes is taken back."""

    def __init__(self) -> None:
        self.put = 0  # how many requests there really were
        self._nobody = Caller(ANONYMOUS, AnonymousUser())
        self._callers: dict[str, Caller] = {}
        self._answers: dict[tuple[Any, ...], list[tuple[Asked, Answer]]] = {}
        self._asked = Asked()
        self._door = APIClient().handler  # whose middleware each client would load anew
        self._mark, self._wrote, self._changed = "", False, False
        self._readings = Readings()
        self._referred: frozenset[int] | None = None

    def read_before(self) -> set[str]:
        """The tables whose rows were known from before, since this was asked last."""
        return self._readings.known_tables()

    def ask(self, client: APIClient, method: str, path: str, **content: Any) -> Answer:
        caller = self._caller_of(client)
        # Where no token is read, who sends one is nobody.
        unread = caller if SESSION in client.cookies else self._nobody
        known = self._answers.setdefault((method, path, *content.items()), [])
        for asked, answer in known:
            if asked.would_be_said_by(caller if asked.reads_tokens else unread):
                return answer
        found = self._put(client, method, path, content)
        self._asked.closely(caller if self._asked.reads_tokens else unread)
        answer = Answer(found.status_code, found.content)
        if not found.wsgi_request.session.accessed:  # which nobody watches
            known.append((self._asked, answer))
        return answer

    def _put(self, client: APIClient, method: str, path: str, content: dict[str, Any]) -> Any:
        self._asked, self._wrote, self._changed = Asked(), False, False
        self.put += 1
        client.handler = self._door
        try:
            return client.generic(
                method, path, **content, headers={"Idempotency-Key": str(uuid4())}
            )
        finally:
            if self._wrote:
                transaction.savepoint_rollback(self._mark)
                self._wrote = self._changed = False

    def _execute(self, execute: Any, sql: Any, *rest: Any) -> Any:
        """Notices what is written, and reads of what it was before once."""
        text = str(sql)
        self._asked.reads_accounts |= any(table in text for table in BY_PEOPLE)
        if not READING.match(text):
            self._wrote = True
            self._changed = self._changed or not ASIDE.match(text)
        return execute(sql, *rest) if self._changed else self._readings.read(execute, sql, *rest)

    def _caller_of(self, client: APIClient) -> Caller:
        token = client._credentials.get("HTTP_AUTHORIZATION", "").partition(" ")[2]
        session = client.cookies.get(SESSION)
        key = token or (session.value if session else "")
        if key not in self._callers:
            self._callers[key] = self._recognised(client, token, bool(session))
        return self._callers[key]

    def _recognised(self, client: APIClient, token: str, has_session: bool) -> Caller:
        if token:
            holders, _ = actors_and_time([token])
            return self._found(Caller(holders[token], AnonymousUser()))
        user_id = client.session.get(auth.SESSION_KEY) if has_session else None
        if user_id is None:
            return self._nobody
        user = User.objects.get(pk=user_id)
        return self._found(Caller(actor_of_user(user), user))

    def _found(self, caller: Caller) -> Caller:
        if self._referred is None:
            self._referred = referred_organizations()
        return replace(caller, found=self._referred)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """For one test, which starts from what the one before it started from."""
        self._answers, self._readings, self._mark = {}, Readings(), transaction.savepoint()
        recognise, read_token = SessionAuthentication.authenticate, BearerToken.authenticate
        read_messages = SessionStorage._get

        def get_user(request: Any) -> Any:
            session = request.COOKIES.get(SESSION)
            return WatchedUser(self._callers.get(session, self._nobody), self._asked)

        def actor(user: Any) -> Actor:
            return WatchedActor(user._caller, self._asked)

        def holders(tokens: Collection[str]) -> Any:
            known = {token: WatchedActor(self._callers[token], self._asked) for token in tokens}
            return known, None  # the time is asked for apart, as for a session

        def require_scope(actor: WatchedActor, scope: str) -> None:
            if not self._asked.ask(actor._caller, "scope", scope):
                raise ScopeMissing(scope=scope)

        def authenticate(*asked: Any) -> Any:
            with self._asked.aside():
                return recognise(*asked)

        def token(*asked: Any) -> Any:
            self._asked.reads_tokens = True
            return read_token(*asked)

        def messages(storage: Any) -> Any:
            """That none wait tells nobody from another."""
            session = storage.request.session
            before, found = session.accessed, read_messages(storage)
            session.accessed = before or bool(found[0])
            return found

        def nobody() -> Any:
            return WatchedUser(self._nobody, self._asked)

        watched = (
            (auth, "get_user", get_user),
            (requests, "actor_of_user", actor),
            (requests, "require_scope", require_scope),
            (authentication, "actors_and_time", holders),
            (authentication, "AnonymousUser", nobody),
            (api_settings, "UNAUTHENTICATED_USER", nobody),
            (SessionAuthentication, "authenticate", authenticate),
            (BearerToken, "authenticate", token),
            (SessionStorage, "_get", messages),
        )
        with ExitStack() as undoing, connection.execute_wrapper(self._execute):
            for of, name, stand_in in watched:
                undoing.enter_context(patch.object(of, name, stand_in))
            yield
