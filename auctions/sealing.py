"""Amounts that nobody is to read before their time, the operator of the database included.

Encrypted with a key derived from SECRET_KEY, which no dump of the database holds. It does not
protect from somebody who controls the application's hosts; docs/operations.md says so.
"""

import base64
import hashlib
from decimal import Decimal

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from core import money

_PURPOSE = b"auctions.sealing.v1:"


def seal(amount: Decimal) -> str:
    """CNY, sealed; the same amount never looks the same twice, and all have one length."""
    return _keys().encrypt(money.text(amount).rjust(24).encode()).decode()


def unseal(text: str) -> Decimal:
    return money.parse(_keys().decrypt(text.encode()).decode().lstrip())


def _keys() -> MultiFernet:
    """The current key, and those it has replaced: a maximum outlives a rotation of the secret."""
    secrets = map(str, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    digests = (hashlib.sha256(_PURPOSE + secret.encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
