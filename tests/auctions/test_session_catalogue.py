"""A session's catalogue over HTTP: what was announced, in its order, typeset once."""

import pytest
from django.core.cache import cache

from auctions import lots
from auctions.documents import session_catalogue
from auctions.lifecycle import SessionKind
from marketplace.pictures import add_picture
from tests.auctions.conftest import refusal
from tests.auctions.pdf_text import text_of
from tests.conftest import act
from tests.factories import draft_lot, make_achievement, make_hall_lot, make_session
from tests.marketplace.conftest import propose
from tests.marketplace.drawing import drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LISTING = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}


@pytest.fixture
def session(seller, rival, operator):
    """Three announced lots, one of them withdrawn, a draft, and a deal to be signed."""
    made = make_session(SessionKind.SPECIAL, title="虚构专场")
    exact = make_achievement(seller, title="虚构：耐高温涂层")
    make_hall_lot(seller, made, achievement=exact, reserve_mode="NONE")
    graded = make_achievement(seller, maturity_scale="grade13", maturity_level=9)
    make_hall_lot(seller, made, achievement=graded, reserve_mode="SECRET", reserve_price=7777)
    withdrawn = make_hall_lot(
        seller, made, achievement=make_achievement(seller, title="虚构：撤拍")
    )
    lots.withdraw_lot(actor=act(operator), lot_id=withdrawn.pk, reason="权属变更")
    hidden = make_achievement(seller, title="虚构：未公告")
    draft_lot(
        seller, act(operator), session=made.pk, achievement=hidden, opens_at=None, closes_at=None
    )
    made.entries.create(deal=propose(seller, rival, **LISTING), position=5)
    return made


def test_the_catalogue_lists_what_was_announced_and_tells_no_reserve(session, anonymous):
    answer = anonymous.get(f"/api/v1/sessions/{session.pk}/catalogue")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert f'filename="{session.code}.pdf"' in answer.headers["Content-Disposition"]
    text = text_of(answer.content)
    assert text.startswith("虚构专场")
    for words in (
        session.code,
        "2026-03-02 09:00",
        "虚构会堂",
        "虚构：耐高温涂层",
        "TRL 6",
        "9/13",
    ):
        assert words in text
    assert "序号 1 的标的不设保留价" in text
    assert "序号 2 的标的设有保留价，依法保密" in text
    assert "现场签约项目：5." in text
    for words in ("虚构：撤拍", "虚构：未公告", "0.7777"):
        assert words not in text


def test_the_catalogue_is_typeset_once_and_anew_when_it_changes(
    session, seller, anonymous, monkeypatch
):
    typeset = []
    made = session_catalogue.catalogue

    def counted(*args, **kwargs):
        typeset.append(1)
        return made(*args, **kwargs)

    monkeypatch.setattr(session_catalogue, "catalogue", counted)
    address = f"/api/v1/sessions/{session.pk}/catalogue"
    first = anonymous.get(address).content
    assert anonymous.get(address).content == first
    assert len(typeset) == 1
    make_hall_lot(seller, session)
    assert anonymous.get(address).content != first
    assert len(typeset) == 2


def test_without_anything_announced_there_is_no_catalogue(operator, anonymous):
    answer = anonymous.get(f"/api/v1/sessions/{make_session().pk}/catalogue")
    assert refusal(answer) == (409, "session_is_empty")


def test_a_lots_picture_stands_in_the_catalogue(session, seller, operator, anonymous):
    address = f"/api/v1/sessions/{session.pk}/catalogue"
    plain = anonymous.get(address).content
    lot = session.entries.exclude(lot=None).earliest("position").lot
    add_picture(actor=act(operator), achievement_id=lot.achievement_id, content=drawn((900, 600)))

    illustrated = anonymous.get(address).content
    assert illustrated.count(b"/DCTDecode") == plain.count(b"/DCTDecode") + 1
    assert text_of(illustrated) == text_of(plain)
    cache.clear()
    assert anonymous.get(address).content == illustrated, "the same bytes each time"
