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
    ]
    titles = {Mode.RECEIVED_FOR: "异地代收代办", Mode.ONLINE: "全程网办"}
    for mode, title in titles.items():
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
        arrival = states.after_arrival(move.target)
        lines += [
            f"    {source} --> {arrival}: {move.label}（{PARTY_LABELS[move.by]}）"
            for source in State
            if source in move.sources
        ]
    lines += [f"    {state} --> {_START}" for state in State if state in ENDED & used]
    return lines


def _table() -> list[str]:
    head = ["| Move | 说法 | From | To | By | Holder after |", "|---|---|---|---|---|---|"]
    return head + [_row(move) for move in MOVES]


def _row(move: Move) -> str:
    sources = ", ".join(f"`{state}`" for state in State if state in move.sources)
    after = "nobody" if move.to is Party.NOBODY else move.to.value
    return f"| `{move.name}` | {move.label} | {sources} | `{move.target}` | {move.by.value} | {after} |"
