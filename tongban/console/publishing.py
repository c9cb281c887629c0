"""`./run catalogue publications` and `copy`: what was published, whether it is whole, how old it is."""

import json
from typing import Annotated, Any

import typer

from tongban.console.exits import Exit

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]


def publications(
    publisher: Annotated[
        str, typer.Option("--of", help="只看一个节点，例如 00。 Of one node only.")
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help="逐号验签验链。 Verify signatures and chains.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多几号。 At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Code 1 under --check when a step is not what its publisher signed."""
    from tongban.catalogue import publications as reading

    rows = [_step(row) for row in reading.publications(publisher, limit=limit)]
    publishers = [publisher] if publisher else [one.publisher for one in reading.copies()]
    faults = {code: reading.faults(code) for code in publishers} if check else {}
    faults = {code: numbers for code, numbers in faults.items() if numbers}
    if as_json:
        print(json.dumps({"publications": rows, "faults": faults}, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            print(f"{row['publisher']}-{row['number']}  {row['published_at']}  {row['says']}")
        if not rows:
            print("还没有公布。 Nothing published yet.")
        for code, numbers in faults.items():
            print(f"节点{code}：第{numbers}号验不过。 Do not verify: {code} {numbers}")
        if check and not faults:
            print("全部验过。 All verified.")
    raise typer.Exit(Exit.REFUSED if faults else Exit.DONE)


def _step(row: Any) -> dict[str, Any]:
    return {
        "publisher": row.publisher,
        "number": row.number,
        "published_at": row.published_at.isoformat(timespec="seconds"),
        "digest": row.digest,
        "changes": [_change(change) for change in row.body["changes"]],
        "says": "；".join(_says(change) for change in row.body["changes"][:3]),
    }


def _change(change: dict[str, Any]) -> dict[str, Any]:
    told = ("kind", "item", "division_code", "key", "number", "from_day")
    return {name: change[name] for name in told if name in change}


def _says(change: dict[str, Any]) -> str:
    where = change.get("division_code", "全国标准" if change["kind"] == "standard" else "")
    what = " ".join(filter(None, [change.get("item") or change.get("key"), where]))
    if "from_day" not in change:
        return f"{change['kind']} {what}".strip()
    return f"{what} 第{change.get('number')}版 {change['from_day']}起"


def copy(as_json: AsJson = False) -> None:
    """How far each publisher's steps have come here, and when the hub last said how far they are."""
    from tongban.catalogue import publications as reading

    age = reading.copy_age()
    rows = [
        {
            "publisher": one.publisher,
            "name": one.name,
            "number": one.number,
            "told": one.told,
            "taken_at": one.taken_at.isoformat(timespec="seconds") if one.taken_at else None,
            "is_behind": one.is_behind,
        }
        for one in reading.copies()
    ]
    as_of = age.as_of.isoformat(timespec="seconds") if age.as_of else None
    if as_json:
        facts = {"as_of": as_of, "missing": age.missing, "publishers": rows}
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    print(f"枢纽核对到 As of: {as_of or '还没有核对过 never'}，缺 missing {age.missing}")
    for row in rows:
        behind = f" → {row['told']}" if row["is_behind"] else ""
        print(f"  {row['publisher']} {row['name']}  第{row['number']}号{behind}  {row['taken_at']}")


def mount(app: typer.Typer) -> None:
    """Hang these words under `catalogue`."""
    app.command(
        "publications", help="公布的记录：逐号、验签。 What was published, and whether it verifies."
    )(publications)
    app.command("copy", help="本节点的目录有多新、缺多少。 How old this node's copy is.")(copy)
