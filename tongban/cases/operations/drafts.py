"""Filling in, saving, coming back, and handing in: what an applicant does before others see it."""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.db import transaction

from tongban.basics import sealing
from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.cases import access, provenance, queries, renewal, rules, states
from tongban.cases import intake as papers_in
from tongban.cases.models import Case, Draft, DraftPaper, Material
from tongban.cases.operations import drafted_delivery, moving
from tongban.cases.operations.submission import Taken, submit
from tongban.cases.permissions import MoveNotPossible, check_move
from tongban.cases.rules import HandedIn, Intake
from tongban.cases.standing import BEIJING
from tongban.cases.states import Mode, State
from tongban.catalogue import forms
from tongban.catalogue.versions import Version
from tongban.parties.models import Account, Applicant
from tongban.record.chains import FileRef

KEPT_FOR = timedelta(days=30)


class AlreadySubmitted(Refused):
    """The draft became a case; changing the draft would change nothing."""

    code = "already-submitted"

    def __init__(self, number: str) -> None:
        super().__init__("这份申请已经提交，不用再填。到“我的办件”里看进度", number=number)


@dataclass(frozen=True)
class Places:
    """The places of an application; `receiving` is empty when no window takes part."""

    applicant: str
    receiving: str
    deciding: str


def draft_of(account: Account, draft_id: uuid.UUID, *, lock: bool = False) -> Draft:
    """A draft of this account; anybody else's does not exist for it."""
    rows = Draft.objects.select_for_update() if lock else Draft.objects.select_related("applicant")
    draft = rows.filter(access.draft_reach(account), pk=draft_id).first()
    if draft is None:
        raise NotFound("没有找到这份申请。可能已经超过30天没有填写而删除，请重新开始")
    return draft


def answers_of(draft: Draft) -> dict[str, Any]:
    """What has been filled in so far, right or wrong."""
    answers: dict[str, Any] = json.loads(sealing.unseal(draft.answers))
    return answers


@transaction.atomic
def start_draft(
    *, account: Account, applicant: Applicant, item: str, mode: Mode, places: Places, at: datetime
) -> Draft:
    """Begin an application; the same item, places and applicant again continues the one begun.

    Also when two presses come at once. Refused when the item is not open between these places in this mode on this day.
    """
    access.check_may_file(account, applicant, item)
    today = at.astimezone(BEIJING).date()
    version = rules.open_version(item, on=today, deciding=places.deciding)
    empty = Intake(
        item=item,
        mode=mode,
        applicant={"kind": applicant.kind},
        applicant_place=places.applicant,
        receiving_place=places.receiving if states.COMPOSITIONS[mode].window else "",
        deciding_place=places.deciding,
        answers={},
    )
    found = rules.check_open(empty, on=today)
    rules.route(empty, version, rules.promised(version, found))
    _lock_account(account)
    begun = Draft.objects.filter(
        account=account,
        applicant=applicant,
        item=item,
        mode=mode,
        deciding_place=places.deciding,
        receiving_place=empty.receiving_place,
        submitted_as="",
        case=None,
        saved_at__gte=at - KEPT_FOR,
    ).first()
    if begun:
        return begun
    return Draft.objects.create(
        id=uuid.uuid4(),
        account=account,
        applicant=applicant,
        item=item,
        item_version=version.number,
        local_version=version.local,
        mode=mode,
        applicant_place=places.applicant,
        receiving_place=empty.receiving_place,
        deciding_place=places.deciding,
        answers=sealed_answers({}),
        created_at=at,
        saved_at=at,
    )


def _lock_account(account: Account) -> None:
    """Hold an account until the transaction ends: a second press waits and finds what is begun."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def sealed_answers(answers: dict[str, Any]) -> bytes:
    """Answers as a draft keeps them."""
    return sealing.seal(json.dumps(answers, ensure_ascii=False).encode())


@transaction.atomic
def save_step(
    *, draft_id: uuid.UUID, account: Account, step: str, answers: dict[str, Any], at: datetime
) -> dict[str, list[str]]:
    """Keep what was filled in on one step, right or wrong, and say what is still to be mended.

    Nothing typed is lost. Empty errors mean that the step is done. Refused once submitted.
    """
    draft = _open_draft(account, draft_id)
    everything = answers_of(draft) | answers
    errors: dict[str, list[str]] = {}
    try:
        forms.validate(rules.version_of(draft), everything, step=step)
    except FieldsRefused as refused:
        errors = refused.errors
    draft.answers, draft.saved_at = sealed_answers(everything), at
    done = [other for other in draft.steps_done if other != step]
    draft.steps_done = done if errors else [*done, step]
    draft.save()
    return errors


def _open_draft(account: Account, draft_id: uuid.UUID) -> Draft:
    draft = draft_of(account, draft_id, lock=True)
    if draft.submitted_as:
        raise AlreadySubmitted(draft.submitted_as)
    return draft


@transaction.atomic
def attach_paper(
    *,
    draft_id: uuid.UUID,
    account: Account,
    spec: str,
    source: IO[bytes],
    name: str,
    size: int,
    made_from: str = "",
    at: datetime,
) -> DraftPaper:
    """Keep an uploaded paper for one thing asked; a second one takes the first one's place.

    `made_from` is what its applicant says it is (provenance.UPLOADED); anything else is unsaid.
    """
    draft = _open_draft(account, draft_id)
    if spec not in {material.spec for material in rules.version_of(draft).materials}:
        raise NotFound("这件事不要这份材料")
    file = papers_in.take_in(source, name=name, size=size)
    draft.papers.filter(spec=spec).delete()
    draft.saved_at = at
    draft.save(update_fields=["saved_at"])
    return DraftPaper.objects.create(
        draft=draft,
        spec=spec,
        digest=file.digest,
        size=file.size,
        media_type=file.media_type,
        name=sealing.seal(name.encode()),
        made_from=made_from if made_from in provenance.UPLOADED else "",
        added_at=at,
    )


@transaction.atomic
def describe_paper(
    *, draft_id: uuid.UUID, account: Account, spec: str, made_from: str, at: datetime
) -> None:
    """Say whether an uploaded paper is an original; of one that is not there nothing is kept."""
    draft = _open_draft(account, draft_id)
    said = made_from if made_from in provenance.UPLOADED else ""
    if draft.papers.filter(spec=spec).exclude(made_from=said).update(made_from=said):
        draft.saved_at = at
        draft.save(update_fields=["saved_at"])


@transaction.atomic
def remove_paper(*, draft_id: uuid.UUID, account: Account, spec: str) -> None:
    """Take a paper out of a draft; taking out what is not there changes nothing."""
    _open_draft(account, draft_id).papers.filter(spec=spec).delete()


def paper_name(paper: DraftPaper) -> str:
    """What the applicant calls the paper."""
    return sealing.unseal(paper.name).decode()


@transaction.atomic
def drop_draft(*, draft_id: uuid.UUID, account: Account) -> None:
    """Throw a draft away; the case it answers, if any, stays as it is."""
    _open_draft(account, draft_id).delete()


def intake_of(draft: Draft) -> Intake:
    """A draft as it would be handed in: without papers that the answers no longer ask for."""
    answers = answers_of(draft)
    asked = {material.spec for material in forms.materials(rules.version_of(draft), answers)}
    return Intake(
        item=draft.item,
        mode=Mode(draft.mode),
        applicant=_particulars(draft.applicant) | _contact(answers) | _agent(draft),
        applicant_place=draft.applicant_place,
        receiving_place=draft.receiving_place,
        deciding_place=draft.deciding_place,
        answers=answers,
        papers=tuple(
            _handed_in(paper) for paper in draft.papers.order_by("spec") if paper.spec in asked
        ),
    )


def _particulars(applicant: Applicant) -> dict[str, str]:
    return {
        "kind": applicant.kind,
        "name": applicant.name,
        "id_number": applicant.number,
        "phone": applicant.phone,
    }


def _contact(answers: dict[str, Any]) -> dict[str, str]:
    """A phone given for this application goes before the one of the account."""
    return {"phone": answers["phone"]} if answers.get("phone") else {}


def _agent(draft: Draft) -> dict[str, str]:
    """Who fills it in, when that is not the applicant or whoever represents it."""
    return access.agent_of(draft.account, draft.applicant, draft.item)


def _handed_in(paper: DraftPaper) -> HandedIn:
    file = FileRef(digest=paper.digest, size=paper.size, media_type=paper.media_type)
    return HandedIn(paper.spec, file, paper_name(paper), paper.made_from)


def check_draft(draft: Draft, *, on: date) -> dict[str, list[str]]:
    """What is still to be mended before a draft can be handed in."""
    found = {} if draft.case_id else drafted_delivery.faults(draft)
    try:
        rules.check_intake(intake_of(draft), on=on)
    except FieldsRefused as refused:
        return refused.errors | found
    return found


@transaction.atomic
def submit_draft(*, draft_id: uuid.UUID, account: Account, at: datetime) -> Taken:
    """Hand a draft in. A second press, a second tab, the back button: the same case.

    Refused (RulesChanged) when other rules are in force than those it was filled in under and they
    ask anything otherwise; nothing of it is lost, `renew_draft` goes on.
    """
    draft = draft_of(account, draft_id, lock=True)
    if draft.submitted_as:
        return Taken(draft.submitted_as, is_new=False)
    if draft.case_id:
        return _answer(draft, at=at)
    if changed := renewal.renewal_of(draft, on=at.astimezone(BEIJING).date()):
        if changed.sentences:
            raise renewal.RulesChanged(changed)
        _renew(draft, changed, at=at)
    if gone := drafted_delivery.faults(draft):
        raise FieldsRefused(gone)
    taken = submit(intake=intake_of(draft), owner=f"account:{account.pk}", key=str(draft.pk), at=at)
    draft.submitted_as = taken.number
    draft.save(update_fields=["submitted_as"])
    drafted_delivery.carry_over(draft, account=account, number=taken.number, at=at)
    return taken


@transaction.atomic
def choose_delivery(
    *, draft_id: uuid.UUID, account: Account, wish: drafted_delivery.Wanted, at: datetime
) -> None:
    """Say how the result is wanted, before there is a case; again, to change one's mind.

    Refused: FieldsRefused for a post without address or a window that is none, AlreadySubmitted.
    """
    drafted_delivery.keep(_open_draft(account, draft_id), wish, at=at)


@transaction.atomic
def renew_draft(*, draft_id: uuid.UUID, account: Account, at: datetime) -> renewal.Renewal | None:
    """Go on with a draft under the rules now in force, as the applicant agreed to.

    Every answer that is still asked and every paper stays; pages that the new rules find incomplete
    are open again. Gives what changed; nothing, and nothing is done, when the rules are the same.
    """
    draft = _open_draft(account, draft_id)
    changed = renewal.renewal_of(draft, on=at.astimezone(BEIJING).date())
    if changed:
        _renew(draft, changed, at=at)
    return changed


def _renew(draft: Draft, changed: renewal.Renewal, *, at: datetime) -> None:
    after = changed.after
    asked = after.fields()
    answers = {key: value for key, value in answers_of(draft).items() if key in asked}
    draft.item_version, draft.local_version = after.number, after.local
    draft.answers, draft.saved_at = sealed_answers(answers), at
    draft.steps_done = [key for key in draft.steps_done if _is_still_done(after, key, answers)]
    draft.save()


def _is_still_done(version: Version, step: str, answers: dict[str, Any]) -> bool:
    if forms.step(version, step) is None:
        return False
    try:
        forms.validate(version, answers, step=step)
    except FieldsRefused:
        return False
    return True


ANSWERS = {
    State.RETURNED: states.RESUBMIT,
    State.CORRECTION: states.ANSWER_CORRECTION,
}


@transaction.atomic
def take_up(*, number: str, account: Account, at: datetime) -> Draft:
    """Open a returned or to-be-corrected case for mending, with everything already filled in.

    Opening it twice leads to the same draft, so two tabs mend the same thing.
    """
    case = queries.lock_case_of(account, number)
    _answer_move(case)
    begun = Draft.objects.filter(account=account, case=case, submitted_as="").first()
    if begun:
        return begun
    personal = queries.particulars(case)
    applicant = next(
        one
        for one in access.applicants_for(account, case.item)
        if one.match == case.applicant_match
    )
    draft = Draft.objects.create(
        id=uuid.uuid4(),
        account=account,
        applicant=applicant,
        item=case.item,
        item_version=case.item_version,
        local_version=case.local_version,
        mode=case.mode,
        applicant_place=case.applicant_place,
        receiving_place=case.receiving_place,
        deciding_place=case.deciding_place,
        answers=sealed_answers(personal["answers"]),
        steps_done=[step.key for step in forms.steps(queries.version_of(case))],
        created_at=at,
        saved_at=at,
        case=case,
    )
    take_over_papers(draft, case.materials.all(), personal["file_names"], at=at)
    return draft


def take_over_papers(
    draft: Draft, materials: Iterable[Material], names: Mapping[str, str], *, at: datetime
) -> None:
    """Lay materials of a case into a draft; `names` are those of their files, by digest."""
    DraftPaper.objects.bulk_create(
        DraftPaper(
            draft=draft,
            spec=material.spec,
            digest=material.digest,
            size=material.size,
            media_type=material.media_type,
            name=sealing.seal(names.get(material.digest, "").encode()),
            # What a window saw of an original is not for the applicant to say.
            made_from=material.made_from if material.source == "upload" else "",
            added_at=at,
        )
        for material in materials
    )


def _answer_move(case: Case) -> states.Move:
    move = ANSWERS.get(State(case.state))
    if move is None or case.holder != states.Party.APPLICANT:
        raise MoveNotPossible(states.RESUBMIT, State(case.state))
    return move


def _answer(draft: Draft, *, at: datetime) -> Taken:
    """Hand the mended case back to whoever sent it to the applicant."""
    case = queries.lock_case(draft.case_id or "")
    move = _answer_move(case)
    intake = intake_of(draft)
    version = queries.version_of(case)
    answers = rules.check_answer(version, intake)
    before = {material.spec: material.digest for material in case.materials.all()}
    new = [paper for paper in intake.papers if before.get(paper.spec) != paper.file.digest]
    moving.make_move(
        case,
        move,
        by=moving.applicant_author(),
        at=at,
        content={
            "particulars": True,
            "materials": rules.named(new, version),
        },
        personal={
            "applicant": intake.applicant,
            "answers": answers,
            "file_names": {paper.file.digest: paper.name for paper in intake.papers},
        },
        files=[paper.file for paper in new],
    )
    draft.submitted_as = case.number
    draft.save(update_fields=["submitted_as"])
    return Taken(case.number, is_new=True)


@transaction.atomic
def sign_for_result(*, number: str, account: Account, at: datetime) -> Case:
    """Take the result that was delivered online; nothing is left to do then.

    Refused before it is delivered, and the second time.
    """
    case = queries.lock_case_of(account, number)
    check_move(case, states.CLOSE_ONLINE)
    moving.make_move(case, states.CLOSE_ONLINE, by=moving.applicant_author(), at=at)
    return case
