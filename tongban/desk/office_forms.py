"""What the leader of an office says: who is away, and who stands in."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.parties.models import Officer


class AbsenceForm(forms.Form):
    """登记不在岗: who, which days, who stands in."""

    use_required_attribute = False

    officer = forms.ChoiceField(label=_("谁"), error_messages={"required": _("选择谁不在岗")})
    from_on = forms.DateField(
        label=_("从哪天起"),
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": _("填写第一天"), "invalid": _("填写日期，例如2026-12-01")},
    )
    until_on = forms.DateField(
        label=_("到哪天（含）"),
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": _("填写最后一天"), "invalid": _("填写日期，例如2026-12-01")},
    )
    substitute = forms.ChoiceField(
        label=_("替班人"),
        required=False,
        help_text=_("替班人可以接手他已经认领的件；没有替班人的，由您放回队列或者交给别人"),
    )

    def __init__(self, data: Any = None, *, colleagues: Sequence[Officer]) -> None:
        super().__init__(data)
        self.people = {str(one.pk): one for one in colleagues}
        named = [(key, one.name) for key, one in self.people.items()]
        cast(forms.ChoiceField, self.fields["officer"]).choices = [("", _("请选择")), *named]
        cast(forms.ChoiceField, self.fields["substitute"]).choices = [("", _("没有")), *named]

    def say(self) -> dict[str, Any]:
        """The operation's own arguments."""
        said = self.cleaned_data
        return {
            "officer": self.people[said["officer"]],
            "from_on": said["from_on"],
            "until_on": said["until_on"],
            "substitute": self.people.get(said["substitute"]),
        }
