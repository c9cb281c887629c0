"""The lists renewed: their history for every manager, and at the hub one form for each kind."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics.refusals import FieldsRefused, NotAllowed, Refused, may
from tongban.catalogue import effects, queries
from tongban.catalogue.models import Batch
from tongban.catalogue.operations import renewing
from tongban.catalogue.permissions import check_may_manage
from tongban.oversight import renewals
from tongban.oversight.editing.renewing import (
    FORMS,
    TITLES,
    BatchForm,
    DocumentForm,
    ItemField,
    ManyItemsForm,
    UnderForm,
)
from tongban.oversight.guards import manager_page
from tongban.oversight.views.drafts import PAGES
from tongban.parties.permissions import OfficerRequest
from tongban.ui.tags.dates import day_words


@require_safe
@never_cache
@manager_page
def history(request: OfficerRequest) -> HttpResponse:
    """Everything that became of the lists, the newest first; with `item`, of one item."""
    said = request.GET.get("item", "").strip()
    code = renewals.read_code(said)
    lines = renewals.history(code) if code or not said else []
    context = {
        "lines": lines,
        "said": said,
        "code": code,
        "items": renewals.options(),
        "kinds": TITLES if may(check_may_manage, request.officer, "") else (),
        "is_hub": settings.IS_HUB,
    }
    return render(request, "oversight/renewals/history.html", context)


@require_http_methods(PAGES)
@never_cache
@manager_page
def renew(request: OfficerRequest, kind: str) -> HttpResponse:
    """One form: written, looked at with what would follow, and confirmed. The same address all along.

    A second press of the confirmation leads where the first did.
    """
    check_may_manage(request.officer, "")
    if kind not in FORMS:
        raise Http404
    if request.method != "POST":
        return _form(request, kind, FORMS[kind]())
    act = request.POST.get("do", "check")
    if act in {"edit", "more"}:
        return _form(request, kind, _begun(kind, request.POST, more=act == "more"))
    form = FORMS[kind](request.POST)
    if not form.is_valid():
        return _form(request, kind, form, status=422)
    step = (
        _renewal(request, form)
        if isinstance(form, UnderForm)
        else _batch(request, cast(BatchForm, form))
    )
    try:
        return step(act == "confirm")
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


def _renewal(request: OfficerRequest, form: UnderForm) -> Callable[[bool], HttpResponse]:
    renewal = form.renewal()

    def step(confirmed: bool) -> HttpResponse:
        if confirmed:
            try:
                renewing.renew(renewal, officer=request.officer, at=now())
            except NotAllowed:
                raise
            except Refused:
                if not renewing.done(renewal, officer=request.officer):
                    raise
            messages.success(request, _("已更新，签名的一步发给各节点"))
            return redirect("oversight:renewals")
        renewing.check_renewal(renewal, officer=request.officer, at=now())
        context = {
            "effects": effects.effects(renewal),
            "answers": effects.answers(renewal),
            "renewal": renewal,
        }
        return _check(request, str(form.kind), form, context)

    return step


def _batch(request: OfficerRequest, form: BatchForm) -> Callable[[bool], HttpResponse]:
    wanted = form.batch()

    def step(confirmed: bool) -> HttpResponse:
        if not confirmed:
            renewing.check_batch(wanted, officer=request.officer)
            return _check(request, "batch", form, {"batch": wanted})
        try:
            renewing.open_batch(
                list_code=wanted.list, number=wanted.number, name=wanted.name,
                declared_total=wanted.declared_total, document=wanted.document,
                due_on=wanted.due_on, officer=request.officer, at=now(),
            )  # fmt: skip
        except FieldsRefused:
            if not _is_open(form):
                raise
        messages.success(request, _("新批次已经开好，可以往里新增事项"))
        return redirect("oversight:renew", "add")

    return step


def _is_open(form: BatchForm) -> bool:
    """Whether the very same batch is there; what a second press finds."""
    said = form.cleaned_data
    return Batch.objects.filter(
        list_id=said["list"], number=said["number"], name=said["name"],
        declared_total=said["declared_total"], document=said["document"], due_on=said["due_on"],
    ).exists()  # fmt: skip


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


def _check(
    request: OfficerRequest, kind: str, form: DocumentForm, context: dict[str, Any]
) -> HttpResponse:
    shown = [(bound.label, _words(bound)) for bound in form]
    context |= {
        "kind": kind,
        "title": _title(kind),
        "said": [(label, words) for label, words in shown if words],
        "kept": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", "do"}
            for value in values
        ],
        "officer": request.officer,
    }
    return render(request, "oversight/renewals/check.html", context)


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
