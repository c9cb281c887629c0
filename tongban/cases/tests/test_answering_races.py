"""Two at once over one request or one inquiry; each race is also run with its lock taken away."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from tongban.basics.refusals import Refused
from tongban.basics.tests.races import at_once
from tongban.cases import queries as cases
from tongban.cases.inquiries import operations, queries
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.operations import Question, Reply
from tongban.cases.models import Case, Request
from tongban.cases.operations import moving, requests
from tongban.cases.operations.requests import Wish
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.exchange import shared_chains
from tongban.record.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


@pytest.fixture
def race(monkeypatch):
    """Run attempts at once; both come this far before either writes, unless a lock keeps one out."""

    def run(*attempts):
        barrier = threading.Barrier(2)

        def meet(write):
            def met(*args, **kwargs):
                with suppress(threading.BrokenBarrierError):
                    barrier.wait(timeout=1.5)
                return write(*args, **kwargs)

            return met

        for module in (moving, shared_chains):
            monkeypatch.setattr(module, "write", meet(module.write))
        return at_once(*attempts)

    return run


def two_answer_a_request(race):
    case, filled = world.a_case()
    one, other = world.a_decider(), world.a_decider(name="陈三")
    world.handed_over(case, world.a_clerk())
    request = requests.ask_as_applicant(
        number=case.number, account=filled.account, wish=Wish("ask", "办到哪一步了"), at=MONDAY
    )

    def answer(officer):
        return lambda: requests.answer(
            request_id=request.pk, officer=officer, text="快了", refuse=False, at=MONDAY
        )

    return race(answer(one), answer(other))


def test_of_two_answers_to_a_request_one_is_given_and_one_is_refused_in_words(race):
    raised = two_answer_a_request(race)
    assert raised.count(None) == 1
    assert any(isinstance(error, Refused) for error in raised)
    assert Entry.objects.filter(kind="answer_request").count() == 1
    assert Request.objects.get().outcome == "answered"


def test_without_the_lock_the_second_answer_is_only_stopped_by_the_chain(race, monkeypatch):
    monkeypatch.setattr(cases, "lock_case", lambda number: Case.objects.get(pk=number))
    raised = two_answer_a_request(race)
    assert not any(isinstance(error, Refused) for error in raised)
    assert Entry.objects.filter(kind="answer_request").count() == 1


def two_answer_an_inquiry(race):
    one, other = world.a_decider(), world.a_decider(name="陈三")
    row = operations.ask(
        officer=world.a_clerk(), to=one.authority, question=Question("核实", "查一下"), at=MONDAY
    )

    def answer(officer):
        return lambda: operations.answer(
            chain_name=row.pk, officer=officer, reply=Reply("是"), at=MONDAY
        )

    return race(answer(one), answer(other))


def test_of_two_answers_to_an_inquiry_one_is_given_and_one_is_refused_in_words(race):
    raised = two_answer_an_inquiry(race)
    assert raised.count(None) == 1
    assert any(isinstance(error, Refused) for error in raised)
    assert Entry.objects.filter(kind="answer").count() == 1


def test_without_the_lock_the_second_answer_is_stopped_by_the_chain_itself(race, monkeypatch):
    monkeypatch.setattr(queries, "lock", lambda name: Inquiry.objects.get(pk=name))
    raised = two_answer_an_inquiry(race)
    assert raised.count(None) == 1
    assert not any(isinstance(error, Refused) for error in raised)
    assert Entry.objects.filter(kind="answer").count() == 1


def test_two_workers_remind_of_an_inquiry_once(race):
    operations.ask(
        officer=world.a_clerk(),
        to=world.a_decider().authority,
        question=Question("核实", "查一下"),
        at=MONDAY,
    )
    late = MONDAY + timedelta(days=8)
    assert race(*[lambda: operations.remind_due(at=late)] * 2) == [None, None]
    assert Entry.objects.filter(kind="remind").count() == 1
