"""The directory of nodes as a node keeps it: editions, what was refused, and what the hub decides."""

from django.db import models
from django.db.models import F, Q


class DirectoryEdition(models.Model):
    """An edition of the directory of nodes as it was signed; the one adopted last is in force.

    `digest` (SHA-256) is of what was said, without the signature. Rows are added, never changed.
    """

    class How(models.TextChoices):
        FILE = "file", "由文件导入"
        MAIL = "mail", "由信箱收到"
        ISSUED = "issued", "本节点签发"

    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    key_id = models.CharField(max_length=16)
    issued_at = models.DateTimeField()
    signed = models.BinaryField()
    adopted_at = models.DateTimeField()
    how = models.CharField(max_length=6, choices=How.choices)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="editions_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class DirectoryRefusal(models.Model):
    """A directory that this node did not adopt, and why; the same one again only counts."""

    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes as they came")
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    how = models.CharField(max_length=6, choices=DirectoryEdition.How.choices)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["digest", "code"], name="directory_refused_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.digest[:12]}"


class DirectoryProposal(models.Model):
    """A change of the directory that one person at the hub proposed and another has to approve.

    `introduction` is the signed file of the node, where it joins or changes what is said of it.
    `why` is the proposer's reason, `decided_why` that of who refused. A node has one open proposal
    at a time. What is approved names the edition that was issued by it.
    """

    class Kind(models.TextChoices):
        JOIN = "join", "接入"
        RENEW = "renew", "更换密钥或登记内容"
        SUSPEND = "suspend", "暂停接入"
        REINSTATE = "reinstate", "恢复接入"
        LEAVE = "leave", "退出"

    class State(models.TextChoices):
        WAITING = "waiting", "等待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "不批准"
        WITHDRAWN = "withdrawn", "已撤回"

    kind = models.CharField(max_length=9, choices=Kind.choices)
    node_code = models.CharField(max_length=2)
    introduction = models.BinaryField(default=bytes)
    why = models.CharField(max_length=500)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=500, blank=True)
    edition = models.OneToOneField(
        DirectoryEdition, models.PROTECT, null=True, related_name="proposal"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["node_code"], condition=Q(state="waiting"), name="one_proposal_a_node"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | ~Q(decided_by=F("proposed_by")),
                name="proposal_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by="")
                | ~Q(state="waiting") & ~Q(decided_by=""),
                name="proposal_says_who_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", edition__isnull=False)
                | ~Q(state="approved") & Q(edition__isnull=True),
                name="proposal_approved_has_its_edition",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["join", "renew"]) & ~Q(introduction=b"")
                | ~Q(kind__in=["join", "renew"]) & Q(introduction=b""),
                name="proposal_has_its_introduction",
            ),
            models.CheckConstraint(condition=~Q(proposed_by=""), name="proposal_says_whose_it_is"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.node_code} {self.state}"
