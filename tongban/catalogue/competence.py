"""Which place decides, from the applicant's answers, and the sentence that says why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue.places import Place
from tongban.catalogue.versions import Version


@dataclass(frozen=True)
class Decided:
    """The place that decides a case, the kind of place it is, and the answer that says so."""

    place: str
    kind: str
    field: str


class PlaceNotCompetent(FieldsRefused):
    """The place asked has no power over this case; said at the field that names the other place."""

    code = "place-not-competent"


def decides(
    version: Version, answers: Mapping[str, Any], decides_at: Callable[[str], str]
) -> Decided | None:
    """Which place decides, from the applicant's answers; nothing while they do not say.

    `decides_at` gives the city-level place whose organs decide for somebody in a county.
    """
    named = answers.get(version.competence.field)
    if not named:
        return None
    return Decided(decides_at(str(named)), version.competence.place, version.competence.field)


def explain(version: Version, *, organ: str, answered: str, decider: str) -> str:
    """Why that place decides: the standard's own sentence, or one made from its rule.

    `organ` is the line of work as people say it (公安机关), `answered` and `decider` the full names
    of the place that was answered and of the place that decides.
    """
    kind = version.competence.place
    facts = {"kind": kind, "organ": organ, "answered": answered, "decider": decider}
    why = version.competence.explain or _("这件事由%(kind)s的%(organ)s决定") % facts
    where = _("您填的%(kind)s是%(answered)s，所以由%(decider)s决定") % facts
    return f"{why.rstrip('。；，')}。{where}"


def check_competent(
    version: Version,
    answers: Mapping[str, Any],
    *,
    deciding: Place,
    decides_at: Callable[[str], str],
    name_of: Callable[[str], str],
) -> Decided | None:
    """Which place decides; refused at the field when that is not the deciding place of the case."""
    decided = decides(version, answers, decides_at)
    if decided is None or decided.place == deciding.decides_at:
        return decided
    sentence = _(
        "这件事由%(kind)s决定。您填的%(kind)s在%(other)s，这份申请却是交给%(deciding)s的："
        "请改选%(deciding)s的地方，或者把办理地换成%(other)s重新开始"
    ) % {"kind": decided.kind, "other": name_of(decided.place), "deciding": deciding.name}
    raise PlaceNotCompetent({decided.field: [sentence]})
