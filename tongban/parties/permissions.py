"""Who may open which door; each check is also the guard of a view."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast, overload
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed
from tongban.parties import queries, signing_in
from tongban.parties.models import Acting, Applicant, Officer, Role

P = ParamSpec("P")
_ACTING_KEY = "acting_for"


class OfficerRequest(HttpRequest):
    """A request by somebody who holds an office."""

    officer: Officer


class ApplicantRequest(HttpRequest):
    """A request by somebody who acts for an applicant: himself, or an organisation."""

    applicant: Applicant
    acting: Acting
    applicants: list[Applicant]


OfficerView = Callable[Concatenate[OfficerRequest, P], HttpResponseBase]
ApplicantView = Callable[Concatenate[ApplicantRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class RoleMissing(NotAllowed):
    """An officer without the role that this needs."""

    code = "role-missing"

    def __init__(self, role: Role) -> None:
        super().__init__(
            _("这一页需要“%(role)s”的岗位，您的账号没有") % {"role": role.label}, role=role.value
        )


def check_has_role(officer: Officer, role: Role) -> None:
    """An officer does what his roles cover. Refused: RoleMissing."""
    if role not in officer.roles:
        raise RoleMissing(role)


def check_acts_for(account: queries.Somebody, applicant: Applicant) -> Acting:
    """An account acts for those it is entered for. Refused: NotAllowed."""
    for row in queries.acting_of(account):
        if row.applicant_id == applicant.pk:
            return row
    raise NotAllowed(_("您的账号不能代表这个申请人"))


def visiting_officer(request: HttpRequest) -> Officer | None:
    """The officer whose request this is, looked up once a request; None for everybody else."""
    if not hasattr(request, "visiting_officer"):
        request.visiting_officer = queries.officer_of(request.user)  # type: ignore[attr-defined]
    return cast(Officer | None, request.visiting_officer)  # type: ignore[attr-defined]


@overload
def officer_required(view: OfficerView[P]) -> View[P]: ...


@overload
def officer_required(*, role: Role | str) -> Callable[[OfficerView[P]], View[P]]: ...


def officer_required(
    view: OfficerView[P] | None = None, *, role: Role | str | None = None
) -> View[P] | Callable[[OfficerView[P]], View[P]]:
    """Only officers, and with `role` only those who have it, come to this view.

    Anybody else signs in first and comes back; whoever is signed in and no officer gets a 403 page
    that says what to do. The view finds the officer in `request.officer`.
    """
    needed = Role(role) if role else None

    def guard(guarded: OfficerView[P]) -> View[P]:
        @wraps(guarded)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return signing_in.to_sign_in(request)
            officer = visiting_officer(request)
            if officer is None:
                return render(request, "parties/officers_only.html", status=403)
            if needed and needed not in officer.roles:
                context = {"role": needed, "officer": officer, "roles": roles_of(officer)}
                return render(request, "parties/role_missing.html", context, status=403)
            known = cast(OfficerRequest, request)
            known.officer = officer
            return guarded(known, *args, **kwargs)

        return checked

    return guard(view) if view else guard


def roles_of(officer: Officer) -> list[str]:
    """An officer's roles in words."""
    return [str(Role(role).label) for role in officer.roles]


def applicant_required(view: ApplicantView[P]) -> View[P]:
    """Only who acts for an applicant comes to this view.

    `request.applicant` is the one chosen (see `act_for`), at first the person himself;
    `request.applicants` are all, `request.acting` says in which capacity.
    """

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return signing_in.to_sign_in(request)
        rows = queries.acting_of(request.user)
        if not rows:
            return render(request, "parties/applicants_only.html", status=403)
        chosen = request.session.get(_ACTING_KEY)
        known = cast(ApplicantRequest, request)
        known.acting = next((r for r in rows if str(r.applicant_id) == chosen), rows[0])
        known.applicant = known.acting.applicant
        known.applicants = [row.applicant for row in rows]
        return view(known, *args, **kwargs)

    return checked


def act_for(request: HttpRequest, applicant_id: UUID) -> Acting:
    """Choose for whom the account acts from now on in this session. Refused: NotAllowed."""
    acting = check_acts_for(request.user, queries.applicant(applicant_id))
    request.session[_ACTING_KEY] = str(applicant_id)
    return acting
