"""Which place decides, and the sentence that says why; no database."""

import json
from dataclasses import replace

import pytest

from tongban.catalogue import competence, reading
from tongban.catalogue.competence import PlaceNotCompetent
from tongban.catalogue.places import Place
from tongban.catalogue.reader import listing


def a_version(code):
    content = json.loads((listing.DATA / "versions" / f"{code}.json").read_text("utf-8"))
    return reading.read(content, name=code)


MOVE = a_version("2020-2-06")
FUZHOU = Place("350102", "福州市", "福建省福州市鼓楼区", "福建省", "350100")
DECIDES_AT = {"220104": "220100", "350102": "350100", "350203": "350200"}
NAMES = {"350100": "福建省福州市", "350200": "福建省厦门市", "220100": "吉林省长春市"}


def decided(answers, deciding=FUZHOU, version=MOVE):
    return competence.check_competent(
        version,
        answers,
        deciding=deciding,
        decides_at=DECIDES_AT.__getitem__,
        name_of=NAMES.__getitem__,
    )


def test_the_place_moved_to_decides_a_move():
    found = competence.decides(MOVE, {"move_to_division": "350102"}, DECIDES_AT.__getitem__)
    assert (found.place, found.kind, found.field) == ("350100", "迁入地", "move_to_division")


def test_as_long_as_the_answer_is_open_nobody_decides():
    assert competence.decides(MOVE, {}, DECIDES_AT.__getitem__) is None
    assert decided({}) is None


def test_a_place_that_is_competent_is_taken():
    assert decided({"move_to_division": "350102"}).place == "350100"


def test_a_place_that_is_not_competent_is_refused_at_its_field():
    with pytest.raises(PlaceNotCompetent) as refusal:
        decided({"move_to_division": "350203"})
    assert refusal.value.errors == {
        "move_to_division": [
            "这件事由迁入地决定。您填的迁入地在福建省厦门市，这份申请却是交给福州市的："
            "请改选福州市的地方，或者把办理地换成福建省厦门市重新开始"
        ]
    }
    assert refusal.value.status == 422


@pytest.mark.parametrize(
    ("code", "field", "kind"),
    [
        ("2020-2-61", "insured_division", "参保地"),
        ("2020-1-26", "fund_division", "缴存地"),
        ("2020-2-10", "household_division", "户籍地"),
        ("2020-1-31", "premises_division", "企业住所地"),
    ],
)
def test_each_item_is_decided_by_its_own_kind_of_place(code, field, kind):
    with pytest.raises(PlaceNotCompetent) as refusal:
        decided({field: "220104"}, version=a_version(code))
    assert list(refusal.value.errors) == [field]
    assert kind in refusal.value.errors[field][0]


def test_the_sentence_says_whose_decision_it_is_and_which_answer_says_so():
    found = competence.explain(
        MOVE, organ="公安部门", answered="福建省福州市鼓楼区", decider="福州市公安局"
    )
    assert found == (
        "这件事由迁入地的公安部门决定。您填的迁入地是福建省福州市鼓楼区，所以由福州市公安局决定"
    )


def test_the_standards_own_sentence_comes_first():
    own = replace(MOVE.competence, explain="户口迁到哪里，就由哪里的公安部门准不准迁入。")
    found = competence.explain(
        replace(MOVE, competence=own), organ="公安部门", answered="厦门市", decider="厦门市公安局"
    )
    assert found == (
        "户口迁到哪里，就由哪里的公安部门准不准迁入。您填的迁入地是厦门市，所以由厦门市公安局决定"
    )
