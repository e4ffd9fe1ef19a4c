"""Words in a row are parted as the language of the reader parts them."""

from django.utils.translation import override

from core.problems import enumerated


def test_each_language_has_its_own_comma():
    with override("zh-hans"):
        assert enumerated(["合作开发", "委托开发"]) == "合作开发、委托开发"
    with override("en"):
        assert enumerated(["joint", "commissioned"]) == "joint, commissioned"
