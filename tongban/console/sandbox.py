"""`./run sandbox …`: fictional people and offices, only in a node that says it is a sandbox."""

import json
from typing import Annotated, Any

import typer

from tongban.console import acting

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="演示环境：虚构的人物、机关和账号  The sandbox: fictional people, offices, accounts",
)  # fmt: skip

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]


@app.callback()
def _sandbox() -> None:
    """Nobody here is real."""
    acting.set_up_django()


@app.command(help="装入虚构的机关、专窗和人物；再次执行不重复。 Load fictional offices and people.")
def load(
    as_json: AsJson = False,
    provinces: Annotated[
        str,
        typer.Option(help="哪些省份的机关，例如 22,35；默认为已接入的节点。 Offices of provinces."),
    ] = "",
) -> None:
    """Furnish this node, and the offices of all provinces that are connected. Refused elsewhere."""
    from django.utils.timezone import now

    from tongban.jurisdictions import queries
    from tongban.sandbox import operations

    chosen = [code.strip() for code in provinces.split(",") if code.strip()]
    connected = [node.code for node in queries.nodes() if node.is_connected and not node.is_hub]
    furnished = operations.load(provinces=chosen or connected, at=now())
    if as_json:
        print(json.dumps(furnished.as_dict(), ensure_ascii=False))
    else:
        print(
            f"机关 authorities {furnished.authorities}，专窗 windows {furnished.windows}，"
            f"工作人员 officers {furnished.officers}，申请人 applicants {furnished.applicants}"
        )


@app.command(help="列出可以登录的账号。 List the accounts one can sign in as.")
def accounts(as_json: AsJson = False) -> None:
    """Who one can be, in which office, and what to try."""
    rows = list_accounts()
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        print(f"{row['username']:<12}{row['name']}  {row['role']}  {row['try_this']}")


def list_accounts() -> list[dict[str, Any]]:
    """The same for other programs: username, name, role in words, place, door, what to try."""
    from tongban.jurisdictions import queries as places
    from tongban.sandbox import queries

    return [
        card.as_dict()
        | {
            "role": card.office,
            "place": places.full_name(card.place) if card.place else "",
            "division": card.place,
        }
        for card in queries.accounts()
    ]
