"""One version of an item as values: who may apply, who decides, what is asked, by when.

What carries no `basis` is a default of this platform, waiting for the lead unit; pages say so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

DEFAULT_NOTE = "平台默认值，待牵头单位确认"
LARGEST_PAPER = 20 * 1024 * 1024
# The modes in which a case can be filed; jointly only where the version has the steps (`joint`).
FILED = frozenset({"ONLINE", "RECEIVED_FOR", "JOINT", "ANYWHERE", "PRECHECK_MAIL", "ON_SITE"})


class Based:
    """What a version says, with what it rests on."""

    basis: str

    @property
    def is_default(self) -> bool:
        """Whether it is only our default: nothing was named that it rests on."""
        return not self.basis


@dataclass(frozen=True)
class Condition:
    """That the answer to a field is one of some values."""

    field: str
    values: tuple[str, ...]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether the answers meet it; an answer not given meets nothing."""
        return answers.get(self.field) in self.values


@dataclass(frozen=True)
class CheckPoint:
    """One thing looked at in a material; when it fails, the problem and how to mend it.

    `children` are the single problems that it falls into, each with its own way to mend it.
    """

    key: str
    text: str
    problem: str
    mend: str
    judged_by: str
    children: tuple["CheckPoint", ...] = ()


@dataclass(frozen=True)
class MaterialSpec(Based):
    """One material asked for; with `when`, only where every condition holds.

    `grade` is the lowest trust grade taken (A by the authority … D the applicant's promise).
    `form` is how it comes: e-certificate, shared-data, upload, original-by-post or
    original-in-person; `originals` and `copies` say how many on paper.
    """

    spec: str
    name: str
    is_required: bool
    when: tuple[Condition, ...]
    formats: tuple[str, ...]
    grade: str
    issuer: str
    hint: str
    basis: str
    points: tuple[CheckPoint, ...]
    max_bytes: int = LARGEST_PAPER
    form: str = "upload"
    originals: int = 0
    copies: int = 0

    @property
    def all_points(self) -> tuple[CheckPoint, ...]:
        """The whole tree of check points, each before its children."""
        return tuple(_down(self.points))


def _down(points: Iterable[CheckPoint]) -> Iterator[CheckPoint]:
    for point in points:
        yield point
        yield from _down(point.children)


@dataclass(frozen=True)
class Option:
    """One choice of a field."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One question of a form: what a page needs to ask it.

    `when` is empty for a field that is always asked. `is_required` holds only while it is asked.
    `prefill` names where the answer is already known: applicant.name, certificate:居民身份证.address,
    shared:… (see `prefill`).
    """

    key: str
    label: str
    hint: str
    example: str
    widget: str
    is_required: bool
    options: tuple[Option, ...] = ()
    when: tuple[Condition, ...] = ()
    format: str = ""
    max_length: int | None = None
    width: int | None = None
    unit: str = ""
    autocomplete: str = "off"
    within: str = ""
    prefill: str = ""

    def is_asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether this question applies, given the other answers."""
        return all(condition.holds(answers) for condition in self.when)

    def label_of(self, value: str) -> str:
        """What a page shows for an answer: the option's words, otherwise the answer."""
        return next((option.label for option in self.options if option.value == value), value)


@dataclass(frozen=True)
class Step:
    """One page of a form."""

    key: str
    title: str
    hint: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Limit(Based):
    """So many working days; `kind` legal, promised or service (of the receiving window).

    Only what the law gives at most (`Limits.legal`) may stand in another `unit`: day, month, year.
    """

    days: int
    kind: str
    basis: str
    note: str = ""
    unit: str = "workday"

    @property
    def words(self) -> str:
        """10个工作日, 2个月; 当日 where no day is left over."""
        return limit_words(self.days, self.unit)


_UNITS = {
    "workday": _("%(count)d个工作日"),
    "day": _("%(count)d天"),
    "month": _("%(count)d个月"),
    "year": _("%(count)d年"),
}


def limit_words(count: int, unit: str = "workday") -> str:
    """So many of a unit, as every page says it; none is the very day, as instant items have it."""
    return str(_UNITS[unit]) % {"count": count} if count else str(_("当日（即办件）"))


@dataclass(frozen=True)
class Limits:
    """Who has how long: the window to hand over, the decider to accept and to decide.

    `decide` is what is promised and counted; `legal` what the law gives at most, where it is known.
    """

    receive: Limit
    accept: Limit
    decide: Limit
    legal: Limit | None = None

    @property
    def receive_days(self) -> int:
        return self.receive.days

    @property
    def accept_days(self) -> int:
        return self.accept.days

    @property
    def decide_days(self) -> int:
        return self.decide.days


@dataclass(frozen=True)
class ModeRule:
    """One way in which this version can be done, and whose document says so."""

    mode: str
    basis: str
    province: str

    def is_default_for(self, province: str) -> bool:
        """Whether for cases decided in this province the mode is only our default."""
        return not self.basis or self.province not in {"", province}


@dataclass(frozen=True)
class Competence(Based):
    """Which place decides: a kind of place (迁入地), and the answer that names it.

    `explain` says in a sentence why it is that place.
    """

    place: str
    field: str
    question: str
    basis: str
    explain: str = ""


@dataclass(frozen=True)
class Visits(Based):
    """How often somebody must come in person, and why."""

    times: int
    why: str
    basis: str


@dataclass(frozen=True)
class Fee(Based):
    """What it costs."""

    is_charged: bool
    text: str
    basis: str


@dataclass(frozen=True)
class Sentence(Based):
    """A condition or an exception, in words."""

    text: str
    basis: str


@dataclass(frozen=True)
class Result(Based):
    """What comes out: a certificate or a notice, and its title; `sample` is how it reads."""

    kind: str
    title: str
    text: str
    basis: str
    sample: str = ""


@dataclass(frozen=True)
class Question:
    """A frequent question and its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class ProcessStep(Based):
    """One step of the way (环节): who does it, how long at most, what is looked at, what follows.

    `by` is applicant, receiver, decider or partner (the other place of a joint case). `days` is
    nothing where no time is set.
    """

    name: str
    by: str
    days: int | None
    standard: str
    result: str
    basis: str
    unit: str = "workday"


@dataclass(frozen=True)
class JointStep(Based):
    """What another place does on a joint case (联办环节), or a fact that it confirms.

    `field` is the answer that names the place, empty for the place that decides; `after` are the
    steps that must be done before. `asks` says what is asked of the partner, who sees the `answers`
    and `papers` named here and no others. `undo` says what is taken back when the case fails after
    this step was done; empty where nothing was changed. `days` and `undo_days` are working days.
    """

    key: str
    name: str
    place: str
    field: str
    department: str
    after: tuple[str, ...]
    days: int
    asks: str
    answers: tuple[str, ...]
    papers: tuple[str, ...]
    undo: str
    undo_days: int
    basis: str


@dataclass(frozen=True)
class SpecialProcedure(Based):
    """A procedure during which the clock stands (特别程序): a hearing, a test, an expert opinion."""

    name: str
    text: str
    basis: str


@dataclass(frozen=True)
class Responsibility:
    """What the receiving and what the deciding place answers for (权责划分)."""

    receiving: tuple[Sentence, ...] = ()
    deciding: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Contact:
    """Phone numbers in words: for questions, for complaints, between the two places.

    Empty means: the numbers of the authority that decides.
    """

    consult: str = ""
    complain: str = ""
    liaison: str = ""


@dataclass(frozen=True)
class Codes:
    """The national code and code sets: 基本编码, 事项类型 (A.1), 办件类型 (A.6), 行使层级 (A.2)."""

    catalog_code: str = ""
    item_type: str = ""
    handle_type: str = ""
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """A document and the place in it that something rests on; `says` is what it says there."""

    document: str
    place: str
    says: str


def _asked(key: str, label: str, *, format: str = "", width: int, **more: Any) -> Field:
    parts: dict[str, Any] = {"hint": "", "example": "", "widget": "text", "is_required": True}
    return Field(key=key, label=label, format=format, width=width, **(parts | more))


_PHONE = _asked(
    "phone", "手机号", format="mobile", width=14, example="13900000002", autocomplete="tel"
)

# Who applies is asked once, the same for every item; it stands beside the answers, not in them.
APPLICANT_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "person": (
        _asked(
            "name", "姓名", format="person-name", width=12, hint="和身份证一致", autocomplete="name"
        ),
        _asked("id_number", "身份证号", format="person-id", width=20),
        _PHONE,
    ),
    "organisation": (
        _asked("name", "单位全名", width=30, hint="和营业执照一致", max_length=80),
        _asked("id_number", "统一社会信用代码", format="credit-code", width=20),
        _PHONE,
    ),
}


@dataclass(frozen=True, eq=False)
class Version:
    """One version of an item. Equal only to itself: a version is read once and kept."""

    item: str
    number: int
    name: str
    from_day: date
    applicant_kinds: tuple[str, ...]
    modes: tuple[ModeRule, ...]
    department: str
    decided_level: str
    competence: Competence
    limits: Limits
    visits: Mapping[str, Visits]
    fee: Fee
    conditions: tuple[Sentence, ...]
    not_for: tuple[Sentence, ...]
    steps: tuple[Step, ...]
    schema: Mapping[str, Any] = field(repr=False)
    materials: tuple[MaterialSpec, ...]
    result: Result
    consultation: str
    questions: tuple[Question, ...]
    grounds: tuple[Ground, ...]
    digest: str
    # Which places' changes lie over the standard, the wider place first: "350000:1 350100:2".
    local: str = ""
    # The archetype whose defaults it is made of; empty for a version written by hand.
    archetype: str = ""
    codes: Codes = Codes()
    legal_basis: tuple[Sentence, ...] = ()
    process: tuple[ProcessStep, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()
    responsibility: Responsibility = Responsibility()
    contact: Contact = Contact()
    joint: tuple[JointStep, ...] = ()
    # "two_person": one officer proposes and another decides.
    decision: str = "one_person"

    @property
    def mode_names(self) -> tuple[str, ...]:
        """The modes alone, the first the one that pages offer first."""
        return tuple(rule.mode for rule in self.modes)

    @property
    def can_be_filed(self) -> bool:
        """Whether a case can go any way through the platform at all."""
        return bool(self.filed_modes)

    @property
    def filed_modes(self) -> tuple[str, ...]:
        """The modes in which a case can be filed: jointly only where the steps are known."""
        return tuple(
            name for name in self.mode_names if name in FILED and (name != "JOINT" or self.joint)
        )

    @property
    def is_instant(self) -> bool:
        """Whether it is done at once (即办件, code set A.6): decided on the day it is taken on."""
        return self.codes.handle_type == "1"

    @property
    def counted(self) -> Limits:
        """Who has how long as cases count it: an instant item leaves no day over to decide."""
        if not self.is_instant:
            return self.limits
        return replace(self.limits, decide=replace(self.limits.decide, days=0))

    def joint_step(self, key: str) -> JointStep | None:
        """The joint step with this key."""
        return next((one for one in self.joint if one.key == key), None)

    def mode(self, name: str) -> ModeRule | None:
        """The rule for one mode, or nothing when this version cannot be done so."""
        return next((rule for rule in self.modes if rule.mode == name), None)

    def fields(self) -> dict[str, Field]:
        """All questions by their key, in the order they are asked."""
        return {one.key: one for step in self.steps for one in step.fields}

    def material(self, spec: str) -> MaterialSpec | None:
        """The material asked for under this key."""
        return next((one for one in self.materials if one.spec == spec), None)
