"""The addresses of what an officer is told: her inbox, and the alarms of her office."""

from django.urls import path

from tongban.desk.views import alarms, inbox, inbox_wishes

ALARMS = [
    path("alarms/", alarms.index, name="alarms"),
    path("alarms/<int:alarm_id>/acknowledge", alarms.acknowledge, name="acknowledge-alarm"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/read", inbox.read_all, name="inbox-read"),
    path("inbox/settings/", inbox_wishes.wishes, name="inbox-wishes"),
    path("inbox/settings/code", inbox_wishes.send_code, name="inbox-code"),
    path("inbox/settings/prove", inbox_wishes.prove, name="inbox-prove"),
    path("inbox/<uuid:desk_notice_id>/", inbox.one, name="notice"),
]
