"""The doors of a node, and where each hangs."""

from django.urls import include, path

from tongban.config import health, metrics

handler500 = "tongban.ui.views.server_error"

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("health/condition", metrics.condition, name="health-condition"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("tongban.ui.urls")),
    path("api/", include("tongban.api.urls")),
    path("desk/", include("tongban.desk.urls")),
    path("oversight/", include("tongban.oversight.urls")),
    path("accounts/", include("tongban.parties.urls")),
    path("sandbox/", include("tongban.sandbox.urls")),
    path("couriers/", include("tongban.connectors.webhook_courier.urls")),
    path("", include("tongban.portal.urls")),
]
