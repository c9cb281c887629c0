"""Whether an item can be done between places on a day, how, under what, and what to do instead.

First the documents rule (`openings`), then what this platform can do with it: a standard in force,
a way that can be filed here, nodes that are connected. The same values give the same answer on
every node.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from tongban.catalogue import ways
from tongban.catalogue.openings import Opening, Ruling, SourceRow, rule
from tongban.catalogue.places import Place
from tongban.catalogue.versions import DEFAULT_NOTE, Ground, Limit, Limits, Version, Visits
from tongban.catalogue.ways import MODE_NAMES

__all__ = ["MODE_NAMES", "Asked", "Availability", "Instead", "availability"]

_SHOWN = 3
NOTHING = Ruling("no-document")


@dataclass(frozen=True)
class Instead:
    """What somebody can do when it is not open: a sentence, and what a page may offer for it.

    `action` is empty, apply-there, ask, visit, wait, other-place (`places`) or other-item (`item`).
    """

    text: str
    action: str = ""
    item: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ended:
    """That an item was merged, split or retired (`how`), and the codes and names it became."""

    on: date
    how: str
    heirs: tuple[tuple[str, str], ...]
    ground: Ground


@dataclass(frozen=True)
class Availability:
    """The answer to: can this item be done from here for there on this day, and how.

    `verdict` ok, warn (somebody must come in person) or bad (not open). `kind` says why: open,
    on-site, not-yet (`begins` says when), no-version, no-mode, same-place, not-connected, suspended,
    deferred, absent, outside, no-document, ended. `scope` national, province (both places in one) or region. `modes`
    are what can be filed here. `ruling` is what the documents say, whatever this platform can do.
    `is_default` when the first way rests on a default of ours; `notes` say which ways do.
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
    ruling: Ruling = NOTHING
    begins: date | None = None
    instead: Instead | None = None

    @property
    def is_open(self) -> bool:
        """Whether a case can be filed here."""
        return bool(self.modes)


@dataclass(frozen=True)
class Asked:
    """What availability is asked about: an item's rows, roll-outs and version, and who decides.

    `organ` with its place (福州市公安局), `on_site_organ` as the document calls it (婚姻登记机关);
    `national` is the list that the item stands in; `provinces` says for each document whose it is
    (two digits; empty: national), `titles` how it is called, `reports` which only report. `starts`
    is the day of the next version where none is in force; `wider` the same item for everywhere.
    """

    rows: Sequence[SourceRow]
    version: Version | None
    organ: str
    national: Ground
    provinces: Mapping[str, str]
    openings: Sequence[Opening] = ()
    titles: Mapping[str, str] | None = None
    reports: frozenset[str] = frozenset()
    on_site_organ: str = ""
    starts: date | None = None
    wider: tuple[str, str] | None = None
    ended: Ended | None = None


@dataclass(frozen=True)
class _Way:
    """One way into the pair: where it is received, and the modes that go there."""

    place: Place
    ruling: Ruling
    modes: frozenset[str]


@dataclass(frozen=True)
class _Pair:
    """The places and the day of one question, with the ruling that the answer rests on."""

    here: Place
    there: Place
    on: date
    ruling: Ruling


def availability(
    asked: Asked, *, here: Place, there: Place, on: date, receiving: Place | None = None
) -> Availability:
    """Whether an item can be done from `here` for `there` on a day, with the reason and its grounds.

    `receiving` is the place of the window, where it is not the applicant's own: what goes through a
    window is judged from there, what goes online from where the applicant is.
    """
    ways = _ways(asked, here, receiving or here, there, on)
    best = next((way for way in ways if way.ruling.kind == "open"), ways[0])
    pair = _Pair(best.place, there, on, best.ruling)
    if asked.ended:
        return _over(asked, asked.ended, pair)
    is_at_home = all(way.place.decides_at == there.decides_at for way in ways)
    if is_at_home and not (_is_pilot(best.ruling) or _is_joined(asked, best.ruling)):
        return _same_place(asked, pair)
    if best.ruling.kind != "open":
        return _by_documents(asked, pair)
    modes = frozenset().union(*(way.modes for way in ways if way.ruling.kind == "open"))
    # Who lives where it is decided needs nobody elsewhere, but for the steps of other places.
    return _by_platform(asked, pair, modes & {"JOINT"} if is_at_home else modes)


def _ways(asked: Asked, here: Place, window: Place, there: Place, on: date) -> list[_Way]:
    def way(place: Place, *modes: str) -> _Way:
        ruling = rule(asked.rows, asked.openings, here=place, there=there, on=on)
        return _Way(place, ruling, frozenset(modes))

    if window.decides_at == here.decides_at:
        return [way(window, *MODE_NAMES)]
    others = [mode for mode in MODE_NAMES if mode != "RECEIVED_FOR"]
    ways = [way(window, "RECEIVED_FOR"), way(here, *others)]
    # Where one of the two is the deciding place itself, that way needs nobody else.
    return [one for one in ways if one.place.decides_at != there.decides_at] or ways


def _is_pilot(ruling: Ruling) -> bool:
    return ruling.kind == "on-site" and ruling.opening is not None


def _is_joined(asked: Asked, ruling: Ruling) -> bool:
    """Whether another place has a part in it even for somebody who lives where it is decided."""
    return ruling.kind == "open" and _filed(asked, {"JOINT"}) == ("JOINT",)


def _filed(asked: Asked, allowed: Collection[str]) -> tuple[str, ...]:
    """The modes of these in which it can be filed here, in the order of the version."""
    version = asked.version
    return tuple(mode for mode in version.filed_modes if mode in allowed) if version else ()


def _same_place(asked: Asked, pair: _Pair) -> Availability:
    reason = _("您在%(here)s，这件事也由%(organ)s决定，不用跨地区办理。请直接向它申请") % {
        "here": pair.here.name,
        "organ": asked.organ,
    }
    instead = Instead(
        _("到%(here)s的政务服务大厅，或者在当地的网上办事大厅申请") % {"here": pair.here.name},
        "apply-there",
    )
    return _answer(asked, pair, "bad", "same-place", reason, instead=instead)


def _over(asked: Asked, ended: Ended, pair: _Pair) -> Availability:
    """An item that is no more: what it became, or that nothing took its place."""
    facts = {
        "day": _day(ended.on, None),
        "how": ended.how,
        "names": _("、").join(_("“%(name)s”") % {"name": name} for _item, name in ended.heirs),
        "document": _title(asked, ended.ground.document),
        "place": ended.ground.place,
    }
    reason = _("据%(document)s%(place)s，这个事项从%(day)s起%(how)s") % facts
    if not ended.heirs:
        return _answer(
            asked, pair, "bad", "ended", reason, instead=Instead(_("没有别的事项代替它"))
        )
    reason += _("，现在是%(names)s") % facts
    instead = Instead(_("请改办%(names)s") % facts, "other-item", item=ended.heirs[0][0])
    return _answer(asked, pair, "bad", "ended", reason, instead=instead)


# --- what the documents close ---


def _by_documents(asked: Asked, pair: _Pair) -> Availability:
    kind = pair.ruling.kind
    said = {
        "on-site": _on_site,
        "not-yet": _not_yet,
        "outside": _outside,
        "absent": _in_its_words,
        "deferred": _in_its_words,
    }.get(kind, _unsaid)(asked, pair)
    verdict = "warn" if kind == "on-site" else "bad"
    reason, instead = said
    return _answer(
        asked,
        pair,
        verdict,
        kind,
        reason,
        _on_the_spot(asked, pair),
        instead=instead,
        begins=pair.ruling.begins,
    )


def _on_the_spot(asked: Asked, pair: _Pair) -> tuple[str, ...]:
    """Inside a roll-out an appointment can be made here; outside it the documents only say where."""
    if not _is_pilot(pair.ruling) or not (pair.there.is_connected and pair.here.is_connected):
        return ()
    return _filed(asked, {"ON_SITE"})


def _on_site(asked: Asked, pair: _Pair) -> tuple[str, Instead]:
    facts = {
        "there": pair.there.name,
        "province": pair.there.province_name,
        "organ": asked.organ,
        "site": asked.on_site_organ or asked.organ,
    }
    instead = Instead(_("去之前先问%(organ)s要带什么、怎么预约") % facts, "visit")
    if pair.ruling.opening is None:
        return _("这件事要本人到现场办。请到%(organ)s办理") % facts, instead
    where = "%(there)s的%(site)s" if asked.on_site_organ else "%(organ)s"
    facts["where"] = where % facts
    said = _("这件事要本人到现场办。%(province)s在试点范围内，可以到%(where)s现场办，不用回户籍地")
    return said % facts, instead


def _not_yet(asked: Asked, pair: _Pair) -> tuple[str, Instead]:
    opening, begins = pair.ruling.opening, pair.ruling.begins
    facts = {
        "day": _day(begins, opening),
        "organ": asked.organ,
        "document": _title(asked, opening.document if opening else ""),
    }
    if opening and opening.is_plan:
        said = _("%(document)s定的时限是%(day)s，这之前还不能跨地区办理") % facts
    else:
        said = _("据%(document)s，这件事从%(day)s起才能这样跨地区办理，现在还不能") % facts
    instead = Instead(_("这之前请直接向%(organ)s申请") % facts, "wait")
    return said, instead


def _outside(asked: Asked, pair: _Pair) -> tuple[str, Instead]:
    elsewhere = pair.ruling.elsewhere
    named = _("、").join(_with_day(one) for one in elsewhere[:_SHOWN])
    more = _("等%(count)s处") % {"count": len(elsewhere)} if len(elsewhere) > _SHOWN else ""
    facts = {"named": named + more, "there": pair.there.full_name, "organ": asked.organ}
    said = _("文件写明开通的是%(named)s，没有写到您选的两地，现在不能这样跨地区办理") % facts
    if unknown := next((one for one in elsewhere if not one.is_complete and one.declared), None):
        facts |= {"declared": str(unknown.declared), "known": str(len(unknown.members))}
        said += _("。其中%(declared)s个地方只写出了%(known)s个，您选的地方在不在内没有写") % facts
    if asked.wider:
        text = _("请改办“%(item)s”，它不限城市") % {"item": asked.wider[1]}
        return said, Instead(text, "other-item", item=asked.wider[0])
    places = tuple(dict.fromkeys(one.code for own in elsewhere for one in own.members))
    text = _("请直接向%(organ)s问清办法") % facts
    return said, Instead(text, "other-place" if places else "ask", places=places)


def _in_its_words(asked: Asked, pair: _Pair) -> tuple[str, Instead]:
    row = next(one for one in asked.rows if one.province in {"", pair.there.province})
    facts = {"row": row.text, "form": row.form, "organ": asked.organ}
    if pair.ruling.kind == "absent":
        said = _("%(row)s写明“%(form)s”。本平台没有开通") % facts
        return said, Instead(_("请向%(organ)s问清办法") % facts, "ask")
    said = _("%(row)s写的是“%(form)s”，本平台还没有开通网上提交。请向%(organ)s问清办法") % facts
    return said, _before_setting_out()


def _unsaid(asked: Asked, _pair: _Pair) -> tuple[str, Instead]:
    facts = {"organ": asked.organ}
    said = _("收录的文件没有写这件事可以在两地之间跨地区办理。请向%(organ)s问清办法") % facts
    return said, _before_setting_out()


def _before_setting_out() -> Instead:
    """What to ask, where the reason has already said whom."""
    return Instead(_("动身以前先问清：能不能邮寄，要带什么"), "ask")


# --- what this platform can do ---


def _by_platform(asked: Asked, pair: _Pair, allowed: frozenset[str]) -> Availability:
    version, organ = asked.version, {"organ": asked.organ}
    ask = _before_setting_out()
    if version is None and asked.starts:
        reason = _("本平台从%(day)s起才能提交这件事") % {"day": _day(asked.starts, None)}
        instead = Instead(_("这之前请直接向%(organ)s申请") % organ, "wait")
        return _answer(asked, pair, "bad", "not-yet", reason, instead=instead, begins=asked.starts)
    if version is None:
        reason = _("目录已收录，办理方式见文件；本平台还没有开通网上提交。请向%(organ)s问清办法")
        return _answer(asked, pair, "bad", "no-version", reason % organ, instead=ask)
    modes = _filed(asked, allowed)
    if not modes:
        reason = _("文件写明可以跨地区办理，本平台还不能按这种方式提交。请向%(organ)s问清办法")
        return _answer(asked, pair, "bad", "no-mode", reason % organ, instead=ask)
    closed = next((one for one in (pair.there, pair.here) if not one.is_connected), None)
    if closed and closed.is_suspended:
        reason = _(
            "%(place)s暂停接入本平台，现在不能从这里提交，恢复以后可以再来。着急的，请向%(organ)s问清办法"
        ) % {"place": closed.full_name, "organ": asked.organ}
        return _answer(asked, pair, "bad", "suspended", reason, instead=ask)
    if closed:
        reason = _("%(place)s还没有接入本平台，现在不能从这里提交。请向%(organ)s问清办法") % {
            "place": closed.full_name,
            "organ": asked.organ,
        }
        return _answer(asked, pair, "bad", "not-connected", reason, instead=ask)
    said = ways.how(version, modes, organ=asked.organ, here=pair.here, there=pair.there)
    return _answer(asked, pair, "ok", "open", said, modes)


# --- the answer with its grounds ---


def _answer(
    asked: Asked,
    pair: _Pair,
    verdict: str,
    kind: str,
    reason: str,
    modes: tuple[str, ...] = (),
    *,
    instead: Instead | None = None,
    begins: date | None = None,
) -> Availability:
    version = asked.version
    defaults = _defaults(asked, modes, pair)
    return Availability(
        verdict=verdict,
        kind=kind,
        scope=_scope(pair),
        modes=modes,
        reason=reason,
        decides=pair.there.decides_at,
        decides_kind=version.competence.place if version else "",
        limits=_limits(asked, pair.ruling),
        visits=version.visits if version else {},
        grounds=_grounds(asked, pair),
        notes=(*defaults, *_reported(asked, pair), *_wordings(asked, pair.there)),
        # One more way of ours does not make a default of the way that a document states.
        is_default=bool(_defaults(asked, modes[:1], pair)),
        ruling=pair.ruling,
        begins=begins,
        instead=instead,
    )


def _scope(pair: _Pair) -> str:
    if pair.here.province == pair.there.province:
        return "province"
    opening = pair.ruling.opening
    is_regional = opening and opening.kind in {"group", "pilot", "pairs", "cities"}
    return "region" if is_regional else "national"


def _limits(asked: Asked, ruling: Ruling) -> Limits | None:
    """The standard's limits; a group's own promise counts inside it, unless it is the longer one."""
    limits = asked.version.counted if asked.version else None
    promise = ruling.limit
    if not limits or not promise or not promise.limit_days:
        return limits
    if promise.limit_days > limits.decide.days:
        return limits
    basis = f"{_title(asked, promise.document)}{promise.place}"
    decide = Limit(promise.limit_days, "promised", basis, promise.name)
    return replace(limits, decide=decide)


def _defaults(asked: Asked, modes: Sequence[str], pair: _Pair) -> list[str]:
    """What about an open pair no document says."""
    notes = []
    here, there, version = pair.here, pair.there, asked.version
    if modes and here.province == there.province:
        said = _("两地都在%(province)s，属于省内通办，是否开通：%(note)s")
        notes.append(said % {"province": there.province_name, "note": DEFAULT_NOTE})
    opening = pair.ruling.opening
    if opening and pair.ruling.kind == "open" and opening.leaves_open_whether(there):
        said = _("%(name)s，%(place)s是否参加文件没有写：%(note)s")
        named = {"name": opening.name, "place": there.province_name, "note": DEFAULT_NOTE}
        notes.append(said % named)
    for mode in version.modes if version else ():
        is_said = mode.mode in pair.ruling.modes
        if mode.mode in modes and not is_said and mode.is_default_for(there.province):
            said = _("%(province)s的文件没有写明可以“%(mode)s”：%(note)s")
            named = {"province": there.province_name, "mode": MODE_NAMES[mode.mode]}
            notes.append(said % (named | {"note": DEFAULT_NOTE}))
    return notes


def _reported(asked: Asked, pair: _Pair) -> list[str]:
    """How firm the ground is: a report and no policy, a month and no day."""
    opening = pair.ruling.opening
    if opening is None:
        return []
    notes = []
    if opening.document in asked.reports:
        said = _("“%(name)s”据公开资料，非政策文件") % {"name": opening.name}
        notes.append(said)
    if opening.is_vague(pair.on):
        said = _("“%(name)s”只写到%(day)s，从哪天起没有写")
        notes.append(said % {"name": opening.name, "day": _day(opening.from_day, opening)})
    return notes


def _grounds(asked: Asked, pair: _Pair) -> tuple[Ground, ...]:
    """The rows and documents of the nation and of the two provinces; no other province's."""
    there = pair.there.province
    rows = [
        Ground(row.document, row.place, row.form)
        for row in asked.rows
        if row.province in {"", there}
    ]
    own = [
        ground
        for ground in (asked.version.grounds if asked.version else ())
        if asked.provinces.get(ground.document, "") in {"", pair.here.province, there}
    ]
    ruled = [
        Ground(one.document, one.place, one.sentence)
        for one in (pair.ruling.limit, pair.ruling.opening)
        if one
    ]
    ended = [asked.ended.ground] if asked.ended else []
    found = {ground.document: ground for ground in [asked.national, *own, *ruled, *rows, *ended]}
    return tuple(
        sorted(found.values(), key=lambda ground: bool(asked.provinces.get(ground.document)))
    )


def _wordings(asked: Asked, there: Place) -> list[str]:
    """The deciding province's own words for the way it is done."""
    return [
        _("%(row)s原文写的实现形式是“%(form)s”") % {"row": row.text, "form": row.form}
        for row in asked.rows
        if row.form and row.province == there.province
    ]


def _title(asked: Asked, document: str) -> str:
    return (asked.titles or {}).get(document, document)


def _day(day: date | None, opening: Opening | None) -> str:
    """A day as exactly as it is known: 2021年11月 where only the month is."""
    if day is None:
        return ""
    if opening and opening.from_day == day and opening.precision == "year":
        return _("%(year)s年") % {"year": day.year}
    if opening and opening.from_day == day and opening.precision == "month":
        return _("%(year)s年%(month)s月") % {"year": day.year, "month": day.month}
    return _("%(year)s年%(month)s月%(day)s日") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def _with_day(opening: Opening) -> str:
    return _("%(name)s（%(day)s）") % {
        "name": opening.name,
        "day": _day(opening.from_day, opening),
    }
