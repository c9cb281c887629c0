"""A view that reads uploaded files with the names they were really sent under."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from tongban.basics.uploads import keep_sent_names, sent_name

__all__ = ["sent_name", "with_sent_names"]

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def with_sent_names(view: View[P]) -> View[P]:
    """Let a view see the names that files were sent under, by `sent_name`.

    The body is read when the CSRF check looks for its token, so that check runs inside.
    """
    checked: View[P] = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def reading(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        keep_sent_names(request)
        return checked(request, *args, **kwargs)

    return reading
