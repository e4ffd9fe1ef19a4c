"""docs/openapi.yaml, which `write_docs --check` keeps true, says of each thing what it is."""

from collections import Counter
from typing import Any

import pytest
import yaml
from django.conf import settings

from core.parsing import StrictForm


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    with open(settings.BASE_DIR / "docs/openapi.yaml", encoding="utf-8") as document:
        components: dict[str, Any] = yaml.load(document, yaml.CSafeLoader)["components"]["schemas"]
    return components


def test_no_component_is_described_by_what_it_was_made_from(schemas: dict[str, Any]) -> None:
    said = Counter(
        schema["description"]
        for name, schema in schemas.items()
        if "description" in schema and not name.endswith("Enum")
    )
    assert said["An organization under its unified social credit code, to be verified."] == 1
    assert [text for text, times in said.items() if times > 1] == []
    assert not any(text.startswith(str(StrictForm.__doc__).split(":")[0]) for text in said)
