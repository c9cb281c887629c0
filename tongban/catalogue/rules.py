"""What follows from an item's facts and version alone: can it be done, who decides, what is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue.versions import DEFAULT_NOTE, Ground, Limits, MaterialSpec, Version, Visits

_BUILT = ("ONLINE", "RECEIVED_FOR")


@dataclass(frozen=True)
class Place:
    """A place of a pair: its code, its names, and the city-level place whose organs decide there.

    `name` is that city-level place's own (福州市 for a county of it), `full_name` says everything.
    """

    code: str
    name: str
    full_name: str
    decides_at: str
    is_connected: bool = True

    @property
    def province(self) -> str:
        """The two digits of its province."""
        return self.code[:2]


@dataclass(frozen=True)
class SourceRow:
    """A row that an item comes from, as far as availability needs it."""

    document: str
    place: str
    province: str
    form: str
    state: str
    text: str


@dataclass(frozen=True)
class Availability:
    """The answer to: can this item be done from here for there on this day, and how.

    `verdict` ok, warn (somebody must come in person) or bad (not open); `kind` says why:
    open, on-site, no-version, same-place, not-connected, deferred, not-yet. `modes` are what can
    be filed. `is_default` when the way rests on a default of ours and no document of the deciding
    province says so; `notes` say what else is not sourced.
    """

    verdict: str
    kind: str
    modes: tuple[str, ...]
    reason: str
    decides: str
    decides_kind: str
    limits: Limits | None
    visits: Mapping[str, Visits]
    grounds: tuple[Ground, ...]
    notes: tuple[str, ...]
    is_default: bool

    @property
    def is_open(self) -> bool:
        """Whether a case can be filed here."""
        return bool(self.modes)


@dataclass(frozen=True)
class Asked:
    """What availability is asked about: an item's rows and version, and the organ that decides.

    `organ` with its place (福州市公安局); `national` is the list that the item stands in;
    `provinces` says for each document whose it is (two digits; empty: national).
    """

    rows: Sequence[SourceRow]
    version: Version | None
    organ: str
    national: Ground
    provinces: Mapping[str, str]


def availability(asked: Asked, *, here: Place, there: Place) -> Availability:
    """Whether an item can be done from `here` for `there`, with the reason and its grounds."""
    version = asked.version
    if version is None:
        return _unfiled(asked, here, there)
    if here.decides_at == there.decides_at:
        reason = (
            f"{here.name}和{there.name}由同一个机关决定，不用跨地区办理。请直接向{asked.organ}申请"
        )
        return _answer(asked, "bad", "same-place", reason, here, there)
    if unconnected := next((place for place in (there, here) if not place.is_connected), None):
        reason = f"{unconnected.full_name}还没有接入本平台，现在不能从这里提交。请向{asked.organ}问清办法"
        return _answer(asked, "bad", "not-connected", reason, here, there)
    modes = tuple(mode for mode in version.mode_names if mode in _BUILT)
    return _answer(asked, "ok", "open", _how(asked, modes, here, there), here, there, modes)


def _how(asked: Asked, modes: Sequence[str], here: Place, there: Place) -> str:
    """The sentence of an open pair: where one applies, who decides, what is spared."""
    ways = {
        "ONLINE": "您在网上提交",
        "RECEIVED_FOR": f"您填好申请，到{here.name}的专窗核对身份、交材料",
    }
    said = "，或者".join(ways[mode] for mode in modes)
    return f"{said}，由{asked.organ}决定，不用去{there.name}"


def _unfiled(asked: Asked, here: Place, there: Place) -> Availability:
    """The honest answer for an item that is listed but cannot be filed here."""
    row = next((row for row in asked.rows if row.province in {"", there.province}), None)
    state = row.state if row else "unstated"
    if state == "on-site":
        reason = f"这件事要本人到现场办。请到{asked.organ}办理"
        return _answer(asked, "warn", "on-site", reason, here, there)
    if row and state == "deferred":
        reason = (
            f"{row.text}写的是“{row.form}”，本平台还没有开通网上提交。请向{asked.organ}问清办法"
        )
        return _answer(asked, "bad", "deferred", reason, here, there)
    if row and state == "absent":
        reason = f"{row.text}写明“{row.form}”，本平台没有开通"
        return _answer(asked, "bad", "absent", reason, here, there)
    reason = "目录已收录，办理方式见文件；本平台还没有开通网上提交"
    return _answer(asked, "bad", "no-version", reason, here, there)


def _answer(
    asked: Asked,
    verdict: str,
    kind: str,
    reason: str,
    here: Place,
    there: Place,
    modes: tuple[str, ...] = (),
) -> Availability:
    version = asked.version
    rules = [version.mode(mode) for mode in modes] if version else []
    defaults = [rule for rule in rules if rule and rule.is_default_for(there.province)]
    return Availability(
        verdict=verdict,
        kind=kind,
        modes=modes,
        reason=reason,
        decides=there.decides_at,
        decides_kind=version.competence.place if version else "",
        limits=version.limits if version else None,
        visits=version.visits if version else {},
        grounds=_grounds(asked, here, there),
        notes=_notes(asked, there, bool(defaults)),
        is_default=bool(defaults),
    )


def _grounds(asked: Asked, here: Place, there: Place) -> tuple[Ground, ...]:
    """The rows and documents of the nation and of the two provinces; no other province's."""
    rows = [
        Ground(row.document, row.place, row.form)
        for row in asked.rows
        if row.province in {"", there.province}
    ]
    own = [
        ground
        for ground in (asked.version.grounds if asked.version else ())
        if asked.provinces[ground.document] in {"", here.province, there.province}
    ]
    found = {ground.document: ground for ground in [asked.national, *own, *rows]}
    return tuple(sorted(found.values(), key=lambda ground: bool(asked.provinces[ground.document])))


def _notes(asked: Asked, there: Place, by_default: bool) -> tuple[str, ...]:
    notes = []
    if by_default:
        notes.append(f"{there.full_name}的文件没有写明这种办理方式：{DEFAULT_NOTE}")
    notes += [
        f"{row.text}原文写的实现形式是“{row.form}”"
        for row in asked.rows
        if row.form and row.province == there.province
    ]
    return tuple(notes)


@dataclass(frozen=True)
class Decided:
    """The place that decides a case, the kind of place it is, and the answer that says so."""

    place: str
    kind: str
    field: str


class PlaceNotCompetent(FieldsRefused):
    """The place asked has no power over this case; said at the field that names the other place."""

    code = "place-not-competent"


def decides(
    version: Version, answers: Mapping[str, Any], decides_at: Callable[[str], str]
) -> Decided | None:
    """Which place decides, from the applicant's answers; nothing while they do not say.

    `decides_at` gives the city-level place whose organs decide for somebody in a county.
    """
    named = answers.get(version.competence.field)
    if not named:
        return None
    return Decided(decides_at(str(named)), version.competence.place, version.competence.field)


def check_competent(
    version: Version,
    answers: Mapping[str, Any],
    *,
    deciding: Place,
    decides_at: Callable[[str], str],
    name_of: Callable[[str], str],
) -> Decided | None:
    """Which place decides; refused at the field when that is not the deciding place of the case."""
    decided = decides(version, answers, decides_at)
    if decided is None or decided.place == deciding.decides_at:
        return decided
    kind, other = decided.kind, name_of(decided.place)
    sentence = (
        f"这件事由{kind}决定。您填的{kind}在{other}，这份申请却是交给{deciding.name}的："
        f"请改选{deciding.name}的地方，或者把办理地换成{other}重新开始"
    )
    raise PlaceNotCompetent({decided.field: [sentence]})


def materials(version: Version, answers: Mapping[str, Any]) -> list[MaterialSpec]:
    """The materials asked for in this situation, in the order of the standard."""
    return [
        material
        for material in version.materials
        if all(condition.holds(answers) for condition in material.when)
    ]
