"""The alarms of one's own office: what turned amber or red, counted as accepted, went to the leader."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tongban.basics.refusals import FieldsRefused
from tongban.cases import alarms, queries, standing
from tongban.cases.alarms import Asked
from tongban.cases.clocks.rules import KINDS
from tongban.cases.models import Alarm
from tongban.cases.operations import alarming, assigning
from tongban.cases.queries import Light
from tongban.cases.states import Party
from tongban.catalogue import queries as catalogue
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.sides import Pair, pair_of, sides_of

FILTERS: tuple[tuple[str, str | Promise, str], ...] = (
    ("", gettext_lazy("全部"), ""),
    (alarms.AMBER, gettext_lazy("黄灯"), "warn"),
    (alarms.RED, gettext_lazy("红灯"), "bad"),
    (alarms.DEEMED, gettext_lazy("视为受理"), "bad"),
    (alarms.ESCALATED, gettext_lazy("已报负责人"), "bad"),
)
STANDS: tuple[tuple[str, str | Promise], ...] = (
    (alarms.OPEN, gettext_lazy("还没有处理")),
    (alarms.ACKNOWLEDGED, gettext_lazy("处理过的")),
    (alarms.ALL, gettext_lazy("全部，包括已经过去的")),
)


@dataclass(frozen=True)
class Row:
    """One alarm as its page shows it."""

    alarm: Alarm
    item: str
    applicant: str
    pair: Pair
    clock: str | Promise
    light: Light
    note: str

    @property
    def field_id(self) -> str:
        """The id of its field on the page."""
        return f"note-{self.alarm.pk}"


@dataclass(frozen=True)
class Tab:
    """One filter, how many it shows, and where it leads."""

    words: str | Promise
    light: str
    count: int | None
    query: str
    current: bool


@require_GET
@desk_page
def index(request: OfficerRequest) -> HttpResponse:
    """The alarms of one's own office, with a way into each case."""
    return _page(request, _asked(request.GET.get("kind", ""), request.GET.get("stand", "")))


def _asked(kind: str, stand: str) -> Asked:
    """What an address asks for; nonsense in it narrows nothing."""
    kinds = {name for name, _words, _light in FILTERS}
    stands = {name for name, _words in STANDS}
    return Asked(kind if kind in kinds else "", stand if stand in stands else alarms.OPEN)


def _page(
    request: OfficerRequest, asked: Asked, *, status: int = 200, wrong: int = 0, sentence: str = ""
) -> HttpResponse:
    counts = alarms.counts(request.officer) if asked.stand == alarms.OPEN else {}
    found = Paginator(alarms.alarms_of(request.officer, asked), alarms.PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "rows": _rows(page),
        "page": page,
        "tabs": [
            Tab(
                words,
                light,
                counts.get(kind),
                urlencode({"kind": kind, "stand": asked.stand}),
                kind == asked.kind,
            )
            for kind, words, light in FILTERS
        ],
        "stands": [
            (words, urlencode({"kind": asked.kind, "stand": name}), name == asked.stand)
            for name, words in STANDS
        ],
        "query": urlencode({"kind": asked.kind, "stand": asked.stand}),
        "asked": asked,
        "side": sides_of(request.officer)[0],
        "is_leader": assigning.leads(request.officer),
        "most": alarming.LONGEST,
        "wrong": wrong,
        "sentence": sentence,
        "errors": [(f"note-{wrong}", sentence)] if wrong else [],
    }
    return render(request, "desk/alarms.html", context, status=status)


def _rows(page: "Page[Alarm]") -> list[Row]:
    names = queries.applicant_names(alarm.case for alarm in page)
    return [_row(alarm, names[alarm.case_id]) for alarm in page]


def _row(alarm: Alarm, applicant: str) -> Row:
    return Row(
        alarm,
        catalogue.item(alarm.case.item).name,
        applicant,
        pair_of(alarm.case, Party(alarm.holder)),
        KINDS[alarm.clock].label,
        _light(alarm),
        alarms.note(alarm),
    )


def _light(alarm: Alarm) -> Light:
    """How it stands now, as long as the clock is the one that rang; else what it was."""
    if alarm.light == alarms.DEEMED:
        return Light("bad", _("视为受理"), alarm.due_on)
    if alarm.case.holder == alarm.holder and alarm.case.due_on == alarm.due_on:
        return queries.light(alarm.case, standing.today())
    return Light("", _("已经过去"), alarm.due_on)


@require_POST
@desk_page
def acknowledge(request: OfficerRequest, alarm_id: int) -> HttpResponse:
    """The 记下 button: somebody of the office sees to it, and says how."""
    asked = _asked(request.POST.get("kind", ""), request.POST.get("stand", ""))
    try:
        alarming.acknowledge(
            alarm_id=alarm_id,
            officer=request.officer,
            note=request.POST.get("note", ""),
            at=now(),
        )
    except FieldsRefused as refusal:
        sentence = next(iter(refusal.errors.values()))[0]
        return _page(request, asked, status=refusal.status, wrong=alarm_id, sentence=str(sentence))
    messages.success(request, _("已经记下，时限照样在走"))
    query = urlencode({"kind": asked.kind, "stand": asked.stand})
    return redirect(f"{reverse('desk:alarms')}?{query}")
