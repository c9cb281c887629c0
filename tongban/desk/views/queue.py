"""The queue of one's own office, and the standing pages beside it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tongban.cases import queries, standing
from tongban.cases.states import Party
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.rows import rows_of
from tongban.desk.sides import sides_of

# Filter, its words, and the light before them.
FILTERS: tuple[tuple[str, Promise, str], ...] = (
    ("mine", _("要我办"), ""),
    ("late", _("超时"), "bad"),
    ("today", _("今天到期"), "warn"),
    ("claimed", _("我认领的"), ""),
    ("waiting", _("等申请人"), "pause"),
)
PASSED = {Party.RECEIVER: _("已移交"), Party.DECIDER: _("已办")}
EVERYTHING = "all"


# The keys of this desk, where they work; GUIDE §11 names them, these are the ones that exist.
KEYS: tuple[tuple[Promise, tuple[tuple[str, Promise], ...]], ...] = (
    (
        _("队列"),
        (
            ("J", _("下一行")),
            ("K", _("上一行")),
            ("Enter", _("打开这一行")),
            ("C", _("认领这一行")),
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


@dataclass(frozen=True)
class Tab:
    """One filter, how many cases it shows, and where it leads."""

    words: str | Promise
    light: str
    count: int
    query: str
    current: bool


@require_GET
@desk_page
def queue(request: OfficerRequest) -> HttpResponse:
    """What waits for one's office, soonest due first. `find` looks through all of its cases."""
    sides = sides_of(request.officer)
    side = _side(request, sides)
    find = request.GET.get("find", "").strip()
    shown = EVERYTHING if find else _shown(request)
    page = queries.queue(
        request.officer, side, shown=shown, find=find, after=request.GET.get("after", "")
    )
    keep = {"side": side.value} if len(sides) > 1 else {}
    context = {
        "rows": rows_of(page.cases, request.officer, side, today=standing.today()),
        "side": side,
        "sides": sides,
        "shown": shown,
        "find": find,
        "tabs": _tabs(request, side, shown, keep),
        "keep": keep,
        "is_first": "after" not in request.GET,
        "first": urlencode(keep | ({"find": find} if find else {"shown": shown})),
        "next": page.after
        and urlencode(
            keep | ({"find": find} if find else {"shown": shown}) | {"after": page.after}
        ),
    }
    return render(request, "desk/queue.html", context)


def _side(request: HttpRequest, sides: list[Party]) -> Party:
    asked = request.GET.get("side", "")
    return next((side for side in sides if side == asked), sides[0])


def _shown(request: HttpRequest) -> str:
    known = {name for name, _words, _light in FILTERS} | {"passed"}
    asked = request.GET.get("shown", "")
    return asked if asked in known else "mine"


def _tabs(request: OfficerRequest, side: Party, shown: str, keep: dict[str, str]) -> list[Tab]:
    counts = queries.queue_counts(request.officer, side)
    named = [*FILTERS, ("passed", PASSED[side], "")]
    return [
        Tab(words, light, counts[name], urlencode(keep | {"shown": name}), name == shown)
        for name, words, light in named
    ]


@require_GET
@desk_page
def keys(request: OfficerRequest) -> HttpResponse:
    """All keys of the desk, and the switch that turns them off."""
    return render(request, "desk/keys.html", {"groups": KEYS})
