"""What the filters of a queue count is what they show."""

from datetime import date, timedelta

import pytest

from tongban.basics.refusals import NotAllowed
from tongban.cases import queries, queues, standing
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

    counted = queues.counts(officer, party)

    shown = {name: len(queues.queue(officer, party, shown=name).cases) for name in counted}
    assert counted == shown
    assert counted["mine"] >= 2
    assert counted["claimed"] == 1


@pytest.fixture
def waiting():
    """Seven cases of one window, two due on the same day and two without a day."""
    today = standing.today()
    numbers = [world.a_case(serial=serial)[0].number for serial in range(1, 8)]
    for number, days in zip(numbers, (5, None, -3, 0, 0, None, 9), strict=True):
        due = None if days is None else today + timedelta(days=days)
        Case.objects.filter(pk=number).update(due_on=due)
    return [numbers[place] for place in (2, 3, 4, 0, 6, 1, 5)]


@pytest.mark.parametrize("shown", ["mine", "all"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
def test_pages_show_every_case_once_and_in_order(waiting, monkeypatch, shown, size):
    monkeypatch.setattr(queues, "PAGE", size)
    monkeypatch.setattr(queues, "_FIRST_PAGES", queues.first_pages())
    clerk, after, seen = world.a_clerk(), "", []
    while True:
        page = queues.queue(clerk, Party.RECEIVER, shown=shown, after=after)
        seen += [case.number for case in page.cases]
        if not (after := page.after):
            break

    assert seen == waiting


def test_the_neighbours_of_a_case_are_those_of_the_list(waiting):
    clerk = world.a_clerk()
    for before, number, behind in zip(["", *waiting], waiting, [*waiting[1:], ""], strict=False):
        case = Case.objects.get(pk=number)
        assert queues.neighbours(clerk, case) == (before, behind)
    stranger = world.a_decider()
    assert queues.neighbours(stranger, Case.objects.get(pk=waiting[0])) == ("", "")


def test_what_is_typed_finds_a_case_by_its_name_or_by_the_last_four_of_its_number(waiting):
    clerk = world.a_clerk()

    def found(text):
        page = queues.queue(clerk, Party.RECEIVER, shown="all", find=text)
        return [case.number for case in page.cases]

    assert found(waiting[0][-4:]) == [waiting[0]]
    assert found(waiting[0].lower()) == [waiting[0]]
    assert found(waiting[0][-3:]) == []
    assert found(" 李四 ") == waiting
    assert found("——") == []
    assert queues.queue(world.a_decider(), Party.DECIDER, shown="all", find="李四").cases == []


def test_a_count_stops_where_nobody_reads_it_exactly_any_more():
    assert [queues.shown_count(count) for count in (0, 199, 200)] == ["0", "199", "200+"]


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
