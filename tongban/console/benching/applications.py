"""The applications that the bench hands in: complete, valid, each of somebody else."""

import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localdate

from tongban.cases import rules
from tongban.cases.rules import HandedIn, Intake
from tongban.cases.states import Mode
from tongban.catalogue import forms
from tongban.record.chains import FileRef
from tongban.sandbox import numbers

HOME, DECIDING, DECIDED_FOR = "220104", "350100", "350102"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Size 4/Root 1 0 R>>\n%%EOF\n"
)
_MOVE = {
    "spouse_name": "张三",
    "spouse_id_number": numbers.person_number(DECIDED_FOR, "spouse"),
    "married_on": "2020-05-20",
    "from_division": HOME,
    "from_address": "示例街道示例路8号",
    "move_to_division": DECIDED_FOR,
    "move_to_address": "东街街道示例巷12号3单元501",
    "householder_name": "张三",
    "householder_relation": "spouse",
    "dwelling_kind": "consent",
}
_MEDICAL = {
    "insured_division": DECIDED_FOR,
    "insurance_kind": "employee",
    "stay_kind": "living",
    "treatment_division": HOME,
    "stay_address": "示例街道示例路8号2栋301",
}


@dataclass(frozen=True)
class Kind:
    """One kind of application: item, mode, answers."""

    item: str
    mode: Mode
    answers: dict[str, str]

    def papers(self, file: FileRef) -> tuple[HandedIn, ...]:
        """The same paper for everything that must be handed in."""
        version = rules.open_version(self.item, on=localdate(), deciding=DECIDED_FOR)
        asked = forms.materials(version, self.answers)
        return tuple(HandedIn(one.spec, file, "证明.pdf") for one in asked if one.is_required)


AT_WINDOW = Kind("2020-2-06", Mode.RECEIVED_FOR, _MOVE)


def online() -> Kind:
    """异地就医结算备案, for a stay that begins next year."""
    starts_on = f"{localdate().year + 1}-06-01"
    return Kind("2020-2-61", Mode.ONLINE, _MEDICAL | {"starts_on": starts_on})


def applicant(serial: int, place: str = HOME) -> dict[str, str]:
    """Somebody who is fictional, another one for each serial number."""
    return {
        "kind": "person",
        "name": "李四",
        "id_number": numbers.person_number(place, f"bench:{serial}"),
        "phone": numbers.mobile(2),
    }


def intake(kind: Kind, serial: int, file: FileRef, *, place: str = HOME) -> Intake:
    """An application as an operation takes it."""
    return Intake(
        item=kind.item,
        mode=kind.mode,
        applicant=applicant(serial, place),
        applicant_place=place,
        receiving_place=place if kind.mode is Mode.RECEIVED_FOR else "",
        deciding_place=DECIDING,
        answers=dict(kind.answers),
        papers=kind.papers(file),
    )


def paper() -> io.BytesIO:
    """A small PDF."""
    return io.BytesIO(PDF)


def body(kind: Kind, serial: int, file: FileRef) -> dict[str, Any]:
    """An application as the API takes it."""
    one = intake(kind, serial, file)
    return {
        "item": one.item,
        "mode": one.mode,
        "applicant": one.applicant,
        "places": {
            "applicant": one.applicant_place,
            "receiving": one.receiving_place,
            "deciding": one.deciding_place,
        },
        "answers": one.answers,
        "materials": [
            {"spec": paper.spec, "digest": paper.file.digest, "name": paper.name}
            for paper in one.papers
        ],
    }


def requests(
    kind: Kind, file: FileRef, *, token: str, port: int, run: str, first: int = 0
) -> Iterator[bytes]:
    """POST /cases as bytes, one after another, each with its own key and applicant."""
    for serial in itertools.count(first):
        content = json.dumps(body(kind, serial, file), ensure_ascii=False).encode()
        head = (
            f"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {run}-{serial:09}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        yield head.encode() + content
