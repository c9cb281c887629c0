"""Many values in one test: each is tried, and each that is wrong is named."""

import inspect

import pytest

from tongban.basics.tests.each import of_all


def test_every_value_is_tried_and_every_wrong_one_is_named():
    seen = []

    @of_all("number", [1, 2, 3, 4], called=lambda number: f"no {number}")
    def is_odd(number):
        seen.append(number)
        assert number % 2

    with pytest.raises(ExceptionGroup) as caught:
        is_odd()

    assert seen == [1, 2, 3, 4]
    assert [error.__notes__ for error in caught.value.exceptions] == [
        ["with number = no 2"],
        ["with number = no 4"],
    ]


def test_what_a_test_fails_with_by_hand_counts_too():
    @of_all(("left", "right"), [(1, 1), (1, 2)])
    def are_equal(left, right):
        if left != right:
            pytest.fail(f"{left} is not {right}")

    with pytest.raises(ExceptionGroup) as caught:
        are_equal()

    assert [str(error) for error in caught.value.exceptions] == ["1 is not 2"]


def test_one_decorator_in_another_tries_every_pair_and_leaves_fixtures_to_pytest():
    pairs = []

    @of_all("left", "ab")
    @of_all("right", "cd")
    def pair(tmp_path, left, right):
        pairs.append(left + right)

    assert list(inspect.signature(pair).parameters) == ["tmp_path"]
    pair(tmp_path=None)
    assert pairs == ["ac", "ad", "bc", "bd"]


def test_nothing_to_try_is_no_success():
    @of_all("one", [])
    def never(one):
        raise AssertionError

    with pytest.raises(AssertionError, match="there is no one to try"):
        never()
