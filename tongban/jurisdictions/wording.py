"""How a node names itself on its pages."""

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.jurisdictions import queries
from tongban.ui.frame import NodeName


def node_name() -> NodeName:
    """The place and zone of this node; the plain words while no places are loaded yet."""
    if settings.IS_HUB:
        return NodeName(place=_("国家"), zone=_("全国一体化政务服务平台“跨省通办”服务专区"))
    try:
        place = queries.this_node().name
    except NotFound:
        return NodeName(place=_("本地"), zone=_("“跨省通办”服务专区"))
    zone = _("%(place)s政务服务“跨省通办”服务专区") % {"place": place}
    return NodeName(place=place, zone=zone)
