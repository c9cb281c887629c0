"""`./run client …`: the other systems that may use this node's API."""

import json
from typing import Annotated

import typer
from django.utils.timezone import now

from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import operations, queries
from tongban.parties.models import ApiClient

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
ClientId = Annotated[str, typer.Argument(help="调用方编号 Id of the system")]


@app.callback()
def _client() -> None:
    """Systems are bounded by place and scope."""


@app.command(help="登记或重新登记；密钥只显示这一次。 Register; the secret is shown only now.")
def register(
    client_id: ClientId,
    place: Annotated[list[str], typer.Option(help="区划代码的开头，如 22。 Beginnings of codes.")],
    scope: Annotated[list[str], typer.Option(help=" ".join(operations.SCOPES))],
    name: Annotated[str, typer.Option(help="名称 Its name")] = "",
    authority: Annotated[
        str, typer.Option(help="只看这个机关的办件（信用代码）。 Only this authority's cases.")
    ] = "",
    officer: Annotated[
        list[str] | None,
        typer.Option(help="可以用谁的名义办事（工号，可重复）。 Staff numbers it acts for."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Again with the same id: new bounds and a new secret, the old one stops at once."""
    client, secret = operations.make_client(
        client_id=client_id,
        name=name or client_id,
        prefixes=place,
        scopes=scope,
        authority=jurisdictions.authority(authority) if authority else None,
        officers=[queries.officer_by_number(one) for one in officer or ()],
        at=now(),
    )
    if as_json:
        print(json.dumps({"client_id": client.client_id, "client_secret": secret}))
        return
    print(f"client_id={client.client_id}\nclient_secret={secret}")


@app.command("list", help="列出调用方。 List the systems.")
def list_clients(as_json: AsJson = False) -> None:
    """Never shows a secret: only its keyed hash is kept."""
    columns = ("client_id", "name", "prefixes", "scopes", "authority_id", "is_active")
    found = ApiClient.objects.order_by("client_id").prefetch_related("officers")
    rows = [
        {name: getattr(one, name) for name in columns}
        | {"officers": [officer.staff_number for officer in one.officers.all()]}
        for one in found
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = "启用 active" if row["is_active"] else "停用 stopped"
        bounds = f"{','.join(row['prefixes'])}  {','.join(row['scopes'])}"
        print(
            f"{row['client_id']:<20}{row['name']}  {bounds}  {row['authority_id'] or ''}  {state}"
            + "".join(f"\n{'':<20}工号 officer {number}" for number in row["officers"])
        )


@app.command(help="停用：不再发令牌。 Stop: no more tokens.")
def stop(client_id: ClientId) -> None:
    """Tokens already given end within the hour."""
    operations.stop_client(client_id)
    print(f"已停用 Stopped: {client_id}")
