"""The addresses of oversight."""

from django.urls import path

from tongban.oversight import views

app_name = "oversight"

urlpatterns = [
    path("", views.home, name="home"),
    path("nodes/", views.nodes, name="nodes"),
    path("exchange/", views.exchange, name="exchange"),
    path("exchange/retry", views.retry_all, name="retry-all"),
    path("exchange/<int:received_id>/retry", views.retry, name="retry"),
    path("exchange/<int:received_id>/drop/", views.drop, name="drop"),
]
