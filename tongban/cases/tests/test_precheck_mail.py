"""网上预审加寄递 over two nodes: looked at online, originals by post, decided, and the result given."""

from uuid import uuid4

import pytest
from django.apps import apps

from tongban.basics.refusals import Refused
from tongban.cases import queries
from tongban.cases.models import Case
from tongban.cases.operations import claims, drafts, moving, originals, review
from tongban.cases.operations.window import Fault
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.test_modes import handed_in, intake
from tongban.cases.tests.world import CHAOYANG, FUZHOU, MONDAY
from tongban.delivery.operations import packing, receiving
from tongban.delivery.operations.packing import Packed
from tongban.delivery.tests import scenes
from tongban.exchange.tests.two_nodes import country
from tongban.parties.models import Account, Capacity, Kind
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
ITEM = "2020-1-32"
TABLES = [
    model._meta.db_table
    for label in ("cases", "delivery")
    for model in apps.get_app_config(label).get_models()
]


class Post:
    """A firm of 长春 whose change of registration 福州 decides, at two nodes."""

    def __init__(self, land):
        self.land = land
        self.officer = world.a_decider(FUZHOU, "shichang", name="孙九")
        asked = intake(ITEM, Mode.PRECHECK_MAIL, deciding=FUZHOU)
        self.account = Account.objects.create(username="firm")
        who = asked.applicant
        applicant = world.parties.keep_applicant(
            kind=Kind(who["kind"]), name=who["name"], number=who["id_number"],
            division_code=CHAOYANG, phone=who["phone"], at=MONDAY,
        )  # fmt: skip
        world.parties.let_act(
            account=self.account, applicant=applicant,
            capacity=Capacity.LEGAL_REPRESENTATIVE, at=MONDAY,
        )  # fmt: skip
        with land.at("22"):
            # Papers lie at the node where they were handed in.
            asked = intake(ITEM, Mode.PRECHECK_MAIL, deciding=FUZHOU)
            self.number = handed_in(asked).number
        self.carry()
        self.act(claims.claim_case)

    def carry(self):
        self.land.carry(at=MONDAY)

    def act(self, operation, **said):
        with self.land.at("35"):
            operation(number=self.number, officer=self.officer, at=MONDAY, **said)
        self.carry()

    def case(self, node="35"):
        with self.land.at(node):
            return Case.objects.get(pk=self.number)

    def ask(self):
        with self.land.at("35"):
            self.spec = Case.objects.get(pk=self.number).materials.first().spec
        self.act(originals.ask_originals, specs=[self.spec], note="原件用文件袋装")

    def send(self):
        with self.land.at("22"):
            parcel = packing.send_own(
                key=uuid4(), account=self.account, case=self.number,
                papers=[Packed(self.number, "营业执照", is_original=True, spec=self.spec)],
                address=scenes.HOME, waybill="EMS123", at=MONDAY,
            )  # fmt: skip
        self.carry()
        return parcel.number

    def sign_for(self, parcel, seen="ok", note=""):
        with self.land.at("35"):
            receiving.receive(
                number=parcel, officer=self.officer, seen={"s1": seen}, note=note, at=MONDAY
            )
        self.carry()

    def standing(self, node="35"):
        case = self.case(node)
        return case.state, case.holder

    def agree(self):
        found = []
        for node in ("22", "35"):
            with self.land.at(node):
                found.append([event.hash for event in recorded.events(self.number)])
            assert not self.land.parked(node)
        assert found[0] == found[1]


@pytest.fixture
def post(tmp_path, time_machine):
    # What arrives does so by the clock on the wall, and due days follow from it.
    time_machine.move_to(MONDAY, tick=True)
    return Post(country(tmp_path, "22", "35", tables=TABLES, at=MONDAY))


def test_from_the_look_online_to_the_signed_result(post):
    assert post.standing() == ("pending", "decider")
    post.ask()
    assert post.standing("22") == ("awaiting_originals", "applicant")
    assert post.standing() == ("awaiting_originals", "applicant")
    parcel = post.send()
    assert post.standing("22")[0] == "awaiting_originals"
    post.sign_for(parcel)
    assert post.standing() == post.standing("22") == ("pending", "decider")
    # It was away from the office, so it comes back to the queue for whoever is free.
    post.act(claims.claim_case)
    for act in (review.accept_case, review.approve, review.issue_result, review.deliver):
        post.act(act, **({"note": ""} if act is review.approve else {}))
    assert post.standing("22") == ("in_delivery", "applicant")
    with post.land.at("22"):
        drafts.sign_for_result(number=post.number, account=post.account, at=MONDAY)
    post.carry()
    assert post.standing() == post.standing("22") == ("closed", "nobody")
    post.agree()


def test_what_the_look_online_finds_is_mended_before_anything_is_posted(post):
    post.act(review.ask_correction, note="", faults=[Fault("id-card", "看不清", "重拍")])
    assert post.standing("22") == ("correction", "applicant")
    with pytest.raises(Refused):
        post.ask()
    post.spec = "id-card"
    with pytest.raises(Refused):
        post.send()


def test_an_empty_parcel_leaves_the_case_waiting_and_a_second_one_brings_it_on(post):
    post.ask()
    post.sign_for(post.send(), seen="missing", note="信封是空的")
    assert post.standing("22") == ("awaiting_originals", "applicant")
    post.sign_for(post.send(), seen="damaged", note="边角折了")
    assert post.standing() == ("pending", "decider")
    post.agree()


def test_a_case_withdrawn_while_its_originals_travel_is_not_brought_on_by_them(post):
    post.ask()
    parcel = post.send()
    with post.land.at("22"):
        case = queries.lock_case(post.number)
        moving.make_move(
            case, moving.states.WITHDRAW, by=moving.applicant_author(), at=MONDAY,
            personal={"reason": "不办了"},
        )  # fmt: skip
    post.carry()
    post.sign_for(parcel)
    assert post.standing() == post.standing("22") == ("withdrawn", "nobody")
    post.agree()


def test_the_acceptance_clock_stands_while_the_originals_travel(post):
    due = post.case().due_on
    post.ask()
    assert post.case().due_on != due
    post.sign_for(post.send())
    assert post.case().due_on == due
