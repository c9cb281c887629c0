"""Renewing the lists takes two: one manager of the hub prepares, another confirms or sends back.

What is prepared lies in a table that no reader of the lists knows; it changes nothing until then.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.basics.refusals import NotFound, Refused
from tongban.catalogue import judging
from tongban.catalogue.models import ItemChange, PreparedRenewal
from tongban.catalogue.operations import publishing, renewing
from tongban.catalogue.operations.drafts import ReasonMissing
from tongban.catalogue.operations.renewing import NewBatch, NewItem, Renewal, Under
from tongban.catalogue.permissions import (
    check_may_confirm,
    check_may_manage,
    check_may_withdraw,
)
from tongban.parties.models import Officer

log = structlog.get_logger(__name__)
State = PreparedRenewal.State
Wanted = Renewal | NewBatch
BATCH = "batch"


class PreparedAlready(Refused):
    """The very same waits already, prepared by another: one of the two is one too many."""

    code = "prepared-already"

    def __init__(self, found: PreparedRenewal) -> None:
        super().__init__(
            _("另一位事项管理人员已经编写了同样的更新，正在等待确认，您可以去核对"),
            prepared=found.pk,
        )


class NoLongerWaiting(Refused):
    """Somebody has decided on it meanwhile, or it was withdrawn."""

    code = "no-longer-waiting"

    def __init__(self, found: PreparedRenewal) -> None:
        said = _("这次更新%(state)s，不能再改") % {"state": State(found.state).label}
        super().__init__(said, prepared=found.pk, state=found.state)


@transaction.atomic
def prepare(wanted: Wanted, *, officer: Officer, at: datetime) -> PreparedRenewal:
    """Lay a renewal, or a new batch, before a second person. Nothing of the lists changes yet.

    The second time the same officer gets what he prepared. Refused: PreparedAlready, and as
    `renewing.check_renewal` and `renewing.check_batch`.
    """
    check_may_manage(officer, "")
    # Whoever prepares the same at the same moment waits here, and then finds it.
    publishing.lock_chain(renewing.CHAIN)
    said = _said(wanted)
    judging.check_json(said, what=_("内容"))
    digest = canonical.digest(canonical.dumps(said))
    found = PreparedRenewal.objects.filter(digest=digest, state=State.WAITING).first()
    if found and found.prepared_by == officer.pseudonym:
        return found
    if found:
        raise PreparedAlready(found)
    if isinstance(wanted, Renewal):
        renewing.check_renewal(wanted, officer=officer, at=at)
    else:
        renewing.check_batch(wanted, officer=officer)
    return PreparedRenewal.objects.create(
        kind=wanted.kind if isinstance(wanted, Renewal) else BATCH,
        said=said,
        digest=digest,
        prepared_by=officer.pseudonym,
        prepared_at=at,
    )


@transaction.atomic
def confirm(*, prepared_id: int, officer: Officer, at: datetime) -> PreparedRenewal:
    """Let a prepared renewal be: it is written, signed and holds at once.

    The second time it is as it is. Refused: PreparedByYourself, NoLongerWaiting, and as
    `renewing.renew` when it can no longer be done: then it goes on waiting, to be sent back.
    """
    found = _locked(prepared_id)
    check_may_confirm(officer, found)
    if found.state == State.CONFIRMED:
        return found
    _check_waiting(found)
    wanted, first = wanted_of(found), found.prepared_by
    if isinstance(wanted, Renewal):
        found.change = renewing.renew(wanted, prepared_by=first, officer=officer, at=at)
    else:
        renewing.open_batch(wanted, prepared_by=first, officer=officer, at=at)
    return _decided(found, State.CONFIRMED, officer, at)


@transaction.atomic
def send_back(*, prepared_id: int, why: str, officer: Officer, at: datetime) -> PreparedRenewal:
    """Give a prepared renewal back with the reason; whoever prepared it can begin from it again.

    Refused: ReasonMissing, PreparedByYourself, NoLongerWaiting (also the second time).
    """
    found = _locked(prepared_id)
    check_may_confirm(officer, found)
    _check_waiting(found)
    if not why.strip():
        raise ReasonMissing
    judging.check_json(why, what=_("退回的理由"))
    found.why = why.strip()
    return _decided(found, State.SENT_BACK, officer, at)


@transaction.atomic
def withdraw(*, prepared_id: int, officer: Officer, at: datetime) -> PreparedRenewal:
    """Take back what one has prepared oneself. The second time it is as it is.

    Refused: PreparedByAnother, NoLongerWaiting.
    """
    found = _locked(prepared_id)
    check_may_withdraw(officer, found)
    if found.state == State.WITHDRAWN:
        return found
    _check_waiting(found)
    return _decided(found, State.WITHDRAWN, officer, at)


def wanted_of(found: PreparedRenewal) -> Wanted:
    """What a prepared row is to do."""
    said = found.said
    if found.kind == BATCH:
        return NewBatch(**{**said, "due_on": _day(said["due_on"])})
    under = Under(**{**said["under"], "on": date.fromisoformat(said["under"]["on"])})
    return Renewal(
        kind=ItemChange.Kind(found.kind),
        under=under,
        before=tuple(said["before"]),
        after=tuple(said["after"]),
        name=said["name"],
        item=_item(said["item"]) if said["item"] else None,
    )


def _item(said: Mapping[str, Any]) -> NewItem:
    many = {key: tuple(said[key]) for key in ("subjects", "cooperating")}
    return NewItem(**{**said, **many})


def _said(wanted: Wanted) -> dict[str, Any]:
    """A renewal as JSON keeps it: the same wish, the same bytes."""
    said = asdict(wanted)
    if isinstance(wanted, NewBatch):
        return said | {"due_on": wanted.due_on.isoformat() if wanted.due_on else ""}
    said.pop("kind")
    said["under"]["on"] = wanted.under.on.isoformat()
    said |= {key: sorted(set(said[key])) for key in ("before", "after")}
    if wanted.item:
        said["item"] |= {key: list(said["item"][key]) for key in ("subjects", "cooperating")}
    return {"kind": str(wanted.kind), **said}


def _day(said: str) -> date | None:
    return date.fromisoformat(said) if said else None


def _locked(prepared_id: int) -> PreparedRenewal:
    """The row, held until the transaction ends, within the one order of all renewals."""
    publishing.lock_chain(renewing.CHAIN)
    found = PreparedRenewal.objects.select_for_update().filter(pk=prepared_id).first()
    if found is None:
        raise NotFound(_("没有这次更新"), prepared=prepared_id)
    return found


def _check_waiting(found: PreparedRenewal) -> None:
    if found.state != State.WAITING:
        raise NoLongerWaiting(found)


def _decided(
    found: PreparedRenewal, state: State, officer: Officer, at: datetime
) -> PreparedRenewal:
    found.state, found.decided_by, found.decided_at = state, officer.pseudonym, at
    found.save()
    facts = {"renewal": found.pk, "kind": found.kind, "prepared_by": found.prepared_by}
    log.info("catalogue.renewal_decided", state=str(state), by=officer.pseudonym, **facts)
    return found
