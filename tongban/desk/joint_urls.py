"""The addresses of what single ways ask for at the desk: joint steps, originals by post."""

from django.urls import path

from tongban.desk.views import joint, originals

JOINT = [
    path("joint/", joint.steps, name="joint-steps"),
    path("joint/<str:chain>/", joint.step, name="joint-step"),
    path("joint/<str:chain>/papers/<str:digest>", joint.paper, name="joint-paper"),
    path("cases/<str:number>/joint/", joint.case_steps, name="case-joint"),
    path("cases/<str:number>/originals/", originals.ask, name="originals"),
]
