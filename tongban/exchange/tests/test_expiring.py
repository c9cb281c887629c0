"""Keys and certificates near their end are told early, once, and only where there is no successor."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from django.utils.timezone import now

from tongban.exchange import beats, conditions, expiring
from tongban.jurisdictions import operations
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.models import DirectoryRefusal, Node, NodeKey
from tongban.jurisdictions.tests import signed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_node_that_works(db):
    NodeKey.objects.all().delete()
    for code in ("00", "22", "35"):
        facts = {"name": code, "is_hub": code == "00", "public_key": "", "key_id": ""}
        Node.objects.update_or_create(code=code, defaults=facts)
    beats.note("here:1", is_connected=True, at=now())


def introduced(**ends_in_days):
    """Nodes n22, n35 … whose keys end in so many days; a list for several keys, None for no end."""
    entries = []
    for name, days in ends_in_days.items():
        code = name.removeprefix("n")
        several = days if isinstance(days, list) else [days]
        keys = tuple(
            signed.key(
                signed.a_key(), valid_until=now() + timedelta(days=d) if d is not None else None
            )
            for d in several
        )
        entries.append(signed.entry(code, signed.a_key(), keys=keys))
    operations.introduce(entries, at=now())


def codes():
    return [(one.code, one.node) for one in conditions.findings(at=now())]


def test_a_key_that_ends_within_a_month_is_told():
    introduced(n22=29, n00=31)
    assert codes() == [("key-ends", "22")]
    [found] = conditions.findings(at=now())
    assert "./run key new" in found.remedy


@pytest.mark.parametrize("days", [None, 40, [2, 400], [2, None]])
def test_a_key_without_an_end_or_with_a_successor_is_no_worry(days):
    introduced(n22=days)
    assert codes() == []


def test_a_key_that_has_ended_is_told_as_such():
    introduced(n22=-1)
    assert codes() == [("key-ended", "22")]


def test_the_hub_watches_everybody_and_the_others_themselves_and_the_hub(settings):
    introduced(n00=5, n22=5, n35=5)
    assert codes() == [("key-ends", "00"), ("key-ends", "22")]
    settings.NODE_ID, settings.IS_HUB = "00", True
    assert [node for _, node in codes()] == ["00", "22", "35"]


def test_the_number_is_there_for_prometheus():
    introduced(n22=5, n00=None)
    page = Client().get("/metrics").content.decode()
    [line] = [one for one in page.splitlines() if one.startswith("tongban_key_expires_seconds{")]
    assert 'node="22",purpose="sign"' in line
    assert 4.9 * 86400 < float(line.rsplit(" ", 1)[1]) <= 5 * 86400


def certificate(path, days):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker.example.cn")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=400))
        .not_valid_after(now() + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    with path.open("ab") as file:
        file.write(made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("days", "found"),
    [([90], []), ([90, 10], [("certificate-ends", "")]), ([-1], [("certificate-ends", "")])],
)
def test_certificates_near_their_end_are_told_the_first_of_a_file_counts(
    settings, tmp_path, days, found
):
    for one in days:
        certificate(tmp_path / "ca.pem", one)
    settings.NATS_CA_FILE = tmp_path / "ca.pem"
    assert codes() == found
    assert len(expiring.certificates()) == 1
    assert "tongban_certificate_expires_seconds{" in Client().get("/metrics").content.decode()


def test_a_certificate_that_cannot_be_read_is_told(settings, tmp_path):
    (tmp_path / "broken.pem").write_text("not a certificate")
    settings.WATCHED_CERTIFICATES = [str(tmp_path / "broken.pem"), str(tmp_path / "none.pem")]
    assert codes() == [("certificate-unreadable", "")] * 2


def test_a_node_that_is_suspended_is_told_so_on_its_own_pages():
    me = signed.entry("22", signed.a_key(), state=State.SUSPENDED)
    operations.introduce([me], at=now())
    [found] = conditions.findings(at=now())
    assert found.code == "node-suspended"
    assert "暂停接入" in found.cause


def test_a_directory_that_was_refused_is_told_for_a_week():
    row = DirectoryRefusal.objects.create(
        digest="f" * 64, code="directory-older", reason="这是第1版", how="file",
        first_at=now(), last_at=now(),
    )  # fmt: skip
    assert codes() == [("directory-refused", "")]
    row.last_at = now() - timedelta(days=8)
    row.save()
    assert codes() == []
