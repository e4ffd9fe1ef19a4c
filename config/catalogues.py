"""Message catalogues without the gettext programs: compile them, and collect what is missing.

`python -m config.catalogues compile` writes every django.mo beside its django.po.
`python -m config.catalogues update` adds new texts to the Chinese catalogue and drops dead ones.
`python -m config.catalogues missing` lists the texts that have no Chinese yet.
"""

import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
APPS = (
    "core",
    "accounts",
    "search",
    "marketplace",
    "auctions",
    "enclaves",
    "alliances",
    "notifications",
    "web",
    "config",
)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# What calls none of them is not taken apart: most files.
_CALL = re.compile(rf"\b({'|'.join(KEYWORDS)})\s*\(")
SHOWN_STATUSES = (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503)
_PLACEHOLDER = re.compile(r"%\([A-Za-z_0-9]+\)[sd]|\{[A-Za-z_0-9]*\}|%[sd]")
# No dates and no authors: a catalogue changes when a text does.
_HEADER = """\
# Simplified Chinese for the product. Written by hand, kept complete by config.catalogues.
msgid ""
msgstr ""
"Project-Id-Version: marketplace\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""

# A text, or a singular with its plural.
Text = str | tuple[str, ...]
# A text and the context it is said in, if it has one.
Said = tuple[Text, str | None]


def catalogues() -> Iterator[Path]:
    return LOCALE.glob("**/LC_MESSAGES/django.po")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def compile_all() -> int:
    """Compile what is newer than its compiled form; return how many were written."""
    written = 0
    for path in catalogues():
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        # Written beside and moved into place: a process that reads meanwhile sees one or the other.
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as file:
            write_mo(file, read(path))
        fresh.replace(target)
        written += 1
    return written


@cache
def texts_in_code() -> frozenset[Said]:
    """Every text that code or templates hand to gettext; the code of a running program stays."""
    found: set[Said] = set()
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found |= _extracted(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / app).rglob("templates/**/*.*")):
            found |= _extracted(_as_python(path))
    return frozenset(found)


def texts_in_tables() -> set[Said]:
    """Texts that are translated where they are shown: refusals, choices, HTTP statuses."""
    from http import HTTPStatus
    from importlib import import_module

    from django.apps import apps

    from config.management.commands.write_docs import LIFECYCLES
    from core.errors import all_refusals
    from core.problems import TITLES

    for door in ("config.urls", "config.asgi"):  # and with them every view, action and rule
        import_module(door)
    # Tests have refusals of their own, which nobody is shown.
    refusals = [one for one in all_refusals() if one.__module__.partition(".")[0] in APPS]
    found = {_said(refusal.message) for refusal in refusals}
    # Not a set: words of two enums that are spelled alike are equal.
    words = [each for refusal in refusals for each in refusal.words]
    found |= {_said(w if isinstance(w, StrEnum) else w.replace("_", " ")) for w in words}
    found |= {_said(lifecycle.name) for lifecycle in LIFECYCLES}
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            for field in model._meta.get_fields():
                one = getattr(field, "base_field", field)  # of an array, what is in it
                found |= {_said(label) for _, label in getattr(one, "choices", None) or ()}
    found |= {_said(TITLES.get(status, HTTPStatus(status).phrase)) for status in SHOWN_STATUSES}
    return {(text, context) for text, context in found if str(text).isascii()}


def _said(text: Any) -> Said:
    """A text, a lazy label or a member of an enum, as gettext is asked for it."""
    from django.utils.functional import Promise

    from core.models import word

    label: Any = word(text) if isinstance(text, StrEnum) else text
    if not isinstance(label, Promise):
        return str(label), None
    # A lazy text is pickled with the function and the arguments that make it.
    arguments: Any = label.__reduce__()[1]
    *context, msgid = arguments[1]
    return msgid, context[0] if context else None


def missing(language: str = "zh_Hans") -> list[str]:
    """Texts without a translation, or with one that lost or gained a placeholder."""
    catalogue = read(LOCALE / language / "LC_MESSAGES" / "django.po")
    return [
        text if isinstance(text, str) else text[0]
        for text, context in _wanted()
        if not _is_translated(catalogue, text, context)
    ]


def package_texts_missing(package: str, language: str = "zh_Hans") -> list[str]:
    """Texts of an installed package for which neither it, Django nor we have Chinese."""
    from importlib.util import find_spec

    from django.utils import translation

    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ValueError(f"{package} is not installed")
    home = Path(spec.origin).parent
    wanted: set[Said] = set()
    for path in sorted(home.rglob("*.py")):
        wanted |= _extracted(path.read_text(encoding="utf-8"))
    for path in sorted(home.rglob("templates/**/*.html")):
        wanted |= _extracted(_as_python(path))
    with translation.override("zh-hans"):
        ours = read(LOCALE / "packages" / language / "LC_MESSAGES" / "django.po")
        # A text that stays as it is in Chinese has an entry that says so.
        return sorted(
            singular
            for text, context in wanted
            # By both forms: a plural's singular alone finds nothing before Python 3.11.7.
            if (
                translation.gettext(singular := text)
                if isinstance(text, str)
                else translation.ngettext(singular := text[0], text[1], 1)
            )
            == singular
            and not (_is_translated(ours, text, context) or _is_translated(ours, text))
        )


def update(language: str = "zh_Hans") -> None:
    """Give every text a place in the catalogue; drop what nothing says any more.

    Texts of other packages that lack Chinese stand in locale/packages/, and stay.
    """
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    old = read(path)
    fresh = Catalog(locale=language)
    for text, context in _wanted():
        known = _strings(old, text, context)
        fresh.add(text, known[0] if isinstance(text, str) else known, context=context)
    header = _HEADER.format(language=language, plural_forms=fresh.plural_forms)
    with path.open("wb") as file:
        file.write(header.encode())
        write_po(file, fresh, width=100, omit_header=True, sort_output=True)


def _wanted() -> list[Said]:
    """Every text and its context, in a fixed order."""
    texts = texts_in_code() | texts_in_tables()
    # A text said with and without its plural is one message, the one with.
    plurals = {(text[0], context) for text, context in texts if not isinstance(text, str)}
    return sorted(texts - plurals, key=lambda pair: (str(pair[0]), pair[1] or ""))


def _strings(catalogue: Catalog, text: Text, context: str | None) -> tuple[str, ...]:
    """The translation of a text, or of what it was before it had a context, or a plural."""
    message = catalogue.get(text, context) or catalogue.get(text)
    if message is None or not message.string:
        return ("",)
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _is_translated(catalogue: Catalog, text: Text, context: str | None = None) -> bool:
    message = catalogue.get(text, context)
    if message is None or message.fuzzy or isinstance(message.id, str) != isinstance(text, str):
        return False
    # One form for a singular and a plural has the placeholders of either.
    sources = [text] if isinstance(text, str) else list(text)
    wanted = [sorted(_PLACEHOLDER.findall(source)) for source in sources]
    strings = _strings(catalogue, text, context)
    return all(string and sorted(_PLACEHOLDER.findall(string)) in wanted for string in strings)


def _extracted(source: str) -> set[Said]:
    texts: set[Said] = set()
    if not _CALL.search(source):
        return texts
    found = extract("python", BytesIO(source.encode()), keywords=KEYWORDS)
    for _, message, _, context in found:
        texts.add((message if isinstance(message, str) else tuple(message), context))
    return texts


def _as_python(path: Path) -> str:
    """A template as the calls of gettext it makes, the way Django's own makemessages sees it."""
    from django.utils.translation.template import templatize

    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    # In brackets, the layout of a template is not indentation.
    return f"({source}\n)"


def main(arguments: list[str]) -> int:
    if arguments == ["compile"]:
        compile_all()
        return 0
    if arguments in (["missing"], ["update"]):
        import django

        django.setup()
        if arguments == ["update"]:
            update()
        texts = missing()
        print(*texts, sep="\n")
        return 1 if texts else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
