"""What is asked at joint steps: a note, a ground, a reason; each with what it is for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 1000


def _said(label: Any, hint: Any, missing: Any, *, optional: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=not optional,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing, "max_length": _("最多1000个字，请写短一些")},
    )


class SayForm(forms.Form):
    """One thing to say; `argument` is the operation's word for it."""

    argument = ""

    def said(self) -> dict[str, Any]:
        """What the operation takes; of a valid form only."""
        return {self.argument: self.cleaned_data[self.argument]}


class BeginForm(SayForm):
    """What the lead tells the partners."""

    argument = "note"
    note = _said(_("给联办地的附言"), _("各联办地都会看到"), "", optional=True)


class AgainForm(SayForm):
    """What is otherwise this time."""

    argument = "note"
    note = _said(_("这次有什么不同"), _("联办地会看到"), _("写明这次有什么不同，联办地才好重新办"))


class StopForm(SayForm):
    """Why the round is given up."""

    argument = "reason"
    reason = _said(
        _("为什么停止联办"),
        _("各联办地和申请人都会看到"),
        _("写明为什么停止联办，各地和申请人都会看到"),
    )


class FinishForm(SayForm):
    """What the partner adds."""

    argument = "note"
    note = _said(_("办理情况"), _("例如文书编号、生效的日期"), "", optional=True)


class ContradictForm(SayForm):
    """What the partner's record says otherwise."""

    argument = "ground"
    ground = _said(
        _("查到的和申请人说的有什么不同"),
        _("只写核对要用的。牵头地和申请人都会看到，并附上您的姓名和电话"),
        _("写明查到的和申请人说的有什么不同"),
    )


class LookUpForm(SayForm):
    """How the lead looked a fact up itself."""

    argument = "how"
    how = _said(
        _("怎样核对的、结果是什么"),
        _("写明用什么办法、向谁、哪一天核对的。会写进办理记录"),
        _("写明用什么办法、向谁核对、核对的结果"),
    )


class RefuseForm(SayForm):
    """Why the partner does not do it."""

    argument = "ground"
    ground = _said(
        _("理由"),
        _("写明事实和依据。牵头地和申请人都会看到，并附上您的姓名和电话"),
        _("写明理由"),
    )


class UndoneForm(SayForm):
    """What was taken back."""

    argument = "note"
    note = _said(
        _("撤销了什么、哪一天生效"), _("牵头地和申请人都会看到"), _("写明撤销了什么、哪一天生效")
    )
