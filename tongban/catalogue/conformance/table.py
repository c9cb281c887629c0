"""The table of judgements: which difference means what, under which document, in which words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.catalogue.conformance.kinds import Found, Kind
from tongban.catalogue.versions import Ground

UNIFORM = Ground(
    "guobanfa-2022-34",
    "四（六）",
    "事项名称、编码、依据、类型等基本要素和受理条件、服务对象、办理流程、申请材料、办结时限、"
    "办理结果等在全国范围统一",
)
DIVIDED = Ground("guobanfa-2022-34", "四（六）", "明确收件地和办理地的权责划分")
# What the province's own document asks of the places in it, before what the nation asks of all.
PROVINCIAL: Mapping[tuple[str, str], Ground] = {
    ("granularity", "22"): Ground(
        "jizhengbanfa-2020-37", "二（一）", "确保事项逐一对应、基本要素统一、拆分颗粒度一致"
    ),
    ("fee", "35"): Ground(
        "minzhengban-2020-11-27", "三（一）", "明确申请条件、申报方式、……收费标准等内容"
    ),
}

BAD, LACK, HARD, OWN, GOOD = (
    Kind.CONTRADICTORY, Kind.MISSING, Kind.STRICTER, Kind.ALLOWED, Kind.BETTER,
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """What one kind of change means, and how to say it.

    `against_default` takes the place of `kind` where the standard's part is only a default of this
    platform, `with_basis` where the place names a document of its own. Sentences take %(here)s (the
    standard or the place compared with), %(there)s (the place), %(name)s, %(standard)s, %(local)s.
    """

    kind: Kind
    says: str | Promise
    plain: str | Promise = ""
    against_default: Kind | None = None
    with_basis: Kind | None = None
    ground: Ground = UNIFORM

    def judge(self, found: Found) -> Kind:
        """The kind of what was found; a document of the place's own counts first."""
        if self.with_basis and found.basis:
            return self.with_basis
        if self.against_default and found.is_against_default:
            return self.against_default
        return self.kind


RULES: Mapping[tuple[str, str], Rule] = {
    ("name", "other"): Rule(BAD, _("名称写成“%(local)s”，%(here)s是“%(standard)s”")),
    ("codes", "catalog-missing"): Rule(LACK, _("没有填基本编码，%(here)s是%(standard)s")),
    ("codes", "catalog-other"): Rule(BAD, _("基本编码是%(local)s，%(here)s是%(standard)s")),
    ("codes", "type-missing"): Rule(LACK, _("没有填事项类型，%(here)s是“%(standard)s”")),
    ("codes", "type-other"): Rule(BAD, _("事项类型是“%(local)s”，%(here)s是“%(standard)s”")),
    ("codes", "instant"): Rule(
        GOOD, _("%(here)s是承诺件，%(there)s当场办结"), _("%(there)s当场办结，%(here)s要等")
    ),
    ("codes", "promised"): Rule(
        HARD, _("%(here)s是即办件，%(there)s不是"), _("%(here)s当场办结，%(there)s要等")
    ),
    ("codes", "handle-other"): Rule(OWN, _("办件类型是“%(local)s”，%(here)s是“%(standard)s”")),
    ("codes", "levels"): Rule(OWN, _("行使层级是%(local)s，%(here)s是%(standard)s")),
    ("granularity", "split"): Rule(
        OWN, _("拆成%(local)s个办理项，每项的编码都接在实施编码后面，和标准的一项对得上")
    ),
    ("granularity", "split-loose"): Rule(
        BAD, _("拆成%(local)s项，编码不是实施编码加两位序号，和标准的一项对不上")
    ),
    ("granularity", "merged"): Rule(
        BAD, _("和“%(name)s”合成一项，共用实施编码%(local)s，标准里是分开的")
    ),
    ("basis", "missing"): Rule(LACK, _("没有写依据“%(standard)s”")),
    ("basis", "added"): Rule(OWN, _("另外写了依据“%(local)s”")),
    ("subjects", "fewer"): Rule(
        LACK,
        _("不为“%(name)s”办理，%(here)s为他们办"),
        _("%(there)s不为“%(name)s”办理，%(here)s可以"),
    ),
    ("subjects", "more"): Rule(
        GOOD,
        _("也为“%(name)s”办理，%(here)s没有"),
        _("%(there)s也为“%(name)s”办理，%(here)s不办"),
    ),
    ("conditions", "added"): Rule(
        HARD,
        _("多了一个条件：%(local)s"),
        _("%(there)s还要求：%(local)s。%(here)s不要求"),
    ),
    ("conditions", "dropped"): Rule(
        GOOD,
        _("没有这个条件：%(standard)s"),
        _("%(here)s要求：%(standard)s。%(there)s不要求"),
    ),
    ("conditions", "number"): Rule(
        BAD,
        _("条件里的数字不同：“%(local)s”，%(here)s是“%(standard)s”"),
        _("%(there)s要求：%(local)s。%(here)s要求：%(standard)s"),
        with_basis=HARD,
    ),
    ("conditions", "reworded"): Rule(
        OWN,
        _("条件的写法不同：“%(local)s”，%(here)s是“%(standard)s”，请核对意思是否一样"),
        _("%(there)s写的是：%(local)s。%(here)s写的是：%(standard)s"),
    ),
    ("exclusions", "added"): Rule(
        HARD,
        _("多了一种不办的情形：%(local)s"),
        _("%(there)s不办这种情形，%(here)s可以：%(local)s"),
    ),
    ("exclusions", "dropped"): Rule(
        GOOD,
        _("没有写这种不办的情形：%(standard)s"),
        _("%(here)s不办这种情形，%(there)s没有这样写：%(standard)s"),
    ),
    ("exclusions", "number"): Rule(
        BAD,
        _("不办的情形里数字不同：“%(local)s”，%(here)s是“%(standard)s”"),
        _("%(there)s不办的是：%(local)s。%(here)s不办的是：%(standard)s"),
        with_basis=HARD,
    ),
    ("exclusions", "reworded"): Rule(
        OWN, _("不办的情形写法不同：“%(local)s”，%(here)s是“%(standard)s”，请核对意思是否一样")
    ),
    ("materials", "added"): Rule(
        HARD,
        _("多要一份必交材料“%(name)s”"),
        _("%(there)s还要交“%(name)s”，%(here)s不要"),
    ),
    ("materials", "added-situation"): Rule(
        HARD,
        _("有的情形多要一份材料“%(name)s”（%(local)s）"),
        _("有的情形%(there)s还要交“%(name)s”，%(here)s不要"),
    ),
    ("materials", "added-optional"): Rule(
        OWN,
        _("多列了一份可以不交的材料“%(name)s”"),
        _("%(there)s还可以交“%(name)s”，不交也行"),
    ),
    ("materials", "dropped"): Rule(
        GOOD,
        _("不要材料“%(name)s”"),
        _("%(here)s要交“%(name)s”，%(there)s不要"),
    ),
    ("materials", "renamed"): Rule(
        OWN, _("材料叫“%(local)s”，%(here)s叫“%(standard)s”"),
        _("“%(standard)s”在%(there)s叫“%(local)s”"),
    ),
    ("materials", "required"): Rule(
        HARD,
        _("“%(name)s”必须交，%(here)s可以不交"),
        _("“%(name)s”%(there)s必须交，%(here)s可以不交"),
    ),
    ("materials", "optional"): Rule(
        GOOD,
        _("“%(name)s”可以不交，%(here)s必须交"),
        _("“%(name)s”%(there)s可以不交，%(here)s必须交"),
    ),
    ("materials", "more-situations"): Rule(
        HARD,
        _("“%(name)s”要交的情形更多：%(local)s，%(here)s是%(standard)s"),
        _("“%(name)s”%(there)s要交的情形更多（%(local)s），%(here)s是%(standard)s"),
    ),
    ("materials", "fewer-situations"): Rule(
        GOOD,
        _("“%(name)s”要交的情形更少：%(local)s，%(here)s是%(standard)s"),
        _("“%(name)s”%(there)s要交的情形更少（%(local)s），%(here)s是%(standard)s"),
    ),
    ("materials", "other-situations"): Rule(
        OWN,
        _("“%(name)s”要交的情形不同：%(local)s，%(here)s是%(standard)s"),
        _("“%(name)s”要交的情形不同：%(there)s是%(local)s，%(here)s是%(standard)s"),
    ),
    ("materials", "grade-higher"): Rule(
        HARD,
        _("“%(name)s”的可信等级要求更高：%(local)s级，%(here)s是%(standard)s级"),
        _("“%(name)s”%(there)s要求更可靠的来源，%(here)s要求低一些"),
    ),
    ("materials", "grade-lower"): Rule(
        GOOD,
        _("“%(name)s”的可信等级要求更低：%(local)s级，%(here)s是%(standard)s级"),
    ),
    ("materials", "heavier-form"): Rule(
        HARD,
        _("“%(name)s”要以“%(local)s”的形式交，%(here)s是“%(standard)s”"),
        _("“%(name)s”%(there)s要“%(local)s”，%(here)s“%(standard)s”就行"),
    ),
    ("materials", "lighter-form"): Rule(
        GOOD,
        _("“%(name)s”可以“%(local)s”，%(here)s是“%(standard)s”"),
        _("“%(name)s”%(there)s“%(local)s”就行，%(here)s要“%(standard)s”"),
    ),
    ("materials", "other-form"): Rule(
        OWN, _("“%(name)s”的形式是“%(local)s”，%(here)s是“%(standard)s”")
    ),
    ("materials", "more-originals"): Rule(
        HARD,
        _("“%(name)s”要%(local)s份原件，%(here)s是%(standard)s份"),
        _("“%(name)s”%(there)s要%(local)s份原件，%(here)s要%(standard)s份"),
    ),
    ("materials", "fewer-originals"): Rule(
        GOOD,
        _("“%(name)s”要%(local)s份原件，%(here)s是%(standard)s份"),
        _("“%(name)s”%(there)s只要%(local)s份原件，%(here)s要%(standard)s份"),
    ),
    ("materials", "first-originals"): Rule(
        HARD,
        _("“%(name)s”要%(local)s份原件，%(here)s不要原件"),
        _("“%(name)s”%(there)s要%(local)s份原件，%(here)s不要"),
    ),
    ("materials", "no-originals"): Rule(
        GOOD,
        _("“%(name)s”不要原件，%(here)s是%(standard)s份"),
        _("“%(name)s”%(there)s不要原件，%(here)s要%(standard)s份"),
    ),
    ("materials", "more-copies"): Rule(
        HARD,
        _("“%(name)s”要%(local)s份复印件，%(here)s是%(standard)s份"),
        _("“%(name)s”%(there)s要%(local)s份复印件，%(here)s要%(standard)s份"),
    ),
    ("materials", "fewer-copies"): Rule(
        GOOD,
        _("“%(name)s”要%(local)s份复印件，%(here)s是%(standard)s份"),
        _("“%(name)s”%(there)s只要%(local)s份复印件，%(here)s要%(standard)s份"),
    ),
    ("materials", "first-copies"): Rule(
        HARD,
        _("“%(name)s”要%(local)s份复印件，%(here)s不要复印件"),
        _("“%(name)s”%(there)s要%(local)s份复印件，%(here)s不要"),
    ),
    ("materials", "no-copies"): Rule(
        GOOD,
        _("“%(name)s”不要复印件，%(here)s是%(standard)s份"),
        _("“%(name)s”%(there)s不要复印件，%(here)s要%(standard)s份"),
    ),
    ("materials", "fewer-formats"): Rule(
        HARD, _("“%(name)s”不收这些文件格式：%(local)s，%(here)s收"),
        _("“%(name)s”%(there)s不收%(local)s格式的文件，%(here)s收"),
    ),
    ("materials", "more-formats"): Rule(GOOD, _("“%(name)s”多收这些文件格式：%(local)s")),
    ("materials", "issuer"): Rule(
        OWN, _("“%(name)s”的出具机构写的是%(local)s，%(here)s是%(standard)s")
    ),
    ("materials", "point-added"): Rule(
        HARD,
        _("“%(name)s”多核查一点：%(local)s"),
        _("“%(name)s”%(there)s还要看：%(local)s。%(here)s不看"),
    ),
    ("materials", "point-dropped"): Rule(GOOD, _("“%(name)s”不核查：%(standard)s")),
    ("materials", "point-number"): Rule(
        HARD,
        _("“%(name)s”的核查要点数字不同：“%(local)s”，%(here)s是“%(standard)s”"),
        _("“%(name)s”%(there)s要：%(local)s。%(here)s要：%(standard)s"),
    ),
    ("materials", "point-reworded"): Rule(
        OWN, _("“%(name)s”的核查要点写法不同：“%(local)s”，%(here)s是“%(standard)s”")
    ),
    ("materials", "point-to-receiver"): Rule(
        BAD,
        _("“%(name)s”的“%(local)s”交给收件窗口判断，%(here)s由办理地判断"),
        ground=DIVIDED,
    ),
    ("materials", "point-to-decider"): Rule(
        OWN,
        _("“%(name)s”的“%(local)s”由办理地判断，%(here)s由收件窗口判断"),
        ground=DIVIDED,
    ),
    ("form", "added"): Rule(
        HARD, _("申请表多一个必填项“%(name)s”"), _("%(there)s还要填“%(name)s”，%(here)s不要")
    ),
    ("form", "added-optional"): Rule(OWN, _("申请表多一个可以不填的“%(name)s”")),
    ("form", "dropped"): Rule(GOOD, _("申请表没有“%(name)s”")),
    ("form", "required"): Rule(
        HARD, _("“%(name)s”必须填，%(here)s可以不填"),
        _("“%(name)s”%(there)s必须填，%(here)s可以不填"),
    ),
    ("form", "optional"): Rule(GOOD, _("“%(name)s”可以不填，%(here)s必须填")),
    ("process", "missing"): Rule(LACK, _("没有“%(name)s”这个环节")),
    ("process", "added"): Rule(HARD, _("多一个环节“%(name)s”")),
    ("process", "longer"): Rule(
        HARD, _("“%(name)s”环节%(local)s，%(here)s是%(standard)s")
    ),
    ("process", "shorter"): Rule(
        GOOD, _("“%(name)s”环节%(local)s，%(here)s是%(standard)s")
    ),
    ("process", "unit"): Rule(
        OWN, _("“%(name)s”环节%(local)s，%(here)s是%(standard)s，单位不同，请核对")
    ),
    ("process", "actor"): Rule(
        BAD, _("“%(name)s”环节由%(local)s办，%(here)s由%(standard)s办"), ground=DIVIDED
    ),
    ("process", "order"): Rule(OWN, _("环节的先后是%(local)s，%(here)s是%(standard)s")),
    ("process", "standard"): Rule(
        OWN, _("“%(name)s”环节的审查标准是“%(local)s”，%(here)s是“%(standard)s”")
    ),
    ("joint", "missing"): Rule(
        LACK, _("没有联办环节“%(name)s”"), _("%(there)s没有“%(name)s”这个联办环节"), ground=DIVIDED
    ),
    ("joint", "added"): Rule(
        BAD,
        _("多一个联办环节“%(name)s”，没有写依据"),
        _("%(there)s还要经过“%(name)s”，%(here)s不用"),
        with_basis=HARD,
        ground=DIVIDED,
    ),
    ("joint", "longer"): Rule(
        HARD,
        _("联办环节“%(name)s”%(local)s，%(here)s是%(standard)s"),
        _("“%(name)s”%(there)s要%(local)s，%(here)s是%(standard)s"),
        ground=DIVIDED,
    ),
    ("joint", "shorter"): Rule(
        GOOD, _("联办环节“%(name)s”%(local)s，%(here)s是%(standard)s"), ground=DIVIDED
    ),
    ("joint", "office"): Rule(
        BAD, _("联办环节“%(name)s”由%(local)s办，%(here)s由%(standard)s办"), ground=DIVIDED
    ),
    ("joint", "asks"): Rule(
        OWN,
        _("联办环节“%(name)s”请对方“%(local)s”，%(here)s是“%(standard)s”，请核对"),
        ground=DIVIDED,
    ),
    ("joint", "shown"): Rule(
        HARD,
        _("联办环节“%(name)s”还给联办地看：%(local)s"),
        _("办“%(name)s”时，%(there)s还给联办地看您的：%(local)s"),
        ground=DIVIDED,
    ),
    ("joint", "undo-missing"): Rule(
        BAD,
        _("联办环节“%(name)s”没有写办不成时怎样撤销，%(here)s是“%(standard)s”"),
        ground=DIVIDED,
    ),
    ("joint", "undo-added"): Rule(
        OWN, _("联办环节“%(name)s”写了办不成时撤销：%(local)s"), ground=DIVIDED
    ),
    ("procedures", "added"): Rule(
        BAD,
        _("多一个不计时限的特别程序“%(name)s”，没有写依据"),
        _("%(there)s可能有“%(name)s”，这段时间不算在时限里；%(here)s没有"),
        with_basis=OWN,
    ),
    ("procedures", "dropped"): Rule(GOOD, _("没有特别程序“%(name)s”")),
    ("limits", "longer-than-law"): Rule(
        BAD,
        _("%(name)s是%(local)s，超过%(here)s的法定期限%(standard)s"),
        _("%(name)s在%(there)s是%(local)s，%(here)s的法定期限是%(standard)s"),
        against_default=HARD,
    ),
    ("limits", "longer"): Rule(
        HARD,
        _("%(name)s是%(local)s，%(here)s是%(standard)s"),
        _("%(name)s%(there)s是%(local)s，比%(here)s的%(standard)s长"),
    ),
    ("limits", "shorter"): Rule(
        GOOD,
        _("%(name)s是%(local)s，%(here)s是%(standard)s"),
        _("%(name)s%(there)s是%(local)s，比%(here)s的%(standard)s短"),
    ),
    ("limits", "missing"): Rule(LACK, _("没有写%(name)s，%(here)s是%(standard)s")),
    ("limits", "added"): Rule(OWN, _("另外写了%(name)s：%(local)s")),
    ("limits", "unit"): Rule(
        OWN,
        _("%(name)s是%(local)s，%(here)s是%(standard)s，单位不同，请核对"),
        _("%(name)s%(there)s是%(local)s，%(here)s是%(standard)s"),
    ),
    ("visits", "more"): Rule(
        HARD,
        _("“%(name)s”要到场%(local)s次，%(here)s是%(standard)s次"),
        _("“%(name)s”%(there)s要到场%(local)s次，%(here)s%(standard)s次"),
    ),
    ("visits", "fewer"): Rule(
        GOOD,
        _("“%(name)s”要到场%(local)s次，%(here)s是%(standard)s次"),
        _("“%(name)s”%(there)s只要到场%(local)s次，%(here)s%(standard)s次"),
    ),
    ("fee", "charged"): Rule(
        BAD,
        _("收费：%(local)s。%(here)s不收费，也没有写收费依据"),
        _("%(there)s收费：%(local)s。%(here)s不收费"),
        with_basis=HARD,
    ),
    ("fee", "free"): Rule(
        GOOD, _("不收费，%(here)s收费：%(standard)s"),
        _("%(there)s不收费，%(here)s收费：%(standard)s"),
    ),
    ("fee", "other"): Rule(
        OWN,
        _("收费的写法不同：“%(local)s”，%(here)s是“%(standard)s”"),
        _("%(there)s收费：%(local)s。%(here)s收费：%(standard)s"),
    ),
    ("result", "kind"): Rule(
        BAD,
        _("办理结果是“%(local)s”，%(here)s是“%(standard)s”"),
        _("%(there)s给“%(local)s”，%(here)s给“%(standard)s”"),
        against_default=OWN,
    ),
    ("result", "title"): Rule(
        BAD,
        _("结果名称是“%(local)s”，%(here)s是“%(standard)s”"),
        _("结果在%(there)s叫“%(local)s”，在%(here)s叫“%(standard)s”"),
        against_default=OWN,
    ),
    ("modes", "missing"): Rule(
        LACK, _("没有“%(name)s”这种办法"), _("%(there)s不能“%(name)s”，%(here)s可以")
    ),
    ("modes", "added"): Rule(
        GOOD, _("多了“%(name)s”这种办法"), _("%(there)s可以“%(name)s”，%(here)s不行")
    ),
    ("responsibility", "missing"): Rule(LACK, _("没有写%(name)s的责任：%(standard)s"), ground=DIVIDED),
    ("responsibility", "added"): Rule(OWN, _("另外写了%(name)s的责任：%(local)s"), ground=DIVIDED),
}  # fmt: skip
