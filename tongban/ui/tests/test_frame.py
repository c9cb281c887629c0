"""The frame: what registers, who is named, what errors say, which policies are set."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from tongban.basics import prepared
from tongban.basics.prepared import Count
from tongban.ui import frame, middleware

pytestmark = pytest.mark.django_db


def shown(path, area="desk"):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return [(link.label, link.current, link.count) for link in getattr(frame.Frame(request), area)]


@pytest.fixture
def desk_links():
    frame.add_link("desk", frame.Link("已决定", "decided", order=20))
    frame.add_link("desk", frame.Link("我的队列", "queue", order=10, count=lambda _request: 18))


def test_links_stand_in_their_order_and_the_deepest_is_current(desk_links):
    assert shown("/desk/") == [("我的队列", True, 18), ("已决定", False, None)]
    assert shown("/desk/decided/") == [("我的队列", False, 18), ("已决定", True, None)]


def test_what_stands_beside_links_is_counted_at_once_and_said_by_each(monkeypatch):
    rows, sent = prepared.rows, []

    def counted(statement, values):
        sent.append(statement)
        return rows(statement, values)

    monkeypatch.setattr(prepared, "rows", counted)

    def link(name, number):
        asked = Count("SELECT %(n)s::int", {"n": number})
        return frame.Link(
            name, name, count=lambda _request: asked, shown=lambda n: f"{n}+" if n else None
        )

    frame.add_link("desk", link("queue", 3))
    frame.add_link("desk", link("decided", 0))

    assert [count for _words, _current, count in shown("/desk/")] == ["3+", None]
    assert len(sent) == 1


def test_a_link_registered_twice_stands_once(desk_links):
    frame.add_link("desk", frame.Link("已决定", "decided", order=20))

    assert len(shown("/desk/")) == 2


def test_a_link_is_shown_to_whom_it_is_for():
    frame.add_link(
        "portal", frame.Link("我的办件", "queue", visible=lambda r: r.user.is_authenticated)
    )

    assert shown("/", "portal") == []


def test_home_is_current_on_the_home_page_alone():
    frame.add_link("portal", frame.Link("首页", "home"))

    assert shown("/", "portal") == [("首页", True, None)]
    assert shown("/desk/", "portal") == [("首页", False, None)]


def test_the_node_and_the_person_are_named_by_those_above(client, django_user_model):
    frame.name_this_node(lambda: frame.NodeName(place="吉林省", zone="吉林省的专区"))
    frame.name_the_person(lambda request: f"{request.user.get_username()}（测试）")
    client.force_login(django_user_model.objects.create_user("lisi"))

    page = client.get("/components/").content.decode()

    assert "吉林省的专区" in page
    assert "lisi（测试）" in page
    assert 'action="/accounts/logout/"' in page


def test_who_signs_in_comes_back_to_the_page(client):
    frame.sign_in_at("queue")

    assert 'href="/desk/?next=/components/"' in client.get("/components/").content.decode()


def test_the_sandbox_says_what_it_is(client, settings):
    words = "演示环境，人物和证件均为虚构"
    settings.SANDBOX = True
    assert words in client.get("/components/").content.decode()
    settings.SANDBOX = False
    assert words not in client.get("/components/").content.decode()


def test_large_type_is_written_by_the_server(client):
    answer = client.post("/large-type/", {"large": "1", "next": "/components/"})
    assert answer.headers["Location"] == "/components/"
    assert 'data-type="large"' in client.get("/components/").content.decode()

    client.post("/large-type/", {"large": "0", "next": "/components/"})
    assert 'data-type="large"' not in client.get("/components/").content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""]
)
def test_large_type_never_leads_off_the_site(client, elsewhere):
    assert client.post("/large-type/", {"large": "1", "next": elsewhere}).headers["Location"] == "/"


def test_large_type_is_changed_by_post_alone(client):
    assert client.get("/large-type/").status_code == 405


def test_every_page_forbids_what_is_not_ours(client):
    answer = client.get("/components/")

    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_a_page_that_sets_its_own_policy_keeps_it(rf):
    from django.http import HttpResponse

    own = HttpResponse(headers={"Permissions-Policy": "camera=(self)"})

    assert middleware.SecurityHeaders(lambda _request: own)(rf.get("/")) is own
    assert own.headers["Permissions-Policy"] == "camera=(self)"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere/", 404, "没有这一页"),
        ("/forbidden", 403, "您不能看这一页"),
        ("/crash", 500, "不是您填错了"),
        ("/lost", 503, "系统暂时连不上"),
    ],
)
def test_errors_say_what_to_do(path, status, words):
    answer = Client(raise_request_exception=False).get(path)

    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_lost_database_says_when_to_come_back(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client(raise_request_exception=False).get("/lost")

    assert int(answer.headers["Retry-After"]) > 0


def test_a_form_without_a_token_says_that_nothing_was_lost():
    answer = Client(enforce_csrf_checks=True).post("/large-type/", {"large": "1"})

    assert answer.status_code == 403
    assert "以前保存过的都在" in answer.content.decode()


def test_without_a_user_nobody_is_named():
    request = RequestFactory().get("/")

    assert frame.Frame(request).person == ""
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    assert frame.Frame(request).person == ""
