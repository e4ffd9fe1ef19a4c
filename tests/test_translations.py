"""Every text for users exists in both languages."""

import pytest
from django.conf import settings
from django.utils import translation

from config import catalogues
from core.errors import NotFound


def test_every_text_in_code_templates_and_tables_has_its_chinese():
    assert catalogues.missing() == []


def test_no_dead_text_is_kept():
    known = {message.id for message in catalogues.read(PRODUCT) if message.id}
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


@pytest.mark.parametrize("package", ["unfold", "django_filters"])
def test_a_package_without_its_own_chinese_has_ours(package):
    """A new release that brings new texts fails here, not in an operator's face."""
    missing = catalogues.package_texts_missing(package)
    assert missing == []
