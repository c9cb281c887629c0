from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "tongban.record"
    label = "record"
