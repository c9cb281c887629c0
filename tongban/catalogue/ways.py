"""The ways in which an item can be handled between two places, in words for applicants."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tongban.catalogue.places import Place
from tongban.catalogue.versions import Version

# The modes that can be filed, with their official names.
MODE_NAMES = {
    "ONLINE": "全程网办",
    "RECEIVED_FOR": "异地代收代办",
    "JOINT": "多地联办",
    "ANYWHERE": "全国无差别办理",
    "PRECHECK_MAIL": "网上预审加寄递",
    "ON_SITE": "现场办理",
}
# On these ways somebody goes to the deciding place; all others spare that.
TRAVELLED = frozenset({"ANYWHERE", "ON_SITE"})


def how(version: Version, modes: Sequence[str], *, organ: str, here: Place, there: Place) -> str:
    """The sentence of an open pair: where one applies, who decides, what is spared."""
    facts = {
        "here": here.name,
        "there": there.name,
        "organ": organ,
        "others": _("、").join(other_places(version)),
    }
    words = {
        "ONLINE": _("您在网上提交"),
        "RECEIVED_FOR": _("您填好申请，到%(here)s的专窗核对身份、交材料"),
        "JOINT": _("您在网上提交一次，%(others)s的手续由各地机关联办"),
        "ANYWHERE": _("您在网上提交，到您选的%(there)s核对身份"),
        "PRECHECK_MAIL": _("您在网上提交预审，通过后把原件寄去"),
        "ON_SITE": _("您在网上预约，本人到%(there)s现场办"),
    }
    said = _("，或者").join(words[mode] % facts for mode in modes)
    if here.decides_at == there.decides_at:
        return said + _("，由%(organ)s决定，不用去%(others)s") % facts
    if TRAVELLED.isdisjoint(modes):
        return said + _("，由%(organ)s决定，不用去%(there)s") % facts
    return said + _("，由%(organ)s决定") % facts


def other_places(version: Version) -> list[str]:
    """The kinds of places that have a part in it besides the one that decides (迁出地)."""
    return list(dict.fromkeys(step.place for step in version.joint if step.field))
