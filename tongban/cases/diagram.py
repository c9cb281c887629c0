"""The table of moves as a diagram, so that what is drawn is what the code does."""

from tongban.cases import states
from tongban.cases.states import (
    CHANGE_RULES,
    ENDED,
    LABELS,
    MOVES,
    PARTY_LABELS,
    Mode,
    Move,
    Party,
    State,
)

_START = "[*]"
# One diagram for modes made of the same moves.
TITLES: dict[Mode, str] = {
    Mode.RECEIVED_FOR: "异地代收代办，现场办理",
    Mode.ONLINE: "全程网办，全国无差别办理",
    Mode.JOINT: "多地联办",
    Mode.PRECHECK_MAIL: "网上预审加寄递",
}


def page() -> str:
    """A Markdown page with one Mermaid diagram a mode, and the table of all moves."""
    parts = [
        "# The states of a case",
        "",
        "Generated from `tongban/cases/states.py` by `./run docs generate`; do not edit.",
        "A move across two nodes passes through the channel: the receiving node writes `arrive`,",
        "and only then does the next party hold the case. `withdraw` is left out of the diagrams:",
        "it goes from every state before the decision, written down by whoever holds the case.",
        "While the decider holds a case and has not decided, its node may also write",
        f"`{CHANGE_RULES}`: rules that are better for the applicant apply, and nothing else moves.",
        "What the node of the holder writes without moving a case: "
        + ", ".join(f"`{kind}`" for kind in states.NOTES)
        + ".",
        "Marked ✍ is what only counts with the signature of the office's leader; `ask_correction` is",
        "so the second time. `deem_accepted`, `deliver_by_post` and `post_failed` are written by the",
        "deciding node itself, as are the closings when the parcel with the result was signed for;",
        "`lapse_correction` and `lapse_originals` by the applicant's, on a day after the last one that",
        "a notice gave.",
    ]
    for mode, title in TITLES.items():
        parts += ["", f"## {title}", "", "```mermaid", *_diagram(mode), "```"]
    parts += ["", "## All moves", "", *_table()]
    return "\n".join(parts) + "\n"


def _diagram(mode: Mode) -> list[str]:
    moves = [m for m in MOVES if states.only_in(mode, m) and m is not states.WITHDRAW]
    used = {state for move in moves for state in (*move.sources, move.target)}
    lines = ["stateDiagram-v2"]
    lines += [f"    {state}: {LABELS[state]}" for state in State if state in used]
    lines.append(f"    {_START} --> {State.DRAFT}")
    for move in moves:
        signed = "✍" if move in states.COUNTERSIGNED else ""
        lines += [
            f"    {source} --> {arrival}: {move.label}{signed}（{PARTY_LABELS[move.by]}）"
            for source in State
            if source in move.sources
            for arrival in _arrivals(move, source)
        ]
    lines += [f"    {state} --> {_START}" for state in State if state in ENDED & used]
    return lines


def _arrivals(move: Move, source: State) -> list[State]:
    """Where a move leads from a state: one place, but that a correction stays what was decided."""
    if move is not states.CORRECT_DECISION:
        return [states.after_arrival(move.target)]
    return [source] if source in {State.APPROVED, State.DENIED} else [State.APPROVED, State.DENIED]


def _table() -> list[str]:
    head = ["| Move | 说法 | From | To | By | Holder after |", "|---|---|---|---|---|---|"]
    return head + [_row(move) for move in MOVES]


def _row(move: Move) -> str:
    sources = ", ".join(f"`{state}`" for state in State if state in move.sources)
    ends = [move.target]
    if move is states.CORRECT_DECISION:
        ends = [State.APPROVED, State.DENIED]
    target = " or ".join(f"`{state}`" for state in ends)
    after = "nobody" if move.to is Party.NOBODY else move.to.value
    return f"| `{move.name}` | {move.label} | {sources} | {target} | {move.by.value} | {after} |"
