"""What a renewal of the lists touches, and what its codes answer afterwards."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.catalogue import queries, running, snapshot
from tongban.catalogue.models import Draft, Implementation, Item, ItemChange
from tongban.catalogue.operations.renewing import Renewal
from tongban.catalogue.running import Touched

Kind = ItemChange.Kind
_OPEN = (Draft.State.EDITING, Draft.State.IN_REVIEW)


@dataclass(frozen=True)
class Effect:
    """One item that a renewal touches, with what hangs on its code at this node.

    `ends`: nothing new can be filed under it. `versions` of the standard, `places` that have an
    implementation, open `drafts` of managers, `rollouts` that name it, `cases` that this node
    decides and that are not over. None of them is moved to another code.
    """

    code: str
    name: str
    ends: bool = False
    versions: int = 0
    places: int = 0
    drafts: int = 0
    rollouts: int = 0
    cases: tuple[Touched, ...] = ()


def effects(renewal: Renewal) -> list[Effect]:
    """The items of a renewal, those that it takes first. Refused: NoSuchItem."""
    codes = dict.fromkeys([*renewal.before, *renewal.after])
    if renewal.item:
        # Its code is new: nothing can hang on it.
        return [Effect(renewal.item.code, renewal.item.name)]
    return [_effect(queries.item(code), renewal) for code in codes]


def _effect(item: Item, renewal: Renewal) -> Effect:
    versions = queries.versions(item.code)
    newest = versions[0].number if versions else 0
    here = Implementation.objects.filter(item=item, retired_on=None)
    return Effect(
        code=item.code,
        name=item.name,
        ends=item.code in renewal.before and item.code not in renewal.after,
        versions=len(versions),
        places=here.values("division_code").distinct().count(),
        drafts=Draft.objects.filter(item=item, state__in=_OPEN).count(),
        rollouts=sum(item.code in codes for codes in snapshot.current().rollout_items.values()),
        cases=tuple(running.under_way(item.code, number=newest + 1)),
    )


def answers(renewal: Renewal) -> list[str]:
    """What people are told afterwards who come with an old code or name, one sentence each."""
    match renewal.kind:
        case Kind.ADD:
            return [_("有人公布这个事项的标准以前，它能查到，不能办理")]
        case Kind.RENAME:
            facts = {"code": renewal.after[0], "old": queries.item(renewal.before[0]).name}
            return [_("编码%(code)s不变；按原名称“%(old)s”仍然找得到") % facts]
        case Kind.RETIRE:
            return [
                _("编码%(code)s和它的名称仍然查得到，说明已经取消，没有别的事项代替它")
                % {"code": code}
                for code in renewal.before
            ]
        case _:
            return _heirs(renewal)


def _heirs(renewal: Renewal) -> list[str]:
    heirs = "、".join(
        _("“%(name)s”") % {"name": queries.item(code).name} for code in dict.fromkeys(renewal.after)
    )
    said = [
        _("编码%(code)s和它的名称仍然查得到，指到%(heirs)s") % {
            "code": code, "heirs": heirs,
        }
        for code in renewal.before
        if code not in renewal.after
    ]  # fmt: skip
    kept = [code for code in renewal.before if code in renewal.after]
    return said + [_("编码%(code)s照旧办理") % {"code": code} for code in kept]
