"""A list edited on one page without script: rows are added, moved and removed by buttons.

Every button sends the whole page, and the page comes back with everything that was typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

MOST = 80
Raw = dict[str, Any]


class Rows:
    """Some forms of one class under a prefix, as a page sent them or as they stand."""

    def __init__(
        self,
        form_class: type[forms.Form],
        prefix: str,
        *,
        initial: Sequence[Raw] = (),
        data: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.form_class, self.prefix, self.data = form_class, prefix, data
        self.options = dict(options or {})
        self.raw = list(initial) if data is None else self._sent(data)
        self._moved = data is None
        self._forms: list[forms.Form] | None = None

    def _sent(self, data: Mapping[str, Any]) -> list[Raw]:
        try:
            count = int(data.get(f"{self.prefix}-count", "0"))
        except ValueError:
            count = 0
        return [self._raw(data, number) for number in range(max(0, min(count, MOST)))]

    def _raw(self, data: Mapping[str, Any], number: int) -> Raw:
        prefix = f"{self.prefix}-{number}"
        form = self.form_class(prefix=prefix, **self.options)
        return {
            name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
            for name, field in form.fields.items()
        }

    @property
    def count(self) -> int:
        return len(self.raw)

    @property
    def count_name(self) -> str:
        return f"{self.prefix}-count"

    @property
    def forms(self) -> list[forms.Form]:
        """The forms: as sent, so that they judge; after a move, with what was typed in its place."""
        if self._forms is None:
            self._forms = [
                self.form_class(
                    None if self._moved else self.data,
                    prefix=f"{self.prefix}-{number}",
                    initial=raw if self._moved else None,
                    **self.options,
                )
                for number, raw in enumerate(self.raw)
            ]
        return self._forms

    def is_valid(self) -> bool:
        """Whether every row can be taken; all are judged, so that all faults are told at once."""
        judged = [form.is_valid() for form in self.forms]
        return all(judged)

    @property
    def cleaned(self) -> list[Raw]:
        return [form.cleaned_data for form in self.forms]

    def do(self, act: str, *, new: Raw | None = None) -> str:
        """What a button says (`add`, `up-2`, `down-2`, `remove-2`); gives the id to go on at.

        A number that is not there, and a move beyond an end, change nothing.
        """
        verb, _dash, said = act.partition("-")
        if verb == "add":
            if self.count < MOST:
                self.raw.append(new or {})
            self._moved, self._forms = True, None
            return self.anchor(self.count - 1)
        at = int(said) if said.isdigit() else -1
        if not 0 <= at < self.count:
            return ""
        to = {"up": at - 1, "down": at + 1}.get(verb, at)
        if verb == "remove":
            del self.raw[at]
        elif 0 <= to < self.count:
            self.raw.insert(to, self.raw.pop(at))
        self._moved, self._forms = True, None
        return self.anchor(min(to, self.count - 1))

    def anchor(self, number: int) -> str:
        """Where a row stands on the page."""
        return f"{self.prefix}-{number}" if number >= 0 else f"{self.prefix}-add"
