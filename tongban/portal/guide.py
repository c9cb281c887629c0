"""An item's page for a pair of places: the catalogue's guide, and the list for one's own situation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import guides, situations
from tongban.catalogue.guides import Guide
from tongban.catalogue.situations import Situation
from tongban.catalogue.versions import Field, MaterialSpec
from tongban.portal.places import Pair

# Questions about one's situation stand in the address under their key with this before it.
ASKED = "s-"


@dataclass(frozen=True)
class Answered:
    """One question about the situation with the answer given; `question.label_of` words it."""

    field: Field
    value: str

    @property
    def words(self) -> str:
        """The answer as the form words it."""
        return self.field.label_of(self.value)


@dataclass(frozen=True)
class Materials:
    """What is to be handed in: for a situation as far as it is told, otherwise the whole list.

    `next` is the question to ask now; nothing once the list is exact, or when nothing depends.
    """

    asked: tuple[MaterialSpec, ...]
    unsettled: tuple[MaterialSpec, ...]
    spared: tuple[MaterialSpec, ...]
    answered: tuple[Answered, ...]
    next: Field | None
    depends: bool

    @property
    def name(self) -> str:
        """The name of the next question in the address."""
        return f"{ASKED}{self.next.key}" if self.next else ""

    @property
    def options(self) -> list[tuple[str, str]]:
        """The answers that the next question offers."""
        return [(one.value, one.label) for one in self.next.options] if self.next else []


def guide(code: str, pair: Pair, *, on: date) -> Guide:
    """The guide of an item for a whole pair, as the rules of this day have it."""
    return guides.guide(code, here=pair.here, there=pair.there, on=on)


def materials(found: Guide, asked: Mapping[str, str]) -> Materials | None:
    """The list for the situation that an address tells; nothing where the item has no standard.

    Answers that no question offers are not heard, so that an old address still shows a page.
    """
    if found.version is None:
        return None
    told = {key.removeprefix(ASKED): value for key, value in asked.items() if key.startswith(ASKED)}
    try:
        situation = situations.materials_for(found.version, told)
    except FieldsRefused as refused:
        kept = {key: value for key, value in told.items() if key not in refused.errors}
        situation = situations.materials_for(found.version, kept)
    return _of(found, situation)


def _of(found: Guide, situation: Situation) -> Materials:
    given = situation.answers
    return Materials(
        asked=situation.asked,
        unsettled=tuple(one.material for one in situation.unsettled),
        spared=situation.spared,
        answered=tuple(
            Answered(field, given[field.key]) for field in found.questions if field.key in given
        ),
        next=situation.next,
        depends=bool(found.questions),
    )
