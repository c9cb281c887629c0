"""The addresses of the cross-place counter, and its link in the frame."""

from django.http import HttpRequest
from django.urls import path

from tongban.basics.refusals import may
from tongban.counters import queries
from tongban.desk.gate import officer_here
from tongban.desk.views import counter

COUNTER = [
    path("counter/", counter.counter, name="counter"),
    path("counter/call", counter.call, name="counter-call"),
    path("counter/appointments/<uuid:pk>/arrived", counter.arrived, name="counter-arrived"),
    path("counter/appointments/<uuid:pk>/missed", counter.missed, name="counter-missed"),
    path("counter/capacity/", counter.capacity, name="capacity"),
]


def has_counter(request: HttpRequest) -> bool:
    """Whether somebody sits at a cross-place counter, or leads it."""
    officer = officer_here(request)
    return officer is not None and may(queries.counter_of, officer)
