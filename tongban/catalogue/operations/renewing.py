"""How the national lists are renewed: items added, merged, split, renamed, retired, with history.

An item is never deleted: cases and links keep its code, and the code leads to what it became. Each
step is prepared by one manager of the hub and confirmed by another (`preparing`), under a document,
and travels to the nodes as a signed one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
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
CHAIN = "renewals"  # held by whoever renews, so that the steps have one order
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


@dataclass(frozen=True)
class Renewal:
    """One step of renewing: its kind and the items that it takes and gives, as `ItemChange` has them.

    `name` is the new name of a renaming, `item` the new item of an adding; else nothing.
    """

    kind: ItemChange.Kind
    under: Under
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    name: str = ""
    item: NewItem | None = None


@dataclass(frozen=True)
class NewBatch:
    """A batch as its document declares it; it begins its list, too, where that is not there yet."""

    list: str
    number: int
    name: str
    declared_total: int
    document: str
    due_on: date | None = None


@dataclass(frozen=True)
class By:
    """Who prepared a renewal and who confirmed it, by their pseudonyms."""

    by: str
    confirmed_by: str = ""


class ItemHasEnded(Refused):
    """An item that was merged, split or retired cannot be renewed again."""

    code = "item-has-ended"

    def __init__(self, item: str) -> None:
        said = _("事项%(item)s已经取消或者并入别的事项，不能再改")
        super().__init__(said % {"item": item}, item=item)


class AlreadyRenewed(Refused):
    """The very same step stands in the history of this day."""

    code = "already-renewed"

    def __init__(self) -> None:
        super().__init__(_("这次更新已经办过了，同样的更新一天只办一次"))


def after_renewal(watcher: Callable[[], object]) -> None:
    """Call this after every renewal is committed; for who keeps names of items, as search does."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def check_renewal(renewal: Renewal, *, officer: Officer, at: datetime) -> None:
    """Refuse what `renew` would refuse now; write nothing. For who is shown what will follow."""
    permissions.check_may_manage(officer, "")
    snapshot.look_again()
    _check(_change(renewal, By(officer.pseudonym)), today=localdate(at))


@transaction.atomic
def renew(renewal: Renewal, *, prepared_by: str, officer: Officer, at: datetime) -> ItemChange:
    """Write a renewal and publish it as a signed step; it holds at once, everywhere it arrives.

    Running cases go on. Refused: PreparedByYourself (`prepared_by` is the pseudonym of the first
    person), NoSuchItem, ItemHasEnded (also the second time), AlreadyRenewed (the second time on a
    day, where the items go on), FieldsRefused (a document that is not there, a day to come, nothing
    changed, a code that is taken, a batch that is full), OnlyAtTheHub, RoleMissing.
    """
    permissions.check_may_manage(officer, "")
    permissions.check_prepared_by_another(officer, prepared_by)
    # One renewal at a time: two managers must not end the same item in two ways.
    publishing.lock_chain(CHAIN)
    snapshot.look_again()
    change = _change(renewal, By(prepared_by, officer.pseudonym))
    _check(change, today=localdate(at))
    row = _write(change, at=at)
    publishing.publish_step([change], at=at)
    _tell()
    return row


def _codes(codes: Sequence[str]) -> list[str]:
    return sorted(set(codes))


def _change(renewal: Renewal, by: By) -> dict[str, Any]:
    """A renewal as it is signed; the former name is read here, within the lock of who writes."""
    change: dict[str, Any] = {
        "kind": "renewal",
        "what": str(renewal.kind),
        "before": _codes(renewal.before),
        "after": _codes(renewal.after),
        **asdict(renewal.under),
        "on": renewal.under.on.isoformat(),
        **asdict(by),
    }
    if renewal.kind == Kind.RENAME:
        before = queries.item(renewal.before[0]).name
        change["names"] = {"before": before, "after": renewal.name.strip()}
    if renewal.item:
        change["item"] = asdict(renewal.item)
    return change


def _check(change: Change, *, today: date) -> None:
    before, after = change["before"], change["after"]
    is_new = change["what"] == Kind.ADD
    for code in {*before, *(() if is_new else after)}:
        queries.item(code)
        if queries.ended(code):
            raise ItemHasEnded(code)
    wrong = {
        "document": not _can_ground(change["document"]) and _("选择依据的文件"),
        "place": not 0 < len(change["place"].strip()) <= 40 and _("写明在文件的哪里，最多40个字"),
        "on": date.fromisoformat(change["on"]) > today and _("还没到这一天，到了再改"),
        "before": change["what"] == Kind.MERGE and len(before) < 2 and _("至少选两个事项"),
        "after": change["what"] == Kind.SPLIT and len(after) < 2 and _("至少分成两个事项"),
        "name": change["what"] == Kind.RENAME and _name_fault(change["names"]),
    }
    found = {key: [said] for key, said in wrong.items() if said}
    if is_new:
        found |= _new_item_faults(change["item"], change)
    if found:
        raise FieldsRefused(found)
    if _known(change).exists():
        # A node that takes this step would hold it for the one it knows.
        raise AlreadyRenewed


def _can_ground(document: str) -> bool:
    found = PolicyDocument.objects.filter(pk=document).first()
    return bool(found and found.is_policy)


def _known(change: Change) -> QuerySet[ItemChange]:
    return ItemChange.objects.filter(
        kind=change["what"],
        before=change["before"],
        after=change["after"],
        on=change["on"],
        names=change.get("names", {}),
    )


def _name_fault(names: Mapping[str, str]) -> str:
    if names["before"] == names["after"]:
        return _("和现在的名称一样")
    return "" if 0 < len(names["after"]) <= 120 else _("名称写1到120个字")


def _new_item_faults(item: Mapping[str, Any], change: Change) -> dict[str, list[str]]:
    code = change["after"][0]
    batch = Batch.objects.filter(list_id=item["list"], number=item["batch"]).first()
    number = ""
    if not 1 <= item["number"] <= 99:
        number = _("序号写1到99")
    elif Item.objects.filter(pk=code).exists():
        number = _("这个序号已经有事项了")
    elif _row_is_taken(change, item["number"]):
        number = _("这份文件的这个位置已经有一个序号相同的事项，核对序号和位置")
    wrong = {
        "batch": not batch and _("没有这个清单或批次"),
        "number": number,
        "name": not 0 < len(item["name"].strip()) <= 120 and _("名称写1到120个字"),
        "lead": not 0 < len(item["lead"].strip()) <= 40 and _("写明牵头单位，最多40个字"),
        "cooperating": any(len(one) > 40 for one in item["cooperating"])
        and _("一个单位最多40个字，几个单位用顿号隔开"),
        "scenario": not 0 < len(item["scenario"].strip()) <= 200 and _("写明办什么事，最多200个字"),
        "theme": item["theme"] not in THEMES and _("选择主题"),
        "subjects": not item["subjects"] and _("选择服务对象"),
    }
    if batch and batch.known_total >= batch.declared_total:
        wrong["batch"] = _("这一批公布的%(count)s项都收录了，新增的事项放进新的批次") % {
            "count": batch.declared_total
        }
    return {key: [said] for key, said in wrong.items() if said}


def _row_is_taken(change: Change, number: int) -> bool:
    part = _part(change["place"])
    return ItemSource.objects.filter(document=change["document"], part=part, row=number).exists()


def _part(place: str) -> str:
    return place.strip()[:10]


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
        # Steps from before renewals wanted two people name one.
        confirmed_by=change.get("confirmed_by", ""),
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
        part=_part(row.place),
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
    if _known(change).exists():
        return
    _write(change, at=one.published_at)
    _tell()


def _tell() -> None:
    snapshot.look_again()
    for watcher in _watchers:
        transaction.on_commit(watcher)


@transaction.atomic
def open_batch(wanted: NewBatch, *, prepared_by: str, officer: Officer, at: datetime) -> Batch:
    """Begin a new list or a new batch of one, with what its document declares; nothing is in it.

    Refused: PreparedByYourself, FieldsRefused (a batch that is there, a code that is no year, a
    document that is not there), OnlyAtTheHub, RoleMissing.
    """
    permissions.check_may_manage(officer, "")
    permissions.check_prepared_by_another(officer, prepared_by)
    publishing.lock_chain(CHAIN)
    check_batch(wanted, officer=officer)
    change = {
        "kind": "batch",
        "list": wanted.list,
        "number": wanted.number,
        "name": wanted.name.strip(),
        "declared": wanted.declared_total,
        "document": wanted.document,
        "due_on": wanted.due_on.isoformat() if wanted.due_on else "",
        **asdict(By(prepared_by, officer.pseudonym)),
    }
    batch = _open_batch(change)
    publishing.publish_step([change], at=at)
    return batch


def check_batch(wanted: NewBatch, *, officer: Officer) -> None:
    """Refuse what `open_batch` would refuse now; write nothing."""
    permissions.check_may_manage(officer, "")
    is_year = len(wanted.list) == 4 and wanted.list.isascii() and wanted.list.isdecimal()
    taken = Batch.objects.filter(list_id=wanted.list, number=wanted.number).exists()
    number = "" if 1 <= wanted.number <= 9 else _("批次写1到9")
    wrong = {
        "list": not is_year and _("清单编码写四位年份"),
        "number": number or (taken and _("这个批次已经有了")),
        "name": not 0 < len(wanted.name.strip()) <= 80 and _("名称写1到80个字"),
        "declared_total": not 1 <= wanted.declared_total <= 99 and _("写文件公布的项数，1到99"),
        "document": not _can_ground(wanted.document) and _("选择依据的文件"),
    }
    if found := {key: [str(said)] for key, said in wrong.items() if said}:
        raise FieldsRefused(found)


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
