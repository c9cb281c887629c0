from django.apps import AppConfig


class JurisdictionsConfig(AppConfig):
    name = "tongban.jurisdictions"
    label = "jurisdictions"
