"""What decides whether an intake can become a case, and who gets it. Reads, never writes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from tongban.basics import calendar, canonical, identifiers
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases.joint import rules as joint
from tongban.cases.models import Draft
from tongban.cases.states import COMPOSITIONS, Mode
from tongban.catalogue import forms
from tongban.catalogue import queries as catalogue
from tongban.catalogue.availability import Availability
from tongban.catalogue.models import Mode as CatalogueMode
from tongban.catalogue.versions import Limits, Version
from tongban.jurisdictions import queries as jurisdictions
from tongban.record.chains import FileRef

KINDS = {"person": "个人", "organisation": "企业或其他组织"}


@dataclass(frozen=True)
class HandedIn:
    """One paper as somebody hands it in: for which thing asked, and what they call it."""

    spec: str
    file: FileRef
    name: str
    made_from: str = ""  # what the applicant says it is, of provenance.UPLOADED

    def canonical(self) -> list[str]:
        """What two papers are compared by; one of which nothing is said, as before it could be."""
        said = [self.made_from] if self.made_from else []
        return [self.spec, self.file.digest, self.name, *said]


@dataclass(frozen=True)
class Intake:
    """Everything an applicant hands in to start a case; places are 6-digit divisions."""

    item: str
    mode: Mode
    applicant: dict[str, str]  # kind, name, id_number, phone; an organisation's also agent…
    applicant_place: str
    receiving_place: str
    deciding_place: str
    answers: dict[str, Any]
    papers: tuple[HandedIn, ...] = field(default=())

    def canonical(self) -> bytes:
        """Bytes by which two intakes are known to be the same."""
        return canonical.dumps(
            {
                "item": self.item,
                "mode": self.mode,
                "applicant": self.applicant,
                "places": [self.applicant_place, self.receiving_place, self.deciding_place],
                "answers": self.answers,
                "papers": [paper.canonical() for paper in self.papers],
            }
        )


class NotOpen(Refused):
    """The item cannot be done in this way between these places on this day."""

    code = "not-open"
    status = 422


@dataclass(frozen=True)
class Route:
    """Who takes part in a case: places, nodes, authorities and their limits in working days."""

    version: Version
    nodes: dict[str, str]
    authorities: dict[str, str]
    places: dict[str, str]
    limits: dict[str, int]
    number_division: str

    def content(self, intake: Intake) -> dict[str, Any]:
        """The route as the first event of the case puts it on the record."""
        return {
            "item": intake.item,
            "version": self.version.number,
            "local": self.version.local,
            "mode": intake.mode.value,
            "places": self.places,
            "nodes": self.nodes,
            "authorities": self.authorities,
            "limits": self.limits,
            "two_person": self.version.decision == "two_person",
        }


@dataclass(frozen=True)
class Judged:
    """An application that may be taken: its rules, its tidied answers, and who has how long."""

    version: Version
    answers: dict[str, Any]
    limits: Limits


def check_intake(intake: Intake, *, on: date) -> Judged:
    """What an application comes to; refused with everything that is wrong.

    Looked at in this order: is the item open for these places in this mode (NotOpen), then the
    applicant's particulars, the answers, the competent place and the papers together
    (FieldsRefused), so that an applicant mends all of it in one go.
    """
    version = open_version(intake.item, on=on, deciding=intake.deciding_place)
    found = check_open(intake, on=on)
    errors: dict[str, list[str]] = {}
    _collect(errors, lambda: check_applicant(version, intake.applicant))
    answers = _contents(version, intake, errors)
    if intake.mode is Mode.JOINT:
        deciding = intake.deciding_place
        _collect(errors, lambda: joint.check_partners(version, answers, deciding=deciding))
    if intake.mode is Mode.ON_SITE:
        _collect(errors, lambda: _check_visit(intake, answers))
    if errors:
        raise FieldsRefused(errors)
    return Judged(version, answers, promised(version, found))


def promised(version: Version, found: Availability) -> Limits:
    """Who has how long: inside a group of places the group's own promise, if it is the shorter."""
    return found.limits or version.counted


def _collect(errors: dict[str, list[str]], check: Callable[[], None]) -> None:
    try:
        check()
    except FieldsRefused as refused:
        for name, sentences in refused.errors.items():
            errors.setdefault(name, []).extend(sentences)


def route(intake: Intake, version: Version, limits: Limits) -> Route:
    """Who gets the case. Refused when a place has no node or no competent authority."""
    here = settings.NODE_ID
    decider = jurisdictions.competent_authority(version.department, intake.deciding_place)
    deciding_node = connected(intake.deciding_place)
    receiver_node, receiver_authority = "", ""
    if COMPOSITIONS[intake.mode].window:
        receiver_node = connected(intake.receiving_place)
        receiver_authority = jurisdictions.window_authority(intake.receiving_place).code
    return Route(
        version=version,
        nodes={"applicant": here, "receiver": receiver_node, "decider": deciding_node},
        authorities={"receiver": receiver_authority, "decider": decider.code},
        places={
            "applicant": intake.applicant_place,
            "receiving": intake.receiving_place,
            "deciding": intake.deciding_place,
            # The place whose people rate the service: where the applicant stood.
            "evaluating": intake.receiving_place or intake.applicant_place,
        },
        limits={
            "receive": limits.receive_days,
            "accept": limits.accept_days,
            "decide": limits.decide_days,
        },
        number_division=_number_division(intake),
    )


def connected(place: str) -> str:
    """The node of a place; refused while the place has none or it has not joined."""
    node = jurisdictions.node_for(place)
    if node.is_out:
        raise NotOpen(
            f"{jurisdictions.full_name(place)}暂停接入，现在不能从这里提交，恢复以后可以再来",
            place=place,
        )
    if not node.is_connected:
        raise NotOpen(
            f"{jurisdictions.full_name(place)}还没有接入，现在不能从这里提交", place=place
        )
    return node.code


def _number_division(intake: Intake) -> str:
    """The division a case number begins with: one that this node serves, so numbers never meet."""
    for place in (intake.receiving_place, intake.applicant_place):
        if place and jurisdictions.node_for(place).code == settings.NODE_ID:
            return place
    return f"{settings.NODE_ID}0000"


def open_version(item: str, *, on: date, deciding: str) -> Version:
    """The rules of an item in a deciding place on a day; refused when it cannot be filed yet."""
    version = catalogue.version_in_force(item, on, deciding=deciding)
    if version is None or not version.can_be_filed:
        raise NotOpen(
            "目录已收录这件事，但本平台还没有开通网上提交。办理方式请看办事指南里的文件依据",
            item=item,
        )
    return version


def version_of(draft: Draft) -> Version:
    """The rules that a draft is filled in under."""
    return catalogue.version(draft.item, draft.item_version, draft.local_version)


def named(papers: Iterable[HandedIn], version: Version) -> list[dict[str, str]]:
    """Papers as an event names them, in the order in which the item asks for them.

    What applicants upload themselves is of grade C.
    """
    names = {material.spec: material.name for material in version.materials}
    order = list(names)
    return [
        {
            "spec": paper.spec,
            "name": names[paper.spec],
            "digest": paper.file.digest,
            "grade": "C",
            "source": "upload",
            **({"made_from": paper.made_from} if paper.made_from else {}),
        }
        for paper in sorted(papers, key=lambda paper: order.index(paper.spec))
    ]


def check_answer(version: Version, intake: Intake) -> dict[str, Any]:
    """The tidied answers of a mended case, judged by the rules it was submitted under."""
    errors: dict[str, list[str]] = {}
    answers = _contents(version, intake, errors)
    if errors:
        raise FieldsRefused(errors)
    return answers


def _contents(version: Version, intake: Intake, errors: dict[str, list[str]]) -> dict[str, Any]:
    """The tidied answers; what is wrong with them, their places and papers goes to `errors`."""
    answers: dict[str, Any] = {}
    try:
        answers = forms.validate(version, intake.answers)
    except FieldsRefused as refused:
        errors |= refused.errors
    _collect(errors, lambda: check_competent(version, intake, answers))
    _collect(errors, lambda: check_papers(version, intake, answers))
    return answers


def check_applicant(version: Version, applicant: dict[str, str]) -> None:
    """The applicant's kind, name, number and phone; refused at the field that is wrong."""
    errors: dict[str, list[str]] = {}
    kind = applicant.get("kind", "")
    if kind not in version.applicant_kinds:
        who = "、".join(KINDS[one] for one in version.applicant_kinds)
        errors["applicant.kind"] = [f"这件事由{who}申请"]
    if len(applicant.get("name", "").strip()) < 2:
        errors["applicant.name"] = ["填写证件上的全名"]
    check = identifiers.check_credit_code if kind == "organisation" else identifiers.check_person_id
    for name, judge in (("id_number", check), ("phone", identifiers.check_mobile)):
        try:
            judge(applicant.get(name, ""))
        except identifiers.NumberRefused as refused:
            errors[f"applicant.{name}"] = [refused.message]
    if errors:
        raise FieldsRefused(errors)


def check_papers(version: Version, intake: Intake, answers: dict[str, Any]) -> None:
    """Every thing asked has a paper, nothing else has one."""
    asked = {material.spec: material for material in forms.materials(version, answers)}
    handed_in = [paper.spec for paper in intake.papers]
    errors = {
        spec: [f"上传{material.name}"]
        for spec, material in asked.items()
        if material.is_required and spec not in handed_in
    }
    for spec in handed_in:
        if spec not in {material.spec for material in version.materials}:
            errors[spec] = ["这件事不要这份材料，请去掉"]
        elif handed_in.count(spec) > 1:
            errors[spec] = ["同一份材料交了两次，请只留一份"]
    if errors:
        raise FieldsRefused(errors)


def check_open(intake: Intake, *, on: date) -> Availability:
    """The item can be filed in this mode from this place for that one on this day."""
    here = intake.receiving_place or intake.applicant_place
    found = catalogue.availability(intake.item, here=here, there=intake.deciding_place, on=on)
    if not found.is_open:
        raise NotOpen(found.reason, kind=found.kind, item=intake.item)
    if intake.mode not in found.modes:
        offered = "、".join(CatalogueMode(mode).label for mode in found.modes)
        raise NotOpen(
            f"这件事不能按“{CatalogueMode(intake.mode).label}”办理，可以选择：{offered}",
            kind="mode",
            modes=list(found.modes),
        )
    if COMPOSITIONS[intake.mode].window and not intake.receiving_place:
        raise NotOpen("选择在哪个窗口提交材料", kind="receiving-place")
    if intake.mode is Mode.ON_SITE:
        _check_on_site(intake)
    return found


def _check_on_site(intake: Intake) -> None:
    """Who comes in person comes to an office of the place that decides."""
    if jurisdictions.deciding_place(intake.receiving_place) != intake.deciding_place:
        place = jurisdictions.full_name(intake.deciding_place)
        raise NotOpen(f"现场办理要到{place}的窗口，请改选那里的窗口", kind="receiving-place")


def _check_visit(intake: Intake, answers: dict[str, Any]) -> None:
    """An appointment is for a day on which the offices of that place work."""
    visit = answers.get("visit_on")
    if visit and closed_on(date.fromisoformat(visit), intake.deciding_place):
        raise FieldsRefused({"visit_on": ["那一天办理地不上班，请改选工作日"]})


def closed_on(day: date, place: str = "") -> bool:
    """Whether the offices of a place do not work on a day."""
    return not calendar.of(place).is_working_day(day)


def check_competent(version: Version, intake: Intake, answers: dict[str, Any]) -> None:
    """The deciding place is the one that the item's rule of competence names."""
    catalogue.check_competent(version, answers, deciding=intake.deciding_place)
