"""Addresses of the portal."""

from django.urls import path

from tongban.portal.views import (
    acting,
    applying,
    cases,
    deadline,
    documents,
    filling,
    home,
    items,
    papers,
    search,
    submitting,
)

app_name = "portal"
urlpatterns = [
    # Browsers ask here for a plain page that names no picture of its own, such as a PDF.
    path("favicon.ico", home.favicon, name="favicon"),
    path("", home.home, name="home"),
    path("windows/", home.windows, name="windows"),
    path("clock/", deadline.deadline, name="deadline"),
    path("search", search.search, name="search"),
    path("suggestions", search.suggestions, name="suggestions"),
    path("places", search.place_names, name="place-names"),
    path("items/<slug:code>", items.item, name="item"),
    path("items/<slug:code>/guide.pdf", items.guide_pdf, name="guide-pdf"),
    path("apply/start/", applying.start, name="start"),
    path("apply/<uuid:draft_id>/", applying.tasks, name="tasks"),
    path("apply/<uuid:draft_id>/step/<slug:key>/", filling.step, name="step"),
    path("apply/<uuid:draft_id>/materials/", papers.sheet, name="materials"),
    path("apply/<uuid:draft_id>/papers/<slug:spec>", papers.draft_paper, name="draft-paper"),
    path("apply/<uuid:draft_id>/check/", submitting.check, name="check"),
    path("apply/<uuid:draft_id>/done/", submitting.done, name="done"),
    path("apply/<uuid:draft_id>/drop/", applying.drop, name="drop"),
    path("cases/", cases.index, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/mend/", acting.mend, name="mend"),
    path("cases/<str:number>/sign/", acting.sign, name="sign"),
    path("cases/<str:number>/withdraw/", acting.withdraw, name="withdraw"),
    path("cases/<str:number>/receipt/", cases.receipt, name="receipt"),
    path("cases/<str:number>/papers/<str:digest>", cases.paper, name="paper"),
    path(
        "cases/<str:number>/documents/<int:seq>-<slug:kind>.pdf",
        documents.document,
        name="document",
    ),
]
