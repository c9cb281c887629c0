from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tongban.cases"
    label = "cases"

    def ready(self) -> None:
        """Register what this domain takes from other nodes, and how it counts running cases."""
        from tongban.cases import (
            handlers,  # noqa: F401 - registers itself on import
            parcels,
        )
        from tongban.cases.documents import models as _documents  # noqa: F401 - their register
        from tongban.cases.hooks import telling as _hooks  # noqa: F401 - listens to events
        from tongban.cases.inquiries import chain as _chain  # noqa: F401 - taken from other nodes
        from tongban.cases.joint import progress  # noqa: F401 - steps of other places, with their rows
        from tongban.cases.notices import (  # noqa: F401 - listen to events, alarms, news
            desk_telling,
            mandated,
            reminding,
            telling,
        )
        from tongban.cases.operations import changing  # noqa: F401 - counts running cases

        parcels.register()
