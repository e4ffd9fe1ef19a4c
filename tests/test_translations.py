"""Every text for users exists in both languages."""

import pytest
from django.conf import settings
from django.utils import translation

from accounts.lifecycle import OrganizationState
from auctions.lifecycle import LotState
from auctions.rules.phases import Phase
from config import catalogues
from core.errors import NotFound
from core.lifecycle import IllegalTransition
from core.models import word
from core.problems import refusal_body
from marketplace.lifecycle import NeedState


def test_every_text_in_code_templates_and_tables_has_its_chinese():
    assert catalogues.missing() == []


def test_no_dead_text_is_kept():
    known = {(message.id, message.context) for message in catalogues.read(PRODUCT) if message.id}
    wanted = catalogues.texts_in_code() | catalogues.texts_in_tables()
    assert known - wanted == set()


PRODUCT = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_refusals_speak_chinese_by_default_and_english_on_request(anonymous, db):
    chinese = anonymous.get("/api/v1/lots/999999")
    english = anonymous.get("/api/v1/lots/999999", headers={"Accept-Language": "en"})
    assert english.json()["detail"] == NotFound.message
    with translation.override("zh-hans"):
        assert chinese.json()["detail"] == translation.gettext(NotFound.message)
    assert chinese.json()["detail"] != english.json()["detail"]


def test_one_word_may_mean_different_things_of_different_things():
    with translation.override("zh-hans"):
        assert [str(word(state)) for state in (LotState.WITHDRAWN, NeedState.WITHDRAWN)] == [
            "已撤拍",
            "已撤回",
        ]
        assert [str(word(state)) for state in (Phase.SUSPENDED, OrganizationState.SUSPENDED)] == [
            "已暂缓",
            "已暂停",
        ]
        assert str(word(Phase.NOTICE)) == "公告中"
        refused = IllegalTransition(
            thing="lot", current=LotState.WITHDRAWN, wanted=LotState.PUBLISHED
        )
        assert refusal_body(refused)["detail"] == "标的当前状态为“已撤拍”，不能变更为“已公告”。"
    assert refusal_body(refused)["current"] == "withdrawn"


@pytest.mark.parametrize("package", ["unfold", "django_filters"])
def test_a_package_without_its_own_chinese_has_ours(package):
    """A new release that brings new texts fails here, not in an operator's face."""
    missing = catalogues.package_texts_missing(package)
    assert missing == []
