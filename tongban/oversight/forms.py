"""The one form of this door."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DropForm(forms.Form):
    """Why a message is given up; its sender reads it."""

    reason = forms.CharField(
        label=_("作废的理由"),
        help_text=_("会告诉发来报文的节点，例如“内容有误，请对方改好后重新发出”"),
        max_length=500,
        error_messages={"required": _("写明作废的理由，对方节点会看到")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
