"""What readers of the catalogue are told has changed: everything, in order, nothing lost."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from tongban.catalogue import changes
from tongban.catalogue.models import (
    Implementation,
    ImplementationVersion,
    Item,
    PolicyDocument,
    RollOut,
)
from tongban.catalogue.tests.local import an_implementation, load_standards, settled

MOVE, MEDICAL = "2020-2-06", "2020-2-61"


def since(*asked, **query):
    """The changes that a reader is told once whoever else is writing has ended."""
    settled()
    return changes.since(*asked, **query)


def told(found):
    return [(one.change.kind, one.change.key, one.change.number) for one in found.changes]


def everything(after="", **query):
    """All changes from a cursor on, page by page, and the cursor after them."""
    rows = []
    while True:
        page = since(after, **query)
        rows += page.changes
        after = page.next
        if not page.has_more:
            return rows, after


@pytest.fixture
def now():
    """The catalogue loaded, and the cursor after all that it told."""
    load_standards()
    return everything()[1]


def a_rollout(**parts):
    return RollOut.objects.create(
        key="try-out", kind=RollOut.Kind.PILOT, name="试点",
        document=PolicyDocument.objects.all()[0], place="第1行", line=1, sentence="试点", **parts,
    )  # fmt: skip


# Tests that commit cost seconds, so what can be told one after the other is told in one.
@pytest.mark.django_db(transaction=True)
def test_everything_that_changes_is_told_once_and_in_order(now):
    standards, _ = everything(limit=7, kinds=["standard"])
    assert [one.change.item for one in standards].count(MOVE) == 1
    assert all(one.from_day and one.digest for one in standards)

    with transaction.atomic():  # an implementation with its first version, in one go
        row = an_implementation(MOVE, "350000", {"conditions": []})
    (one,) = since(now).changes
    version = ImplementationVersion.objects.get()
    assert (one.change.kind, one.change.number) == ("implementation", 1)
    assert (one.change.item, one.change.place, one.change.part) == (MOVE, "350000", "")
    assert (one.from_day, one.digest) == (version.from_day, version.digest)

    # Page by page nothing comes twice, and after the end nothing at all.
    an_implementation(MEDICAL, "350000")
    assert since(now, limit=1).has_more
    rows, end = everything(now, limit=1)
    assert [one.change.item for one in rows] == [MOVE, MEDICAL]
    assert len({one.cursor for one in rows}) == len(rows)
    assert since(end) == changes.Changes((), end, has_more=False)
    assert since(now, kinds=["rollout"]).changes == ()

    # A row that is saved as it was is no change; one that is retired or taken away is.
    row.save()
    assert told(since(end)) == []
    row.retired_on = date(2026, 12, 1)
    row.save()
    (retired,) = since(end).changes
    assert (retired.change.place, retired.change.number) == ("350000", None)
    Implementation.objects.filter(item=MEDICAL).delete()
    (gone,) = since(retired.cursor).changes
    assert (gone.change.item, gone.change.is_gone) == (MEDICAL, True)

    # A roll-out, its items, its end.
    with transaction.atomic():
        rollout = a_rollout()
        rollout.items.add(Item.objects.get(pk=MOVE))
    (began,) = since(gone.cursor).changes
    assert (began.change.kind, began.change.key, began.change.is_gone) == (
        "rollout", "try-out", False,
    )  # fmt: skip
    rollout.items.clear()
    (other,) = since(began.cursor).changes
    rollout.delete()
    ended = since(other.cursor)
    assert [(one.change.key, one.change.is_gone) for one in ended.changes] == [("try-out", True)]
    assert since(ended.next).changes == ()


@pytest.mark.django_db(transaction=True)
def test_who_publishes_slowly_is_not_passed_over(now):
    """A reader who looked while a publication was open, and after a later one, still learns of it."""
    wrote, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            an_implementation(MOVE, "350000", {})
            wrote.set()
            may_commit.wait(60)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(60)
    an_implementation(MEDICAL, "350000", {})
    while_open = changes.since(now)
    may_commit.set()
    thread.join()
    after = since(while_open.next)

    # The later publication waits for the one still open; the cursor has not passed it.
    assert while_open.changes == ()
    assert {one.change.item for one in after.changes} == {MOVE, MEDICAL}


@pytest.mark.parametrize("cursor", ["x", "1", "-", "1-", "0x1-2", "1-2-3", "01-1", "f" * 17 + "-1"])
def test_a_cursor_of_somebody_elses_is_refused(cursor):
    with pytest.raises(changes.CursorUnreadable):
        changes.since(cursor)
