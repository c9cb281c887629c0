"""Who may work on the catalogue. An operation calls a check; a page asks `refusals.may`."""

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed
from tongban.catalogue.models import Draft, PreparedRenewal
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Officer, Role
from tongban.parties.permissions import check_has_role


class OnlyAtTheHub(NotAllowed):
    """The national standard is everybody's; one node writes it."""

    code = "only-at-the-hub"

    def __init__(self) -> None:
        super().__init__(_("全国标准只能在国家枢纽修改。本地的不同规定，请改本地的实施清单"))


class PlaceIsNotYours(NotAllowed):
    """The place belongs to another node, or lies beyond what the officer's authority covers."""

    code = "place-is-not-yours"

    def __init__(self, place: str, why: str) -> None:
        super().__init__(why, division=place)


class DraftedByYourself(NotAllowed):
    """Law is made by two people: who drafted does not review."""

    code = "drafted-by-yourself"

    def __init__(self) -> None:
        super().__init__(_("这份草稿是您编写的，要由另一位事项管理人员审核后公布"))


class PreparedByYourself(NotAllowed):
    """The lists are renewed by two people: who prepared does not confirm."""

    code = "prepared-by-yourself"

    def __init__(self) -> None:
        super().__init__(_("这次更新是您编写的，要由另一位事项管理人员核对后确认"))


class PreparedByAnother(NotAllowed):
    """Only who prepared a renewal withdraws it; another sends it back with a reason."""

    code = "prepared-by-another"

    def __init__(self) -> None:
        super().__init__(_("这次更新由另一位事项管理人员编写，您可以确认或者退回，不能撤回"))


class DraftedByAnother(NotAllowed):
    """Only its drafter changes a draft, so that the reviewer knows whose work he reviews."""

    code = "drafted-by-another"

    def __init__(self) -> None:
        super().__init__(_("这份草稿由另一位事项管理人员编写，您可以审核，不能修改"))


def check_may_manage(officer: Officer, division_code: str) -> None:
    """A manager works on the rules of the places that this node serves and his authority covers.

    With an empty code the national standard, at the hub alone. Refused: RoleMissing, OnlyAtTheHub,
    PlaceIsNotYours, NoSuchDivision.
    """
    check_has_role(officer, Role.MANAGER)
    if not division_code:
        if not settings.IS_HUB:
            raise OnlyAtTheHub
        return
    name = jurisdictions.full_name(division_code)
    if jurisdictions.node_for(division_code).code != settings.NODE_ID:
        said = _("%(place)s不由本节点服务，它的规定由它自己的节点公布") % {"place": name}
        raise PlaceIsNotYours(division_code, said)
    if not officer.place or not jurisdictions.is_within(division_code, officer.place):
        said = _("%(place)s不在您所在机关的辖区，您不能改它的规定") % {"place": name}
        raise PlaceIsNotYours(division_code, said)


def check_may_edit(officer: Officer, draft: Draft) -> None:
    """A draft is changed by who began it. Refused: DraftedByAnother, and as `check_may_manage`."""
    check_may_manage(officer, draft.division_code)
    if draft.drafted_by != officer.pseudonym:
        raise DraftedByAnother


def check_may_review(officer: Officer, draft: Draft) -> None:
    """A draft is reviewed by another manager. Refused: DraftedByYourself, as `check_may_manage`."""
    check_may_manage(officer, draft.division_code)
    if draft.drafted_by == officer.pseudonym:
        raise DraftedByYourself


def check_prepared_by_another(officer: Officer, prepared_by: str) -> None:
    """Whoever confirms a renewal did not prepare it. Refused: PreparedByYourself."""
    if prepared_by == officer.pseudonym:
        raise PreparedByYourself


def check_may_confirm(officer: Officer, prepared: PreparedRenewal) -> None:
    """A renewal is confirmed or sent back by a second manager of the hub.

    Refused: PreparedByYourself, and as `check_may_manage`.
    """
    check_may_manage(officer, "")
    check_prepared_by_another(officer, prepared.prepared_by)


def check_may_withdraw(officer: Officer, prepared: PreparedRenewal) -> None:
    """A renewal is withdrawn by who prepared it. Refused: PreparedByAnother, as above."""
    check_may_manage(officer, "")
    if prepared.prepared_by != officer.pseudonym:
        raise PreparedByAnother
