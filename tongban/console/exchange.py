"""`./run exchange …`: the messages of a node, for whoever looks after it."""

import getpass
import json
from datetime import datetime
from typing import Annotated, Any

import typer
from django.utils.timezone import localtime, now

from tongban.console import exchange_model, exchange_ping, exchange_reconcile
from tongban.console.exits import Exit
from tongban.exchange import operations, queries
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Received
from tongban.record import stamping

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
Number = Annotated[int, typer.Argument(help="报文编号，见 parked。 Number, as `parked` shows it.")]

exchange_model.mount(app)
exchange_ping.mount(app)
exchange_reconcile.mount(app)

OUTCOMES = {
    Outcome.HANDLED: "已办理，并已回执对方。 Handled; its sender is told.",
    Outcome.DUPLICATE: "此前已办过，不再搁置。 Was handled before.",
    Outcome.WAITING: "在等前面的报文，到齐后自动办理。 Waits for those before it.",
    Outcome.PARKED: "仍然搁置。 Still parked.",
}


@app.callback()
def _exchange() -> None:
    """What waits between this node and the others."""


@app.command(help="发件、收件、搁置各多少。 How much waits to be sent, confirmed, handled.")
def status(as_json: AsJson = False) -> None:
    """Code 0 also when something waits: waiting is no fault of this node."""
    report: dict[str, Any] = {
        "unsent": queries.outbox_depth().count,
        "oldest_unsent_at": _text(queries.outbox_depth().oldest_at),
        "waiting": queries.waiting().count(),
        "parked": queries.parked().count(),
        "nodes": [
            {
                "node": one.recipient,
                "unsent": one.unsent,
                "unconfirmed": one.unconfirmed,
                "parked_there": one.parked,
                "since": _text(one.oldest_at),
                "last_error": one.last_error,
            }
            for one in queries.undelivered_by_recipient()
        ],
        "stamps": _stamps(),
    }
    if as_json:
        _print(report)
        return
    print(f"没发出 unsent: {report['unsent']}　等前面的 waiting: {report['waiting']}")
    print(f"搁置 parked: {report['parked']}")
    for node in queries.undelivered_by_recipient():
        since = f"{localtime(node.oldest_at):%Y-%m-%d %H:%M:%S}"
        counts = f"没发出 {node.unsent}，没确认 {node.unconfirmed}，对方搁置 {node.parked}"
        print(f"→ {node.recipient}: {counts}，最早 since {since}  {node.last_error}")
    stamps = report["stamps"]
    if stamps["late_since"]:
        print(f"时间戳迟到 stamps late since: {stamps['late_since']}  {stamps['last_error']}")


def _stamps() -> dict[str, Any]:
    found = stamping.health()
    return {
        "authority": found.authority,
        "waiting": found.waiting,
        "late_since": _text(found.late_since),
        "last_error": found.last_error,
        "last_stamped_at": _text(found.last_stamped_at),
    }


@app.command(help="列出搁置的报文和原因。 List parked messages with their reasons.")
def parked(as_json: AsJson = False) -> None:
    """Nothing of what the messages say is shown."""
    rows = queries.parked()
    if as_json:
        _print([_facts(row) for row in rows])
        return
    for row in rows:
        when = f"{localtime(row.received_at):%Y-%m-%d %H:%M:%S}"
        what = f"{row.type} {row.subject}" if row.is_verified else "没能打开 not opened"
        owner = row.owner or "还没有人 nobody"
        print(f"{row.pk:>6}  {when}  ← {row.sender}  {what}\n        {row.code}: {row.reason}")
        print(f"        负责人 owner: {owner}")
    if not rows:
        print("没有搁置的报文。 Nothing is parked.")


@app.command(help="重试一份搁置的报文，或者 --all。 Try a parked message again, or --all.")
def retry(
    number: Annotated[int, typer.Argument(help="报文编号 Number")] = 0,
    every: Annotated[bool, typer.Option("--all", help="全部。 All of them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Code 1 when any of them is still parked."""
    if bool(number) is every:
        raise typer.BadParameter("写一个编号，或者 --all。 A number, or --all.")
    if every:
        counts = operations.retry_all(by=_somebody(), at=now())
    else:
        counts = {operations.retry(number, by=_somebody(), at=now()): 1}
    if as_json:
        _print({str(outcome): count for outcome, count in counts.items()})
    else:
        for outcome, count in counts.items():
            print(f"{count} × {OUTCOMES[outcome]}")
    raise typer.Exit(Exit.REFUSED if counts.get(Outcome.PARKED) else Exit.DONE)


@app.command(help="作废一份搁置的报文，要写理由。 Give a parked message up, with a reason.")
def drop(
    number: Number,
    reason: Annotated[str, typer.Option(help="理由，对方会看到。 The sender reads it.")],
) -> None:
    """Cannot be undone."""
    operations.drop(number, reason=reason, by=_somebody(), at=now())
    print("已作废。 Dropped.")


@app.command(
    name="send-again",
    help="消息服务器丢了数据时，把没确认的重发一遍。 Send what is not confirmed once more.",
)
def send_again(
    node: Annotated[str, typer.Argument(help="对方节点代码 Code of the other node")],
    as_json: AsJson = False,
) -> None:
    """Harmless at any time: what is there already is found to be a duplicate."""
    count = operations.send_again(node, by=_somebody())
    if as_json:
        _print({"node": node, "count": count})
    else:
        print(f"{count} 份将重新发出。 {count} will be sent again.")


def _facts(row: Received) -> dict[str, Any]:
    return {
        "number": row.pk,
        "sender": row.sender,
        "message": str(row.message_id),
        "type": row.type,
        "subject": row.subject,
        "is_verified": row.is_verified,
        "code": row.code,
        "reason": row.reason,
        "attempts": row.attempts,
        "owner": row.owner or None,
        "received_at": _text(row.received_at),
    }


def _somebody() -> str:
    """Who acts, as the record of a message names him: the account on this machine."""
    return f"console:{getpass.getuser()}"


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _print(report: Any) -> None:
    print(json.dumps(report, ensure_ascii=False, indent=2))
