"""Large type, the components page, and what is said when the node itself fails."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from tongban.ui import examples
from tongban.ui.frame import LARGE_TYPE_COOKIE

A_YEAR = 365 * 24 * 3600
RETRY_AFTER_SECONDS = "30"


@require_POST
def large_type(request: HttpRequest) -> HttpResponse:
    """Switch 大字版 on or off and return to the page; off-site addresses lead home."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    if request.POST.get("large") == "1":
        response.set_cookie(LARGE_TYPE_COOKIE, "1", max_age=A_YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(LARGE_TYPE_COOKIE, samesite="Lax")
    return response


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, by the very tags that pages use."""
    return render(request, "ui/components.html", examples.context())


def server_error(_request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database is out of reach, 500 otherwise.

    Django calls this while the exception is being handled, whether a view or a middleware raised
    it. Neither page touches the database.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = loader.render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})
    return HttpResponse(loader.render_to_string("500.html"), status=500)
