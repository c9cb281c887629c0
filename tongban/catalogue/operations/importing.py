"""Taking a file of implementations in: planned first with all that would change, then applied."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.catalogue import permissions
from tongban.catalogue.interchange import stored
from tongban.catalogue.interchange.columns import BY_KEY, IDENTITY, SECTIONS
from tongban.catalogue.interchange.faults import ERROR, FLAG, Fault, Faults
from tongban.catalogue.interchange.judging import Judge, Judged
from tongban.catalogue.interchange.opening import open_file
from tongban.catalogue.interchange.plans import (
    Action,
    Change,
    Plan,
    PlannedRow,
    cells_of,
    changes_between,
    newest,
)
from tongban.catalogue.interchange.stored import Stored, StoredVersion
from tongban.catalogue.interchange.world import Tables
from tongban.catalogue.operations import writing
from tongban.parties.models import Officer, Role
from tongban.parties.permissions import check_has_role

__all__ = [
    "Action",
    "Change",
    "FileHasErrors",
    "Plan",
    "PlanIsStale",
    "PlannedRow",
    "apply",
    "plan",
]

_BATCH = 1000
CONSOLE = "console"  # whoever sits at this node's own terminal; pages name an officer


class FileHasErrors(Refused):
    """A file is taken in whole or not at all, and something in it must be mended first."""

    code = "file-has-errors"
    status = 422

    def __init__(self, errors: int) -> None:
        said = _("文件里有%(count)s处必须改，一行也没有导入。请改好后重新导入")
        super().__init__(said % {"count": errors}, errors=errors)


class PlanIsStale(Refused):
    """Something was published since the difference was shown; it has to be looked at anew."""

    code = "plan-is-stale"

    def __init__(self) -> None:
        super().__init__(_("预览之后，有人公布了新的内容，预览的差异不再准确。请重新预览"))


def plan(
    file: Path,
    officer: Officer | None,
    at: datetime,
    *,
    name: str = "",
    whole: str = "",
    show: int = 200,
    faults_to: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """What a file would change; nothing is written.

    `officer` is who hands it in, nobody at the console. With `whole`, a place, the file is all that
    there is below that place, and what it leaves out is retired. `show` bounds the rows and faults
    kept for a page; `faults_to` takes all faults as CSV. The caller closes the plan.
    Refused: FileRefused, RoleMissing. Faults of rows are no refusals: they stand in the plan.
    """
    if officer:
        check_has_role(officer, Role.MANAGER)
    on = localdate(at)
    with Faults(keep=show, path=faults_to) as faults:
        source = open_file(file)
        made = Plan(
            name or file.name, source.format, _digest(file), officer, at, stored.stamp(), faults,
            unknown_headings=source.unknown,
        )  # fmt: skip
        tables = Tables(on, officer)
        planning = _Planning(made, tables, Judge(tables, faults, source.places), on, show)
        try:
            rows = iter(source.rows)
            while batch := list(islice(rows, _BATCH)):
                made.rows += len(batch)
                judged = [one for raw in batch if (one := planning.judge.judge(raw))]
                planning.compare(judged)
                if progress:
                    progress(source.done(), source.total)
            if whole:
                planning.retire_rest(whole)
        except BaseException:
            made.close()
            raise
    return made


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class _Planning:
    """One run of planning: compares judged rows with the tables, batch by batch."""

    def __init__(self, made: Plan, tables: Tables, judge: Judge, on: date, show: int) -> None:
        self.plan, self.tables, self.judge, self.on, self.show = made, tables, judge, on, show

    def compare(self, judged: list[Judged]) -> None:
        """Note for each row what becomes of it."""
        known = stored.asked_for([one.key for one in judged])
        for one in judged:
            self.plan.places.add(one.place)
            there = known.get(one.key)
            if there is None:
                self._add(one)
            else:
                self._compare(one, there)

    def _add(self, one: Judged) -> None:
        number = 1 if one.from_day else 0
        self._note(one, Action.ADDED, None, number=number, ends=bool(one.identity["retired_on"]))
        if len(self.plan.shown) < self.show:
            cells = cells_of(one.identity, _as_version(one, 1), self.tables.ground(one.item))
            self._show(one, Action.ADDED, number, changes_between({}, cells))

    def _compare(self, one: Judged, there: Stored) -> None:
        published = one.from_day is None or any(_is_same(v, one) for v in there.versions)
        is_row_same = all(one.identity[key] == there.identity[key] for key in IDENTITY)
        if published and is_row_same:
            self._count(Action.UNCHANGED)
            return
        last = newest(there)
        if one.from_day and not published and not self._has_room(one, one.from_day, there):
            return
        number = 0 if published else (last.number if last else 0) + 1
        ends = one.identity["retired_on"] != there.identity["retired_on"]
        retires = ends and bool(one.identity["retired_on"])
        action = Action.RETIRED if retires else Action.CHANGED
        self._keep_words_true(one, last)
        self._note(one, action, there, number=number, ends=ends)
        ground = self.tables.ground(one.item)
        old = cells_of(there.identity, last, ground)
        new = cells_of(one.identity, _as_version(one, number) if number else last, ground)
        changes = changes_between(old, new)
        self.plan.fields.update(change.key for change in changes)
        self._show(one, action, number, changes)

    def _has_room(self, one: Judged, on: date, there: Stored) -> bool:
        """Whether a new version can begin on this row's day: after all that are published."""
        taken = next((v for v in there.versions if v.from_day == on), None)
        last = newest(there)
        if taken:
            self._fault(
                one, "from-day-taken", ERROR, "from_day",
                _("%(day)s起的第%(number)s版已经公布，公布了的不能改")
                % {"day": on.isoformat(), "number": taken.number},
                _("内容要改的，写一个更晚的生效日期，导入后就是第%(next)s版")
                % {"next": (last.number if last else 0) + 1},
            )  # fmt: skip
            return False
        if last and on < last.from_day:
            self._fault(
                one, "from-day-before-latest", ERROR, "from_day",
                _("第%(number)s版从%(day)s起，新版本不能比它还早生效")
                % {"number": last.number, "day": last.from_day.isoformat()},
                _("写%(day)s以后的日期") % {"day": last.from_day.isoformat()},
            )  # fmt: skip
            return False
        if on < self.on:
            self._fault(
                one, "from-day-in-the-past", FLAG, "from_day",
                _("新版本的生效日期%(day)s已经过去，那天以后的申请当时是按旧版办的")
                % {"day": on.isoformat()},
                _("一般写今天以后的日期；已经受理的件仍按原来的版本"),
            )  # fmt: skip
        return True

    def _keep_words_true(self, one: Judged, last: StoredVersion | None) -> None:
        """Flag words left standing beside a value that was changed."""
        if last is None:
            return
        for section, words in one.wording.items():
            before, after = last.content.get(section), one.content.get(section)
            if before != after and after is not None and last.wording.get(section) == words:
                self._fault(
                    one, "words-not-changed", FLAG, "wording",
                    _("“%(section)s”改了，来源原文还是原来的那一句")
                    % {"section": SECTIONS.get(section, section)},
                    _("在“来源原文”里改成新的原话，或者删去这一段"),
                )  # fmt: skip

    def retire_rest(self, whole: str) -> None:
        """Retire what the file leaves out below a place."""
        prefix = whole[:2] if whole.endswith("0000") else whole.removesuffix("00")
        for there in stored.latest(prefix):
            if there.identity["retired_on"] or self.judge.has_seen(there.key):
                continue
            place = self.tables.place(there.place)
            if place.refusal and place.code == there.place:
                continue
            identity = {**there.identity, "retired_on": self.on.isoformat()}
            self.plan.places.add(there.place)
            self.plan.note(
                {
                    "action": Action.RETIRED, "id": there.id, "key": there.key,
                    "identity": identity, "faults": there.faults, "is_new": False, "ends": True,
                    "version": None,
                }
            )  # fmt: skip
            self._count(Action.RETIRED)
            self.plan.fields.update(["retired_on"])
            if len(self.plan.shown) < self.show:
                self.plan.shown.append(
                    PlannedRow(
                        0, Action.RETIRED, there.item, there.place, place.name, there.part,
                        str(identity["name"]), None, 0,
                        (Change("retired_on", "", self.on.isoformat()),),
                    )
                )  # fmt: skip

    def _note(
        self, one: Judged, action: Action, there: Stored | None, *, number: int, ends: bool
    ) -> None:
        """Keep what `apply` writes, and what it tells the other nodes."""
        last = newest(there) if there else None
        said = _as_version(one, number) if number else last
        self.plan.note(
            {
                "action": action,
                "id": there.id if there else 0,
                "key": one.key,
                "identity": one.identity,
                "faults": one.faults,
                "is_new": bool(number),
                "ends": ends,
                "version": _said(said) if said else None,
            }
        )
        self._count(action)

    def _count(self, action: Action) -> None:
        self.plan.counts[action] += 1

    def _show(self, one: Judged, action: Action, number: int, changes: tuple[Change, ...]) -> None:
        if len(self.plan.shown) >= self.show:
            return
        self.plan.shown.append(
            PlannedRow(
                one.row, action, one.item, one.place, self.tables.place(one.place).name, one.part,
                str(one.identity["name"]), one.from_day, number, changes, tuple(one.faults),
            )
        )  # fmt: skip

    def _fault(
        self, one: Judged, code: str, severity: str, key: str, message: str, mend: str
    ) -> None:
        value = one.from_day.isoformat() if key == "from_day" and one.from_day else ""
        place = self.judge.places.get(key, "")
        self.plan.faults.add(
            Fault(code, severity, one.row, place, BY_KEY[key].heading, value, message, mend)
        )


def _said(version: StoredVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "from_day": version.from_day.isoformat(),
        "content": version.content,
        "wording": version.wording,
    }


def _as_version(one: Judged, number: int) -> StoredVersion | None:
    if one.from_day is None:
        return None
    return StoredVersion(number, one.from_day, one.content, one.wording)


def _is_same(version: StoredVersion, one: Judged) -> bool:
    return (
        version.from_day == one.from_day
        and version.content == one.content
        and version.wording == one.wording
    )


@transaction.atomic
def apply(
    plan: Plan,
    by: Officer | None,
    at: datetime,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write all that a plan says, or nothing; returns how many rows were written.

    Refused: FileHasErrors; PlanIsStale when anything was published since the plan was made;
    DraftedByYourself when who handed the file in would also publish it; as `check_may_manage`.
    """
    if not plan.is_applicable:
        raise FileHasErrors(plan.faults.errors)
    _check_may_publish(plan, by)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalogue_implementation IN SHARE ROW EXCLUSIVE MODE")
    if stored.stamp() != plan.stamp:
        raise PlanIsStale
    drafted = plan.officer.pseudonym if plan.officer else ""
    published = by.pseudonym if by else CONSOLE
    written, steps = 0, plan.noted()
    while batch := list(islice(steps, _BATCH)):
        writing.write(batch, drafted_by=drafted, published_by=published, at=at)
        written += len(batch)
        if progress:
            progress(written, plan.writes)
    return written


def _check_may_publish(plan: Plan, by: Officer | None) -> None:
    if by is None:
        return
    if plan.officer and plan.officer.pk == by.pk:
        raise permissions.DraftedByYourself
    for place in sorted(plan.places):
        permissions.check_may_manage(by, place)
