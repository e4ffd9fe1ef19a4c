"""What stands in a session's catalogue (图录), and the bytes of it, kept until it changes."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime

from django.core.cache import cache

from accounts.actors import ANONYMOUS
from auctions.documents.catalogue import Catalogue, CatalogueLot, catalogue
from auctions.lifecycle import LotState, ReserveMode, SessionKind
from auctions.models import AuctionSession, Lot, RunningOrderEntry
from auctions.queries import running_order, with_achievements
from auctions.sessions import SessionIsEmpty
from core.clock import SHANGHAI
from marketplace.imaging import reduced
from marketplace.models import Achievement
from marketplace.queries import picture_contents, picture_of
from marketplace.rules import HIGHEST_MATURITY, MaturityScale

# Typesetting takes a second of a processor; anybody may ask for a catalogue.
_KEPT_S = 24 * 60 * 60
# Pixels: 36 mm of paper at 300 to the inch.
_PICTURE = (440, 440)
_KINDS = {
    SessionKind.FLAGSHIP: "科拍会",
    SessionKind.SPECIAL: "专场",
    SessionKind.ONLINE_365: "常态化交易",
}


def catalogue_of(session: AuctionSession) -> bytes:
    """The catalogue as PDF; refuses a session of which nothing was announced yet.

    The same for every reader: what is not announced is in nobody's catalogue. Pictures are read
    when it is typeset; until then their hashes tell whether it is still the same.
    """
    content, made_at = _content(session)
    facts = json.dumps([asdict(content), made_at], ensure_ascii=False, default=str)
    key = f"catalogue:{hashlib.sha256(facts.encode()).hexdigest()}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = catalogue(_illustrated(content), made_at=made_at)
        cache.set(key, kept, _KEPT_S)
    return kept


def _illustrated(content: Catalogue) -> Catalogue:
    """The same with its pictures, small enough for paper."""
    hashes = {lot.picture_hash for lot in content.lots if lot.picture_hash}
    files = {digest: reduced(file, _PICTURE) for digest, file in picture_contents(hashes)}
    lots = [replace(lot, picture=files.get(lot.picture_hash, b"")) for lot in content.lots]
    return replace(content, lots=lots)


def _content(session: AuctionSession) -> tuple[Catalogue, datetime]:
    order = with_achievements(running_order(session, ANONYMOUS))
    entries = list(order.select_related("lot__achievement__owner", "lot__session"))
    lots = [(entry.position, entry.lot) for entry in entries if entry.lot is not None]
    listed = [(position, lot) for position, lot in lots if lot.state != LotState.WITHDRAWN]
    announced = [lot.published_at for _, lot in listed if lot.published_at]
    if not announced:
        raise SessionIsEmpty
    content = Catalogue(
        title=session.title,
        subtitle=_KINDS[SessionKind(session.kind)],
        cover=_cover(session),
        lots=[_line(place, lot) for place, lot in listed],
        notes=_notes(listed, entries),
        has_licensed_house=all(lot.is_called_auction for _, lot in listed),
    )
    return content, max(announced)


def _cover(session: AuctionSession) -> list[tuple[str, str]]:
    pairs = [
        ("编号", session.code),
        ("时间", session.starts_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")),
    ]
    if session.venue:
        pairs.append(("地点", session.venue))
    if session.house is not None:
        named = f"{session.house.organization.name}（批准证书 {session.house.licence_number}）"
        pairs.append(("拍卖人", named))
    if session.auctioneer is not None:
        auctioneer = session.auctioneer
        pairs.append(("拍卖师", f"{auctioneer.name}（执业证书 {auctioneer.certificate_number}）"))
    return pairs


def _line(place: int, lot: Lot) -> CatalogueLot:
    achievement = lot.achievement
    picture = picture_of(achievement)
    return CatalogueLot(
        place=place,
        code=lot.code,
        title=lot.title,
        owner=achievement.owner.name,
        field=str(achievement.field),
        maturity=_maturity(achievement),
        starting_price=lot.starting_price,
        deposit=lot.deposit_amount,
        opens_at=lot.opens_at,
        picture_hash=picture.sha256 if picture else "",
    )


def _maturity(achievement: Achievement) -> str:
    scale = MaturityScale(achievement.maturity_scale)
    if scale is MaturityScale.TRL9:
        return f"TRL {achievement.maturity_level}"
    return f"{achievement.maturity_level}/{HIGHEST_MATURITY[scale]} 级"


def _notes(listed: Iterable[tuple[int, Lot]], entries: Iterable[RunningOrderEntry]) -> list[str]:
    """That a lot has no reserve must be said beforehand (拍卖法 art. 50)."""
    notes = []
    for mode, words in (
        (ReserveMode.NONE, "不设保留价"),
        (ReserveMode.SECRET, "设有保留价，依法保密"),
    ):
        places = [str(place) for place, lot in listed if lot.reserve_mode == mode]
        if places:
            notes.append(f"序号 {'、'.join(places)} 的标的{words}。")
    signings = [f"{one.position}. {one.subject}" for one in entries if one.deal_id is not None]
    if signings:
        notes.append(f"现场签约项目：{'；'.join(signings)}。")
    return notes
