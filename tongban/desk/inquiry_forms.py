"""What an officer says in an inquiry: whom she asks what, and what she answers."""

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tongban.basics import identifiers
from tongban.basics.refusals import NotFound, Refused
from tongban.cases.inquiries import standing
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority


def _words(
    label: Any, hint: Any, *, rows: int, longest: int, required: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=longest,
        required=bool(required),
        widget=forms.Textarea({"rows": rows}),
        error_messages={"required": required},
    )


def cities() -> list[str]:
    """The full names of the places whose organs are asked."""
    today = localdate()
    return [
        jurisdictions.full_name(city.code)
        for place in jurisdictions.provinces(today)
        for city in jurisdictions.cities(place.code, today)
    ]


class AskForm(forms.Form):
    """请对方协查: where, which organ, what, by when."""

    use_required_attribute = False

    place = forms.CharField(
        label=_("请哪里协查"),
        help_text=_("写城市全名，例如“福建省福州市”，或者6位区划代码"),
        max_length=60,
        widget=forms.TextInput({"list": "places"}),
        error_messages={"required": _("写明请哪里协查，例如“福建省福州市”")},
    )
    department = forms.ChoiceField(
        label=_("哪个部门"),
        error_messages={"required": _("选择哪个部门"), "invalid_choice": _("从列表里选一个部门")},
    )
    subject = forms.CharField(
        label=_("事由"),
        help_text=_("一句话，例如“核实婚姻登记”。不要写姓名和证件号码"),
        max_length=60,
        error_messages={"required": _("写一句事由")},
    )
    text = _words(
        _("要对方查什么"),
        _("写清楚查谁的什么、为什么要查、要什么形式的答复。只有对方机关看得到"),
        rows=6,
        longest=standing.LONGEST,
        required=_("写明要对方查什么"),
    )
    days = forms.IntegerField(
        label=_("几个工作日内答复"),
        help_text=_("平台默认值是%(days)s个工作日") % {"days": standing.DAYS},
        min_value=1,
        max_value=standing.MOST_DAYS,
        initial=standing.DAYS,
        error_messages={
            "required": _("写明几个工作日内答复"),
            "invalid": _("写一个整数，例如5"),
            "min_value": _("至少1个工作日"),
            "max_value": _("最多30个工作日"),
        },
    )
    number = forms.CharField(
        label=_("有关的办件"), help_text=_("没有就不填"), max_length=40, required=False
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        names = [(one.key, one.name) for one in jurisdictions.departments()]
        self.fields["department"].choices = [("", _("请选择")), *names]  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        """A number that cannot be one is said at its field."""
        typed: str = self.cleaned_data["number"].strip()
        try:
            return identifiers.check_case_number(typed) if typed else ""
        except Refused as wrong:
            raise forms.ValidationError(wrong.message) from wrong

    def clean(self) -> dict[str, Any]:
        """Place and department name one organ."""
        cleaned = super().clean() or self.cleaned_data
        if "place" in cleaned and "department" in cleaned:
            try:
                cleaned["to"] = organ(cleaned["place"], cleaned["department"])
            except Refused as wrong:
                self.add_error("place", wrong.message)
        return cleaned


def organ(typed: str, department: str) -> Authority:
    """The organ of a department at the place that somebody typed. Refused: no such one here."""
    code = typed.strip().replace(" ", "")
    if not code.isdigit():
        today = localdate()
        found = [
            city.code
            for place in jurisdictions.provinces(today)
            for city in jurisdictions.cities(place.code, today)
            if code in {jurisdictions.full_name(city.code), city.name}
        ]
        if len(found) != 1:
            raise NotFound(str(_("没有找到这个地方，请写城市全名，例如“福建省福州市”")))
        code = found[0]
    if department == "zhengwu":
        return jurisdictions.window_authority(jurisdictions.resolve(code, localdate()).code)
    return jurisdictions.competent_authority(department, code, localdate())


class ReplyForm(forms.Form):
    """The answer to an inquiry."""

    use_required_attribute = False

    text = _words(
        _("答复"),
        _("对方机关看得到，写进记录以后不能改"),
        rows=5,
        longest=standing.LONGEST,
        required=_("写明答复"),
    )


class GroundForm(forms.Form):
    """不能协查: why, and who may know instead."""

    use_required_attribute = False

    ground = _words(_("不能协查的理由"), "", rows=3, longest=500, required=_("写明不能协查的理由"))
    right_organ = forms.CharField(
        label=_("可以向哪个机关查"),
        help_text=_("知道的话，写机关全名和联系电话"),
        max_length=200,
        required=False,
    )


class MoreForm(forms.Form):
    """追问."""

    use_required_attribute = False

    text = _words(
        _("还要问什么"),
        _("答复时间从今天重新算"),
        rows=4,
        longest=standing.LONGEST,
        required=_("写明还要问什么"),
    )
