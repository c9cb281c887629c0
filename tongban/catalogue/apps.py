from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "tongban.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """Register what this domain takes from other nodes."""
        from tongban.catalogue import handlers  # noqa: F401 - registers itself on import
