"""`./run catalogue import`, `export` and `template`: the catalogue in files."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from tongban.console.exits import Exit
from tongban.console.terminal import Steps, console

if TYPE_CHECKING:
    from tongban.catalogue.interchange.lists import ListDifference
    from tongban.catalogue.interchange.plans import Plan

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
_ACTIONS = {
    "added": "新增 added",
    "changed": "修改 changed",
    "retired": "停用 retired",
    "unchanged": "不变 unchanged",
}
_LONGEST = 80  # characters of a value in the difference


def mount(app: typer.Typer) -> None:
    """Add the commands to the noun `catalogue`."""
    app.command(
        name="import",
        help="导入实施清单，或比较全国清单；先显示差异，再问是否写入。 Take a file in.",
    )(import_file)
    app.command(help="导出实施清单或全国清单。 Write implementations, or the lists.")(export)
    app.command(help="写出可以填写的模板。 Write the template that officials fill in.")(template)


def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help="xlsx、csv、json，或者清单原文。 A file.",
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看差异，不写入。 Show the difference only.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="看过差异，不再询问。 Write without asking.")
    ] = False,
    whole: Annotated[
        str, typer.Option(help="文件是这个地方的全部清单，没有写的停用。 All of a place's list.")
    ] = "",
    show: Annotated[
        int, typer.Option(min=1, max=10_000, help="显示前几处。 How many are shown.")
    ] = 20,
    faults: Annotated[
        Path | None, typer.Option(help="把全部问题写进这个CSV。 All faults, as CSV.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Code 1 when the file has a fault that stops it, or is no file that can be read."""
    from django.utils.timezone import now

    from tongban.catalogue.interchange import lists
    from tongban.catalogue.interchange.records import FileRefused
    from tongban.catalogue.operations import importing

    if whole and not (whole.isdecimal() and len(whole) == 6):
        raise typer.BadParameter("--whole 后面写六位区划代码。 --whole takes a code of six digits.")
    if (difference := lists.compare(file)) is not None:
        _tell_lists(difference, as_json=as_json)
        raise typer.Exit(Exit.REFUSED if difference.changes else Exit.DONE)
    at = now()
    try:
        with Steps(quiet=as_json) as steps:
            steps.say("读取并比较 Reading and comparing")
            plan = importing.plan(
                file, None, at, whole=whole, show=show, faults_to=faults, progress=steps.advance
            )
    except FileRefused as refused:
        print(refused.message)
        raise typer.Exit(Exit.REFUSED) from refused
    with plan:
        _tell(plan, as_json=as_json)
        if not plan.is_applicable:
            raise typer.Exit(Exit.REFUSED)
        if dry_run or not plan.writes or not (yes or _asked(plan, as_json=as_json)):
            return
        _apply(plan, at, as_json=as_json)


def _asked(plan: "Plan", *, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        print("没有写入；加 --yes 写入。 Nothing was written; add --yes to write.")
        return False
    return typer.confirm(f"写入这{plan.writes}行？ Write {plan.writes} rows?")


def _apply(plan: "Plan", at: datetime, *, as_json: bool) -> None:
    from tongban.catalogue.operations import importing

    with Steps(quiet=as_json) as steps:
        steps.say("写入 Writing")
        written = importing.apply(plan, None, at, progress=steps.advance)
    if not as_json:
        print(f"已写入 {written} 行。 {written} rows written.")


def _facts(plan: "Plan") -> dict[str, Any]:
    return {
        "file": plan.file,
        "format": plan.format,
        "rows": plan.rows,
        "counts": {action: plan.counts[action] for action in plan.counts},
        "fields": dict(plan.fields.most_common()),
        "errors": plan.faults.errors,
        "flags": plan.faults.flags,
        "kinds": {code: count for (_severity, code), count in plan.faults.counts.items()},
        "shown": [
            {
                "row": one.row,
                "action": one.action,
                "item": one.item,
                "place": one.place,
                "part": one.part,
                "name": one.name,
                "number": one.number,
                "changes": {change.heading: [change.old, change.new] for change in one.changes},
            }
            for one in plan.shown
        ],
        "faults": [vars(fault) for fault in plan.faults.first],
    }


def _tell(plan: "Plan", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_facts(plan), ensure_ascii=False, indent=2))
        return
    counts = "，".join(f"{words} {plan.counts.get(one, 0)}" for one, words in _ACTIONS.items())  # type: ignore[call-overload]
    print(f"{plan.rows} 行 rows：{counts}")
    if plan.unknown_headings:
        print(f"不认识的列，没有读 unknown columns: {'、'.join(plan.unknown_headings)}")
    for one in plan.shown:
        place = f"第{one.row}行" if one.row else "文件里没有"
        version = f"第{one.number}版，{one.from_day}起" if one.number else "版本不变"
        console.print(
            f"  [bold]{_ACTIONS[one.action].split()[0]}[/]  {place}  {one.item} "
            f"{escape(one.place_name)} {escape(one.name)}（{version}）"
        )
        if one.action != "added":
            for change in one.changes:
                console.print(
                    f"      {escape(change.heading)}：{escape(_short(change.old))}"
                    f" → {escape(_short(change.new))}"
                )
    if plan.writes > len(plan.shown):
        print(f"  …… 共 {plan.writes} 行会变 rows change in all")
    _tell_faults(plan)


def _tell_faults(plan: "Plan") -> None:
    from tongban.catalogue.interchange.faults import ERROR, by_kind

    faults = plan.faults
    if not faults.counts:
        return
    print(f"必须改 errors {faults.errors} 处，请核对 flags {faults.flags} 处：")
    for severity, code, count in by_kind(faults.counts):
        print(f"  {'必须改' if severity == ERROR else '请核对'}  {code}  {count}")
    for fault in faults.first:
        colour = "red" if fault.is_error else "yellow"
        where = f"第{fault.row}行 {fault.column}{'列' if fault.column else ''} {fault.heading}"
        console.print(f"  [{colour}]{where.strip()}[/]  {escape(fault.message)}")
        console.print(f"      [dim]{escape(fault.mend)}（{fault.code}）[/]")
    if faults.errors:
        print("有必须改的，一行也没有写入。 Nothing was written.")


def _tell_lists(difference: "ListDifference", *, as_json: bool) -> None:
    if as_json:
        print(
            json.dumps(
                {"items": difference.items, "changes": [vars(one) for one in difference.changes]},
                ensure_ascii=False, indent=2,
            )
        )  # fmt: skip
        return
    print(f"全国清单 national lists：{difference.items} 项 items")
    for one in difference.changes:
        console.print(
            f"  {one.code} {escape(one.name)}  {one.heading}："
            f"{escape(_short(one.old))} → {escape(_short(one.new))}"
        )
    if difference.changes:
        print(
            f"{len(difference.changes)} 处不同。清单只从文件原文更新：./run catalogue read，再 load。"
            " The lists change by `catalogue read` and `load` only."
        )
    else:
        print("和已载入的一致。 The same as what is loaded.")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="写到哪里。 Where to.")],
    format_: Annotated[
        str, typer.Option("--format", help="csv、xlsx、json；默认看文件名。 By the name.")
    ] = "",
    province: Annotated[str, typer.Option(help="只要这个省，例如 35。 One province only.")] = "",
    lists: Annotated[
        bool, typer.Option("--lists", help="写全国清单，一项一行。 The national lists.")
    ] = False,
) -> None:
    """Code 2 for a format that is none."""
    from tongban.catalogue.interchange import exporting

    chosen = format_ or file.suffix.removeprefix(".").lower()
    if chosen not in exporting.FORMATS or (lists and chosen != "csv"):
        raise typer.BadParameter(
            f"格式只有 {'、'.join(exporting.FORMATS)}，全国清单只有 csv。 No such format: {chosen}"
        )
    if province and not (province.isdecimal() and len(province) in {2, 4, 6}):
        raise typer.BadParameter("省份写两位数字，例如 35。 A province has two digits.")
    count = (
        exporting.write_lists(file) if lists else exporting.write(file, chosen, _prefix(province))
    )
    print(f"已写出 {count} 行：{file}。 {count} rows written.")


def _prefix(place: str) -> str:
    return place.removesuffix("0000") if len(place) == 6 and place.endswith("0000") else place


def template(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="xlsx 或 csv。 Where to.")],
) -> None:
    """Code 2 for anything but .xlsx and .csv."""
    from tongban.catalogue.interchange import columns
    from tongban.catalogue.interchange.csv_files import write_csv
    from tongban.catalogue.interchange.xlsx_writing import write_xlsx

    kind = file.suffix.lower()
    if kind == ".xlsx":
        write_xlsx(file)
    elif kind == ".csv":
        said = [one.explanation for one in columns.COLUMNS]
        said[0] = columns.EXPLAINS + said[0]
        write_csv(file, [one.heading for one in columns.COLUMNS], [said])
    else:
        raise typer.BadParameter("模板只有 xlsx 和 csv。 A template is .xlsx or .csv.")
    print(f"已写出模板：{file}。 The template was written.")
