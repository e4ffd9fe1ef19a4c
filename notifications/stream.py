"""Server-Sent Events of one lot, as a plain ASGI callable in front of Django.

Django's own ASGI handler costs ten times its WSGI one, and a stream is nothing but waiting. So
the door (`config.asgi`) brings these requests here. Who may see the lot is checked once, in a
thread, with the same query as everywhere; from then on only public facts travel.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import json
import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.db.models import Max
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import translation

from accounts.actors import Actor, actor_of_user
from accounts.authentication import actor_of_token
from accounts.permissions import require_scope
from auctions.queries import lots_visible_to
from core import clock
from core.envelope import stamp
from core.errors import Busy, InvalidValue, NotFound, NotSignedIn, Refusal
from core.models import Event
from core.problems import MEDIA_TYPE, refusal_body
from notifications.audience import STREAMED_KINDS
from notifications.hub import Batch, Hub, Watcher, frame

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = Mapping[str, Any]
