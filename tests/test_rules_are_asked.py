"""A rule that nobody asks decides nothing, however well it is tested."""

import ast
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.test_conventions import MODULES, short, text, tree


def unasked(rules: Iterable[tuple[str, str]], code: Iterable[str]) -> list[str]:
    """The rules, each with its module, whose name stands nowhere but where it is defined."""
    named = Counter(word for one in code for word in re.findall(r"\w+", one))
    return [f"{module}: {name}" for module, name in rules if named[name] < 2]


def rules_of(path: Path) -> list[tuple[str, str]]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    public = [node.name for node in tree(path).body if isinstance(node, kinds)]
    return [(short(path), name) for name in public if not name.startswith("_")]


def test_every_rule_is_asked_by_the_product():
    rules = [rule for path in MODULES if "rules" in path.parts for rule in rules_of(path)]
    assert len(rules) > 200
    assert unasked(rules, map(text, MODULES)) == []


def test_control_a_rule_that_nobody_asks_is_named():
    asked, left = "def due_on(): ...\ndue_on()", "def owed_on(): ..."
    rules = [("rules.py", "due_on"), ("rules.py", "owed_on")]
    assert unasked(rules, [asked, left]) == ["rules.py: owed_on"]
