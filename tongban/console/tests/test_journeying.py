"""The browser of the journey reads pages as people do, and its papers are real ones."""

import io

import pytest

from tongban.cases import intake
from tongban.console.journeying import officer, papers
from tongban.console.journeying.browser import Browser, Form, Stuck, read
from tongban.console.journeying.story import Story, expect

PAGE = """
<title>x</title><h1>填 <b>一</b>张表</h1><a href="/cases/1/">看办件</a>
<script>var form = "<form action='/no/'>"</script>
<form method="post" action="/save/" id="main">
  <input type="hidden" name="csrfmiddlewaretoken" value="t">
  <input name="name" value="李&amp;四"><textarea name="note">
旧的</textarea>
  <label><input type="radio" name="way" value="a" checked>甲</label>
  <label><input type="radio" name="way" value="b">乙</label>
  <input type="checkbox" name="sure"><input type="file" name="paper-x">
  <select name="place"><option value="">请选</option><option value="35" selected>福建</option></select>
  <button name="stage" value="check">检查</button><button type="button" name="no">不</button>
</form>
<input name="late" value="外面的" form="main">
<form action="/find"><input name="q"></form>
"""


@pytest.fixture
def page():
    return read("http://here/step/?more=1#id", 200, PAGE)


def test_a_form_is_read_with_what_stands_in_it_and_what_can_be_chosen(page):
    form = page.form("/save/")

    assert form.values["name"] == "李&四"
    assert form.values["note"].strip() == "旧的"
    assert (form.values["way"], form.values["place"], form.values["late"]) == ("a", "35", "外面的")
    assert "sure" not in form.values
    assert form.choices == {"way": ["a", "b"], "sure": ["on"], "place": ["", "35"]}
    assert form.buttons == [("stage", "check")]
    assert form.files == ["paper-x"]


def test_a_page_has_its_heading_links_and_only_the_forms_that_are_there(page):
    assert page.heading == "填 一张表"
    assert page.link("/cases/1/") == "/cases/1/"
    assert [form.method for form in page.forms] == ["post", "get"]
    assert page.path == "/step/"
    with pytest.raises(Stuck, match="没有发往"):
        page.form("/no/")


@pytest.mark.parametrize("answers", [{"unknown": "x"}, {"way": "c"}, {"place": "22"}])
def test_what_the_form_does_not_offer_cannot_be_filled_in(page, answers):
    with Browser("http://127.0.0.1:9", "李四") as browser, pytest.raises(Stuck):
        browser.send(page, page.form("/save/"), answers)


def test_boxes_that_confirm_are_ticked_and_those_that_drop_are_not():
    form = Form(choices={"complete": ["on"], "fault-0-drop": ["on"], "way": ["a", "b"]})

    assert officer._ticks(form) == {"complete": "on"}


@pytest.mark.parametrize(("make", "kind"), [(papers.a_pdf, intake.PDF), (papers.a_png, intake.PNG)])
def test_the_papers_are_taken_as_what_they_are_and_each_is_another_one(settings, make, kind):
    kept = []
    for _ in range(2):
        name, content, media_type = make("证明")
        assert media_type == kind.media_type
        kept.append(intake.take_in(io.BytesIO(content), name=name, size=len(content)))

    assert {file.media_type for file in kept} == {kind.media_type}
    assert kept[0].digest != kept[1].digest


def test_a_step_that_went_wrong_is_told_with_its_reason():
    told = []
    story = Story("x", told.append)

    with pytest.raises(Stuck), story.step("交", "李四", "吉林"):
        expect(False, "没有收下")

    assert story.has_failed
    assert told[0].failed == "没有收下"
    assert story.as_dict()["steps"][0]["what"] == "交"
