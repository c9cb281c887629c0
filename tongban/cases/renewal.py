"""An application begun under rules that have changed since: what changed, and going on under the new."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.cases import rules
from tongban.cases.models import Draft
from tongban.catalogue import conformance
from tongban.catalogue.versions import Version


@dataclass(frozen=True)
class Renewal:
    """That other rules are in force than those a draft is filled in under.

    `sentences` say to the applicant what is asked otherwise now; without any, nothing that concerns
    an applicant has changed.
    """

    before: Version
    after: Version
    sentences: tuple[str, ...]


class RulesChanged(Refused):
    """The rules changed while the application lay unfinished; the applicant sees how, and goes on."""

    code = "rules-changed"

    def __init__(self, renewal: Renewal) -> None:
        said = _(
            "开始填写以后，规定有变化。请先看有哪些变化，再按新规定继续；已经填的和上传的都还在"
        )
        super().__init__(said)
        self.renewal = renewal

    def facts(self) -> dict[str, Any]:
        return {"changes": list(self.renewal.sentences)}


def renewal_of(draft: Draft, *, on: date) -> Renewal | None:
    """What has changed since a draft was begun; nothing when its rules are those in force.

    A draft that mends a case keeps the case's rules, whatever has come in force. Refused (NotOpen)
    when the item can no longer be filed.
    """
    if draft.case_id:
        return None
    after = rules.open_version(draft.item, on=on, deciding=draft.deciding_place)
    if (after.number, after.local) == (draft.item_version, draft.local_version):
        return None
    before = rules.version_of(draft)
    names = conformance.Names(_("原来的规定"), _("现在的规定"))
    found = conformance.compare(before, after, names)
    return Renewal(before, after, tuple(one.plain for one in found if one.plain))
