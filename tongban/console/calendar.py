"""`./run calendar …`: which days are worked, and the documents that say so."""

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from tongban.basics.arrangements import NATION
from tongban.console.exits import Exit
from tongban.jurisdictions import calendars
from tongban.jurisdictions.calendars import CalendarRefused, Plan

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="放假安排：查看、载入  Working days: show, load",
)  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]


@app.callback()
def _calendar() -> None:
    """Shipped for 2004 to 2026; later years are loaded once they are published."""


@app.command(help="一年的放假和调休，按哪份文件。 A year's days off and days made up for.")
def show(
    year: Annotated[int, typer.Argument(min=2000, max=2100)],
    place: Annotated[str, typer.Option(help="六位行政区划代码。 A division.")] = NATION,
    as_json: AsJson = False,
) -> None:
    """Says of each year without a document that it is provisional."""
    known = calendars.of(place)
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    said = [(day, known.said(day)) for day in days]
    facts: dict[str, Any] = {
        "year": year,
        "place": place,
        "provisional": known.is_provisional(first),
        "working_days": sum(one.works for _, one in said),
        "digest": known.digest,
        "documents": [one.as_dict() | {"digest": one.digest} for one in known.used_in(first, last)],
        "rest": [
            {"day": day.isoformat(), "holiday": one.holiday}
            for day, one in said
            if one.arrangement and not one.works
        ],
        "work": [day.isoformat() for day, one in said if one.arrangement and one.works],
    }
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    unsure = "，暂定：还没有公布 provisional" if facts["provisional"] else ""
    print(f"{year}年 {facts['working_days']}个工作日{unsure}")
    for document in facts["documents"]:
        print(
            f"  {document['number'] or '（文号未知）'} {document['title']}  {document['digest'][:16]}"
        )
    for row in facts["rest"]:
        print(f"  {row['day']} 放假 {row['holiday']}")
    for day in facts["work"]:
        print(f"  {day} 上班 worked")


@app.command(help="载入一年（或几天）的放假安排；--dry-run 只看会变什么。 Load an arrangement.")
def load(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON，见 docs/how-to。")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="不写入。 Write nothing.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="替换同一文号。 Replace.")] = False,
    as_json: AsJson = False,
) -> None:
    """Code 1 with every fault. Then the dates of running cases are folded anew and told."""
    from django.utils.timezone import now

    from tongban.cases.operations import recounting

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        print(f"读不了 Cannot read {file}: {unreadable}", file=sys.stderr)
        raise typer.Exit(Exit.WRONG_WORDS) from unreadable
    try:
        documents = calendars.read(text)
    except CalendarRefused as refused:
        for fault in refused.facts().get("faults", []):
            print(f"{fault['where'] or '文件'}：{fault['words']}", file=sys.stderr)
        raise
    planned = calendars.plan(documents)
    if not dry_run:
        planned = calendars.load(documents, at=now(), replace=replace)
    moved = [] if dry_run or not planned.since else recounting.recount(since=planned.since)
    if as_json:
        cases = [{"number": m.number, "was": m.was, "is": m.now} for m in moved]
        report = planned.as_dict() | {"dry_run": dry_run, "cases": cases}
        print(json.dumps(report, ensure_ascii=False, indent=2, default=str))
        return
    _tell(planned, dry_run=dry_run)
    for one in moved:
        print(f"办件 {one.number}：到期日 {one.was} → {one.now}")


def _tell(planned: Plan, *, dry_run: bool) -> None:
    words = "将会" if dry_run else "已经"
    for kind, documents in (("新载入", planned.new), ("替换", planned.changed)):
        for one in documents:
            print(f"{words}{kind}：{one.year} {one.name}  {one.digest[:16]}")
    for one in planned.same:
        print(f"没有变化 Same: {one.year} {one.name}")
    for change in planned.days:
        print(f"  {change.day} {'上班' if change.works else '放假'} {change.holiday}")
    for year in planned.settled:
        print(f"  {year}年不再是暂定 no longer provisional")
