from django.apps import AppConfig


class CountersConfig(AppConfig):
    name = "tongban.counters"
    label = "counters"

    def ready(self) -> None:
        """Register what this domain hears of: cases taken in at a window, wishes from other nodes."""
        from tongban.counters import arrivals, handlers  # noqa: F401 - they register themselves
