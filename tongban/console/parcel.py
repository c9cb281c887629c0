"""`./run parcel …`: what a node knows of parcels, and moving one as an officer or the sandbox courier would."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from django.utils.timezone import localdate, now

from tongban.basics.refusals import NotFound, Refused
from tongban.connectors.sandbox_courier import client as sandbox
from tongban.delivery import couriers, ordering, queries, rules, slips, states
from tongban.delivery.models import Parcel
from tongban.delivery.operations import handing, receiving, telling
from tongban.delivery.states import Outcome, State
from tongban.parties.models import Officer

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
Number = Annotated[str, typer.Argument(help="包裹编号或其后几位 Number of the parcel, or its end")]

# What the command line can do with a parcel: moves of the table, and wishes to the sandbox courier.
FATES = {"sandbox-lose": "lose", "sandbox-damage": "damage", "sandbox-return": "turn_back"}


class Ambiguous(Refused):
    """Several parcels end like this."""

    code = "ambiguous"


@app.callback()
def _parcel() -> None:
    """A parcel is a chain of its own between its two ends."""


@app.command("list", help="列出包裹：状态、时限、运单号。 List parcels: state, limit, waybill.")
def list_(
    state: Annotated[str, typer.Option(help="只看一种状态 Of one state only")] = "",
    trouble: Annotated[
        bool, typer.Option("--trouble", help="只看有问题的 In trouble only")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多几行 At most so many")] = 50,
    as_json: AsJson = False,
) -> None:
    """Nothing personal is shown."""
    rows = Parcel.objects.order_by("due_on", "-packed_at")
    if state:
        rows = rows.filter(state=_known_state(state))
    today = localdate()
    found = [row for row in rows[:limit] if not trouble or _light(row, today).kind == "bad"]
    if as_json:
        print(json.dumps([_as_dict(row) for row in found], ensure_ascii=False, indent=2))
        return
    for row in found:
        light = _light(row, today)
        print(
            f"{slips.short_number(row.number)}  {states.LABELS[State(row.state)]}  {light.text}  "
            f"{queries.end_name(row.sender)} → {queries.end_name(row.recipient)}  "
            f"{couriers.name(row.courier) if row.courier else ''} {row.waybill}".rstrip()
        )
    if not found:
        print("没有包裹。 No parcels.")


def _known_state(state: str) -> str:
    if state not in set(State):
        raise typer.BadParameter("、".join(one.value for one in State))
    return state


def _light(row: Parcel, today: Any) -> rules.Light:
    whole = not row.rows.exclude(outcome__in=["", Outcome.OK]).exists()
    return rules.light(State(row.state), row.due_on, today, is_whole=whole)


@app.command(help="看一个包裹：经过、每步的哈希。 Show a parcel: steps and hashes.")
def show(number: Number, as_json: AsJson = False) -> None:
    """Names of papers, addresses and reasons are personal and are not shown."""
    row = _find(number)
    steps = queries.history(row)
    if as_json:
        events = [
            {"seq": step.seq, "kind": step.kind, "at": step.at.isoformat(), "node": step.node,
             "authority": step.authority, "hash": step.hash}
            for step in steps
        ]  # fmt: skip
        print(json.dumps(_as_dict(row) | {"events": events}, ensure_ascii=False, indent=2))
        return
    print(f"{row.number}  {states.LABELS[State(row.state)]}")
    print(f"{queries.end_name(row.sender)} → {queries.end_name(row.recipient)}")
    for sheet in row.rows.order_by("id"):
        kind = "原件 original" if sheet.is_original else "复印件 copy"
        print(f"  {sheet.key}  {sheet.case}  {kind}  {sheet.count}  {sheet.outcome}".rstrip())
    for step in steps:
        who = f"{step.node} {step.authority}"
        print(f"{step.seq:>3}  {step.at:%Y-%m-%d %H:%M:%S}  {step.kind:<12}{who}  {step.hash[:16]}")


@app.command(
    help="移动一个包裹：交寄、登记、签收，或让沙箱速递弄丢它。 Move a parcel, or have it lost."
)
def move(
    number: Number,
    name: Annotated[str, typer.Argument(help="动作 Move: hand_over, travel, arrive, lose, …")],
    officer: Annotated[str, typer.Option(help="办理人的账号 Account of the officer")] = "",
    reason: Annotated[str, typer.Option(help="原因或说明 Reason or note")] = "",
    waybill: Annotated[str, typer.Option(help="自行交寄的运单号 Waybill typed by hand")] = "",
) -> None:
    """Through the very operations of the desk, so nothing is possible here that is refused there."""
    row, at = _find(number), now()
    if name in FATES:
        sandbox.wish(row.waybill, FATES[name], at=at)
        ordering.ask_for_news(at=at)
    else:
        _moved(row, name, _officer(officer), reason, waybill)
    row.refresh_from_db()
    print(f"{slips.short_number(row.number)}  {states.LABELS[State(row.state)]}")


@app.command(help="让沙箱速递的系统停机或恢复。 Let the sandbox courier be away, or back.")
def courier(
    state: Annotated[str, typer.Argument(help="away（停机）或 back（恢复）")],
) -> None:
    """Orders and news wait meanwhile, and pages say since when."""
    if state == "away":
        sandbox.stop_answering(at=now())
    elif state == "back":
        sandbox.answer_again()
    else:
        raise typer.BadParameter("away、back")
    print(f"{sandbox.NAME}: {state}")


def _moved(row: Parcel, name: str, officer: Officer, reason: str, waybill: str) -> None:
    act: dict[str, Any] = {"number": row.number, "officer": officer, "at": now()}
    order = queries.open_order(row)
    match name:
        case states.HAND_OVER.name:
            placed = order is not None and order.state == order.State.PLACED and not waybill
            courier = order.courier if placed and order else couriers.BY_HAND
            handing.hand_over(**act, courier=courier, waybill=waybill)
        case states.RECEIVE.name:
            seen = {sheet.key: Outcome.OK.value for sheet in row.rows.all()}
            receiving.receive(**act, seen=seen, note=reason)
        case states.TAKE_BACK.name:
            receiving.take_back(**act, note=reason)
        case states.CANCEL.name:
            handing.cancel(**act, reason=reason)
        case _:
            telling.report(**act, move=name, reason=reason)


def _find(text: str) -> Parcel:
    """By the whole number, its end, or as slips print it: P22 and the last ten characters."""
    typed = "".join(text.split()).lower()
    end = typed if typed[:1] != "p" or "-" in typed else typed[3:]
    found = list(Parcel.objects.filter(number__endswith=end)[:2]) if len(end) >= 4 else []
    if len(found) > 1:
        raise Ambiguous("不止一个包裹以此结尾，多写几位")
    if not found:
        raise NotFound("没有这个包裹")
    return found[0]


def _officer(username: str) -> Officer:
    officer = Officer.objects.select_related("authority").filter(account__username=username).first()
    if officer is None:
        raise NotFound("没有这个办理人，用 --officer 写账号")
    return officer


def _as_dict(row: Parcel) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state,
        "purpose": row.purpose,
        "from": asdict(row.sender),
        "to": asdict(row.recipient),
        "courier": row.courier,
        "waybill": row.waybill,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "head": {"seq": row.head_seq, "hash": row.head_hash},
        "sheets": [asdict(sheet) for sheet in row.standing().sheets],
    }
