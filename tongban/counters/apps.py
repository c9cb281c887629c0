from django.apps import AppConfig


class CountersConfig(AppConfig):
    name = "tongban.counters"
    label = "counters"

    def ready(self) -> None:
        """Listen for cases taken in at a window: whoever had an appointment for it has come."""
        from tongban.counters import arrivals  # noqa: F401 - registers itself on import
