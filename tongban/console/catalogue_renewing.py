"""`./run catalogue renew …`: what became of the national lists, and renewing them at the hub."""

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tongban.console.exits import Exit

if TYPE_CHECKING:
    from tongban.catalogue.models import ItemChange, PreparedRenewal
    from tongban.catalogue.operations.preparing import Wanted
    from tongban.catalogue.operations.renewing import Renewal, Under
    from tongban.parties.models import Officer

Done = TypeVar("Done")

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
Code = Annotated[str, typer.Argument(help="事项编码，例如 2020-2-06。 The code of an item.")]
Document = Annotated[str, typer.Option(help="依据的文件，它的代号。 The key of the document.")]
Place = Annotated[str, typer.Option(help="在文件的哪里，例如 附件一第3项。 Where in it.")]
On = Annotated[str, typer.Option(help="从哪一天起，默认今天。 Since when, today by default.")]
Why = Annotated[str, typer.Option(help="为什么。 The reason.")]
By = Annotated[str, typer.Option(help="谁办的，事项管理人员的化名。 A manager's pseudonym.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="只核对、列出会怎样，不写入。 Check and write nothing.")
]
Yes = Annotated[bool, typer.Option("--yes", help="不再询问。 Write without asking.")]
Number = Annotated[int, typer.Option(help="第几项、第几批。 The number in its list.")]
Name = Annotated[str, typer.Option(help="名称。 The name.")]
Prepared = Annotated[int, typer.Argument(help="编号，见 waiting。 Its number; see waiting.")]

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None,
    help="清单更新：历史，新增、合并、拆分、更名、取消  Renew the lists",
)  # fmt: skip


def mount(noun: typer.Typer) -> None:
    """Hang these words under `catalogue`."""
    noun.add_typer(app, name="renew")


@app.command(help="清单更新的历史，新的在后。 What became of the lists, the newest last.")
def history(
    item: Annotated[str, typer.Option(help="只看一个事项。 Of one item only.")] = "",
    as_json: AsJson = False,
) -> None:
    """Every step with its items, day, document and who made it."""
    from tongban.catalogue import queries, snapshot

    found = queries.history(queries.item(item).code) if item else snapshot.current().changes
    if as_json:
        print(json.dumps([_facts(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        print(_line(one))
    if not found:
        print("没有更新过。 Nothing was renewed.")


def _facts(change: "ItemChange") -> dict[str, Any]:
    return {
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "names": change.names,
        "on": change.on.isoformat(),
        "document": change.document_id,
        "place": change.place,
        "why": change.why,
        "by": change.by,
        "confirmed_by": change.confirmed_by,
        "at": change.at.isoformat(timespec="seconds"),
    }


def _line(change: "ItemChange") -> str:
    items = f"{'、'.join(change.before)} → {'、'.join(change.after)}"
    if change.names:
        items += f"（{change.names['before']} → {change.names['after']}）"
    said = f"{change.on}  {change.get_kind_display()}  {items}  {change.document_id} {change.place}"
    return f"{said}  {change.by} {change.confirmed_by}".rstrip()


@app.command(help="新增一个事项。 Add an item to a batch.")
def add(
    batch: Annotated[str, typer.Option(help="清单和批次，例如 2020-1。 List and batch.")],
    number: Number, name: Name, document: Document, place: Place, by: By,
    lead: Annotated[str, typer.Option(help="牵头单位。 Who leads.")],
    scenario: Annotated[str, typer.Option(help="办什么事。 What it is for.")],
    theme: Annotated[str, typer.Option(help="主题。 One of the themes.")],
    subject: Annotated[list[str], typer.Option(help="person 或 organisation，可以写几次。 Whom.")],
    cooperating: Annotated[
        list[str] | None, typer.Option(help="配合单位，可以写几次。 Who cooperates.")
    ] = None,
    on: On = "", why: Why = "", dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Code 1 when it is refused, with the reason of each field."""
    from tongban.catalogue.models import ItemChange, Subject
    from tongban.catalogue.operations.renewing import NewItem, Renewal

    list_code, _dash, batch_number = batch.partition("-")
    if not (batch_number.isascii() and batch_number.isdecimal()):
        raise typer.BadParameter("--batch 写成 2020-1。 Write --batch as 2020-1.")
    if unknown := set(subject) - set(Subject.values):
        raise typer.BadParameter(f"--subject: {'、'.join(sorted(unknown))}")
    item = NewItem(
        list_code, int(batch_number), number, name, lead, scenario, theme, tuple(subject),
        tuple(cooperating or ()),
    )  # fmt: skip
    kind = ItemChange.Kind.ADD
    renewal = Renewal(kind, _under(document, place, on, why), after=(item.code,), item=item)
    _go(renewal, by, dry_run=dry_run, yes=yes, as_json=as_json)


@app.command(help="几个事项合并成一个。 Let items become one.")
def merge(
    codes: Annotated[list[str], typer.Argument(help="被合并的事项。 The items that merge.")],
    into: Annotated[str, typer.Option(help="合并成哪个，可以是其中一个。 What they become.")],
    document: Document, place: Place, by: By,
    on: On = "", why: Why = "", dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Code 1 when it is refused."""
    from tongban.catalogue.models import ItemChange
    from tongban.catalogue.operations.renewing import Renewal

    under = _under(document, place, on, why)
    renewal = Renewal(ItemChange.Kind.MERGE, under, tuple(codes), (into,))
    _go(renewal, by, dry_run=dry_run, yes=yes, as_json=as_json)


@app.command(help="一个事项拆分成几个。 Let an item become several.")
def split(
    code: Code,
    into: Annotated[list[str], typer.Option(help="拆分成的事项，写几次。 What it becomes.")],
    document: Document, place: Place, by: By,
    on: On = "", why: Why = "", dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Code 1 when it is refused."""
    from tongban.catalogue.models import ItemChange
    from tongban.catalogue.operations.renewing import Renewal

    under = _under(document, place, on, why)
    renewal = Renewal(ItemChange.Kind.SPLIT, under, (code,), tuple(into))
    _go(renewal, by, dry_run=dry_run, yes=yes, as_json=as_json)


@app.command(help="事项更名，编码不变。 Give an item another name.")
def rename(
    code: Code, name: Name, document: Document, place: Place, by: By,
    on: On = "", why: Why = "", dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Code 1 when it is refused."""
    from tongban.catalogue.models import ItemChange
    from tongban.catalogue.operations.renewing import Renewal

    under = _under(document, place, on, why)
    renewal = Renewal(ItemChange.Kind.RENAME, under, (code,), (code,), name)
    _go(renewal, by, dry_run=dry_run, yes=yes, as_json=as_json)


@app.command(help="取消一个事项，没有别的代替它。 End an item without a successor.")
def retire(
    code: Code, document: Document, place: Place, by: By,
    on: On = "", why: Why = "", dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Code 1 when it is refused."""
    from tongban.catalogue.models import ItemChange
    from tongban.catalogue.operations.renewing import Renewal

    renewal = Renewal(ItemChange.Kind.RETIRE, _under(document, place, on, why), (code,))
    _go(renewal, by, dry_run=dry_run, yes=yes, as_json=as_json)


@app.command("open-batch", help="新开一个批次，或者一份清单。 Begin a batch, perhaps a list.")
def open_batch(
    list_code: Annotated[str, typer.Option("--list", help="清单编码，四位年份。 The list's year.")],
    number: Number, name: Name, document: Document, by: By,
    declared: Annotated[int, typer.Option(help="文件公布多少项。 How many are declared.")],
    due_on: Annotated[str, typer.Option(help="文件要求哪一天前办成。 By when.")] = "",
    dry_run: DryRun = False, yes: Yes = False,
) -> None:  # fmt: skip
    """Code 1 when it is refused."""
    from tongban.catalogue.operations import renewing

    due = _day(due_on) if due_on else None
    officer = _officer(by)
    batch = renewing.NewBatch(list_code, number, name, declared, document, due)
    _or_refused(lambda: renewing.check_batch(batch, officer=officer))
    print(f"新开批次 opens {list_code}-{number} {name}，{declared}项 items")
    if not _wanted(dry_run=dry_run, yes=yes):
        return
    _say_prepared(_prepared(batch, officer))


@app.command(help="等待另一个人确认的更新，先提交的在前。 What waits for a second person.")
def waiting(as_json: AsJson = False) -> None:
    """Each with its number, who prepared it and what it would do."""
    from tongban.catalogue.models import PreparedRenewal

    found = PreparedRenewal.objects.filter(state=PreparedRenewal.State.WAITING)
    if as_json:
        rows = [_prepared_facts(one) for one in found]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        print(
            f"{one.pk}  {one.kind}  {json.dumps(one.said, ensure_ascii=False)}  {one.prepared_by}"
        )
    if not found:
        print("没有等待确认的。 Nothing waits.")


@app.command(help="确认另一个人编写的更新，立即生效。 Confirm what another has prepared.")
def confirm(prepared: Prepared, by: By, yes: Yes = False) -> None:
    """Code 1 when it is refused: by the same person, or when it can no longer be done."""
    from django.utils.timezone import now

    from tongban.catalogue.operations import preparing

    officer = _officer(by)
    if not _wanted(dry_run=False, yes=yes):
        return
    _or_refused(lambda: preparing.confirm(prepared_id=prepared, officer=officer, at=now()))
    print("已写入并签名公布。 Written and published.")


@app.command("send-back", help="退回另一个人编写的更新。 Send back what another has prepared.")
def send_back(prepared: Prepared, by: By, why: Why) -> None:
    """Code 1 when it is refused."""
    from django.utils.timezone import now

    from tongban.catalogue.operations import preparing

    officer = _officer(by)
    _or_refused(
        lambda: preparing.send_back(prepared_id=prepared, why=why, officer=officer, at=now())
    )
    print("已退回。 Sent back.")


def _prepared_facts(one: "PreparedRenewal") -> dict[str, Any]:
    return {
        "prepared": one.pk,
        "kind": one.kind,
        "said": one.said,
        "by": one.prepared_by,
        "at": one.prepared_at.isoformat(timespec="seconds"),
    }


def _prepared(wanted: "Wanted", officer: "Officer") -> "PreparedRenewal":
    from django.utils.timezone import now

    from tongban.catalogue.operations import preparing

    return _or_refused(lambda: preparing.prepare(wanted, officer=officer, at=now()))


def _say_prepared(found: "PreparedRenewal") -> None:
    print(
        f"已提交，编号{found.pk}，等另一位事项管理人员确认。"
        f" Prepared as {found.pk}; another manager confirms it: renew confirm {found.pk} --by …"
    )


def _under(document: str, place: str, on: str, why: str) -> "Under":
    from django.utils.timezone import localdate

    from tongban.catalogue.operations.renewing import Under

    return Under(_day(on) if on else localdate(), document, place, why)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as wrong:
        raise typer.BadParameter(f"日期写成 2026-12-01。 Not a day: {said}") from wrong


def _officer(pseudonym: str) -> "Officer":
    from tongban.parties import queries as parties

    officer = parties.officer_by_pseudonym(pseudonym)
    if officer is None:
        print(f"本节点没有化名是{pseudonym}的工作人员。 No such officer here: {pseudonym}")
        raise typer.Exit(Exit.REFUSED)
    return officer


def _or_refused(act: Callable[[], Done]) -> Done:
    """Do it, or say each reason why not and end with code 1."""
    from tongban.basics.refusals import FieldsRefused, Refused

    try:
        return act()
    except FieldsRefused as refused:
        for field, sentences in refused.errors.items():
            print(f"{field}: {'；'.join(sentences)}")
        raise typer.Exit(Exit.REFUSED) from refused
    except Refused as refused:
        print(refused.message)
        raise typer.Exit(Exit.REFUSED) from refused


def _go(renewal: "Renewal", by: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Check it, show what follows, and lay it before a second person when it is wanted."""
    from django.utils.timezone import now

    from tongban.catalogue.operations import renewing

    officer = _officer(by)
    _or_refused(lambda: renewing.check_renewal(renewal, officer=officer, at=now()))
    follows = _follows(renewal)
    if not as_json:
        _tell(follows)
    is_wanted = _wanted(dry_run=dry_run, yes=yes, is_quiet=as_json)
    found = _prepared(renewal, officer) if is_wanted else None
    if as_json:
        told = follows | {"prepared": found.pk if found else None}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    elif found:
        _say_prepared(found)


def _follows(renewal: "Renewal") -> dict[str, Any]:
    from tongban.catalogue import effects

    rows = [vars(one) | {"cases": {case.label: case.count for case in one.cases}}
            for one in effects.effects(renewal)]  # fmt: skip
    return {"kind": str(renewal.kind), "items": rows, "answers": effects.answers(renewal)}


def _tell(follows: dict[str, Any]) -> None:
    for row in follows["items"]:
        end = "不再办理 ends" if row["ends"] else "照旧 goes on"
        print(f"{row['code']} {row['name']}  {end}")
        print(
            f"    标准 versions {row['versions']}，实施清单 places {row['places']}，"
            f"草案 drafts {row['drafts']}，开通范围 roll-outs {row['rollouts']}，"
            f"在办 cases {sum(row['cases'].values())}"
        )
    for words in follows["answers"]:
        print(f"  {words}。")


def _wanted(*, dry_run: bool, yes: bool, is_quiet: bool = False) -> bool:
    if dry_run:
        return False
    if yes:
        return True
    if is_quiet or not sys.stdin.isatty():
        if not is_quiet:
            print("没有写入；加 --yes 写入。 Nothing was written; add --yes to write.")
        return False
    return typer.confirm("写入？ Write?")
