"""What an officer says when a case leaves its straight way: a few questions for each act."""

from collections.abc import Sequence
from typing import Any, Self, cast

from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tongban.cases import judging, states
from tongban.cases.operations import countersigning, passing_on
from tongban.cases.operations.deciding import ATTEMPT_OUTCOMES
from tongban.catalogue.versions import Sentence, Version
from tongban.desk.act_forms import ActForm, long_text
from tongban.jurisdictions.models import Authority


def _days(label: Any, most: int) -> forms.IntegerField:
    sentence = _("写1到%(most)s个工作日") % {"most": most}
    return forms.IntegerField(
        label=label,
        help_text=_("工作日"),
        min_value=1,
        max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
    )


class SpecialForm(ActForm):
    """开始特别程序: which, how long, why."""

    kind = forms.ChoiceField(
        label=_("哪一种"),
        choices=list(states.SPECIAL_KINDS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("选择是哪一种特别程序")},
    )
    days = _days(_("要多久"), judging.MOST_SPECIAL_DAYS)
    reason = long_text(
        _("为什么要走这个程序"), _("申请人看得到"), required=_("写明为什么要走这个程序")
    )


class OutcomeForm(ActForm):
    """结束特别程序: what it came to."""

    outcome = long_text(_("特别程序的结果"), required=_("写明特别程序的结果"))


class SuspensionForm(ActForm):
    """中止: why the case rests."""

    ground = long_text(_("中止的理由"), _("申请人看得到"), required=_("写明中止的理由"))


class ResumptionForm(ActForm):
    """恢复: a word, if there is one."""

    note = long_text(_("说明"), _("中止的原因怎样消除的；申请人看得到"), rows=2)


class ExtensionForm(ActForm):
    """延长期限: by so many days as the leader signed for, and why."""

    days = _days(_("延长多久"), judging.MOST_JOINT_EXTENSION)
    reason = long_text(_("延长的理由"), _("申请人看得到"), required=_("写明延长的理由"))


class MoreTimeForm(ActForm):
    """另给补正期限: so many days as the leader signed for, and why."""

    days = _days(_("另给多久"), countersigning.MOST_MORE_TIME)
    reason = long_text(_("为什么另给期限"), _("申请人看得到"), required=_("写明为什么另给期限"))


class GroundedForm(ActForm):
    """An act against the applicant: its ground may be picked from the conditions of the item."""

    picked = forms.MultipleChoiceField(
        label=_("不符合哪些条件"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("从这件事项的办理条件里选，选了的写进理由"),
    )
    ground = long_text(_("事实和理由"))
    missing: Any = _("选择不符合的条件，或者写明事实和理由")
    said_of_picked: Any = _("不符合条件：%(text)s")

    def __init__(self, data: QueryDict | None = None, *, version: Version, **named: Any) -> None:
        super().__init__(data, version=version, **named)
        texts = list(dict.fromkeys(one.text for one in self.offered(version)))
        cast(forms.MultipleChoiceField, self.fields["picked"]).choices = [
            (text, text) for text in texts
        ]
        ground = self.fields["ground"]
        if texts:
            ground.help_text = _("上面选了的，可以不再写")
        else:
            del self.fields["picked"]
            ground.required = True
            ground.error_messages["required"] = self.missing
        self.order_fields(["picked", "ground"])

    @staticmethod
    def offered(version: Version) -> Sequence[Sentence]:
        """What may be picked as a ground."""
        return version.conditions

    def clean(self) -> dict[str, Any]:
        """Picked conditions and typed words together are the ground; one of them there must be."""
        said = super().clean() or {}
        if not said.get("picked") and not said.get("ground") and "ground" not in self.errors:
            self.add_error("ground", self.missing)
        return said

    @property
    def whole_ground(self) -> str:
        """The ground as the notice says it."""
        picked = self.cleaned_data.get("picked") or []
        lines = [str(self.said_of_picked) % {"text": text} for text in picked]
        return "\n".join([*lines, self.cleaned_data.get("ground", "")]).strip()

    def say(self) -> dict[str, Any]:
        rest = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"picked", "ground"}
        }
        return {"ground": self.whole_ground, **rest}


def _with_phone(organ: Authority) -> str:
    return f"{organ.name}，{organ.phone}" if organ.phone else organ.name


class RefusalForm(GroundedForm):
    """不予受理: the ground, and where to go instead."""

    find = forms.CharField(
        label=_("该归哪个机关管"),
        help_text=_(
            "写地名或者机关名，例如“福州”，按“查机关”。查到了选上，申请人同意就能把材料转过去"
        ),
        max_length=40,
        required=False,
    )
    right_place = forms.ChoiceField(label=_("查到的机关"), required=False, widget=forms.RadioSelect)
    right_organ = forms.CharField(
        label=_("应当向哪个机关申请"),
        help_text=_(
            "上面选了的可以不写。没有查到的，写机关全名和联系电话，例如“厦门市公安局，0592-5550111”"
        ),
        max_length=200,
        required=False,
    )
    nowhere: Any = _("选择查到的机关，或者写明申请人该向哪个机关申请")
    missing = _("写明不予受理的理由")
    said_of_picked = _("属于这件事项不办的情形：%(text)s")

    def __init__(self, data: QueryDict | None = None, **named: Any) -> None:
        super().__init__(data, **named)
        if "picked" in self.fields:
            self.fields["picked"].label = _("属于哪些不办的情形")
            self.fields["picked"].help_text = _("从这件事项不办的情形里选，选了的写进理由")
        self.fields["ground"].label = _("不予受理的理由")
        self.organs = self._found(data)
        choices = [(one.division_code, _with_phone(one)) for one in self.organs]
        if choices:
            none = ("", _("都不是"))
            cast(forms.ChoiceField, self.fields["right_place"]).choices = [*choices, none]
        else:
            del self.fields["right_place"]

    def _found(self, data: QueryDict | None) -> list[Authority]:
        """The organs that the words looked for mean."""
        text = str(self.initial.get("find") or "") if data is None else data.get("find", "")
        return passing_on.find_organs(self.version, text, on=localdate())

    def unjudged(self) -> Self:
        """The same words in a form that finds nothing wrong yet, with the organs that were found."""
        words = {name: self[name].value() for name in self.fields}
        return type(self)(bench=self.bench, version=self.version, initial=words)

    @staticmethod
    def offered(version: Version) -> Sequence[Sentence]:
        """The cases that the item is not for."""
        return version.not_for

    @property
    def chosen(self) -> Authority | None:
        """The organ that was found and chosen."""
        place = self.cleaned_data.get("right_place")
        return next((one for one in self.organs if one.division_code == place), None)

    def clean(self) -> dict[str, Any]:
        """The right organ is one that was found, or is written down."""
        said = super().clean()
        if self.chosen and not said.get("right_organ"):
            said["right_organ"] = _with_phone(self.chosen)
        if not said.get("right_organ") and "right_organ" not in self.errors:
            self.add_error("right_organ", self.nowhere)
        return said

    def say(self) -> dict[str, Any]:
        said = super().say()
        del said["find"]
        return {"right_place": "", **said}


class GroundedEndForm(GroundedForm):
    """终止 and 不予批准: ground and basis."""

    basis = long_text(
        _("依据"), _("写明文件名称、文号和条款"), rows=2, required=_("写明依据的文件和条款")
    )


class ProposalForm(GroundedForm):
    """提出决定意见: for or against, and against only with ground and basis."""

    decision = forms.ChoiceField(
        label=_("您的意见"),
        choices=[(states.APPROVE.name, _("准予")), (states.DENY.name, _("不予批准"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("选择准予或者不予批准")},
    )
    basis = long_text(_("依据"), _("不予批准的，写明文件名称、文号和条款"), rows=2)
    note = long_text(_("给复核人的话"), rows=2)

    def __init__(self, data: QueryDict | None = None, **named: Any) -> None:
        super().__init__(data, **named)
        self.order_fields(["decision", "picked", "ground", "basis", "note"])
        self.fields["ground"].required = False
        self.fields["ground"].help_text = _("不予批准的要写；上面选了的，可以不再写")

    def clean(self) -> dict[str, Any]:
        """A denial wants its ground and its basis; an approval wants neither."""
        if self.cleaned_data.get("decision") != states.DENY.name:
            return self.cleaned_data
        said = super().clean()
        if not said.get("basis"):
            self.add_error("basis", _("写明依据的文件和条款"))
        return said


class SendBackForm(ActForm):
    """退回决定意见: why the second officer does not agree."""

    reason = long_text(_("为什么不同意"), required=_("写明为什么不同意"))


class WordsForm(ActForm):
    """更正决定书: what is written wrong, and what stands in its place."""

    wrong = long_text(_("哪里写错了"), rows=2, required=_("写明决定书里哪里写错了"))
    right = long_text(_("应当怎样写"), rows=2, required=_("写明应当怎样写"))


class ReasonForm(ActForm):
    """重新制作, 重新打开: why."""

    reason = long_text(_("为什么"), required=_("写明理由"))


class KeptForm(ActForm):
    """收到时有损坏: how the officer knows that its applicant keeps it."""

    note = long_text(
        _("申请人怎么说的"),
        _("例如“11月20日电话里说边角折了不影响用，不用重新制作”"),
        rows=2,
        required=_("写明申请人什么时候、怎样说不用重新制作"),
    )


class FateForm(ActForm):
    """退回办理地: what became of the result at the window."""

    fate = forms.ChoiceField(
        label=_("结果怎么了"),
        choices=[*list(states.FATES.items())[:3], ("returned", _("文书完好，没有人来领"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("选择结果怎么了")},
    )
    reason = long_text(
        _("怎么知道的"),
        _("办理地和申请人看得到，例如“11月20日核对包裹时没有这份”"),
        rows=2,
        required=_("写明是怎么知道的，例如“11月20日核对包裹时没有”"),
    )


class AttemptForm(ActForm):
    """登记一次送达: how the try ended."""

    outcome = forms.ChoiceField(
        label=_("这次送达的结果"),
        choices=list(ATTEMPT_OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("选择这次送达的结果")},
    )
    note = long_text(_("说明"), _("时间、地点、见到谁"), rows=2)
