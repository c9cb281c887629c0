from django.apps import AppConfig


class JurisdictionsConfig(AppConfig):
    name = "tongban.jurisdictions"
    label = "jurisdictions"

    def ready(self) -> None:
        """Tell the frame whose node this is."""
        from tongban.ui import frame

        def name() -> frame.NodeName:
            from tongban.jurisdictions import wording

            return wording.node_name()

        frame.name_this_node(name)
