"""网上预审加寄递: after the look online the deciding place asks for the originals, by post."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tongban.basics import calendar
from tongban.basics.refusals import FieldsRefused
from tongban.cases import queries, states
from tongban.cases.models import Case
from tongban.cases.operations import moving
from tongban.cases.permissions import check_may_act, office_of
from tongban.cases.standing import BEIJING
from tongban.cases.states import Party
from tongban.parties.models import Officer

# Working days to post originals; a default of the platform.
ORIGINALS_DAYS = 10


@transaction.atomic
def ask_originals(
    *, number: str, officer: Officer, specs: Collection[str], note: str, at: datetime
) -> Case:
    """Ask the applicant to post the originals of these materials to the deciding office.

    The acceptance clock stands until a parcel with them is signed for. Refused without a single
    material, for one that was not handed in, and in every mode but 网上预审加寄递.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.ASK_ORIGINALS)
    handed_in = set(case.materials.values_list("spec", flat=True))
    if not specs:
        raise FieldsRefused({"specs": ["选择要寄原件的材料"]})
    if not handed_in.issuperset(specs):
        raise FieldsRefused({"specs": ["只能要求寄申请人交过的材料的原件"]})
    office = office_of(officer)
    answer_by = calendar.add_working_days(at.astimezone(BEIJING).date(), ORIGINALS_DAYS)
    moving.make_move(
        case,
        states.ASK_ORIGINALS,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={"specs": sorted(specs), "answer_by": answer_by.isoformat()},
        personal={
            "note": note.strip(),
            "contact": queries.contact(officer),
            "address": office.address,
        },
    )
    return case
