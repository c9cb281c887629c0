"""Where a paper comes from, in words: what its applicant says of it, or what a window saw."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases.models import Material
from tongban.cases.operations import scanning

# What an applicant says of a file of his own; nobody has compared it with anything (grade C).
UPLOADED: dict[str, str | Promise] = {
    "photo": _("原件的照片或者扫描"),
    "copy": _("复印件的照片或者扫描"),
    "original": _("电子原件，直接下载或者收到的"),
}
UNSAID = _("没有说明是原件还是复印件")


def words(paper: Material) -> str | Promise:
    """Whether a paper was made from an original or a copy, and who says so."""
    if paper.source == "upload":
        said = UPLOADED.get(paper.made_from)
        return _("申请人说是%(what)s") % {"what": said} if said else UNSAID
    return scanning.MADE_FROM.get(paper.made_from, "")
