"""The addresses of joint steps, at the desk."""

from django.urls import path

from tongban.desk.views import joint

JOINT = [
    path("joint/", joint.steps, name="joint-steps"),
    path("joint/<str:chain>/", joint.step, name="joint-step"),
    path("joint/<str:chain>/papers/<str:digest>", joint.paper, name="joint-paper"),
    path("cases/<str:number>/joint/", joint.case_steps, name="case-joint"),
]
