from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "tongban.delivery"
    label = "delivery"

    def ready(self) -> None:
        """Register the chains kept with other nodes, and what comes about them by message."""
        from tongban.delivery import handlers  # noqa: F401 - registers itself on import
