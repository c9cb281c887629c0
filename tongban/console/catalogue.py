"""`./run catalogue …`: reading the published lists, loading, looking up and searching items."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from tongban.catalogue.reader import listing
from tongban.console import (
    acting,
    catalogue_compare,
    catalogue_files,
    catalogue_places,
    catalogue_renewing,
    publishing,
)
from tongban.console.exits import Exit
from tongban.local.home import PROJECT

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="事项目录：读取公布的清单、载入、查询  The catalogue: read the lists, load, look up",
)  # fmt: skip

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
Code = Annotated[str, typer.Argument(help="事项编码，例如 2020-2-06。 The code of an item.")]

catalogue_files.mount(app)
catalogue_places.mount(app)
catalogue_compare.mount(app)
catalogue_renewing.mount(app)
publishing.mount(app)


@app.callback()
def _catalogue(ctx: typer.Context) -> None:
    """Items, their versions and where they are open."""
    if ctx.invoked_subcommand not in {"read", "template"}:
        acting.set_up_django()


@app.command(help="从公布的两份清单读出事项；--check 只比较。 Read the items from the two lists.")
def read(
    source: Annotated[
        Path, typer.Option("--from", help="存放原文的文件夹。 The folder of the documents.")
    ] = PROJECT.parent / "shared" / "seeds",
    check: Annotated[
        bool, typer.Option("--check", help="只比较，不写入。 Compare and write nothing.")
    ] = False,
) -> None:
    """Code 1 under --check when the shipped list is not what the documents say."""
    try:
        text = listing.dump(listing.build(source))
    except listing.SourceMissing as missing:
        print(f"找不到原文，请用 --from 指明文件夹。 Documents not found: {missing}")
        raise typer.Exit(Exit.REFUSED) from missing
    if listing.ITEMS.is_file() and listing.ITEMS.read_text("utf-8") == text:
        print("随附的清单与原文一致。 The shipped list is what the documents say.")
        return
    if check:
        print(
            "随附的清单与原文不一致，请运行 ./run catalogue read。 The shipped list is out of date."
        )
        raise typer.Exit(Exit.REFUSED)
    listing.ITEMS.write_text(text, "utf-8")
    print(f"已写入 Written: {listing.ITEMS}")


@app.command(help="载入随附的目录并建立检索；再次执行很快。 Load the catalogue and index it.")
def load() -> None:
    """Bring the tables and the search index to what is shipped."""
    from tongban.catalogue import operations
    from tongban.guidance import operations as guidance

    report = operations.load_catalogue()
    guidance.index_items()
    changed = "已更新 updated" if report.is_changed else "没有变化 unchanged"
    print(
        f"事项 items {report.items}，事项版本 versions {report.versions}，"
        f"文件 documents {report.documents}：{changed}"
    )


@app.command(help="显示一个事项。 Show an item.")
def show(code: Code, as_json: AsJson = False) -> None:
    """An item, where it comes from, and whether it can be filed here today."""
    from django.utils.timezone import localdate

    from tongban.catalogue import queries

    item = queries.item(code)
    version = queries.version_in_force(code, localdate())
    facts: dict[str, Any] = {
        "code": item.code,
        "name": item.name,
        "scenario": item.scenario,
        "theme": item.theme,
        "lead": item.lead,
        "cooperating": item.cooperating,
        "sources": [
            {
                "document": source.document.short_title,
                "row": source.place,
                "form": source.form,
                "modes": source.modes,
                "deadlines": source.deadlines,
            }
            for source in queries.sources(code)
        ],
        "version": version.number if version else None,
        "modes": version.mode_names if version else [],
    }
    _say(facts, as_json)


@app.command(help="查找事项：词、一两个字、拼音首字母。 Find items by words or pinyin initials.")
def search(
    text: Annotated[str, typer.Argument(help="要找的词。 What to look for.")],
    limit: Annotated[int, typer.Option(min=1, max=200, help="最多几项。 At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The items found, best first; code 1 when there are none."""
    from tongban.guidance import queries

    found = queries.search(text, limit=limit)
    if as_json:
        facts = {
            "total": found.total,
            "items": [{"code": item.code, "name": item.name} for item in found],
            "also": found.also,
            "suggestions": found.suggestions,
        }
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print(f"{found.total} 项 items")
        for item in found:
            print(f"  {item.code}  {item.name}")
        for name in found.suggestions:
            print(f"  也许是 Perhaps: {name}")
    raise typer.Exit(Exit.DONE if found.items else Exit.REFUSED)


def _say(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        print(
            f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        )
