"""The pages of the frame, and a queue and cases as a desk has them."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

QUEUE = """{% extends "desk_base.html" %}{% load components %}
{% block title %}队列{% endblock %}
{% block main %}<h1>队列</h1>
<form role="search"><label for="s">查办件</label><input class="in" id="s" data-js="search"></form>
<p class="line">{% btn "认领" key="C" js="claim" %}<a rel="prev" href="/go/before">上一件</a><a rel="next" href="/go/after">下一件</a></p>
{% tbl "事项" "时限" caption="要我办的" js="queue" %}
{% for name in names %}{% tr %}{% th %}<a href="/case/{{ name }}">{{ name }}</a>{% endth %}{% td %}{% light "ok" "剩1天" %}{% endtd %}{% endtr %}{% endfor %}
{% endtbl %}{% endblock %}"""  # noqa: E501


def queue(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string(QUEUE)
    return HttpResponse(template.render({"names": ["甲", "乙", "丙"]}, request))


def other(request: HttpRequest, **_where: str) -> HttpResponse:
    return render(request, "404.html")


def crash(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def lost(_request: HttpRequest) -> HttpResponse:
    raise OperationalError("the server closed the connection")


def forbidden(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


handler500 = "tongban.ui.views.server_error"
urlpatterns = [
    path("", other, name="home"),
    path("desk/", queue, name="queue"),
    path("desk/decided/", queue, name="decided"),
    path("case/<str:name>", other),
    path("crash", crash),
    path("lost", lost),
    path("forbidden", forbidden),
    path("go/<slug:where>", other),
    path("", include("tongban.ui.urls")),
    path("accounts/", include("allauth.urls")),
]
