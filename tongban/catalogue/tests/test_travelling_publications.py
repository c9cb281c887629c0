"""How publications travel: passed on by the hub, told again when missed, copies compared."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings as live
from django.utils import timezone

from tongban.catalogue import handlers, messages, publications, queries
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import (
    Publication,
    Told,
)
from tongban.catalogue.operations import copying
from tongban.catalogue.operations.taking import PublicationRefused
from tongban.catalogue.tests.managers import (
    ITEM,
    MONDAY,
    TUESDAY,
    a_manager,
    published,
)
from tongban.catalogue.tests.publishers import (
    CITY,
    FUZHOU,
    letter,
    local,
    take,
)
from tongban.exchange.envelope import Unreadable
from tongban.exchange.models import Outgoing
from tongban.exchange.tests.conftest import told
from tongban.jurisdictions.tests import introducing as directory
from tongban.trust import signing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publishers_connected")]


def test_the_hub_passes_on_what_a_place_published_as_it_was_signed(fujian, settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    one = fujian.step(local())
    for _ in range(2):
        take(one)
    sent = told(Outgoing.objects.order_by("recipient"))
    assert [row[:3] for row in sent] == [
        ("22", messages.PUBLICATION, "catalogue-35"),
        ("44", messages.PUBLICATION, "catalogue-35"),
    ]
    assert sent[0][3] == messages.packed(one)


def test_a_node_tells_the_hub_and_the_hub_tells_everybody(settings):
    published(a_manager("丙"), a_manager("丁"), place=CITY)
    assert [row[:3] for row in told(Outgoing.objects.all())] == [
        ("00", messages.PUBLICATION, "catalogue-22")
    ]
    Outgoing.objects.all().delete()
    settings.NODE_ID, settings.IS_HUB = "00", True
    published(a_manager("甲"), a_manager("乙"))
    assert [row[0] for row in told(Outgoing.objects.order_by("recipient"))] == ["22", "35", "44"]


def test_what_one_node_publishes_another_takes(settings):
    """The very message that leaves one node, opened as at another."""
    settings.NODE_ID, settings.IS_HUB = "35", False
    published(a_manager("丙", FUZHOU), a_manager("丁", FUZHOU), place=FUZHOU)
    ((*_, data),) = told(Outgoing.objects.all())
    step = messages.unpacked(data)
    assert step.changes[0]["published_by"] != step.changes[0]["drafted_by"]

    # The key of this test's process signs for whatever node it plays, so the directory is told so.
    from tongban.jurisdictions.models import Node, NodeKey

    key = signing.load_signer(live.NODE_KEY_FILE)
    NodeKey.objects.create(
        node=Node.objects.get(pk="35"),
        key_id=key.key_id,
        public_key=key.public_key,
        first_seen_at=MONDAY,
    )
    # As a node that has not seen it: what is frozen can only be emptied, and only in a test.
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE catalogue_publication, catalogue_implementation,"
            " catalogue_implementationversion CASCADE"
        )
    settings.NODE_ID = "22"
    take(step, sender="00")
    assert queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU).consultation == "户政大厅"


def test_steps_are_chained_numbered_and_verifiable():
    for number, day in enumerate((TUESDAY, date(2026, 12, 1)), start=1):
        published(
            a_manager("丙"), a_manager("丁"), place=CITY, from_day=day,
            content={"consultation": f"户政{number}室"},
        )  # fmt: skip
    first, second = publications.publications("22")
    assert (first.number, second.number, second.previous) == (1, 2, first.digest)
    assert publications.faults("22") == []
    Publication.objects.create(
        publisher="22", number=3, published_at=MONDAY, taken_at=MONDAY, body={"changes": []},
        digest="0" * 64, previous=second.digest, key_id=second.key_id, signature="x",
    )  # fmt: skip
    assert publications.faults("22") == [3]


def test_steps_that_a_node_misses_are_told_again_in_order(fujian):
    for number in (1, 2, 3):
        take(fujian.step(local(number=number, day=TUESDAY + timedelta(days=number))))
    handlers.resend_publications(subject="catalogue-35", from_seq=2, recipient="44", at=MONDAY)
    assert [row.sequence for row in Outgoing.objects.order_by("id")] == [2, 3]
    handlers.resend_publications(
        subject="22010420261116000427L", from_seq=1, recipient="44", at=MONDAY
    )
    assert Outgoing.objects.count() == 2


def asked(heads, sender="44", kind=messages.ASK, at=MONDAY):
    one = Signed("44", 1, "", at, [])
    return replace(
        letter(one, sender=sender, data={"heads": heads}), type=kind, subject=messages.COPY, at=at
    )


def test_the_hub_tells_a_node_what_its_copy_lacks_and_asks_for_what_it_lacks_itself(
    fujian, settings
):
    settings.NODE_ID, settings.IS_HUB = "00", True
    published(a_manager("甲"), a_manager("乙"))
    for number in (1, 2):
        take(fujian.step(local(number=number, day=TUESDAY + timedelta(days=number))))
    Outgoing.objects.all().delete()

    handlers.answer_copy(asked({"35": 1, "44": 3}))
    said = [row[:3] for row in told(Outgoing.objects.order_by("id"))]
    assert said == [
        ("44", messages.PUBLICATION, "catalogue-00"),
        ("44", messages.PUBLICATION, "catalogue-35"),
        ("44", "exchange.resend.v1", "catalogue-44"),
        ("44", messages.SAY, "catalogue-copy"),
    ]
    *_, last = told(Outgoing.objects.order_by("id"))
    assert last[3] == {"heads": {"00": 1, "35": 2}}


def test_a_node_knows_how_old_its_copy_is_and_what_it_lacks(fujian):
    assert publications.copy_age() == publications.CopyAge(None, 0)
    assert copying.ask(at=MONDAY)
    ((to, kind, _, data),) = told(Outgoing.objects.all())
    assert (to, kind, data) == ("00", messages.ASK, {"heads": {}})

    take(fujian.step(local()))
    handlers.note_copy(asked({"00": 0, "35": 3}, sender="00", kind=messages.SAY))
    assert publications.copy_age() == publications.CopyAge(MONDAY, 2)
    (hub, copy) = publications.copies()
    assert (hub.publisher, copy.number, copy.told, copy.is_behind) == ("00", 1, 3, True)

    earlier = MONDAY - timedelta(hours=1)
    handlers.note_copy(asked({"35": 1}, sender="00", kind=messages.SAY, at=earlier))
    assert Told.objects.get(publisher="35").number == 3


def test_only_the_hub_says_how_far_everybody_is(settings):
    with pytest.raises(PublicationRefused):
        handlers.note_copy(asked({"35": 3}, sender="44", kind=messages.SAY))
    with pytest.raises(PublicationRefused):
        handlers.answer_copy(asked({}))
    with pytest.raises(Unreadable):
        handlers.note_copy(asked({"35": -1}, sender="00", kind=messages.SAY))
    settings.NODE_ID, settings.IS_HUB = "00", True
    assert not copying.ask(at=timezone.now())


def test_without_the_hub_a_place_publishes_all_the_same(tmp_path):
    path = tmp_path / "alone.json"
    path.write_text(json.dumps({"nodes": []}))
    directory.load_directory(path, at=MONDAY)
    published(a_manager("丙"), a_manager("丁"), place=CITY)
    assert queries.version_in_force(ITEM, TUESDAY, deciding=CITY).local == "220100:1"
    assert not Outgoing.objects.exists()
    assert not copying.ask(at=MONDAY)
    assert copying.heads() == {"22": 1}
