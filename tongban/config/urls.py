"""The doors of a node, and where each hangs."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
