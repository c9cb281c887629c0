"""To the sign-in page and back to where one was, with what one had typed.

When the session is gone and a form is sent, its answers are kept, sealed, in the new session for
the path they were sent to. After signing in, the page at that path takes them back with `take`.
Files cannot be kept; they are chosen again.
"""

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import now
from django_htmx.http import HttpResponseClientRedirect

from tongban.basics import sealing

KEPT_FOR = timedelta(minutes=30)
_LARGEST = 64 * 1024
_SESSION_KEY = "kept_form"
_NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "password", "next"})


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where to go after signing in: `next` of the request when it lies on this very site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if _is_ours(request, wanted) else default


def _is_ours(request: HttpRequest, url: str) -> bool:
    return url.startswith("/") and url_has_allowed_host_and_scheme(
        url, allowed_hosts=None, require_https=request.is_secure()
    )


def return_path(request: HttpRequest) -> str:
    """The page to come back to: this one, or for a sent form or fragment the one it stands on."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    parts = urlsplit(page)
    if parts.netloc and parts.netloc != request.get_host():
        return "/"
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if _is_ours(request, path) else "/"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to sign in and come back; what a form had sent is kept."""
    if request.method == "POST":
        _keep(request)
    page = resolve_url(settings.LOGIN_URL)
    target = f"{page}?{urlencode({'next': return_path(request)})}"
    if "HX-Request" in request.headers:
        # A redirect would be swapped into the fragment's place.
        return HttpResponseClientRedirect(target)
    return redirect(target)


def _keep(request: HttpRequest) -> None:
    answers = {name: values for name, values in request.POST.lists() if name not in _NEVER_KEPT}
    kept = json.dumps(
        {"path": urlsplit(return_path(request)).path, "at": now().isoformat(), "answers": answers}
    ).encode()
    if answers and len(kept) <= _LARGEST:
        sealed = sealing.seal(kept, context=_SESSION_KEY.encode())
        request.session[_SESSION_KEY] = base64.b64encode(sealed).decode()


def take(request: HttpRequest, at: datetime) -> QueryDict | None:
    """What had been typed on this page before the session was gone, once; else None.

    Show it in the form and say so; it has not been sent. Older than half an hour is thrown away.
    """
    if request.method != "GET" or _SESSION_KEY not in request.session:
        return None
    sealed = base64.b64decode(request.session[_SESSION_KEY])
    kept = json.loads(sealing.unseal(sealed, context=_SESSION_KEY.encode()))
    is_stale = at - datetime.fromisoformat(kept["at"]) > KEPT_FOR
    if is_stale or kept["path"] == request.path:
        del request.session[_SESSION_KEY]
    if is_stale or kept["path"] != request.path:
        return None
    answers = QueryDict(mutable=True)
    for name, values in kept["answers"].items():
        answers.setlist(name, values)
    return answers
