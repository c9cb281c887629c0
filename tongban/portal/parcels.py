"""What an applicant sees of papers on their way: his own, and how the result will reach him."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.basics import identifiers
from tongban.basics.refusals import FieldsRefused
from tongban.delivery import casebook, picture, queries
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.choices import WAYS, Way
from tongban.delivery.couriers import Address
from tongban.delivery.models import Choice, SavedAddress
from tongban.delivery.operations import addresses, choosing
from tongban.delivery.picture import Content, Row
from tongban.delivery.states import OUTCOMES
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Account


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


NEW = "new"


class ChoiceForm(AddressForm):
    """How the result is to be given. `book` are addresses used before, to pick from."""

    way = forms.ChoiceField(
        label=gettext_lazy("结果怎么给您"),
        choices=list(WAYS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("选一种办法")},
    )
    place = forms.ChoiceField(label=gettext_lazy("到哪个窗口领"), required=False)
    known = forms.ChoiceField(
        label=gettext_lazy("用过的地址"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("从列出的地址里选，或者另写一个")},
    )

    def __init__(
        self,
        data: Any,
        *,
        windows: Sequence[tuple[str, str]],
        book: Sequence[SavedAddress],
        chosen: tuple[str, str],
        address: Address,
    ) -> None:
        """`chosen` are the way and the window's place so far; `address` fills the form in."""
        self._book = {str(one.pk): one for one in book}
        way, place = chosen
        initial = asdict(address) | {"way": way, "place": place, "known": self._of(address)}
        super().__init__(data, initial=initial)
        for asked in ("place", "known", "name", "phone", "address"):
            self.fields[asked].hangs_on = "way"  # type: ignore[attr-defined]
        nothing: list[tuple[str, str | Promise]] = [("", _("选到窗口领取时才选"))]
        self.fields["place"].choices = [*nothing, *windows]  # type: ignore[attr-defined]
        self.fields["known"].choices = [  # type: ignore[attr-defined]
            *((key, one.words) for key, one in self._book.items()),
            (NEW, _("另写一个地址，填在下面")),
        ]

    def _of(self, address: Address) -> str:
        same = (key for key, one in self._book.items() if one.address == address)
        return next(same, NEW if address.address else next(iter(self._book), NEW))

    @property
    def has_book(self) -> bool:
        """Whether there is anything to pick from."""
        return bool(self._book)

    @property
    def typed_address(self) -> Address:
        """The address picked, or what was typed."""
        picked = self._book.get(self.cleaned_data.get("known", ""))
        return picked.address if picked else super().typed_address


def choice_form(data: Any, *, facts: CaseFacts, account: Account) -> ChoiceForm:
    """The same for a case, with what was chosen so far."""
    choice = queries.choice_of(facts)
    known = queries.chosen_address(choice) if choice else None
    return ChoiceForm(
        data,
        windows=choosing.windows_for(facts),
        book=addresses.addresses_of(account),
        chosen=(choice.way, choice.place) if choice else ("", ""),
        address=known or Address(facts.applicant_name, facts.applicant_phone, ""),
    )


def say(
    form: forms.Form, refusal: FieldsRefused, other: dict[str, str | None] | None = None
) -> None:
    """Put what an operation objects to beside its question."""
    for field, sentences in refusal.errors.items():
        place = field if field in form.fields else None
        form.add_error((other or {}).get(field, place), sentences)


class SendForm(AddressForm):
    """Sending originals: which, under which waybill, and where they come back to."""

    waybill = forms.CharField(
        label=gettext_lazy("运单号"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("快递单上的号码，两边靠它对上"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        *,
        facts: CaseFacts,
        key: Any,
        wanted: Collection[str] = (),
        last: Address | None = None,
    ) -> None:
        """`last` is the address used before, which most people send from again."""
        initial = {"name": facts.applicant_name, "phone": facts.applicant_phone, "key": key}
        initial |= asdict(last) if last else {}
        super().__init__(data, initial=initial | {"papers": list(wanted)})
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
