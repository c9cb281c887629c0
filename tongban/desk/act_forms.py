"""What an officer says when she acts: a few questions for each act."""

from collections import Counter
from typing import Any, Self

from django import forms
from django.forms import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tongban.cases.operations.window import Fault
from tongban.catalogue.versions import Version
from tongban.desk.bench import Bench, Point, Thing
from tongban.desk.faults import FaultForm, FaultSet, materials_of, prefilled

LONGEST = 1000


def long_text(label: Any, hint: Any = "", *, rows: int = 4, required: Any = "") -> forms.CharField:
    """A question answered in sentences; with `required` it says so when it is not."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=LONGEST,
        required=bool(required),
        widget=forms.Textarea({"rows": rows}),
        error_messages={"required": required},
    )


class ActForm(forms.Form):
    """An act that needs no words. `say` hands the operation what was said."""

    use_required_attribute = False

    def __init__(
        self, data: QueryDict | None = None, *, bench: Bench, version: Version, **named: Any
    ) -> None:
        super().__init__(data, **named)
        self.bench, self.version = bench, version

    def say(self) -> dict[str, Any]:
        """The operation's own arguments."""
        return dict(self.cleaned_data)


class NoteForm(ActForm):
    """An act that may carry a word for whoever acts next."""

    note = long_text(_("附言"), _("写进办件记录，对方看得到"), rows=2)


class ApprovalForm(ActForm):
    """准予: what the document says besides the decision, if anything."""

    note = long_text(_("说明"), _("印在结果文书上，申请人看得到"), rows=2)


class HandOutForm(ActForm):
    """登记领取: who took the result."""

    taken_by = forms.CharField(
        label=_("领取人"),
        help_text=_("写姓名和身份，例如“李四，本人”"),
        max_length=60,
        error_messages={"required": _("写明结果由谁领取")},
    )
    checked = forms.BooleanField(
        label=_("已核对领取人的身份证件"),
        error_messages={"required": _("核对领取人的身份证件后勾选")},
    )

    def say(self) -> dict[str, Any]:
        return {"taken_by": self.cleaned_data["taken_by"]}


class ReturnForm(ActForm):
    """退回修改: a list of things to mend, prefilled from the check points, and a word beside it."""

    note = long_text(_("还要说的"), rows=2)

    def __init__(
        self, data: QueryDict | None = None, *, bench: Bench, version: Version, **named: Any
    ) -> None:
        super().__init__(data, bench=bench, version=version, **named)
        self.faults = self._fault_set(data, None if data else prefilled(bench) or [{}])

    def _fault_set(
        self, data: QueryDict | None, initial: list[dict[str, str]] | None
    ) -> "BaseFormSet[FaultForm]":
        materials = {"materials": materials_of(self.bench)}
        return FaultSet(data, prefix="fault", form_kwargs=materials, initial=initial)

    def unjudged(self, *, one_more: bool) -> Self:
        """The same words in a form that finds nothing wrong yet, with room for one more fault."""
        self.faults.is_valid()
        kept = [
            {name: form[name].value() or "" for name in ("spec", "problem", "mend")}
            for form in self.faults
            if not form["drop"].value()
        ]
        fresh = type(self)(
            bench=self.bench,
            version=self.version,
            initial={name: self[name].value() for name in self.fields},
        )
        fresh.faults = fresh._fault_set(None, [*kept, {}] if one_more else kept or [{}])
        return fresh

    def is_valid(self) -> bool:
        """Also all of its faults are whole, and there is at least one."""
        mine, theirs = super().is_valid(), self.faults.is_valid()
        nothing = not self.faults.management_form.is_valid() or (theirs and not self.found)
        if nothing:
            self.add_error(None, str(_("写明至少一处要改的地方和怎样改")))
            return False
        return mine and theirs

    @property
    def found(self) -> list[Fault]:
        """The things to mend, as the operation takes them."""
        return [form.fault for form in self.faults if form.fault is not None]

    @property
    def named(self) -> list[tuple[str, Fault]]:
        """The things to mend, each with the name of its material."""
        names = dict(materials_of(self.bench))
        return [(names[fault.spec], fault) for fault in self.found]

    @property
    def left_out(self) -> list[tuple[Thing, Point]]:
        """Check points noted as wrong of materials of which fewer things are to be mended."""
        told = Counter(fault.spec for fault in self.found)
        noted = Counter(thing.spec for thing, _point in self.bench.faults)
        return [
            (thing, point)
            for thing, point in self.bench.faults
            if told[thing.spec] < noted[thing.spec]
        ]

    def say(self) -> dict[str, Any]:
        return {"faults": self.found, "note": self.cleaned_data["note"]}


class CorrectionForm(ReturnForm):
    """补正告知: it can be said only once, so somebody has to have looked at everything."""

    complete = forms.BooleanField(
        label=_("我已看完全部材料，没有别的问题"),
        error_messages={"required": _("补正只能告知一次。看完全部材料后勾选")},
    )
