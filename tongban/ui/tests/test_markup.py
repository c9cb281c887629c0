"""What the tags write is what Django would write: escaped, and in the same order."""

import pytest
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from tongban.ui.tags import markup

VALUES = st.text(max_size=6) | st.sampled_from(
    ["", "<b>", "\"'&", mark_safe("<i>x</i>"), 7, 0, 1.5, True, False, None]
)


@given(
    st.dictionaries(st.sampled_from(["id", "class", "value", "data", "data-k", "hidden"]), VALUES),
    VALUES,
)
def test_an_element_is_written_as_django_would_write_it(attrs, inside):
    left = {
        key: value
        for key, value in attrs.items()
        if value is not None and value is not False and (value != "" or key == "value")
    }
    expected = format_html("<p{}>{}</p>", flatatt(left), inside)

    assert markup.element("p", attrs, inside) == expected
    assert markup.void("p", attrs) == format_html("<p{}>", flatatt(left))


@given(st.lists(VALUES, max_size=4))
def test_parts_are_glued_each_escaped_once(parts):
    glued = markup.glue(*parts)

    assert glued == "".join(str(conditional_escape(part)) for part in parts)
    assert conditional_escape(glued) == glued


def test_words_to_be_translated_are_escaped_when_they_are_read():
    assert markup.element("p", {"title": gettext_lazy("<x>")}, gettext_lazy("a&b")) == (
        '<p title="&lt;x&gt;">a&amp;b</p>'
    )


@pytest.mark.parametrize("attack", ['"><script>', "' onclick='x", "&quot;"])
def test_nothing_from_outside_leaves_its_attribute(attack):
    written = markup.element("a", {"href": attack}, attack)

    assert "<script>" not in written
    assert written.count('"') == 2
