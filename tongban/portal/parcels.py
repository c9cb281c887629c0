"""What an applicant sees of papers on their way: his own, and how the result will reach him."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.basics import identifiers
from tongban.delivery import casebook, picture, queries
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.choices import WAYS, Way
from tongban.delivery.couriers import Address
from tongban.delivery.models import Choice
from tongban.delivery.operations import choosing
from tongban.delivery.picture import Content, Row
from tongban.delivery.states import OUTCOMES
from tongban.jurisdictions import queries as jurisdictions


@dataclass(frozen=True)
class Part:
    """The part about papers on the page of a case."""

    rows: list[Row]
    choice: Choice | None
    way: str | Promise
    window: Any
    address: Address | None
    masked_phone: str
    takes_post: bool
    may_choose: bool
    office: Address


def part_of(number: str) -> Part:
    """For the page of a case that its reader may see."""
    facts = casebook.facts(number)
    choice = queries.choice_of(facts)
    address = queries.chosen_address(choice) if choice else None
    return Part(
        rows=picture.rows_of(queries.parcels_of(facts), localdate()),
        choice=choice,
        way=WAYS[Way(choice.way)] if choice else "",
        window=jurisdictions.window_authority(choice.place) if choice and choice.place else None,
        address=address,
        masked_phone=identifiers.mask_phone(address.phone) if address else "",
        takes_post=facts.takes_post,
        may_choose=not facts.has_ended,
        office=queries.office_address(facts.decider),
    )


class AddressForm(forms.Form):
    """Where something is sent to, or comes from."""

    use_required_attribute = False
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=20, required=False)
    address = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("写到门牌号，例如“长春市朝阳区示例路8号2栋301”"),
    )

    @property
    def typed_address(self) -> Address:
        """What was typed."""
        said = self.cleaned_data
        return Address(said["name"].strip(), said["phone"].strip(), said["address"].strip())


class ChoiceForm(AddressForm):
    """How the result is to be given."""

    way = forms.ChoiceField(
        label=gettext_lazy("结果怎么给您"),
        choices=list(WAYS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("选一种办法")},
    )
    place = forms.ChoiceField(label=gettext_lazy("到哪个窗口领"), required=False)

    def __init__(self, data: Any, *, facts: CaseFacts) -> None:
        choice = queries.choice_of(facts)
        known = queries.chosen_address(choice) if choice else None
        known = known or Address(facts.applicant_name, facts.applicant_phone, "")
        initial = {"name": known.name, "phone": known.phone, "address": known.address}
        if choice:
            initial |= {"way": choice.way, "place": choice.place}
        super().__init__(data, initial=initial)
        nothing: list[tuple[str, str | Promise]] = [("", _("选到窗口领取时才选"))]
        windows = [*nothing, *choosing.windows_for(facts)]
        self.fields["place"].choices = windows  # type: ignore[attr-defined]
        self.fields["name"].help_text = _("选邮寄时才填")
        # Guided in the order in which one decides.
        self.order_fields(["way", "place", "name", "phone", "address"])


class SendForm(AddressForm):
    """Sending originals: which, under which waybill, and where they come back to."""

    waybill = forms.CharField(
        label=gettext_lazy("运单号"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("快递单上的号码，两边靠它对上"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, facts: CaseFacts, key: Any) -> None:
        initial = {"name": facts.applicant_name, "phone": facts.applicant_phone, "key": key}
        super().__init__(data, initial=initial)
        self.fields["papers"] = forms.MultipleChoiceField(
            label=_("寄了哪些原件"),
            choices=[(spec, name) for spec, name in facts.materials],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            error_messages={"invalid_choice": _("从列出的材料里选")},
        )
        self.fields["address"].label = _("您的地址，退回原件用")
        self.order_fields(["papers", "waybill", "name", "phone", "address", "key"])


class SignForm(forms.Form):
    """Signing for what came home: every paper with what was seen of it."""

    use_required_attribute = False
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("少了或者坏了的，写明是哪份、怎么坏的"),
    )

    def __init__(self, data: Any, *, contents: Sequence[Content]) -> None:
        super().__init__(data)
        self.contents = contents
        for one in contents:
            self.fields[f"seen_{one.key}"] = forms.ChoiceField(
                label=one.what,
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
