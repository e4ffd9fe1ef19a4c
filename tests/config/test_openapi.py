"""docs/openapi.yaml, which `write_docs --check` keeps true, says of each thing what it is."""

from collections import Counter
from typing import Any

import pytest
import yaml
from django.conf import settings

from core.parsing import StrictForm


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    with open(settings.BASE_DIR / "docs/openapi.yaml", encoding="utf-8") as file:
        loaded: dict[str, Any] = yaml.load(file, yaml.CSafeLoader)
    return loaded


@pytest.fixture(scope="module")
def schemas(document: dict[str, Any]) -> dict[str, Any]:
    components: dict[str, Any] = document["components"]["schemas"]
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


KEYED = {
    *("lots/{id}/bids", "lots/{id}/priority-matches", "lots/{id}/floor-bids"),
    *("lots/{id}/registrations", "registrations/{id}/deposit"),
    *("needs/{id}/responses", "finance/applications"),
}


def test_every_post_that_creates_says_whether_it_needs_a_key(document: dict[str, Any]) -> None:
    """Among the paths of the contract, those of `KEYED` need one; the others take one."""
    needed = {}
    for path, operations in document["paths"].items():
        if "201" in operations.get("post", {}).get("responses", {}):
            asked = operations["post"].get("parameters", [])
            needed[path.removeprefix("/api/v1/")] = [
                one.get("required", False) for one in asked if one["name"] == "Idempotency-Key"
            ]
    assert [path for path, keys in needed.items() if len(keys) != 1] == []
    assert {path for path in KEYED if needed[path] == [True]} == KEYED
    assert needed["finance/applications/{id}/offers"] == needed["lots"] == [False]
