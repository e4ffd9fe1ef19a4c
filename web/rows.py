"""Parts of a form that there are several of, such as indicators: as many as are filled in."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

# Rows on an empty form, and how many are added to those that a draft has.
_ROWS, _MORE = 10, 5


class Row(forms.Form):
    """One of several, known by its name; a row that says nothing is none."""

    part: ClassVar[str]
    called: ClassVar[Any]  # "Indicator {number}"
    unnamed: ClassVar[Any] = forms.Field.default_error_messages["required"]

    name = forms.CharField(required=False)

    def __init__(
        self,
        data: Any,
        number: int,
        *,
        kept: Mapping[str, Any] | None = None,
        is_open: bool = False,
    ) -> None:
        super().__init__(data, prefix=f"{self.part}-{number}", initial=dict(kept or {}))
        self.title = self.called.format(number=number + 1)
        typed = (self.data.get(self.add_prefix(name)) for name in self._said_by())
        self.is_open = is_open or kept is not None or any(typed)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if self.says_something and not self.errors and not said["name"]:
            self.add_error("name", self.unnamed)
        return said

    @property
    def says_something(self) -> bool:
        said = (self.cleaned_data.get(name) for name in self._said_by())
        # A measured nothing is said.
        return any(value is not None and value is not False and value != "" for value in said)

    def _said_by(self) -> list[str]:
        """A list stands on one of its words where nobody has chosen."""
        fields = self.fields.items()
        return [name for name, field in fields if not isinstance(field, forms.ChoiceField)]


class Rows:
    """The rows of one kind: as they were sent, or those there are and room for more."""

    def __init__(
        self,
        kind: type[Row],
        data: Any,
        *,
        kept: Sequence[Mapping[str, Any]] = (),
        most: int,
        shown: int,
    ) -> None:
        """`shown` stand open on an empty form; of `most` no more than that are read."""
        if data is not None:
            sent = [number for number in range(most) if f"{kind.part}-{number}-name" in data]
            self.all = [kind(data, number, is_open=number < shown) for number in sent]
            return
        many = min(max(_ROWS, len(kept) + _MORE), max(most, len(kept)))
        first = max(shown, len(kept) + 1) if kept else shown
        self.all = [
            kind(
                None,
                number,
                kept=kept[number] if number < len(kept) else None,
                is_open=number < first,
            )
            for number in range(many)
        ]

    @property
    def open(self) -> list[Row]:
        return [row for row in self.all if row.is_open]

    @property
    def further(self) -> list[Row]:
        return [row for row in self.all if not row.is_open]

    def values(self) -> list[dict[str, Any]]:
        """What the rows say that say something."""
        return [row.cleaned_data for row in self.all if row.says_something]


class Sheet:
    """A form together with its rows."""

    # A class body says which; `main` knows whether it was refused.
    main: Any
    groups: Mapping[str, Rows]

    @property
    def is_bound(self) -> bool:
        return bool(self.main.is_bound)

    @property
    def is_refused(self) -> bool:
        return bool(self.main.is_refused)

    @property
    def complaints(self) -> list[tuple[str, Any]]:
        """Where something is wrong, and what stands there; the form is longer than any screen."""
        seen = [field for field in self.main.visible_fields() if field.errors]
        wrong: list[tuple[str, Any]] = [(field.auto_id, field.label) for field in seen]
        for row in self._rows():
            told = [field for field in row if field.errors]
            wrong += [(field.auto_id, f"{row.title}: {field.label}") for field in told]
        return wrong

    def is_valid(self) -> bool:
        fine = [one.is_valid() for one in (self.main, *self._rows())]
        self.main.is_refused = not all(fine)
        return all(fine)

    def values(self) -> dict[str, Any]:
        """What the action takes, but for the key."""
        said = {name: rows.values() for name, rows in self.groups.items()}
        return {**self.main.values(), **said}

    def _rows(self) -> list[Row]:
        return [row for rows in self.groups.values() for row in rows.all]
