"""The house rules that a program can check; each says what to do instead."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.db.models import Model, Q
from django.utils import translation

from config.catalogues import KEYWORDS
from config.celery import app as celery
from core.errors import Refusal, all_refusals

ROOT = Path(settings.BASE_DIR)
APPS = (
    *("core", "accounts", "search", "marketplace", "auctions", "enclaves", "alliances"),
    "notifications",
    *("web", "config"),
)
OURS = [config.label for config in apps.get_app_configs() if config.label in APPS]
MODULES = sorted(
    path for name in APPS for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
TABLES = {"tests/test_permissions.py"}  # one row for each route


# Neither statement can be written otherwise.
STAR = re.compile(r"^\s*from\s.*\simport\s*\*", re.MULTILINE)
TEST_CLASS = re.compile(r"^\s*class\s+(Test\w*)", re.MULTILINE)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Walked once, as every rule looks at every one; as `ast.walk` does, in half the time."""
    found: list[ast.AST] = [tree(path)]
    for node in found:
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found.extend(one for one in value if isinstance(one, ast.AST))
    return found


@cache
def used(path: Path) -> set[str]:
    """Attributes, called names and imported names."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.name for alias in node.names)
    return names


def imported(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_rule(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return (
        "rules" in parts
        or parts[-1] == "lifecycle"
        or parts in (("core", "calendar"), ("core", "money"))
    )


# --- Modules ----------------------------------------------------------------------------


def test_rows_are_locked_in_an_apps_locks_module_alone():
    elsewhere = [
        short(path)
        for path in MODULES
        if "select_for_update" in used(path) and path.name != "locks.py"
    ]
    assert elsewhere == [], "take row locks in the app's locks.py"


def test_transactions_are_opened_by_core_db_alone():
    elsewhere = [
        short(path)
        for path in MODULES
        if used(path) & {"atomic", "Atomic", "on_commit", "savepoint"}
        and short(path) != "core/db.py"
    ]
    assert elsewhere == [], "open transactions with core.db.transaction()"


def test_an_action_of_the_marketplace_tells_the_database_who_acts():
    """The history of a row would name the database's own role instead of the person."""
    nameless = [
        f"{short(path)}:{function.name}"
        for path in MODULES
        if path.parent.name == "marketplace"
        for function in nodes(path)
        if isinstance(function, ast.FunctionDef)
        and any(one.arg == "actor" for one in function.args.kwonlyargs)
        and "with transaction():" in ast.unparse(function)
    ]
    assert nameless == [], "open it as transaction(by=actor.caller)"


def test_rules_are_told_the_time():
    asking = [
        short(path)
        for path in MODULES
        if is_rule(path)
        and used(path) & {"now", "today", "utcnow", "clock"} & calls(path) | imports_a_clock(path)
    ]
    assert asking == [], "rules get `now` as an argument"


@cache
def calls(path: Path) -> set[str]:
    functions = (node.func for node in nodes(path) if isinstance(node, ast.Call))
    return {
        function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        for function in functions
    }


def imports_a_clock(path: Path) -> set[str]:
    return {name for name in imported(path) if name in ("core.clock", "time.time")}


def test_rules_are_plain_python():
    impure = {
        short(path): sorted(foreign)
        for path in MODULES
        if is_rule(path)
        and (
            foreign := {
                name
                for name in imported(path)
                if name.split(".")[0] in ("django", "rest_framework", "celery", "redis", "requests")
            }
        )
    }
    assert impure == {}


def test_only_the_one_clock_is_asked_for_business_times():
    """A wall clock is used by what is not business: request headers, processes, the demo."""
    exempt = ("config/", "core/envelope.py", "core/clock.py", "notifications/stream.py")
    asking = [
        short(path)
        for path in MODULES
        if calls(path) & {"utcnow"}
        or (
            {"django.utils.timezone", "django.utils.timezone.now"} & set(imported(path))
            and not short(path).startswith(exempt)
        )
    ]
    assert asking == [], "ask core.clock.now()"


def test_no_text_is_translated_inside_an_f_string():
    """Before Python 3.12 whoever collects the texts does not see it, and it has no Chinese."""
    found = {
        f"{short(path)}:{node.lineno}"
        for path in MODULES
        if not used(path).isdisjoint(KEYWORDS)
        for node in nodes(path)
        if isinstance(node, ast.JoinedStr)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") in KEYWORDS
    }
    assert found == set()


def test_a_module_fits_on_a_few_screens():
    long = {
        short(path): length
        for path in [*MODULES, *TESTS]
        if (length := len(text(path).splitlines())) > LONGEST_MODULE
    }
    assert set(long) <= TABLES, f"split these modules: {long}"


def test_a_function_fits_on_a_screen():
    long = {
        f"{short(path)}: {node.name}": length
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}, "a function does one thing"


def test_a_module_says_what_it_is_for():
    silent = [
        short(path)
        for path in MODULES
        if path.name not in ("__init__.py", "apps.py", "urls.py")
        and not ast.get_docstring(tree(path))
    ]
    assert silent == [], "start with the question this module answers"


def test_views_read_through_the_queries_that_know_who_is_asking():
    unscoped = re.compile(r"\.objects\b(?!\.none\(\))")
    direct = [
        short(path)
        for path in MODULES
        if (path.stem == "views" or path.parent.name == "views") and unscoped.search(text(path))
    ]
    assert direct == [], "use `<things>_visible_to(actor)`"


def test_which_fields_are_read_written_and_sorted_by_is_written_out():
    generated = {"ModelSerializer", "ModelViewSet", "OrderingFilter", "SearchFilter"}
    using = {short(path): found for path in MODULES if (found := used(path) & generated)}
    assert using == {}


def test_nothing_is_imported_by_star():
    starred = [short(path) for path in [*MODULES, *TESTS] if STAR.search(text(path))]
    assert starred == ["config/settings_test.py"]


def test_packages_are_empty_but_for_models():
    full = [
        short(path)
        for path in [*MODULES, *TESTS]
        if path.name == "__init__.py" and path.stat().st_size and path.parent.name != "models"
    ]
    allowed = {short(ROOT / app / "admin" / "__init__.py") for app in APPS}  # Django imports these
    allowed.add("marketplace/rules/__init__.py")  # a migration of the first day names enums there
    assert set(full) <= allowed, "`import auctions.rules` imports auctions/__init__.py first"


def test_no_module_has_a_name_that_says_nothing():
    words = {"utils", "helpers", "base", "common", "misc", "services", "managers", "signals"}
    words = {"utils", "helpers", "base", "common", "misc", "services", "managers", "signals"}
    asked_for_by_django = {"core/postgresql/base.py"}
    named = {short(path) for path in MODULES if path.stem in words}
    assert named == asked_for_by_django


def test_no_test_is_a_class():
    classes = {short(path): found for path in TESTS if (found := TEST_CLASS.findall(text(path)))}
    assert classes == {}


# --- Refusals, models, tasks, commands --------------------------------------------------


def test_every_refusal_has_a_code_of_its_own():
    owners: dict[str, list[type[Refusal]]] = {}
    for refusal in set(all_refusals()):
        if "code" in vars(refusal) and refusal.__module__.split(".")[0] in APPS:
            owners.setdefault(refusal.code, []).append(refusal)
    assert {code: kinds for code, kinds in owners.items() if len(kinds) > 1} == {}


def test_a_refusal_without_a_code_of_its_own_has_its_parents_status():
    for refusal in all_refusals():
        if "code" not in vars(refusal):
            assert "status" not in vars(refusal), f"{refusal.__name__}: name the code too"


def models() -> list[type[Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def meta_of(model: type[Model]) -> dict[str, object]:
    """What the class itself says in its Meta, without what Django makes up."""
    return model._meta.original_attrs


def test_every_model_says_what_it_is_called():
    wanted = {"verbose_name", "verbose_name_plural"}
    assert [model._meta.label for model in models() if wanted - set(meta_of(model))] == []


def test_who_and_when_are_set_together():
    apart = {model._meta.label: found for model in models() if (found := set_apart(model))}
    assert apart == {}, "both or neither: say so in a constraint"


def set_apart(model: type[Model]) -> set[str]:
    """What has a time and a person, and no constraint that names both."""
    names = {field.name for field in model._meta.get_fields()}
    moments = {name.removesuffix("_at") for name in names if name.endswith("_at")}
    pairs = {event for event in moments if is_a_person(model, f"{event}_by")}
    constrained = [fields_of(constraint.condition) for constraint in checks(model)]
    return {e for e in pairs if not any({f"{e}_at", f"{e}_by"} <= each for each in constrained)}


def is_a_person(model: type[Model], name: str) -> bool:
    names = {field.name for field in model._meta.get_fields()}
    return name in names and model._meta.get_field(name).is_relation


def checks(model: type[Model]) -> list:
    return [one for one in model._meta.constraints if hasattr(one, "condition") and one.condition]


def fields_of(condition: Q) -> set[str]:
    found: set[str] = set()
    for child in condition.children:
        found |= fields_of(child) if isinstance(child, Q) else {child[0].split("__")[0]}
    return found


def test_a_constraint_is_named_after_its_model_and_a_fact():
    misnamed = [
        constraint.name
        for model in models()
        for constraint in model._meta.constraints
        if not constraint.name.startswith(f"{model._meta.model_name}_")
    ]
    assert misnamed == []


def test_money_is_exact_and_wide_enough():
    fields = [field for model in models() for field in model._meta.concrete_fields]
    floats = [str(field) for field in fields if field.get_internal_type() == "FloatField"]
    assert floats == [], "never a float near money"
    with translation.override("en"):
        amounts = [field for field in fields if "CNY" in str(field.verbose_name)]
    wide = [field for field in amounts if (field.max_digits, field.decimal_places) == (18, 2)]
    assert [str(field) for field in amounts if field not in wide] == []


def test_every_task_is_named_after_its_app_and_its_action():
    celery.loader.import_default_modules()
    ours = {
        name: task.__module__
        for name, task in celery.tasks.items()
        if task.__module__.split(".")[0] in APPS
    }
    assert ours, "the tasks are found"
    for name, module in ours.items():
        app, _, action = name.partition(".")
        assert module == f"{app}.tasks"
        assert action.isidentifier()


def test_every_task_is_declared_with_its_name():
    bare = [
        f"{short(path)}: {node.name}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if "shared_task" in ast.dump(decorator) and not is_named(decorator)
    ]
    assert bare == []


def is_named(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and any(one.arg == "name" for one in decorator.keywords)


def test_every_command_of_ours_says_what_it_does():
    for name, app in get_commands().items():
        if app in APPS:
            assert load_command_class(app, name).help, name
