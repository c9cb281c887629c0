"""What an officer says to a request, and what she asks of the office that holds a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.cases import asking
from tongban.cases.states import Party

GRANT, REFUSE = "grant", "refuse"


class AnswerForm(forms.Form):
    """The answer to a request; offered papers are taken or not."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("答复"),
        help_text=_("写进办件记录，提出请求的一方和申请人都看得到"),
        max_length=asking.LONGEST,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("写明怎样答复")},
    )


class AskHolderForm(forms.Form):
    """催办 or 询问, from the other office of a case."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("请求"),
        widget=forms.RadioSelect,
        error_messages={"required": _("选择催办还是询问"), "invalid_choice": _("选择催办还是询问")},
    )
    text = forms.CharField(
        label=_("内容"),
        help_text=_("问和答都写进办件记录，申请人看得到。只想让对方机关看的，请用协查"),
        max_length=asking.LONGEST,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("写明请求的内容")},
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.key, kind.label)
            for kind in asking.KINDS.values()
            if Party.RECEIVER in kind.parties
        ]
