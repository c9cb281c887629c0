"""Where the sandbox's sign-in page hangs."""

from django.urls import path

from tongban.sandbox import views

urlpatterns = [
    path("", views.people, name="sandbox-people"),
    path("outbox/", views.outbox, name="sandbox-outbox"),
    path("sign-in/", views.sign_in, name="sandbox-sign-in"),
]
