from django.apps import AppConfig
from django.conf import settings


class SandboxConfig(AppConfig):
    name = "tongban.sandbox"
    label = "sandbox"

    def ready(self) -> None:
        """In a sandbox, people sign in at its own page."""
        from django.utils.translation import gettext_lazy as _

        from tongban.ui import frame

        if settings.SANDBOX:
            frame.sign_in_at("sandbox-people")
            frame.add_link("banner", frame.Link(_("换一个人登录"), "sandbox-people"))
