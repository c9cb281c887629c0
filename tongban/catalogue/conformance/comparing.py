"""Comparing two versions of an item and judging what differs. Pure: values in, values out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.conformance import asking, jointly, sections
from tongban.catalogue.conformance.kinds import SECTIONS, Difference, Found, Kind
from tongban.catalogue.conformance.table import PROVINCIAL, RULES
from tongban.catalogue.versions import Version

Comparer = Callable[[Version, Version], Iterator[Found]]

# What is compared, by section; granularity is seen from a place's rows alone (`granularity`).
COMPARERS: Mapping[str, Comparer] = {
    "name": sections.name,
    "codes": sections.codes,
    "basis": sections.basis,
    "subjects": sections.subjects,
    "conditions": sections.conditions,
    "exclusions": sections.exclusions,
    "materials": asking.materials,
    "form": asking.form,
    "process": sections.process,
    "joint": jointly.joint,
    "procedures": sections.procedures,
    "limits": sections.limits,
    "visits": sections.visits,
    "fee": sections.fee,
    "result": sections.result,
    "modes": sections.modes,
    "responsibility": sections.responsibility,
}
_ORDER = {section: place for place, section in enumerate(SECTIONS)}
_WORST = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Names:
    """How the two sides are called in sentences; `province` are the two digits of the second."""

    here: str
    there: str
    province: str = ""


def against_standard(there: str, province: str = "") -> Names:
    """The names for comparing a place (as people call it: 福建) with the national standard."""
    return Names(_("国家标准"), there, province)


def compare(standard: Version, local: Version, names: Names) -> tuple[Difference, ...]:
    """How `local` differs from `standard`, in the order of the sections; nothing where it does not.

    The second side is judged: what it asks more is stricter, what it spares is better.
    """
    return judged(differing(standard, local), names)


def differing(standard: Version, local: Version) -> tuple[Found, ...]:
    """What differs, before it is judged and said; the same whatever the two sides are called."""
    if standard is local:
        return ()
    return tuple(one for comparer in COMPARERS.values() for one in comparer(standard, local))


def judged(found: Iterable[Found], names: Names) -> tuple[Difference, ...]:
    """Differences with their kind, sentences and ground, in the order of the sections."""
    return tuple(in_order([_judge(one, names) for one in found]))


def in_order(differences: Sequence[Difference]) -> list[Difference]:
    """By section, in each section the worst first, otherwise as they were found."""
    return sorted(differences, key=lambda one: (_ORDER[one.section], _WORST[one.kind]))


def _said(pattern: str, words: Mapping[str, Any]) -> str:
    """The sentence, when what a place writes may end with a full stop of its own."""
    return pattern % {name: str(word).rstrip("。") for name, word in words.items()}


def _judge(found: Found, names: Names) -> Difference:
    rule = RULES[found.section, found.change]
    words = {
        "here": names.here,
        "there": names.there,
        "standard": found.standard,
        "local": found.local,
        **found.words,
    }
    return Difference(
        section=found.section,
        key=found.key,
        change=found.change,
        kind=rule.judge(found),
        standard=found.standard,
        local=found.local,
        sentence=_said(str(rule.says), words),
        plain=_said(str(rule.plain), words),
        ground=PROVINCIAL.get((found.section, names.province), rule.ground),
        basis=found.basis,
        is_against_default=found.is_against_default,
    )
