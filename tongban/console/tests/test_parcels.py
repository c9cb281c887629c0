"""`./run parcel`: the same moves as at the desk, and the sandbox courier's whims."""

import json

import pytest
from typer.testing import CliRunner

from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.connectors.sandbox_courier import client
from tongban.console import parcel as noun
from tongban.delivery import couriers, ordering, queries
from tongban.delivery.operations import handing
from tongban.delivery.permissions import ParcelMoveNotPossible
from tongban.delivery.tests import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


def run(*words):
    result = CliRunner().invoke(noun.app, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_parcels_are_listed_shown_and_moved_without_anything_personal():
    scene = scenes.handed_over()
    parcel = scenes.packed(scene)
    by = ["--officer", scene.clerk.account.username]
    assert "已交给快递" in run("move", parcel.number, "hand_over", *by, "--waybill", "EMS1").output
    listed = run("list").output
    assert "EMS1" in listed
    shown = run("show", parcel.number[-10:]).output
    assert "hand_over" in shown
    assert scenes.PASSPORT not in shown
    as_json = json.loads(run("show", parcel.number, "--json").output)
    assert [event["kind"] for event in as_json["events"]] == ["pack", "hand_over"]
    with pytest.raises(ParcelMoveNotPossible):
        run("move", parcel.number, "hand_over", *by)
    officer = ["--officer", scene.decider.account.username]
    assert "已签收" in run("move", parcel.number, "receive", *officer).output
    assert json.loads(run("list", "--state", "packed", "--json").output) == []
    assert run("list", "--state", "nowhere").exit_code == 2


def test_the_sandbox_courier_loses_a_parcel_when_told_to():
    couriers.register(client.SandboxCourier())
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier=client.KEY)
    ordering.place_due(at=MONDAY)
    handing.hand_over(
        number=parcel.number, officer=scene.clerk, courier=client.KEY, waybill="", at=MONDAY
    )
    assert "已丢失" in run("move", parcel.number, "sandbox-lose").output
    found = json.loads(run("list", "--trouble", "--json").output)
    assert [one["number"] for one in found] == [parcel.number]


def test_the_sandbox_courier_can_be_away_and_come_back():
    couriers.register(client.SandboxCourier())
    parcel = scenes.packed(scenes.handed_over(), courier=client.KEY)
    run("courier", "away")
    assert ordering.place_due(at=MONDAY) == 0
    run("courier", "back")
    assert ordering.place_due(at=queries.open_order(parcel).next_at) == 1
    assert run("courier", "sideways").exit_code == 2
