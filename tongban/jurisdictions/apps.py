from django.apps import AppConfig


class JurisdictionsConfig(AppConfig):
    name = "tongban.jurisdictions"
    label = "jurisdictions"

    def ready(self) -> None:
        """Tell the frame whose node this is, and everybody which days are worked here."""
        from tongban.basics import calendar
        from tongban.ui import frame

        def days(place: str) -> calendar.Calendar:
            from tongban.jurisdictions import calendars

            return calendars.of(place)

        calendar.follow(days)

        def name() -> frame.NodeName:
            from tongban.jurisdictions import wording

            return wording.node_name()

        frame.name_this_node(name)
