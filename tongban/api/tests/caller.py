"""A system that calls the API, as tests see it."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localdate, now

from tongban.cases.tests import world
from tongban.jurisdictions.models import Authority
from tongban.parties import operations as parties
from tongban.parties.models import Officer

ROOT = "/api/v1"


@dataclass
class Caller:
    """Somebody with a token; every answer is checked to be JSON or a problem."""

    token: str
    client: Client = field(default_factory=Client)

    def ask(self, method: str, path: str, **rest: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | rest.pop("headers", {})
        return self.client.generic(method, ROOT + path, headers=headers, **rest)

    def get(self, path: str, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(ROOT + path, query, headers=headers)

    def submit(self, case: dict[str, Any], *, key: str = "key-00000001") -> Any:
        return self.ask(
            "POST", "/cases", data=json.dumps(case), content_type="application/json",
            headers={"Idempotency-Key": key},
        )  # fmt: skip

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        """A call that changes something, under a key of its own unless one is given."""
        data = {} if body is None else {"data": json.dumps(body)}
        return self.ask(
            "POST", path, content_type="application/json", **data,
            headers={"Idempotency-Key": key or f"key-{uuid4()}"},
        )  # fmt: skip

    def upload(self, content: bytes = world.PNG, name: str = "证明.png") -> Any:
        return self.client.post(
            f"{ROOT}/materials", {"file": SimpleUploadedFile(name, content)},
            headers={"Authorization": f"Bearer {self.token}"},
        )  # fmt: skip


def register(
    name: str,
    *prefixes: str,
    scopes: tuple[str, ...] = parties.SCOPES,
    authority: Authority | None = None,
) -> Caller:
    """A system of these places with a token for these scopes."""
    client, _secret = parties.make_client(
        client_id=name, name=name, prefixes=prefixes, scopes=scopes, authority=authority, at=now()
    )
    return Caller(parties.issue_token(client, now()))


def seat(officer: Officer, *, scopes: tuple[str, ...] = parties.SCOPES) -> Caller:
    """The business system of an officer's authority, at whose screen she sits."""
    client, _secret = parties.make_client(
        client_id=f"seat-{officer.pk}", name=officer.name, prefixes=["22"], scopes=scopes,
        authority=officer.authority, officers=[officer], at=now(),
    )  # fmt: skip
    return Caller(parties.issue_token(client, now(), officer=officer.staff_number))


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that a response must be, whole and in its own media type."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["code"] == code, body
    assert body["type"] == f"urn:tongban:problem:{code}"
    assert body["status"] == status
    assert body["instance"].startswith("/api/")
    assert body["title"]
    assert body["detail"]
    return body


def applicant(serial: int = 1) -> dict[str, str]:
    """Somebody who is fictional."""
    return {
        "kind": "person",
        "name": "李四",
        "id_number": world.identity_number(serial),
        "phone": "13900000002",
    }


def medical_case(digest: str, *, serial: int = 1, deciding: str = "350100") -> dict[str, Any]:
    """A complete application for 异地就医结算备案, from 长春 to 福州, online."""
    year = localdate().year + 1
    return {
        "item": world.MEDICAL,
        "mode": "ONLINE",
        "applicant": applicant(serial),
        "places": {"applicant": world.CHAOYANG, "deciding": deciding},
        "answers": world.medical_answers("350102") | {"starts_on": f"{year}-06-01"},
        "materials": papers(world.MEDICAL, digest, world.medical_answers("350102")),
    }


def window_case(digest: str, *, serial: int = 1) -> dict[str, Any]:
    """A complete application for 夫妻投靠户口迁移, handed in at a window in 长春 for 福州."""
    answers = world.move_answers("350102")
    return {
        "item": world.MOVE_TO_SPOUSE,
        "mode": "RECEIVED_FOR",
        "applicant": applicant(serial),
        "places": {
            "applicant": world.CHAOYANG, "receiving": world.CHAOYANG, "deciding": "350100",
        },
        "answers": answers,
        "materials": papers(world.MOVE_TO_SPOUSE, digest, answers),
    }  # fmt: skip


def papers(item: str, digest: str, answers: dict[str, Any]) -> list[dict[str, str]]:
    """The same paper for everything that must be handed in."""
    from tongban.catalogue import forms
    from tongban.catalogue import queries as catalogue

    version = catalogue.version_in_force(item, localdate())
    assert version
    return [
        {"spec": material.spec, "digest": digest, "name": "证明.png"}
        for material in forms.materials(version, answers)
        if material.is_required
    ]
