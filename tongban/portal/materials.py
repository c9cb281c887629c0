"""The things asked of a draft: which are handed in, which are missing, what is wrong with them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tongban.cases import provenance
from tongban.cases.drawing.sketches import Sketch
from tongban.cases.inspection import looks
from tongban.cases.models import Draft, DraftPaper
from tongban.cases.operations import drafts
from tongban.cases.rules import version_of
from tongban.catalogue import forms
from tongban.catalogue.versions import MaterialSpec

ENDINGS = {"pdf": ".pdf", "ofd": ".ofd", "jpeg": ".jpg,.jpeg", "png": ".png"}


@dataclass(frozen=True)
class Thing:
    """One thing asked, and the paper that was handed in for it."""

    asked: MaterialSpec
    paper: DraftPaper | None
    name: str

    @property
    def spec(self) -> str:
        return self.asked.spec

    @property
    def said(self) -> str:
        """What the applicant says the paper is."""
        found = provenance.UPLOADED.get(self.paper.made_from) if self.paper else None
        return str(found or provenance.UNSAID)

    @property
    def ofd(self) -> str:
        """What an OFD is, in words: its pages and its title."""
        return looks.placeholder(self.paper.digest, self.paper.media_type) if self.paper else ""

    @cached_property
    def sketch(self) -> Sketch | None:
        """The preview of an OFD, or why there is none."""
        return looks.sketch(self.paper.digest, self.paper.media_type) if self.paper else None

    @property
    def accept(self) -> str:
        """What the browser's file dialog offers first; the server judges by content."""
        return ",".join(ENDINGS[one] for one in self.asked.formats)


@dataclass(frozen=True)
class Sheet:
    """All things asked of a draft, given its answers; and papers that nobody asks for any more."""

    things: list[Thing]
    left_over: list[Thing]

    @property
    def missing(self) -> list[Thing]:
        return [one for one in self.things if one.asked.is_required and one.paper is None]

    @property
    def handed_in(self) -> list[Thing]:
        return [one for one in self.things if one.paper]


def sheet(draft: Draft) -> Sheet:
    """What a draft must bring, as its answers stand."""
    version = version_of(draft)
    answers: dict[str, Any] = drafts.answers_of(draft)
    papers = {paper.spec: paper for paper in draft.papers.all()}
    asked = forms.materials(version, answers)
    specs = {one.spec for one in asked}
    return Sheet(
        things=[_thing(one, papers.get(one.spec)) for one in asked],
        left_over=[
            _thing(one, papers[one.spec])
            for one in version.materials
            if one.spec not in specs and one.spec in papers
        ],
    )


def _thing(asked: MaterialSpec, paper: DraftPaper | None) -> Thing:
    return Thing(asked, paper, drafts.paper_name(paper) if paper else "")
