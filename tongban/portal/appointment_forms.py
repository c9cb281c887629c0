"""Choosing when to come to a window: the half-day, what for, and who comes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tongban.basics.refusals import Refused
from tongban.catalogue import queries as catalogue
from tongban.counters.booking import Chosen, Visit
from tongban.counters.queries import Room, is_ours
from tongban.counters.rules import Half
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Window
from tongban.ui.tags.dates import day_words


class RoomForm(forms.Form):
    """Which half-day; full ones are not offered."""

    use_required_attribute = False
    room = forms.ChoiceField(
        label=gettext_lazy("什么时候来"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("选一个时间"),
            "invalid_choice": gettext_lazy("这半天刚刚约满了，请改选别的时间"),
        },
    )

    def __init__(
        self, data: Any, *, rooms: Sequence[tuple[Window, Room]], but: str = "", **named: Any
    ) -> None:
        super().__init__(data, **named)
        self.windows = {window.number: window for window, _room in rooms}
        several = len(self.windows) > 1
        self.fields["room"].choices = [  # type: ignore[attr-defined]
            (_value(window, room), _words(window, room, several=several))
            for window, room in rooms
            if room.left and _value(window, room) != but
        ]

    @property
    def chosen(self) -> Chosen:
        """The half-day of a valid form."""
        number, day, half = self.cleaned_data["room"].split(":")
        return Chosen(self.windows[int(number)], parse_date(day) or date.min, Half(half))


def _value(window: Window, room: Room) -> str:
    return f"{window.number}:{room.value}"


def _words(window: Window, room: Room, *, several: bool) -> str:
    said = f"{day_words(room.day, year=False)}{room.words} {room.span}"
    left = ngettext("还有%(left)s个名额", "还有%(left)s个名额", room.left) % {"left": room.left}
    if is_ours(window.authority.division_code):
        said = f"{said}，{left}"
    return (
        _("%(number)s号窗口，%(said)s") % {"number": window.number, "said": said}
        if several
        else said
    )


class BookForm(RoomForm):
    """Coming without a case: what for and for which place, too."""

    item = forms.CharField(
        label=gettext_lazy("来办什么事"),
        help_text=gettext_lazy("写几个字，从列出的事项里选"),
        widget=forms.TextInput({"list": "items"}),
        error_messages={"required": gettext_lazy("写来办什么事")},
    )
    to = forms.CharField(
        label=gettext_lazy("由哪个城市办理"),
        error_messages={"required": gettext_lazy("选由哪个城市办理")},
    )
    name = forms.CharField(
        label=gettext_lazy("来办的人"),
        max_length=40,
        error_messages={"required": gettext_lazy("填写来办的人的姓名")},
    )
    phone = forms.CharField(
        label=gettext_lazy("电话"),
        help_text=gettext_lazy("窗口临时有变动，打这个电话"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": gettext_lazy("填写能打通的电话")},
    )
    field_order = ("item", "to", "room", "name", "phone")

    def clean_item(self) -> str:
        """The code of the item with this name."""
        typed = self.cleaned_data["item"].strip()
        for one in catalogue.items():
            if typed in {one.name, one.code}:
                return str(one.code)
        raise forms.ValidationError(_("没有找到叫这个名字的事项，请从列出的里面选"))

    def clean_to(self) -> str:
        """The code of a place that decides."""
        code = self.cleaned_data["to"]
        try:
            return jurisdictions.deciding_place(code)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    @property
    def visit(self) -> Visit:
        """What for; of a valid form."""
        said = self.cleaned_data
        return Visit(said["item"], said["to"], said["name"], said["phone"])


class CaseForm(RoomForm):
    """Coming with a case: what for is known."""

    name = BookForm.base_fields["name"]
    phone = BookForm.base_fields["phone"]
    field_order = ("room", "name", "phone")
