"""What is wrong with the materials of a case, as a form: prefilled from the check points."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongban.cases.operations.window import Fault
from tongban.desk.bench import Bench

LONGEST = 500


class FaultForm(forms.Form):
    """One thing to mend. An empty one counts for nothing; a half-filled one is asked for."""

    spec = forms.ChoiceField(label=_("材料"), required=False)
    problem = forms.CharField(
        label=_("哪里有问题"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    mend = forms.CharField(
        label=_("怎样改"), max_length=LONGEST, required=False, widget=forms.Textarea({"rows": 2})
    )
    drop = forms.BooleanField(label=_("去掉这一条"), required=False)

    def __init__(self, *args: Any, materials: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        spec = cast(forms.ChoiceField, self.fields["spec"])
        spec.choices = [("", _("请选择")), *materials]

    def clean(self) -> dict[str, Any]:
        """A fault says which material, what is wrong and how to mend it, or it says nothing."""
        said = super().clean() or {}
        if said.get("drop") or not any(said.get(name) for name in ("problem", "mend")):
            return said
        wanted = {
            "spec": _("选择是哪份材料"),
            "problem": _("写明哪里有问题"),
            "mend": _("写明怎样改，申请人才知道怎么办"),
        }
        for name, sentence in wanted.items():
            if not said.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return said

    @property
    def fault(self) -> Fault | None:
        """The thing to mend; None when it was left empty or taken out."""
        said = self.cleaned_data
        if said.get("drop") or not said.get("problem"):
            return None
        return Fault(spec=said["spec"], problem=said["problem"].strip(), mend=said["mend"].strip())


FaultSet = forms.formset_factory(FaultForm, extra=0, max_num=60, absolute_max=60)


def prefilled(bench: Bench) -> list[dict[str, str]]:
    """One entry for each thing not handed in and each check point with something wrong.

    What was noted at a check point goes before its standing words.
    """
    missing = [
        {
            "spec": thing.spec,
            "problem": gettext("没有交%(name)s") % {"name": thing.name},
            "mend": gettext("补交%(name)s") % {"name": thing.name},
        }
        for thing in bench.not_handed_in
    ]
    return missing + [
        {
            "spec": thing.spec,
            "problem": point.noted.note if point.noted and point.noted.note else point.problem,
            "mend": point.mend,
        }
        for thing, point in bench.faults
    ]


def materials_of(bench: Bench) -> list[tuple[str, str]]:
    """What a fault can be about."""
    return [(thing.spec, thing.name) for thing in bench.things]
