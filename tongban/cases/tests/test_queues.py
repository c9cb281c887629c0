"""What the filters of a queue count is what they show."""

from datetime import date, timedelta

import pytest

from tongban.basics.refusals import NotAllowed
from tongban.cases import queries, standing
from tongban.cases.models import Case
from tongban.cases.operations import claims, window
from tongban.cases.operations.window import Fault
from tongban.cases.states import Party
from tongban.cases.tests import world
from tongban.cases.tests.world import JILIN_CITY, MONDAY
from tongban.jurisdictions import calendars

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("party", [Party.RECEIVER, Party.DECIDER])
def test_every_filter_counts_as_many_cases_as_it_shows(party):
    clerk, decider = world.a_clerk(), world.a_decider()
    cases = [world.a_case(serial=serial)[0] for serial in range(1, 7)]
    today = standing.today()
    for case, due_on in zip(cases, (-3, 0, 5), strict=False):
        Case.objects.filter(pk=case.pk).update(due_on=today + timedelta(days=due_on))
    claims.claim_case(number=cases[0].number, officer=clerk, at=world.MONDAY)
    returned = cases[3].number
    claims.claim_case(number=returned, officer=clerk, at=world.MONDAY)
    fault = Fault(spec="id-card", problem="看不清", mend="重拍")
    window.return_for_form(number=returned, officer=clerk, faults=[fault], note="", at=world.MONDAY)
    for case in cases[4:]:
        world.handed_over(case, clerk)
    claims.claim_case(number=cases[4].number, officer=decider, at=world.MONDAY)
    officer = clerk if party is Party.RECEIVER else decider

    counted = queries.queue_counts(officer, party)

    shown = {name: len(queries.queue(officer, party, shown=name).cases) for name in counted}
    assert counted == shown
    assert counted["mine"] >= 2
    assert counted["claimed"] == 1


def test_the_deciding_office_sees_a_case_only_once_it_has_arrived():
    clerk, decider = world.a_clerk(), world.a_decider()
    case, _ = world.a_case(serial=7)

    with pytest.raises(NotAllowed) as refusal:
        queries.case_for(decider, case.number)
    assert "还没有移交" in refusal.value.message
    assert queries.case_for(clerk, case.number) == case

    world.handed_over(case, clerk)
    assert queries.case_for(decider, case.number) == case


def test_a_light_turns_amber_where_the_holders_place_says_so():
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    case.refresh_from_db()
    three_left = date(2026, 11, 18)
    assert queries.light(case, three_left).kind == "ok"

    calendars.set_lights(
        place=JILIN_CITY, amber_left=3, amber_share=0, basis="示例办法第一条", at=MONDAY
    )
    assert queries.light(case, three_left).kind == "warn"
    calendars.set_lights(
        place=JILIN_CITY, amber_left=0, amber_share=60, basis="示例办法第二条", at=MONDAY
    )
    # Three of five working days are sixty percent.
    assert queries.light(case, three_left).kind == "warn"
    assert queries.light(case, date(2026, 11, 17)).kind == "ok"
