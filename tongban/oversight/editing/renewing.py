"""The forms that renew the national lists, one for each kind, and what they turn into."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import queries
from tongban.catalogue.models import ItemChange, PolicyDocument, Subject
from tongban.catalogue.operations.renewing import NewBatch, NewItem, Renewal, Under
from tongban.catalogue.themes import THEMES
from tongban.oversight import renewals
from tongban.oversight.editing.parts import Words

Kind = ItemChange.Kind
Said = QueryDict
MOST = 12  # rows that a form grows to
CHOOSE: list[tuple[str, Any]] = [
    ("", gettext_lazy("请选择"))
]  # the empty one before what can be chosen


class ItemField(forms.CharField):
    """An item by code or whole name; the browser offers the list under the field."""

    widget = forms.TextInput(attrs={"list": "items", "data-w": "full"})

    def __init__(self, label: Any, *, required: bool = True, help_text: Any = "") -> None:
        said = gettext_lazy("选择一个事项，写编码或者完整的名称")
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            max_length=160,
            error_messages={"required": said},
        )

    def clean(self, value: Any) -> str:
        said: str = super().clean(value)
        if not said:
            return ""
        code = renewals.read_code(said)
        if not code:
            raise forms.ValidationError(_("目录里没有这个编码或名称，从列出的事项里选"))
        return code


def number_field(label: Any, hint: Any, most: int) -> forms.IntegerField:
    """A small number, with sentences for what it is not."""
    said = gettext_lazy("写1到%(most)d的数字") % {"most": most}
    return forms.IntegerField(
        label=label, help_text=hint, min_value=1, max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), said),
    )  # fmt: skip


def day_field(label: Any, hint: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=hint, required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("选择日期"),
            "invalid": gettext_lazy("写成年-月-日，例如2026-12-01"),
        },
    )  # fmt: skip


class DocumentForm(forms.Form):
    """What every renewal rests on: a document that can ground a rule."""

    document = forms.ChoiceField(
        label=gettext_lazy("依据的文件"),
        error_messages={"required": gettext_lazy("选择依据的文件")},
    )

    def __init__(self, data: Said | None = None, *, begun: Said | None = None) -> None:
        """`data` is judged; `begun` was written before and only stands in the fields again."""
        super().__init__(data)
        if begun is not None:
            self.initial = {
                name: begun.getlist(name) if name == "subjects" else begun[name] for name in begun
            }
        known = [(one.key, _title(one)) for one in queries.documents() if one.is_policy]
        self.fields["document"].choices = [*CHOOSE, *known]  # type: ignore[attr-defined]

    def take(self, refused: FieldsRefused) -> None:
        """Say what the operation refuses at the field that it means."""
        for key, sentences in refused.errors.items():
            name = key if key in self.fields else self._stands_for(key)
            for sentence in sentences:
                self.add_error(name, sentence)

    def _stands_for(self, key: str) -> str | None:
        return next((name for name in self.fields if name.startswith(key)), None)


def _said(data: Said | None, name: str) -> str:
    return str(data.get(name, "")) if data else ""


def _title(document: PolicyDocument) -> str:
    """Its usual name; with the number where that says no more than a name."""
    if document.number in document.short_title:
        return document.short_title
    return f"{document.short_title}（{document.number}）"


class UnderForm(DocumentForm):
    """A step of the history: also the place in the document, the day and the reason."""

    place = Words(
        gettext_lazy("在文件的哪里"),
        max_length=40,
        help_text=gettext_lazy("例如“附件一第3项”"),
    )
    on = day_field(
        gettext_lazy("从哪一天起"), gettext_lazy("文件写的日子。还没到的日子，到了再来办")
    )
    why = Words(
        gettext_lazy("为什么"),
        rows=2,
        required=False,
        help_text=gettext_lazy("以后查历史的人会看到"),
    )

    kind: Kind

    def __init__(self, data: Said | None = None, *, begun: Said | None = None) -> None:
        super().__init__(data, begun=begun)
        # The items come first, what they rest on after them.
        self.order_fields([name for name in self.fields if name not in _UNDER] + _UNDER)

    @property
    def under(self) -> Under:
        said = self.cleaned_data
        return Under(said["on"], said["document"], said["place"], said["why"])

    def renewal(self) -> Renewal:
        """What the operation takes; of a valid form."""
        raise NotImplementedError


_UNDER = ["document", "place", "on", "why"]


class ManyItemsForm(UnderForm):
    """A form with a row of fields for items, which grows by a button."""

    many = ""
    many_label: Any = ""
    rows_at_first = 3

    def __init__(
        self, data: Said | None = None, *, begun: Said | None = None, more: int = 0
    ) -> None:
        super().__init__(data, begun=begun)
        asked = _said(data or begun, "count")
        count = int(asked) if asked.isdecimal() and len(asked) < 3 else self.rows_at_first
        self.count = min(max(count, 2) + more, MOST)
        for number in range(self.count):
            label = _("%(label)s（%(number)d）") % {
                "label": self.many_label,
                "number": number + 1,
            }
            self.fields[f"{self.many}_{number}"] = ItemField(label, required=number < 2)
        rows = [f"{self.many}_{number}" for number in range(self.count)]
        own = [name for name in self.fields if name not in {*rows, *_UNDER}]
        self.order_fields(
            [*rows, *own, *_UNDER] if self.many == "before" else [*own, *rows, *_UNDER]
        )

    @property
    def may_grow(self) -> bool:
        return self.count < MOST

    def chosen(self) -> tuple[str, ...]:
        said = (self.cleaned_data.get(f"{self.many}_{one}") for one in range(self.count))
        return tuple(one for one in said if one)


class AddForm(UnderForm):
    """A new item, as its document describes it."""

    kind = Kind.ADD
    batch = forms.ChoiceField(
        label=gettext_lazy("放进哪个批次"),
        help_text=gettext_lazy("只列出还没有收录满的批次。没有合适的，先开一个新批次"),
        error_messages={"required": gettext_lazy("选择批次")},
    )
    number = number_field(
        gettext_lazy("序号"), gettext_lazy("在文件里是第几项；和批次一起成为编码"), 99
    )
    name = Words(gettext_lazy("名称"), max_length=120)
    lead = Words(gettext_lazy("牵头单位"), max_length=40)
    cooperating = Words(
        gettext_lazy("配合单位"), required=False, help_text=gettext_lazy("几个单位用顿号隔开")
    )
    scenario = Words(
        gettext_lazy("办什么事"), rows=3, max_length=200,
        help_text=gettext_lazy("申请人在事项页上看到的一段话，照文件的应用场景写"),
    )  # fmt: skip
    theme = forms.ChoiceField(
        label=gettext_lazy("主题"),
        choices=[*CHOOSE, *((name, name) for name in THEMES)],
        error_messages={"required": gettext_lazy("选择主题")},
    )
    subjects = forms.MultipleChoiceField(
        label=gettext_lazy("服务对象"),
        choices=Subject.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("选择服务对象")},
    )

    def __init__(self, data: Said | None = None, *, begun: Said | None = None) -> None:
        super().__init__(data, begun=begun)
        self.fields["batch"].choices = [  # type: ignore[attr-defined]
            *CHOOSE,
            # A batch that was filled meanwhile is refused by the operation, which knows a second
            # press from another item.
            *open_batches(also=_said(data, "batch")),
        ]

    def renewal(self) -> Renewal:
        said = self.cleaned_data
        list_code, _dash, batch = said["batch"].partition("-")
        cooperating = (one.strip() for one in said["cooperating"].replace("，", "、").split("、"))
        item = NewItem(
            list=list_code,
            batch=int(batch),
            number=said["number"],
            name=said["name"],
            lead=said["lead"],
            cooperating=tuple(one for one in cooperating if one),
            scenario=said["scenario"],
            theme=said["theme"],
            subjects=tuple(said["subjects"]),
        )
        return Renewal(self.kind, self.under, after=(item.code,), item=item)


def open_batches(*, also: str = "") -> list[tuple[str, str]]:
    """The batches that declare more items than are known, and one that is asked for by name."""
    said = _("%(list)s · %(batch)s（公布%(declared)d项，已收录%(known)d项）")
    return [
        (
            f"{one.list_id}-{one.number}",
            said
            % {
                "list": one.list_id,
                "batch": one.name,
                "declared": one.declared_total,
                "known": one.known_total,
            },
        )
        for one in queries.batches()
        if one.known_total < one.declared_total or also == f"{one.list_id}-{one.number}"
    ]


class MergeForm(ManyItemsForm):
    """Several items become one."""

    kind = Kind.MERGE
    many, many_label = "before", gettext_lazy("被合并的事项")
    after = ItemField(
        gettext_lazy("合并成哪个事项"),
        help_text=gettext_lazy("可以是上面的一个。要合并成新的事项，先把它新增进目录"),
    )

    def renewal(self) -> Renewal:
        return Renewal(self.kind, self.under, self.chosen(), (self.cleaned_data["after"],))


class SplitForm(ManyItemsForm):
    """One item becomes several."""

    kind = Kind.SPLIT
    many, many_label = "after", gettext_lazy("拆分成的事项")
    before = ItemField(
        gettext_lazy("被拆分的事项"),
        help_text=gettext_lazy(
            "拆分以后的事项都要已经在目录里，其中一个可以是它自己。新的先新增进目录"
        ),
    )

    def renewal(self) -> Renewal:
        return Renewal(self.kind, self.under, (self.cleaned_data["before"],), self.chosen())


class RenameForm(UnderForm):
    """Another name for an item."""

    kind = Kind.RENAME
    before = ItemField(gettext_lazy("哪个事项"))
    name = Words(gettext_lazy("新的名称"), max_length=120)

    def renewal(self) -> Renewal:
        code = self.cleaned_data["before"]
        return Renewal(self.kind, self.under, (code,), (code,), self.cleaned_data["name"])


class RetireForm(UnderForm):
    """The end of an item without a successor."""

    kind = Kind.RETIRE
    before = ItemField(gettext_lazy("哪个事项"))

    def renewal(self) -> Renewal:
        return Renewal(self.kind, self.under, (self.cleaned_data["before"],))


class BatchForm(DocumentForm):
    """A new batch, which may begin a new list."""

    list = forms.CharField(
        label=gettext_lazy("清单编码"),
        help_text=gettext_lazy("四位年份，例如2026。没有这份清单的，一并新开"),
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-w": "4"}),
        error_messages={"required": gettext_lazy("清单编码写四位年份")},
    )
    number = number_field(gettext_lazy("第几批"), "", 9)
    name = Words(gettext_lazy("批次的名称"), max_length=80)
    declared_total = number_field(gettext_lazy("文件公布多少项"), "", 99)
    due_on = day_field(
        gettext_lazy("文件要求哪一天前办成"), gettext_lazy("文件没有写的，留空"), required=False
    )

    def __init__(self, data: Said | None = None, *, begun: Said | None = None) -> None:
        super().__init__(data, begun=begun)
        self.order_fields(["list", "number", "name", "declared_total", "due_on", "document"])

    def batch(self) -> NewBatch:
        """What the operation takes; of a valid form."""
        return NewBatch(**self.cleaned_data)


def written(wanted: Renewal | NewBatch) -> QueryDict:
    """What somebody who wants this has to write into the form of its kind; to begin from it again."""
    said = QueryDict(mutable=True)
    if isinstance(wanted, NewBatch):
        values: dict[str, Any] = vars(wanted)
    else:
        values = {**vars(wanted.under), **_items_written(wanted)}
    for name, value in values.items():
        many = [*value] if isinstance(value, tuple) else [value]
        said.setlist(name, ["" if one is None else str(one) for one in many])
    return said


def _items_written(wanted: Renewal) -> dict[str, Any]:
    before, after = wanted.before, wanted.after
    match wanted.kind:
        case Kind.ADD if wanted.item:
            item = wanted.item
            own = {"batch": f"{item.list}-{item.batch}", "cooperating": "、".join(item.cooperating)}
            return vars(item) | own
        case Kind.MERGE:
            return _rows("before", before) | {"after": after[0]}
        case Kind.SPLIT:
            return _rows("after", after) | {"before": before[0]}
        case Kind.RENAME:
            return {"before": before[0], "name": wanted.name}
        case _:
            return {"before": before[0]}


def _rows(name: str, codes: Sequence[str]) -> dict[str, Any]:
    return {"count": len(codes)} | {f"{name}_{number}": code for number, code in enumerate(codes)}


FORMS: dict[str, type[DocumentForm]] = {
    str(form.kind): form for form in (AddForm, MergeForm, SplitForm, RenameForm, RetireForm)
} | {"batch": BatchForm}

TITLES: Sequence[tuple[str, Any, Any]] = (
    ("add", gettext_lazy("新增事项"), gettext_lazy("文件公布了清单里没有的事项")),
    ("merge", gettext_lazy("合并事项"), gettext_lazy("两个以上的事项成为一个")),
    ("split", gettext_lazy("拆分事项"), gettext_lazy("一个事项成为两个以上")),
    ("rename", gettext_lazy("事项更名"), gettext_lazy("编码不变，原名称仍然找得到")),
    ("retire", gettext_lazy("取消事项"), gettext_lazy("没有别的事项代替它")),
    ("batch", gettext_lazy("新开批次"), gettext_lazy("新的清单，或者清单的新一批")),
)
