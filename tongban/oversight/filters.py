"""The filters of the managers' lists; their choices are what the lists hold."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.catalogue import queries
from tongban.catalogue.models import Mode
from tongban.oversight.browsing import ItemRow, Wanted

EVERY = ("", _("全部"))
DRAFTS = (
    EVERY,
    ("editing", _("正在编写")),
    ("in-review", _("等待审核")),
    ("none", _("没有草案")),
)


class Filters(forms.Form):
    """A list's filters, of which a page link may carry any and nonsense."""

    def asked(self) -> dict[str, Any]:
        """What was asked for; a value that is not offered narrows nothing."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}

    def offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """Give a field of choices what it offers."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - it is declared so
        field.choices = list(choices)


class ItemFilters(Filters):
    """What the list of items is narrowed to."""

    words = forms.CharField(label=_("名称或编码"), required=False)
    list = forms.ChoiceField(label=_("清单"), required=False)
    batch = forms.ChoiceField(label=_("批次"), required=False)
    lead = forms.ChoiceField(label=_("牵头单位"), required=False)
    mode = forms.ChoiceField(label=_("实现形式"), required=False)
    theme = forms.ChoiceField(label=_("主题"), required=False)
    archetype = forms.ChoiceField(label=_("类别"), required=False)
    draft = forms.ChoiceField(label=_("草案"), required=False, choices=DRAFTS)

    def __init__(self, data: Any, *, rows: Sequence[ItemRow]) -> None:
        super().__init__(data)
        batches = queries.batches()
        choices: dict[str, Iterable[tuple[Any, Any]]] = {
            "list": {one.list_id: one.list.name for one in batches}.items(),
            "batch": [(f"{one.list_id}-{one.number}", one.name) for one in batches],
            "lead": _same(row.item.lead for row in rows),
            "mode": Mode.choices,
            "theme": _same(one.name for one in queries.themes()),
            "archetype": {
                row.archetype: row.archetype_name for row in rows if row.archetype
            }.items(),
        }
        for name, options in choices.items():
            self.offer(name, [EVERY, *options])

    def wanted(self) -> Wanted:
        """What was asked for, as the list of items takes it."""
        return Wanted(**self.asked())


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in dict.fromkeys(values)]
