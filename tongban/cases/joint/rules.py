"""Who does which step of a joint case: the plan that an item's version and the answers give.

Reads, never writes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.catalogue import versions
from tongban.catalogue.versions import Version
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority


@dataclass(frozen=True)
class Planned:
    """One step with the office that does it; a node that has not joined cannot be asked."""

    step: versions.JointStep
    place: str
    authority: Authority | None
    node: str
    is_connected: bool

    @property
    def can_be_asked(self) -> bool:
        return self.authority is not None and self.is_connected

    def content(self) -> dict[str, Any]:
        """The step as the plan of a round puts it on the record of the case."""
        step = self.step
        return {
            "key": step.key,
            "name": step.name,
            "kind": step.place,
            "place": self.place,
            "node": self.node,
            "authority": self.authority.code if self.authority else "",
            "after": list(step.after),
            "days": step.days,
            "undo_days": step.undo_days,
            "has_undo": bool(step.undo),
            # A fact that cannot be asked over the platform is looked up by other means.
            "is_left_out": not self.can_be_asked,
        }


def plan(version: Version, answers: Mapping[str, Any], *, deciding: str) -> list[Planned]:
    """Each step of the version with the office that the answers lead to, in the order of the plan."""
    return [_planned(step, str(answers.get(step.field, "")), deciding) for step in version.joint]


def _planned(step: versions.JointStep, answered: str, deciding: str) -> Planned:
    place = deciding
    if step.field:
        try:
            place = jurisdictions.deciding_place(answered)
        except Refused:
            # The answer itself is judged with the form.
            return Planned(step, answered, None, "", is_connected=False)
    try:
        authority: Authority | None = jurisdictions.competent_authority(step.department, place)
    except Refused:
        authority = None
    try:
        node = jurisdictions.node_for(place)
    except NotFound:
        return Planned(step, place, authority, "", is_connected=False)
    return Planned(step, place, authority, node.code, is_connected=node.is_connected)


def check_partners(version: Version, answers: Mapping[str, Any], *, deciding: str) -> None:
    """Refused, at the answer that names the place, where a step cannot be done over the platform.

    A step that only confirms a fact may be left out; one that changes something may not.
    """
    if errors := dict(_unreachable(plan(version, answers, deciding=deciding), answers)):
        raise FieldsRefused(errors)


def _unreachable(
    planned: list[Planned], answers: Mapping[str, Any]
) -> Iterator[tuple[str, list[str]]]:
    for one in planned:
        field = one.step.field
        if one.can_be_asked or not one.step.undo or (field and not answers.get(field)):
            continue
        facts = {
            "kind": one.step.place,
            "place": jurisdictions.full_name(one.place) if one.place else "",
            "step": one.step.name,
        }
        said = _("%(kind)s（%(place)s）还没有接入，不能联办“%(step)s”。请改用别的办理方式") % facts
        yield field or version_field(one), [said]


def version_field(one: Planned) -> str:
    """Under which name a fault of a step is told that no answer leads to."""
    return f"joint.{one.step.key}"
