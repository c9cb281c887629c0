"""帮办代办: an officer fills in for somebody who stands at the window and has agreed to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.basics.refusals import FieldsRefused
from tongban.cases import standing
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.parties.mandates import operations
from tongban.parties.mandates.models import Consent
from tongban.parties.models import Role
from tongban.parties.permissions import check_has_role

WAYS = (Consent.SPOKEN, Consent.SIGNED, Consent.PRINTED)


@dataclass(frozen=True)
class Typed:
    """What the officer filled in, right or wrong."""

    item: str = ""
    name: str = ""
    number: str = ""
    phone: str = ""
    consent: str = ""
    is_read_out: bool = False


def words(officer_name: str, office: str) -> str:
    """What is read out before somebody agrees; kept with the record as it was read."""
    return _(
        "%(office)s的工作人员%(officer)s今天帮您在网上填写这一件申请，看到的资料只用来办这件事。"
        "填好以后会给您看一遍或者读一遍，您同意了才提交。今天结束以后，帮办就结束了。您不同意，随时可以说。"
    ) % {"office": office, "officer": officer_name}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def helping(request: OfficerRequest) -> HttpResponse:
    """Record who agreed to what and how; then on to the item's own pages, filled in for them."""
    check_has_role(request.officer, Role.RECEIVER)
    office = request.officer.authority.name if request.officer.authority else ""
    sentence = words(request.officer.name, office)
    typed = _typed(request.POST) if request.method == "POST" else Typed(item=_asked(request.GET))
    errors: dict[str, list[str]] = _errors(typed) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        try:
            operations.help_at_window(
                officer=request.officer,
                name=typed.name,
                number=typed.number,
                phone=typed.phone,
                item=typed.item,
                words=sentence,
                consent=Consent(typed.consent),
                at=now(),
            )
        except FieldsRefused as refused:
            errors = dict(refused.errors)
        else:
            here = request.officer.place
            return redirect(f"{reverse('portal:item', args=[typed.item])}?from={here}")
    first = {"consent": "id_consent_0"}
    context = {
        "typed": typed,
        "sentence": sentence,
        "items": [("", _("选一件事")), *((one.code, one.name) for one in _items())],
        "ways": [(one.value, one.label) for one in WAYS],
        "errors": errors,
        "error_pairs": [
            (first.get(name, f"id_{name}"), said) for name, all_ in errors.items() for said in all_
        ],
    }
    return render(request, "desk/helping.html", context, status=422 if errors else 200)


def _items() -> list[Item]:
    return [one for one in catalogue.open_items(standing.today()) if "person" in one.subjects]


def _asked(given: Mapping[str, str]) -> str:
    return given.get("item", "")


def _typed(posted: Mapping[str, str]) -> Typed:
    return Typed(
        item=posted.get("item", ""),
        name=posted.get("name", "").strip(),
        number=posted.get("number", "").strip(),
        phone=posted.get("phone", "").strip(),
        consent=posted.get("consent", ""),
        is_read_out="is_read_out" in posted,
    )


def _errors(typed: Typed) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if typed.item not in {one.code for one in _items()}:
        errors["item"] = [_("选择帮办哪一件事")]
    if not typed.is_read_out:
        errors["is_read_out"] = [_("先把上面的话读给本人听，再勾选")]
    if typed.consent not in {one.value for one in WAYS}:
        errors["consent"] = [_("选择本人怎样同意")]
    return errors
