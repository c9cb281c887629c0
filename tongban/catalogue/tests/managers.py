"""Managers for tests of drafts: two in a place, so that one can review what the other wrote."""

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.conf import settings

from tongban.catalogue.models import Draft, ItemVersion
from tongban.catalogue.operations import drafts
from tongban.catalogue.operations.loading import DATA
from tongban.catalogue.tests import loaded
from tongban.jurisdictions import queries as places
from tongban.jurisdictions.models import Authority
from tongban.parties import operations as parties
from tongban.parties.models import Account, Role

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
ITEM = "2020-2-06"
# The last version of the item that is shipped, in force on all these days.
SHIPPED = max(
    json.loads(path.read_text("utf-8"))["number"]
    for path in (DATA / "versions").glob(f"{ITEM}*.json")
)


def no_record(**parts):
    """A material that a place may ask for more: 无犯罪记录证明, with its check point."""
    return {
        "spec": "no-record",
        "name": "无犯罪记录证明",
        "is_required": True,
        "when": [],
        "formats": ["png", "pdf"],
        "grade": "C",
        "issuer": "公安机关",
        "hint": "",
        "basis": "示例规定第一条",
        "points": [
            {
                "key": "recent",
                "text": "三个月内开具",
                "problem": "开具超过三个月",
                "mend": "重新开具一份",
                "judged_by": "receiver",
            }
        ],
    } | parts


STRICTER = {"materials": {"put": [no_record()]}}


def shipped():
    """The row of that version; what a draft of the standard is begun from."""
    return ItemVersion.objects.get(item=ITEM, number=SHIPPED)


@contextmanager
def few_standards():
    """The catalogue with the written standards alone, so that a test knows what it adds."""
    with loaded.written_alone():
        yield loaded.few()


def a_manager(name, place="220000", *, roles=(Role.MANAGER,)):
    """Somebody who manages the catalogue for an authority of this place."""
    authority = Authority.objects.filter(division_code=place).order_by("code").first()
    if authority is None:
        authority = places.competent_authority("gongan", place)
    return parties.appoint_officer(
        account=Account.objects.get_or_create(username=f"manager-{name}")[0],
        name=name,
        staff_number=f"{settings.NODE_ID}-{name}",
        authority=authority,
        roles=roles,
    )


def edited(draft, officer, *, content=None, from_day=TUESDAY, why="试改", running=None, at=MONDAY):
    """Save a draft with some sections replaced; what `save_draft` gives."""
    draft = Draft.objects.get(pk=draft.pk)
    return drafts.save_draft(
        draft_id=draft.pk,
        revision=draft.revision,
        content=draft.content | (content or {}),
        wording=draft.wording,
        from_day=from_day,
        why=why,
        running=running or {},
        officer=officer,
        at=at,
    )


def handed_in(officer, *, place="", item=ITEM, content=None, **more):
    """A draft that waits for its reviewer."""
    draft = drafts.start_draft(item=item, division_code=place, officer=officer, at=MONDAY)
    saved = edited(draft, officer, content=content or {"consultation": "户政大厅"}, **more)
    assert not saved.problems, saved.problems
    return drafts.hand_in(draft_id=draft.pk, officer=officer, at=more.get("at", MONDAY))


def published(drafter, reviewer, *, at=MONDAY, **more):
    """A published version, as its draft."""
    draft = handed_in(drafter, at=at, **more)
    return drafts.publish(draft_id=draft.pk, officer=reviewer, at=at)
