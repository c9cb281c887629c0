"""How many people a window takes, as the leader of its centre sets it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.counters.rules import MOST_DAYS_AHEAD, MOST_PER_HALF_DAY


def _number(label: Any, hint: Any, least: int, most: int) -> forms.IntegerField:
    sentence = _("写%(least)s到%(most)s") % {"least": least, "most": most}
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=least,
        max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
    )


class CapacityForm(forms.Form):
    """The places of one window on a half-day, and how far ahead they may be taken."""

    use_required_attribute = False
    per_half_day = _number(_("每半天约几个人"), _("写0就不接受预约，只取号"), 0, MOST_PER_HALF_DAY)
    days_ahead = _number(_("能约几天以内的"), _("从今天算，休息日也算"), 1, MOST_DAYS_AHEAD)
    basis = forms.CharField(
        label=_("依据"),
        help_text=_("可以不写。例如中心的通知和文号"),
        required=False,
        max_length=200,
    )
