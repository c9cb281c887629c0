"""One view for every irreversible act: say it, check it, do it once."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.basics import calendar
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import queries, states
from tongban.cases.models import Case
from tongban.cases.states import Move, State
from tongban.desk import signatures
from tongban.desk.act_forms import ActForm, ReturnForm
from tongban.desk.acts import ACTS, Act
from tongban.desk.bench import Bench, bench_of
from tongban.desk.course_forms import MoreTimeForm, RefusalForm, SpecialForm
from tongban.desk.drafted import drafted, proposal
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.offers import not_yet
from tongban.desk.sides import side_of
from tongban.desk.views.case import head
from tongban.jurisdictions import corrections
from tongban.parties import signing_in
from tongban.record import queries as recorded

ASK, CHECK, DO, MORE, BACK = "ask", "check", "do", "more", "back"
# What the check page hands on, besides what was typed.
_OWN = {"csrfmiddlewaretoken", "stage"}


@require_http_methods(["GET", "POST"])
@desk_page
def act(request: OfficerRequest, number: str, name: str) -> HttpResponse:
    """The page of an act. GET asks; POST checks, goes back, or does it, as its button says.

    An act that is no longer possible is refused here with its sentence and nothing typed is lost;
    pressed twice, the second press says that the first one did it.
    """
    if name not in ACTS:
        raise Http404
    page = ActPage(request, queries.case_for(request.officer, number), ACTS[name])
    if request.method == "GET":
        return page.open()
    stage = request.POST.get("stage", DO)
    if stage in {MORE, BACK}:
        return page.ask_again(one_more=stage == MORE)
    return page.check() if stage == CHECK and page.act.asks_first else page.do()


class ActPage:
    """One request for one act on one case."""

    def __init__(self, request: OfficerRequest, case: Case, act: Act) -> None:
        self.request, self.case, self.act = request, case, act
        self.move: Move = act.move(case)
        self.version = queries.version_of(case)
        self.bench: Bench = bench_of(
            case, request.officer, side_of(request.officer, case), queries.particulars(case)
        )

    def open(self) -> HttpResponse:
        """The act as one first sees it; refused at once when it is not possible now."""
        self._check_possible()
        if not signatures.is_ready(self.case, self.move):
            return redirect("desk:ask-signature", self.case.number, self.act.name)
        kept = signing_in.take(self.request, now())
        form = self._form(kept or self._signed_words())
        if kept is not None and isinstance(form, ReturnForm):
            form = form.unjudged(one_more=False)
        return self._page(form, ASK, kept=kept is not None)

    def _signed_words(self) -> QueryDict | None:
        """What the leader signed for, as the form has it."""
        signature = self._signature()
        return signatures.typed(signature) if signature else None

    def ask_again(self, *, one_more: bool) -> HttpResponse:
        """What was typed, unjudged: back from the check page, with room for more, or with what was found."""
        form = self._form(self.request.POST)
        if isinstance(form, RefusalForm):
            form = form.unjudged()
        if isinstance(form, ReturnForm):
            form = form.unjudged(one_more=one_more)
        return self._page(form, ASK)

    def check(self) -> HttpResponse:
        """What was typed, as it will be read; nothing is done yet."""
        self._check_possible()
        form = self._form(self.request.POST)
        return self._page(form, CHECK) if form.is_valid() else self._page(form, ASK, status=422)

    def do(self) -> HttpResponse:
        """Do it. Refused, the page stays with everything typed and says why."""
        form = self._form(self.request.POST)
        if not form.is_valid():
            # A second press comes after the first one changed the bench; say that, not what is missing.
            return self._refused_if_impossible(form) or self._page(form, ASK, status=422)
        try:
            self.act.do(
                number=self.case.number, officer=self.request.officer, at=now(), **form.say()
            )
        except FieldsRefused as refusal:
            for field, sentences in refusal.errors.items():
                form.add_error(field if field in form.fields else None, sentences)
            return self._page(form, ASK, status=refusal.status)
        except Refused as refusal:
            return self._refusal(form, refusal)
        messages.success(
            self.request, _("%(act)s已办好，写进了办件记录") % {"act": _(self.move.label)}
        )
        return HttpResponseRedirect(reverse("desk:case", args=[self.case.number]))

    def _form(self, data: QueryDict | None) -> ActForm:
        words = drafted(self.case, self.move)
        return self.act.form(data, bench=self.bench, version=self.version, initial=words)

    def _check_possible(self) -> None:
        self.act.check(self.request.officer, self.case)
        if why := not_yet(self.move, self.bench):
            raise Refused(why)

    def _refused_if_impossible(self, form: ActForm) -> HttpResponse | None:
        try:
            self.act.check(self.request.officer, self.case)
        except Refused as refusal:
            return self._refusal(form, refusal)
        return None

    def _refusal(self, form: ActForm, refusal: Refused) -> HttpResponse:
        self.case = queries.case_for(self.request.officer, self.case.number)
        done = self._did_it_already()
        return self._page(form, ASK, status=refusal.status, refusal=refusal, done=done)

    def _did_it_already(self) -> bool:
        """Whether this very officer made this move: a double click, or a second tab."""
        # What the other node wrote on receiving it does not count: nobody has acted since.
        acts = [one for one in recorded.events(self.case.number) if one.kind != states.ARRIVE]
        mine = self.request.officer.pseudonym
        return acts[-1].kind == self.move.name and acts[-1].author.officer == mine

    def _page(self, form: ActForm, stage: str, *, status: int = 200, **more: Any) -> HttpResponse:
        today = localdate()
        context = head(self.request, self.case) | {
            "act": self.act,
            "move": self.move,
            "label": _(self.move.label),
            "form": form,
            "stage_words": states.LABELS[State(self.case.state)],
            "stage": stage,
            "bench": self.bench,
            "applicant": queries.particulars(self.case)["applicant"],
            "to_case": reverse("desk:case", args=[self.case.number]),
            "typed": self._typed(),
            "signature": self._signature(),
            "proposal": proposal(self.case),
            **_promised(form),
            "correcting": (correcting := corrections.of(self.case.deciding_place)),
            "answer_by": calendar.add_working_days(today, _days(form) or correcting.days),
            "today": today,
            "officer": self.request.officer,
        }
        return render(self.request, self.act.template, context | more, status=status)

    def _signature(self) -> signatures.Signature | None:
        """The leader's signature that this act uses, with what was said in it."""
        wanted = signatures.wants(self.case, self.move)
        return signatures.last(self.case, self.move) if wanted else None

    def _typed(self) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, values in self.request.POST.lists()
            if name not in _OWN
            for value in values
        ]


def _days(form: ActForm) -> int | None:
    """The working days that a notice is about to give, once they are said."""
    is_said = isinstance(form, MoreTimeForm) and form.is_bound and form.is_valid()
    return form.cleaned_data["days"] if is_said else None


def _promised(form: ActForm) -> dict[str, Any]:
    """What a notice of a special procedure promises: which one, and until which day."""
    is_said = isinstance(form, SpecialForm) and form.is_bound and form.is_valid()
    said = form.cleaned_data if is_said else {}
    if not said.get("kind") or not said.get("days"):
        return {}
    until = calendar.add_working_days(localdate(), said["days"])
    return {"kind_words": states.SPECIAL_KINDS[said["kind"]], "until": until}
