"""Drafts as managers' pages show them: whose, over what, and what they would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from tongban.basics.refusals import may
from tongban.cases import standing
from tongban.catalogue import drafting, queries
from tongban.catalogue.models import Draft
from tongban.catalogue.operations.drafts import Saved, save_draft
from tongban.catalogue.overlay import overlay
from tongban.catalogue.permissions import (
    check_may_edit,
    check_may_manage,
    check_may_review,
)
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight import browsing, comparing
from tongban.oversight.comparing import Compared
from tongban.oversight.editing import changes
from tongban.oversight.sheet import Content
from tongban.parties import queries as parties
from tongban.parties.models import Officer


@dataclass(frozen=True)
class Row:
    """A draft in a list: whose version, and who drafted it."""

    draft: Draft
    who: str
    drafter: str
    changes: int = 0


def who(draft: Draft) -> str:
    """Whose version a draft would be."""
    name = drafting.part_name(draft) if draft.part else ""
    return browsing.called(draft.division_code, draft.part, name)


def person(pseudonym: str) -> str:
    """An officer's name in this node; the pseudonym for anybody else."""
    officer = parties.officer_by_pseudonym(pseudonym) if pseudonym else None
    return officer.name if officer else pseudonym


def row(draft: Draft) -> Row:
    return Row(draft, who(draft), person(draft.drafted_by))


@dataclass(frozen=True)
class Reason:
    """Why a draft once came back; `by` is empty where nobody knows any more."""

    why: str
    by: str
    at: datetime


def reasons(draft: Draft) -> list[Reason]:
    """Every reason for which a draft came back, the newest first."""
    return [
        Reason(one.why, person(one.by), one.at) for one in draft.sent_back.order_by("-at", "-pk")
    ]


def open_drafts(code: str) -> list[Row]:
    """The drafts of an item that are not law yet and not given up."""
    found = Draft.objects.filter(item=code, state__in=drafting.OPEN).select_related("item")
    return [row(one) for one in found]


def waiting(officer: Officer) -> list[Row]:
    """What waits for a second person in the places that this officer covers, the oldest first."""
    found = [one for one in drafting.drafts_for(officer) if one.state == Draft.State.IN_REVIEW]
    found.sort(key=lambda one: one.handed_in_at or one.saved_at)
    return [row(one) for one in found]


def waits_for(officer: Officer) -> int:
    """How many drafts this officer can review now: not those he drafted."""
    return sum(one.draft.drafted_by != officer.pseudonym for one in waiting(officer))


def places_to_begin(officer: Officer, code: str) -> list[tuple[str, str]]:
    """For whom an officer may begin a draft now: the standard, his place, and the cities in it.

    Where one of them has split the item, each part, too.
    """
    if not queries.versions(code):
        return []
    own = [""] if settings.IS_HUB else _own_places(officer)
    codes = [one for one in own if may(check_may_manage, officer, one)]
    named = [(one, "", "") for one in codes] + drafting.parts(code, codes)
    opened = Draft.objects.filter(item=code, state__in=drafting.OPEN)
    taken = set(opened.values_list("division_code", "part"))
    return [
        (browsing.laid_down_by(place, part), browsing.called(place, part, name))
        for place, part, name in named
        if (place, part) not in taken
    ]


def _own_places(officer: Officer) -> list[str]:
    place = officer.place
    if not place:
        return []
    below = jurisdictions.cities(place, standing.today()) if place.endswith("0000") else []
    return list(dict.fromkeys([place, *(one.code for one in below)]))


@dataclass(frozen=True)
class Work:
    """One draft on its pages: the whole content that it stands for, and what holds today."""

    draft: Draft
    live: Content
    below: Content
    whole: Content

    @property
    def is_place(self) -> bool:
        return bool(self.draft.division_code)

    @property
    def compared(self) -> list[Compared]:
        """What the draft changes against what holds today."""
        return comparing.compare(self.live, self.whole, only_changed=True)

    def changed_sections(self) -> set[str]:
        return {one.key.partition(" ")[0] for one in self.compared}


def work(draft: Draft, *, on: date) -> Work:
    """A draft laid over what it lies over on its day, beside what holds today."""
    code, place, name = draft.item_id, draft.division_code, draft.item.name
    live = browsing.in_force(code, place, draft.part, on=on) or {}
    if place:
        below = browsing.below(code, place, on=draft.from_day or on)
        return Work(draft, live, below, overlay(below, draft.content))
    last = drafting.basis(code, "", "")
    return Work(
        draft, live, browsing.named(last.content, name), browsing.named(draft.content, name)
    )


def put(
    found: Work, section: str, value: Any, *, revision: int, officer: Officer, at: datetime
) -> Saved:
    """Save one section of a draft; for a place only what differs from the standard is kept.

    Refused as `save_draft`: StaleDraft when another page saved since.
    """
    draft = found.draft
    content: dict[str, Any]
    if found.is_place:
        content = changes.over(found.below, {**found.whole, section: value})
    else:
        content = {**draft.content, section: value}
    return save_draft(
        draft_id=draft.pk,
        revision=revision,
        content=content,
        wording=draft.wording,
        from_day=draft.from_day,
        why=draft.why,
        running=draft.running,
        officer=officer,
        at=at,
    )


@dataclass(frozen=True)
class Rights:
    """What an officer may do with a draft now, and why not."""

    edit: bool
    review: bool
    drop: bool
    is_own: bool


def rights(officer: Officer, draft: Draft) -> Rights:
    """For the buttons of a page; the operations ask again."""
    is_open = draft.state in drafting.OPEN
    return Rights(
        edit=draft.state == Draft.State.EDITING and may(check_may_edit, officer, draft),
        review=draft.state == Draft.State.IN_REVIEW and may(check_may_review, officer, draft),
        drop=is_open and may(check_may_manage, officer, draft.division_code),
        is_own=draft.drafted_by == officer.pseudonym,
    )


def readable(officer: Officer, draft_id: int) -> Draft:
    """A draft that this officer may read. Refused: NotFound, and as `check_may_manage`."""
    found = drafting.draft(draft_id)
    check_may_manage(officer, found.division_code)
    return found


def departments() -> list[tuple[str, str]]:
    """The lines of work that a step of another place may belong to."""
    return [(one.key, one.name) for one in jurisdictions.departments()]


def documents() -> Sequence[tuple[str, str]]:
    """The documents that a rule may point to."""
    return [
        (one.key, f"{one.short_title}（{one.number}）" if one.number else one.short_title)
        for one in queries.documents()
    ]
