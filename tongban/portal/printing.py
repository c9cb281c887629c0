"""A guide on paper: the facts of the page, set by typst as PDF/A."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tongban.cases import documents
from tongban.catalogue.guides import Basis, Guide, Term
from tongban.catalogue.models import Mode
from tongban.catalogue.versions import DEFAULT_NOTE, MaterialSpec, Sentence, Version, limit_words
from tongban.jurisdictions import queries as jurisdictions
from tongban.portal import words
from tongban.portal.guide import Materials
from tongban.ui.tags.dates import day_words

TEMPLATES = Path(__file__).resolve().parent / "templates" / "typst"


def guide_pdf(found: Guide, materials: Materials | None) -> bytes:
    """The guide of a pair of places, with the list of materials of a situation where it is told."""
    version = found.version
    facts: dict[str, Any] = {
        "item": found.item.name,
        "here": jurisdictions.full_name(found.here),
        "there": jurisdictions.full_name(found.there),
        "day": day_words(found.on, year=True),
        "reason": found.found.reason,
        "scenario": found.item.scenario,
        "notes": list(found.found.notes),
        "note": DEFAULT_NOTE,
        "terms": [_term(one) for one in found.terms],
        "differences": [one.plain for one in found.differences],
        "situation": _situation(materials),
        "materials": [_material(one) for one in _all(materials)],
        "windows": [
            {"name": one.authority.name, "address": one.address, "phone": one.phone}
            for one in (found.windows if found.needs_window else ())
        ],
        "decider": _decider(found),
        "bases": [_basis(one) for one in found.bases],
        "version": _version(version) if version else None,
    }
    return documents.compile_pdf("guide.typ", facts, folder=TEMPLATES)


def _term(one: Term) -> dict[str, str]:
    does = {
        "receive": _("收件窗口核对身份、看材料齐不齐，移交"),
        "accept": _("办理机关决定受理不受理"),
        "decide": _("办理机关审查并决定"),
    }
    return {
        "does": does[one.key],
        "limit": one.limit.words,
        "mark": _mark(is_default=one.limit.is_default),
    }


def _mark(*, is_default: bool) -> str:
    """The sign that the foot of the page explains."""
    return "＊" if is_default else ""


def _all(materials: Materials | None) -> list[MaterialSpec]:
    return [*materials.asked, *materials.unsettled] if materials else []


def _situation(materials: Materials | None) -> list[str]:
    if not materials:
        return []
    return [f"{one.field.label}：{one.words}" for one in materials.answered]


def _material(one: MaterialSpec) -> dict[str, Any]:
    return {
        "name": one.name,
        "need": "" if one.is_required else _("（可以不交）"),
        "depends": _("看情形") if one.when else "",
        "how": words.material(one),
        "points": [point.text for point in one.points],
        "mark": _mark(is_default=one.is_default),
    }


def _decider(found: Guide) -> dict[str, str]:
    organ = found.decider
    return {
        "name": organ.name if organ else jurisdictions.short_name(found.there),
        "address": organ.address if organ else "",
        "consult": found.contact.consult,
        "complain": found.contact.complain,
    }


def _basis(one: Basis) -> str:
    title = f"《{one.document.title}》" if one.document else one.ground.document
    number = f"，{one.document.number}" if one.document and one.document.number else ""
    mark = _("（报道或汇编，不是政策原文）") if one.is_report else ""
    return f"{title}{number}，{one.ground.place}{mark}"


def _version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "from_day": day_words(version.from_day, year=True),
        "modes": [str(Mode(mode).label) for mode in version.mode_names],
        "conditions": [_sentence(one) for one in version.conditions],
        "not_for": [_sentence(one) for one in version.not_for],
        "fee": version.fee.text + _mark(is_default=version.fee.is_default),
        "result": version.result.title,
        "result_text": version.result.text,
        "legal_basis": [one.text for one in version.legal_basis],
        "process": [
            {
                "name": one.name,
                "by": str(words.ACTORS.get(one.by, one.by)),
                "limit": limit_words(one.days, one.unit) if one.days else "",
                "mark": _mark(is_default=one.is_default),
            }
            for one in version.process
        ],
        "special": [f"{one.name}：{one.text}" for one in version.special_procedures],
        "visits": [
            f"{Mode(mode).label}：{_times(one.times)}{'，' + one.why if one.why else ''}"
            for mode, one in version.visits.items()
        ],
    }


def _times(count: int) -> str:
    return _("到现场%(count)d次") % {"count": count}


def _sentence(one: Sentence) -> str:
    return one.text + _mark(is_default=one.is_default)
