"""The addresses of the desk."""

from django.urls import path

from tongban.desk.views import act, case, papers, particulars, queue, standards

app_name = "desk"
_CASE = "cases/<str:number>/"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("keys/", queue.keys, name="keys"),
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
]
