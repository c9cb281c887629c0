"""What the workbench shows of a case: its materials, each beside what has to be looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from tongban.basics.selecting import Selection
from tongban.cases import intake, provenance, queries
from tongban.cases.drawing.sketches import Sketch
from tongban.cases.inspection import looks
from tongban.cases.models import Case, Check, Material
from tongban.cases.states import Party, State
from tongban.catalogue import forms
from tongban.catalogue.versions import CheckPoint, MaterialSpec
from tongban.parties.models import Officer
from tongban.record import papers
from tongban.record import queries as recorded

_MATERIALS = Selection(lambda p: Material.objects.filter(case=p("number")))
_CHECKS = Selection(lambda p: Check.objects.filter(case=p("number"), party=p("side")))
# While a side still looks at papers; before and after, its notes are only read.
LOOKING = {
    Party.RECEIVER: frozenset({State.SUBMITTED, State.RECEIVED}),
    Party.DECIDER: frozenset({State.PENDING, State.UNDER_REVIEW}),
}


@dataclass(frozen=True)
class Point:
    """One check point and what has been noted at it."""

    key: str
    text: str
    problem: str
    mend: str
    is_mine: bool  # this side judges it
    noted: Check | None
    window_good: bool  # the receiving window looked at it and handed it over as good

    @property
    def state(self) -> str:
        """good, bad, window (the window looked, we have not), or nothing yet."""
        if self.noted is not None:
            return "good" if self.noted.is_good else "bad"
        return "window" if self.window_good else ""


@dataclass(frozen=True)
class Thing:
    """One material asked for: its paper, if handed in, and its check points."""

    spec: str
    name: str
    hint: str
    is_required: bool
    paper: Material | None
    file_name: str
    is_here: bool
    points: tuple[Point, ...]
    href: str

    @property
    def not_mine(self) -> list[Point]:
        """Check points that the other side judges."""
        return [point for point in self.points if not point.is_mine]

    @property
    def bad(self) -> int:
        """Check points with something wrong."""
        return sum(point.state == "bad" for point in self.points)

    @property
    def unseen(self) -> int:
        """Check points that this side has to look at and has not."""
        return sum(point.is_mine and point.state == "" for point in self.points if self.paper)

    @property
    def is_window_only(self) -> bool:
        """Whether all that is known of it was seen at the receiving window."""
        return bool(self.points) and all(point.state == "window" for point in self.points)

    @property
    def next_point(self) -> str:
        """The check point to look at next."""
        return next((one.key for one in self.points if one.is_mine and not one.state), "")

    @property
    def kind(self) -> str:
        """The light of the material in the list."""
        if self.bad:
            return "bad"
        if self.paper is None:
            return "bad" if self.is_required else "pause"
        return "" if self.unseen else "ok"

    @property
    def is_image(self) -> bool:
        """Whether an `<img>` can show the paper."""
        return self.paper is not None and self.paper.media_type.startswith("image/")

    @property
    def is_pdf(self) -> bool:
        """Whether the browser's own reader can show the paper."""
        return self.paper is not None and self.paper.media_type == intake.PDF.media_type

    @property
    def made_from(self) -> str:
        """Whether the paper was made from an original or a copy, and who says so."""
        return str(provenance.words(self.paper)) if self.paper else ""

    @property
    def placeholder(self) -> str:
        """What an OFD is called and how many pages it has."""
        return looks.placeholder(self.paper.digest, self.paper.media_type) if self.paper else ""

    @cached_property
    def sketch(self) -> Sketch | None:
        """The preview of an OFD, or why there is none; drawn when it is asked for."""
        return looks.sketch(self.paper.digest, self.paper.media_type) if self.paper else None

    @property
    def kind_label(self) -> str:
        """What kind of file it is, in words."""
        kinds = (
            kind.label
            for kind in intake.KINDS
            if self.paper and kind.media_type == self.paper.media_type
        )
        return next(kinds, "")


@dataclass(frozen=True)
class Bench:
    """All materials of a case, one of them on the table."""

    things: tuple[Thing, ...]
    open: Thing | None
    is_time_to_look: bool
    may_note: bool

    @property
    def bad(self) -> int:
        """Check points with something wrong, in all materials."""
        return sum(thing.bad for thing in self.things)

    @property
    def unseen(self) -> int:
        """Check points this side still has to look at, in all materials."""
        return sum(thing.unseen for thing in self.things)

    @property
    def handed_in(self) -> int:
        """Materials that have a paper."""
        return sum(thing.paper is not None for thing in self.things)

    @property
    def faults(self) -> list[tuple[Thing, Point]]:
        """Every check point with something wrong, in the order of the materials."""
        return [
            (thing, point)
            for thing in self.things
            for point in thing.points
            if point.state == "bad"
        ]

    @property
    def unlooked(self) -> list[tuple[Thing, list[Point]]]:
        """The check points that this side still has to look at, by material."""
        found = [
            (thing, [point for point in thing.points if point.is_mine and not point.state])
            for thing in self.things
            if thing.paper
        ]
        return [(thing, points) for thing, points in found if points]

    @property
    def not_handed_in(self) -> list[Thing]:
        """What has to be handed in and was not."""
        return [thing for thing in self.things if thing.is_required and thing.paper is None]

    @property
    def next_spec(self) -> str:
        """The material to look at next: the first with something unseen, after the open one."""
        specs = [thing.spec for thing in self.things]
        at = specs.index(self.open.spec) + 1 if self.open else 0
        later = [*self.things[at:], *self.things[:at]]
        return next((thing.spec for thing in later if thing.unseen and thing != self.open), "")


def bench_of(
    case: Case, officer: Officer, side: Party, personal: Mapping[str, Any], *, spec: str = ""
) -> Bench:
    """The materials of a case as one side sees them; `spec` says which one lies on the table."""
    found = {material.spec: material for material in _MATERIALS.all(number=case.number)}
    asked = forms.materials(queries.version_of(case), personal.get("answers", {}))
    noted = {
        (check.spec, check.point): check
        for check in _CHECKS.all(number=case.number, side=side.value)
    }
    window = _seen_at_window(case) if side is Party.DECIDER else frozenset()
    names = personal.get("file_names", {})
    things = tuple(
        _thing(one, case, found.get(one.spec), names, _points(one, case, side, noted, window))
        for one in asked
    )
    is_time = case.holder == side and State(case.state) in LOOKING[side]
    return Bench(
        things=things,
        open=_open(things, spec),
        is_time_to_look=is_time,
        may_note=is_time and case.claimed_by_id == officer.pk,
    )


def _thing(
    asked: MaterialSpec,
    case: Case,
    paper: Material | None,
    names: Mapping[str, str],
    points: tuple[Point, ...],
) -> Thing:
    return Thing(
        spec=asked.spec,
        name=asked.name,
        hint=asked.hint,
        is_required=asked.is_required,
        paper=paper,
        file_name=names.get(paper.digest, "") if paper else "",
        is_here=paper is not None and papers.has(paper.digest),
        points=points,
        href=f"{reverse('desk:case', args=[case.number])}?paper={asked.spec}",
    )


def _points(
    asked: MaterialSpec,
    case: Case,
    side: Party,
    noted: Mapping[tuple[str, str], Check],
    window: frozenset[tuple[str, str]],
) -> tuple[Point, ...]:
    # Nobody at a window looked at a case handled online, so the decider looks at everything.
    alone = not case.receiver_authority
    return tuple(
        _point(point, asked.spec, alone or point.judged_by == side, noted, window)
        for point in asked.points
    )


def _point(
    point: CheckPoint,
    spec: str,
    is_mine: bool,
    noted: Mapping[tuple[str, str], Check],
    window: frozenset[tuple[str, str]],
) -> Point:
    place = (spec, point.key)
    return Point(
        key=point.key,
        text=point.text,
        problem=point.problem,
        mend=point.mend,
        is_mine=is_mine,
        noted=noted.get(place),
        window_good=place in window,
    )


def _seen_at_window(case: Case) -> frozenset[tuple[str, str]]:
    """What the window put on the record as good when it last handed the case over."""
    handed = [event for event in recorded.events(case.number) if event.kind == "hand_over"]
    checks = handed[-1].content.get("checks", []) if handed else []
    return frozenset((check["spec"], check["point"]) for check in checks if check["good"])


def _open(things: Iterable[Thing], spec: str) -> Thing | None:
    given = list(things)
    chosen = [thing for thing in given if thing.spec == spec]
    wanting = [thing for thing in given if thing.bad or thing.unseen]
    return next(iter([*chosen, *wanting, *given]), None)
