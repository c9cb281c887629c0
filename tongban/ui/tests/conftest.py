"""The frame alone: what the doors above have registered is put aside, and so is the database."""

import pytest
from django.test import modify_settings
from pytest_django.live_server_helper import LiveServer

from tongban.ui import frame


@pytest.fixture(autouse=True)
def _nobody_registered(monkeypatch, settings):
    monkeypatch.setattr(frame, "_links", {area: [] for area in frame.AREAS})
    for registered in ("_node_name", "_person_name", "_sign_in"):
        monkeypatch.setattr(frame, registered, [])
    settings.ROOT_URLCONF = "tongban.ui.tests.page_urls"


@pytest.fixture(scope="session")
def pages():
    """The address of a server whose pages may not touch the database: a query is an error."""
    server = LiveServer("localhost")
    with modify_settings(ALLOWED_HOSTS={"append": "localhost"}):
        yield server.url
    server.stop()
