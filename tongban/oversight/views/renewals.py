"""The lists renewed: their history for every manager; at the hub prepared by one, confirmed by two."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics.refusals import FieldsRefused, NotAllowed, Refused, may
from tongban.catalogue import effects, queries
from tongban.catalogue.models import PreparedRenewal
from tongban.catalogue.operations import preparing, renewing
from tongban.catalogue.operations.renewing import Renewal
from tongban.catalogue.permissions import (
    check_may_confirm,
    check_may_manage,
    check_may_withdraw,
)
from tongban.oversight import renewals
from tongban.oversight.editing.renewing import (
    FORMS,
    TITLES,
    BatchForm,
    DocumentForm,
    ItemField,
    ManyItemsForm,
    UnderForm,
    written,
)
from tongban.oversight.guards import manager_page
from tongban.oversight.views.drafts import PAGES
from tongban.oversight.views.review import SendBackForm
from tongban.parties.permissions import OfficerRequest
from tongban.ui.tags.dates import day_words

DIGITS = 10  # more than any row has had, fewer than the database can say


@require_safe
@never_cache
@manager_page
def history(request: OfficerRequest) -> HttpResponse:
    """What waits for a second person, and everything that became of the lists, the newest first.

    With `item` the history of one item.
    """
    said = request.GET.get("item", "").strip()
    code = renewals.read_code(said)
    may_renew = may(check_may_manage, request.officer, "")
    context = {
        "lines": renewals.history(code) if code or not said else [],
        "said": said,
        "code": code,
        "items": renewals.options(),
        "kinds": TITLES if may_renew else (),
        "waiting": renewals.waiting(request.officer) if may_renew else (),
        "sent_back": renewals.sent_back_to(request.officer) if may_renew else (),
        "is_hub": settings.IS_HUB,
    }
    return render(request, "oversight/renewals/history.html", context)


@require_http_methods(PAGES)
@never_cache
@manager_page
def renew(request: OfficerRequest, kind: str) -> HttpResponse:
    """One form: written, looked at with what would follow, and laid before a second person.

    The same address all along; `from` begins it with what was sent back. A second press leads where
    the first did.
    """
    check_may_manage(request.officer, "")
    if kind not in FORMS:
        raise Http404
    if request.method != "POST":
        return _form(request, kind, _begun_again(kind, request.GET.get("from", "")))
    act = request.POST.get("do", "check")
    if act in {"edit", "more"}:
        return _form(request, kind, _begun(kind, request.POST, more=act == "more"))
    form = FORMS[kind](request.POST)
    if not form.is_valid():
        return _form(request, kind, form, status=422)
    try:
        return _prepare(request, form) if act == "confirm" else _check(request, kind, form)
    except FieldsRefused as refused:
        form.take(refused)
        return _form(request, kind, form, status=422)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, kind, form, status=refusal.status, refusal=refusal)


def _begun(kind: str, said: QueryDict, *, more: bool) -> DocumentForm:
    """The form with everything that was written, perhaps a row more; nothing is judged yet."""
    form = FORMS[kind]
    if issubclass(form, ManyItemsForm):
        return form(begun=said, more=int(more))
    return form(begun=said)


def _begun_again(kind: str, prepared_id: str) -> DocumentForm:
    """An empty form, or one with what was prepared before and not confirmed."""
    if not (prepared_id.isascii() and prepared_id.isdecimal() and len(prepared_id) < DIGITS):
        return FORMS[kind]()
    found = PreparedRenewal.objects.filter(pk=int(prepared_id), kind=kind).first()
    return _begun(kind, written(preparing.wanted_of(found)), more=False) if found else FORMS[kind]()


def _wanted(form: DocumentForm) -> preparing.Wanted:
    return form.renewal() if isinstance(form, UnderForm) else cast(BatchForm, form).batch()


def _prepare(request: OfficerRequest, form: DocumentForm) -> HttpResponse:
    found = preparing.prepare(_wanted(form), officer=request.officer, at=now())
    messages.success(request, _("已提交，等另一位事项管理人员核对后确认。清单还没有变"))
    return redirect("oversight:renewal", found.pk)


def _check(request: OfficerRequest, kind: str, form: DocumentForm) -> HttpResponse:
    """What would follow; nothing is written."""
    wanted = _wanted(form)
    if isinstance(wanted, Renewal):
        renewing.check_renewal(wanted, officer=request.officer, at=now())
    else:
        renewing.check_batch(wanted, officer=request.officer)
    context = _looked_at(kind, form, wanted) | {
        "officer": request.officer,
        "kept": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", "do"}
            for value in values
        ],
    }
    return render(request, "oversight/renewals/check.html", context)


@require_http_methods(PAGES)
@never_cache
@manager_page
def renewal(request: OfficerRequest, prepared_id: int) -> HttpResponse:
    """One prepared renewal: what it says and what would follow, for whoever confirms it.

    The buttons confirm, send back with a reason, or withdraw; a second press does no harm.
    """
    check_may_manage(request.officer, "")
    found = get_object_or_404(PreparedRenewal, pk=prepared_id)
    form = SendBackForm(request.POST if request.POST.get("do") == "send-back" else None)
    if request.method != "POST" or (form.is_bound and not form.is_valid()):
        return _renewal(request, found, form, status=422 if form.is_bound else 200)
    try:
        said = _decide(request, found, form)
    except NotAllowed:
        raise
    except FieldsRefused as refused:
        sentences = [one for many in refused.errors.values() for one in many]
        return _renewal(request, found, form, status=422, faults=sentences)
    except Refused as refusal:
        return _renewal(request, found, form, status=refusal.status, faults=[refusal.message])
    messages.success(request, said)
    return redirect("oversight:renewals")


def _decide(request: OfficerRequest, found: PreparedRenewal, form: forms.Form) -> str:
    who: dict[str, Any] = {"prepared_id": found.pk, "officer": request.officer, "at": now()}
    match request.POST.get("do"):
        case "confirm":
            preparing.confirm(**who)
            return _("已更新，签名的一步发给各节点")
        case "send-back":
            preparing.send_back(why=form.cleaned_data["why"], **who)
            return _("已退回给编写的人")
        case "withdraw":
            preparing.withdraw(**who)
            return _("已撤回，清单没有变")
    raise Http404


def _renewal(
    request: OfficerRequest, found: PreparedRenewal, form: forms.Form, *, status: int,
    faults: Sequence[str] = (),
) -> HttpResponse:  # fmt: skip
    found.refresh_from_db()
    wanted = preparing.wanted_of(found)
    shown = FORMS[found.kind](written(wanted))
    shown.is_valid()
    is_waiting = found.state == PreparedRenewal.State.WAITING
    context = _looked_at(found.kind, shown, wanted, with_effects=is_waiting) | {
        "prepared": renewals.prepared(found, request.officer),
        "form": form,
        "faults": faults,
        "is_waiting": is_waiting,
        "may_confirm": is_waiting and may(check_may_confirm, request.officer, found),
        "may_withdraw": is_waiting and may(check_may_withdraw, request.officer, found),
    }
    return render(request, "oversight/renewals/renewal.html", context, status=status)


def _looked_at(
    kind: str, form: DocumentForm, wanted: preparing.Wanted, *, with_effects: bool = True
) -> dict[str, Any]:
    """What was said, and what would follow from it."""
    shown = [(bound.label, _words(bound)) for bound in form]
    context: dict[str, Any] = {
        "kind": kind,
        "title": _title(kind),
        "said": [(label, words) for label, words in shown if words],
    }
    if with_effects and isinstance(wanted, Renewal):
        context |= {
            "renewal": wanted,
            "effects": effects.effects(wanted),
            "answers": effects.answers(wanted),
        }
    return context


def _form(
    request: OfficerRequest, kind: str, form: DocumentForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "kind": kind,
        "title": _title(kind),
        "items": renewals.options(),
        "officer": request.officer,
    }
    return render(request, "oversight/renewals/form.html", context | more, status=status)


def _title(kind: str) -> Any:
    return next(title for key, title, _hint in TITLES if key == kind)


def _words(bound: BoundField) -> str:
    """What was said in a field, as a person reads it: choices by their labels, items by name."""
    value = bound.form.cleaned_data.get(bound.name)
    if not value:
        return ""
    choices = dict(getattr(bound.field, "choices", ()))
    if isinstance(value, list):
        return "、".join(str(choices[one]) for one in value)
    if choices:
        return str(choices[value])
    if isinstance(bound.field, ItemField):
        return f"{value} {queries.item(value).name}"
    return day_words(value, year=True) if isinstance(value, date) else str(value)
