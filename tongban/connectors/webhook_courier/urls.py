from django.urls import path

from tongban.connectors.webhook_courier import views

urlpatterns = [path("webhook/news", views.news, name="courier-news")]
