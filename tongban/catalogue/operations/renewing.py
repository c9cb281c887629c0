"""How the national lists are renewed: items added, merged, split, renamed, retired, with history.

An item is never deleted: cases and links keep its code, and the code leads to what it became. Each
step is written at the hub by a manager, under a document, and travels to the nodes as a signed one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.catalogue import permissions, queries, snapshot
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import Batch, Item, ItemChange, ItemList, ItemSource, PolicyDocument
from tongban.catalogue.operations import publishing, taking
from tongban.catalogue.operations.taking import Change
from tongban.catalogue.themes import THEMES
from tongban.parties.models import Officer

Kind = ItemChange.Kind
# What a reader takes out of a scenario; of an item written here nobody has read any yet.
_NO_FACTS: Mapping[str, Any] = {
    "act": "apply",
    "lifts": [],
    "keeps": [],
    "chooses": [],
    "decides": None,
    "receives": "",
    "joint": None,
    "online": False,
    "self_service": False,
    "in_person": "",
    "shows": [],
    "unless": "",
}
_watchers: list[Callable[[], object]] = []


@dataclass(frozen=True)
class Under:
    """What a renewal rests on: from which day, under which document and place in it, and why."""

    on: date
    document: str
    place: str
    why: str = ""


@dataclass(frozen=True)
class NewItem:
    """An item as the document that adds it describes it; `list` and `batch` must be there."""

    list: str
    batch: int
    number: int
    name: str
    lead: str
    scenario: str
    theme: str
    subjects: tuple[str, ...]
    cooperating: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """List, batch and row, as for every item."""
        return f"{self.list}-{self.batch}-{self.number:02d}"


class ItemHasEnded(Refused):
    """An item that was merged, split or retired cannot be renewed again."""

    code = "item-has-ended"

    def __init__(self, item: str) -> None:
        said = _("事项%(item)s已经取消或者并入别的事项，不能再改")
        super().__init__(said % {"item": item}, item=item)


def after_renewal(watcher: Callable[[], object]) -> None:
    """Call this after every renewal is committed; for who keeps names of items, as search does."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def add_item(*, item: NewItem, under: Under, officer: Officer, at: datetime) -> ItemChange:
    """Add an item to a batch that is there.

    Refused: FieldsRefused (a code that is taken, a batch that is not there or already full, an
    unknown theme), OnlyAtTheHub, RoleMissing. Adding the same twice is refused the second time.
    """
    return _renew(Kind.ADD, [], [item.code], under, officer, at, item=asdict(item))


def merge_items(
    *, codes: Sequence[str], into: str, under: Under, officer: Officer, at: datetime
) -> ItemChange:
    """Let two or more items become one, which may be one of them. Refused: see `retire_item`."""
    return _renew(Kind.MERGE, sorted(set(codes)), [into], under, officer, at)


def split_item(
    *, code: str, into: Sequence[str], under: Under, officer: Officer, at: datetime
) -> ItemChange:
    """Let one item become two or more, one of which may be itself. Refused: see `retire_item`."""
    return _renew(Kind.SPLIT, [code], sorted(set(into)), under, officer, at)


def rename_item(
    *, code: str, name: str, under: Under, officer: Officer, at: datetime
) -> ItemChange:
    """Give an item another name; the old one still finds it. Refused: see `retire_item`."""
    names = {"before": queries.item(code).name, "after": name.strip()}
    return _renew(Kind.RENAME, [code], [code], under, officer, at, names=names)


def retire_item(*, code: str, under: Under, officer: Officer, at: datetime) -> ItemChange:
    """End an item without a successor. Running cases go on.

    Refused: NoSuchItem, ItemHasEnded (also the second time), FieldsRefused (a document that is not
    there, a day to come, nothing changed), OnlyAtTheHub, RoleMissing.
    """
    return _renew(Kind.RETIRE, [code], [], under, officer, at)


@transaction.atomic
def _renew(
    kind: Kind,
    before: Sequence[str],
    after: Sequence[str],
    under: Under,
    officer: Officer,
    at: datetime,
    **more: Any,
) -> ItemChange:
    permissions.check_may_manage(officer, "")
    # One renewal at a time: two managers must not end the same item in two ways.
    publishing.lock_chain("renewals")
    change = {
        "kind": "renewal",
        "what": str(kind),
        "before": list(before),
        "after": list(after),
        **asdict(under),
        "on": under.on.isoformat(),
        "by": officer.pseudonym,
        **more,
    }
    snapshot.look_again()
    _check(change, today=localdate(at))
    row = _write(change, at=at)
    publishing.publish_step([change], at=at)
    _tell()
    return row


def _check(change: Change, *, today: date) -> None:
    before, after = change["before"], change["after"]
    is_new = change["what"] == Kind.ADD
    for code in {*before, *(() if is_new else after)}:
        queries.item(code)
        if queries.ended(code):
            raise ItemHasEnded(code)
    wrong = {
        "document": not PolicyDocument.objects.filter(pk=change["document"]).exists()
        and _("选择依据的文件"),
        "place": not change["place"].strip() and _("写明在文件的哪里"),
        "on": date.fromisoformat(change["on"]) > today and _("还没到这一天，到了再改"),
        "before": change["what"] == Kind.MERGE and len(before) < 2 and _("至少选两个事项"),
        "after": change["what"] == Kind.SPLIT and len(after) < 2 and _("至少分成两个事项"),
        "name": change["what"] == Kind.RENAME and _name_fault(change["names"]),
    }
    found = {key: [said] for key, said in wrong.items() if said}
    if is_new:
        found |= _new_item_faults(change["item"], after[0])
    if found:
        raise FieldsRefused(found)


def _name_fault(names: Mapping[str, str]) -> str:
    if names["before"] == names["after"]:
        return _("和现在的名称一样")
    return "" if 0 < len(names["after"]) <= 120 else _("名称写1到120个字")


def _new_item_faults(item: Mapping[str, Any], code: str) -> dict[str, list[str]]:
    batch = Batch.objects.filter(list_id=item["list"], number=item["batch"]).first()
    wrong = {
        "batch": not batch and _("没有这个清单或批次"),
        "number": Item.objects.filter(pk=code).exists() and _("这个序号已经有事项了"),
        "name": not 0 < len(item["name"].strip()) <= 120 and _("名称写1到120个字"),
        "lead": not item["lead"].strip() and _("写明牵头单位"),
        "theme": item["theme"] not in THEMES and _("选择主题"),
        "subjects": not item["subjects"] and _("选择服务对象"),
    }
    if batch and batch.known_total >= batch.declared_total:
        wrong["batch"] = _("这一批公布的%(count)s项都收录了，新增的事项放进新的批次") % {
            "count": batch.declared_total
        }
    return {key: [said] for key, said in wrong.items() if said}


def _write(change: Change, *, at: datetime) -> ItemChange:
    """Write a renewal that was checked, here or at the hub."""
    row = ItemChange.objects.create(
        kind=change["what"],
        before=change["before"],
        after=change["after"],
        names=change.get("names", {}),
        on=date.fromisoformat(change["on"]),
        document_id=change["document"],
        place=change["place"],
        why=change["why"],
        by=change["by"],
        at=at,
    )
    if row.kind == Kind.ADD:
        _add(change["item"], row)
    elif row.kind == Kind.RENAME:
        Item.objects.filter(pk=row.after[0]).update(name=row.names["after"])
    return row


def _add(values: Mapping[str, Any], row: ItemChange) -> None:
    batch = Batch.objects.select_for_update().get(list_id=values["list"], number=values["batch"])
    item = Item.objects.create(
        code=row.after[0],
        batch=batch,
        number=values["number"],
        name=values["name"].strip(),
        lead=values["lead"].strip(),
        cooperating=list(values["cooperating"]),
        theme=values["theme"],
        subjects=list(values["subjects"]),
        facts=dict(_NO_FACTS),
        scenario=values["scenario"],
    )
    batch.known_total += 1
    batch.save()
    due = batch.due_on
    deadline = f"{due.year}年{due.month}月{due.day}日前" if due else ""
    ItemSource.objects.create(
        item=item,
        document=row.document,
        part=row.place[:10],
        row=values["number"],
        first_line=0,
        last_line=0,
        state="unstated",
        national_deadline=deadline,
        deadlines=[
            {
                "scope": "national",
                "kind": "date",
                "by": due.isoformat(),
                "coverage": "",
                "text": deadline,
            }
        ]
        if due
        else [],
    )


def reapply() -> None:
    """Keep what was renewed here when the shipped list is loaded over it: names, and counts."""
    for row in ItemChange.objects.filter(kind=Kind.RENAME).order_by("pk"):
        Item.objects.filter(pk=row.after[0]).update(name=row.names["after"])
    added = [row.after[0] for row in ItemChange.objects.filter(kind=Kind.ADD)]
    for batch in Batch.objects.filter(items__in=added).distinct():
        batch.known_total = batch.items.count()
        batch.save()


@taking.takes("renewal", is_national=True)
def _take_renewal(change: Change, one: Signed) -> None:
    """A renewal that the hub has made; what was shipped meanwhile may know it already."""
    known = ItemChange.objects.filter(
        kind=change["what"], before=change["before"], after=change["after"], on=change["on"]
    )
    if known.exists():
        return
    _write(change, at=one.published_at)
    _tell()


def _tell() -> None:
    snapshot.look_again()
    for watcher in _watchers:
        transaction.on_commit(watcher)


def open_batch(
    *, list_code: str, number: int, name: str, declared_total: int, document: str,
    due_on: date | None, officer: Officer, at: datetime,
) -> Batch:  # fmt: skip
    """Begin a new list or a new batch of one, with what its document declares; nothing is in it.

    Refused: FieldsRefused (a batch that is there, a code that is no year, a document that is not
    there), OnlyAtTheHub, RoleMissing.
    """
    permissions.check_may_manage(officer, "")
    change = {
        "kind": "batch",
        "list": list_code,
        "number": number,
        "name": name.strip(),
        "declared": declared_total,
        "document": document,
        "due_on": due_on.isoformat() if due_on else "",
    }
    wrong = {
        "list": not (len(list_code) == 4 and list_code.isdecimal()) and _("清单编码写四位年份"),
        "number": Batch.objects.filter(list_id=list_code, number=number).exists()
        and _("这个批次已经有了"),
        "name": not change["name"] and _("没有填写"),
        "document": not PolicyDocument.objects.filter(pk=document).exists() and _("选择依据的文件"),
    }
    if found := {key: [said] for key, said in wrong.items() if said}:
        raise FieldsRefused(found)
    with transaction.atomic():
        batch = _open_batch(change)
        publishing.publish_step([change], at=at)
    return batch


def _open_batch(change: Change) -> Batch:
    kept, _is_new = ItemList.objects.get_or_create(
        code=change["list"], defaults={"name": change["name"], "document_id": change["document"]}
    )
    batch, _is_new = Batch.objects.get_or_create(
        list=kept,
        number=change["number"],
        defaults={
            "name": change["name"],
            "due_on": change["due_on"] or None,
            "declared_total": change["declared"],
            "known_total": 0,
            "document_id": change["document"],
        },
    )
    snapshot.look_again()
    return batch


@taking.takes("batch", is_national=True)
def _take_batch(change: Change, _one: Signed) -> None:
    """A list or batch that the hub has begun."""
    _open_batch(change)
