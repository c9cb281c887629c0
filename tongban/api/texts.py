"""What a version of an item says, as the API gives it: every value with the basis it rests on.

Where `basis` is empty the value is a default of this platform (`is_default`), to be confirmed by
the lead unit.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tongban.catalogue.versions import Version


class Read(BaseModel):
    """What is read off the catalogue's own values."""

    model_config = ConfigDict(from_attributes=True)


class Based(Read):
    """A value with its basis."""

    basis: str
    is_default: bool


class SentenceOut(Based):
    """A condition, an exception, a basis or a responsibility, in words."""

    text: str


class ModeOut(Read):
    """One way in which it is done; `province` whose document says so (empty: the nation's)."""

    mode: str
    basis: str
    province: str


class CompetenceOut(Based):
    """Which place decides: the kind of place, the field that names it, and why."""

    place: str
    field: str
    question: str
    explain: str


class TimeOut(Based):
    """So many of a unit (workday, day, month, year); legal, promised or service (the window's)."""

    days: int
    unit: str
    kind: str
    note: str


class LimitsOut(Read):
    """Who has how long; `legal` is what the law gives at most, where it is known."""

    receive: TimeOut
    accept: TimeOut
    decide: TimeOut
    legal: TimeOut | None


class VisitsOut(Based):
    """How often somebody must come in person, and why."""

    times: int
    why: str


class FeeOut(Based):
    """What it costs."""

    is_charged: bool
    text: str


class ResultOut(Based):
    """What comes out."""

    kind: str
    title: str
    text: str
    sample: str


class ProcessStepOut(Based):
    """One step of the way; `by` is applicant, receiver, decider or partner."""

    name: str
    by: str
    days: int | None
    unit: str
    standard: str
    result: str


class SpecialProcedureOut(Based):
    """A procedure during which the clock stands."""

    name: str
    text: str


class ResponsibilityOut(Read):
    """What the receiving and what the deciding place answers for."""

    receiving: list[SentenceOut]
    deciding: list[SentenceOut]


class ContactOut(Read):
    """Whom to call; empty means the authority that decides."""

    consult: str
    complain: str
    liaison: str


class CodesOut(Read):
    """基本编码, 事项类型 (A.1), 办件类型 (A.6), 行使层级 (A.2); empty where nobody has told."""

    catalog_code: str
    item_type: str
    handle_type: str
    levels: list[str]


class QuestionOut(Read):
    """A frequent question and its answer."""

    question: str
    answer: str


class GroundOut(Read):
    """A document and the place in it."""

    document: str
    place: str
    says: str


class ConditionOut(Read):
    """That the answer to a field is one of some values."""

    field: str
    values: list[str]


class PointOut(Read):
    """One thing looked at in a material; when it fails, the problem and how to mend it."""

    key: str
    text: str
    problem: str
    mend: str
    judged_by: Annotated[str, Field(description="receiver or decider")]
    children: list["PointOut"]


class MaterialText(Based):
    """A material asked for, when, in which form, and what is looked at in it."""

    spec: str
    name: str
    is_required: bool
    when: list[ConditionOut]
    form: str
    originals: int
    copies: int
    formats: list[str]
    max_bytes: int
    grade: Annotated[str, Field(description="the lowest trust grade taken, A to D")]
    issuer: str
    hint: str
    points: list[PointOut]


class VersionText(Read):
    """All that a version says; `local` names the places' versions that lie over the standard."""

    item: str
    number: int
    local: str
    name: str
    from_day: date
    digest: str
    archetype: str
    applicant_kinds: list[str]
    modes: list[ModeOut]
    department: str
    competence: CompetenceOut
    limits: LimitsOut
    visits: dict[str, VisitsOut]
    fee: FeeOut
    conditions: list[SentenceOut]
    not_for: list[SentenceOut]
    materials: list[MaterialText]
    result: ResultOut
    consultation: str
    questions: list[QuestionOut]
    codes: CodesOut
    legal_basis: list[SentenceOut]
    process: list[ProcessStepOut]
    special_procedures: list[SpecialProcedureOut]
    responsibility: ResponsibilityOut
    contact: ContactOut
    grounds: list[GroundOut]
    answers: Annotated[dict[str, Any], Field(description="JSON Schema (2020-12) of the answers")]


def version_text(version: Version) -> VersionText:
    """A version as the API gives it."""
    said = {name: getattr(version, name) for name in VersionText.model_fields if name != "answers"}
    return VersionText.model_validate({**said, "answers": dict(version.schema)})
