"""Mandates: given, offered, held; what each covers, in words that both sides read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics import identifiers
from tongban.basics.refusals import FieldsRefused
from tongban.cases import standing
from tongban.catalogue import queries as catalogue
from tongban.parties import queries as parties
from tongban.parties.mandates import operations, queries
from tongban.parties.mandates.models import Mandate
from tongban.parties.models import Account, Acting, Applicant
from tongban.portal import kept
from tongban.portal.door import signed_in

# What a form proposes: long enough for one matter, short enough to be forgotten without harm.
USUAL = timedelta(days=90)
_DASHES = str.maketrans("年月./", "----")


@dataclass(frozen=True)
class Shown:
    """A mandate as a list shows it."""

    mandate: Mandate
    items: list[str]
    is_over: bool


def shown(mandate: Mandate) -> Shown:
    """A mandate with its items by name."""
    items = [catalogue.item(code).name for code in mandate.items]
    return Shown(mandate, items, queries.is_over(mandate, now()))


@signed_in
@require_safe
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """What one gave, what waits to be accepted, by what one acts for others."""
    given = [shown(one) for one in queries.given_by(account)]
    context = {
        "offered": [shown(one) for one in queries.offered_to(account)],
        "held": [shown(one) for one in queries.held_by(account)],
        "given": [one for one in given if not one.is_over],
        "past": [one for one in given if one.is_over]
        + [shown(one) for one in queries.was_held_by(account)],
        "can_give": bool(parties.acting_of(account)),
    }
    return render(request, "portal/mandates.html", context)


@signed_in
@require_safe
def one(request: HttpRequest, account: Account, mandate_id: UUID) -> HttpResponse:
    """One mandate: whose, for what, until when, the words that were agreed to, what happened."""
    mandate = queries.mandate_of(account, mandate_id)
    own = {applicant.pk for applicant in parties.applicants_of(account)}
    context = {
        "shown": shown(mandate),
        "is_mine": mandate.principal_id in own,
        "can_accept": mandate in queries.offered_to(account),
        "entries": mandate.entries.order_by("at", "id"),
        "principal_masked": identifiers.mask_name(mandate.principal.name),
    }
    return render(request, "portal/mandate.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, account: Account, mandate_id: UUID) -> HttpResponse:
    """Accept what was offered. Twice does no harm."""
    if request.method == "POST":
        operations.accept(account=account, mandate_id=mandate_id, at=now())
        messages.success(request, _("已经接受。现在起可以替他办授权的事"))
    return redirect("portal:mandate", mandate_id=mandate_id)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, account: Account, mandate_id: UUID) -> HttpResponse:
    """End a mandate, or decline an offer: from now on; what was filed stays filed."""
    mandate = queries.mandate_of(account, mandate_id)
    if request.method == "POST":
        operations.end(account=account, mandate_id=mandate_id, at=now())
        messages.success(request, _("授权已经结束"))
        return redirect("portal:mandates")
    if queries.is_over(mandate, now()):
        return redirect("portal:mandate", mandate_id=mandate_id)
    own = {applicant.pk for applicant in parties.applicants_of(account)}
    context = {"shown": shown(mandate), "is_mine": mandate.principal_id in own}
    return render(request, "portal/mandate_end.html", context)


@dataclass(frozen=True)
class Asked:
    """What was filled in to give a mandate, right or wrong."""

    principal: Acting | None
    name: str
    number: str
    scope: str  # all, some
    items: list[str]
    until: str

    @property
    def until_on(self) -> date | None:
        """The last day; None when it is none."""
        try:
            # People also write 2026年12月31日 and 2026.12.31.
            plain = self.until.strip().rstrip("日").translate(_DASHES)
            return parse_date(plain)
        except ValueError:
            return None

    @property
    def whole(self) -> tuple[Applicant, date]:
        """Whose mandate it is and until when, once both are known to be there."""
        if self.principal is None or self.until_on is None:
            raise ValueError("asked only of what has no faults")
        return self.principal.applicant, self.until_on

    @property
    def chosen(self) -> list[str]:
        """The items it is for; none for all."""
        return self.items if self.scope == "some" else []


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, account: Account) -> HttpResponse:
    """Give a mandate: fill in, read in full what one agrees to, agree. Nothing is ticked beforehand."""
    able = parties.acting_of(account)
    if not able:
        return redirect("portal:mandates")
    back = kept.take(request) if request.method != "POST" else None
    posted = request.POST if request.method == "POST" else back
    asked = _asked(posted, able) if posted is not None else _fresh(able)
    errors = _errors(asked) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        sentence = words(asked)
        is_agreed = request.POST.get("agreed") == sentence
        if is_agreed and request.POST.get("consent"):
            return _give(request, account, asked, sentence)
        status = 422 if "agreed" in request.POST else 200
        context = {
            "asked": asked,
            "sentence": sentence,
            "is_asked": status == 422,
            "consent_errors": [("id_consent", _("读完同意就勾选，才能授权"))],
        }
        return render(request, "portal/mandate_confirm.html", context, status=status)
    return _form(request, able, asked, errors)


def _give(request: HttpRequest, account: Account, asked: Asked, sentence: str) -> HttpResponse:
    principal, until_on = asked.whole
    try:
        mandate = operations.give(
            account=account,
            principal=principal,
            agent_name=asked.name,
            agent_number=asked.number,
            items=asked.chosen,
            until_on=until_on,
            words=sentence,
            at=now(),
        )
    except FieldsRefused as refused:
        return _form(request, parties.acting_of(account), asked, refused.errors)
    return redirect("portal:mandate", mandate_id=mandate.pk)


def _form(
    request: HttpRequest, able: list[Acting], asked: Asked, errors: Mapping[str, list[str]]
) -> HttpResponse:
    today = standing.today()
    first = {"items": "id_items_0", "principal": "id_principal_0", "scope": "id_scope_0"}
    context = {
        "able": [(one.applicant_id, one.applicant.name) for one in able],
        "asked": asked,
        "chosen": str(asked.principal.applicant_id) if asked.principal else "",
        "scopes": [("some", _("只办选中的")), ("all", _("这里能办的全部事项"))],
        "items": [(one.code, one.name) for one in catalogue.open_items(today)],
        # A template takes `errors.items` for the method of the dictionary.
        "errors": {**errors, "chosen": errors.get("items", [])},
        "error_pairs": [
            (first.get(name, f"id_{name}"), said) for name, all_ in errors.items() for said in all_
        ],
        "usual": today + USUAL,
        "latest": today + timedelta(days=operations.LONGEST_DAYS),
    }
    return render(request, "portal/mandate_give.html", context, status=422 if errors else 200)


def _fresh(able: list[Acting]) -> Asked:
    until = (standing.today() + USUAL).isoformat()
    return Asked(able[0] if len(able) == 1 else None, "", "", "some", [], until)


def _asked(posted: QueryDict, able: list[Acting]) -> Asked:
    wanted = posted.get("principal", "")
    return Asked(
        principal=next((one for one in able if str(one.applicant_id) == wanted), None)
        or (able[0] if len(able) == 1 else None),
        name=posted.get("agent_name", "").strip(),
        number=posted.get("agent_number", "").strip(),
        scope=posted.get("scope", ""),
        items=posted.getlist("items"),
        until=posted.get("until_on", ""),
    )


def _errors(asked: Asked) -> dict[str, list[str]]:
    """What has to be mended before the words can be read."""
    errors: dict[str, list[str]] = {}
    known = {one.code for one in catalogue.open_items(standing.today())}
    if asked.principal is None:
        errors["principal"] = [_("选择替谁授权")]
    if asked.scope not in {"all", "some"}:
        errors["scope"] = [_("选择可以办哪些事")]
    elif asked.scope == "some" and not (asked.items and set(asked.items) <= known):
        errors["items"] = [_("至少选一件事")]
    usual = standing.today() + USUAL
    if asked.principal is not None:
        errors |= operations.faults(
            principal=asked.principal.applicant,
            agent_name=asked.name,
            agent_number=asked.number,
            until_on=asked.until_on or usual,
            at=now(),
        )
    if asked.until_on is None:
        said = _("写明到哪一天为止，例如%(usual)s") % {"usual": usual.isoformat()}
        errors["until_on"] = [said]
    return errors


def words(asked: Asked) -> str:
    """What the principal agrees to, in full; kept with the mandate as it was read."""
    principal, until_on = asked.whole
    names = [catalogue.item(code).name for code in asked.chosen]
    return _(
        "%(principal)s同意由%(agent)s（证件号%(number)s）代办下面的事，到%(until)s为止：%(items)s。"
        "代办人接受以后才开始。他能看到和填写办这些事用到的资料，能看到他替我提交的办件的进度、材料和结果，"
        "看不到别的办件。我和他随时都可以结束授权；结束以前他已经提交的，仍然有效。"
    ) % {
        "principal": principal.name,
        "agent": asked.name,
        "number": identifiers.mask_id(identifiers.check_person_id(asked.number)),
        "until": date_format(until_on, "Y年n月j日"),
        "items": "、".join(f"“{name}”" for name in names) if names else _("这里能办的全部事项"),
    }
