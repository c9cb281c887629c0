"""The doors of a node, and where each hangs."""

from django.urls import include, path

from tongban.config import health

handler500 = "tongban.ui.views.server_error"

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("", include("tongban.ui.urls")),
    path("accounts/", include("allauth.urls")),
]
