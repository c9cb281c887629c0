"""Papers that an office scans or photographs for an applicant: many pages, one paper."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.db import transaction

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases import intake, queries, states
from tongban.cases.inspection import pdf
from tongban.cases.inspection.refusals import PaperRefused
from tongban.cases.models import Case
from tongban.cases.operations import moving
from tongban.cases.operations.claims import NotInHand
from tongban.cases.permissions import check_claimed, check_may_see
from tongban.cases.states import Party, State
from tongban.parties.models import Officer
from tongban.record.chains import FileRef

# How a paper came into the case, and what lay under the scanner. A window that compared it with the
# original vouches for it (grade B, 国办函〔2016〕108号); anything else is the applicant's own (C).
SOURCES = {"scan": "扫描仪", "camera": "手机或高拍仪拍照", "file": "U盘或其他文件"}
MADE_FROM = {"original": "原件，已当面核对", "copy": "复印件"}
GRADES = {"original": "B", "copy": "C"}
# More come as one PDF from the scanner; browsers send so many files at once without trouble.
MOST_SHEETS = 100
WHILE = {
    Party.RECEIVER: frozenset({State.SUBMITTED, State.RECEIVED}),
    Party.DECIDER: frozenset({State.PENDING, State.UNDER_REVIEW}),
}


@dataclass(frozen=True)
class Sheet:
    """One file from a scanner or camera: a picture, or a PDF of any number of pages."""

    content: IO[bytes]
    name: str
    size: int


@transaction.atomic
def add_scan(
    *,
    number: str,
    officer: Officer,
    spec: str,
    sheets: Sequence[Sheet],
    source: str,
    made_from: str,
    at: datetime,
) -> Case:
    """Put what an office scanned into a case, as the paper for one thing that is asked.

    It takes the place of an earlier paper, which stays on the record. Refused: to others than the
    officer who works on the case while her office looks at the papers, and every file that
    `intake.take_in` refuses; then nothing of it is kept. The same scan again changes nothing.
    """
    case = queries.lock_case(number)
    check_may_scan(officer, case)
    names = {material.spec: material.name for material in queries.version_of(case).materials}
    if spec not in names:
        raise NotFound("这件事不要这份材料")
    _check_said(sheets, source, made_from)
    file = _taken(sheets)
    if case.materials.filter(spec=spec, digest=file.digest).exists():
        return case
    material = {
        "spec": spec,
        "name": names[spec],
        "digest": file.digest,
        "grade": GRADES[made_from],
        "source": source,
        "made_from": made_from,
    }
    moving.write(
        case,
        states.ADD_PAPER,
        by=moving.officer_author(officer, Party(case.holder)),
        at=at,
        content={"materials": [material]},
        files=[file],
    )
    return case


def check_may_scan(officer: Officer, case: Case) -> None:
    """An officer adds papers to a case in her hands while her office still looks at them."""
    check_may_see(officer, case)
    holder = Party(case.holder)
    if State(case.state) not in WHILE.get(holder, frozenset()) or holder not in officer.roles:
        raise NotInHand(holder)
    check_claimed(officer, case)


def _check_said(sheets: Sequence[Sheet], source: str, made_from: str) -> None:
    errors = {}
    if not sheets:
        errors["sheets"] = ["选择扫描好的文件，或者拍照"]
    elif len(sheets) > MOST_SHEETS:
        errors["sheets"] = [f"一次最多{MOST_SHEETS}张。页数更多时，请在扫描仪上合成一份PDF"]
    if source not in SOURCES:
        errors["source"] = ["选择文件从哪里来"]
    if made_from not in MADE_FROM:
        errors["made_from"] = ["选择扫的是原件还是复印件"]
    if errors:
        raise FieldsRefused(errors)


def _taken(sheets: Sequence[Sheet]) -> FileRef:
    """One file as it is; several bound into one PDF, each looked at before."""
    size = sum(sheet.size for sheet in sheets)
    if size > intake.LARGEST_SCAN:
        raise PaperRefused(
            f"一共{size / 1048576:.0f}MB，超过{intake.LARGEST_SCAN // 1048576}MB。"
            "请用300dpi以下、灰度扫描，或者分成几份材料"
        )
    if len(sheets) == 1:
        sheet = sheets[0]
        return intake.take_in(
            sheet.content, name=sheet.name, size=sheet.size, largest=intake.LARGEST_SCAN
        )
    contents = []
    for place, sheet in enumerate(sheets, 1):
        try:
            kind = intake.look_at(
                sheet.content, name=sheet.name, size=sheet.size, largest=intake.LARGEST_SCAN
            )
        except PaperRefused as refused:
            raise PaperRefused(f"第{place}张（{sheet.name[:40]}）：{refused.message}") from refused
        if kind is intake.OFD:
            raise PaperRefused("OFD不能和别的页合在一起。请单独上传这一份")
        sheet.content.seek(0)
        contents.append((kind.media_type, sheet.content.read()))
    whole = pdf.bound_scans(contents)
    return intake.take_in(
        io.BytesIO(whole), name="扫描件.pdf", size=len(whole), largest=intake.LARGEST_SCAN
    )
