"""What documents say about a pair of places: what must hold for every roll-out there can be."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tongban.catalogue.openings import Member, Opening, SourceRow, rule
from tongban.catalogue.places import Place

CODES = ("220104", "220202", "350102", "350203", "450102", "530102", "110101", "231086")
MUNICIPAL = {"11"}


def a_place(code):
    decides_at = f"{code[:2]}0000" if code[:2] in MUNICIPAL else f"{code[:4]}00"
    return Place(code, code, code, code[:2], decides_at)


PLACES = [a_place(code) for code in CODES]
AREAS = sorted({area for one in PLACES for area in one.line})

places = st.sampled_from(PLACES)
days = st.dates(date(2020, 9, 1), date(2026, 12, 31))
members = st.lists(
    st.builds(Member, st.sampled_from(AREAS), st.none() | days, st.none()), max_size=4
).map(tuple)
ends = st.sampled_from([*AREAS, "*"])
openings = st.builds(
    Opening,
    key=st.text("abcdef", min_size=1, max_size=6),
    kind=st.sampled_from(["provinces", "cities", "pairs", "group", "pilot", "nationwide"]),
    name=st.just("一处"),
    document=st.just("document"),
    place=st.just("第1项"),
    line=st.just(1),
    sentence=st.just("一处开通"),
    from_day=days,
    precision=st.sampled_from(["day", "month", "year", "by"]),
    members=members,
    pairs=st.lists(st.tuples(ends, ends), max_size=3).map(tuple),
    is_mutual=st.booleans(),
    limit_days=st.none() | st.integers(1, 30),
    items=st.integers(1, 60),
)
lists = st.lists(openings, max_size=4)


@given(here=places, there=places, on=days)
def test_without_a_document_the_answer_is_never_yes(here, there, on):
    assert rule([], [], here=here, there=there, on=on).kind == "no-document"


@given(found=lists, here=places, there=places, on=days)
def test_a_yes_names_a_roll_out_that_began_and_covers_the_pair(found, here, there, on):
    ruling = rule([], found, here=here, there=there, on=on)
    if ruling.verdict in {"yes", "on-site"}:
        assert ruling.opening in found
        assert ruling.opening.from_day <= on
        assert ruling.opening.closeness(here, there, on) is not None
    else:
        assert ruling.limit is None
        assert not any(
            one.from_day <= on and one.closeness(here, there, on) is not None
            for one in found
            if not one.is_plan
        )


@given(opening=openings, here=places, there=places)
def test_a_day_earlier_than_the_start_is_not_yet(opening, here, there):
    opening = replace(opening, members=tuple(Member(one.code) for one in opening.members))
    first = opening.from_day
    then = rule([], [opening], here=here, there=there, on=first)
    before = rule([], [opening], here=here, there=there, on=first - timedelta(days=1))
    if then.verdict == "yes":
        assert (before.verdict, before.begins, before.opening) == ("not-yet", first, opening)
    else:
        assert before.verdict == "no"


@given(found=lists, here=places, there=places, on=days)
def test_not_yet_becomes_yes_on_the_day_it_names_and_not_before(found, here, there, on):
    ruling = rule([], found, here=here, there=there, on=on)
    if ruling.verdict != "not-yet":
        return
    assert ruling.begins > on
    assert rule([], found, here=here, there=there, on=ruling.begins).verdict == "yes"
    eve = ruling.begins - timedelta(days=1)
    assert rule([], found, here=here, there=there, on=eve).verdict == "not-yet"


@given(opening=openings, here=places, there=places, on=days)
def test_an_agreement_of_a_pair_holds_in_both_directions_unless_it_is_one_way(
    opening, here, there, on
):
    mutual = replace(opening, is_mutual=True)
    there_and_back = [
        rule([], [mutual], here=one, there=other, on=on).verdict
        for one, other in ((here, there), (there, here))
    ]
    assert there_and_back[0] == there_and_back[1]
    one_way = replace(
        opening, kind="pairs", members=(), pairs=(("220000", "350000"),), is_mutual=False
    )
    asked = {
        (one.province, other.province): rule([], [one_way], here=one, there=other, on=date.max)
        for one in PLACES
        for other in PLACES
    }
    assert {pair for pair, found in asked.items() if found.verdict == "yes"} == {("22", "35")}


@given(here=places, there=places, on=days, joined=days)
def test_a_place_belongs_to_a_group_from_the_day_it_joined(here, there, on, joined):
    group = Opening(
        key="southwest",
        kind="group",
        name="西南",
        document="document",
        place="第1项",
        line=1,
        sentence="",
        from_day=date(2020, 9, 1),
        members=(Member("530000"), Member("450000", joined)),
    )
    found = rule([], [group], here=here, there=there, on=on)
    ends = {here.province, there.province}
    if ends == {"53"} or (ends <= {"45", "53"} and joined <= on):
        assert found.verdict == "yes"
    elif ends <= {"45", "53"}:
        assert (found.verdict, found.begins) == ("not-yet", joined)
    else:
        assert found.verdict == "no"


@given(found=lists, here=places, there=places, on=days, order=st.randoms())
def test_the_order_of_the_roll_outs_changes_nothing(found, here, there, on, order):
    found = [replace(one, key=f"{one.key}{number}") for number, one in enumerate(found)]
    shuffled = list(found)
    order.shuffle(shuffled)
    one = rule([], found, here=here, there=there, on=on)
    other = rule([], shuffled, here=here, there=there, on=on)
    assert (one.kind, one.opening, one.begins, one.limit) == (
        other.kind,
        other.opening,
        other.begins,
        other.limit,
    )


@given(found=lists, here=places, there=places, on=days)
def test_what_the_province_does_not_have_is_open_under_no_document(found, here, there, on):
    row = SourceRow("document", "第1项", there.province, "我省无该事项", "absent", "方案第1项")
    assert rule([row], found, here=here, there=there, on=on).kind == "absent"


@given(here=places, there=places, on=days)
def test_a_pilot_that_begins_after_the_deadline_shows_that_it_was_not_kept(here, there, on):
    nation = Opening("nation", "nationwide", "", "d", "", 1, "", date(2020, 12, 31), "by")
    pilot = Opening(
        "pilot", "pilot", "", "d", "", 1, "", date(2021, 6, 1), members=(Member("350100"),)
    )
    found = rule([], [nation, pilot], here=here, there=there, on=on)
    if found.verdict == "yes":
        assert found.opening == pilot
    alone = rule([], [nation], here=here, there=there, on=on)
    assert (alone.verdict == "yes") == (on >= date(2020, 12, 31))


@given(found=lists, here=places, there=places, on=days)
def test_of_several_promises_the_shortest_counts(found, here, there, on):
    ruling = rule([], found, here=here, there=there, on=on)
    if ruling.limit:
        assert ruling.verdict == "yes"
        assert ruling.limit.limit_days <= (ruling.opening.limit_days or 99)


def test_a_county_is_in_its_city_its_province_and_itself_and_in_no_other():
    dongning = a_place("231086")
    assert dongning.line == {"231086", "231000", "230000"}
    assert a_place("110101").line == {"110101", "110100", "110000"}
