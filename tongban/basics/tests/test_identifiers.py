"""Numbers with a check character."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import identifiers
from tongban.basics.identifiers import NumberRefused

TODAY = date(2026, 11, 21)
# Made for these tests; people born in 1901 are not among us.
GOOD = "220104190102010018"


def with_check(body: str) -> str:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def test_a_good_identity_number_is_tidied_of_spaces_wide_digits_and_small_x():
    number = with_check("22010419010203015")
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    assert (
        identifiers.check_person_id(f" {number[:6]} {number[6:].lower()} ", today=TODAY) == number
    )
    assert identifiers.check_person_id(wide, today=TODAY) == number


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("22010419010201", "18位"),
        ("2201041901020100A8", "前17位"),
        (with_check("22010419990230001"), "1999年02月30日不存在"),
        (with_check("22010420991231001"), "不可能"),
        (with_check("22010417991231001"), "不可能"),
        (with_check("22010419010201001")[:-1] + "?", "前17位"),
    ],
)
def test_an_identity_number_is_refused_with_the_first_thing_wrong(number, why):
    with pytest.raises(NumberRefused, match=why):
        identifiers.check_person_id(number, today=TODAY)


def test_every_single_wrong_digit_of_an_identity_number_is_noticed():
    number = with_check("22010419010201001")
    for place in range(17):
        for digit in "0123456789":
            if digit != number[place]:
                with pytest.raises(NumberRefused):
                    identifiers.check_person_id(
                        number[:place] + digit + number[place + 1 :], today=TODAY
                    )


def test_a_credit_code_with_a_wrong_check_character_is_refused():
    assert identifiers.check_credit_code("91350100M000100Y43") == "91350100M000100Y43"
    with pytest.raises(NumberRefused, match="校验位"):
        identifiers.check_credit_code("91350100M000100Y44")


@given(
    st.integers(110000, 659999),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.integers(0, 10**7),
    st.integers(0, 19),
    st.sampled_from("0123456789"),
)
def test_a_case_number_notices_any_wrong_digit(division, day, serial, place, digit):
    number = identifiers.case_number(str(division), day, serial)
    wrong = number[:place] + digit + number[place + 1 :]

    assert identifiers.check_case_number(identifiers.show_case_number(number)) == number
    if wrong != number:
        with pytest.raises(NumberRefused):
            identifiers.check_case_number(wrong)


def test_numbers_are_masked_but_for_their_ends():
    assert identifiers.mask_id("22010419010203015X") == "2201**********015X"
    assert identifiers.mask_phone("13900000002") == "139****0002"
    assert identifiers.mask_id("123") == "****"


def test_a_restored_database_issues_none_of_the_serials_of_its_former_lives():
    lives = [
        {identifiers.serial_in_life(n, life) for n in range(1, 100_001)} for life in range(1, 5)
    ]

    assert lives[0] == set(range(1, 100_001)), "the first life counts as the database does"
    assert len(set.union(*lives)) == 400_000
    assert set.union(*lives) <= set(range(1, 1_000_000))


def test_serials_go_round_in_every_life():
    for life in (1, 2, 77):
        assert identifiers.serial_in_life(999_999, life) % 999_999 + 1 == (
            identifiers.serial_in_life(1, life)
        )
