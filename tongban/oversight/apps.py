from django.apps import AppConfig
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "tongban.oversight"
    label = "oversight"

    def ready(self) -> None:
        """Hang this door's pages into the frame; the count says how much waits for a person."""
        from tongban.exchange import queries
        from tongban.oversight.views import is_operator
        from tongban.ui import frame

        def parked(request: HttpRequest) -> int | None:
            return (queries.parked().count() or None) if is_operator(request) else None

        links = [
            frame.Link(_("报文收发"), "oversight:exchange", 20, visible=is_operator, count=parked)
        ]
        if settings.IS_HUB:
            links.append(frame.Link(_("各地节点"), "oversight:nodes", 10))
            frame.add_link("foot", frame.Link(_("各地节点"), "oversight:nodes", 50))
        for link in links:
            frame.add_link("oversight", link)
