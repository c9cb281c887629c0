from django.apps import AppConfig
from django.conf import settings


class WebhookCourierConfig(AppConfig):
    name = "tongban.connectors.webhook_courier"
    label = "webhook_courier"

    def ready(self) -> None:
        """Only where one is set up."""
        if settings.COURIER_WEBHOOK_URL:
            from tongban.connectors.webhook_courier.client import WebhookCourier
            from tongban.delivery import couriers

            name, url = settings.COURIER_WEBHOOK_NAME, settings.COURIER_WEBHOOK_URL
            couriers.register(WebhookCourier(name, url, settings.COURIER_WEBHOOK_SECRET))
