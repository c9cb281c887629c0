"""`./run jurisdictions …`: divisions, regions, departments, authorities."""

import json
from typing import Annotated, Any

import typer

from tongban.console import acting
from tongban.console.exits import Exit

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="行政区划、区域、部门、机关和专窗  Divisions, regions, departments, authorities",
)  # fmt: skip

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]


@app.callback()
def _jurisdictions(ctx: typer.Context) -> None:
    """Places and who is competent there."""
    if ctx.invoked_subcommand != "read":
        acting.set_up_django()


@app.command(
    help="从公开的代码表生成随附的区划文件；--check 只比较。 Make the shipped files of places."
)
def read(
    check: Annotated[
        bool, typer.Option("--check", help="只比较，不写入。 Compare and write nothing.")
    ] = False,
) -> None:
    """Code 1 under --check when a shipped file is not what the sources say."""
    from tongban.jurisdictions.reading import area_codes, divisions

    made = {divisions.PATH: divisions.file_text(), area_codes.PATH: area_codes.build()}
    stale = [path for path, text in made.items() if path.read_text("utf-8") != text]
    for path in stale:
        if check:
            print(f"与来源不一致，请运行 ./run jurisdictions read。 Out of date: {path.name}")
        else:
            path.write_text(made[path], "utf-8")
            print(f"已写入 Written: {path.name}")
    if not stale:
        print("随附的文件与来源一致。 The shipped files are what the sources say.")
    if check and stale:
        raise typer.Exit(Exit.REFUSED)


@app.command(help="载入区划、区域、部门和节点；再次执行很快。 Load the reference data.")
def load(as_json: AsJson = False) -> None:
    """Bring divisions, regions, departments and the list of nodes up to date."""
    from django.utils.timezone import now

    from tongban.jurisdictions import operations

    _say(operations.load_reference(at=now()).as_dict(), as_json)


@app.command(help="一个地方：全称、起止、接替、由谁服务、由谁决定。 What is known of a place.")
def show(
    code: Annotated[str, typer.Argument(help="六位行政区划代码。 A division of six digits.")],
    as_json: AsJson = False,
) -> None:
    """A place, its years and successors, its node, its organs and windows; code 1 if unknown."""
    from django.utils.timezone import localdate

    from tongban.jurisdictions import queries

    place, today = queries.division(code), localdate()
    facts: dict[str, Any] = {
        "code": place.code,
        "name": queries.full_name(code),
        "level": place.level,
        "from": place.valid_from.year if place.valid_from else None,
        "to": place.valid_to.year if place.valid_to else None,
        "successors": place.successors,
    }
    if queries.exists(code, today):
        facts |= _of_today(code)
    _say(facts, as_json)


def _of_today(code: str) -> dict[str, Any]:
    from tongban.basics.refusals import Refused
    from tongban.jurisdictions import queries

    def unless_refused(ask: Any) -> Any:
        try:
            return ask()
        except Refused as refusal:
            return refusal.message

    organs = {
        department.name: unless_refused(
            lambda key=department.key: queries.competent_authority(key, code).name
        )
        for department in queries.departments()
    }
    return {
        "node": unless_refused(lambda: queries.node_for(code).code),
        "decides": queries.full_name(queries.deciding_place(code)),
        "receives": unless_refused(lambda: queries.window_authority(code).name),
        "authorities": organs,
    }


def _say(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        if isinstance(value, dict):
            print(f"{name}:")
            for inner, text in value.items():
                print(f"  {inner}: {text}")
        else:
            print(f"{name}: {value}")
