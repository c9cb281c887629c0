"""Addresses of the API."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from tongban.api import v1

urlpatterns = [
    path("v1/", v1.urls()),
    re_path(r"^.*$", csrf_exempt(v1.no_such_address)),
]
