"""The other ways from filing to the end: 全国无差别, 网上预审加寄递, 现场办理, each by the same moves."""

from datetime import date

import pytest

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import queries, rules
from tongban.cases.joint import operations as joint
from tongban.cases.joint import progress
from tongban.cases.models import Case
from tongban.cases.operations import claims, originals, review, submission, window
from tongban.cases.rules import HandedIn, Intake, NotOpen
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import CHANGCHUN, CHAOYANG, FUZHOU, MONDAY
from tongban.catalogue import forms
from tongban.catalogue import queries as catalogue
from tongban.catalogue.tests.test_archetypes import sample
from tongban.jurisdictions import offices

pytestmark = pytest.mark.django_db
MARRIAGE, DIPLOMA = "2020-3-03", "2020-1-01"


@pytest.fixture
def fuzhou(settings):
    """Stand at 福建, whose offices decide here."""
    settings.NODE_ID = "35"


def intake(item, mode, *, deciding, receiving="", here=CHAOYANG, **answers):
    version = catalogue.version(item, 1)
    given = sample(version, 0) | answers
    if version.competence.field not in answers:
        given[version.competence.field] = "350102" if deciding == FUZHOU else CHAOYANG
    file = world.a_paper()
    asked = [one.spec for one in forms.materials(version, given) if one.is_required]
    kind = version.applicant_kinds[0]
    firm = offices.credit_code("220104", "TB990001", kind="91")
    return Intake(
        item=item,
        mode=mode,
        applicant={
            "kind": kind,
            "name": "李四" if kind == "person" else "示例科技有限公司",
            "id_number": world.identity_number() if kind == "person" else firm,
            "phone": "13900000002",
        },
        applicant_place=here,
        receiving_place=receiving,
        deciding_place=deciding,
        answers=given,
        papers=tuple(HandedIn(spec, file, "证明.png") for spec in asked),
    )


def handed_in(one) -> Case:
    taken = submission.submit(intake=one, owner="t", key=one.item, at=MONDAY)
    return Case.objects.get(pk=taken.number)


def moved(case, operation, officer, **said):
    operation(number=case.number, officer=officer, at=MONDAY, **said)
    case.refresh_from_db()
    return case


class TestAnywhere:
    """The applicant chooses who decides; there is no window between."""

    def test_it_goes_straight_to_the_chosen_place_and_back(self, settings):
        settings.NODE_ID = "35"
        case = handed_in(intake(DIPLOMA, Mode.ANYWHERE, deciding=FUZHOU))
        officer = world.a_decider(FUZHOU, "sifa")
        assert (case.state, case.receiver_authority) == ("pending", "")
        moved(case, claims.claim_case, officer)
        moved(case, review.accept_case, officer)
        moved(case, review.approve, officer, note="")
        moved(case, review.issue_result, officer)
        moved(case, review.deliver, officer)
        assert (case.state, case.holder) == ("in_delivery", "applicant")

    def test_whichever_place_is_chosen_is_the_competent_one(self):
        for place in (FUZHOU, CHANGCHUN):
            here = CHAOYANG if place == FUZHOU else "350102"
            rules.check_intake(
                intake(DIPLOMA, Mode.ANYWHERE, deciding=place, here=here), on=MONDAY.date()
            )


class TestOnSite:
    """结婚登记, inside its roll-out: an appointment, identity on the spot, facts from elsewhere."""

    def asked(self, **more):
        return intake(
            MARRIAGE, Mode.ON_SITE, deciding=FUZHOU, here="350102",
            **{"receiving": "350102", "own_home_division": "350203",
               "partner_home_division": CHAOYANG, "visit_on": "2026-12-01"} | more,
        )  # fmt: skip

    def test_from_the_appointment_to_the_certificate(self, fuzhou):
        case = handed_in(self.asked())
        clerk = world.a_clerk("350102", name="林九")
        officer = world.a_decider(FUZHOU, "minzheng", name="吴九")
        moved(case, claims.claim_case, clerk)
        with pytest.raises(window.IdentityNotChecked):
            moved(case, window.receive_case, clerk, identity="")
        moved(case, window.receive_case, clerk, identity="in_person")
        world.check_everything(case, clerk)
        moved(case, window.hand_over, clerk, note="")
        moved(case, claims.claim_case, officer)
        moved(case, review.accept_case, officer)
        moved(case, joint.begin, officer, note="")
        lines = {line.key: line for line in progress.look(case.number).lines}
        assert lines["check_own"].node == "35"
        assert lines["check_other"].node == "22"
        partner = world.a_decider("350200", "minzheng", name="厦门民政")
        joint.finish(chain=lines["check_own"].row.chain, officer=partner, note="未婚", at=MONDAY)
        with pytest.raises(joint.StillOpen):
            moved(case, joint.end, officer)

    @pytest.mark.parametrize("receiving", [CHAOYANG, ""])
    def test_who_comes_in_person_comes_to_where_it_is_decided(self, fuzhou, receiving):
        with pytest.raises(NotOpen):
            handed_in(self.asked(receiving=receiving))

    def test_outside_its_roll_out_it_is_not_filed(self):
        one = intake(
            MARRIAGE, Mode.ON_SITE, deciding=CHANGCHUN, receiving=CHAOYANG, here="350102",
            own_home_division=CHAOYANG, partner_home_division=CHAOYANG, visit_on="2026-12-01",
        )  # fmt: skip
        with pytest.raises(NotOpen):
            handed_in(one)

    @pytest.mark.parametrize("day", ["2026-11-29", "2026-12-05"])
    def test_nobody_comes_to_a_closed_office(self, fuzhou, day):
        with pytest.raises(FieldsRefused) as refused:
            handed_in(self.asked(visit_on=day))
        assert "不上班" in refused.value.errors["visit_on"][0]

    def test_a_place_that_cannot_be_asked_is_left_to_other_means(self, fuzhou):
        case = handed_in(self.asked(partner_home_division="510104"))
        planned = queries.particulars(case)["answers"]
        found = joint.rules.plan(queries.version_of(case), planned, deciding=FUZHOU)
        assert [one.can_be_asked for one in found] == [True, False]


class TestPrecheckMail:
    """Looked at online, then the originals by post; the clock stands until they are there."""

    ITEM = "2020-1-32"

    @pytest.fixture
    def case(self, fuzhou):
        case = handed_in(intake(self.ITEM, Mode.PRECHECK_MAIL, deciding=FUZHOU))
        return moved(case, claims.claim_case, world.a_decider(FUZHOU, "shichang"))

    def test_the_originals_are_asked_for_once_and_the_clock_stands(self, case):
        officer = case.claimed_by
        spec = case.materials.first().spec
        moved(case, originals.ask_originals, officer, specs=[spec], note="")
        is_here = case.applicant_node == "35"
        assert (case.state, case.holder) == (
            "awaiting_originals", "applicant" if is_here else "channel",
        )  # fmt: skip
        # The office's clock stands; the applicant's own runs once it is there.
        assert case.due_on == (date(2026, 11, 30) if is_here else None)
        with pytest.raises(Refused):
            moved(case, originals.ask_originals, officer, specs=[spec], note="")

    @pytest.mark.parametrize("specs", [[], ["no-such-paper"]])
    def test_what_was_not_handed_in_is_not_asked_for(self, case, specs):
        with pytest.raises(FieldsRefused):
            moved(case, originals.ask_originals, case.claimed_by, specs=specs, note="")

    def test_other_ways_know_no_originals(self):
        case, _ = world.a_case(mode=Mode.JOINT)
        officer = world.a_decider()
        moved(case, claims.claim_case, officer)
        with pytest.raises(Refused):
            moved(case, originals.ask_originals, officer, specs=["id-card"], note="")


def test_a_day_of_the_shipped_calendar_is_a_working_day():
    assert not rules.closed_on(date(2026, 11, 30))
    assert rules.closed_on(date(2026, 11, 29))
