"""Whoever runs the broker sees who writes to whom, and nothing of whom a case is about."""

import uuid

from journeys.desks import Desk
from journeys.installation import Installation, until
from journeys.systems import System, picture
from journeys.test_bad_messages import EVENTS, _head, message, publish
from tongban.local import broker, keys
from tongban.worker.tests.watching import watching

PASSED = (b"mail.35.22", b"mail.22.35", b"$O.FILES_22_35")


def _administrator(there: Installation) -> str:
    address = there.jilin.settings["NATS_URL"].rpartition("@")[2]
    password = keys.server_secrets(there.demo.home).broker_password
    return broker.fill_in(f"nats://{{user}}:{{password}}@{address}", broker.ADMIN, password)


def test_no_name_and_no_number_of_a_case_can_be_read_at_the_broker(nodes):
    """The demo as it is started, 吉林 by the international suite and 福建 by 国密."""
    with watching(_administrator(nodes)) as watcher:
        with System(nodes.jilin) as system:
            # Not even its number is another's: a paper that crossed before is not sent again.
            paper = picture(uuid.uuid4().int)
            case = system.medical(serial=601, digest=system.digest(paper))
            number = str(system.submit(case).json()["number"])
        until(lambda: _head(nodes.jilin, number) == 2, what="the arrival is known at both")
        with Desk(nodes.fujian, "sunqi") as sunqi:
            sunqi.act(number, "claim")
            sunqi.act(number, "acts/accept/")
        until(lambda: _head(nodes.jilin, number) == 3, what="the acceptance is known at both")
        person = {case["applicant"][name] for name in ("name", "id_number", "phone")}
        personal = person | {case["answers"]["stay_address"], number}

        # It is told by another connection than the nodes are.
        until(lambda: all(one in watcher.everything() for one in PASSED), what="it saw all pass")
        assert watcher.found(personal) == set()

        # The same search finds them where somebody forgets to encrypt; the message is refused.
        open_letter = message(nodes.fujian, {"said": sorted(personal)}, type=EVENTS, to="")
        publish(nodes.fujian, "22", open_letter)
        until(lambda: watcher.found(personal) == personal, what="the search finds what is there")
