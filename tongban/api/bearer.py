"""Who asks: the token in the request, and what it must allow."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed, Refused
from tongban.cases.bounds import Bounds
from tongban.parties import queries as parties
from tongban.parties.queries import Grant

SCHEME = "client"
Before = Callable[[HttpRequest], None]


class TokenMissing(Refused):
    """A request without a token."""

    code = "token-missing"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("请在Authorization里带上令牌：Bearer，一个空格，再接令牌"))


class ScopeMissing(NotAllowed):
    """A good token that was not given for this."""

    code = "scope-missing"

    def __init__(self, scope: str) -> None:
        super().__init__(
            _("这个令牌没有“%(scope)s”权限。请向本平台申请后重新领取令牌") % {"scope": scope},
            scope=scope,
        )


class AnotherPlace(NotAllowed):
    """A good token of a system that does not act for this place."""

    code = "another-place"

    def __init__(self, field: str, place: str) -> None:
        super().__init__(
            _("您的系统不代表%(place)s，不能从那里提交") % {"place": place},
            field=field,
            place=place,
        )


class OfficerMissing(NotAllowed):
    """An officer's act by a system that names none, or one who may not act through it any more."""

    code = "officer-missing"

    def __init__(self) -> None:
        super().__init__(
            _("这一步要有工作人员：领取令牌时用officer写明工号，这位工作人员要登记在您的系统名下")
        )


class Bearer:
    """Reads the token of a request; refused without one, and without the scope.

    With `officer` also where nobody stands behind the request who may act; and before its body is
    read, since whoever may not act is told nothing about her words.
    """

    def __init__(self, scope: str, before: Before | None = None, *, officer: bool = False) -> None:
        self.scope, self.before, self.officer = scope, before, officer

    def __call__(self, request: HttpRequest) -> Grant:
        """What the token allows (no table is read but for an officer)."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing
        grant = parties.read_token(token.strip(), now())
        if not grant.allows(self.scope):
            raise ScopeMissing(self.scope)
        if self.officer and parties.acting_officer(grant) is None:
            raise OfficerMissing
        if self.before:
            self.before(request)
        return grant


def needs(
    scope: str, *, before: Before | None = None, officer: bool = False, **described: Any
) -> dict[str, Any]:
    """What an endpoint that needs a scope, and perhaps an officer, says of itself to the router.

    `before` refuses a request of a good token before its body is read; what else is described of
    the endpoint goes into the OpenAPI document.
    """
    extra = {"security": [{SCHEME: [scope]}], **described}
    return {"auth": Bearer(scope, before, officer=officer), "openapi_extra": extra}


def bounds(request: HttpRequest) -> Bounds:
    """Which cases the token of a request lets its system see."""
    grant = grant_of(request)
    return Bounds(grant.prefixes, grant.authority)


def grant_of(request: HttpRequest) -> Grant:
    """What the token of a request allows, as `Bearer` read it."""
    grant: Grant = request.auth  # type: ignore[attr-defined] # django-ninja puts it there
    return grant


def owner_of(request: HttpRequest) -> str:
    """The name under which a system's papers, submissions and calls are kept."""
    return f"client:{grant_of(request).client_id}"
