"""The catalogue of a session (图录): a title page and its lots in their running order."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from auctions.documents.words import words_for
from core.clock import SHANGHAI
from marketplace.typesetting.press import pdf

_WAN = Decimal(10_000)
_TEMPLATE = Path(__file__).resolve().with_name("catalogue.typ")


@dataclass(frozen=True, slots=True)
class CatalogueLot:
    """One line of a catalogue. `place` is the number in the running order; amounts are CNY."""

    place: int
    code: str
    title: str
    owner: str
    field: str
    maturity: str
    starting_price: Decimal
    deposit: Decimal
    opens_at: datetime | None
    # A JPEG, and a name that changes with it.
    picture: bytes = b""
    picture_hash: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue as plain data. `cover` are pairs for the title page, such as a place and a day;
    `notes` stand below the lots."""

    title: str
    subtitle: str
    cover: Sequence[tuple[str, str]]
    lots: Sequence[CatalogueLot]
    notes: Sequence[str] = ()
    has_licensed_house: bool = False


def catalogue(content: Catalogue, *, made_at: datetime) -> bytes:
    """The catalogue as PDF/A, the same bytes for the same content and time."""
    words = words_for(has_licensed_house=content.has_licensed_house)
    data: dict[str, Any] = {
        "title": content.title,
        "subtitle": content.subtitle,
        "cover": [list(pair) for pair in content.cover],
        "columns": [
            "序号",
            "标的",
            "领域",
            "成熟度",
            f"{words.starting_price}（万元）",
            "保证金（万元）",
            "开始时间",
        ],
        "lots": [_line(lot) for lot in content.lots],
        "notes": list(content.notes),
        "footer": content.title,
    }
    pictures = {_file(lot): lot.picture for lot in content.lots if lot.picture}
    return pdf(_TEMPLATE, data, made_at=made_at, files=pictures)


def _file(lot: CatalogueLot) -> str:
    return f"{lot.picture_hash}.jpg" if lot.picture else ""


def _line(lot: CatalogueLot) -> dict[str, str]:
    opening = lot.opens_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if lot.opens_at else "—"
    elsewhere = ("opens_at", "picture", "picture_hash")
    written = {name: str(value) for name, value in asdict(lot).items() if name not in elsewhere}
    written["picture"] = _file(lot)
    amounts = {"starting_price": wan(lot.starting_price), "deposit": wan(lot.deposit)}
    return {**written, **amounts, "opening": opening}


def wan(amount: Decimal) -> str:
    """An amount in 万元, every digit of it: 335, 0.105."""
    return f"{amount / _WAN:,.6f}".rstrip("0").rstrip(".")
