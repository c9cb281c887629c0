"""Finding differences section by section; what they mean is judged by the table."""

from collections.abc import Iterator, Sequence

from tongban.catalogue.conformance import wording
from tongban.catalogue.conformance.kinds import Found
from tongban.catalogue.versions import Limit, ProcessStep, Sentence, Version

LIMITS = {
    "legal": "法定期限", "receive": "转交时限", "accept": "受理时限", "decide": "办结时限",
}  # fmt: skip


def name(standard: Version, local: Version) -> Iterator[Found]:
    """Another name; width of letters, spaces and punctuation do not count."""
    if wording.plain(standard.name) != wording.plain(local.name):
        yield Found("name", "other", standard=standard.name, local=local.name)


def codes(standard: Version, local: Version) -> Iterator[Found]:
    """Base code, type, kind of case and levels; what the standard leaves open is no difference."""
    ours, theirs = standard.codes, local.codes
    if ours.catalog_code and ours.catalog_code != theirs.catalog_code:
        change = "catalog-other" if theirs.catalog_code else "catalog-missing"
        yield Found("codes", change, "catalog_code", ours.catalog_code, theirs.catalog_code)
    if ours.item_type and ours.item_type != theirs.item_type:
        change = "type-other" if theirs.item_type else "type-missing"
        before, after = wording.item_type(ours.item_type), wording.item_type(theirs.item_type)
        yield Found("codes", change, "item_type", before, after)
    if ours.handle_type and theirs.handle_type and ours.handle_type != theirs.handle_type:
        turn = ours.handle_type + theirs.handle_type
        change = {"21": "instant", "12": "promised"}.get(turn, "handle-other")
        before = wording.handle_type(ours.handle_type)
        yield Found("codes", change, "handle_type", before, wording.handle_type(theirs.handle_type))
    if ours.levels and theirs.levels and set(ours.levels) != set(theirs.levels):
        before, after = wording.levels(ours.levels), wording.levels(theirs.levels)
        yield Found("codes", "levels", "levels", before, after)


def basis(standard: Version, local: Version) -> Iterator[Found]:
    """Bases that are named on one side only."""
    for one in wording.pair(standard.legal_basis, local.legal_basis):
        if one.standard:
            yield Found("basis", "missing", _key(one.standard), one.standard.text)
        if one.local:
            yield Found(
                "basis", "added", _key(one.local), local=one.local.text, basis=one.local.basis
            )


def subjects(standard: Version, local: Version) -> Iterator[Found]:
    """Kinds of applicants that only one side serves."""
    for section, change, some, others in (
        ("subjects", "fewer", standard, local),
        ("subjects", "more", local, standard),
    ):
        for kind in some.applicant_kinds:
            if kind not in others.applicant_kinds:
                yield Found(section, change, kind, words={"name": wording.subjects(kind)})


def conditions(standard: Version, local: Version) -> Iterator[Found]:
    """Conditions that were added, dropped or worded otherwise."""
    return _sentences("conditions", standard.conditions, local.conditions)


def exclusions(standard: Version, local: Version) -> Iterator[Found]:
    """Cases that are not served, added, dropped or worded otherwise."""
    return _sentences("exclusions", standard.not_for, local.not_for)


def _sentences(
    section: str, standard: Sequence[Sentence], local: Sequence[Sentence]
) -> Iterator[Found]:
    for one in wording.pair(standard, local):
        ours, theirs = one.standard, one.local
        if ours and theirs:
            changed = wording.has_other_numbers(ours.text, theirs.text)
            change = "number" if changed else "reworded"
            yield Found(section, change, _key(ours), ours.text, theirs.text, theirs.basis)
        elif ours:
            yield Found(section, "dropped", _key(ours), _bare(ours))
        elif theirs:
            yield Found(section, "added", _key(theirs), "", _bare(theirs), theirs.basis)


def _key(sentence: Sentence) -> str:
    return wording.plain(sentence.text)[:40]


def _bare(sentence: Sentence) -> str:
    """A sentence that will stand within another one."""
    return sentence.text.rstrip("。；")


def process(standard: Version, local: Version) -> Iterator[Found]:
    """Steps by name: added, missing, of another length, by somebody else, in another order.

    A side that names no steps at all is not compared: it has not said that there are none.
    """
    ours = {one.name: one for one in standard.process}
    theirs = {one.name: one for one in local.process}
    if not ours or not theirs:
        return
    for key, step in ours.items():
        if key not in theirs:
            yield Found("process", "missing", key, words={"name": key})
        else:
            yield from _step(step, theirs[key])
    for key, step in theirs.items():
        if key not in ours:
            yield Found("process", "added", key, basis=step.basis, words={"name": key})
    shared = [key for key in ours if key in theirs], [key for key in theirs if key in ours]
    if shared[0] != shared[1]:
        yield Found("process", "order", "", "→".join(shared[0]), "→".join(shared[1]))


def _step(ours: ProcessStep, theirs: ProcessStep) -> Iterator[Found]:
    words = {"name": ours.name}
    if change := _longer_or_shorter(ours.days, ours.unit, theirs.days, theirs.unit):
        said = wording.limit(ours), wording.limit(theirs)
        yield Found("process", change, ours.name, *said, theirs.basis, ours.is_default, words=words)
    if ours.by != theirs.by:
        said = wording.ACTORS[ours.by], wording.ACTORS[theirs.by]
        yield Found("process", "actor", ours.name, *said, theirs.basis, words=words)
    if wording.plain(ours.standard) != wording.plain(theirs.standard):
        said = ours.standard, theirs.standard
        yield Found("process", "standard", ours.name, *said, theirs.basis, words=words)


def procedures(standard: Version, local: Version) -> Iterator[Found]:
    """Special procedures, during which the clock stands, by name."""
    ours = {one.name: one for one in standard.special_procedures}
    theirs = {one.name: one for one in local.special_procedures}
    for key in ours:
        if key not in theirs:
            yield Found("procedures", "dropped", key, ours[key].text, words={"name": key})
    for key, one in theirs.items():
        if key not in ours:
            yield Found("procedures", "added", key, "", one.text, one.basis, words={"name": key})


def limits(standard: Version, local: Version) -> Iterator[Found]:
    """Each limit; longer than the law's is worse than longer than what was promised."""
    for key, title in LIMITS.items():
        ours: Limit | None = getattr(standard.limits, key)
        theirs: Limit | None = getattr(local.limits, key)
        words = {"name": title}
        if ours and theirs:
            yield from _limit(key, ours, theirs, standard.limits.legal, words)
        elif ours:
            yield Found("limits", "missing", key, wording.limit(ours), words=words)
        elif theirs:
            yield Found(
                "limits", "added", key, "", wording.limit(theirs), theirs.basis, words=words
            )


def _limit(
    key: str, ours: Limit, theirs: Limit, legal: Limit | None, words: dict[str, str]
) -> Iterator[Found]:
    law = ours if ours.kind == "legal" else legal if key == "decide" else None
    if law and _order(law.days, law.unit, theirs.days, theirs.unit) == "longer":
        said = wording.limit(law), wording.limit(theirs)
        yield Found(
            "limits", "longer-than-law", key, *said, theirs.basis, law.is_default, words=words
        )
    elif change := _order(ours.days, ours.unit, theirs.days, theirs.unit):
        said = wording.limit(ours), wording.limit(theirs)
        yield Found("limits", change, key, *said, theirs.basis, ours.is_default, words=words)


def _longer_or_shorter(ours: int | None, unit: str, theirs: int | None, their_unit: str) -> str:
    """How a step's time differs; a step without one takes as long as it takes."""
    if ours is None or theirs is None:
        return "" if ours is theirs else "longer" if theirs is None else "shorter"
    return _order(ours, unit, theirs, their_unit)


# The fewest and the most days on a calendar that one of a unit can take; holidays make a working
# day long, so two units are ordered only where no calendar could turn them round.
_SPANS = {"day": (1.0, 1.0), "workday": (1.0, 2.4), "month": (28.0, 31.0), "year": (365.0, 366.0)}


def _order(ours: int, unit: str, theirs: int, their_unit: str) -> str:
    if unit == their_unit:
        return "" if ours == theirs else "longer" if theirs > ours else "shorter"
    least, most = (ours * span for span in _SPANS[unit])
    their_least, their_most = (theirs * span for span in _SPANS[their_unit])
    if their_least > most:
        return "longer"
    return "shorter" if their_most < least else "unit"


def visits(standard: Version, local: Version) -> Iterator[Found]:
    """Visits in person, for each way that both sides have."""
    for mode, ours in standard.visits.items():
        theirs = local.visits.get(mode)
        if theirs and theirs.times != ours.times:
            change = "more" if theirs.times > ours.times else "fewer"
            said = str(ours.times), str(theirs.times)
            words = {"name": wording.mode(mode)}
            yield Found("visits", change, mode, *said, theirs.basis, ours.is_default, words=words)


def fee(standard: Version, local: Version) -> Iterator[Found]:
    """Whether it costs something, and how the fee is worded."""
    ours, theirs = standard.fee, local.fee
    said = ours.text, theirs.text
    if ours.is_charged != theirs.is_charged:
        change = "charged" if theirs.is_charged else "free"
        yield Found("fee", change, "", *said, theirs.basis, ours.is_default)
    elif ours.is_charged and wording.plain(ours.text) != wording.plain(theirs.text):
        yield Found("fee", "other", "", *said, theirs.basis, ours.is_default)


def result(standard: Version, local: Version) -> Iterator[Found]:
    """What comes out: its kind, or only its title."""
    ours, theirs = standard.result, local.result
    if ours.kind != theirs.kind:
        said = wording.result(ours), wording.result(theirs)
        yield Found("result", "kind", "", *said, theirs.basis, ours.is_default)
    elif wording.plain(ours.title) != wording.plain(theirs.title):
        said = ours.title, theirs.title
        yield Found("result", "title", "", *said, theirs.basis, ours.is_default)


def modes(standard: Version, local: Version) -> Iterator[Found]:
    """Ways that only one side has."""
    for one in standard.modes:
        if one.mode not in local.mode_names:
            yield Found("modes", "missing", one.mode, words={"name": wording.mode(one.mode)})
    for one in local.modes:
        if one.mode not in standard.mode_names:
            words = {"name": wording.mode(one.mode)}
            yield Found("modes", "added", one.mode, basis=one.basis, words=words)


def responsibility(standard: Version, local: Version) -> Iterator[Found]:
    """What the receiving and the deciding place answer for, said on one side only."""
    for side, title in (("receiving", "收件地"), ("deciding", "办理地")):
        ours: tuple[Sentence, ...] = getattr(standard.responsibility, side)
        theirs: tuple[Sentence, ...] = getattr(local.responsibility, side)
        for one in wording.pair(ours, theirs):
            words = {"name": title}
            if one.standard and not one.local:
                text = _bare(one.standard)
                yield Found("responsibility", "missing", _key(one.standard), text, words=words)
            if one.local and not one.standard:
                said = "", _bare(one.local), one.local.basis
                yield Found("responsibility", "added", _key(one.local), *said, words=words)
