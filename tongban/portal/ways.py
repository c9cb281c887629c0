"""The ways an item can be handled, each with its consequences in one sentence.

Who receives, whether one has to go somewhere, what is sent by post, how long it takes: that is what
people choose by, not the official name of the way.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tongban.cases.states import Mode
from tongban.catalogue import ways
from tongban.catalogue.availability import Availability
from tongban.catalogue.models import Mode as CatalogueMode
from tongban.catalogue.versions import JointStep, Version
from tongban.jurisdictions import queries as jurisdictions
from tongban.portal.places import Pair


def choices(version: Version, found: Availability, pair: Pair) -> list[tuple[str, str]]:
    """The ways open between two places, in the order of the version, as a form offers them."""
    return [(mode, consequence(mode, version, found, pair)) for mode in found.modes]


def consequence(mode: str, version: Version, found: Availability, pair: Pair) -> str:
    """What choosing this way means, with its official name first."""
    limits = found.limits or version.counted
    facts = {
        "name": CatalogueMode(mode).label,
        "here": jurisdictions.short_name(pair.here),
        "there": jurisdictions.short_name(pair.there),
        "others": _("、").join(ways.other_places(version)),
        "accept": limits.accept_days,
        "decided": _decided(limits.decide_days),
        "receive": limits.receive_days,
        "joint": longest(version.joint),
    }
    return _sentences()[Mode(mode)] % facts


def _decided(days: int) -> str:
    """When it is decided, once it was taken on."""
    return _("受理后%(days)d个工作日内决定") % {"days": days} if days else _("受理当日决定")


def _sentences() -> Mapping[Mode, str]:
    return {
        Mode.ONLINE: _("%(name)s：材料都在网上交给%(there)s，不用到窗口，不寄材料；%(decided)s"),
        Mode.RECEIVED_FOR: _(
            "%(name)s：网上填好，到所在地的专窗核对身份、交材料，%(receive)s个工作日内移交%(there)s，"
            "不用去%(there)s；%(decided)s"
        ),
        Mode.JOINT: _(
            "%(name)s：在网上交给%(there)s牵头，%(others)s的手续由各地机关办，您不用去，也不寄材料；"
            "%(decided)s，其中各地的环节最长%(joint)s个工作日"
        ),
        Mode.ANYWHERE: _(
            "%(name)s：在网上交给您选的%(there)s，要到那里核对一次身份，不寄材料；%(decided)s"
        ),
        Mode.PRECHECK_MAIL: _(
            "%(name)s：先在网上交给%(there)s看，收到通知再把原件寄去，不用去%(there)s；%(decided)s"
        ),
        Mode.ON_SITE: _(
            "%(name)s：在网上预约，本人带原件到%(there)s的窗口，当场核对身份，不寄材料；"
            "移交后%(accept)s个工作日内受理，%(decided)s"
        ),
    }


def longest(steps: tuple[JointStep, ...]) -> int:
    """Working days of the longest row of steps that wait for each other."""
    until: dict[str, int] = {}
    for step in steps:
        until[step.key] = step.days + max((until[key] for key in step.after), default=0)
    return max(until.values(), default=0)
