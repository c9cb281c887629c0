"""What follows from an item's facts and version alone: can it be done, who decides, what is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue.versions import DEFAULT_NOTE, Ground, Limits, MaterialSpec, Version, Visits

# The modes that can be filed, with their official names.
MODE_NAMES = {"ONLINE": "全程网办", "RECEIVED_FOR": "异地代收代办"}


@dataclass(frozen=True)
class Place:
    """A place of a pair: its code, its names, and the city-level place whose organs decide there.

    `name` is that city-level place's own (福州市 for a county of it), `full_name` says everything.
    """

    code: str
    name: str
    full_name: str
    province_name: str
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

    `verdict` ok, warn (somebody must come in person) or bad (not open); `kind` says why: open,
    on-site, no-version, same-place, not-connected, deferred, absent. `scope` national, or province
    when both places lie in one. `modes` are what can be filed. `is_default` when a way rests on a
    default of ours because no document of the deciding province says so; `notes` say which.
    """

    verdict: str
    kind: str
    scope: str
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
        reason = _("您在%(here)s，这件事也由%(organ)s决定，不用跨地区办理。请直接向它申请") % {
            "here": here.name,
            "organ": asked.organ,
        }
        return _answer(asked, "bad", "same-place", reason, here, there)
    if unconnected := next((place for place in (there, here) if not place.is_connected), None):
        reason = _("%(place)s还没有接入本平台，现在不能从这里提交。请向%(organ)s问清办法") % {
            "place": unconnected.full_name,
            "organ": asked.organ,
        }
        return _answer(asked, "bad", "not-connected", reason, here, there)
    modes = tuple(mode for mode in version.mode_names if mode in MODE_NAMES)
    return _answer(asked, "ok", "open", _how(asked, modes, here, there), here, there, modes)


def _how(asked: Asked, modes: Sequence[str], here: Place, there: Place) -> str:
    """The sentence of an open pair: where one applies, who decides, what is spared."""
    ways = {
        "ONLINE": _("您在网上提交"),
        "RECEIVED_FOR": _("您填好申请，到%(here)s的专窗核对身份、交材料") % {"here": here.name},
    }
    said = _("，或者").join(ways[mode] for mode in modes)
    return _("%(said)s，由%(organ)s决定，不用去%(there)s") % {
        "said": said,
        "organ": asked.organ,
        "there": there.name,
    }


def _unfiled(asked: Asked, here: Place, there: Place) -> Availability:
    """The honest answer for an item that is listed but cannot be filed here."""
    row = next((row for row in asked.rows if row.province in {"", there.province}), None)
    state = row.state if row else "unstated"
    if state == "on-site":
        reason = _("这件事要本人到现场办。请到%(organ)s办理") % {"organ": asked.organ}
        return _answer(asked, "warn", "on-site", reason, here, there)
    if row and state == "deferred":
        reason = _("%(row)s写的是“%(form)s”，本平台还没有开通网上提交。请向%(organ)s问清办法") % {
            "row": row.text,
            "form": row.form,
            "organ": asked.organ,
        }
        return _answer(asked, "bad", "deferred", reason, here, there)
    if row and state == "absent":
        reason = _("%(row)s写明“%(form)s”。本平台没有开通") % {"row": row.text, "form": row.form}
        return _answer(asked, "bad", "absent", reason, here, there)
    reason = _("目录已收录，办理方式见文件；本平台还没有开通网上提交。请向%(organ)s问清办法") % {
        "organ": asked.organ
    }
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
    notes = _defaults(version, modes, here, there)
    return Availability(
        verdict=verdict,
        kind=kind,
        scope="province" if here.province == there.province else "national",
        modes=modes,
        reason=reason,
        decides=there.decides_at,
        decides_kind=version.competence.place if version else "",
        limits=version.limits if version else None,
        visits=version.visits if version else {},
        grounds=_grounds(asked, here, there),
        notes=(*notes, *_wordings(asked, there)),
        is_default=bool(notes),
    )


def _defaults(
    version: Version | None, modes: Sequence[str], here: Place, there: Place
) -> list[str]:
    """What about an open pair no document says."""
    notes = []
    if modes and here.province == there.province:
        said = _("两地都在%(province)s，属于省内通办，是否开通：%(note)s")
        notes.append(said % {"province": there.province_name, "note": DEFAULT_NOTE})
    for rule in version.modes if version else ():
        if rule.mode in modes and rule.is_default_for(there.province):
            said = _("%(province)s的文件没有写明可以“%(mode)s”：%(note)s")
            named = {"province": there.province_name, "mode": MODE_NAMES[rule.mode]}
            notes.append(said % (named | {"note": DEFAULT_NOTE}))
    return notes


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


def _wordings(asked: Asked, there: Place) -> list[str]:
    """The deciding province's own words for the way it is done."""
    return [
        _("%(row)s原文写的实现形式是“%(form)s”") % {"row": row.text, "form": row.form}
        for row in asked.rows
        if row.form and row.province == there.province
    ]


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
    sentence = _(
        "这件事由%(kind)s决定。您填的%(kind)s在%(other)s，这份申请却是交给%(deciding)s的："
        "请改选%(deciding)s的地方，或者把办理地换成%(other)s重新开始"
    ) % {"kind": decided.kind, "other": name_of(decided.place), "deciding": deciding.name}
    raise PlaceNotCompetent({decided.field: [sentence]})


def materials(version: Version, answers: Mapping[str, Any]) -> list[MaterialSpec]:
    """The materials asked for in this situation, in the order of the standard."""
    return [
        material
        for material in version.materials
        if all(condition.holds(answers) for condition in material.when)
    ]
