"""From which day a version holds, why it is made, and what becomes of running cases."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.basics import calendar
from tongban.catalogue import running
from tongban.catalogue.models import Draft
from tongban.oversight.editing.parts import Words
from tongban.ui.tags.dates import day_words

RULES = [
    ("keep", gettext_lazy("按申请那天的规定办完，不变")),
    ("move", gettext_lazy("改按新规定办。只有对申请人没有更严的改动才可以")),
]


class WhenForm(forms.Form):
    """The three things besides its content that a draft says."""

    from_day = forms.DateField(
        label=gettext_lazy("从哪一天起施行"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("选择从哪一天起施行"),
            "invalid": gettext_lazy("写成年-月-日，例如2026-12-01"),
        },
    )
    why = Words(
        gettext_lazy("为什么修改"),
        rows=3,
        help_text=gettext_lazy("审核的人和以后查历史的人会看到"),
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("已经在办的办件"), choices=RULES, widget=forms.RadioSelect
    )
    states = forms.MultipleChoiceField(
        label=gettext_lazy("改按新规定的，是哪些状态的办件"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    running_why = Words(gettext_lazy("为什么让在办的办件改按新规定"), rows=2, required=False)

    def __init__(self, data: Any, *, draft: Draft, today: date) -> None:
        self.draft, self.today = draft, today
        rule = draft.running or {}
        initial = {
            "from_day": draft.from_day,
            "why": draft.why,
            "rule": rule.get("rule", "keep"),
            "states": rule.get("states", []),
            "running_why": rule.get("why", ""),
        }
        super().__init__(data or None, initial=initial)
        self.fields["states"].choices = list(running.states().items())  # type: ignore[attr-defined]
        first = today + timedelta(days=1)
        self.fields["from_day"].help_text = _("最早%(day)s。当天零点（北京时间）起按新的办") % {
            "day": day_words(first, year=True)
        }

    def clean_from_day(self) -> date:
        day: date = self.cleaned_data["from_day"]
        if day <= self.today:
            raise forms.ValidationError(_("最早从公布的第二天起施行"))
        return day

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("rule") == "move":
            if not said.get("states"):
                self.add_error("states", _("选择是哪些状态的办件"))
            if not said.get("running_why"):
                self.add_error("running_why", _("写明为什么让在办的办件改按新规定"))
        return said

    def kept(self) -> dict[str, Any]:
        """What `save_draft` takes."""
        said = self.cleaned_data
        moves = {"rule": "move", "states": said["states"], "why": said["running_why"]}
        return {
            "from_day": said["from_day"],
            "why": said["why"],
            "running": moves if said["rule"] == "move" else {"rule": "keep"},
        }


def day_note(day: date | None) -> str:
    """What one should know of a day: whether offices work, and whether its calendar is known."""
    if day is None:
        return ""
    if calendar.is_provisional(day):
        return _("这一年的节假日安排还没有公布，是不是工作日现在不能确定")
    if calendar.is_working_day(day):
        return _("是工作日")
    return _("不是工作日：窗口到下一个工作日才按新的收件，网上当天就按新的")
