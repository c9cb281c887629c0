"""The forms of the sections, and what they turn into: small values, no database."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Content = Mapping[str, Any]


class Words(forms.CharField):
    """One or more lines of text; the widget shows how much is expected."""

    def __init__(self, label: Any, *, rows: int = 0, required: bool = True, **more: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        more.setdefault("max_length", 2000 if rows else 200)
        super().__init__(
            label=label,
            required=required,
            widget=widget,
            error_messages={"required": _("填写“%(label)s”") % {"label": label}},
            **more,
        )


def basis_field() -> forms.CharField:
    """What a rule rests on; empty is allowed and said to be a default on every page."""
    return Words(
        _("依据"),
        required=False,
        help_text=_(
            "文件和其中的位置，例如“福建省实施方案附件二第6项”。不写的，页面标明是平台默认值"
        ),
    )


class SentenceForm(forms.Form):
    """A condition, or a case that is not served."""

    text = Words(_("内容"), rows=2, min_length=4)
    basis = basis_field()


class BasisForm(forms.Form):
    """What the item rests on."""

    text = Words(_("法律、法规或文件"), rows=2, min_length=4)
    basis = Words(_("条款"), required=False)


class QuestionForm(forms.Form):
    """A frequent question."""

    question = Words(_("问"))
    answer = Words(_("答"), rows=3)


class GroundForm(forms.Form):
    """A document, and the place in it."""

    document = forms.ChoiceField(label=_("文件"))
    place = Words(_("在文件的哪里"))
    says = Words(_("那里怎么说"), rows=2, required=False)

    def __init__(self, *args: Any, documents: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["document"].choices = documents  # type: ignore[attr-defined]


PARTIES = [
    ("applicant", _("申请人")),
    ("receiver", _("收件地")),
    ("decider", _("办理地")),
    ("partner", _("联办地")),
]
UNITS = [("workday", _("个工作日")), ("day", _("天")), ("month", _("个月")), ("year", _("年"))]


class StepForm(forms.Form):
    """One step of the process."""

    name = Words(_("环节"), min_length=2)
    by = forms.ChoiceField(label=_("谁来做"), choices=PARTIES)
    days = forms.IntegerField(label=_("多久"), required=False, min_value=1, max_value=400)
    unit = forms.ChoiceField(label=_("单位"), choices=UNITS)
    standard = Words(_("办理标准"), rows=2, required=False)
    result = Words(_("环节结果"), required=False)
    basis = basis_field()


class JointForm(forms.Form):
    """What another place does on a joint case."""

    key = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,38}$",
        label=_("环节代号"),
        max_length=39,
        help_text=_("小写字母、数字和下划线，例如move_out；别的环节用它来指这一环节，定了不要再改"),
        error_messages={
            "required": _("填写环节代号"),
            "invalid": _("用小写字母开头，只含小写字母、数字和下划线"),
        },
    )
    name = Words(_("环节"), min_length=2, max_length=40)
    place = Words(_("在哪里办"), min_length=2, help_text=_("例如“迁出地”"), max_length=40)
    field = forms.ChoiceField(label=_("那个地方由申请表的哪一栏决定"), required=False)
    department = forms.ChoiceField(label=_("由哪个部门办"))
    after = Words(
        _("要等哪些环节"),
        required=False,
        help_text=_("写前面环节的代号，用空格隔开；不用等的留空"),
    )
    days = forms.IntegerField(label=_("几个工作日"), min_value=1, max_value=90)
    asks = Words(_("请联办地做什么"), rows=2, min_length=4)
    answers = forms.MultipleChoiceField(
        label=_("给联办地看申请表的哪些内容"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选办这一环节要用的"),
    )
    papers = forms.MultipleChoiceField(
        label=_("给联办地看哪些材料"), required=False, widget=forms.CheckboxSelectMultiple
    )
    undo = Words(
        _("办不成时撤销什么"),
        rows=2,
        required=False,
        help_text=_("只核对、不改变什么的环节留空"),
    )
    undo_days = forms.IntegerField(label=_("撤销几个工作日"), min_value=1, max_value=90, initial=3)
    basis = basis_field()

    def __init__(
        self, *args: Any, choices: Mapping[str, list[tuple[str, str]]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        for name, known in choices.items():
            self.fields[name].choices = known  # type: ignore[attr-defined]

    def clean_after(self) -> list[str]:
        """The steps before it, by their keys."""
        return list(dict.fromkeys(self.cleaned_data["after"].replace("、", " ").split()))


class SpecialForm(forms.Form):
    """A special procedure: a hearing, a test, an expert opinion."""

    name = Words(_("名称"), min_length=2)
    text = Words(_("说明"), rows=3, min_length=4)
    basis = basis_field()


class DutyForm(forms.Form):
    """What one side answers for."""

    side = forms.ChoiceField(
        label=_("哪一边"), choices=[("receiving", _("收件地")), ("deciding", _("办理地"))]
    )
    text = Words(_("责任"), rows=2, min_length=4)
    basis = basis_field()


class NameForm(forms.Form):
    """What a place calls the item."""

    name = Words(_("本地使用的名称"), min_length=2)


class FeeForm(forms.Form):
    """What it costs."""

    is_charged = forms.BooleanField(label=_("收费"), required=False)
    text = Words(_("收费说明"), rows=2, help_text=_("例如“不收费”，或者收费的标准"))
    basis = basis_field()


class ResultForm(forms.Form):
    """What comes out."""

    kind = forms.ChoiceField(
        label=_("是什么"), choices=[("certificate", _("证照")), ("notice", _("通知或文书"))]
    )
    title = Words(_("名称"), min_length=2)
    text = Words(_("说明"), rows=2, required=False)
    sample = Words(_("样本"), rows=2, required=False, max_length=500)
    basis = basis_field()


class CompetenceForm(forms.Form):
    """Which place decides."""

    place = Words(_("办理地是哪里"), min_length=2, help_text=_("例如“迁入地”“参保地”"))
    field = Words(_("由申请表的哪一栏决定"), help_text=_("那一栏必须是选择行政区划的"))
    question = Words(_("向申请人怎么问"), min_length=4)
    explain = Words(_("向申请人怎么解释"), rows=2, required=False)
    basis = basis_field()


class ContactForm(forms.Form):
    """Whom people and offices ring."""

    consult = Words(_("咨询电话"), required=False, max_length=80)
    complain = Words(_("投诉电话"), required=False, max_length=80)
    liaison = Words(_("两地联系电话"), required=False, max_length=80)


class ConsultationForm(forms.Form):
    """Whom to ask."""

    consultation = Words(_("向谁咨询"), rows=2, min_length=2)


class CodesForm(forms.Form):
    """The codes and types of the national elements."""

    catalog_code = Words(_("基本编码"), required=False, max_length=12)
    item_type = forms.ChoiceField(label=_("事项类型"), required=False)
    handle_type = forms.ChoiceField(label=_("办件类型"), required=False)
    levels = forms.MultipleChoiceField(
        label=_("行使层级"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, sets: Mapping[str, list[tuple[str, str]]], **more: Any) -> None:
        super().__init__(*args, **more)
        for name, choices in sets.items():
            known = choices if name == "levels" else [("", _("没有写")), *choices]
            self.fields[name].choices = known  # type: ignore[attr-defined]


LIMIT_KINDS = [("legal", _("法定")), ("promised", _("承诺")), ("service", _("服务"))]


class LimitForm(forms.Form):
    """How long somebody has, in working days."""

    days = forms.IntegerField(
        label=_("多少个工作日"),
        min_value=1,
        max_value=60,
        error_messages={"required": _("填写工作日的天数，1到60")},
    )
    kind = forms.ChoiceField(label=_("性质"), choices=LIMIT_KINDS)
    basis = basis_field()
    note = Words(_("说明"), rows=2, required=False)


class LegalLimitForm(forms.Form):
    """The limit of law, where one is written."""

    days = forms.IntegerField(
        label=_("法定多久"),
        required=False,
        min_value=1,
        max_value=400,
        help_text=_("法律没有写的，留空"),
    )
    unit = forms.ChoiceField(label=_("单位"), choices=UNITS)
    basis = Words(_("依据"), required=False)
    note = Words(_("说明"), rows=2, required=False)


class VisitForm(forms.Form):
    """How often somebody must come in person."""

    times = forms.IntegerField(
        label=_("要到场几次"),
        min_value=0,
        max_value=9,
        error_messages={"required": _("填写次数；不用到场的填0")},
    )
    why = Words(_("为什么要到场"), rows=2, required=False)
    basis = basis_field()


class ModeForm(forms.Form):
    """One way in which the item is done."""

    mode = forms.ChoiceField(label=_("实现形式"))
    province = forms.CharField(
        label=_("只是哪个省的文件写的"),
        required=False,
        max_length=2,
        help_text=_("省份代码的前两位，例如35；国家文件写的留空"),
    )
    basis = basis_field()

    def __init__(self, *args: Any, **more: Any) -> None:
        from tongban.catalogue.models import Mode

        super().__init__(*args, **more)
        self.fields["mode"].choices = Mode.choices  # type: ignore[attr-defined]


def _json_field(label: Any, *, rows: int, missing: Any) -> forms.JSONField:
    attributes = {"rows": rows, "class": "in code", "data-w": "full", "spellcheck": "false"}
    return forms.JSONField(
        label=label,
        widget=forms.Textarea(attrs=attributes),
        error_messages={
            "required": missing,
            "invalid": _("这不是写对了的JSON：检查逗号、引号和括号"),
        },
    )


class SchemaForm(forms.Form):
    """The application form itself, as JSON; for those who know what they do."""

    schema = _json_field(
        _("申请表的数据定义（JSON Schema 2020-12）"), rows=24, missing=_("填写数据定义")
    )
    steps = _json_field(_("分几页、每页问什么"), rows=18, missing=_("填写分页"))


FORMATS = [("pdf", "PDF"), ("ofd", "OFD"), ("jpeg", "JPEG"), ("png", "PNG")]
GRADES = [
    ("A", _("A 机关直接核验")),
    ("B", _("B 窗口核对过原件")),
    ("C", _("C 申请人上传")),
    ("D", _("D 申请人承诺")),
]
WAYS = [
    ("upload", _("上传")),
    ("e-certificate", _("电子证照")),
    ("shared-data", _("共享数据核验")),
    ("original-by-post", _("寄送原件")),
    ("original-in-person", _("当面交原件")),
]


class MaterialForm(forms.Form):
    """What is asked for, apart from its check points."""

    name = Words(_("材料名称"), min_length=2)
    is_required = forms.BooleanField(label=_("必须交"), required=False)
    when = forms.MultipleChoiceField(
        label=_("只在这些情形要"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一个也不选，就是所有情形都要"),
    )
    form = forms.ChoiceField(label=_("怎么交"), choices=WAYS)
    formats = forms.MultipleChoiceField(
        label=_("文件格式"),
        choices=FORMATS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("至少选一种文件格式")},
    )
    grade = forms.ChoiceField(label=_("最低可信等级"), choices=GRADES)
    originals = forms.IntegerField(label=_("原件份数"), required=False, min_value=0, max_value=99)
    copies = forms.IntegerField(label=_("复印件份数"), required=False, min_value=0, max_value=99)
    issuer = Words(_("出具单位"), required=False)
    hint = Words(_("给申请人的说明"), rows=2, required=False)
    basis = basis_field()

    def __init__(self, *args: Any, situations: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["when"].choices = situations  # type: ignore[attr-defined]


class PointForm(forms.Form):
    """One check point; `key` keeps its identity, `under` the point that it belongs to."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=39)
    text = Words(_("核查什么"), min_length=2, help_text=_("例如“正反两面都有”"))
    problem = Words(_("不符合时的问题"), min_length=2)
    mend = Words(_("申请人怎么改"), min_length=4)
    judged_by = forms.ChoiceField(
        label=_("谁来看"), choices=[("receiver", _("收件地")), ("decider", _("办理地"))]
    )
    under = forms.CharField(
        label=_("属于哪个要点"), required=False, widget=forms.Select, max_length=39
    )

    def __init__(self, *args: Any, above: list[tuple[str, str]] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["under"].widget.choices = [("", _("不属于别的要点")), *(above or [])]


def situations(form: Content) -> list[tuple[str, str]]:
    """All answers by choice, as what a material can depend on: `dwelling_kind=owned`."""
    return list(_situations(form["schema"]["properties"]))


def _situations(properties: Mapping[str, Content]) -> Iterator[tuple[str, str]]:
    for key, asked in properties.items():
        for one in asked.get("oneOf", []):
            yield f"{key}={one['const']}", f"{asked.get('title', key)}：{one['title']}"
