from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "tongban.sandbox"
    label = "sandbox"
