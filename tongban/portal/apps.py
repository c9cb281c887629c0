from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "tongban.portal"
    label = "portal"

    def ready(self) -> None:
        """Tell the frame which pages hang here."""
        from tongban.portal import links
        from tongban.ui import frame

        frame.add_link("portal", frame.Link(_("首页"), "portal:home", order=10))
        frame.add_link(
            "portal",
            frame.Link(_("我的办件"), "portal:cases", order=20, visible=links.keeps_cases),
        )
        frame.add_link(
            "portal",
            frame.Link(_("消息"), "portal:inbox", 25, links.keeps_inbox, links.unread),
        )
        frame.add_link("portal", frame.Link(_("全部事项"), "portal:search", order=30))
        frame.add_link("portal", frame.Link(_("线下专窗"), "portal:windows", order=40))
        frame.add_link("foot", frame.Link(_("线下专窗"), "portal:windows", order=40))
        frame.add_link("foot", frame.Link(_("时限计算器"), "portal:deadline", order=60))
        frame.add_link("foot", frame.Link(_("核对证据文件"), "portal:check-evidence", order=65))
