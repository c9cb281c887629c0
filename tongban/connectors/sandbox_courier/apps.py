from django.apps import AppConfig
from django.conf import settings


class SandboxCourierConfig(AppConfig):
    name = "tongban.connectors.sandbox_courier"
    label = "sandbox_courier"

    def ready(self) -> None:
        """A node that serves real people never has this courier."""
        if settings.SANDBOX:
            from tongban.connectors.sandbox_courier.client import SandboxCourier
            from tongban.delivery import couriers

            couriers.register(SandboxCourier())
