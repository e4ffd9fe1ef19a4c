"""A creating request that is sent twice creates once and is answered alike.

A partner that lost our answer sends the request again with the same `Idempotency-Key`. The
key is claimed in the transaction that creates the thing, so the check cannot race: a second
request with the key waits on the unique index and then finds the first one's row. Bids keep
their key on the bid itself (`auctions.bidding`), because they are decided in batches.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model, QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.db import require_transaction
from core.errors import Conflict, InvalidValue
from core.models import AnsweredRequest


class KeyRequired(InvalidValue):
    code = "idempotency_key_required"
    message = "Send an Idempotency-Key header with a UUID, so that a repetition creates nothing."


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for another request. Use a new one."


@dataclass(slots=True)
class Once:
    """One creating request and what is known about its earlier self."""

    scope: str
    caller: str
    key: UUID
    fingerprint: str
    replayed: bool = False
    answer: Any = None


def header_key(request: Request) -> UUID | None:
    """The request's Idempotency-Key, None without one; a malformed one is a 400."""
    if (text := request.headers.get("Idempotency-Key")) is None:
        return None
    try:
        key = UUID(text)
    except ValueError:
        key = None
    # UUID() forgives braces, "urn:uuid:" and missing hyphens; two spellings are two keys to a
    # careless client, so only the canonical one is taken.
    if key is None or str(key) != text.lower():
        raise InvalidValue(what="Idempotency-Key")
    return key


def required_key(request: Request) -> UUID:
    if (key := header_key(request)) is None:
        raise KeyRequired
    return key


def once(
    request: Request, *, caller: str, required: bool = False, content: Any = None
) -> Once | None:
    """What to hand to a creating action: None if the caller sent no key and need not.

    `content` stands for a body that is not JSON.
    """
    key = required_key(request) if required else header_key(request)
    if key is None:
        return None
    return Once(
        scope=f"{request.method} {request.path}"[:60],
        caller=caller,
        key=key,
        fingerprint=fingerprint(request.data if content is None else content),
    )


def fingerprint(content: Any) -> str:
    """The same for the same content, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def claim(once: Once | None, *, at: datetime) -> int | None:
    """Claim the key, or return the id of what it created before.

    Called first thing in the action's transaction; `settle` follows when the thing exists.
    """
    require_transaction()
    if once is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_answeredrequest (scope, caller, key, fingerprint, at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [once.scope, once.caller, once.key, once.fingerprint, at],
        )
        if cursor.rowcount == 1:
            return None
    earlier = _row(once).get()
    if earlier.fingerprint != once.fingerprint:
        raise KeyReused
    once.replayed, once.answer = True, earlier.answer
    return earlier.object_id


def settle(once: Once | None, created: Model) -> None:
    """Remember, in the same transaction, what the claimed key created."""
    require_transaction()
    if once is not None:
        _row(once).update(object_id=created.pk)


def created(once: Once | None, answer: Any) -> Response:
    """201 with the created thing; for a repetition, the first answer again.

    The answer is stored after the commit. Should the process die in between, a repetition is
    answered with the thing as it then is.
    """
    if once is None:
        return Response(answer, status=status.HTTP_201_CREATED)
    if once.replayed:
        first = answer if once.answer is None else once.answer
        headers = {"Idempotent-Replay": "true"}
        return Response(first, status=status.HTTP_201_CREATED, headers=headers)
    _row(once).update(answer=answer)
    return Response(answer, status=status.HTTP_201_CREATED)


def _row(once: Once) -> QuerySet[AnsweredRequest]:
    return AnsweredRequest.objects.filter(scope=once.scope, caller=once.caller, key=once.key)
