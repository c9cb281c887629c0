"""What somebody typed when the sign-in had run out: kept sealed until they are back.

It lies in the session, which outlives signing in, and opens only at the address it was sent to.
"""

import base64
import json
from datetime import timedelta

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from tongban.basics import sealing

KEPT_FOR = timedelta(hours=2)
LARGEST = 200_000  # characters; forms are far below, a session row should stay small
_KEY = "portal_kept"
_NOT_TYPED = {"csrfmiddlewaretoken"}


def keep(request: HttpRequest) -> bool:
    """Keep what this request posted, files left out; False when there was nothing to keep."""
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in _NOT_TYPED}
    text = json.dumps({"path": request.path, "at": now().isoformat(), "typed": typed})
    if not any(any(values) for values in typed.values()) or len(text) > LARGEST:
        return False
    request.session[_KEY] = base64.b64encode(sealing.seal(text.encode(), context=_BOUND)).decode()
    return True


_BOUND = b"portal.kept"


def take(request: HttpRequest) -> QueryDict | None:
    """What was typed at this very address before signing in; gives it once, and not when old."""
    sealed = request.session.get(_KEY)
    if not sealed:
        return None
    try:
        found = json.loads(sealing.unseal(base64.b64decode(sealed), context=_BOUND))
    except (ValueError, sealing.SealBroken):
        del request.session[_KEY]
        return None
    if found["path"] != request.path:
        return None
    del request.session[_KEY]
    at = parse_datetime(found["at"])
    if at is None or now() - at > KEPT_FOR:
        return None
    typed = QueryDict(mutable=True)
    for name, values in found["typed"].items():
        typed.setlist(name, values)
    return typed
