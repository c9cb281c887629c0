"""A form whose security token was of an earlier sign-in: nothing typed is lost, it is asked again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.csrf import csrf_failure as plain_failure

NOT_TYPED = {"csrfmiddlewaretoken"}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show a page of a form again with what was typed, to be sent once more; else the plain page.

    Signing in changes the token, so a tab that was open before would lose its page. Only pages of
    forms are shown again: sending them only saves a draft of whoever presses the button.
    """
    match = request.resolver_match
    if match is None or match.view_name != "portal:step":
        return plain_failure(request, reason)
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_TYPED
        for value in values
    ]
    shown = [value for name, value in typed if not name.startswith("_") and value]
    context = {"typed": typed, "shown": shown}
    return render(request, "portal/again.html", context, status=403)
