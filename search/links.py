"""The link in a mail about saved searches by which whoever holds it stops them (RFC 8058)."""

from django.core.signing import BadSignature, Signer

_SIGNER = Signer(salt="saved searches: no more mail")


def unsubscribe_path(user_id: int) -> str:
    """The address on this site. It holds for good, and nobody makes one up: it is signed."""
    return f"/saved-searches/unsubscribe/{_SIGNER.sign(str(user_id))}"


def addressee(token: str) -> int | None:
    """Whose mails the link's last part stops; None of one that was not made here."""
    try:
        return int(_SIGNER.unsign(token))
    except BadSignature:
        return None
