"""What an applicant asks of whoever holds the case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.cases import asking

# What each kind asks for in words, with an example; none where a number is all that is wanted.
_WORDS: dict[str, tuple[Any, Any, Any]] = {
    "urge": (
        _("为什么急"),
        _("写一两句，例如“12月5日开学，要用户口簿”"),
        _("写一两句为什么急"),
    ),
    "ask": (
        _("要问什么"),
        _("一次问一件事，例如“结果能不能寄到家里”"),
        _("写明要问什么"),
    ),
    "add_paper": (
        _("补交的是什么，为什么补"),
        _("例如“单位开的居住证明，原来那份日期写错了”"),
        _("写明补交的是什么"),
    ),
}


class RequestForm(forms.Form):
    """One kind of request: words, or a telephone number."""

    use_required_attribute = False

    def __init__(self, *args: Any, kind: str, **named: Any) -> None:
        super().__init__(*args, **named)
        if kind == "change_contact":
            self.fields["phone"] = forms.CharField(
                label=_("新的手机号"),
                help_text=_("11位，办理的机关用它联系您"),
                max_length=20,
                widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
                error_messages={"required": _("填写新的手机号")},
            )
            return
        label, hint, missing = _WORDS[kind]
        self.fields["text"] = forms.CharField(
            label=label,
            help_text=hint,
            max_length=asking.LONGEST,
            widget=forms.Textarea({"rows": 4}),
            error_messages={"required": missing, "max_length": _("最多1000个字，请写短一些")},
        )
