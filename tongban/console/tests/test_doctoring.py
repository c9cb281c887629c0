"""The doctor finds the usual causes and says what to do; each illness is made here, then found."""

import datetime
import os
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import OperationalError, connection
from django.test import override_settings
from django.utils.timezone import now

from tongban.console import doctor
from tongban.console.doctoring import database, machine, network, secrets
from tongban.console.doctoring.diagnosis import Level
from tongban.exchange import beats
from tongban.jurisdictions import operations as jurisdictions
from tongban.jurisdictions.models import Node
from tongban.trust import signing


def by_name(found):
    return {one.check: one for one in found}


# --- machine ---


def test_a_full_disk_is_ill_and_a_scarce_one_doubtful(monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    for free, level in ((100, Level.ILL), (2 * 1024**3, Level.DOUBTFUL), (10**12, Level.WELL)):
        monkeypatch.setattr(machine.space, "usage", lambda _, free=free: (free, 10**13))
        assert by_name(machine.check())["disk"].level is level


def test_a_data_folder_that_cannot_be_made_is_ill(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.DATA_DIR = tmp_path / "file" / "data"

    found = by_name(machine.check())["data-folder"]

    assert found.level is Level.ILL
    assert "DATA_DIR" in found.remedy


def test_pages_without_static_files_are_ill(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    assert by_name(machine.check())["static-files"].level is Level.ILL

    (tmp_path / "staticfiles.json").write_text("{}")
    assert by_name(machine.check())["static-files"].level is Level.WELL


# --- database ---


@pytest.mark.django_db
def test_a_database_that_is_well_is_said_to_be():
    found = by_name(database.check())

    assert found["database"].level is Level.WELL
    assert found["clock"].level is Level.WELL
    assert found["migrations"].level is Level.WELL


def test_a_database_that_is_away_is_named_and_nothing_else_is_asked(monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)

    found = by_name(database.check())

    assert found["database"].level is Level.ILL
    assert "DATABASE_URL" in found["database"].remedy
    assert found["migrations"].level is Level.SKIPPED


@pytest.mark.django_db
def test_a_database_that_forgets_with_the_power_is_ill():
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        found = by_name(database.check())["durability"]
        cursor.execute("RESET synchronous_commit")

    assert found.level is Level.ILL
    assert "synchronous_commit" in found.says


# --- keys ---


@pytest.fixture
def key_file(settings, tmp_path):
    file = tmp_path / "node.key"
    file.write_bytes(signing.new_key())
    file.chmod(0o600)
    settings.NODE_KEY_FILE = file
    return file


@pytest.mark.django_db
def test_a_key_that_others_can_read_is_doubtful(key_file):
    key_file.chmod(0o644)

    found = by_name(secrets.check())["signing-key"]

    assert found.level is Level.DOUBTFUL
    assert found.remedy.startswith("chmod 600")


@pytest.mark.django_db
def test_a_key_that_is_none_is_ill(key_file):
    key_file.write_text("nonsense")

    assert by_name(secrets.check())["signing-key"].level is Level.ILL


@pytest.mark.django_db
def test_a_key_that_the_directory_does_not_know_is_ill(key_file):
    public = signing.signer_from_pem(key_file.read_bytes()).public_key
    Node.objects.update_or_create(
        code="22",
        defaults={"name": "吉林", "public_key": public, "key_id": signing.key_id(public)},
    )
    jurisdictions.stamp(at=now())
    assert by_name(secrets.check())["directory"].level is Level.WELL

    other = signing.signer_from_pem(signing.new_key()).public_key
    Node.objects.filter(code="22").update(public_key=other, key_id=signing.key_id(other))
    jurisdictions.stamp(at=now())
    assert by_name(secrets.check())["directory"].level is Level.ILL


# --- network ---


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.django_db
@override_settings(NATS_URL="nats://u:p@no-such-host.invalid:4222")
def test_a_name_that_does_not_resolve_is_ill(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(network.socket, "getaddrinfo", unknown)
    found = by_name(network.check())

    assert found["broker-dns"].level is Level.ILL
    assert "broker-port" not in found


@pytest.mark.django_db
def test_a_port_where_nobody_listens_is_ill_and_one_that_answers_is_well(listener):
    with override_settings(NATS_URL=f"nats://u:p@127.0.0.1:{listener}"):
        found = by_name(network.check())
        assert found["broker-port"].level is Level.WELL
        assert "broker-tls" not in found, "loopback needs no certificate"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with override_settings(NATS_URL=f"nats://u:p@127.0.0.1:{port}"):
            assert by_name(network.check())["broker-port"].level is Level.ILL


@pytest.mark.django_db
def test_a_certificate_that_nobody_here_trusts_is_ill(tmp_path):
    port = _serve_tls(tmp_path, days=90)
    Node.objects.filter(is_hub=True).delete()
    Node.objects.create(code="00", name="枢纽", is_hub=True, base_url=f"https://127.0.0.1:{port}")
    jurisdictions.stamp(at=now())

    with override_settings(NATS_URL=""):
        found = by_name(network.check())

    assert found["hub-tls"].level is Level.ILL
    assert "证书不可信" in found["hub-tls"].says
    assert found["broker-address"].level is Level.ILL


@pytest.mark.parametrize(("days", "level"), [(90, Level.WELL), (9, Level.DOUBTFUL)])
def test_a_certificate_near_its_end_is_doubtful(tmp_path, monkeypatch, days, level):
    port = _serve_tls(tmp_path, days=days)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr(network.ssl, "create_default_context", lambda: trusting)

    found = network._certificate("hub", "localhost", port)

    assert found.level is level
    assert str(days - 1) in found.says


def _serve_tls(folder, *, days):
    """A listener with a certificate of its own for localhost; gives its port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    at = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - datetime.timedelta(days=1))
        .not_valid_after(at + datetime.timedelta(days=days))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_answer, args=(server, context), daemon=True).start()
    return server.getsockname()[1]


def _answer(server, context):
    with server:
        for _ in range(3):
            plain, _ = server.accept()
            try:
                with context.wrap_socket(plain, server_side=True):
                    pass
            except OSError:
                plain.close()


# --- all of it ---


@pytest.mark.django_db
def test_a_check_that_falls_stops_no_other(monkeypatch):
    def broken():
        raise ZeroDivisionError

    broken.__module__ = "tongban.console.doctoring.machine"
    monkeypatch.setattr(doctor.machine, "check", broken)
    monkeypatch.setattr(doctor.broker, "check", lambda: iter(()))
    beats.note(f"here:{os.getpid()}", is_connected=True, at=now())

    found = by_name(doctor.examine())

    assert found["machine"].level is Level.DOUBTFUL
    assert found["database"].level is Level.WELL
    assert "worker-silent" not in found


@pytest.mark.django_db
def test_a_silent_worker_is_an_illness(monkeypatch):
    monkeypatch.setattr(doctor.broker, "check", lambda: iter(()))

    found = by_name(doctor.examine())

    assert found["worker-silent"].level is Level.ILL
