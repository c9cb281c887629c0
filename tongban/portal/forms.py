"""Forms that are not the catalogue's: how to begin, what to declare, why to withdraw."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.cases.states import COMPOSITIONS, Mode
from tongban.catalogue.models import Mode as CatalogueMode
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.mandates.models import Mandate
from tongban.parties.models import Acting, Applicant
from tongban.portal.places import Pair


class StartForm(forms.Form):
    """Who applies, in which mode, at which window; a question with one answer is not asked."""

    applicant = forms.ChoiceField(
        label=_("谁来申请"),
        widget=forms.RadioSelect,
        error_messages={"required": _("选择谁来申请"), "invalid_choice": _("选择谁来申请")},
    )
    mode = forms.ChoiceField(
        label=_("怎样办"),
        widget=forms.RadioSelect,
        error_messages={"required": _("选择怎样办"), "invalid_choice": _("从列出的办法里选一种")},
    )
    window = forms.ChoiceField(
        label=_("到哪个专窗交材料"),
        help_text=_("在这个专窗核对身份、交材料，由它移交办理地"),
        required=False,
        error_messages={"invalid_choice": _("从列出的专窗里选一个")},
    )

    def __init__(
        self,
        data: Any,
        *,
        able: Sequence[Acting | Mandate],
        ways: Sequence[tuple[str, str]],
        pair: Pair,
        asked: Mapping[str, str],
    ) -> None:
        """`ways` are the modes that are open, each with what choosing it means."""
        super().__init__(data)
        self._able = {str(one.applicant.pk): one.applicant for one in able}
        names = [
            (str(one.applicant.pk), f"{one.applicant.name}（{one.get_capacity_display()}）")
            for one in able
        ]
        self._offer("applicant", names, asked)
        self._offer("mode", ways, asked)
        # An only way is not asked for, and its consequences are told all the same.
        self.only_way = ways[0][1] if len(ways) == 1 else ""
        self._offer_windows([mode for mode, _label in ways], pair, asked)

    def _offer(
        self, name: str, choices: Sequence[tuple[str, str]], asked: Mapping[str, str]
    ) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = list(choices)
        keys = [key for key, _label in choices]
        field.initial = asked.get(name) if asked.get(name) in keys else None
        if len(keys) == 1:
            field.widget = forms.HiddenInput()
            field.initial = keys[0]

    def _offer_windows(self, modes: Sequence[str], pair: Pair, asked: Mapping[str, str]) -> None:
        field = cast(forms.ChoiceField, self.fields["window"])
        by_window = [mode for mode in modes if COMPOSITIONS[Mode(mode)].window]
        if not by_window:
            field.widget = forms.HiddenInput()
            return
        # Who comes in person comes to where it is decided; who hands in does so where he is.
        place = pair.there if by_window == [Mode.ON_SITE] else pair.here
        windows = jurisdictions.receiving_windows(place)
        if not windows:
            windows = jurisdictions.receiving_windows(jurisdictions.deciding_place(place))
        offered = {one.authority.division_code: one.authority.name for one in windows}
        if by_window == [Mode.ON_SITE]:
            field.label = _("到哪个窗口现场办")
            field.help_text = _("当天在这个窗口核对身份；带上材料的原件")
        if len(modes) > 1:
            names = "”“".join(str(CatalogueMode(mode).label) for mode in by_window)
            field.help_text = _("选“%(names)s”的才要选：在这个专窗核对身份、交材料") % {
                "names": names
            }
        first = str(_("请选择专窗"))
        field.choices = [("", first), *offered.items()]
        only = next(iter(offered)) if len(offered) == 1 else ""
        field.initial = asked.get("window", "") or only

    def clean(self) -> dict[str, Any]:
        """A window takes part only where a window receives, and then it must be named."""
        cleaned = super().clean() or self.cleaned_data
        mode = cleaned.get("mode")
        if not mode or not COMPOSITIONS[Mode(mode)].window:
            cleaned["window"] = ""
        elif not cleaned.get("window") and "window" not in self.errors:
            is_visit = Mode(mode) is Mode.ON_SITE
            said = _("选择到哪个窗口现场办") if is_visit else _("选择到哪个专窗交材料")
            self.add_error("window", str(said))
        return cleaned

    @property
    def who(self) -> Applicant:
        """The applicant chosen; of a valid form only."""
        return self._able[self.cleaned_data["applicant"]]


class CheckForm(forms.Form):
    """What an applicant declares before handing in; nothing is ticked beforehand."""

    is_true = forms.BooleanField(
        label=_("我填写的内容和交的材料都是真的。如有不实，由我承担法律责任。"),
        error_messages={"required": _("读一读承诺，同意就勾选，才能提交")},
    )
    may_use = forms.BooleanField(
        label=_("我同意收件、办理和联办的机关为办理本次申请使用上面的信息。"),
        error_messages={"required": _("同意把信息交给办理的机关，才能提交")},
    )


class WithdrawForm(forms.Form):
    """Why somebody takes their application back; the office reads it."""

    reason = forms.CharField(
        label=_("为什么撤回"),
        help_text=_("写一两句，办理的机关会看到。例如“配偶改在当地办”"),
        widget=forms.Textarea,
        min_length=2,
        max_length=300,
        error_messages={
            "required": _("写明为什么撤回"),
            "min_length": _("写明为什么撤回，至少两个字"),
            "max_length": _("最多300个字，请写短一些"),
        },
    )
