"""Requests that nobody thought of, made from the API's own description; answers as it says."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tongban.api import v1
from tongban.api.tests.caller import register
from tongban.parties import operations as parties

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
described = schemathesis.openapi.from_dict(v1.api.get_openapi_schema(path_prefix="/api/v1/"))
described.app = get_wsgi_application()


@pytest.fixture
def token(db):
    """Of a system that may do everything; its requests stay in the test's own transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield register("anybody", "22", scopes=parties.SCOPES).token
    for signal in signals:
        signal.connect(close_old_connections)


@described.parametrize()
@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_every_answer_is_one_that_the_description_names(case, token):
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    case.call_and_validate(checks=CHECKS)
