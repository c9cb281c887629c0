"""A case taken in at a window: whoever had an appointment for it has come."""

from django.conf import settings

from tongban.basics.hours import day_in_beijing
from tongban.cases import happenings, states
from tongban.cases.models import Case
from tongban.counters import booking
from tongban.counters.models import Appointment
from tongban.record.chains import Event


@happenings.on(states.RECEIVE.name)
def has_come(case: Case, event: Event) -> None:
    """Mark the appointment of that day as come, also when nobody pressed the button."""
    if case.receiver_node != settings.NODE_ID:
        return
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("slot")
    for row in rows.filter(
        number=case.number,
        state=Appointment.State.BOOKED,
        slot__day=day_in_beijing(event.at),
    ):
        booking.settle(row, Appointment.State.ARRIVED, at=event.at)
