"""Everything that can happen to an inquiry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import queries as cases
from tongban.cases.inquiries import chain, queries, standing
from tongban.cases.inquiries.chain import KIND
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.permissions import (
    check_may_answer,
    check_may_ask,
    check_may_remind,
    check_may_withdraw,
)
from tongban.cases.inquiries.standing import State
from tongban.cases.operations import moving
from tongban.exchange import outbox, shared_chains
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority
from tongban.parties.models import Officer
from tongban.record.chains import FileRef


@dataclass(frozen=True)
class Attachment:
    """A paper that goes with a question or an answer."""

    name: str
    file: FileRef


@dataclass(frozen=True)
class Question:
    """What one office wants to know: a subject for lists, the words, and papers."""

    subject: str
    text: str
    papers: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Reply:
    """An answer, or with `ground` the reason why there is none and who may know instead."""

    text: str = ""
    ground: str = ""
    right_organ: str = ""
    papers: Sequence[Attachment] = ()


@transaction.atomic
def ask(
    *,
    officer: Officer,
    to: Authority,
    question: Question,
    days: int = standing.DAYS,
    number: str = "",
    at: datetime,
) -> Inquiry:
    """Ask another office something, on a case that one's own office sees or without one.

    Refused: asking oneself, a case that is not the office's, a time beyond MOST_DAYS, missing or
    too long words, too many papers. Asking twice is two inquiries.
    """
    check_may_ask(officer, to)
    if number:
        number = cases.case_for(officer, cases.find_number(number)).number
    _check_words(
        {"subject": (question.subject, 60), "text": (question.text, standing.LONGEST)},
        question.papers,
    )
    if not 0 < days <= standing.MOST_DAYS:
        raise FieldsRefused({"days": [f"答复时间是1到{standing.MOST_DAYS}个工作日"]})
    name = shared_chains.new_chain(KIND)
    there = jurisdictions.node_for(to.division_code).code
    shared_chains.write(
        KIND,
        name,
        standing.ASK,
        by=moving.officer_author(officer, "asker"),
        at=at,
        content={
            "to": {"node": there, "place": to.division_code, "authority": to.code},
            "case": number,
            "days": days,
        },
        personal={
            "subject": question.subject.strip(),
            "text": question.text.strip(),
            "papers": _named(question.papers),
            "contact": cases.contact(officer),
        },
        files=[paper.file for paper in question.papers],
    )
    return _landed(name, at=at)


@transaction.atomic
def answer(*, chain_name: str, officer: Officer, reply: Reply, at: datetime) -> Inquiry:
    """Answer an inquiry, or say with a ground why not and who may know instead.

    Refused: another office, an inquiry that was answered or withdrawn, and words that are missing.
    """
    row = queries.lock(chain_name)
    check_may_answer(officer, row)
    is_refusal = bool(reply.ground.strip())
    said = (
        {"ground": (reply.ground, 500)} if is_refusal else {"text": (reply.text, standing.LONGEST)}
    )
    _check_words(said, reply.papers)
    shared_chains.write(
        KIND,
        chain_name,
        standing.REFUSE if is_refusal else standing.ANSWER,
        by=moving.officer_author(officer, "answerer"),
        at=at,
        personal={
            "text": "" if is_refusal else reply.text.strip(),
            "ground": reply.ground.strip(),
            "right_organ": reply.right_organ.strip()[:200] if is_refusal else "",
            "papers": _named(reply.papers),
            "contact": cases.contact(officer),
        },
        files=[paper.file for paper in reply.papers],
    )
    return Inquiry.objects.get(pk=chain_name)


@transaction.atomic
def ask_more(*, chain_name: str, officer: Officer, text: str, at: datetime) -> Inquiry:
    """Ask more about an answer; the time for it begins anew. Refused to all but the asking office."""
    row = queries.lock(chain_name)
    check_may_withdraw(officer, row)
    if row.state != State.ANSWERED:
        raise Refused("对方答复以后才能追问")
    _check_words({"text": (text, standing.LONGEST)}, ())
    shared_chains.write(
        KIND,
        chain_name,
        standing.ASK_MORE,
        by=moving.officer_author(officer, "asker"),
        at=at,
        personal={"text": text.strip(), "papers": [], "contact": cases.contact(officer)},
    )
    return _landed(chain_name, at=at)


@transaction.atomic
def withdraw(*, chain_name: str, officer: Officer, at: datetime) -> Inquiry:
    """Take an inquiry back before it is answered.

    The node that holds it writes that down; until it has, an answer may still come first. Asking
    to take it back twice is asking once.
    """
    row = queries.lock(chain_name)
    check_may_withdraw(officer, row)
    if State(row.state) not in standing.OPEN:
        raise Refused("对方已经答复，不用撤回")
    if row.answerer_node == settings.NODE_ID:
        chain.write_as_node(chain_name, standing.WITHDRAW, at=at)
    elif row.withdrawal_asked_at is None:
        outbox.tell([row.answerer_node], chain.WITHDRAWAL, chain_name, {}, at=at)
        Inquiry.objects.filter(pk=chain_name).update(withdrawal_asked_at=at)
    return Inquiry.objects.get(pk=chain_name)


@transaction.atomic
def remind(*, chain_name: str, officer: Officer, at: datetime) -> Inquiry:
    """Remind the other office of what it has not answered in time, as the asking office.

    The node that holds the inquiry writes it down and tells its office; it does so by itself too,
    the morning after the last day. Refused before that day is over, and after an answer. The
    second time on one day changes nothing.
    """
    row = queries.lock(chain_name)
    check_may_remind(officer, row, at)
    if row.answerer_node != settings.NODE_ID:
        outbox.tell([row.answerer_node], chain.REMINDER, chain_name, {}, at=at)
    elif row.standing().may_be_reminded(at):
        chain.write_as_node(chain_name, standing.REMIND, at=at, content=chain.AT_WISH)
    return Inquiry.objects.get(pk=chain_name)


def remind_due(*, at: datetime) -> int:
    """Write on the record, once each, that inquiries held here were not answered in time.

    Gives how many. Two workers share them; what another one holds is left to it.
    """
    today = day_in_beijing(at)
    done = 0
    late = Inquiry.objects.filter(
        state=State.ARRIVED,
        answerer_node=settings.NODE_ID,
        due_on__lt=today,
        reminded_at=None,
    )
    for name in list(late.order_by("due_on").values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            row = late.select_for_update(skip_locked=True).filter(pk=name).first()
            if row is not None:
                chain.write_as_node(name, standing.REMIND, at=at)
                done += 1
    return done


def _landed(chain_name: str, *, at: datetime) -> Inquiry:
    """The inquiry; within one node it arrives at once."""
    row = queries.lock(chain_name)
    if row.answerer_node == settings.NODE_ID:
        chain.write_as_node(chain_name, standing.ARRIVE, at=at)
        row.refresh_from_db()
    return row


def _named(papers: Sequence[Attachment]) -> list[dict[str, str]]:
    return [{"name": paper.name, "digest": paper.file.digest} for paper in papers]


def _check_words(said: dict[str, tuple[str, int]], papers: Sequence[Attachment]) -> None:
    errors = {
        name: [f"写明内容，最多{longest}个字"]
        for name, (text, longest) in said.items()
        if not text.strip() or len(text) > longest
    }
    if len(papers) > standing.MOST_PAPERS:
        errors["papers"] = [f"最多{standing.MOST_PAPERS}份附件"]
    if errors:
        raise FieldsRefused(errors)
