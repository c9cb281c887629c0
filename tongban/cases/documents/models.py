"""The register of documents, and the counters their numbers come from."""

from django.db import models
from django.db.models import Q


class DocumentCounter(models.Model):
    """The last number that an authority gave in a year; raised in the transaction that gives it."""

    authority = models.CharField(max_length=18)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "year"], name="one_counter_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.year}: {self.last}"


class IssuedDocument(models.Model):
    """A document given by one act of one case. What it says is sealed here and never changes.

    `digest` is of the PDF, once somebody has opened it. `serial` is empty where no authority acted
    (an applicant signs for a result); `printed_at` is when a window last printed it.
    """

    case_number = models.CharField(max_length=21)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    authority = models.CharField(max_length=18)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=80)
    at = models.DateTimeField()
    facts = models.BinaryField()
    digest = models.CharField(max_length=64, blank=True)
    printed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_number", "seq", "kind"], name="one_document_an_act"
            ),
            models.UniqueConstraint(
                fields=["authority", "year", "serial"],
                condition=Q(serial__isnull=False),
                name="one_document_a_number",
            ),
        ]
        indexes = [models.Index(fields=["authority", "-at"], name="documents_of_office")]

    def __str__(self) -> str:
        return f"{self.case_number} {self.number}"
