"""Roll-outs that the hub publishes after what was shipped: where an item opens, under which document."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import permissions
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import Item, Mode, PolicyDocument, RollOut
from tongban.catalogue.operations import publishing, taking
from tongban.parties.models import Officer

# Keys of published roll-outs begin so; loading the shipped ones leaves these alone.
PREFIX = "hub-"
_TEXTS = {"name": 120, "region": 40, "place": 40, "sentence": 300, "note": 2000}
_DAYS = ("from_day", "until")


@transaction.atomic
def publish_rollout(
    *, key: str, values: Mapping[str, Any], officer: Officer, at: datetime
) -> RollOut:
    """Open items somewhere from a day on, or put an earlier opening of ours right, and tell all.

    `values`: kind, name, items (codes), members or pairs (division codes), is_mutual, modes,
    from_day and until (dates as text, or nothing), limit_days, document (key), place and line in
    it, sentence, note. At the hub only, by a manager. Refused: FieldsRefused with everything wrong,
    OnlyAtTheHub, RoleMissing. The same again publishes the same again and changes nothing.
    """
    permissions.check_may_manage(officer, "")
    named = key if key.startswith(PREFIX) else PREFIX + key
    if errors := _errors(values):
        raise FieldsRefused(errors)
    row = _put(named, values)
    publishing.publish_step([{"kind": "rollout", "key": named, "values": dict(values)}], at=at)
    return row


def _errors(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with a roll-out, by its field."""
    said = {name: _too_long(values.get(name, ""), most) for name, most in _TEXTS.items()}
    said |= {name: said.get(name) or _not_a_day(values.get(name)) for name in _DAYS}
    wanted = values.get("items") or []
    known = Item.objects.filter(pk__in=wanted).count() if wanted else 0
    wrong = {
        "name": not values.get("name") and _("没有填写"),
        "sentence": not values.get("sentence") and _("写明文件里哪一句话"),
        "kind": values.get("kind") not in RollOut.Kind.values and _("选择开通的范围"),
        "document": not _is_document(values.get("document")) and _("选择依据的文件"),
        "items": (not wanted or known != len(set(wanted))) and _("选择目录里的事项"),
        "modes": not set(values.get("modes", [])) <= set(Mode.values) and _("选择办理形式"),
    }
    said |= {name: sentence for name, sentence in wrong.items() if sentence}
    return {name: [sentence] for name, sentence in said.items() if sentence}


def _too_long(text: Any, most: int) -> str:
    is_good = isinstance(text, str) and len(text) <= most
    return "" if is_good else _("最多写%(count)s个字") % {"count": most}


def _not_a_day(text: Any) -> str:
    try:
        _day(text)
    except ValueError:
        return _("日期写成2026-11-23")
    return ""


def _is_document(key: Any) -> bool:
    return isinstance(key, str) and PolicyDocument.objects.filter(pk=key).exists()


def _day(text: Any) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _put(key: str, values: Mapping[str, Any]) -> RollOut:
    row, _is_new = RollOut.objects.update_or_create(
        key=key,
        defaults={
            "kind": values["kind"],
            "name": values["name"],
            "region": values.get("region", ""),
            "members": list(values.get("members", [])),
            "pairs": list(values.get("pairs", [])),
            "is_mutual": bool(values.get("is_mutual", True)),
            "modes": list(values.get("modes", [])),
            "from_day": _day(values.get("from_day")),
            "until": _day(values.get("until")),
            "limit_days": values.get("limit_days"),
            "document_id": values["document"],
            "place": values.get("place", ""),
            "line": int(values.get("line", 0)),
            "sentence": values["sentence"],
            "note": values.get("note", ""),
        },
    )
    row.items.set(values["items"])
    return row


@taking.takes("rollout", is_national=True)
def take_rollout(change: taking.Change, one: Signed) -> None:
    """An opening that the hub published."""
    key = str(change["key"])
    wrong = list(_errors(change["values"])) if key.startswith(PREFIX) else ["key"]
    if wrong:
        said = _("第%(number)s号公布的开通范围在本节点不能接受（%(what)s）")
        raise taking.PublicationRefused(said % {"number": one.number, "what": "、".join(wrong)})
    _put(key, change["values"])
