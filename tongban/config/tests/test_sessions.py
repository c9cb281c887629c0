"""What a person reads when her session cannot be saved says why."""

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.exception import convert_exception_to_response
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory

from tongban.config.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored():
    session = SessionStore()
    session["words"] = "before"
    session.create()
    return session


def answer(session, settings, meanwhile=lambda: None):
    """Of a page that has done its work and leaves a message in the session."""

    def page(request):
        request.session["words"] = "after"
        meanwhile()
        return HttpResponse("done")

    request = RequestFactory().post("/desk/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = session.session_key
    return convert_exception_to_response(SessionMiddleware(page))(request)


def lost_at_update(execute, sql, params, many, context):
    if sql.startswith("UPDATE"):
        raise OperationalError("server closed the connection unexpectedly")
    return execute(sql, params, many, context)


def test_a_database_lost_while_the_session_is_saved_is_503_and_not_a_bad_request(stored, settings):
    with connection.execute_wrapper(lost_at_update):
        given = answer(stored, settings)

    assert given.status_code == 503
    assert given.headers["Retry-After"]


def test_a_session_that_was_ended_meanwhile_is_a_bad_request_as_before(stored, settings):
    assert answer(stored, settings, meanwhile=stored.delete).status_code == 400


def test_a_session_is_saved(stored, settings):
    assert answer(stored, settings).status_code == 200
    assert SessionStore(stored.session_key)["words"] == "after"
