"""`./run notice …`: what was sent to people's phones and mailboxes, and what was not."""

import json
from typing import Annotated, Any

import typer
from django.utils.timezone import now

from tongban.cases.notices import sending
from tongban.cases.notices.models import Channel, Fate, Sending

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]


@app.callback()
def _notice() -> None:
    """Nothing personal is shown."""


@app.command("list", help="列出提醒：发到哪一步、为什么没有发出。 List what was and was not sent.")
def list_sendings(
    failed: Annotated[bool, typer.Option("--failed", help="只看没有发出的。 Only failed.")] = False,
    limit: Annotated[int, typer.Option(help="最多几条 At most", min=1, max=10000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Newest first."""
    rows = sending.sendings(fate=Fate.FAILED.value if failed else "", limit=limit)
    if as_json:
        print(json.dumps([_as_dict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        words = f"{Channel(row.channel).label}  {Fate(row.fate).label}  {row.attempts}次"
        said = f"{row.pk:>8}  {row.told.number}  {row.told.kind:<18}{words}  {row.trouble}"
        print(said.rstrip())
    if not rows:
        print("没有未发出的提醒。 None failed." if failed else "还没有提醒。 None yet.")


def _as_dict(row: Sending) -> dict[str, Any]:
    return {
        "id": row.pk,
        "case": row.told.number,
        "occasion": row.told.kind,
        "channel": row.channel,
        "fate": row.fate,
        "attempts": row.attempts,
        "next_at": row.next_at.isoformat() if row.fate == Fate.WAITING else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "trouble": row.trouble,
    }


@app.command(help="没有发出的再发。 Try what failed once more.")
def retry(
    sending_id: Annotated[int, typer.Argument(help="编号；不写就是全部 One, or all")] = 0,
) -> None:
    """What did not fail stays as it is."""
    if sending_id:
        row = sending.retry(sending_id=sending_id, at=now())
        print(f"{row.pk}  {Fate(row.fate).label}")
        return
    count = sending.retry_all(at=now())
    print(f"{count}条提醒再发一次。 {count} to be tried again.")


@app.command("channels", help="查看提醒渠道和积压。 Show the channels and what waits.")
def show_channels(as_json: AsJson = False) -> None:
    """Addresses are shown without what is secret in them."""
    health = sending.health(at=now())
    if as_json:
        print(json.dumps(_health(health), ensure_ascii=False, indent=2))
        return
    if not health.ways:
        print(
            "没有设置渠道，申请人只在“消息”里看到。 No channel is set up; there is the inbox alone."
        )
    for way in health.ways:
        print(f"{way.channel.label}  {way.shown}  {way.trouble or '可用 works'}")
    print(
        f"等发送 waiting {health.waiting}，其中积压 late {health.late}；没有发出 failed {health.failed}"
    )


def _health(health: sending.Health) -> dict[str, Any]:
    return {
        "channels": [
            {"channel": one.channel.value, "to": one.shown, "trouble": one.trouble}
            for one in health.ways
        ],
        "waiting": health.waiting,
        "late": health.late,
        "failed": health.failed,
    }
