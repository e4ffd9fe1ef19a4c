"""The confidential part of an achievement on its page: asked for, promised, read; and its files."""

import pytest

from marketplace.attachments import add_achievement_attachment, add_attachment
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, AchievementReading, AchievementUndertaking, Need
from marketplace.rules.disclosure import ACHIEVEMENT_NDA
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PDF = b"%PDF-1.7 fictional"
SECRETS = {"detail": "canary-detail", "contact": "canary-contact"}


@pytest.fixture
def guarded(seller):
    """On the list, with a confidential paper and an open one."""
    draft = make_achievement(seller, AchievementState.DRAFT, detail_under_nda=True, **SECRETS)
    for name, confidential in (("canary-paper.pdf", True), ("公开.pdf", False)):
        add_achievement_attachment(
            actor=act(seller), achievement_id=draft.pk, name=name,
            content=PDF + name.encode(), confidential=confidential,
        )  # fmt: skip
    Achievement.objects.filter(pk=draft.pk).update(state="published", published_at=NOW)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def sign(send):
    """`sign(person, achievement, …)`: the form of the page, as a browser sends it."""

    def post(person, achievement, **values):
        if person is not None and "organization" not in values:
            values["organization"] = organization_of(person).pk
        values.setdefault("version", ACHIEVEMENT_NDA.version)
        return send(person, f"/achievements/{achievement.pk}/undertaking", **values)

    return post


def test_whoever_accepts_the_undertaking_reads_on_and_it_is_written_down(
    visit, sign, guarded, rival
):
    page = visit(f"/achievements/{guarded.pk}", rival)
    assert "canary" not in page.text
    assert "公开.pdf" in page.text
    assert "Accept and read on" in text_of(page)
    unticked = sign(rival, guarded)
    assert "Tick that" in text_of(unticked)
    assert unticked.redirect_chain == [(f"/achievements/{guarded.pk}", 302)]
    assert "another version" in text_of(sign(rival, guarded, version="X", accept="1"))
    assert not AchievementUndertaking.objects.exists()

    opened = sign(rival, guarded, accept="1")

    assert opened.redirect_chain == [(f"/achievements/{guarded.pk}?detail=1#confidential", 302)]
    for secret in ("canary-detail", "canary-contact", "canary-paper.pdf"):
        assert secret in opened.text
    assert AchievementReading.objects.count() == 1
    later = visit(f"/achievements/{guarded.pk}", rival)
    assert "canary-detail" not in later.text, "each reading is asked for"
    assert "The owner sees who read it." in text_of(later)
    assert AchievementReading.objects.count() == 1


def test_who_may_not_accept_it_is_told_why(visit, sign, guarded, stranger):
    address = f"/achievements/{guarded.pk}"
    drafted = make_member(make_organization(verified=False))
    for person, words in ((None, "Sign in to read it"), (stranger, ""), (drafted, "")):
        page = visit(f"{address}?detail=1", person)
        assert "canary" not in page.text
        assert "Verified organizations accept it" in text_of(page)
        assert words in text_of(page)
        assert "Accept and read on" not in text_of(page)
    assert sign(None, guarded, accept="1").redirect_chain[0][0].startswith("/accounts/login/")
    sign(stranger, guarded, organization="x", accept="1")
    assert not AchievementReading.objects.exists()
    assert visit("/achievements/999999/undertaking").status_code == 404


def test_the_owner_and_the_desk_read_it_as_it_is(visit, guarded, seller, operator):
    for person in (seller, operator):
        page = visit(f"/achievements/{guarded.pk}", person).text
        assert "canary-detail" in page
        assert "canary-paper.pdf" in page


def test_without_an_undertaking_the_detail_is_open_and_the_contact_is_asked_for(
    visit, seller, rival
):
    shown = make_achievement(seller, **SECRETS)
    address = f"/achievements/{shown.pk}"
    assert "canary-detail" in visit(address).text
    assert "canary-contact" not in visit(f"{address}?detail=1").text
    assert "canary-contact" not in visit(address, rival).text
    assert "canary-contact" in visit(f"{address}?detail=1", rival).text
    assert AchievementReading.objects.count() == 1


def test_the_page_of_a_need_lists_its_files_to_whoever_may_have_them(visit, enterprise, rival):
    need = make_need(enterprise, NeedState.DRAFT, detail_under_nda=True)
    for name, confidential in (("canary-plan.pdf", True), ("公开.pdf", False)):
        add_attachment(
            actor=act(enterprise), need_id=need.pk, name=name, content=PDF + name.encode(),
            confidential=confidential,
        )  # fmt: skip
    Need.objects.filter(pk=need.pk).update(state="published", published_at=NOW)
    for person, sees in ((None, False), (rival, False), (enterprise, True)):
        page = visit(f"/needs/{need.pk}", person).text
        assert "公开.pdf" in page
        assert ("canary-plan.pdf" in page) is sees
