"""The doctor signs in at a real broker, tries what this node may do there, and takes nothing out."""

from tongban.console.doctoring import broker as doctoring
from tongban.console.doctoring.diagnosis import Level
from tongban.exchange import addresses
from tongban.worker.tests.conftest import as_user, run


def test_the_doctor_finds_a_broker_in_order(broker_process, settings):
    settings.NATS_URL = broker_process.url_of("22")

    found = {one.check: one.level for one in run(doctoring.look(b"{}"))}

    assert found == {
        "broker-login": Level.WELL,
        "mailbox": Level.WELL,
        "broker-rights": Level.WELL,
        "broker-walls": Level.WELL,
    }


def test_the_doctor_finds_a_broker_without_walls_and_a_mailbox_that_is_not_there(
    broker_process, settings
):
    settings.NATS_URL = broker_process.admin_url
    run(_take_mailbox_away(broker_process))

    found = {one.check: one.level for one in run(doctoring.look(b"{}"))}

    assert found["mailbox"] is Level.ILL
    assert found["broker-walls"] is Level.ILL


def test_the_doctor_finds_a_wrong_password(broker_process, settings):
    right = broker_process.url_of("22")
    settings.NATS_URL = right.replace(right.split(":")[2].split("@")[0], "wrong")

    (found,) = run(doctoring.look(b"{}"))

    assert (found.check, found.level) == ("broker-login", Level.ILL)


async def _take_mailbox_away(process):
    async with as_user(process.admin_url) as client:
        await client.jetstream().delete_stream(addresses.mail_stream("22"))
