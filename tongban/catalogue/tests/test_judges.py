"""The quick judge of forms agrees with the reference implementation, on good answers and bad."""

import json

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tongban.catalogue.operations.loading import DATA

SCHEMAS = {
    path.stem: json.loads(path.read_text("utf-8"))["form"]["schema"]
    for path in sorted((DATA / "versions").glob("*.json"))
}


def values_of(schema):
    """Values that the fields of a form know, and values that they do not."""
    known = {"", "x", "350102", "2026-11-22", "2026-02-30", "100.00"}
    for field in schema["properties"].values():
        known |= {one["const"] for one in field.get("oneOf", [])} | set(field.get("examples", []))
    return st.sampled_from(sorted(known)) | st.text(max_size=40) | st.integers() | st.none()


@pytest.mark.parametrize("item", SCHEMAS)
def test_both_judges_say_the_same_of_any_answers(item):
    schema = SCHEMAS[item]
    quick, reference = jsonschema_rs.Draft202012Validator(schema), Draft202012Validator(schema)
    keys = st.sampled_from(sorted(schema["properties"])) | st.text(max_size=6)

    @given(st.dictionaries(keys, values_of(schema), max_size=len(schema["properties"]) + 1))
    def agree(answers):
        assert quick.is_valid(answers) == reference.is_valid(answers)

    assert len(SCHEMAS) >= 5
    agree()
