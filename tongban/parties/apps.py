from django.apps import AppConfig
from django.http import HttpRequest


class PartiesConfig(AppConfig):
    name = "tongban.parties"
    label = "parties"

    def ready(self) -> None:
        """Tell the frame whose name it shows."""
        from tongban.parties.mandates import models  # noqa: F401 - rows beside those of people
        from tongban.ui import frame

        frame.name_the_person(_name)


def _name(request: HttpRequest) -> str:
    from tongban.parties import queries
    from tongban.parties.permissions import visiting_officer

    # A guarded view has already looked them up.
    if known := getattr(request, "applicant", None) or getattr(request, "officer", None):
        return str(known.name)
    if officer := visiting_officer(request):
        return officer.name
    if applicants := queries.applicants_of(request.user):
        return applicants[0].name
    return str(request.user)
