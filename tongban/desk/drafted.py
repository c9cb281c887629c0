"""Words that an act begins with because somebody wrote them before: a proposal, a request to sign."""

from typing import Any

from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.states import Move
from tongban.desk import signatures
from tongban.record import queries as recorded


def drafted(case: Case, move: Move) -> dict[str, Any]:
    """What the form of an act begins with, by field; the officer may change it."""
    if move in {states.APPROVE, states.DENY} and case.proposal:
        return {name: text for name, text in proposal(case).items() if name != "note"}
    found = signatures.last(case, move) if signatures.wants(case, move) else None
    return {"reason": found.reason, **found.terms} if found else {}


def proposal(case: Case) -> dict[str, Any]:
    """The words of the proposal that lies before the second officer; empty without one."""
    if not case.proposal:
        return {}
    made = [one for one in recorded.events(case.number) if one.kind == states.PROPOSE.name]
    told = recorded.part(made[-1].sealed) if made else {}
    return {name: told[name] for name in ("ground", "basis", "note") if told.get(name)}
