"""How the frame names this node and whoever is signed in."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import queries as parties
from tongban.ui.frame import NodeName


def this_node() -> NodeName:
    """The place and zone in the head of every page."""
    if settings.IS_HUB:
        return NodeName(_("全国"), _("国家政务服务“跨省通办”服务专区"))
    place = jurisdictions.this_node().name
    return NodeName(place, _("%(place)s政务服务“跨省通办”服务专区") % {"place": place})


def person(request: HttpRequest) -> str:
    """The officer's name, the applicant's own name, or the name of the account."""
    user = request.user
    if officer := parties.officer_of(user):
        return officer.name
    for applicant in parties.applicants_of(user):
        return applicant.name
    return user.get_username() if user.is_authenticated else ""


def keeps_cases(_request: HttpRequest) -> bool:
    """The hub takes no cases; they lie at the nodes of their applicants."""
    return not settings.IS_HUB
