"""Two at once; each race is also run with its lock taken away, to show that the lock is what wins."""

import threading
from contextlib import suppress
from uuid import uuid4

import pytest

from tongban.basics.refusals import Refused
from tongban.basics.tests.races import at_once
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery import queries
from tongban.delivery.models import Parcel
from tongban.delivery.operations import packing, receiving, writing
from tongban.delivery.standing import Purpose
from tongban.delivery.tests import scenes
from tongban.record.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


@pytest.fixture
def meeting(monkeypatch):
    """Both officers come this far before either writes, unless a lock keeps one of them out."""
    barrier = threading.Barrier(2)
    write = writing.shared_chains.write

    def met(*args, **kwargs):
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        return write(*args, **kwargs)

    def arm():
        monkeypatch.setattr(writing.shared_chains, "write", met)

    return arm


def two_receive(meeting):
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    colleague = world.a_decider(name="陈三")
    meeting()
    raised = at_once(
        *(
            lambda officer=officer: receiving.receive(
                number=parcel.number, officer=officer, seen={"s1": "ok", "s2": "ok"}, note="",
                at=MONDAY,
            )
            for officer in (scene.decider, colleague)
        )
    )  # fmt: skip
    assert Entry.objects.filter(chain=parcel.number, kind="receive").count() == 1
    return raised


def test_of_two_officers_who_receive_one_parcel_one_signs_and_one_is_told(meeting):
    raised = two_receive(meeting)
    assert raised.count(None) == 1
    assert any(isinstance(error, Refused) for error in raised)


def test_without_the_lock_the_second_signature_fails_without_a_word(meeting, monkeypatch):
    monkeypatch.setattr(queries, "lock_parcel", lambda number: Parcel.objects.get(pk=number))
    raised = two_receive(meeting)
    assert raised.count(None) == 1
    assert not any(isinstance(error, Refused) for error in raised)


def test_a_double_click_on_pack_is_one_parcel():
    scene, key = scenes.handed_over(), uuid4()
    raised = at_once(*(lambda: scenes.packed(scene, key=key) for _ in range(2)))
    assert raised == [None, None]
    assert Parcel.objects.count() == 1


def two_send_the_result(meeting):
    scene = scenes.with_result(scenes.handed_over())
    colleague = world.a_decider(name="陈三")
    home = {"to": "", "purpose": Purpose.RESULT, "address": scenes.HOME}
    meeting()
    return at_once(
        *(
            lambda officer=officer: scenes.packed(scene, officer=officer, **home)
            for officer in (scene.decider, colleague)
        )
    )


def test_of_two_officers_who_send_a_result_home_one_packs_it_and_one_is_told(meeting):
    raised = two_send_the_result(meeting)
    assert raised.count(None) == 1
    assert any(isinstance(error, packing.ResultOnItsWay) for error in raised)
    assert Parcel.objects.count() == 1


def test_without_the_lock_a_result_would_be_in_two_parcels(meeting, monkeypatch):
    monkeypatch.setattr(packing, "_one_at_a_time", lambda _name: None)
    assert two_send_the_result(meeting) == [None, None]
    assert Parcel.objects.count() == 2
