"""The keys of this desk, where they work; the page of keys and the foot of every page show these."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KEYS: tuple[tuple[Promise, tuple[tuple[str, Promise], ...]], ...] = (
    (
        _("队列"),
        (
            ("J", _("下一行")),
            ("K", _("上一行")),
            ("Enter", _("打开这一行")),
            ("C", _("认领这一行")),
            ("O", _("选中这一行，或者不选")),
            ("/", _("查找")),
        ),
    ),
    (
        _("一件"),
        (
            ("[", _("上一件")),
            ("]", _("下一件")),
            ("C", _("认领")),
            ("Y", _("这份材料没看的要点都合格，看下一份")),
            ("X", _("请申请人改：打开退回修改的检查页")),
            ("T", _("移交：打开检查页")),
            ("B", _("一次告知补正：打开检查页")),
            ("A", _("联系对方：跳到对方的电话")),
        ),
    ),
    (_("哪里都能用"), (("?", _("全部快捷键")), ("Esc", _("离开输入框")))),
)
