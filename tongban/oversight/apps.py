from django.apps import AppConfig
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "tongban.oversight"
    label = "oversight"

    def ready(self) -> None:
        """Hang this door's pages into the frame; the count says how much waits for a person."""
        from tongban.cases.hooks import sending as pushing
        from tongban.cases.notices import sending
        from tongban.exchange import queries
        from tongban.oversight import drafts, members, renewals
        from tongban.oversight.who import is_manager, is_operator
        from tongban.parties.permissions import visiting_officer
        from tongban.ui import frame

        def parked(request: HttpRequest) -> int | None:
            return (queries.parked().count() or None) if is_operator(request) else None

        def unsent(request: HttpRequest) -> int | None:
            return (sending.failed_count() or None) if is_operator(request) else None

        def not_pushed(request: HttpRequest) -> int | None:
            return (pushing.failed_count() or None) if is_operator(request) else None

        def to_approve(request: HttpRequest) -> int | None:
            officer = visiting_officer(request) if is_operator(request) else None
            return (members.waits_for(officer) or None) if officer else None

        def to_review(request: HttpRequest) -> int | None:
            officer = visiting_officer(request)
            return (drafts.waits_for(officer) or None) if officer else None

        def to_confirm(request: HttpRequest) -> int | None:
            officer = visiting_officer(request)
            return (renewals.waits_for(officer) or None) if officer else None

        links = [
            frame.Link(_("事项目录"), "oversight:items", 30, visible=is_manager),
            frame.Link(_("起草和审核"), "oversight:drafts", 40, is_manager, to_review),
            frame.Link(_("清单更新"), "oversight:renewals", 45, is_manager, to_confirm),
            frame.Link(_("开通范围"), "oversight:rollouts", 50, visible=is_manager),
            frame.Link(_("差异和问题"), "oversight:differences", 60, visible=is_manager),
            frame.Link(_("导入和导出"), "oversight:hand-ins", 70, visible=is_manager),
            frame.Link(_("目录副本"), "oversight:copies", 80, visible=is_manager),
            frame.Link(_("提醒渠道"), "oversight:notices", 25, is_operator, unsent),
            frame.Link(_("业务系统推送"), "oversight:hooks", 27, is_operator, not_pushed),
            frame.Link(_("补正和亮灯"), "oversight:place-rules", 28, visible=is_operator),
            frame.Link(_("节点名录"), "oversight:directory", 15, is_operator, to_approve),
            frame.Link(_("报文收发"), "oversight:exchange", 20, visible=is_operator, count=parked),
        ]
        if settings.IS_HUB:
            links.append(frame.Link(_("各地节点"), "oversight:nodes", 10))
            frame.add_link("foot", frame.Link(_("各地节点"), "oversight:nodes", 50))
        for link in links:
            frame.add_link("oversight", link)
