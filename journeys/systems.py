"""A business system of a province, as it calls the API of its node."""

import random
import struct
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from stdnum.iso7064 import mod_11_2

from journeys.installation import FUJIAN, JILIN, PATIENCE, Node

MEDICAL, MOVE_TO_SPOUSE = "2020-2-61", "2020-2-06"
# Where the people of the sandbox live, and the city that decides there.
COUNTY = {JILIN: "220104", FUJIAN: "350102", "33": "330102", "44": "440103", "51": "510104"}
CITY = {code: f"{county[:4]}00" for code, county in COUNTY.items()}
# What is asked for when the householder consents, and of somebody who lives elsewhere.
MOVE_PAPERS = (
    "id-card",
    "household-register",
    "marriage-certificate",
    "spouse-household-register",
    "owner-consent",
)
MEDICAL_PAPERS = ("id-card", "residence-proof")


def picture(serial: int, *, size: int = 0) -> bytes:
    """A PNG that no other serial has; `size` bytes of noise make it larger."""
    noise = random.Random(serial).randbytes(size)

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    point = zlib.compress(b"\x00" + bytes(random.Random(serial).randbytes(3)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"tEXt", b"Serial\x00" + str(serial).encode())
        + (chunk(b"nOiS", noise) if noise else b"")
        + chunk(b"IDAT", point)
        + chunk(b"IEND", b"")
    )


def identity_number(serial: int = 1, county: str = COUNTY[JILIN]) -> str:
    """A number that passes its check digit and that nobody living has."""
    body = f"{county}19010102{serial % 1000:03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def insist(
    ask: Callable[[], httpx.Response],
    *,
    patience: float = PATIENCE,
    unanswered: Counter[str] | None = None,
) -> httpx.Response:
    """Ask until there is an answer: not while nobody answers, or says that it cannot now (503).

    Counts in `unanswered` what came instead. Any other fault of the server is an answer, and the
    caller will not like it.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            answer = ask()
        except httpx.TransportError as error:
            said = type(error).__name__
        else:
            if answer.status_code != 503:
                return answer
            said = "503"
        if unanswered is not None:
            unanswered[said] += 1
        assert time.monotonic() < deadline, f"no answer within {patience:.0f} s: {said}"
        time.sleep(0.05)


@dataclass
class System:
    """The sandbox's business system of one node; one for each thread."""

    node: Node
    http: httpx.Client = field(init=False)
    _token: str = ""

    def __post_init__(self) -> None:
        self.http = httpx.Client(
            base_url=f"{self.node.url}/api/v1", trust_env=False, timeout=httpx.Timeout(20)
        )

    def __enter__(self) -> "System":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def sign_in(self) -> None:
        """Get a token by the client's own secret."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": "sandbox",
            "client_secret": self.node.client_secret,
        }
        answer = insist(lambda: self.http.post("/token", data=asked))
        assert answer.status_code == 200, answer.text
        self._token = answer.json()["access_token"]

    def ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """One request, whatever comes back."""
        if not self._token:
            self.sign_in()
        headers = {"Authorization": f"Bearer {self._token}"} | rest.pop("headers", {})
        return self.http.request(method, path, headers=headers, **rest)

    def upload(self, content: bytes, name: str = "证明.png") -> httpx.Response:
        return self.ask("POST", "/materials", files={"file": (name, content, "image/png")})

    def submit(self, case: dict[str, Any], key: str = "") -> httpx.Response:
        """Hand a case in; without a key, under one of its own."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.ask("POST", "/cases", json=case, headers=headers)

    def digest(self, content: bytes, *, unanswered: Counter[str] | None = None) -> str:
        """Upload a paper that will be taken, and its digest."""
        answer = insist(lambda: self.upload(content), unanswered=unanswered)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["digest"])

    # --- cases ---

    def medical(self, *, serial: int = 1, digest: str = "", there: str = "") -> dict[str, Any]:
        """异地就医结算备案, online: applied for here, decided in the other province."""
        here, there = self.node.code, there or _other(self.node.code)
        year = time.localtime().tm_year + 1
        return {
            "item": MEDICAL,
            "mode": "ONLINE",
            "applicant": self._applicant(serial),
            "places": {"applicant": COUNTY[here], "deciding": CITY[there]},
            "answers": {
                "insured_division": COUNTY[there],
                "insurance_kind": "employee",
                "stay_kind": "living",
                "treatment_division": COUNTY[here],
                "starts_on": f"{year}-06-01",
                "stay_address": "示例街道示例路8号2栋301",
            },
            "materials": [
                {"spec": spec, "digest": digest or self.digest(picture(1)), "name": "证明.png"}
                for spec in MEDICAL_PAPERS
            ],
        }

    def more_papers(self, case: dict[str, Any]) -> list[dict[str, str]]:
        """What the deciding place asks everybody for today beside the papers of a case.

        A place may have published a version of its own since the nodes were started.
        """
        places = {"from": case["places"]["applicant"], "to": case["places"]["deciding"]}
        answer = self.ask("GET", f"/items/{case['item']}", params=places)
        assert answer.status_code == 200, answer.text
        there = {paper["spec"] for paper in case["materials"]}
        return [
            {"spec": asked["spec"], "digest": self.digest(picture(2)), "name": "证明.png"}
            for asked in answer.json()["version"]["materials"]
            if asked["is_required"] and not asked["when"] and asked["spec"] not in there
        ]

    def move(self, *, serial: int = 1, digest: str = "", there: str = "") -> dict[str, Any]:
        """夫妻投靠户口迁移: received at the window here, decided in the other province."""
        here, there = self.node.code, there or _other(self.node.code)
        kept = digest or self.digest(picture(1))
        return {
            "item": MOVE_TO_SPOUSE,
            "mode": "RECEIVED_FOR",
            "applicant": self._applicant(serial),
            "places": {
                "applicant": COUNTY[here],
                "receiving": COUNTY[here],
                "deciding": CITY[there],
            },
            "answers": {
                "spouse_name": "张三",
                "spouse_id_number": identity_number(77),
                "married_on": "2020-05-20",
                "from_division": COUNTY[here],
                "from_address": "示例街道示例路8号",
                "move_to_division": COUNTY[there],
                "move_to_address": "东街街道示例巷12号3单元501",
                "householder_name": "张三",
                "householder_relation": "spouse",
                "dwelling_kind": "consent",
            },
            "materials": [
                {"spec": spec, "digest": kept, "name": "证明.png"} for spec in MOVE_PAPERS
            ],
        }

    def _applicant(self, serial: int) -> dict[str, str]:
        return {
            "kind": "person",
            "name": "李四",
            "id_number": identity_number(serial, COUNTY[self.node.code]),
            "phone": "13900000002",
        }


def _other(code: str) -> str:
    return FUJIAN if code == JILIN else JILIN
