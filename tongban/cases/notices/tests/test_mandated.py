"""Each side of a mandate hears what the other did, once, and nobody else hears anything."""

from datetime import timedelta

import pytest

from tongban.cases.notices import inbox, mandated, sending
from tongban.cases.notices.models import Notice, Sending
from tongban.cases.notices.tests.conftest import proved
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties.mandates import happenings, operations
from tongban.parties.mandates.models import Consent, MandateEntry

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(minutes=1)


@pytest.fixture
def mother():
    return world.a_person("李桂", serial=61)


@pytest.fixture
def son():
    return world.a_person("李小", serial=62)


@pytest.fixture
def stranger():
    return world.a_person("孙八", serial=63)


def give(mother, son, *, name="李小"):
    account, applicant = mother
    return operations.give(
        account=account, principal=applicant, agent_name=name, agent_number=son[1].number,
        items=[], until_on=(MONDAY + timedelta(days=90)).date(), words="请代办", at=MONDAY,
    )  # fmt: skip


def told(person):
    return [(one.title, one.asks) for one in inbox.in_words(inbox.notices_of(person[0]))]


@pytest.fixture(autouse=True)
def in_that_week(time_machine):
    time_machine.move_to(MONDAY)


def test_who_is_offered_a_mandate_finds_it_in_the_inbox_and_may_answer(mother, son, stranger):
    mandate = give(mother, son)
    give(mother, son)  # the same again is the one that stands
    assert told(son) == [("有人请您代办", True)]
    assert told(mother) == told(stranger) == []
    (one,) = inbox.in_words(inbox.notices_of(son[0]))
    assert one.mandate == mandate.pk
    assert "李桂" in one.text
    assert "2027年2月14日" in one.text
    assert inbox.unread(son[0]) == 1
    inbox.read_one(account=son[0], notice_id=one.id, at=LATER)
    assert inbox.unread(son[0]) == 0


def test_a_slip_in_the_name_tells_nobody(mother, son):
    give(mother, son, name="李晓")
    assert told(son) == []


def test_each_answer_and_end_is_told_to_the_other_side(mother, son):
    mandate = give(mother, son)
    operations.accept(account=son[0], mandate_id=mandate.pk, at=LATER)
    operations.accept(account=son[0], mandate_id=mandate.pk, at=LATER)
    assert told(mother) == [("代办人接受了授权", False)]
    assert told(son) == [("有人请您代办", False)], "nothing is left to answer"
    operations.end(account=mother[0], mandate_id=mandate.pk, at=LATER + timedelta(minutes=1))
    operations.end(account=mother[0], mandate_id=mandate.pk, at=LATER + timedelta(minutes=2))
    assert told(son)[0] == ("授权结束了", False)
    assert len(told(mother)) == 1


def test_a_refusal_and_an_agents_end_are_told_to_who_gave_it(mother, son):
    refused = give(mother, son)
    operations.end(account=son[0], mandate_id=refused.pk, at=LATER)
    held = give(mother, son)
    operations.accept(account=son[0], mandate_id=held.pk, at=LATER + timedelta(minutes=1))
    operations.end(account=son[0], mandate_id=held.pk, at=LATER + timedelta(minutes=2))
    assert [title for title, _asks in told(mother)] == [
        "代办人结束了授权", "代办人接受了授权", "代办人没有接受授权",
    ]  # fmt: skip


def test_what_is_taken_back_before_it_was_accepted_is_told_to_who_was_asked(mother, son):
    mandate = give(mother, son)
    operations.end(account=mother[0], mandate_id=mandate.pk, at=LATER)
    assert [title for title, _asks in told(son)] == ["授权结束了", "有人请您代办"]


def test_help_at_a_window_is_told_to_whom_it_is_for(mother):
    operations.help_at_window(
        officer=world.a_clerk(), name="李桂", number=mother[1].number, phone="13900000002",
        item=world.MEDICAL, words="同意帮办", consent=Consent.SPOKEN, at=MONDAY,
    )  # fmt: skip
    assert told(mother) == [("窗口帮您办事", False)]


def test_nothing_of_it_is_kept_or_sent_in_words(mother, son, sms_only, gateway):
    proved(son[0])
    give(mother, son)
    assert not [
        one for one in ("李桂", "李小", son[1].number) if one in str(Notice.objects.values())
    ]
    assert Sending.objects.count() == 1
    assert sending.send_due(at=MONDAY) == 1
    ((channel, to, _title, text),) = gateway.taken
    assert (channel, to) == ("sms", "13900000002")
    assert "授权" in text
    assert "李" not in text


def test_what_happens_is_told_once_however_often_it_is_heard(mother, son):
    mandate = give(mother, son)
    happenings.tell(mandate, mandate.entries.get())
    assert Notice.objects.count() == 1


def test_everything_that_can_happen_has_words():
    kinds = {f"mandate_{one.value}" for one in MandateEntry.What} | {"mandate_helped"}
    assert kinds == set(mandated.WORDS)
