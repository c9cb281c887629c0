from django.apps import AppConfig
from django.conf import settings


class TimeAuthorityConfig(AppConfig):
    name = "tongban.connectors.time_authority"
    label = "time_authority"

    def ready(self) -> None:
        """The authority that is set up; the sandbox's own only in a sandbox without another one."""
        from tongban.record import stamping

        if settings.TSA_URL and settings.TSA_CA_FILE:
            from tongban.connectors.time_authority.client import HttpAuthority

            stamping.use(HttpAuthority(settings.TSA_URL, settings.TSA_CA_FILE))
        elif settings.SANDBOX:
            from tongban.connectors.time_authority.sandbox import SandboxAuthority

            stamping.use(SandboxAuthority(settings.DATA_DIR / "sandbox-tsa"))
