"""Cases brought to where a test begins, by the operations that bring them there in life."""

from collections.abc import Callable

from tongban.cases.models import Case
from tongban.cases.operations import claims, requests, review, window
from tongban.cases.operations.window import Fault
from tongban.cases.states import Mode, State
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties.models import Account, Officer

FAULT = Fault("owner-consent", "没有写到房号", "写到房号，例如12号3单元501")


def claimed(case: Case, officer: Officer) -> Case:
    """The case taken from the queue by an officer."""
    return claims.claim_case(number=case.number, officer=officer, at=MONDAY)


def received(case: Case, clerk: Officer) -> Case:
    """Claimed and received at the window."""
    claimed(case, clerk)
    return window.receive_case(number=case.number, officer=clerk, identity="in_person", at=MONDAY)


def looked_through(case: Case, clerk: Officer) -> Case:
    """Received, and every check point of form found good."""
    received(case, clerk)
    world.check_everything(case, clerk)
    return Case.objects.get(pk=case.pk)


def pending(case: Case, clerk: Officer, officer: Officer) -> Case:
    """Handed over and claimed at the deciding place; online cases are there already."""
    if case.mode == Mode.RECEIVED_FOR:
        world.handed_over(case, clerk)
    return claimed(case, officer)


def under_review(case: Case, clerk: Officer, officer: Officer) -> Case:
    """Accepted."""
    pending(case, clerk, officer)
    return review.accept_case(number=case.number, officer=officer, at=MONDAY)


def approved(case: Case, clerk: Officer, officer: Officer) -> Case:
    """Decided for the applicant."""
    under_review(case, clerk, officer)
    return review.approve(number=case.number, officer=officer, note="符合条件", at=MONDAY)


def issued(case: Case, clerk: Officer, officer: Officer) -> Case:
    """With its result made."""
    approved(case, clerk, officer)
    return review.issue_result(number=case.number, officer=officer, at=MONDAY)


def in_delivery(case: Case, clerk: Officer, officer: Officer) -> Case:
    """On its way back; claimed at the window where there is one."""
    issued(case, clerk, officer)
    sent = review.deliver(number=case.number, officer=officer, at=MONDAY)
    return claimed(case, clerk) if case.mode == Mode.RECEIVED_FOR else sent


def returned(case: Case, clerk: Officer) -> Case:
    """Sent back to its applicant."""
    received(case, clerk)
    return window.return_for_form(
        number=case.number, officer=clerk, faults=[FAULT], note="", at=MONDAY
    )


def correction(case: Case, clerk: Officer, officer: Officer) -> Case:
    """Told once what is missing."""
    pending(case, clerk, officer)
    return review.ask_correction(
        number=case.number, officer=officer, faults=[FAULT], note="", at=MONDAY
    )


def denied(case: Case, clerk: Officer, officer: Officer) -> Case:
    """Decided against the applicant."""
    under_review(case, clerk, officer)
    return review.deny(
        number=case.number,
        officer=officer,
        ground="房主没有同意",
        basis="示例文件第三条",
        at=MONDAY,
    )


def not_accepted(case: Case, clerk: Officer, officer: Officer) -> Case:
    """Refused acceptance."""
    pending(case, clerk, officer)
    return review.refuse_acceptance(
        number=case.number, officer=officer, ground="不归本机关", right_organ="示例机关", at=MONDAY
    )


def closed(case: Case, clerk: Officer, officer: Officer) -> Case:
    """Taken at the window."""
    in_delivery(case, clerk, officer)
    return window.close_at_window(
        number=case.number, officer=clerk, taken_by="李四，本人", at=MONDAY
    )


def withdrawn(case: Case, account: Account) -> Case:
    """Taken back by its applicant."""
    requests.withdraw(number=case.number, account=account, reason="不迁了", at=MONDAY)
    return Case.objects.get(pk=case.pk)


# Every state a case can rest in within one node, and how it gets there.
REACHED: dict[State, Callable[[Case, Officer, Officer, Account], Case]] = {
    State.SUBMITTED: lambda case, clerk, officer, account: claimed(case, clerk),
    State.RECEIVED: lambda case, clerk, officer, account: looked_through(case, clerk),
    State.RETURNED: lambda case, clerk, officer, account: returned(case, clerk),
    State.PENDING: lambda case, clerk, officer, account: pending(case, clerk, officer),
    State.CORRECTION: lambda case, clerk, officer, account: correction(case, clerk, officer),
    State.UNDER_REVIEW: lambda case, clerk, officer, account: under_review(case, clerk, officer),
    State.APPROVED: lambda case, clerk, officer, account: approved(case, clerk, officer),
    State.DENIED: lambda case, clerk, officer, account: denied(case, clerk, officer),
    State.RESULT_ISSUED: lambda case, clerk, officer, account: issued(case, clerk, officer),
    State.IN_DELIVERY: lambda case, clerk, officer, account: in_delivery(case, clerk, officer),
    State.NOT_ACCEPTED: lambda case, clerk, officer, account: not_accepted(case, clerk, officer),
    State.CLOSED: lambda case, clerk, officer, account: closed(case, clerk, officer),
    State.WITHDRAWN: lambda case, clerk, officer, account: withdrawn(case, account),
}
