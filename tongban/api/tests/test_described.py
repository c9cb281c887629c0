"""Requests that nobody thought of, made from the API's own description; answers as it says."""

import importlib
import pkgutil
from collections import Counter
from copy import deepcopy

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils.timezone import now
from hypothesis import HealthCheck, settings
from pydantic import BaseModel
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import tongban.api as api_package
from tongban.api import v1
from tongban.api.tests.caller import register, seat
from tongban.basics.tests import examples
from tongban.cases.operations import claims
from tongban.cases.tests import world
from tongban.parties import operations as parties

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ACTS = r"^/api/v1/(cases/\{number\}/(acts|claim|release|checks|countersign)|inquiries)"
# Every bound of every word, some forty requests an operation, and what our own code compares with:
# to think them up takes each process of tests longer than to ask, so it is done by the long form.
EVERY_BOUND = {"enabled": examples.TIMES > 1}
described = schemathesis.openapi.from_dict(
    deepcopy(v1.api.get_openapi_schema(path_prefix="/api/v1/")),
    config=SchemathesisConfig.from_dict(
        {"phases": {"coverage": EVERY_BOUND}, "analysis": {"constants": EVERY_BOUND}}
    ),
)
described.app = get_wsgi_application()
short = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


@pytest.fixture
def one_transaction(db):
    """Requests stay in the test's own transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def token(one_transaction):
    """Of a system that may do everything."""
    return register("anybody", "22", scopes=parties.SCOPES).token


@described.exclude(path_regex=ACTS).parametrize()
@settings(max_examples=examples.examples(25), **short)
def test_every_answer_is_one_that_the_description_names(case, token):
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    case.call_and_validate(checks=CHECKS)


@pytest.fixture
def at_work(one_transaction):
    """The number of a case that an officer has claimed, and her system's token."""
    made, _ = world.a_case()
    decider = world.a_decider()
    number = world.handed_over(made, world.a_clerk()).number
    claims.claim_case(number=number, officer=decider, at=now())
    return number, seat(decider).token


@described.include(path_regex=ACTS).parametrize()
@settings(max_examples=examples.examples(6), **short)
def test_officers_acts_answer_as_described_on_a_case_that_is_there(case, at_work):
    """Else every act would be refused before its words are looked at: the case does not exist."""
    number, token = at_work
    if "number" in (case.path_parameters or {}):
        case.path_parameters["number"] = number
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    case.call_and_validate(checks=CHECKS)


def test_no_two_shapes_of_the_description_share_a_name():
    """The description keeps one of two, and then tells a lie about the other's answers."""
    names = Counter(
        shape.__name__
        for module in pkgutil.iter_modules(api_package.__path__, "tongban.api.")
        if not module.ispkg
        for shape in vars(importlib.import_module(module.name)).values()
        if isinstance(shape, type)
        and issubclass(shape, BaseModel)
        and shape.__module__ == module.name
    )

    assert [name for name, count in names.items() if count > 1] == []
