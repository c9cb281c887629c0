"""Signing an officer in to a real browser."""

from typing import Any

from django.test import Client

from tongban.parties.models import Officer


def cookies_of(officer: Officer) -> list[dict[str, Any]]:
    """The cookies of somebody signed in, as a browser takes them."""
    client = Client()
    client.force_login(officer.account)
    return [{"name": name, "value": cookie.value} for name, cookie in client.cookies.items()]
