"""Two at once: each race is also run with its lock taken away, to show that the lock is what wins."""

import pytest
from django.db import IntegrityError

from tongban.basics.refusals import Refused
from tongban.basics.tests.races import at_once, let_two_meet
from tongban.cases import queries
from tongban.cases.models import Case, Submission
from tongban.cases.operations import claims, drafts, moving, review
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.record.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both deciders come this far before either writes, unless a lock keeps one of them out."""
    let_two_meet(monkeypatch, moving, "write", seconds=3)


def two_decide() -> list[Exception | None]:
    case, _ = world.a_case()
    officer = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    return at_once(
        lambda: review.approve(number=case.number, officer=officer, note="", at=MONDAY),
        lambda: review.deny(
            number=case.number, officer=officer, ground="甲", basis="乙", at=MONDAY
        ),
    )


@pytest.mark.usefixtures("country", "meeting")
def test_of_two_decisions_at_once_one_is_made_and_one_is_refused_in_words():
    raised = two_decide()

    assert raised.count(None) == 1
    assert any(isinstance(error, Refused) for error in raised)
    assert Entry.objects.filter(kind__in=["approve", "deny"]).count() == 1


@pytest.mark.usefixtures("country", "meeting")
def test_without_the_lock_the_second_decision_is_only_stopped_by_the_database(monkeypatch):
    monkeypatch.setattr(queries, "lock_case", lambda number: Case.objects.get(pk=number))

    raised = two_decide()

    assert not any(isinstance(error, Refused) for error in raised)
    assert Entry.objects.filter(kind__in=["approve", "deny"]).count() == 1


@pytest.mark.usefixtures("country")
def test_the_database_alone_refuses_a_second_decision():
    case, _ = world.a_case()
    officer = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    review.approve(number=case.number, officer=officer, note="", at=MONDAY)
    row = Entry.objects.get(kind="approve")

    with pytest.raises(IntegrityError, match="one_decision_a_case"):
        Entry.objects.create(
            chain=row.chain,
            seq=row.seq + 1,
            kind="deny",
            at=row.at,
            body=row.body,
            hash=row.hash,
            key_id=row.key_id,
            signature=row.signature,
        )


@pytest.mark.usefixtures("country")
def test_a_double_click_on_submit_is_one_case_with_one_number():
    filled = world.a_draft()
    numbers: list[str] = []

    def press() -> None:
        taken = drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)
        numbers.append(taken.number)

    assert at_once(press, press, press) == [None, None, None]
    assert len(numbers) == 3
    assert len(set(numbers)) == 1
    assert Case.objects.count() == Submission.objects.count() == Entry.objects.count() == 1


@pytest.mark.usefixtures("country")
def test_the_same_key_at_once_is_one_case_also_without_the_lock_on_the_draft(monkeypatch):
    """What the API relies on: there the idempotency key is the only thing two requests share."""
    filled = world.a_draft()
    monkeypatch.setattr(
        drafts, "draft_of", lambda account, pk, lock=False: drafts.Draft.objects.get(pk=pk)
    )

    def press() -> None:
        drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)

    assert at_once(press, press) == [None, None]
    assert Case.objects.count() == Entry.objects.count() == 1


@pytest.mark.usefixtures("country")
def test_of_two_clerks_claiming_at_once_one_has_the_case():
    case, _ = world.a_case()
    one, other = world.a_clerk(), world.a_clerk(name="钱七")

    raised = at_once(
        lambda: claims.claim_case(number=case.number, officer=one, at=MONDAY),
        lambda: claims.claim_case(number=case.number, officer=other, at=MONDAY),
    )

    assert raised.count(None) == 1
    assert any(isinstance(error, claims.ClaimedByAnother) for error in raised)
