"""What the components page shows; all people, numbers and cases in it are made up."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.ui.shapes import Part, Span

BEIJING = ZoneInfo("Asia/Shanghai")


def _at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=BEIJING)


class ExampleForm(forms.Form):
    """One of every question, most of them answered wrongly."""

    name = forms.CharField(
        label=_("姓名"), max_length=50, widget=forms.TextInput({"autocomplete": "name"})
    )
    house = forms.CharField(
        label=_("门牌号"),
        help_text=_("写到房号，和住所证明一致"),
        error_messages={"required": _("填写门牌号，例如“12号3单元501”")},
    )
    place = forms.ChoiceField(label=_("收件地"), choices=[("220104", _("吉林省长春市朝阳区"))])
    more = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea)
    relation = forms.ChoiceField(
        label=_("您和户主的关系"),
        choices=[("spouse", _("配偶")), ("in-law", _("儿媳或女婿")), ("other", _("其他"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("选择您和户主的关系")},
    )
    papers = forms.MultipleChoiceField(
        label=_("手边有的材料"),
        choices=[("deed", _("房产证")), ("lease", _("租赁备案证明"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    declared = forms.BooleanField(
        label=_("我填写的内容和交的材料都是真的。"),
        error_messages={"required": _("勾选承诺，才能提交")},
    )


PARTS = (
    Part("recv", _("收件地"), 1),
    Part("deci", _("办理地"), 79),
    Part("app", _("申请人"), 20),
)
SPANS = (
    Span("recv", _("长春专窗"), _at(16, 9, 12), 4080, _("算长春的收件时限，1个工作日")),
    Span("chan", _("传往福州"), _at(16, 10, 20), 13, _("不算")),
    Span("deci", _("福州，等受理"), _at(16, 10, 20), 83400, _("算福州的受理期限"), _("1个工作日")),
    Span("app", _("您，补材料"), _at(17, 9, 30), 125040, _("停止计时，规则：请申请人补正")),
    Span("deci", _("福州，已受理"), _at(19, 8, 50), 370000, _("算办理时限"), _("2个工作日")),
)


def context() -> dict[str, object]:
    """Facts for ui/components.html."""
    return {
        "sent": _at(16, 10, 20, 31),
        "delivered": _at(16, 10, 20, 44),
        "answered": _at(17, 9, 30, 2),
        "submitted": _at(16, 9, 12),
        "accepted": _at(19, 8, 50),
        "saved": _at(1, 10, 32),
        "due": date(2026, 12, 3),
        "provisional": date(2027, 1, 6),
        "form": ExampleForm({"name": "李四", "place": "220104"}),
        "parts": PARTS,
        "spans": SPANS,
        "places": [("220104", _("吉林省长春市朝阳区")), ("220202", _("吉林省吉林市昌邑区"))],
        "ways": [
            ("post", _("寄到家")),
            ("electronic", _("只要电子证照"), _("马上就有，和纸质的效力一样")),
        ],
        "households": [("family", _("家庭户")), ("group", _("集体户"))],
    }
