"""Originals into the decider's archive, once nothing is left to do on their case."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotAllowed, Refused
from tongban.delivery import casebook, reconciling, rules
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.models import Filed, Parcel
from tongban.delivery.permissions import office_of
from tongban.delivery.reconciling import Paper, Whereabouts
from tongban.parties.models import Officer


class NotClosedYet(Refused):
    """Papers of a running case are still needed."""

    code = "not-closed-yet"

    def __init__(self) -> None:
        super().__init__(_("这件还没有办结，办结以后再归档"))


class PaperNotInHand(Refused):
    """The paper is not in the hands of this office."""

    code = "paper-not-in-hand"

    def __init__(self) -> None:
        super().__init__(_("这份材料不在本单位，不能归档"))


@transaction.atomic
def file_paper(*, case: str, origin: str, officer: Officer, place: str, at: datetime) -> Filed:
    """Write down where the archive keeps a paper; again, when it was moved to another place.

    The same place a second time changes nothing. Refused: NotClosedYet, PaperNotInHand, NotAllowed
    for any office but the deciding one, FieldsRefused without a place.
    """
    facts = casebook.facts(case)
    if office_of(officer).code != facts.decider.authority:
        raise NotAllowed(_("材料由办理机关归档，您所在的机关不是"))
    if not facts.has_ended:
        raise NotClosedYet
    if not place.strip():
        raise FieldsRefused({"place": [_("写明放在哪里，例如“A区3架2盒”")]})
    paper = _paper_here(facts, origin, rules.day_of(at))
    if paper.where is Whereabouts.FILED and paper.shelf == place.strip():
        return Filed.objects.filter(case=case, origin=origin).latest("id")
    return Filed.objects.create(
        authority=facts.decider.authority,
        case=case,
        origin=origin,
        place=place.strip()[:80],
        by=officer,
        at=at,
    )


def _paper_here(facts: CaseFacts, origin: str, today: date) -> Paper:
    # Whoever files a paper and whoever packs it again wait for each other.
    list(Parcel.objects.select_for_update(of=("self",)).filter(rows__origin=origin))
    found = (one for one in reconciling.papers_of(facts, today=today) if one.origin == origin)
    paper = next(found, None)
    if paper is None or paper.holder is None or paper.where is Whereabouts.TRAVELLING:
        raise PaperNotInHand
    if paper.holder.party != facts.decider.party:
        raise PaperNotInHand
    return paper
