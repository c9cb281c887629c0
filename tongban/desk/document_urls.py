"""The addresses of papers and official documents at the desk."""

from django.urls import path

from tongban.desk.views import documents, evidence, scanning

_CASE = "cases/<str:number>/"

DOCUMENTS = [
    path("documents/", documents.register, name="documents"),
    path("documents/print", documents.print_chosen, name="print-documents"),
    path(f"{_CASE}documents/<int:seq>-<slug:kind>.pdf", documents.document, name="document"),
    path(f"{_CASE}evidence.zip", evidence.evidence, name="evidence"),
    path(f"{_CASE}papers/", scanning.papers, name="papers"),
    path(f"{_CASE}papers/<str:digest>/thumbnail.png", scanning.thumbnail, name="thumbnail"),
    path(f"{_CASE}acts/<slug:name>/preview.pdf", documents.preview, name="preview"),
]
