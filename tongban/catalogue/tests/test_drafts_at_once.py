"""Drafts begun and published by two at the same moment; each race is also run without its lock."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from tongban.basics.refusals import Refused
from tongban.basics.tests.races import at_once, let_two_meet
from tongban.catalogue import drafting
from tongban.catalogue.models import (
    Draft,
    ImplementationVersion,
    Publication,
)
from tongban.catalogue.operations import drafts, publishing
from tongban.catalogue.tests import managers
from tongban.catalogue.tests.managers import (
    ITEM,
    MONDAY,
    a_manager,
    handed_in,
)

CITY = "220100"


def failures(*attempts: Callable[[], object]) -> list[Exception]:
    return [error for error in at_once(*attempts) if error]


class TestAtOnce:
    pytestmark = pytest.mark.django_db(transaction=True)

    def two_press(self, monkeypatch):
        with managers.few_standards():
            pass
        drafter, reviewer, third = (a_manager(name) for name in "丙丁戊")
        draft = handed_in(drafter, place=CITY)
        let_two_meet(monkeypatch, publishing, "publish_draft")
        return failures(
            *(
                lambda officer=officer: drafts.publish(
                    draft_id=draft.pk, officer=officer, at=MONDAY
                )
                for officer in (reviewer, third)
            )
        )

    def test_of_two_reviewers_at_once_one_version_comes(self, monkeypatch):
        assert self.two_press(monkeypatch) == []
        assert ImplementationVersion.objects.count() == Publication.objects.count() == 1

    def test_without_the_locks_only_the_database_stops_the_second(self, monkeypatch):
        monkeypatch.setattr(drafts, "_locked", drafting.draft)
        monkeypatch.setattr(drafts, "_lock_item", lambda item: None)
        (error,) = self.two_press(monkeypatch)
        assert isinstance(error, IntegrityError)
        assert not isinstance(error, Refused)
        assert ImplementationVersion.objects.count() == 1

    def two_start(self, monkeypatch):
        """One manager presses twice; both presses have looked before either writes."""
        with managers.few_standards():
            pass
        drafter = a_manager("丙")
        let_two_meet(monkeypatch, drafting, "basis")
        begun: list[int] = []

        def press() -> None:
            draft = drafts.start_draft(item=ITEM, division_code=CITY, officer=drafter, at=MONDAY)
            begun.append(draft.pk)

        return begun, failures(press, press)

    def test_two_presses_begin_one_draft(self, monkeypatch):
        begun, raised = self.two_start(monkeypatch)
        assert raised == []
        assert len(begun) == 2
        assert len(set(begun)) == Draft.objects.count() == 1

    def test_without_the_item_s_lock_the_second_press_fails(self, monkeypatch):
        monkeypatch.setattr(drafts, "_lock_item", lambda item: None)
        begun, raised = self.two_start(monkeypatch)
        assert len(begun) == len(raised) == 1
        assert isinstance(raised[0], IntegrityError)

    def two_publish(self, monkeypatch):
        """Two managers publish rules of two items at the same moment, into one chain."""
        with managers.few_standards():
            pass
        drafter, reviewer = a_manager("丙"), a_manager("丁")
        waiting = [handed_in(drafter, place=CITY, item=item) for item in (ITEM, "2020-2-61")]
        # Both have their number by then, unless a lock keeps one of them out.
        let_two_meet(monkeypatch, publishing, "tell")
        return failures(
            *(
                lambda draft=draft: drafts.publish(draft_id=draft.pk, officer=reviewer, at=MONDAY)
                for draft in waiting
            )
        )

    def test_two_steps_at_once_follow_each_other_in_the_chain(self, monkeypatch):
        assert self.two_publish(monkeypatch) == []
        first, second = Publication.objects.order_by("number")
        assert (first.number, second.number, second.previous) == (1, 2, first.digest)

    def test_without_the_chain_s_lock_both_would_be_the_first(self, monkeypatch):
        monkeypatch.setattr(publishing, "lock_chain", lambda publisher: None)
        (error,) = self.two_publish(monkeypatch)
        assert isinstance(error, IntegrityError)
        assert Publication.objects.count() == 1
