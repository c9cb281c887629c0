"""A small country for tests: 吉林 (this node) and 福建 with their offices, people and papers."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate
from stdnum.iso7064 import mod_11_2

from tongban.basics.tests import kept_rows
from tongban.cases import intake, queries
from tongban.cases.models import Case, Check, Draft, DraftPaper
from tongban.cases.operations import claims, drafts, window
from tongban.cases.operations.drafts import Places
from tongban.cases.states import Mode
from tongban.catalogue import operations as catalogue
from tongban.catalogue import snapshot
from tongban.jurisdictions import operations as jurisdictions
from tongban.jurisdictions import queries as places
from tongban.jurisdictions import snapshot as places_snapshot
from tongban.jurisdictions.models import Authority
from tongban.jurisdictions.tests import introducing, remembering
from tongban.parties import operations as parties
from tongban.parties.models import Account, Applicant, Capacity, Kind, Officer, Role
from tongban.record.chains import FileRef
from tongban.trust import signing
from tongban.trust.signing import Signer

MONDAY = datetime(2026, 11, 16, 1, 12, tzinfo=UTC)
CHANGCHUN, CHAOYANG, JILIN_CITY, FUZHOU = "220100", "220104", "220200", "350100"
MOVE_TO_SPOUSE, MEDICAL = "2020-2-06", "2020-2-61"
# A picture of one white point, as small as a PNG can be.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63f8ffff3f0005fe02fe0dc4f8d60000000049454e44ae426082"
)

FUJIAN: Signer = signing.signer_from_pem(signing.new_key())


def load(tmp_path: Path) -> None:
    """Places, offices of both provinces, both nodes' keys, the catalogue; copied the second time."""
    if not kept_rows.is_kept("world"):
        _load(tmp_path)
        kept_rows.keep("world", labels=["jurisdictions", "catalogue"])
    else:
        kept_rows.bring_back("world")
        # A test may have read nodes of its own, since taken back, under the stamp that is there now.
        remembering.forget()
    snapshot.look_again()
    places_snapshot.look_again()


def _load(tmp_path: Path) -> None:
    jurisdictions.load_reference(at=MONDAY)
    jurisdictions.load_sandbox_offices(provinces=["22", "35"], at=MONDAY)
    directory = tmp_path / "directory.json"
    keys = {"22": signing.load_signer(settings.NODE_KEY_FILE), "35": FUJIAN}
    nodes = [
        {"code": code, "base_url": f"http://127.0.0.1:80{code}", "public_key": key.public_key}
        for code, key in keys.items()
    ]
    directory.write_text(json.dumps({"nodes": nodes}), "utf-8")
    introducing.load_directory(directory, at=MONDAY)
    catalogue.load_catalogue()


def identity_number(serial: int = 1) -> str:
    """A number that passes its check digit and that nobody living has."""
    body = f"22010419010102{serial:03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def a_person(name: str = "李四", serial: int = 1) -> tuple[Account, Applicant]:
    """Somebody with an account, who acts for himself."""
    account = Account.objects.create(username=f"person{serial}")
    applicant = parties.keep_applicant(
        kind=Kind.PERSON,
        name=name,
        number=identity_number(serial),
        division_code=CHAOYANG,
        phone="13900000002",
        at=MONDAY,
    )
    parties.let_act(account=account, applicant=applicant, capacity=Capacity.SELF, at=MONDAY)
    return account, applicant


def an_officer(authority: Authority, *roles: Role, name: str = "王五") -> Officer:
    """Somebody at an authority's desk."""
    number = f"{authority.code}-{name}"
    return parties.appoint_officer(
        account=Account.objects.create(username=number),
        name=name,
        staff_number=number,
        authority=authority,
        roles=roles,
    )


def a_clerk(place: str = CHAOYANG, name: str = "赵六") -> Officer:
    """Somebody at a receiving window."""
    return an_officer(places.window_authority(place), Role.RECEIVER, name=name)


def a_decider(place: str = JILIN_CITY, department: str = "gongan", name: str = "王五") -> Officer:
    """Somebody who decides in a line of work at a place."""
    return an_officer(places.competent_authority(department, place), Role.DECIDER, name=name)


def a_paper(content: bytes = PNG) -> FileRef:
    """A picture that is kept."""
    return intake.take_in(io.BytesIO(content), name="证明.png", size=len(content))


def move_answers(to: str = "220202") -> dict[str, Any]:
    """Good answers to 夫妻投靠户口迁移."""
    return {
        "spouse_name": "张三",
        "spouse_id_number": identity_number(77),
        "married_on": "2020-05-20",
        "from_division": CHAOYANG,
        "from_address": "示例街道示例路8号",
        "move_to_division": to,
        "move_to_address": "东街街道示例巷12号3单元501",
        "householder_name": "张三",
        "householder_relation": "spouse",
        "dwelling_kind": "consent",
    }


def medical_answers(insured: str = "220202") -> dict[str, Any]:
    """Good answers to 异地就医结算备案."""
    return {
        "insured_division": insured,
        "insurance_kind": "employee",
        "stay_kind": "living",
        "treatment_division": CHAOYANG,
        "starts_on": f"{localdate().year + 1}-06-01",
        "stay_address": "示例街道示例路8号2栋301",
    }


@dataclass
class Filled:
    """A draft ready to be handed in, and whose it is."""

    draft: Draft
    account: Account
    applicant: Applicant


def a_draft(
    *, item: str = MOVE_TO_SPOUSE, mode: Mode = Mode.RECEIVED_FOR, deciding: str = JILIN_CITY,
    answers: dict[str, Any] | None = None, serial: int = 1,
) -> Filled:  # fmt: skip
    """An application filled in completely and not handed in."""
    account, applicant = a_person(serial=serial)
    receiving = CHAOYANG if mode is Mode.RECEIVED_FOR else ""
    draft = drafts.start_draft(
        account=account,
        applicant=applicant,
        item=item,
        mode=mode,
        places=Places(CHAOYANG, receiving, deciding),
        at=MONDAY,
    )
    filled = answers or move_answers("220202" if deciding == JILIN_CITY else "350102")
    version = queries.catalogue.version(draft.item, draft.item_version)
    for step in version.steps:
        mine = {field.key: filled[field.key] for field in step.fields if field.key in filled}
        assert not drafts.save_step(
            draft_id=draft.pk, account=account, step=step.key, answers=mine, at=MONDAY
        )
    _attach_papers(draft, account, filled)
    return Filled(draft, account, applicant)


def _attach_papers(draft: Draft, account: Account, answers: dict[str, Any]) -> None:
    """One picture for everything asked: uploaded once, and the other rows like the one it made."""
    version = queries.catalogue.version(draft.item, draft.item_version)
    specs = [one.spec for one in drafts.forms.materials(version, answers) if one.is_required]
    if not specs:
        return
    made = drafts.attach_paper(
        draft_id=draft.pk, account=account, spec=specs[0], source=io.BytesIO(PNG), name="证明.png",
        size=len(PNG), at=MONDAY,
    )  # fmt: skip
    DraftPaper.objects.bulk_create(
        DraftPaper(
            draft=draft, spec=spec, digest=made.digest, size=made.size,
            media_type=made.media_type, name=made.name, added_at=made.added_at,
        )
        for spec in specs[1:]
    )  # fmt: skip


def a_case(**kwargs: Any) -> tuple[Case, Filled]:
    """A case just submitted."""
    filled = a_draft(**kwargs)
    taken = drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)
    return Case.objects.get(pk=taken.number), filled


def check_everything(case: Case, clerk: Officer, *, at: datetime = MONDAY) -> None:
    """Find every check point of the receiving standard good; at once, what the window does singly."""
    case = Case.objects.get(pk=case.pk)
    there = set(case.materials.values_list("spec", flat=True))
    Check.objects.bulk_create(
        Check(
            case=case, party=case.holder, spec=material.spec, point=point.key, is_good=True,
            by=clerk, at=at,
        )
        for material in queries.version_of(case).materials
        if material.spec in there
        for point in material.points
        if point.judged_by == "receiver"
    )  # fmt: skip


def handed_over(case: Case, clerk: Officer, *, at: datetime = MONDAY) -> Case:
    """Receive, check and hand over a case."""
    claims.claim_case(number=case.number, officer=clerk, at=at)
    window.receive_case(number=case.number, officer=clerk, identity="in_person", at=at)
    check_everything(case, clerk, at=at)
    return window.hand_over(number=case.number, officer=clerk, note="", at=at)
