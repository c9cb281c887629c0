"""The addresses of inquiries and of requests to the holder, at the desk."""

from django.urls import path

from tongban.desk.views import inquiries, requests

INQUIRIES = [
    path("inquiries/", inquiries.index, name="inquiries"),
    path("inquiries/new/", inquiries.ask, name="ask-inquiry"),
    path("inquiries/<str:chain>/", inquiries.inquiry, name="inquiry"),
    path("inquiries/<str:chain>/answer", inquiries.answer, name="answer-inquiry"),
    path("inquiries/<str:chain>/refuse", inquiries.refuse, name="refuse-inquiry"),
    path("inquiries/<str:chain>/more", inquiries.more, name="more-inquiry"),
    path("inquiries/<str:chain>/withdraw", inquiries.withdraw, name="withdraw-inquiry"),
    path("inquiries/<str:chain>/remind", inquiries.remind, name="remind-inquiry"),
    path("inquiries/<str:chain>/papers/<str:digest>", inquiries.paper, name="inquiry-paper"),
    path("inquiries/<str:chain>/evidence.json", inquiries.evidence, name="inquiry-evidence"),
]
REQUESTS = [
    path("requests/", requests.index, name="requests"),
    path("cases/<str:number>/requests/", requests.of_case, name="case-requests"),
    path("cases/<str:number>/requests/ask", requests.ask, name="ask-request"),
    path("cases/<str:number>/requests/<uuid:request_id>", requests.answer, name="answer-request"),
    path(
        "cases/<str:number>/requests/<uuid:request_id>/papers/<str:digest>",
        requests.paper,
        name="request-paper",
    ),
]
