from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "tongban.desk"
    label = "desk"

    def ready(self) -> None:
        from tongban.basics.prepared import Count
        from tongban.basics.refusals import may
        from tongban.cases import queues
        from tongban.delivery import queries as parcels
        from tongban.delivery.permissions import office_of
        from tongban.desk import alarm_links, counter_urls, joint_links, request_links
        from tongban.desk.gate import officer_here
        from tongban.desk.leading import is_leader, to_sign
        from tongban.desk.sides import sides_of
        from tongban.parties.models import Role
        from tongban.ui import frame

        def is_officer(request: HttpRequest) -> bool:
            return officer_here(request) is not None

        def receives(request: HttpRequest) -> bool:
            officer = officer_here(request)
            return officer is not None and Role.RECEIVER in officer.roles

        def waiting(request: HttpRequest) -> Count | None:
            officer = officer_here(request)
            return queues.count_to_do(officer, sides_of(officer)) if officer else None

        def if_any(number: int) -> int | None:
            return number or None

        def handles_papers(request: HttpRequest) -> bool:
            officer = officer_here(request)
            return officer is not None and may(office_of, officer)

        def to_receive(request: HttpRequest) -> Count | None:
            officer = officer_here(request)
            if officer is None or not may(office_of, officer):
                return None
            return parcels.count_coming(officer)

        links = (
            frame.Link(
                _("队列"),
                "desk:queue",
                10,
                visible=is_officer,
                count=waiting,
                shown=queues.shown_count,
            ),
            frame.Link(
                _("联办"),
                "desk:joint-steps",
                12,
                visible=joint_links.decides,
                count=joint_links.waiting,
            ),
            frame.Link(
                _("请求"),
                "desk:requests",
                11,
                visible=request_links.has_office,
                count=request_links.requests_waiting,
            ),
            frame.Link(
                _("协查"),
                "desk:inquiries",
                13,
                visible=request_links.has_office,
                count=request_links.inquiries_waiting,
            ),
            frame.Link(
                _("消息"),
                "desk:inbox",
                9,
                visible=is_officer,
                count=alarm_links.notices_unread,
                shown=if_any,
            ),
            frame.Link(
                _("预警"),
                "desk:alarms",
                14,
                visible=request_links.has_office,
                count=alarm_links.alarms_waiting,
                shown=if_any,
            ),
            frame.Link(_("寄递"), "desk:parcels", 15, visible=handles_papers, count=to_receive),
            frame.Link(_("窗口"), "desk:counter", 17, visible=counter_urls.has_counter),
            frame.Link(_("收件标准"), "desk:standards", 20, visible=is_officer),
            frame.Link(_("帮办代办"), "desk:helping", 25, visible=receives),
            frame.Link(
                _("科室"), "desk:office", 30, visible=is_leader, count=to_sign, shown=if_any
            ),
        )
        for link in links:
            frame.add_link("desk", link)
