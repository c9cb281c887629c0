"""Canonical JSON: the same bytes as the reference implementation, for every value."""

import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import canonical

TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def written(write, value):
    """The bytes, or that there are none."""
    try:
        return write(value)
    except (ValueError, rfc8785.CanonicalizationError):
        return None


@given(VALUES)
def test_every_value_is_written_as_the_reference_writes_it_or_refused_by_both(value):
    assert written(canonical.dumps, value) == written(rfc8785.dumps, value)


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=6))
def test_what_was_written_is_read_again(value):
    assert canonical.loads(canonical.dumps(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        {"\U0001f600": 1, "\ufb33": 2},
        {"\u20ac": "Euro", "\r": "CR", "1": "One", "\x80": "Control", "ö": "o"},
        '\u0000\u001f\u007f\u0080\u2028"\\/<>\U0001f600',
        2**53 - 1,
        (1, (2,)),
    ],
)
def test_the_hard_values_of_the_standard_are_written_as_it_says(value):
    assert canonical.dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, {"a": {1: 2}}, "\ud800", {"\udfff": 1}, {1, 2}, b"x"])
def test_what_cannot_be_the_same_everywhere_is_not_written(value):
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        canonical.dumps(value)


def test_an_event_of_ours_reads_as_it_was_written():
    text = Path(__file__).read_text("utf-8")

    assert json.loads(canonical.dumps({"办件": text, "数": [1, True, None]}))["办件"] == text


@pytest.mark.parametrize("text", [b"1.5", b"NaN", b'{"a": 1e2}'])
def test_amounts_are_whole_numbers(text):
    with pytest.raises(ValueError, match="whole numbers"):
        canonical.loads(text)
