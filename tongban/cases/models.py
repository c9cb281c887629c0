"""Cases as a node's tables know them: a fold of their events, and what is only this node's own."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse

from tongban.cases.standing import Paper, Standing
from tongban.cases.states import Party, State

_NOT_FOLDED = {"papers"}
FOLDED = tuple(name for name in Standing.__slots__ if name not in _NOT_FOLDED)


class Case(models.Model):
    """One case as this node knows it. Every column of `Standing` is a fold of the case's events."""

    number = models.CharField(max_length=21, primary_key=True)
    item = models.CharField(max_length=20)
    item_version = models.PositiveIntegerField()
    local_version = models.CharField(max_length=60, default="", blank=True)
    mode = models.CharField(max_length=20)
    applicant_kind = models.CharField(max_length=20)
    applicant_place = models.CharField(max_length=6)
    receiving_place = models.CharField(max_length=6)
    deciding_place = models.CharField(max_length=6)
    evaluating_place = models.CharField(max_length=6)
    applicant_node = models.CharField(max_length=8)
    receiver_node = models.CharField(max_length=8)
    decider_node = models.CharField(max_length=8)
    receiver_authority = models.CharField(max_length=18)
    decider_authority = models.CharField(max_length=18)
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in State])
    holder = models.CharField(max_length=10, choices=[(p.value, p.value) for p in Party])
    bound_for = models.CharField(max_length=10)
    held_since = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10)
    is_deemed = models.BooleanField(default=False)
    is_two_person = models.BooleanField(default=False)
    corrections = models.PositiveSmallIntegerField()
    extended = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    receivers = models.JSONField(default=list)
    procedure = models.JSONField(default=dict)
    proposal = models.JSONField(default=dict)
    joint = models.CharField(max_length=10, default="", blank=True)
    clocks = models.JSONField(default=dict)
    due_on = models.DateField(null=True)
    limits = models.JSONField()
    particulars = models.CharField(max_length=64)
    result = models.JSONField()
    posted = models.JSONField(default=dict)
    told = models.JSONField()
    head_seq = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=64)

    # Only this node's own: how its applicants and clerks find the case, and who works on it.
    applicant_match = models.CharField(max_length=64)
    name_match = models.CharField(max_length=64)
    claimed_by = models.ForeignKey("parties.Officer", models.PROTECT, null=True)
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["applicant_match", "-submitted_at"], name="case_of_applicant"),
            # The lists of an office (cases.queues): what it has in hand, what waits, everything.
            models.Index(
                fields=["receiver_authority", "due_on", "number"],
                name="case_at_receiver",
                condition=Q(holder=Party.RECEIVER.value),
            ),
            models.Index(
                fields=["decider_authority", "due_on", "number"],
                name="case_at_decider",
                condition=Q(holder=Party.DECIDER.value),
            ),
            models.Index(
                fields=["receiver_authority", "due_on", "number"],
                name="case_waiting_at_receiver",
                condition=Q(holder__in=[Party.APPLICANT.value, Party.CHANNEL.value]),
            ),
            models.Index(
                fields=["decider_authority", "due_on", "number"],
                name="case_waiting_at_decider",
                condition=Q(
                    holder__in=[Party.APPLICANT.value, Party.CHANNEL.value],
                    arrived_at__isnull=False,
                ),
            ),
            models.Index(
                fields=["receiver_authority", "due_on", "number"],
                include=["holder"],
                name="case_of_receiver",
            ),
            models.Index(
                fields=["decider_authority", "due_on", "number"],
                include=["holder"],
                name="case_of_decider",
                condition=Q(arrived_at__isnull=False),
            ),
            # What the worker looks for in all offices at once (operations.expiring, reminding).
            models.Index(
                fields=["due_on", "number"],
                name="case_due",
                condition=Q(due_on__isnull=False),
            ),
            models.Index(
                fields=["held_since"],
                name="case_in_correction",
                condition=Q(state=State.CORRECTION.value),
            ),
            # By what somebody types: a full name, or the end of a number.
            models.Index(fields=["name_match"], name="case_by_name"),
            models.Index(
                OpClass(Reverse("number"), name="text_pattern_ops"), name="case_by_end_of_number"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(holder=Party.CHANNEL.value) ^ Q(bound_for=""),
                name="only_on_the_way_is_bound",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_at=None)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="a_claim_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def standing(self) -> Standing:
        """The fold that these rows hold."""
        papers = tuple(material.paper() for material in self.materials.order_by("seq", "id"))
        return Standing(**{name: getattr(self, name) for name in FOLDED}, papers=papers)

    def take(self, standing: Standing) -> None:
        """Write a newer fold into these columns (not yet saved)."""
        for name in FOLDED:
            setattr(self, name, getattr(standing, name))


class Material(models.Model):
    """The paper that stands for a thing asked; replaced by a later one, the events keep both."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="materials")
    spec = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=80)
    grade = models.CharField(max_length=1)
    seq = models.PositiveIntegerField()
    # How it came (operations.scanning.SOURCES, or upload: the applicant's own), and what it was made
    # from: what lay under the scanner, or what the applicant says of an upload (provenance).
    source = models.CharField(max_length=10, default="", blank=True)
    made_from = models.CharField(max_length=10, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "spec", "digest"], name="one_row_a_paper")
        ]
        indexes = [models.Index(fields=["digest"], name="material_by_digest")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.spec}"

    def paper(self) -> Paper:
        """The material as the fold knows it."""
        return Paper(**{name: getattr(self, name) for name in Paper.__slots__})


class Submission(models.Model):
    """That a submission with this key was taken, so that its repetition finds the same case."""

    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    number = models.CharField(max_length=21)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_case_a_key")]
        indexes = [
            # Which account filed a case; connected systems, which file most, are never asked for.
            models.Index(
                fields=["number"],
                name="submission_by_account",
                condition=Q(owner__startswith="account:"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"


class Upload(models.Model):
    """A paper that a connected system handed in ahead of a submission; only its owner may use it."""

    owner = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "digest"], name="one_upload_an_owner")
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.digest}"


class Draft(models.Model):
    """An application being filled in; nobody but its applicant sees it. Kept for 30 days."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey("parties.Account", models.CASCADE)
    applicant = models.ForeignKey("parties.Applicant", models.CASCADE)
    item = models.CharField(max_length=20)
    item_version = models.PositiveIntegerField()
    local_version = models.CharField(max_length=60, default="", blank=True)
    mode = models.CharField(max_length=20)
    applicant_place = models.CharField(max_length=6)
    receiving_place = models.CharField(max_length=6, blank=True)
    deciding_place = models.CharField(max_length=6)
    answers = models.BinaryField()
    steps_done = models.JSONField(default=list)
    # How the result is wanted (operations.drafted_delivery), sealed; empty while nothing was chosen.
    delivery = models.BinaryField(default=b"", blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    # A returned or corrected case is filled in again as a draft that names it.
    case = models.ForeignKey(Case, models.CASCADE, null=True)
    submitted_as = models.CharField(max_length=21, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-saved_at"], name="drafts_of_account")]

    def __str__(self) -> str:
        return f"{self.item} {self.pk}"


class DraftPaper(models.Model):
    """A paper uploaded for a draft; its own name is personal and lies sealed."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="papers")
    spec = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=80)
    name = models.BinaryField()
    # What its applicant says it is (provenance.UPLOADED); empty where nothing was said.
    made_from = models.CharField(max_length=10, default="", blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "spec"], name="one_paper_a_thing")]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.spec}"


class Check(models.Model):
    """What a clerk or officer noted at one check point of a material; this office's own working."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="checks")
    party = models.CharField(max_length=10)
    spec = models.CharField(max_length=40)
    point = models.CharField(max_length=40)
    is_good = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("parties.Officer", models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "party", "spec", "point"], name="one_note_a_check_point"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.spec} {self.point}"


class Handover(models.Model):
    """That a claimed case went from one officer to another of the same office, with a word, sealed.

    Only this node's own, as claims are: who of an office works on a case is none of the record's.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="handovers")
    was_with = models.ForeignKey("parties.Officer", models.PROTECT, related_name="+")
    to = models.ForeignKey("parties.Officer", models.PROTECT, related_name="+")
    by = models.ForeignKey("parties.Officer", models.PROTECT, related_name="+")
    note = models.BinaryField(default=b"", blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.to_id}"


class Countersignature(models.Model):
    """That an act of an office was put before its leader, and whether the leader signed it.

    It stands for exactly one act of one case; `used_at` is when the act was done with it. `terms`
    and `words` are what was signed and may not be another thing when it is done (days of an
    extension, the words of its document); reason and form are personal and lie sealed.
    """

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, models.CASCADE, related_name="countersignatures")
    act = models.CharField(max_length=20)
    terms = models.JSONField(default=dict)
    reason = models.BinaryField()
    asked_by = models.ForeignKey("parties.Officer", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    signed_by = models.ForeignKey("parties.Officer", models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    note = models.BinaryField(default=b"")
    # What the act will say, as its form has it, sealed; and the digest of what was signed.
    form = models.BinaryField(default=b"")
    words = models.CharField(max_length=64, default="", blank=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "act"],
                condition=Q(used_at=None, refused_at=None),
                name="one_open_countersignature_an_act",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=models.F("asked_by")),
                name="nobody_countersigns_oneself",
            ),
        ]
        indexes = [models.Index(fields=["case", "asked_at"], name="countersigned_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.act}"

    @property
    def state(self) -> str:
        """waiting, signed (and not yet used), refused or used."""
        if self.used_at is not None:
            return "used"
        if self.refused_at is not None:
            return "refused"
        return "signed" if self.signed_at is not None else "waiting"


class Alarm(models.Model):
    """That a clock of a case turned amber or red in the hands of its holder, noted once.

    `since` is when the clock began, so that the same kind of clock may alarm again when it begins
    again. What counts is `due_on` as the clock had it then; the clock itself is never kept here.
    An applicant's clock has a last day instead of a red light; `deemed` is a case that counts as
    accepted since its office was silent. A person of the office acknowledges with a note, sealed;
    what nobody acknowledges in time goes to the leader at `escalated_at`.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="alarms")
    clock = models.CharField(max_length=20)
    since = models.DateTimeField()
    light = models.CharField(
        max_length=6, choices=[(name, name) for name in ("amber", "red", "last", "deemed")]
    )
    holder = models.CharField(max_length=10)
    authority = models.CharField(max_length=18, blank=True)
    due_on = models.DateField()
    at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        "parties.Officer", models.PROTECT, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)
    note = models.BinaryField(default=b"")
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "clock", "since", "light"], name="alarms_once_a_light"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by=None, acknowledged_at=None)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="an_acknowledgement_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "light", "-at"], name="alarms_of_office"),
            models.Index(
                fields=["at"],
                condition=Q(acknowledged_at=None, escalated_at=None, light__in=["red", "deemed"]),
                name="alarms_to_escalate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clock} {self.light}"


class Request(models.Model):
    """What somebody asked of the holder of a case, until it is answered on the record.

    `by` is the party that asked, `authority` its office. Every node of the case keeps it; `is_ours`
    where it was asked. Words (`reason`) and what came with them (`said`) are personal and lie sealed.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=21)
    kind = models.CharField(max_length=20)
    node = models.CharField(max_length=8)
    by = models.CharField(max_length=10, default=Party.APPLICANT.value)
    authority = models.CharField(max_length=18, default="", blank=True)
    is_ours = models.BooleanField(default=True)
    reason = models.BinaryField()
    said = models.BinaryField(default=b"")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["number", "asked_at"], name="requests_of_case"),
            models.Index(fields=["number"], name="requests_open", condition=Q(answered_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "kind", "by"],
                condition=Q(answered_at=None, is_ours=True),
                name="one_open_request_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class RulesApplied(models.Model):
    """That a published change of rules was applied to the running cases it may move, once.

    `place` is empty for a national standard. `left` counts those that would have been worse off.
    """

    item = models.CharField(max_length=20)
    place = models.CharField(max_length=6, blank=True)
    number = models.PositiveIntegerField()
    moved = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "place", "number"], name="rules_are_applied_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.place} {self.number}"


class PaperLook(models.Model):
    """What this node found when it opened a paper; a function of its content, so kept by digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    pages = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.digest[:12]}: {self.pages}"
