"""Which documents there are, and which act gives them."""

from dataclasses import dataclass

from tongban.cases import states


@dataclass(frozen=True)
class Kind:
    """One kind of document: its key (and its template's name), its title, the acts that give it."""

    key: str
    title: str
    acts: tuple[str, ...]


_CLOSINGS = (
    states.CLOSE_AT_WINDOW.name,
    states.CLOSE_ONLINE.name,
    states.CLOSE_BY_POST.name,
)

KINDS: tuple[Kind, ...] = (
    Kind("consent", "服务同意书", (states.RECEIVE.name,)),
    Kind("receipt", "收件告知单", (states.RECEIVE.name,)),
    Kind("acceptance", "受理通知书", (states.ACCEPT.name, states.DEEM_ACCEPTED.name)),
    Kind("refusal", "不予受理通知书", (states.REFUSE_ACCEPTANCE.name,)),
    Kind("correction", "补正告知书", (states.ASK_CORRECTION.name, states.GIVE_MORE_TIME.name)),
    Kind("special", "特别程序告知书", (states.BEGIN_SPECIAL.name,)),
    Kind("extension", "延期告知书", (states.EXTEND.name,)),
    Kind("suspension", "中止告知书", (states.SUSPEND.name,)),
    Kind("termination", "终止告知书", (states.TERMINATE.name,)),
    Kind("amendment", "更正决定书", (states.CORRECT_DECISION.name,)),
    Kind("service", "送达回证", _CLOSINGS),
    Kind("closing", "办结通知", _CLOSINGS),
)
BY_KEY = {kind.key: kind for kind in KINDS}
# The document of the decision itself is on the record as a file of its own (documents.decision).
DECISION = "decision"


def given_by(act: str) -> list[Kind]:
    """The documents that an act gives."""
    return [kind for kind in KINDS if act in kind.acts]


ACTS = tuple(sorted({act for kind in KINDS for act in kind.acts}))
