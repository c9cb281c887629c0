"""Words that an act begins with because somebody wrote them before: a proposal, a request to sign."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.operations import lapsing
from tongban.cases.states import Move, State
from tongban.desk import signatures
from tongban.jurisdictions import corrections
from tongban.record import queries as recorded


def drafted(case: Case, move: Move) -> dict[str, Any]:
    """What the form of an act begins with, by field; the officer may change it."""
    if move in {states.APPROVE, states.DENY} and case.proposal:
        return {name: text for name, text in proposal(case).items() if name != "note"}
    if move is states.TERMINATE and case.state == State.LAPSED:
        return _lapsed(case)
    found = signatures.last(case, move) if signatures.wants(case, move) else None
    return {"reason": found.reason, **found.terms} if found else {}


def _lapsed(case: Case) -> dict[str, Any]:
    """The ground of a case that ends because nobody answered; its basis only where a place set one."""
    last = lapsing.notice(case)["answer_by"]
    day = date_format(date.fromisoformat(last), "Y年n月j日") if last else ""
    ground = _("补正告知书请申请人在%(day)s前补齐材料，到期没有收到补正材料。") % {"day": day}
    return {"ground": ground, "basis": corrections.of(case.deciding_place).basis}


def proposal(case: Case) -> dict[str, Any]:
    """The words of the proposal that lies before the second officer; empty without one."""
    if not case.proposal:
        return {}
    made = [one for one in recorded.events(case.number) if one.kind == states.PROPOSE.name]
    told = recorded.part(made[-1].sealed) if made else {}
    return {name: told[name] for name in ("ground", "basis", "note") if told.get(name)}
