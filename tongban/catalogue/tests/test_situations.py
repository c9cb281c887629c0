"""Questions asked one by one lead to the exact list of materials."""

import itertools

import pytest

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import reading, rules, situations
from tongban.catalogue.tests.test_conformance import (
    LEASED,
    STANDARD,
    a_material,
    a_question,
    form_of,
)  # fmt: skip
from tongban.catalogue.tests.test_versions import CONTENTS, NAMES

CHOICES = ("yes", "no")


def a_choice(title):
    return a_question(title, oneOf=[{"const": one, "title": one} for one in CHOICES])


def when(**answers):
    return [{"field": key, "is_one_of": [value]} for key, value in answers.items()]


def only_if(field, value, *brought):
    return {
        "if": {"properties": {field: {"const": value}}, "required": [field]},
        "then": {"properties": dict.fromkeys(brought, True)},
    }


def a_version(**sections):
    return reading.read(STANDARD | sections, name="夫妻投靠户口迁移")


@pytest.fixture
def nested():
    """A question (卡) that is asked only where another one (孩子) was answered yes."""
    fields = {
        "move_to_division": a_question("迁入地", format="division"),
        "house": STANDARD["form"]["schema"]["properties"]["house"],
        "child": a_choice("有没有孩子"),
        "card": a_choice("孩子有没有卡"),
    }
    form = form_of(fields, list(fields), ("move_to_division", "house", "child"))["form"]
    form["schema"]["allOf"] = [only_if("child", "yes", "card")]
    return a_version(
        form=form,
        materials=[
            a_material(),
            a_material("lease", name="租房合同", when=LEASED),
            a_material("card-copy", name="社保卡", when=when(card="yes")),
            a_material("photo", name="照片", when=when(child="yes", card="no")),
        ],
    )


def keys(fields):
    return [one.key for one in fields]


def specs(materials):
    return [one.spec for one in materials]


def test_only_what_decides_about_materials_is_asked_in_the_order_of_the_form(nested):
    assert keys(situations.questions(nested)) == ["house", "child", "card"]
    assert situations.questions(a_version()) == ()


def test_without_answers_only_what_is_always_asked_is_certain(nested):
    found = situations.materials_for(nested, {})

    assert specs(found.asked) == ["marriage-certificate"]
    assert [(one.material.spec, keys(one.waits_for)) for one in found.unsettled] == [
        ("lease", ["house"]), ("card-copy", ["child"]), ("photo", ["child"]),
    ]  # fmt: skip
    assert (found.next.key, found.is_exact) == ("house", False)


def test_each_answer_settles_something_until_the_list_is_exact(nested):
    first = situations.materials_for(nested, {"house": "owned"})
    second = situations.materials_for(nested, {"house": "owned", "child": "yes"})
    third = situations.materials_for(nested, {"house": "owned", "child": "yes", "card": "no"})

    assert (first.next.key, specs(first.spared)) == ("child", ["lease"])
    assert (second.next.key, [one.material.spec for one in second.unsettled]) == (
        "card", ["card-copy", "photo"],
    )  # fmt: skip
    assert third.is_exact
    assert third.next is None
    assert specs(third.asked) == ["marriage-certificate", "photo"]
    assert specs(third.spared) == ["lease", "card-copy"]


def test_a_question_that_is_not_asked_settles_what_hangs_on_it(nested):
    found = situations.materials_for(nested, {"house": "leased", "child": "no"})

    assert found.is_exact
    assert specs(found.asked) == ["marriage-certificate", "lease"]


def test_an_answer_to_a_question_that_is_not_asked_does_not_count(nested):
    found = situations.materials_for(nested, {"house": "owned", "child": "no", "card": "yes"})

    assert specs(found.spared) == ["lease", "card-copy", "photo"]


def test_a_whole_form_may_be_given_and_only_its_questions_count(nested):
    found = situations.materials_for(nested, {"move_to_division": "350102", "house": "lent"})

    assert found.answers == {"house": "lent"}


@pytest.mark.parametrize("answer", ["other", "", 1, None, ["owned"]])
def test_an_answer_that_is_not_offered_is_refused_at_its_question(nested, answer):
    with pytest.raises(FieldsRefused) as refusal:
        situations.materials_for(nested, {"house": answer})

    assert refusal.value.errors == {"house": ["从列出的选项里选择住房"]}


@pytest.mark.parametrize("code", sorted(CONTENTS))
def test_every_way_through_the_questions_ends_with_what_the_form_asks(code):
    version = reading.read(CONTENTS[code], name=NAMES[CONTENTS[code]["item"]])
    asked = situations.questions(version)

    for values in itertools.product(*([one.value for one in field.options] for field in asked)):
        wanted = dict(zip(keys(asked), values, strict=True))
        given, found = {}, situations.materials_for(version, {})
        while found.next:
            given[found.next.key] = wanted[found.next.key]
            found = situations.materials_for(version, given)
        fields = version.fields()
        applying = {key: value for key, value in given.items() if fields[key].is_asked(given)}
        assert found.is_exact
        assert list(found.asked) == rules.materials(version, applying)
