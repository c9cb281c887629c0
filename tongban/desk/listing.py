"""One list of cases as an officer asked for it: the same for its page, its export and its name."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases import queues, standing
from tongban.cases.models import Case
from tongban.cases.queues import Page
from tongban.cases.states import Party
from tongban.desk.gate import OfficerRequest
from tongban.desk.narrowing import Narrowing
from tongban.desk.sides import sides_of
from tongban.parties import absences
from tongban.parties.models import Officer

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


@dataclass(frozen=True)
class Listing:
    """Whose list, which side of the office, which filter, what is looked for in it."""

    officer: Officer
    colleagues: list[Officer]
    sides: list[Party]
    side: Party
    shown: str
    find: str
    narrowing: Narrowing

    @property
    def condition(self) -> Q:
        """What the filters ask for besides."""
        return self.narrowing.condition(self.side, self.officer)

    def cases(self) -> QuerySet[Case]:
        """All cases of the list, by due day."""
        return queues.listed(
            self.officer, self.side, shown=self.shown, find=self.find, narrowed=self.condition
        )

    def page(self, after: str) -> Page:
        """One page of them."""
        return queues.queue(
            self.officer,
            self.side,
            shown=self.shown,
            find=self.find,
            narrowed=self.condition,
            after=after,
        )

    @property
    def keep(self) -> dict[str, str]:
        """What every address of this queue carries."""
        return {"side": self.side.value} if len(self.sides) > 1 else {}

    @property
    def filters(self) -> dict[str, str]:
        """What makes this list differ from another one of the same side."""
        chosen = {"find": self.find} if self.find else {"shown": self.shown}
        return chosen | self.narrowing.asked

    @property
    def query(self) -> str:
        """The address of this list."""
        return urlencode(self.keep | self.filters)


def listing_of(request: OfficerRequest, asked: QueryDict | None = None) -> Listing:
    """The list that an address asks for; what nobody offers in it narrows nothing."""
    data = request.GET if asked is None else asked
    sides = sides_of(request.officer)
    colleagues = absences.colleagues(request.officer)
    find = data.get("find", "").strip()
    return Listing(
        officer=request.officer,
        colleagues=colleagues,
        sides=sides,
        side=_side(data, sides),
        shown=EVERYTHING if find else _shown(data),
        find=find,
        narrowing=Narrowing(data, colleagues=colleagues, today=standing.today()),
    )


def listing_before(request: OfficerRequest) -> Listing:
    """The list from which a form of its page was sent, by the query that the form carries."""
    return listing_of(request, QueryDict(request.POST.get("list", "")))


def _side(data: QueryDict, sides: list[Party]) -> Party:
    asked = data.get("side", "")
    return next((side for side in sides if side == asked), sides[0])


def _shown(data: QueryDict) -> str:
    known = {name for name, _words, _light in FILTERS} | {"passed", EVERYTHING}
    asked = data.get("shown", "")
    return asked if asked in known else "mine"
