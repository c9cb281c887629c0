"""Taking in what other nodes publish: in order, only what its publisher signed and may publish."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.basics.refusals import Refused
from tongban.catalogue import implementations, judging, overlay, reading, running
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import (
    Implementation,
    ImplementationVersion,
    Item,
    ItemVersion,
    Publication,
)
from tongban.catalogue.operations import publishing
from tongban.exchange.addresses import MAX_ENVELOPE_BYTES
from tongban.jurisdictions import queries as jurisdictions
from tongban.trust import signing

Change = Mapping[str, Any]


Taker = Callable[[Change, Signed], None]
_TAKERS: dict[str, tuple[Taker, bool]] = {}


def takes(kind: str, *, is_national: bool = False) -> Callable[[Taker], Taker]:
    """Register what takes one kind of change; a national one is the hub's alone to publish.

    It may refuse; what it raises as KeyError, TypeError or ValueError is a change that cannot be
    read here. Whatever it raises undoes the whole step.
    """

    def register(function: Taker) -> Taker:
        if _TAKERS.setdefault(kind, (function, is_national))[0] is not function:
            raise ValueError(f"{kind} is taken by two functions")
        return function

    return register


class PublicationRefused(Refused):
    """A publication that is not what its publisher signed, or beyond what it may publish.

    It is parked with this sentence. Nothing after it is taken until it is settled.
    """

    code = "publication-refused"


class MissingBefore(Exception):
    """Steps of this publisher before this one have not come yet; not a refusal, they will."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@transaction.atomic
def take(one: Signed, *, sender: str, at: datetime) -> Publication:
    """Take the next step of a publisher, from itself or passed on by the hub.

    The same step again changes nothing. Refused (PublicationRefused): another history than the one
    taken before, a signature that is not the publisher's, a standard that is not the hub's, rules
    of a place that the publisher does not serve, a version that differs from the one known under
    its number, content that cannot be read here. Raises MissingBefore for one that comes too early.
    """
    _check_sender(one, sender)
    publishing.lock_chain(one.publisher)
    if known := Publication.objects.filter(publisher=one.publisher, number=one.number).first():
        return _the_same(known, one)
    last = Publication.objects.filter(publisher=one.publisher).order_by("-number").first()
    if one.number != (last.number if last else 0) + 1:
        raise MissingBefore((last.number if last else 0) + 1)
    if one.previous != (last.digest if last else ""):
        raise PublicationRefused(
            _("节点%(node)s的第%(number)s号公布接不上前一号，内容可能被改动")
            % {"node": one.publisher, "number": one.number}
        )
    _check_signature(one)
    judging.check_json(one.changes, what=_("公布"), largest=MAX_ENVELOPE_BYTES)
    for change in one.changes:
        _apply(change, one)
    row = publishing.keep(one, signature=one.signature, at=at)
    publishing.stamp(row.digest)
    if settings.IS_HUB:
        passed_on = set(publishing.recipients(passing_on=True)) - {one.publisher}
        publishing.tell(row, sorted(passed_on), at=at)
    return row


def _check_sender(one: Signed, sender: str) -> None:
    hub = next(node.code for node in jurisdictions.nodes() if node.is_hub)
    if one.publisher == settings.NODE_ID:
        raise PublicationRefused(_("这是本节点自己的公布，不从别处接收"))
    if sender not in {one.publisher, hub}:
        facts = {"sender": sender, "publisher": one.publisher}
        raise PublicationRefused(_("节点%(sender)s不能转送节点%(publisher)s的公布") % facts)


def _the_same(known: Publication, one: Signed) -> Publication:
    if known.digest != one.digest:
        facts = {
            "node": one.publisher,
            "number": one.number,
            "ours": known.digest[:12],
            "theirs": one.digest[:12],
        }
        raise PublicationRefused(
            _(
                "节点%(node)s的第%(number)s号公布和此前收到的不一样"
                "（此前%(ours)s，这次%(theirs)s），请和对方核对"
            )
            % facts,
            ours=known.digest,
            theirs=one.digest,
        )
    return known


def _check_signature(one: Signed) -> None:
    key = jurisdictions.public_key(one.publisher, one.key_id)
    facts = {"node": one.publisher, "number": one.number}
    if key is None:
        said = _("节点目录里没有节点%(node)s签名用的密钥，更新目录后再重试")
        raise PublicationRefused(said % facts)
    if not signing.verify(key, one.payload(), one.signature):
        raise PublicationRefused(_("第%(number)s号公布的签名不是节点%(node)s的") % facts)


def _apply(change: Change, one: Signed) -> None:
    kind = str(change.get("kind"))
    if kind not in _TAKERS:
        said = _("本节点还不认识“%(kind)s”这种公布，升级后再重试")
        raise PublicationRefused(said % {"kind": kind[:40]})
    taker, is_national = _TAKERS[kind]
    if is_national and not jurisdictions.node(one.publisher).is_hub:
        said = _("全国的规定由国家枢纽公布，节点%(node)s不能公布") % {"node": one.publisher}
        raise PublicationRefused(said)
    try:
        taker(change, one)
    except (KeyError, TypeError, ValueError, AttributeError, DataError, IntegrityError) as wrong:
        # VersionBroken is among them: a form of content that this release cannot read yet. What the
        # database objects to is undone with the whole step by whoever called.
        said = _("第%(number)s号公布读不出来（%(what)s），升级后再重试")
        facts = {"number": one.number, "what": str(wrong)[:200]}
        raise PublicationRefused(said % facts) from wrong


def _item(change: Change) -> Item:
    found = Item.objects.filter(pk=change["item"]).first()
    if found is None:
        said = _("本节点的目录里没有事项%(item)s，升级后再重试") % {"item": change["item"]}
        raise PublicationRefused(said)
    return found


@takes("standard", is_national=True)
def _take_standard(change: Change, one: Signed) -> None:
    """A version of the national standard."""
    item = _item(change)
    version = reading.read(change["content"], name=item.name)
    day = date.fromisoformat(change["from_day"])
    if (version.item, version.number, version.from_day) != (item.pk, change["number"], day):
        raise PublicationRefused(_("公布的版本和它的内容不是同一版"))
    known = ItemVersion.objects.filter(item=item, number=version.number).first()
    if known:
        _check_same_version(known.digest, version.digest, change)
        return
    last = ItemVersion.objects.filter(item=item).order_by("-number").first()
    _check_later(last, change)
    ItemVersion.objects.create(
        item=item,
        modes=list(version.mode_names),
        department=version.department,
        digest=version.digest,
        **_said(change, one),
    )


@takes("implementation")
def _take_local(change: Change, one: Signed) -> None:
    """A version of a place's own rules, from the node that serves the place."""
    place = str(change["division_code"])
    if jurisdictions.node_for(place).code != one.publisher:
        facts = {"node": one.publisher, "place": jurisdictions.full_name(place)}
        raise PublicationRefused(
            _("节点%(node)s不服务%(place)s，不能替它公布规定") % facts, division=place
        )
    item = _item(change)
    if unfit := overlay.misshapen(change["content"]) or _unfit(change, one, item, place):
        raise PublicationRefused(f"{unfit[0].place} {unfit[0].sentence}")
    described = {name: change[name] for name in publishing.DESCRIBED}
    keys = {name: described.pop(name) for name in ("division_code", "part")}
    row, _is_new = Implementation.objects.update_or_create(item=item, **keys, defaults=described)
    digest = canonical.digest(canonical.dumps(change["content"]))
    known = ImplementationVersion.objects.filter(implementation=row, number=_number(change))
    if before := known.first():
        _check_same_version(before.digest, digest, change)
        return
    _check_later(row.versions.order_by("-number").first(), change)
    ImplementationVersion.objects.create(
        implementation=row, digest=digest, wording=change["wording"], **_said(change, one)
    )


def _unfit(change: Change, one: Signed, item: Item, place: str) -> list[judging.Problem]:
    """What a place may not change so, by the standard that its publisher judged it with.

    Files that a place imports name none: what of them does not fit is left out when it is read.
    """
    if "over" not in change:
        return []
    standards = dict(ItemVersion.objects.filter(item=item).values_list("number", "content"))
    if change["over"] > max(standards, default=0):
        # That standard is still on its way here: then this step waits, as for a gap.
        raise MissingBefore(one.number)
    day = date.fromisoformat(change["from_day"])
    below = implementations.over_wider(standards[change["over"]], place, day)
    return overlay.problems(below, change["content"])


def _number(change: Change) -> int:
    number = change["number"]
    if type(number) is not int or number < 1:
        raise TypeError("number")
    return number


def _said(change: Change, one: Signed) -> dict[str, Any]:
    if wrong := running.problems(change["running"], None, None):
        raise PublicationRefused(f"{wrong[0].place} {wrong[0].sentence}")
    return {
        "number": _number(change),
        "from_day": date.fromisoformat(change["from_day"]),
        "content": change["content"],
        "running": change["running"],
        "came_from": one.publisher,
        "published_at": one.published_at,
        "published_by": change["published_by"],
        "drafted_by": change["drafted_by"],
    }


def _check_later(last: ItemVersion | ImplementationVersion | None, change: Change) -> None:
    """A version is numbered and in force after the one before it, or it would rewrite the past."""
    day = date.fromisoformat(change["from_day"])
    if last and (change["number"] <= last.number or day <= last.from_day):
        facts = {"item": change["item"], "number": change["number"], "last": last.number}
        raise PublicationRefused(
            _("事项%(item)s第%(number)s版的编号或者施行日期不晚于已有的第%(last)s版") % facts
        )


def _check_same_version(ours: str, theirs: str, change: Change) -> None:
    """Published twice under one number, it must be the same law: nothing frozen gives way."""
    if ours != theirs:
        facts = {"item": change["item"], "number": change["number"]}
        raise PublicationRefused(
            _("事项%(item)s第%(number)s版本节点已经有了，而且不一样，请和公布的节点核对") % facts,
            ours=ours,
            theirs=theirs,
        )
