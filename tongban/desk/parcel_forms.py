"""What an officer says about a parcel: what goes in, how it leaves, what came out."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.delivery import couriers, states
from tongban.delivery.couriers import BY_HAND, Address
from tongban.delivery.operations.packing import Packed
from tongban.delivery.picture import Content
from tongban.delivery.standing import PURPOSES
from tongban.delivery.states import OUTCOMES

_Choices = list[tuple[str, str | Promise]]
APPLICANT = "applicant"
PAPERS = (("original", gettext_lazy("原件")), ("copy", gettext_lazy("复印件")))


class SheetForm(forms.Form):
    """One paper that may go into the parcel."""

    use_required_attribute = False
    take = forms.BooleanField(required=False)
    what = forms.CharField(max_length=60, required=False)
    kind = forms.ChoiceField(choices=PAPERS, initial="original")
    count = forms.IntegerField(min_value=1, max_value=9999, initial=1)
    case = forms.CharField(widget=forms.HiddenInput)
    spec = forms.CharField(widget=forms.HiddenInput, required=False)
    origin = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        place = int(self.prefix.rpartition("-")[2]) + 1 if self.prefix else 1
        of = {"place": place}
        labels = {
            "take": _("装第%(place)d份") % of,
            "what": _("第%(place)d份是什么") % of,
            "kind": _("第%(place)d份是原件还是复印件") % of,
            "count": _("第%(place)d份多少张") % of,
        }
        for name, label in labels.items():
            self.fields[name].label = label

    def clean(self) -> dict[str, Any]:
        """A paper that goes in has a name."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("take") and not said.get("what", "").strip():
            self.add_error("what", _("写这份材料的名称"))
        return said

    @property
    def packed(self) -> Packed | None:
        """The paper, if it goes in."""
        said = self.cleaned_data
        if not said.get("take"):
            return None
        return Packed(
            case=said["case"],
            what=said["what"],
            is_original=said["kind"] == "original",
            count=said["count"],
            spec=said["spec"],
            origin=said["origin"],
        )


SheetSet = forms.formset_factory(SheetForm, extra=0, max_num=60)


def courier_choices() -> _Choices:
    """The couriers of this node, and carrying it oneself."""
    named: _Choices = [(one.key, one.name) for one in couriers.known()]
    return [*named, (BY_HAND, _("自行交寄，运单号交寄时登记"))]


class PackForm(forms.Form):
    """To whom, why and how a parcel goes."""

    use_required_attribute = False
    to = forms.ChoiceField(label=gettext_lazy("寄给谁"), widget=forms.RadioSelect)
    purpose = forms.ChoiceField(label=gettext_lazy("寄什么"), choices=list(PURPOSES.items()))
    name = forms.CharField(label=gettext_lazy("收件人"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("收件人电话"), max_length=20, required=False)
    address = forms.CharField(
        label=gettext_lazy("收件地址"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("寄给申请人才填。写到门牌号，只有寄件、收件和快递看得到"),
    )
    courier = forms.ChoiceField(label=gettext_lazy("怎样寄"), widget=forms.RadioSelect)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ends: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["to"].choices = list(ends)  # type: ignore[attr-defined]
        self.fields["courier"].choices = courier_choices()  # type: ignore[attr-defined]
        self.fields["key"].initial = uuid4()
        for name, words in (("to", _("选寄给谁")), ("courier", _("选怎样寄"))):
            self.fields[name].error_messages |= {"required": words, "invalid_choice": words}

    @property
    def goes_home(self) -> bool:
        """Whether it goes to the applicant."""
        return bool(self.cleaned_data["to"] == APPLICANT)

    @property
    def typed_address(self) -> Address | None:
        """Where it goes, if home."""
        said = self.cleaned_data
        if not self.goes_home:
            return None
        return Address(said["name"].strip(), said["phone"].strip(), said["address"].strip())


class HandOverForm(forms.Form):
    """交寄: in whose hands, under which number."""

    use_required_attribute = False
    courier = forms.ChoiceField(label=gettext_lazy("交给谁"), widget=forms.RadioSelect)
    waybill = forms.CharField(
        label=gettext_lazy("运单号"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("自行交寄才填；本单位派人送的，可以不填"),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["courier"].choices = courier_choices()  # type: ignore[attr-defined]


class ReceiveForm(forms.Form):
    """签收: every paper with what was seen of it."""

    use_required_attribute = False
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("少了或者坏了的，写明是哪份、怎么坏的，寄件的一方看得到"),
    )

    def __init__(self, *args: Any, contents: Sequence[Content], **named: Any) -> None:
        super().__init__(*args, **named)
        self.contents = contents
        for one in contents:
            self.fields[f"seen_{one.key}"] = forms.ChoiceField(
                label=_("%(what)s，%(count)d张") % {"what": one.what, "count": one.count},
                choices=list(OUTCOMES.items()),
                widget=forms.RadioSelect,
                error_messages={"required": _("选这份收到没有")},
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        """The papers, in the order of the parcel."""
        return [self[f"seen_{one.key}"] for one in self.contents]

    @property
    def seen(self) -> dict[str, str]:
        """What was seen of each paper, by its key."""
        return {one.key: self.cleaned_data[f"seen_{one.key}"] for one in self.contents}


REPORTS = tuple(
    (move.name, move.label)
    for move in (
        states.TRAVEL, states.ARRIVE, states.DAMAGE, states.LOSE, states.FIND, states.TURN_BACK,
    )
)  # fmt: skip


class ReportForm(forms.Form):
    """What became known of a parcel on its way, and how."""

    use_required_attribute = False
    move = forms.ChoiceField(label=gettext_lazy("发生了什么"))
    reason = forms.CharField(
        label=gettext_lazy("怎么知道的"),
        max_length=300,
        help_text=gettext_lazy("例如“快递客服11月20日电话告知”"),
        error_messages={"required": gettext_lazy("写明是怎么知道的")},
    )

    def __init__(self, *args: Any, possible: set[str], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["move"].choices = [  # type: ignore[attr-defined]
            choice for choice in REPORTS if choice[0] in possible
        ]


class ReceiptForm(forms.Form):
    """快递回执: whose name stands on it, and how the office knows."""

    use_required_attribute = False
    signed_by = forms.CharField(
        label=gettext_lazy("回执上的签收人"),
        max_length=40,
        error_messages={"required": gettext_lazy("写快递回执上的签收人")},
    )
    proof = forms.CharField(
        label=gettext_lazy("怎么知道的"),
        max_length=200,
        help_text=gettext_lazy("例如“快递公司网站查询，11月20日10:12签收”"),
        error_messages={
            "required": gettext_lazy("写明怎么知道的，例如“快递公司网站查询，11月20日10:12签收”")
        },
    )


class CancelForm(forms.Form):
    """不寄了: why."""

    use_required_attribute = False
    reason = forms.CharField(
        label=gettext_lazy("为什么不寄了"),
        max_length=300,
        error_messages={"required": gettext_lazy("写明为什么不寄了")},
    )


class HandOutForm(forms.Form):
    """交给申请人: who took the result."""

    use_required_attribute = False
    taken_by = forms.CharField(
        label=gettext_lazy("领取人"),
        help_text=gettext_lazy("写姓名和身份，例如“李四，本人”"),
        max_length=60,
        error_messages={"required": gettext_lazy("写明由谁领取")},
    )
    checked = forms.BooleanField(
        label=gettext_lazy("已核对领取人的身份证件"),
        error_messages={"required": gettext_lazy("核对领取人的身份证件后勾选")},
    )


class FileForm(forms.Form):
    """归档: where a paper is kept."""

    use_required_attribute = False
    place = forms.CharField(
        label=gettext_lazy("放在哪里"),
        max_length=80,
        error_messages={"required": gettext_lazy("写明放在哪里，例如“A区3架2盒”")},
    )
    origin = forms.CharField(widget=forms.HiddenInput)
