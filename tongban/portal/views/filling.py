"""One page of an application's form: shown, saved right or wrong, and guarded against two tabs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases import rules, standing
from tongban.cases.models import Draft
from tongban.cases.operations import drafts
from tongban.catalogue.versions import Step
from tongban.parties.models import Account
from tongban.portal import asking, kept, mending
from tongban.portal.door import signed_in
from tongban.portal.views.applying import submitted


@dataclass(frozen=True)
class Look:
    """How a page is to be shown: with what typed instead of what is saved, with which mistakes."""

    errors: Mapping[str, list[str]] | None = None
    status: int = 200
    typed: Mapping[str, str] = field(default_factory=dict)
    other: list[asking.Question] = field(default_factory=list)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, account: Account, draft_id: UUID, key: str) -> HttpResponse:
    """One page of the form. Whatever is sent is kept, right or wrong; then on, or once more.

    What another tab has saved meanwhile is not overwritten unseen: both are shown, and the next
    press decides.
    """
    draft = drafts.draft_of(account, draft_id)
    posted = request.POST if request.method == "POST" else kept.take(request)
    if posted is None:
        return submitted(draft) or _shown(request, draft, key, Look())
    page = asking.step_of(rules.version_of(draft), key)
    typed = asking.typed(rules.version_of(draft), page, posted, on=standing.today())
    if request.method == "POST" and "_look" in posted:
        # Not saved: the press that follows may overtake it, and would find its page changed.
        return _shown(request, draft, key, Look(errors={}, typed=typed))
    if asking.is_changed_elsewhere(draft, page, posted, typed):
        other = asking.questions(draft, page, drafts.answers_of(draft), {}, on=standing.today())
        return _shown(request, draft, key, Look({}, 409, typed, other))
    drafts.save_step(draft_id=draft_id, account=account, step=key, answers=typed, at=now())
    if request.method != "POST":
        messages.success(request, _("登录以前填的内容已经保存"))
    draft.refresh_from_db()
    return _saved(request, draft, page, posted)


def _saved(
    request: HttpRequest,
    draft: Draft,
    page: Step,
    posted: Mapping[str, str],
) -> HttpResponse:
    """Where a saved page leads."""
    if "_later" in posted:
        return redirect("portal:tasks", draft_id=draft.pk)
    answers = drafts.answers_of(draft)
    if more := asking.unseen(page, answers, posted.get("_seen", "")):
        here = reverse("portal:step", args=[draft.pk, page.key])
        return redirect(f"{here}?more={more[0].key}#id_{more[0].key}")
    if errors := asking.errors_of(draft, page, answers):
        return _shown(request, draft, page.key, Look(errors, 422))
    return redirect(_next(request, draft, page.key))


def _shown(request: HttpRequest, draft: Draft, key: str, look: Look) -> HttpResponse:
    """The page; one that was left with mistakes says them when it is opened again."""
    version = rules.version_of(draft)
    page, saved = asking.step_of(version, key), drafts.answers_of(draft)
    answers = {**saved, **look.typed}
    is_begun = asking.is_begun(page, answers)
    errors = look.errors
    if errors is None:
        errors = asking.errors_of(draft, page, answers) if is_begun else {}
        if "more" in request.GET:
            errors = {name: said for name, said in errors.items() if answers.get(name)}
    if not is_begun or look.typed or "more" in request.GET:
        # Shown, not saved: it becomes the applicant's answer when the page is sent. What was on the
        # page and came back empty was meant so.
        answers = {**asking.prefilled(draft, page), **answers}
    questions = asking.questions(draft, page, answers, errors, on=standing.today())
    steps = [one.key for one in version.steps]
    context = {
        "draft": draft,
        "version": version,
        "page": page,
        "questions": questions,
        "other": [one for one in look.other if answers.get(one.field.key, "") != one.value],
        "errors": [(one.id, said) for one in questions for said in one.errors],
        "seen": " ".join(one.field.key for one in questions),
        "was": asking.mark(page, saved),
        "can_grow": any(field.when for field in page.fields),
        "more": request.GET.get("more", ""),
        "number": steps.index(key) + 1,
        "count": asking.count_of_steps(draft),
        "back": request.GET.get("back", ""),
        "faults": mending.about_fields(draft, [field.key for field in page.fields]),
    }
    return render(request, "portal/step.html", context, status=look.status)


def _next(request: HttpRequest, draft: Draft, key: str) -> str:
    """The page after this one; back to checking when somebody came from there to change a thing."""
    if request.GET.get("back") == "check":
        return reverse("portal:check", args=[draft.pk])
    steps = [one.key for one in rules.version_of(draft).steps]
    at = steps.index(key) + 1
    if at < len(steps):
        return reverse("portal:step", args=[draft.pk, steps[at]])
    return reverse("portal:materials", args=[draft.pk])
