"""A refusal names the right organ; if the applicant agrees, the papers go on to it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import access, queries, rules, states
from tongban.cases.models import Case, Draft
from tongban.cases.operations import drafts
from tongban.cases.operations.drafts import Places
from tongban.cases.permissions import MoveNotPossible
from tongban.cases.standing import BEIJING
from tongban.cases.states import Mode, State
from tongban.catalogue.versions import Version
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority
from tongban.parties.models import Account
from tongban.record import queries as recorded


def check_right_place(case: Case, place: str, *, on: date) -> str:
    """The place whose organ is the right one, as the refusal names it; empty when there is none here.

    Refused for a place that nobody knows, that has no organ for the item, or that is the refusing
    one's own.
    """
    if not place:
        return ""
    try:
        found = jurisdictions.resolve(place, on).code
        organ = jurisdictions.competent_authority(queries.version_of(case).department, found)
    except Refused as unknown:
        raise FieldsRefused({"right_place": [unknown.message]}) from unknown
    if organ.code == case.decider_authority:
        raise FieldsRefused({"right_place": [_("这就是本机关，请选另一个办理地")]})
    return found


def find_organs(version: Version, text: str, *, on: date) -> list[Authority]:
    """The organs that could be the right one for an item, by their name or place."""
    return jurisdictions.find_organs(version.department, text, on)


def right_place(case: Case) -> str:
    """Where a case that was not accepted can be passed on to; empty when the refusal names none."""
    if case.state != State.NOT_ACCEPTED:
        return ""
    last = recorded.events(case.number)[-1]
    place = last.content.get("right_place", "")
    return place if isinstance(place, str) else ""


@transaction.atomic
def pass_on(*, number: str, account: Account, at: datetime) -> Draft:
    """Begin an application at the right organ with the answers and papers of the refused one.

    The applicant looks it through and hands it in: nothing goes anywhere by itself. The second time
    leads to the same draft. Refused when the case was accepted after all or its refusal names no
    place, and when the item is not open between these places.
    """
    case = queries.lock_case_of(account, number)
    place = right_place(case)
    if not place:
        raise MoveNotPossible(states.SUBMIT, State(case.state))
    applicant = next(
        one
        for one in access.applicants_for(account, case.item)
        if one.match == case.applicant_match
    )
    draft = drafts.start_draft(
        account=account,
        applicant=applicant,
        item=case.item,
        mode=Mode(case.mode),
        places=Places(
            case.applicant_place,
            case.receiving_place,
            jurisdictions.deciding_place(jurisdictions.resolve(place, _day(at)).code),
        ),
        at=at,
    )
    if not draft.papers.exists() and not drafts.answers_of(draft):
        _fill(draft, case, at=at)
    return draft


def _fill(draft: Draft, case: Case, *, at: datetime) -> None:
    """What was said and handed in before; what the other place asks besides is still to be filled in."""
    personal = queries.particulars(case)
    draft.answers = drafts.sealed_answers(personal["answers"])
    draft.saved_at = at
    draft.save(update_fields=["answers", "saved_at"])
    asked = {material.spec for material in rules.version_of(draft).materials}
    wanted = [one for one in case.materials.all() if one.spec in asked]
    drafts.take_over_papers(draft, wanted, personal["file_names"], at=at)


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()
