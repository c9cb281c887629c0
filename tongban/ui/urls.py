"""Pages of the frame itself."""

from django.urls import path

from tongban.ui import views

app_name = "ui"
urlpatterns = [
    path("components/", views.components, name="components"),
    path("large-type/", views.large_type, name="large-type"),
]
