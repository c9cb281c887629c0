"""Acknowledging alarms, and handing to the leader what nobody acknowledged in time."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.cases import alarms
from tongban.cases.models import Alarm
from tongban.cases.permissions import office_of
from tongban.parties.models import Officer

log = structlog.get_logger(__name__)
LONGEST = 300

Listener = Callable[[Alarm], None]
L = TypeVar("L", bound=Listener)
_LISTENERS: list[Listener] = []


def on_escalation(listener: L) -> L:
    """Register what is told of every alarm that goes to a leader, in its transaction."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


class AcknowledgedByAnother(Refused):
    """A colleague took note of it before."""

    code = "alarm-acknowledged"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s已经处理了这条预警，没有再记一次") % {"name": name}, by=name)


@transaction.atomic
def acknowledge(*, alarm_id: int, officer: Officer, note: str, at: datetime) -> Alarm:
    """Take note of an alarm of one's own office and say what is being done about it.

    Twice by the same officer changes nothing. Refused: NotFound for another office's, without
    words, and after a colleague (AcknowledgedByAnother). The clock runs on as it did.
    """
    rows = Alarm.objects.select_for_update(of=("self",)).select_related("acknowledged_by")
    row = rows.filter(pk=alarm_id, authority=office_of(officer).code).first()
    if row is None:
        raise NotFound(_("没有找到这条预警，或者它不归您所在的机关"))
    if row.acknowledged_by is not None:
        if row.acknowledged_by != officer:
            raise AcknowledgedByAnother(row.acknowledged_by.name)
        return row
    words = note.strip()
    if not words or len(words) > LONGEST:
        raise FieldsRefused({"note": [_("写明打算怎样办，最多%(most)d个字") % {"most": LONGEST}]})
    row.acknowledged_by, row.acknowledged_at = officer, at
    row.note = sealing.seal(words.encode())
    row.save(update_fields=["acknowledged_by", "acknowledged_at", "note"])
    return row


def escalate_due(*, at: datetime) -> int:
    """Hand to the leader, once each, what nobody acknowledged in time; gives how many.

    Two workers share them: a row that another one holds is left to it.
    """
    done = 0
    for alarm in alarms.to_escalate(day_in_beijing(at)):
        done += _escalate(alarm.pk, at)
    if done:
        log.info("cases.alarms_escalated", count=done)
    return done


@transaction.atomic
def _escalate(alarm_id: int, at: datetime) -> bool:
    still = Alarm.objects.filter(acknowledged_at=None, escalated_at=None)
    row = still.select_for_update(of=("self",), skip_locked=True).filter(pk=alarm_id).first()
    if row is None:
        return False
    row.escalated_at = at
    row.save(update_fields=["escalated_at"])
    for listener in _LISTENERS:
        listener(row)
    return True
