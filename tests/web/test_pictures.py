"""Pictures on public pages: the board, a lot's page; and what stands there without one."""

import pytest

from auctions.lifecycle import SessionKind
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, Picture
from marketplace.pictures import add_picture
from tests.conftest import act
from tests.factories import make_hall_lot, make_session, start
from tests.marketplace.drawing import drawn
from tests.web.reading import page, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def add(operator):
    def to(lot, size=(64, 48)) -> Picture:
        return add_picture(
            actor=act(operator), achievement_id=lot.achievement_id, content=drawn(size)
        )

    return to


def test_a_lots_page_shows_its_picture_and_further_ones_below(visit, lot, add):
    assert "<img" not in visit(page(lot)).text
    first = add(lot)
    text = visit(page(lot)).text
    image = f'<img src="{first.path}" width="64" height="48" alt="{lot.title}">'
    assert image in text
    assert text.count("<img") == 1
    second = add(lot, (48, 64))
    text = visit(page(lot)).text
    assert image in text
    assert f'src="{second.path}"' in text
    assert f"Picture 2: {lot.title}" in text
    assert visit(first.path).status_code == 200


def test_a_picture_that_is_no_longer_public_is_not_shown(visit, lot, add):
    picture = add(lot)
    Achievement.objects.filter(pk=lot.achievement_id).update(state=AchievementState.WITHDRAWN)
    answer = visit(page(lot))
    assert answer.status_code == 200
    assert picture.path not in answer.text
    assert visit(picture.path).status_code == 404


def test_the_board_shows_the_picture_of_what_is_up_or_its_field(visit, seller, add, api, operator):
    session = make_session(SessionKind.SPECIAL)
    lot = make_hall_lot(seller, session)
    start(session)
    api(operator).post(f"/api/v1/entries/{lot.entry.pk}/call-up")
    address = f"/sessions/{session.pk}/board"
    without = visit(address)
    assert "<img" not in without.text
    assert "New materials TRL 6/9" in text_of(without)
    current = api(operator).get(f"/api/v1{address}").json()["current"]
    assert current["picture"] is None

    picture = add(lot)
    with_one = visit(address)
    assert f'src="{picture.path}"' in with_one.text
    assert f'alt="{lot.title}"' in with_one.text
    assert "TRL 6/9" not in text_of(with_one)
    current = api(operator).get(f"/api/v1{address}").json()["current"]
    assert current["picture"] == {"url": picture.path, "width": 64, "height": 48}


def test_a_lots_page_tells_what_goes_on_after_a_transfer(visit, lot):
    thing = lot.achievement
    thing.legal_status, thing.next_fee_on, thing.export_class = (
        "granted",
        "2026-12-01",
        "restricted",
    )
    thing.confirmed_on, thing.valid_until = "2026-03-02", "2026-12-01"
    thing.save()
    thing.encumbrances.create(
        kind="pledge", holder="虚构银行", since="2026-03-02", consent="虚构函"
    )
    text = text_of(visit(page(lot)))
    assert "Legal status granted next fee due on 2026-12-01" in text
    assert "Licence or pledge pledge 虚构银行 2026-03-02 –" in text
    assert "Export control class restricted" in text
    assert "Confirmed on 2026-03-02" in text
    assert "虚构函" not in text
