"""The addresses of the desk."""

from django.urls import path

from tongban.desk.alarm_urls import ALARMS
from tongban.desk.counter_urls import COUNTER
from tongban.desk.document_urls import DOCUMENTS
from tongban.desk.inquiry_urls import INQUIRIES, REQUESTS
from tongban.desk.joint_urls import JOINT
from tongban.desk.parcel_urls import PARCELS
from tongban.desk.views import (
    act,
    bulk,
    case,
    exports,
    helping,
    office,
    papers,
    particulars,
    queue,
    signing,
    standards,
)

app_name = "desk"
_CASE = "cases/<str:number>/"

urlpatterns = [
    *PARCELS,
    *COUNTER,
    *JOINT,
    *INQUIRIES,
    *REQUESTS,
    *DOCUMENTS,
    *ALARMS,
    path("", queue.queue, name="queue"),
    path("several", bulk.several, name="several"),
    path("lists/save", queue.save, name="save"),
    path("lists/<int:saved_id>/drop", queue.drop, name="drop"),
    path("cases.<str:kind>", exports.cases, name="export"),
    path("keys/", queue.keys, name="keys"),
    path("office/", office.office, name="office"),
    path("office/signatures/", signing.waiting, name="signatures"),
    path("office/signatures/several", signing.settle_several, name="sign-several"),
    path("office/signatures/<uuid:pk>", signing.settle, name="settle-signature"),
    path("office/signatures/<uuid:pk>/preview.pdf", signing.preview, name="preview-signature"),
    path("office/absences", office.enter_absence, name="enter-absence"),
    path("office/absences/<int:absence_id>/cancel", office.cancel_absence, name="cancel-absence"),
    path("office/people/<int:officer_id>/cases", office.cases_of_absent, name="cases-of-absent"),
    path("helping/", helping.helping, name="helping"),
    path("standards/", standards.standards, name="standards"),
    path(_CASE, case.case, name="case"),
    path(f"{_CASE}claim", case.claim, name="claim"),
    path(f"{_CASE}release", case.release, name="release"),
    path(f"{_CASE}receive", case.receive, name="receive"),
    path(f"{_CASE}checks/<slug:spec>/", case.rest_is_good, name="rest-is-good"),
    path(f"{_CASE}checks/<slug:spec>/<slug:point>", case.note, name="note"),
    path(f"{_CASE}papers/<str:digest>", papers.paper, name="paper"),
    path(f"{_CASE}result-draft", papers.draft_of_result, name="result-draft"),
    path(f"{_CASE}particulars/", particulars.particulars, name="particulars"),
    path(f"{_CASE}numbers", particulars.show_numbers, name="numbers"),
    path(f"{_CASE}history/", particulars.history, name="history"),
    path(f"{_CASE}acts/<slug:name>/", act.act, name="act"),
    path(f"{_CASE}acts/<slug:name>/signature", signing.ask, name="ask-signature"),
    path(f"{_CASE}acts/<slug:name>/signature/back", signing.take_back, name="take-back-signature"),
]
