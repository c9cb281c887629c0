"""Finding differences in what the applicant is asked: materials with their check points, the form."""

from collections.abc import Iterator, Sequence
from itertools import chain

from tongban.catalogue.conformance import wording
from tongban.catalogue.conformance.kinds import Found
from tongban.catalogue.versions import CheckPoint, Condition, Field, MaterialSpec, Version

# What changed, the check point it is about (empty: the material), before and after.
Change = tuple[str, str, object, object]
_GRADES = "DCBA"  # the least trusted first


def materials(standard: Version, local: Version) -> Iterator[Found]:
    """Materials by their spec: added, dropped, and what is asked of those that both have."""
    ours = {one.spec: one for one in standard.materials}
    theirs = {one.spec: one for one in local.materials}
    for spec, material in ours.items():
        if spec not in theirs:
            yield Found("materials", "dropped", spec, material.name, words={"name": material.name})
        else:
            yield from _material(material, theirs[spec], standard, local)
    for spec, material in theirs.items():
        if spec not in ours:
            yield _added(material, local)


def _added(material: MaterialSpec, local: Version) -> Found:
    situation = wording.version_situation(local, material.when)
    change = (
        "added-optional" if not material.is_required
        else "added-situation" if material.when
        else "added"
    )  # fmt: skip
    said = situation if material.when else material.name
    words = {"name": material.name}
    return Found("materials", change, material.spec, "", said, material.basis, words=words)


def _material(
    ours: MaterialSpec, theirs: MaterialSpec, standard: Version, local: Version
) -> Iterator[Found]:
    parts = (
        _identity(ours, theirs),
        _need(ours, theirs, standard, local),
        _shape(ours, theirs),
        _points(ours.all_points, theirs.all_points),
    )
    for change, key, before, after in chain.from_iterable(parts):
        where = f"{ours.spec}/{key}" if key else ours.spec
        said = str(before), str(after)
        words = {"name": theirs.name}
        yield Found("materials", change, where, *said, theirs.basis, ours.is_default, words)


def _identity(ours: MaterialSpec, theirs: MaterialSpec) -> Iterator[Change]:
    if wording.plain(ours.name) != wording.plain(theirs.name):
        yield "renamed", "", ours.name, theirs.name
    if ours.issuer and theirs.issuer and wording.plain(ours.issuer) != wording.plain(theirs.issuer):
        yield "issuer", "", ours.issuer, theirs.issuer


def _need(
    ours: MaterialSpec, theirs: MaterialSpec, standard: Version, local: Version
) -> Iterator[Change]:
    """Whether it must be handed in, and when."""
    if ours.is_required != theirs.is_required:
        yield "required" if theirs.is_required else "optional", "", "", ""
    if change := _situations(ours.when, theirs.when):
        before = wording.version_situation(standard, ours.when)
        yield change, "", before, wording.version_situation(local, theirs.when)


def _shape(ours: MaterialSpec, theirs: MaterialSpec) -> Iterator[Change]:
    """How trustworthy, in what form, how many times, as which kind of file."""
    if ours.grade != theirs.grade:
        is_higher = _GRADES.index(theirs.grade) > _GRADES.index(ours.grade)
        yield "grade-higher" if is_higher else "grade-lower", "", ours.grade, theirs.grade
    if ours.form != theirs.form:
        before, after = wording.FORMS[ours.form], wording.FORMS[theirs.form]
        yield _weight(ours.form, theirs.form), "", before, after
    for part in ("originals", "copies"):
        had, has = getattr(ours, part), getattr(theirs, part)
        if had != has:
            yield f"{_how_many(had, has)}-{part}", "", had, has
    if gone := [one for one in ours.formats if one not in theirs.formats]:
        yield "fewer-formats", "", "", "、".join(gone)
    if new := [one for one in theirs.formats if one not in ours.formats]:
        yield "more-formats", "", "", "、".join(new)


def _how_many(had: int, has: int) -> str:
    """More or fewer papers; none is said as none, and never as 0 of them."""
    if not has:
        return "no"
    if not had:
        return "first"
    return "more" if has > had else "fewer"


def _situations(ours: Sequence[Condition], theirs: Sequence[Condition]) -> str:
    """Whether a material is asked in more, fewer or other situations than before."""
    before = {one.field: set(one.values) for one in ours}
    after = {one.field: set(one.values) for one in theirs}
    if before == after:
        return ""
    if all(key in before and before[key] <= values for key, values in after.items()):
        return "more-situations"
    if all(key in after and after[key] <= values for key, values in before.items()):
        return "fewer-situations"
    return "other-situations"


def _weight(ours: str, theirs: str) -> str:
    before, after = wording.WEIGHT[ours], wording.WEIGHT[theirs]
    if before == after:
        return "other-form"
    return "heavier-form" if after > before else "lighter-form"


def _points(ours: Sequence[CheckPoint], theirs: Sequence[CheckPoint]) -> Iterator[Change]:
    """The check points of one material by their key, children among them."""
    before, after = ({one.key: one for one in side} for side in (ours, theirs))
    for key, point in before.items():
        other = after.get(key)
        if other is None:
            yield "point-dropped", key, point.text, ""
            continue
        if wording.plain(point.text) != wording.plain(other.text):
            has_other = wording.has_other_numbers(point.text, other.text)
            yield "point-number" if has_other else "point-reworded", key, point.text, other.text
        if point.judged_by != other.judged_by:
            yield f"point-to-{other.judged_by}", key, point.text, other.text
    for key, point in after.items():
        if key not in before:
            yield "point-added", key, "", point.text


def form(standard: Version, local: Version) -> Iterator[Found]:
    """Questions of the form by their key: added, dropped, become required or optional."""
    ours, theirs = standard.fields(), local.fields()
    for key, asked in ours.items():
        if key not in theirs:
            yield _question("dropped", asked)
        elif asked.is_required != theirs[key].is_required:
            yield _question("required" if theirs[key].is_required else "optional", theirs[key])
    for key, asked in theirs.items():
        if key not in ours:
            yield _question("added" if asked.is_required else "added-optional", asked)


def _question(change: str, asked: Field) -> Found:
    return Found("form", change, asked.key, words={"name": asked.label})
