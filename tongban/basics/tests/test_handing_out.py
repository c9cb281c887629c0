from tongban.basics.tests.handing_out import packed

DEMO, NATION, NURSERY = ["d"] * 14, ["n"] * 5, ["u"] * 4
OTHERS = list(range(40))


def handfuls(ordered, room):
    return [ordered[first : first + room] for first in range(0, len(ordered), room)]


def test_a_group_that_fits_into_a_handful_is_never_split():
    ordered = packed([NATION, DEMO, NURSERY], OTHERS, room=16)

    for group in (DEMO, NATION, NURSERY):
        having = [handful for handful in handfuls(ordered, 16) if group[0] in handful]
        assert [handful.count(group[0]) for handful in having] == [len(group)]
    assert ordered[:14] == DEMO


def test_nothing_is_left_out_and_the_others_stay_in_their_order():
    ordered = packed([NATION, DEMO, NURSERY], OTHERS, room=16)

    assert len(ordered) == 14 + 5 + 4 + 40
    assert [one for one in ordered if one in OTHERS] == OTHERS


def test_groups_that_fit_nowhere_or_stand_alone_are_handed_out_all_the_same():
    assert packed([DEMO], OTHERS, room=4) == DEMO + OTHERS
    assert packed([NATION, NURSERY], [], room=6) == NATION + NURSERY
    assert packed([], OTHERS, room=16) == OTHERS
