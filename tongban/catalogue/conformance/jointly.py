"""Finding differences in what other places do on a joint case."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tongban.catalogue.conformance import wording
from tongban.catalogue.conformance.kinds import Found
from tongban.catalogue.versions import JointStep, Version


def joint(standard: Version, local: Version) -> Iterator[Found]:
    """Steps of other places by key: added, missing, longer, by another office, shown other things."""
    ours = {step.key: step for step in standard.joint}
    theirs = {step.key: step for step in local.joint}
    for key, step in ours.items():
        if key not in theirs:
            yield Found("joint", "missing", key, words={"name": step.name})
        else:
            yield from _step(step, theirs[key], local)
    for key, step in theirs.items():
        if key not in ours:
            yield Found("joint", "added", key, basis=step.basis, words={"name": step.name})


def _step(ours: JointStep, theirs: JointStep, local: Version) -> Iterator[Found]:
    words = {"name": ours.name}
    if ours.days != theirs.days:
        change = "longer" if theirs.days > ours.days else "shorter"
        said = _days(ours.days), _days(theirs.days)
        yield Found("joint", change, ours.key, *said, theirs.basis, ours.is_default, words=words)
    if (ours.department, ours.field) != (theirs.department, theirs.field):
        said = _office(ours), _office(theirs)
        yield Found("joint", "office", ours.key, *said, theirs.basis, words=words)
    if wording.plain(ours.asks) != wording.plain(theirs.asks):
        said = ours.asks, theirs.asks
        yield Found("joint", "asks", ours.key, *said, theirs.basis, words=words)
    if more := [*_new(ours.answers, theirs.answers), *_new(ours.papers, theirs.papers)]:
        told = "、".join(_name(key, local) for key in more)
        yield Found("joint", "shown", ours.key, "", told, theirs.basis, words=words)
    if bool(ours.undo) != bool(theirs.undo):
        change = "undo-missing" if ours.undo else "undo-added"
        said = ours.undo, theirs.undo
        yield Found("joint", change, ours.key, *said, theirs.basis, words=words)


def _days(days: int) -> str:
    return _("%(days)s个工作日") % {"days": days}


def _office(step: JointStep) -> str:
    return f"{step.place}（{step.department}）"


def _new(ours: tuple[str, ...], theirs: tuple[str, ...]) -> list[str]:
    return [key for key in theirs if key not in ours]


def _name(key: str, version: Version) -> str:
    """What pages call an answer or a material."""
    papers = {one.spec: one.name for one in version.materials}
    asked = version.fields().get(key)
    return papers.get(key) or (asked.label if asked else key)
