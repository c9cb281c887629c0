"""Every route × every reader: who opens it, who presses its buttons, and what nobody else reads."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tongban.api.tests.caller import Caller
from tongban.config.tests.access.routes import Route, routes
from tongban.config.tests.access.scene import MAY_READ, WORDS, Scene
from tongban.config.tests.access.table import (
    AT_THE_DESK,
    AT_THE_PORTAL,
    BY_ROLE,
    EVERYBODY,
    READS_BESIDES,
    ROWS,
    SYSTEMS,
    Row,
    row_name,
)

pytestmark = pytest.mark.django_db
REFUSED = {401, 403, 404}
POST_ONLY = 405
# Parts of a node that keep what people do; reference data are published and kept by the database.
KEPT = (
    "cases_", "record_", "delivery_", "parties_", "desk_", "exchange_", "api_", "counters_",
)  # fmt: skip
# Pressing there ends or changes the session of the reader; nothing of a case hangs on it.
OWN_SESSION = ("account_", "mfa_", "sandbox-", "parties-acting")


WORKING = {"desk:claim", "desk:answer-request", "portal:withdraw", "desk:settle-signature"}


def judged(route: Route) -> Row:
    return ROWS[row_name(route.name)]


def readers_of(route: Route) -> list[str]:
    """Everybody whose relation counts there; where only the role does, one of each role."""
    if route.name.startswith("api-1:") or not route.name:
        return sorted(SYSTEMS | {"nobody"})
    if route.name.startswith("oversight:") or judged(route).may == EVERYBODY:
        return sorted(BY_ROLE)
    return sorted(AT_THE_PORTAL if route.name.startswith("portal:") else AT_THE_DESK)


def ask(scene: Scene, reader: str, method: str, address: str, data: Any = None) -> Any:
    one = scene.readers[reader]
    if isinstance(one, Caller):
        headers = {"Authorization": f"Bearer {one.token}", "Idempotency-Key": "matrix-0001"}
        if method == "post":
            return one.client.post(address, data, content_type="application/json", headers=headers)
        return getattr(one.client, method)(address, data, headers=headers)
    assert isinstance(one, Client)
    return getattr(one, method)(address, data)


def text_of(response: Any) -> str:
    """Everything an answer says, also inside a workbook, also where JSON escapes it."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    body = re.sub(rb"\\u([0-9a-fA-F]{4})", _unescaped, body)
    return body.decode("utf-8", "ignore") + str(response.headers.get("Location", ""))


def _unescaped(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1], 16)).encode("utf-8", "ignore")


def is_sent_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and any(
        part in response["Location"] for part in ("/accounts/login", "/sandbox/")
    )


def is_refused(response: Any) -> bool:
    return response.status_code in REFUSED or is_sent_to_sign_in(response)


def said_to_the_wrong(reader: str, text: str, page: str = "") -> list[str]:
    """The words in an answer that this reader may not read."""
    besides = READS_BESIDES.get(page, {})
    return [
        name
        for name, word in WORDS.items()
        if word in text and reader not in MAY_READ[name] | besides.get(name, set())
    ]


def test_every_route_is_judged_and_every_row_judges_a_route():
    names = {route.name for route in routes()}
    assert [name for name in sorted(names) if row_name(name) == "-"] == []
    used = {row_name(name) for name in names}
    assert [name for name in ROWS if name not in used] == []


def test_whoever_may_opens_a_page_and_nobody_else_learns_anything(scene):
    wrong = []
    said: set[str] = set()
    for route in routes():
        address = route.address(scene.objects)
        row = judged(route)
        for reader in readers_of(route):
            response = ask(scene, reader, "get", address)
            text = text_of(response)
            said |= {name for name, word in WORDS.items() if word in text}
            words = said_to_the_wrong(reader, text, route.name)
            wrong += [f"{route.name} says {one} to {reader}" for one in words]
            may = reader in row.may
            if response.status_code != POST_ONLY and _is_wrong(response, row, may=may):
                wrong.append(f"{route.name} {reader} may={may}: {response.status_code} {address}")
    assert not wrong, "\n".join(wrong)
    # Else nothing was found because there was nothing to be found.
    assert said == set(WORDS)


def _is_wrong(response: Any, row: Row, *, may: bool) -> bool:
    if may:
        is_open = response.status_code < 400 and not is_sent_to_sign_in(response)
        return not is_open and response.status_code not in row.cannot
    return not _is_refused_to(response, row)


def _is_refused_to(response: Any, row: Row) -> bool:
    if response.status_code == 302 and row.leads_back:
        return True
    # What the state of the case does not allow is refused to those who see the case, too.
    return is_refused(response) or response.status_code in {409, 422}


def kept() -> dict[str, str]:
    """A digest of every row that keeps what people did, by table."""
    tables = [t for t in connection.introspection.table_names() if t.startswith(KEPT)]
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "  # noqa: S608 - our own tables
        f"FROM {table} t"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def test_a_button_does_nothing_for_whoever_may_not_press_it(scene):
    wrong = []
    before = kept()
    pressed: list[str] = []
    found = [one for one in routes() if not one.name.startswith(OWN_SESSION)]
    for count, route in enumerate(found, 1):
        row = judged(route)
        may = row.may if row.acts is None else row.acts
        address = route.address(scene.objects)
        pressed.append(route.name)
        for reader in (one for one in readers_of(route) if one not in may):
            response = ask(scene, reader, "post", address, _pressed(scene))
            words = said_to_the_wrong(reader, text_of(response), route.name)
            wrong += [f"{route.name} says {one} to {reader}" for one in words]
            if response.status_code != POST_ONLY and not _is_refused_to(response, row):
                wrong.append(f"{route.name} {reader}: {response.status_code}")
        if count % 12 == 0 or count == len(found):
            after = kept()
            changed = [table for table, rows in after.items() if rows != before[table]]
            wrong += [f"one of {pressed} changed {changed}"] if changed else []
            before, pressed = after, []
    assert not wrong, "\n".join(wrong)


def _pressed(scene: Scene) -> dict[str, Any]:
    """One filled form for all buttons; what a button does not ask for, it does not read."""
    number = scene.case.number
    return {
        "stage": "do", "do": "finish", "act": "claim", "case": f"{number}~0", "number": number,
        "text": "好", "note": "好", "reason": "好", "ground": "好", "basis": "好", "question": "好",
        "identity": "in_person", "is_good": "1", "kind": "urge", "days": "5", "confirm": "on",
        "document": str(scene.objects["document_id"]), "spec": "owner-consent", "sign": "1",
        "finish-note": "好", "phone": "13900000009",
    }  # fmt: skip


def test_the_same_button_works_for_whoever_may_press_it(scene):
    """So that what is refused above is refused for its reader, and not because the form is wrong."""
    for route in (one for one in routes() if one.name in WORKING):
        for reader in sorted(judged(route).may):
            with transaction.atomic():
                response = ask(scene, reader, "post", route.address(scene.objects), _pressed(scene))
                transaction.set_rollback(True)
            assert not is_refused(response), (route.name, reader, response.status_code)


LISTS = [
    "/desk/?shown=all&find={name}", "/desk/?shown=all&find={tail}",
    "/desk/?side=decider&shown=all", "/desk/?side=receiver&shown=all",
    "/desk/cases.csv?shown=all", "/desk/cases.xlsx?shown=all", "/desk/cases.csv?find={name}",
    "/desk/inquiries/?box=out", "/desk/inquiries/", "/desk/requests/", "/desk/documents/?shown=all",
    "/desk/parcels/?shown=all", "/desk/parcels/?find={parcel}",
    "/desk/joint/?shown=answered", "/desk/joint/", "/desk/office/", "/desk/office/signatures/",
    "/search?q={name}", "/suggestions?q={name}", "/cases/?number={number}", "/cases/", "/messages/",
    "/mandates/", "/me/", "/oversight/exchange/", "/oversight/notices/", "/api/v1/events",
    "/api/v1/cases/{number}/events", "/api/v1/cases/{number}",
]  # fmt: skip
# The office that was asked in an inquiry on the case knows its number and nothing else of it.
STRANGERS = EVERYBODY - {
    "applicant",
    "agent",
    "clerk",
    "decider",
    "leader",
    "asked",
    "partner",
    "lead",
}
UNKNOWN = {
    "name": "欧阳无",
    "number": "220104202611169999990",
    "tail": "999999",
    "parcel": "p22-none",
}


def test_no_list_search_count_export_or_message_tells_of_the_case(scene):
    """What is asked for by name or number answers like a name or number that nobody has."""
    wrong = []
    number = scene.case.number
    known = {
        "name": WORDS["name"], "number": number, "tail": number[-6:],
        "parcel": scene.objects["parcel"],
    }  # fmt: skip
    for written in LISTS:
        readers = {"system_away", "system_beside"} if "/api/" in written else STRANGERS
        for reader in sorted(readers):
            text = text_of(ask(scene, reader, "get", written.format(**known)))
            if "{" in written:
                other = text_of(ask(scene, reader, "get", written.format(**UNKNOWN)))
                found = [
                    key for key in known if text.count(known[key]) != other.count(UNKNOWN[key])
                ]
            else:
                found = ["the case"] * (number in text)
            page = {"/mandates/": "portal:mandates", "/messages/": "portal:inbox"}.get(written, "")
            if "{name}" not in written:
                found += said_to_the_wrong(reader, text, page)
            wrong += [f"{written} says {one} to {reader}" for one in found]
    assert not wrong, "\n".join(wrong)
