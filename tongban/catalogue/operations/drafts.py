"""A version from the first word to law: drafted by one manager, reviewed and published by another.

A draft lives in a table of its own that no live reader knows, so it disturbs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.catalogue import drafting, judging, queries
from tongban.catalogue.judging import Problem
from tongban.catalogue.models import Draft, Item
from tongban.catalogue.operations import publishing
from tongban.catalogue.permissions import check_may_edit, check_may_manage, check_may_review
from tongban.parties.models import Officer

log = structlog.get_logger(__name__)
State = Draft.State


class OpenDraftExists(Refused):
    """One draft a version: two managers do not write two different next versions."""

    code = "open-draft-exists"

    def __init__(self, found: Draft) -> None:
        label = State(found.state).label
        said = _("已经有一份草稿（%(state)s）。先审核、退回或放弃那一份，再另写")
        super().__init__(said % {"state": label}, draft=found.pk, state=found.state)


class NothingToStartFrom(Refused):
    """Rules of a place, or a next version, need a standard that they are begun from."""

    code = "nothing-to-start-from"

    def __init__(self, item: str) -> None:
        said = _("事项%(item)s还没有全国标准，不能从这里起草") % {"item": item}
        super().__init__(said, item=item)


class NoSuchPart(NotFound):
    """The place's list does not say that it has split the item so."""

    code = "no-such-part"

    def __init__(self, place: str, part: str) -> None:
        said = _("实施清单里没有拆分序号是%(part)s的一项。拆分要先导入实施清单")
        super().__init__(said % {"part": part[:10]}, division=place)


class StaleDraft(Refused):
    """The draft was saved since this page was opened: in another tab, or by a second press."""

    code = "stale-draft"

    def __init__(self, found: Draft) -> None:
        said = _("这份草稿在别的页面改过了。您这一页没有保存；请打开最新的内容，再改一次")
        super().__init__(said, draft=found.pk, revision=found.revision)


class NotInThisState(Refused):
    """A draft in another state than this act needs."""

    code = "draft-not-in-this-state"

    def __init__(self, found: Draft, act: str) -> None:
        facts = {"state": State(found.state).label, "act": act}
        super().__init__(
            _("这份草稿现在是“%(state)s”，不能%(act)s") % facts, draft=found.pk, state=found.state
        )


class DraftHasProblems(Refused):
    """A draft that cannot become law as it is; each problem has its place."""

    code = "draft-has-problems"
    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(_("还有%(count)s处要改") % {"count": len(problems)})
        self.problems = problems

    def facts(self) -> dict[str, Any]:
        return {"problems": [{"place": one.place, "says": one.sentence} for one in self.problems]}


class ReasonMissing(Refused):
    """The drafter has to know what to mend."""

    code = "reason-missing"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("写明为什么退回，编写的人才知道怎么改"))


class BasisMovedOn(Refused):
    """Another version was published since the draft was begun."""

    code = "basis-moved-on"

    def __init__(self, found: Draft, number: int) -> None:
        said = _("起草之后又公布了第%(number)s版。请退回或放弃这份草稿，从新的一版起草")
        super().__init__(said % {"number": number}, draft=found.pk, number=number)


@dataclass(frozen=True)
class Saved:
    """A draft as it was saved, and what is still wrong with it."""

    draft: Draft
    problems: list[Problem]


@transaction.atomic
def start_draft(
    *, item: str, division_code: str, part: str = "", officer: Officer, at: datetime
) -> Draft:
    """Begin the next version of a standard (empty place) or of a place's rules.

    It begins as the last published version; a place without rules of its own begins with no
    changes. `part` names one of those into which the place has split the item. The second time the
    same officer gets the draft begun. Refused: OpenDraftExists for another officer's,
    NothingToStartFrom, NoSuchPart, NoSuchItem, and whatever `check_may_manage` refuses.
    """
    check_may_manage(officer, division_code)
    found = queries.item(item)
    known = {one for _place, one, _name in drafting.parts(item, [division_code])}
    if part and part not in known:
        raise NoSuchPart(division_code, part)
    # Whoever starts at the same moment waits here, and then finds the draft that was begun.
    _lock_item(item)
    begun = Draft.objects.filter(
        item=found, division_code=division_code, part=part, state__in=drafting.OPEN
    ).first()
    if begun and begun.drafted_by == officer.pseudonym:
        return begun
    if begun:
        raise OpenDraftExists(begun)
    if not drafting.basis(item, "", "").number:
        raise NothingToStartFrom(item)
    basis = drafting.basis(item, division_code, part)
    return Draft.objects.create(
        item=found,
        division_code=division_code,
        part=part,
        base=basis.number,
        content=basis.content,
        wording=basis.wording,
        drafted_by=officer.pseudonym,
        drafted_at=at,
        saved_at=at,
    )


def _lock_item(item: str) -> None:
    """Hold an item until the transaction ends: its versions are numbered one after another."""
    if not Item.objects.select_for_update(no_key=True).filter(pk=item).exists():
        raise queries.NoSuchItem(_("目录里没有编码是%(code)s的事项") % {"code": item}, item=item)


@transaction.atomic
def save_draft(
    *,
    draft_id: int,
    revision: int,
    content: Mapping[str, Any],
    wording: Mapping[str, Any],
    from_day: date | None,
    why: str,
    running: Mapping[str, Any],
    officer: Officer,
    at: datetime,
) -> Saved:
    """Keep what was written, right or wrong, and say what is still to be mended.

    `revision` is the one that the page was opened with; a newer one in the table refuses
    (StaleDraft), so that two tabs never overwrite each other. Refused: NotJson for what no node
    could read, NotInThisState once it is handed in, DraftedByAnother.
    """
    found = _locked(draft_id)
    check_may_edit(officer, found)
    _check_state(found, State.EDITING, _("修改"))
    if found.revision != revision:
        raise StaleDraft(found)
    for value, what in ((content, _("内容")), (wording, _("原文")), (running, _("在办件的规则"))):
        judging.check_json(dict(value), what=what)
    judging.check_json(why, what=_("修改的理由"))
    found.content, found.wording, found.running = dict(content), dict(wording), dict(running)
    found.from_day, found.why = from_day, why
    found.revision, found.saved_at = revision + 1, at
    found.save()
    return Saved(found, drafting.problems(found, on=localdate(at)))


@transaction.atomic
def hand_in(*, draft_id: int, officer: Officer, at: datetime) -> Draft:
    """Give a draft to a second person; it can no longer be changed then.

    Refused (DraftHasProblems) while anything is wrong with it, among that a day that is not after
    today. The second time it is as it is.
    """
    found = _locked(draft_id)
    check_may_edit(officer, found)
    if found.state == State.IN_REVIEW:
        return found
    _check_state(found, State.EDITING, _("提交审核"))
    _check_sound(found, at)
    found.state, found.handed_in_at = State.IN_REVIEW, at
    found.save(update_fields=["state", "handed_in_at"])
    return found


@transaction.atomic
def send_back(*, draft_id: int, why: str, officer: Officer, at: datetime) -> Draft:
    """Give a draft back to its drafter with the reason; nothing of it is lost, nor an earlier reason.

    Refused: ReasonMissing, DraftedByYourself, NotInThisState (also the second time).
    """
    found = _locked(draft_id)
    check_may_review(officer, found)
    _check_state(found, State.IN_REVIEW, _("退回"))
    if not why.strip():
        raise ReasonMissing
    judging.check_json(why, what=_("退回的理由"))
    found.state, found.sent_back_why = State.EDITING, why.strip()
    found.reviewed_by, found.reviewed_at = officer.pseudonym, at
    found.save(update_fields=["state", "sent_back_why", "reviewed_by", "reviewed_at"])
    found.sent_back.create(why=found.sent_back_why, by=officer.pseudonym, at=at)
    return found


@transaction.atomic
def publish(*, draft_id: int, officer: Officer, at: datetime) -> Draft:
    """Make a reviewed draft law from its day on: the next version, frozen, told to the others.

    By a second officer only (DraftedByYourself). All or nothing; pressed twice, or by two at once,
    it is one version, and the second press gets the draft as published. Refused: NotInThisState,
    BasisMovedOn, DraftHasProblems when it is no longer sound (its day has come, or the standard
    has changed since).
    """
    found = _locked(draft_id)
    check_may_review(officer, found)
    if found.state == State.PUBLISHED:
        return found
    _check_state(found, State.IN_REVIEW, _("公布"))
    _lock_item(found.item_id)
    last = drafting.basis(found.item_id, found.division_code, found.part)
    if last.number != found.base:
        raise BasisMovedOn(found, last.number)
    _check_sound(found, at)
    found.state, found.published_number = State.PUBLISHED, found.base + 1
    found.reviewed_by, found.reviewed_at = officer.pseudonym, at
    publishing.publish_draft(found, at=at)
    found.save(update_fields=["state", "published_number", "reviewed_by", "reviewed_at"])
    facts = {"item": found.item_id, "place": found.division_code, "number": found.base + 1}
    log.info("catalogue.published", by=officer.pseudonym, drafted_by=found.drafted_by, **facts)
    return found


@transaction.atomic
def drop(*, draft_id: int, officer: Officer, at: datetime) -> Draft:
    """Give a draft up; it stays readable as dropped. By any manager of its place: drafters leave.

    The second time it is as it is. Refused once published: NotInThisState.
    """
    found = _locked(draft_id)
    check_may_manage(officer, found.division_code)
    if found.state == State.DROPPED:
        return found
    if found.state == State.PUBLISHED:
        raise NotInThisState(found, _("放弃"))
    found.state, found.saved_at = State.DROPPED, at
    found.save(update_fields=["state", "saved_at"])
    log.info("catalogue.draft_dropped", by=officer.pseudonym, draft=found.pk)
    return found


def _locked(draft_id: int) -> Draft:
    """The draft, locked until the transaction ends; every act on a draft begins here."""
    found = Draft.objects.select_for_update(of=("self",)).filter(pk=draft_id)
    row = found.select_related("item").first()
    if row is None:
        raise NotFound(_("没有这份草稿"), draft=draft_id)
    return row


def _check_state(found: Draft, state: State, act: str) -> None:
    if found.state != state:
        raise NotInThisState(found, act)


def _check_sound(found: Draft, at: datetime) -> None:
    if problems := drafting.problems(found, on=localdate(at)):
        raise DraftHasProblems(problems)
