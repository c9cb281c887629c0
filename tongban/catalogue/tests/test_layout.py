"""Putting rows together, on tables small enough to see."""

import pytest

from tongban.catalogue.reader.layout import Column, Line, Unreadable, read_rows

NAMES = {"苹果", "葡萄", "西瓜"}
COLOURS = {"红色", "紫色", "墨绿色"}
COLUMNS = [
    Column("name", NAMES.__contains__),
    Column("colour", COLOURS.__contains__),
    Column("note", lambda text: len(text) < 20, may_be_empty=True),
]


def rows_of(text, *, repairs=None):
    lines = [Line(number, line) for number, line in enumerate(text.splitlines(), 1)]
    read = read_rows(
        lines,
        shapes=[COLUMNS],
        is_header=lambda line: line.startswith("序号"),
        repairs=repairs or {},
    )
    return [(row.number, row.cells["name"], row.cells["colour"], row.cells["note"]) for row in read]


def test_a_row_in_one_line_is_cut_at_the_spaces():
    assert rows_of("1 苹果 红色 甜\n2 葡萄 紫色") == [
        (1, "苹果", "红色", "甜"),
        (2, "葡萄", "紫色", ""),
    ]


def test_fragments_above_and_below_the_number_join_their_own_cells():
    text = "苹\n1 果 红色 甜的\n2 葡萄 墨绿 酸的\n色"
    assert rows_of(text) == [(1, "苹果", "红色", "甜的"), (2, "葡萄", "墨绿色", "酸的")]


def test_loose_lines_between_two_rows_go_where_both_rows_become_whole():
    text = "1 苹果 红 甜的\n色\n葡\n2 萄 紫色 酸的"
    assert rows_of(text) == [(1, "苹果", "红色", "甜的"), (2, "葡萄", "紫色", "酸的")]


def test_a_cell_has_as_many_fragments_above_as_below():
    """One fragment above and one below: both of the same cell, not one of each neighbour."""
    assert rows_of("很\n1 苹果 红色 甜\n的") == [(1, "苹果", "红色", "很甜的")]


def test_a_cell_that_would_stand_far_off_its_centre_is_no_reading():
    with pytest.raises(Unreadable):
        rows_of("很\n很\n1 苹果 红色 甜")


def test_a_repeated_header_ends_the_row_before_it():
    assert rows_of("1 苹果 红色\n序号 名称 颜色\n2 葡萄 紫色")[1] == (2, "葡萄", "紫色", "")


def test_a_page_with_two_equal_readings_is_refused():
    columns = [Column("name", bool), Column("colour", bool)]
    lines = [Line(1, "1 苹 红"), Line(2, "果")]
    with pytest.raises(Unreadable, match="none of them best"):
        read_rows(lines, shapes=[columns], is_header=lambda _: False, repairs={})


def test_a_repair_chooses_among_readings():
    columns = [Column("name", bool), Column("colour", bool)]
    lines = [Line(1, "1 苹 红"), Line(2, "果")]
    rows = read_rows(
        lines, shapes=[columns], is_header=lambda _: False, repairs={1: {"name": "苹果"}}
    )
    assert rows[0].cells == {"name": "苹果", "colour": "红"}


def test_a_page_without_a_whole_reading_is_refused_with_its_lines():
    with pytest.raises(Unreadable, match="1 香蕉 黄色"):
        rows_of("1 香蕉 黄色")


def test_lines_that_belong_to_no_row_are_refused():
    with pytest.raises(Unreadable, match="lines without a row"):
        rows_of("苹果 红色")


def test_a_row_out_of_sequence_is_not_taken_for_a_row():
    with pytest.raises(Unreadable):
        rows_of("1 苹果 红色\n3 西瓜 墨绿色")
