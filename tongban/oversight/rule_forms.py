"""What an operator enters for a place of this node: how corrections go there, when lights turn."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tongban.basics.refusals import Refused
from tongban.jurisdictions import corrections
from tongban.jurisdictions import queries as jurisdictions


def places() -> list[tuple[str, str]]:
    """The provinces and cities of this node, by code, each under its whole name."""
    today, here = localdate(), settings.NODE_ID
    own = [one for one in jurisdictions.provinces(today) if _is_ours(one.code, here)]
    found = [one.code for one in own]
    for province in own:
        found += [city.code for city in jurisdictions.cities(province.code, today)]
    return [(code, jurisdictions.full_name(code)) for code in dict.fromkeys(found)]


def _is_ours(place: str, node: str) -> bool:
    try:
        return jurisdictions.node_for(place).code == node
    except Refused:
        return False


def _number(label: Any, hint: Any, least: int, most: int, wrong: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=least,
        max_value=most,
        widget=forms.TextInput({"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
    )


class _RuleForm(forms.Form):
    """A place, and the document that says so."""

    use_required_attribute = False

    place = forms.ChoiceField(
        label=_("哪个地方"),
        help_text=_("省里定的写省，全省没有另定的市都照它；市里另定的写市"),
        error_messages={"required": _("选择哪个地方"), "invalid_choice": _("从列表里选一个地方")},
    )
    basis = forms.CharField(
        label=_("依据"),
        help_text=_("哪份文件定的，写文件名和文号、第几条"),
        max_length=200,
        error_messages={"required": _("写明依据：哪份文件定的，没有文件的不要设定")},
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        field = cast(forms.ChoiceField, self.fields["place"])
        field.choices = [("", _("请选择")), *places()]


class CorrectionForm(_RuleForm):
    """补正：给多久，没有人答复怎么办。"""

    days = _number(
        _("给申请人几个工作日补正"),
        _("从告知的第二天算起"),
        1,
        corrections.MOST_DAYS,
        _("写1到365的整数"),
    )
    may_terminate = forms.ChoiceField(
        label=_("到期没有补来的"),
        choices=[("yes", _("可以终止办理")), ("no", _("不终止，另给补正期限"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("选择到期没有补来的怎么办")},
    )
    field_order = ("place", "days", "may_terminate", "basis")


class LightForm(_RuleForm):
    """亮灯：剩多少时亮黄灯。"""

    amber_left = _number(
        _("剩几个工作日以内亮黄灯"), _("过期亮红灯，不用设定"), 0, 365, _("写0到365的整数")
    )
    amber_share = _number(
        _("或者剩时限的百分之几以内"), _("两个条件先到的算；写0就没有这一条"), 0, 100,
        _("写0到100的整数"),
    )  # fmt: skip
    field_order = ("place", "amber_left", "amber_share", "basis")
