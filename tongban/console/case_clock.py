"""`./run case clock NUMBER`: the ledger of a case, line by line."""

import json
from datetime import datetime
from typing import Annotated

import typer
from django.utils.timezone import now

from tongban.basics import identifiers
from tongban.basics.hours import BEIJING
from tongban.basics.refusals import NotFound
from tongban.cases import clocks_of_cases, queries, states
from tongban.cases.clocks import writing
from tongban.cases.clocks.ledger import CaseLine, Ledger
from tongban.ui.tags.dates import duration


def mount(app: typer.Typer) -> None:
    """Add the command to the words of a case."""
    app.command(help="逐行说明时限：谁持有多久、算不算、依据。 The clocks, line by line.")(clock)


def clock(
    number: Annotated[str, typer.Argument(help="办件编号 Number of the case")],
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")
    ] = False,
) -> None:
    """Worked out from the events and this node's calendar, now; nothing is stored."""
    number = identifiers.check_case_number(number)
    found = clocks_of_cases.ledger(number, at=now())
    if found is None:
        raise NotFound(queries.NO_SUCH_CASE)
    if as_json:
        print(json.dumps(writing.ledger(found), ensure_ascii=False, indent=2))
        return
    for words in lines(found):
        print(words)


def lines(found: Ledger) -> list[str]:
    """The ledger in words: its lines, its clocks, who held it how long, rules, documents."""
    said = [found.number]
    said += [_line(one) for one in found.lines]
    said.append("时限 Clocks:")
    for one in found.clocks:
        reckoned = one.reckoning
        due = reckoned.due_on or "—"
        unsure = "（暂定 provisional）" if reckoned.is_provisional else ""
        said.append(
            f"  {one.kind.label} {reckoned.term.limit}：{_minute(reckoned.term.start)} 起，"
            f"到期 {due}{unsure}，用 {reckoned.used}，{writing.light_words(reckoned)}"
        )
    held = "，".join(
        f"{states.PARTY_LABELS[party]}{duration(seconds)}" for party, seconds in found.held.items()
    )
    said.append(f"持有 Held: {held}；合计 {duration(sum(found.held.values()))}")
    rules = dict.fromkeys(rule for one in found.clocks for rule in one.reckoning.rules)
    said.append("规则 Rules:")
    said += [f"  {rule.words}（{rule.source}）" for rule in rules]
    said.append("放假安排 Calendar:")
    said += [f"  {one.year} {one.name}  {one.digest[:16]}" for one in found.documents] or ["  —"]
    return said


def _line(one: CaseLine) -> str:
    why = "、".join(rule.words for rule in one.rules)
    left = "" if one.left is None else f"  剩 {one.left}"
    return (
        f"{_minute(one.since)} – {_minute(one.until)}  {writing.holder_words(one)}  "
        f"{writing.counts_words(one)}  用 {one.used}{left}  {why}"
    )


def _minute(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
