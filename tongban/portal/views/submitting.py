"""Looking everything over, handing in, and what is said afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.basics import identifiers
from tongban.basics.refusals import FieldsRefused
from tongban.cases import queries as cases
from tongban.cases import renewal, rules, standing, timeline
from tongban.cases.models import Draft
from tongban.cases.operations import drafted_delivery, drafts
from tongban.catalogue import forms
from tongban.catalogue import queries as catalogue
from tongban.catalogue.versions import Limits, Step, Version
from tongban.delivery.choices import WAYS
from tongban.parties import queries as parties
from tongban.parties.models import Account
from tongban.portal import asking, materials, mending, tracking
from tongban.portal.door import signed_in
from tongban.portal.forms import CheckForm
from tongban.portal.views.applying import submitted


@dataclass(frozen=True)
class Fault:
    """Something still to be mended, and the page and place to mend it."""

    sentence: str
    url: str


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """Everything on one page, to whom it goes, the declarations; and handing in.

    Pressing twice, a second tab and the back button lead to the same case.
    """
    draft = drafts.draft_of(account, draft_id)
    if elsewhere := submitted(draft):
        return elsewhere
    changed = renewal.renewal_of(draft, on=standing.today())
    if changed and changed.sentences:
        return _rules_changed(request, account, draft, changed)
    form = CheckForm(request.POST if request.method == "POST" else None)
    errors = drafts.check_draft(draft, on=standing.today())
    if request.method == "POST" and form.is_valid() and not errors:
        try:
            drafts.submit_draft(draft_id=draft_id, account=account, at=now())
            return redirect("portal:done", draft_id=draft_id)
        except renewal.RulesChanged as refused:
            return _rules_changed(request, account, draft, refused.renewal)
        except FieldsRefused as refused:
            # Something changed between looking and writing, in another tab.
            errors = refused.errors
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/check.html", _context(draft, form, errors), status=status)


def _rules_changed(
    request: HttpRequest, account: Account, draft: Draft, changed: renewal.Renewal
) -> HttpResponse:
    """What is asked otherwise since the application was begun, and going on with all that is there."""
    if request.method == "POST" and "renew" in request.POST:
        drafts.renew_draft(draft_id=draft.pk, account=account, at=now())
        messages.success(request, _("已改按新规定。填过的和上传的都还在，看看还缺什么"))
        return redirect("portal:tasks", draft_id=draft.pk)
    context = {"draft": draft, "changed": changed}
    return render(request, "portal/rules_changed.html", context)


def _limits(draft: Draft, version: Version) -> Limits:
    """Who has how long between these two places; a group of places may promise less."""
    here = draft.receiving_place or draft.applicant_place
    found = catalogue.availability(
        draft.item, here=here, there=draft.deciding_place, on=standing.today()
    )
    return rules.promised(version, found)


def _context(draft: Draft, form: CheckForm, errors: Mapping[str, list[str]]) -> dict[str, object]:
    version = rules.version_of(draft)
    answers = drafts.answers_of(draft)
    intake = drafts.intake_of(draft)
    shown = [
        (
            step,
            [
                (question.field.label, question.in_words)
                for question in _asked(draft, step, answers)
            ],
        )
        for step in forms.steps(version)
    ]
    limits = _limits(draft, version)
    route = rules.route(intake, version, limits)
    return {
        "draft": draft,
        "version": version,
        "applicant": draft.applicant,
        "agent": intake.applicant,
        "shown": shown,
        "sheet": materials.sheet(draft),
        "form": form,
        "faults": _faults(draft, errors),
        "receiver": tracking.office(route.authorities["receiver"]),
        "decider": tracking.office(route.authorities["decider"]),
        "limits": limits,
        "is_online": not draft.receiving_place,
        "unmended": mending.unmended(draft),
        "count": asking.count_of_steps(draft),
        "wish": _wish(draft),
    }


@dataclass(frozen=True)
class Wish:
    """How the result is wanted, in words; empty where nothing was chosen."""

    way: str
    where: str


def _wish(draft: Draft) -> Wish | None:
    """What the check page says of it; nothing of a case that is being mended."""
    if draft.case_id:
        return None
    found = drafted_delivery.wanted(draft)
    if found is None:
        return Wish("", "")
    where = dict(drafted_delivery.windows(draft)).get(found.place, "")
    if found.address:
        one = found.address
        where = f"{one.name}，{identifiers.mask_phone(one.phone)}，{one.address}"
    return Wish(str(WAYS[found.way]), where)


def _asked(draft: Draft, step: Step, answers: Mapping[str, object]) -> list[asking.Question]:
    return asking.questions(draft, step, answers, {}, on=standing.today())


def _faults(draft: Draft, errors: Mapping[str, list[str]]) -> list[Fault]:
    """Where each thing that is wrong can be mended, in the order of the pages."""
    version = rules.version_of(draft)
    answers = drafts.answers_of(draft)
    found = []
    left = dict(errors)
    for step in version.steps:
        page = reverse("portal:step", args=[draft.pk, step.key])
        for one in asking.questions(draft, step, answers, errors, on=standing.today()):
            left.pop(one.field.key, None)
            url = f"{page}?back=check#{one.id}"
            found += [Fault(f"{one.field.label}：{said}", url) for said in one.errors]
    papers = reverse("portal:materials", args=[draft.pk])
    missing = {one.spec: [upload(one)] for one in materials.sheet(draft).missing}
    for name, said in (left | missing).items():
        url = f"{papers}#id_paper-{name}" if version.material(name) else _elsewhere(draft, name)
        found += [Fault(sentence, url) for sentence in said]
    return found


def _elsewhere(draft: Draft, name: str) -> str:
    """The page outside the forms on which a fault is mended, and that leads back."""
    if name == drafted_delivery.FIELD:
        return reverse("portal:draft-delivery", args=[draft.pk]) + "?back=check"
    is_own = draft.applicant in parties.applicants_of(draft.account)
    if name != "applicant.phone" or not is_own:
        return ""
    page = reverse("portal:phone", args=[draft.applicant_id])
    return f"{page}?next={reverse('portal:check', args=[draft.pk])}"


def upload(thing: materials.Thing) -> str:
    """What to do about a thing that is missing."""
    return _("上传%(name)s") % {"name": thing.asked.name}


@signed_in
@require_safe
def done(request: HttpRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """That it was handed in: the number, how far it came, what comes next and by whom."""
    draft = drafts.draft_of(account, draft_id)
    if not draft.submitted_as:
        return redirect("portal:check", draft_id=draft_id)
    case = cases.case_of(account, draft.submitted_as)
    steps = timeline.steps(case, with_personal=False)
    context = {
        "case": case,
        "name": rules.version_of(draft).name,
        "held": tracking.holding(case),
        "version": rules.version_of(draft),
        "truths": next((step.truths for step in reversed(steps) if step.truths), None),
        "late": tracking.late(case, at=now()),
        "is_answer": bool(draft.case_id),
        "has_chosen": bool(draft.delivery),
        "phone": draft.applicant.masked_phone,
    }
    return render(request, "portal/done.html", context)
