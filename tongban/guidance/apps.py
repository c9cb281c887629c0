from django.apps import AppConfig


class GuidanceConfig(AppConfig):
    name = "tongban.guidance"
    label = "guidance"

    def ready(self) -> None:
        """Look at the names of items again whenever the lists are renewed."""
        from tongban.catalogue.operations import renewing
        from tongban.guidance import operations

        renewing.after_renewal(operations.index_items)
