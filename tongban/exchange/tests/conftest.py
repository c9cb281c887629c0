from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from tongban.exchange import inbox, posting, registry
from tongban.exchange.models import Outgoing
from tongban.exchange.tests.alone import seal_envelope
from tongban.jurisdictions import operations as directory
from tongban.jurisdictions.models import Node
from tongban.trust import signing

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NOTE = "test.note.v1"
STEP = "test.step.v1"


@dataclass
class Partner:
    """Another node, as far as its messages go."""

    code: str
    signer: signing.Signer

    def writes(
        self,
        kind,
        subject="case-1",
        data=None,
        *,
        message_id=None,
        to=None,
        sequence=None,
        files=(),
    ):
        """The bytes of a message, as they leave that node."""
        return seal_envelope(
            message_id=message_id or uuid4(),
            type=kind,
            sender=self.code,
            recipient=to or settings.NODE_ID,
            subject=subject,
            at=AT,
            data=data if data is not None else {},
            signer=self.signer,
            sequence=sequence,
            files=files,
        )

    def sends(self, *words, **more):
        """The message, opened as this node opens it."""
        return posting.opened(self.writes(*words, **more), published_by=self.code, at=AT)


def introduced(code):
    signer = signing.signer_from_pem(signing.new_key())
    Node.objects.update_or_create(
        code=code,
        defaults={"name": code, "public_key": signer.public_key, "key_id": signer.key_id},
    )
    # What changes the directory stamps it, and every process reads it anew.
    directory.stamp(at=AT)
    return Partner(code, signer)


@pytest.fixture
def fujian(db):
    return introduced("35")


@pytest.fixture
def guizhou(db):
    return introduced("52")


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch):
    """What a test registers is gone after it; what the platform registers is there during it."""
    monkeypatch.setattr(registry, "_HANDLERS", dict(registry._HANDLERS))
    monkeypatch.setattr(registry, "_RESENDERS", dict(registry._RESENDERS))
    monkeypatch.setattr(registry, "_KEEPERS", dict(registry._KEEPERS))


def told(rows):
    """What owed messages say: (recipient, type, subject, data)."""
    from tongban.basics import canonical, sealing

    said = []
    for row in rows:
        raw = sealing.unseal(bytes(row.envelope), context=row.message_id.bytes)
        data = canonical.loads(raw)["data"]["content"]
        said.append((row.recipient, row.type, row.subject, data))
    return said


def an_id(number) -> UUID:
    return UUID(int=number)


@pytest.fixture
def notes():
    """A handler that only writes down what it was given."""
    taken = []

    @inbox.handles(NOTE)
    def take(envelope):
        taken.append(envelope.data)

    return taken


@pytest.fixture
def steps():
    """A handler whose messages follow each other without a hole, as a case's events do."""
    taken = []

    @inbox.handles(STEP)
    def take(envelope):
        if envelope.sequence > len(taken) + 1:
            raise inbox.Gap(len(taken) + 1)
        taken.append(envelope.sequence)

    return taken


def asked():
    rows = Outgoing.objects.filter(type="exchange.resend.v1").order_by("id")
    return [(recipient, data) for recipient, _, _, data in told(rows)]
