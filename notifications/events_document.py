"""docs/events.md: the table of audiences, in words."""

from collections.abc import Callable, Iterable

from core.models import Event
from notifications.audience import AUDIENCES


def events_document() -> str:
    """docs/events.md: the table, in words."""
    lines = [
        "# Events",
        "",
        "Printed from `notifications/audience.py` by `manage.py write_docs`; do not edit.",
        "",
        "Each event has a topic (`lot:42`), a number in it without gaps (`seq`), a time and the",
        "payload below. *Notices* tells whose people get a notice, and a mail if they have an",
        "address; who did the thing is not told of it, except of a deal. *Webhooks* tells whose",
        "endpoints may hear; *stream* whether whoever may see the topic hears it live. Removing a",
        "key of a payload is a breaking change.",
        "",
        "| Kind | Payload | Notices | Webhooks | Stream |",
        "|---|---|---|---|---|",
    ]
    for kind, audience in AUDIENCES.items():
        payload = ", ".join(f"`{key}`" for key in audience.payload) or "–"
        told = _in_words((*audience.members, *audience.people))
        if told != "–" and not audience.mailed:
            told += " (no mail)"
        streamed = "yes" if audience.streamed else "–"
        lines.append(
            f"| `{kind}` | {payload} | {told} | {_in_words(audience.webhooks)} | {streamed} |"
        )
    return "\n".join(lines) + "\n"


def _in_words(finders: Iterable[Callable[[Event], object]]) -> str:
    return "; ".join((finder.__doc__ or "").strip() for finder in finders) or "–"
