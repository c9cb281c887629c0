"""Whether a pair of places is open, and which place decides; no database."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.catalogue import reading, rules
from tongban.catalogue.reader import listing
from tongban.catalogue.rules import Asked, Place, PlaceNotCompetent, SourceRow
from tongban.catalogue.versions import DEFAULT_NOTE, Ground


def a_version(code):
    content = json.loads((listing.DATA / "versions" / f"{code}.json").read_text("utf-8"))
    return reading.read(content, name=code)


MOVE, ALLOWANCE, LICENCE = map(a_version, ("2020-2-06", "2020-2-10", "2020-1-31"))

CHANGCHUN = Place("220104", "长春市", "吉林省长春市朝阳区", "吉林省", "220100")
NANGUAN = Place("220102", "长春市", "吉林省长春市南关区", "吉林省", "220100")
JILIN = Place("220202", "吉林市", "吉林省吉林市昌邑区", "吉林省", "220200")
FUZHOU = Place("350102", "福州市", "福建省福州市鼓楼区", "福建省", "350100")
XIAMEN = Place("350203", "厦门市", "福建省厦门市思明区", "福建省", "350200")

ROW = SourceRow(
    "minzhengban-2020-11-27", "附件二第6项", "35", "异地代收代办", "open", "福建省方案附件二第6项"
)
PROVINCES = {
    "guobanfa-2020-35": "",
    "guobanfa-2022-34": "",
    "minzhengban-2020-11-27": "35",
    "jizhengbanfa-2020-37": "22",
    "jiminfa-2021-10": "22",
}
DECIDES_AT = {place.code: place.decides_at for place in (CHANGCHUN, NANGUAN, JILIN, FUZHOU, XIAMEN)}
NAMES = {"350100": "福建省福州市", "350200": "福建省厦门市", "220100": "吉林省长春市"}


def answer(here=CHANGCHUN, there=FUZHOU, *, version=MOVE, row=ROW, organ="福州市公安局"):
    asked = Asked(
        rows=[row] if row else [],
        version=version,
        organ=organ,
        national=Ground("guobanfa-2020-35", "附件清单", "第2批"),
        provinces=PROVINCES,
    )
    return rules.availability(asked, here=here, there=there)


def test_an_open_pair_says_where_to_apply_and_who_decides():
    found = answer()
    assert (found.verdict, found.kind, found.modes) == ("ok", "open", ("RECEIVED_FOR",))
    assert found.reason == (
        "您填好申请，到长春市的专窗核对身份、交材料，由福州市公安局决定，不用去福州市"
    )
    assert (found.decides, found.decides_kind) == ("350100", "迁入地")
    assert found.limits.accept_days == 5
    assert found.visits["RECEIVED_FOR"].times == 1
    assert found.is_open
    assert found.scope == "national"


def test_an_item_with_two_ways_names_both():
    found = answer(version=ALLOWANCE, organ="福州市民政局")
    assert found.modes == ("ONLINE", "RECEIVED_FOR")
    assert found.reason.startswith("您在网上提交，或者您填好申请，到长春市的专窗")


def test_a_way_that_the_deciding_province_states_is_not_a_default():
    found = answer()
    assert not found.is_default
    assert found.notes == ("福建省方案附件二第6项原文写的实现形式是“异地代收代办”",)


def test_a_form_stated_by_one_province_is_a_default_in_another():
    found = answer(FUZHOU, CHANGCHUN, organ="长春市公安局")
    assert found.verdict == "ok"
    assert found.is_default
    assert found.notes == (f"吉林省的文件没有写明可以“异地代收代办”：{DEFAULT_NOTE}",)


def test_grounds_are_national_ones_and_those_of_the_two_provinces():
    documents = [ground.document for ground in answer().grounds]
    assert documents[0] == "guobanfa-2020-35"
    assert set(documents) == set(PROVINCES) - {"guobanfa-2022-34"}
    other = [ground.document for ground in answer(FUZHOU, XIAMEN).grounds]
    assert set(other) == {"guobanfa-2020-35", "minzhengban-2020-11-27"}


def test_a_row_of_a_third_province_is_no_ground():
    documents = {ground.document for ground in answer(FUZHOU, CHANGCHUN).grounds}
    assert "minzhengban-2020-11-27" not in documents


def test_two_counties_of_one_city_are_not_a_case_across_places():
    found = answer(CHANGCHUN, NANGUAN, organ="长春市公安局")
    assert (found.verdict, found.kind, found.modes) == ("bad", "same-place", ())
    assert found.reason == (
        "您在长春市，这件事也由长春市公安局决定，不用跨地区办理。请直接向它申请"
    )


def test_two_cities_of_one_province_are_marked_as_such():
    found = answer(CHANGCHUN, JILIN, organ="吉林市公安局")
    assert (found.verdict, found.scope) == ("ok", "province")
    assert found.notes[0] == f"两地都在吉林省，属于省内通办，是否开通：{DEFAULT_NOTE}"
    assert found.is_default


@pytest.mark.parametrize("closed", ["here", "there"])
def test_a_place_that_has_not_joined_is_named(closed):
    places = {"here": CHANGCHUN, "there": FUZHOU}
    places[closed] = replace(places[closed], is_connected=False)
    found = answer(**places)
    assert (found.verdict, found.kind, found.is_open) == ("bad", "not-connected", False)
    assert found.reason.startswith(f"{places[closed].full_name}还没有接入本平台")


def test_an_item_without_a_version_is_listed_honestly():
    found = answer(version=None)
    assert (found.verdict, found.kind, found.modes) == ("bad", "no-version", ())
    assert found.reason.startswith("目录已收录，办理方式见文件；本平台还没有开通网上提交")
    assert found.limits is None
    assert [ground.place for ground in found.grounds] == ["附件清单", "附件二第6项"]


def test_an_item_that_needs_presence_says_so():
    row = replace(ROW, form="目前，仍需现场办理", state="on-site")
    found = answer(version=None, row=row, organ="福州市民政局")
    assert (found.verdict, found.kind) == ("warn", "on-site")
    assert found.reason == "这件事要本人到现场办。请到福州市民政局办理"


def test_an_item_that_waits_for_its_ministry_quotes_the_document():
    row = replace(ROW, form="按照中国残联统一部署安排", state="deferred")
    found = answer(version=None, row=row, organ="福州市残疾人联合会")
    assert (found.verdict, found.kind) == ("bad", "deferred")
    assert "“按照中国残联统一部署安排”" in found.reason
    assert "福州市残疾人联合会" in found.reason


def test_what_one_province_says_does_not_close_an_item_in_another():
    row = replace(ROW, form="目前，仍需现场办理", state="on-site")
    assert answer(FUZHOU, CHANGCHUN, version=None, row=row).kind == "no-version"


def test_an_item_that_a_province_does_not_have_says_so():
    row = replace(ROW, form="我省无该事项，外省人社部门提供互联网渠道自助办理", state="absent")
    found = answer(version=None, row=row)
    assert (found.verdict, found.kind) == ("bad", "absent")
    assert "我省无该事项" in found.reason


@given(
    here=st.sampled_from([CHANGCHUN, NANGUAN, JILIN, FUZHOU, XIAMEN]),
    there=st.sampled_from([CHANGCHUN, NANGUAN, JILIN, FUZHOU, XIAMEN]),
    version=st.sampled_from([None, MOVE, ALLOWANCE, LICENCE]),
)
def test_every_pair_gets_an_answer_with_a_reason_and_a_ground(here, there, version):
    found = answer(here, there, version=version)
    assert found.verdict in {"ok", "warn", "bad"}
    assert found.reason
    assert found.grounds
    assert found.is_open == (found.kind == "open")
    assert found.decides == there.decides_at
    if here.decides_at == there.decides_at and version:
        assert not found.is_open


def decided(answers, deciding=FUZHOU, version=MOVE):
    return rules.check_competent(
        version,
        answers,
        deciding=deciding,
        decides_at=DECIDES_AT.__getitem__,
        name_of=NAMES.__getitem__,
    )


def test_the_place_moved_to_decides_a_move():
    found = rules.decides(MOVE, {"move_to_division": "350102"}, DECIDES_AT.__getitem__)
    assert (found.place, found.kind, found.field) == ("350100", "迁入地", "move_to_division")


def test_as_long_as_the_answer_is_open_nobody_decides():
    assert rules.decides(MOVE, {}, DECIDES_AT.__getitem__) is None
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
