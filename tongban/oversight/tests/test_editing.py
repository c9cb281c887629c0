import json

import pytest
from django.http import QueryDict

from tongban.basics.tests.each import of_all
from tongban.catalogue import reading
from tongban.catalogue.overlay import overlay
from tongban.oversight.editing import changes, materials, parts, sections
from tongban.oversight.editing.rows import Rows

VERSIONS = {
    path.stem: {"name": "示例名称"} | json.loads(path.read_text("utf-8"))
    for path in sorted((reading.DATA / "versions").glob("*.json"))
}
EVERY_SECTION = [
    (stem, key)
    for stem in VERSIONS
    for key in sections.keys(is_place=False)
    if key not in {"materials", "grounds", "joint"}
]


def sent(page, **more):
    """What a browser sends of a page as it stands."""
    data = QueryDict(mutable=True)
    if page.rows:
        data[page.rows.count_name] = str(page.rows.count)
    for form in page.forms:
        for bound in form:
            value = bound.value()
            if value in (None, "") and type(bound.field.widget) is parts.forms.Select:
                # A browser sends the option that it shows, the first one.
                value = bound.field.widget.choices[0][0]
            if isinstance(bound.field, parts.forms.JSONField):
                value = (
                    json.dumps(value, ensure_ascii=False)
                    if isinstance(value, dict | list)
                    else value
                )
            if isinstance(value, list):
                data.setlist(bound.html_name, [str(one) for one in value])
            elif value is not None and value is not False:
                data[bound.html_name] = str(value)
    for name, value in more.items():
        data[name.replace("__", "-")] = value
    return data


def saved(page_of, **more):
    """The value that comes of opening a page and sending it back, with some fields typed anew."""
    page = page_of(data=sent(page_of(), **more))
    assert page.is_valid(), page.faults
    return page.value()


@of_all(("stem", "key"), EVERY_SECTION)
def test_a_section_that_is_opened_and_saved_is_as_it_was(stem, key):
    content = VERSIONS[stem]
    if key not in content:
        pytest.fail(f"{stem} has no {key}") if key in {"conditions", "limits"} else None
        return
    value = saved(lambda data=None: sections.page(key, content, is_place=False, data=data))
    assert value == content[key]


@pytest.fixture
def departments(monkeypatch):
    """The lines of work, which lie in the database elsewhere."""
    known = {one["department"] for version in VERSIONS.values() for one in version.get("joint", [])}
    choices = [(key, key) for key in sorted(known | {"gongan"})]
    monkeypatch.setattr(sections.drafts, "departments", lambda: choices)


@pytest.mark.parametrize("is_place", [False, True])
@pytest.mark.parametrize("stem", [stem for stem in VERSIONS if VERSIONS[stem].get("joint")])
def test_joint_steps_that_are_opened_and_saved_are_as_they_were(stem, is_place, departments):
    content = VERSIONS[stem]

    value = saved(lambda data=None: sections.page("joint", content, is_place=is_place, data=data))

    assert value == content["joint"]


def test_a_joint_step_changed_on_the_page_is_a_places_own_change_by_its_key(departments):
    below = VERSIONS["2020-2-06"]

    value = saved(
        lambda data=None: sections.page("joint", below, is_place=True, data=data),
        r__1__days="3", r__1__basis="本地办法", r__1__after="check_marriage",
    )  # fmt: skip

    (put,) = changes.over(below, below | {"joint": value})["joint"]["put"]
    assert (put["key"], put["days"], put["basis"]) == ("move_out", 3, "本地办法")


def test_a_key_that_no_step_can_have_is_told_at_its_field(departments):
    page = sections.page("joint", VERSIONS["2020-2-06"], is_place=False)
    data = sent(page, r__0__key="Move Out")

    wrong = sections.page("joint", VERSIONS["2020-2-06"], is_place=False, data=data)

    assert not wrong.is_valid()
    assert [words for _id, words in wrong.faults] == ["用小写字母开头，只含小写字母、数字和下划线"]


@of_all(
    ("stem", "spec"),
    [(stem, one["spec"]) for stem, version in VERSIONS.items() for one in version["materials"]],
)
def test_a_material_that_is_opened_and_saved_is_as_it_was(stem, spec):
    content = VERSIONS[stem]
    value = saved(lambda data=None: materials.page(content, spec, data))
    assert materials.put(content, spec, value, place="") == content["materials"]


def test_a_place_that_saves_what_the_standard_says_changes_nothing():
    below = VERSIONS["2020-2-06"]
    assert changes.over(below, {**below}) == {}


@pytest.mark.parametrize("stem", VERSIONS)
def test_changes_laid_over_the_standard_give_what_was_wanted(stem):
    below = VERSIONS[stem]
    first = {**below["materials"][0], "grade": "A"}
    added = {**first, "spec": "local-350000-1", "name": "示例材料"}
    wanted = {
        **below,
        "name": "本地名称",
        "conditions": [{"text": "另一个条件。", "basis": "示例规定"}],
        "limits": {**below["limits"], "decide": {**below["limits"]["decide"], "days": 1}},
        "materials": [first, *below["materials"][2:], added],
    }
    found = changes.over(below, wanted)
    assert overlay(below, found) == wanted
    assert set(found) == {"name", "conditions", "limits", "materials"}
    assert set(found["limits"]) == {"decide"}
    assert found["materials"]["drop"] == [below["materials"][1]["spec"]]


def test_only_questions_that_the_standard_does_not_ask_are_a_places_own():
    below = VERSIONS["2020-2-06"]
    form = json.loads(json.dumps(below["form"]))
    form["schema"]["properties"]["local_note"] = {"type": "string", "title": "补充说明"}
    form["steps"][0]["fields"].append({"field": "local_note", "widget": "text"})
    found = changes.over(below, {**below, "form": form})
    assert [one["layout"]["field"] for one in found["form"]["put"]] == ["local_note"]
    assert overlay(below, found)["form"] == form


# --- rows ---


def conditions(*texts):
    data = QueryDict(mutable=True)
    data["r-count"] = str(len(texts))
    for number, text in enumerate(texts):
        data[f"r-{number}-text"] = text
    return data


def texts(rows):
    return [form["text"].value() for form in rows.forms]


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("add", ["甲甲甲甲", "短", "丙丙丙丙", None]),
        ("up-2", ["甲甲甲甲", "丙丙丙丙", "短"]),
        ("up-0", ["甲甲甲甲", "短", "丙丙丙丙"]),
        ("down-0", ["短", "甲甲甲甲", "丙丙丙丙"]),
        ("down-2", ["甲甲甲甲", "短", "丙丙丙丙"]),
        ("remove-1", ["甲甲甲甲", "丙丙丙丙"]),
        ("remove-9", ["甲甲甲甲", "短", "丙丙丙丙"]),
        ("remove-", ["甲甲甲甲", "短", "丙丙丙丙"]),
        ("up--1", ["甲甲甲甲", "短", "丙丙丙丙"]),
    ],
)
def test_a_button_moves_rows_and_loses_nothing_that_was_typed(act, left):
    rows = Rows(parts.SentenceForm, "r", data=conditions("甲甲甲甲", "短", "丙丙丙丙"))
    rows.do(act)
    assert texts(rows) == left


@pytest.mark.parametrize("count", ["-1", "x", "", "100000000"])
def test_a_count_that_no_page_sends_is_bounded(count):
    data = conditions("甲甲甲甲")
    data["r-count"] = count
    assert Rows(parts.SentenceForm, "r", data=data).count in {0, 80}


def test_all_faults_of_all_rows_are_told_at_once_each_with_its_field():
    content = VERSIONS["2020-2-06"]
    page = sections.page(
        "conditions", content, is_place=True, data=conditions("", "有合法住所", "短")
    )
    assert not page.is_valid()
    assert [place for place, _words in page.faults] == ["id_r-0-text", "id_r-2-text"]


@pytest.mark.parametrize("key", ["competence", "grounds", "department", "materials", "nothing"])
def test_a_place_has_no_page_for_what_it_may_not_change(key):
    with pytest.raises(sections.NoSuchSection):
        sections.page(key, VERSIONS["2020-2-06"], is_place=True)


# --- materials ---


def test_a_new_material_of_a_place_never_meets_one_of_the_standard():
    content = VERSIONS["2020-2-06"]
    material = dict(content["materials"][0])
    once = {**content, "materials": materials.put(content, "new", material, place="350000")}
    twice = materials.put(once, "new", material, place="350000")
    assert [one["spec"] for one in twice[-2:]] == ["local-350000-1", "local-350000-2"]


def test_points_under_points_come_back_as_a_tree():
    rows = [
        {"key": "a", "text": "甲", "under": ""},
        {"key": "b", "text": "乙", "under": "a"},
        {"key": "c", "text": "丙", "under": "b"},
        {"key": "d", "text": "丁", "under": ""},
    ]
    [first, last] = materials.tree(rows)
    assert first["children"][0]["children"][0]["key"] == "c"
    assert last == {"key": "d", "text": "丁"}


def test_points_that_go_round_in_a_circle_or_hang_on_nothing_stand_alone():
    rows = [
        {"key": "a", "text": "甲", "under": "b"},
        {"key": "b", "text": "乙", "under": "a"},
        {"key": "c", "text": "丙", "under": "gone"},
        {"key": "d", "text": "丁", "under": "d"},
    ]
    assert sorted(one["key"] for one in materials.tree(rows)) == ["a", "b", "c", "d"]


def test_a_material_asked_only_in_some_situations_keeps_them():
    content = VERSIONS["2020-2-06"]
    value = saved(
        lambda data=None: materials.page(content, "id-card", data),
        m__when="dwelling_kind=owned",
    )
    assert value["when"] == [{"field": "dwelling_kind", "is_one_of": ["owned"]}]
