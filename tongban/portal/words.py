"""How a guide says its values: limits with their unit, how a material is given, who acts."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.catalogue.versions import MaterialSpec

ACTORS = {
    "applicant": gettext_lazy("您"),
    "receiver": gettext_lazy("收件窗口"),
    "decider": gettext_lazy("办理机关"),
    "partner": gettext_lazy("联办机关"),
}
MARKS = {"applicant": "app", "receiver": "recv", "decider": "deci", "partner": "part"}
_FORMS = {
    "upload": gettext_lazy("拍照或扫描上传"),
    "e-certificate": gettext_lazy("有电子证照的不用交纸质的"),
    "shared-data": gettext_lazy("由机关核验数据"),
    "original-by-post": gettext_lazy("原件邮寄"),
    "original-in-person": gettext_lazy("原件带到现场"),
}
_GRADES = {
    "A": gettext_lazy("要出具机关直接提供的"),
    "B": gettext_lazy("要窗口和原件核对过的"),
    "C": gettext_lazy("窗口要看原件"),
    "D": gettext_lazy("您承诺真实即可"),
}


def material(asked: MaterialSpec) -> str:
    """How a material is given, how much it must prove, how many on paper, and who issues it."""
    parts = [str(_FORMS[asked.form])]
    if asked.form != "shared-data":
        parts.append(str(_GRADES[asked.grade]))
    if asked.originals:
        parts.append(_("原件%(count)d份") % {"count": asked.originals})
    if asked.copies:
        parts.append(_("复印件%(count)d份") % {"count": asked.copies})
    if asked.issuer:
        parts.append(_("由%(issuer)s出具") % {"issuer": asked.issuer})
    return "；".join(parts)
