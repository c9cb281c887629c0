"""A case that crossed between two nodes, with an inquiry beside it, and its evidence file."""

import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps

from tongban.cases.evidence import making, reach
from tongban.cases.inquiries import operations as inquiries
from tongban.cases.inquiries.operations import Question
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.cases.tests.world import FUZHOU, MONDAY
from tongban.connectors.time_authority.sandbox import SandboxAuthority
from tongban.exchange.tests.two_nodes import Country, country
from tongban.jurisdictions import queries as places
from tongban.record import stamping


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@dataclass
class Crossed:
    """The case at the applicant's node and at the deciding one, and the people of it."""

    land: Country
    number: str
    filled: world.Filled
    clerk: object
    decider: object
    inquiry: str

    def evidence(self, *, node: str = "22", has_materials: bool = True) -> bytes:
        """The evidence file that the applicant gets at her node, the decider at his."""
        with self.land.at(node):
            if node == "22":
                found = reach.of_applicant(
                    self.filled.account, self.number, has_materials=has_materials
                )
            else:
                found = reach.of_officer(self.decider, self.number, has_materials=has_materials)
            return made(*found)


def stamp(folder: Path) -> None:
    """Put what there is under a time-stamp of the sandbox."""
    grew = stamping._GREW.replace("written_in < %s", "written_in <= %s")
    with pytest.MonkeyPatch.context() as patch:
        # A test never commits, so its own transaction is the oldest open one; here it counts as done.
        patch.setattr(stamping, "_GREW", grew)
        patch.setattr(stamping, "_authority", [SandboxAuthority(folder / "tsa")])
        assert stamping.close_period(at=MONDAY, period=timedelta(hours=1))
        assert stamping.send_due(at=MONDAY) == 1


def made(case: Case, found: reach.Reach) -> bytes:
    target = io.BytesIO()
    making.write(target, case, found)
    return target.getvalue()


@pytest.fixture
def crossed(db, tmp_path) -> Crossed:
    """吉林 received a case for 福州, handed it over, and 福州 asked 长春 something about it."""
    labels = ("cases", "delivery")
    tables = [m._meta.db_table for one in labels for m in apps.get_app_config(one).get_models()]
    land = country(tmp_path, "22", "35", tables=tables, at=MONDAY)
    clerk, decider = world.a_clerk(), world.a_decider(FUZHOU, name="郑五")
    with land.at("22"):
        case, filled = world.a_case(deciding=FUZHOU)
        world.handed_over(case, clerk)
    land.carry(at=MONDAY)
    with land.at("35"):
        row = inquiries.ask(
            officer=decider,
            to=places.window_authority(world.CHAOYANG),
            question=Question("核实住址", "请核实现住址"),
            number=case.number,
            at=MONDAY,
        )
    land.carry(at=MONDAY)
    with land.at("22"):
        stamp(tmp_path)
    return Crossed(land, case.number, filled, clerk, decider, row.pk)


_kept: list[bytes] = []


@pytest.fixture
def evidence(request) -> bytes:
    """One evidence file with everything in it; made once, as most tests only read it."""
    if not _kept:
        _kept.append(request.getfixturevalue("crossed").evidence())
    return _kept[0]
