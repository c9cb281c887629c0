"""The one thing that every template gets from us."""

from django.http import HttpRequest

from tongban.ui.frame import Frame


def frame(request: HttpRequest) -> dict[str, Frame]:
    """`frame`, which the base templates read; see tongban.ui.frame."""
    return {"frame": Frame(request)}
