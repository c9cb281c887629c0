"""Whether a pair of places is open, how, and what to do instead; no database."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.catalogue import availability as answers
from tongban.catalogue import reading
from tongban.catalogue.availability import Asked
from tongban.catalogue.openings import Member, Opening, SourceRow
from tongban.catalogue.places import Place
from tongban.catalogue.reader import listing
from tongban.catalogue.versions import DEFAULT_NOTE, Ground, ModeRule


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
    "baike": "",
}
TITLES = {"guobanfa-2020-35": "国办发〔2020〕35号", "baike": "公开资料"}
NATION = Opening(
    key="nation",
    kind="nationwide",
    name="第二批",
    document="guobanfa-2020-35",
    place="附件清单",
    line=14,
    sentence="2021年底前实现",
    from_day=date(2021, 12, 31),
    precision="by",
)
CITIES = replace(
    NATION,
    key="cities",
    kind="pilot",
    name="两城试点",
    document="baike",
    place="试点推行",
    from_day=date(2021, 8, 1),
    precision="month",
    members=(Member("220100"), Member("350100")),
)
TODAY = date(2026, 11, 23)


def answer(
    here=CHANGCHUN,
    there=FUZHOU,
    *,
    version=MOVE,
    row=ROW,
    organ="福州市公安局",
    openings=(NATION,),
    on=TODAY,
    receiving=None,
    **more,
):
    asked = Asked(
        rows=[row] if row else [],
        version=version,
        organ=organ,
        national=Ground("guobanfa-2020-35", "附件清单", "第2批"),
        provinces=PROVINCES,
        openings=openings,
        titles=TITLES,
        reports=frozenset({"baike"}),
        **more,
    )
    return answers.availability(asked, here=here, there=there, on=on, receiving=receiving)


def test_an_open_pair_says_where_to_apply_and_who_decides():
    found = answer()
    assert (found.verdict, found.kind) == ("ok", "open")
    assert found.modes == ("RECEIVED_FOR", "JOINT")
    assert found.reason == (
        "您填好申请，到长春市的专窗核对身份、交材料，或者您在网上提交一次，迁出地的手续由各地机关联办，"
        "由福州市公安局决定，不用去福州市"
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
    assert found.notes == (
        f"福建省的文件没有写明可以“多地联办”：{DEFAULT_NOTE}",
        "福建省方案附件二第6项原文写的实现形式是“异地代收代办”",
    )


def test_a_form_stated_by_one_province_is_a_default_in_another():
    found = answer(FUZHOU, CHANGCHUN, organ="长春市公安局")
    assert found.verdict == "ok"
    assert found.is_default
    assert found.notes == (
        f"吉林省的文件没有写明可以“异地代收代办”：{DEFAULT_NOTE}",
        f"吉林省的文件没有写明可以“多地联办”：{DEFAULT_NOTE}",
    )


def test_grounds_are_national_ones_and_those_of_the_two_provinces():
    documents = [ground.document for ground in answer().grounds]
    assert documents[0] == "guobanfa-2020-35"
    assert set(documents) == set(PROVINCES) - {"guobanfa-2022-34", "baike"}
    other = [ground.document for ground in answer(FUZHOU, XIAMEN).grounds]
    assert set(other) == {"guobanfa-2020-35", "minzhengban-2020-11-27"}


def test_a_row_of_a_third_province_is_no_ground():
    documents = {ground.document for ground in answer(FUZHOU, CHANGCHUN).grounds}
    assert "minzhengban-2020-11-27" not in documents


def test_two_counties_of_one_city_are_not_a_case_across_places():
    alone = replace(MOVE, joint=())
    found = answer(CHANGCHUN, NANGUAN, organ="长春市公安局", version=alone)
    assert (found.verdict, found.kind, found.modes) == ("bad", "same-place", ())
    assert found.reason == (
        "您在长春市，这件事也由长春市公安局决定，不用跨地区办理。请直接向它申请"
    )


def test_who_lives_where_it_is_decided_still_needs_the_other_place():
    found = answer(CHANGCHUN, NANGUAN, organ="长春市公安局")
    assert (found.verdict, found.kind, found.modes) == ("ok", "open", ("JOINT",))
    assert found.reason == (
        "您在网上提交一次，迁出地的手续由各地机关联办，由长春市公安局决定，不用去迁出地"
    )
    assert found.is_default


@pytest.mark.parametrize(
    ("mode", "said", "spares"),
    [
        ("ANYWHERE", "到您选的福州市核对身份", False),
        ("PRECHECK_MAIL", "通过后把原件寄去", True),
        ("JOINT", "各地机关联办", True),
    ],
)
def test_each_way_says_what_it_asks_of_people(mode, said, spares):
    found = answer(version=replace(MOVE, modes=(ModeRule(mode, "某文件", ""),)))
    assert found.modes == (mode,)
    assert said in found.reason
    assert ("不用去福州市" in found.reason) is spares


def test_a_joint_way_without_its_steps_cannot_be_filed():
    found = answer(version=replace(MOVE, modes=(ModeRule("JOINT", "某文件", ""),), joint=()))
    assert (found.kind, found.modes) == ("no-mode", ())


ON_SITE = replace(MOVE, modes=(ModeRule("ON_SITE", "某文件", ""),), joint=())
PILOT = replace(NATION, kind="pilot", precision="day", modes=("ON_SITE",))


@pytest.mark.parametrize(
    ("openings", "there", "modes"),
    [
        ([replace(PILOT, members=(Member("350000"),), is_mutual=False)], FUZHOU, ("ON_SITE",)),
        ([replace(PILOT, members=(Member("350000"),), is_mutual=False)], CHANGCHUN, ()),
        ([], FUZHOU, ()),
    ],
)
def test_an_appointment_is_made_only_inside_the_roll_out(openings, there, modes):
    row = replace(ROW, state="on-site", modes=("ON_SITE",))
    found = answer(there=there, version=ON_SITE, openings=openings, row=row)
    assert found.modes == modes
    assert found.verdict == ("warn" if there is FUZHOU else "bad")


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
    found = answer(row=row, organ="福州市民政局", openings=())
    assert (found.verdict, found.kind, found.is_open) == ("warn", "on-site", False)
    assert found.reason == "这件事要本人到现场办。请到福州市民政局办理"


def test_an_item_that_waits_for_its_ministry_quotes_the_document():
    row = replace(ROW, form="按照中国残联统一部署安排", state="deferred")
    found = answer(row=row, organ="福州市残疾人联合会", openings=())
    assert (found.verdict, found.kind) == ("bad", "deferred")
    assert "“按照中国残联统一部署安排”" in found.reason
    assert "福州市残疾人联合会" in found.reason


def test_what_one_province_says_does_not_close_an_item_in_another():
    row = replace(ROW, form="我省无该事项", state="absent")
    assert answer(FUZHOU, CHANGCHUN, row=row).kind == "open"


def test_without_a_document_the_answer_is_no():
    found = answer(row=None, openings=())
    assert (found.verdict, found.kind, found.ruling.verdict) == ("bad", "no-document", "no")
    assert found.instead.action == "ask"


def test_before_the_day_that_the_list_sets_it_is_not_yet():
    found = answer(on=date(2021, 12, 30))
    assert (found.kind, found.begins, found.is_open) == ("not-yet", date(2021, 12, 31), False)
    assert found.reason == "国办发〔2020〕35号定的时限是2021年12月31日，这之前还不能跨地区办理"
    assert found.instead.text == "这之前请直接向福州市公安局申请"


def test_before_a_pilot_that_is_known_by_its_month_the_month_is_said():
    found = answer(openings=[CITIES], on=date(2021, 7, 31))
    assert (found.kind, found.begins) == ("not-yet", date(2021, 8, 1))
    assert "从2021年8月起" in found.reason


def test_a_month_without_a_day_is_said_while_it_lasts():
    within = answer(openings=[CITIES], on=date(2021, 8, 3))
    assert "“两城试点”只写到2021年8月，从哪天起没有写" in within.notes
    after = answer(openings=[CITIES], on=date(2021, 9, 1))
    assert not any("只写到" in note for note in after.notes)
    assert "“两城试点”据公开资料，非政策文件" in after.notes


def test_a_pair_outside_the_pilot_is_told_where_it_is_open():
    found = answer(CHANGCHUN, XIAMEN, openings=[CITIES], organ="厦门市公安局")
    assert (found.verdict, found.kind, found.modes) == ("bad", "outside", ())
    assert "两城试点（2021年8月）" in found.reason
    assert found.instead.places == ("220100", "350100")


def test_where_the_list_of_places_is_unknown_the_number_is_said():
    twenty = replace(CITIES, is_complete=False, declared=20)
    found = answer(CHANGCHUN, XIAMEN, openings=[twenty])
    assert "20个地方只写出了2个" in found.reason


def test_an_item_for_some_cities_leads_to_the_same_item_for_everywhere():
    capitals = replace(CITIES, is_mutual=False)
    found = answer(FUZHOU, JILIN, openings=[capitals], wider=("2020-2-29", "不动产抵押登记"))
    assert (found.kind, found.instead.action, found.instead.item) == (
        "outside",
        "other-item",
        "2020-2-29",
    )


def test_a_pilot_on_the_spot_says_where():
    row = replace(ROW, form="目前，仍需现场办理", state="on-site")
    pilot = replace(CITIES, modes=("ON_SITE",), members=(Member("350000"),), is_mutual=False)
    said = {"row": row, "openings": [pilot], "on_site_organ": "婚姻登记机关"}
    found = answer(organ="福州市民政局", **said)
    assert (found.verdict, found.kind, found.ruling.verdict) == ("warn", "on-site", "on-site")
    assert found.reason == (
        "这件事要本人到现场办。福建省在试点范围内，可以到福州市的婚姻登记机关现场办，不用回户籍地"
    )
    # Who already is in the pilot's place goes there too, whatever place the household is in.
    assert answer(FUZHOU, FUZHOU, organ="福州市民政局", **said).kind == "on-site"


def test_a_groups_own_promise_counts_inside_the_group_only():
    group = replace(CITIES, limit_days=8)
    inside = answer(openings=[NATION, group])
    assert (inside.limits.decide_days, inside.limits.decide.basis) == (8, "公开资料试点推行")
    outside = answer(CHANGCHUN, XIAMEN, openings=[NATION, group])
    assert outside.limits.decide_days == 10


def test_a_groups_promise_never_lengthens_a_shorter_one():
    group = replace(CITIES, limit_days=11)
    assert answer(openings=[NATION, group]).limits == MOVE.limits


def test_a_window_elsewhere_is_judged_from_where_it_stands():
    found = answer(CHANGCHUN, NANGUAN, receiving=FUZHOU, version=ALLOWANCE, organ="长春市民政局")
    assert (found.kind, found.modes) == ("open", ("RECEIVED_FOR",))
    assert "到福州市的专窗" in found.reason
    other = answer(CHANGCHUN, FUZHOU, receiving=XIAMEN, version=ALLOWANCE)
    assert other.modes == ("ONLINE", "RECEIVED_FOR")


def test_a_standard_that_begins_later_is_not_yet():
    found = answer(version=None, starts=date(2026, 12, 1))
    assert (found.kind, found.begins) == ("not-yet", date(2026, 12, 1))
    assert found.ruling.verdict == "yes"


def test_a_partner_that_no_text_names_is_a_default_of_ours():
    receives = replace(CITIES, members=(), pairs=(("220100", "*"),), is_mutual=False)
    found = answer(openings=[receives])
    assert found.is_default
    assert found.notes[0] == f"两城试点，福建省是否参加文件没有写：{DEFAULT_NOTE}"


def test_an_item_that_a_province_does_not_have_says_so():
    row = replace(ROW, form="我省无该事项，外省人社部门提供互联网渠道自助办理", state="absent")
    found = answer(version=None, row=row)
    assert (found.verdict, found.kind) == ("bad", "absent")
    assert "我省无该事项" in found.reason


@given(
    here=st.sampled_from([CHANGCHUN, NANGUAN, JILIN, FUZHOU, XIAMEN]),
    there=st.sampled_from([CHANGCHUN, NANGUAN, JILIN, FUZHOU, XIAMEN]),
    receiving=st.sampled_from([None, CHANGCHUN, FUZHOU, XIAMEN]),
    version=st.sampled_from([None, MOVE, ALLOWANCE, LICENCE]),
    openings=st.sampled_from([(), (NATION,), (CITIES,), (NATION, CITIES)]),
)
def test_every_pair_gets_an_answer_with_a_reason_and_a_ground(
    here, there, receiving, version, openings
):
    found = answer(here, there, receiving=receiving, version=version, openings=openings)
    assert found.verdict in {"ok", "warn", "bad"}
    assert found.reason
    assert found.grounds
    assert found.is_open == (found.kind == "open") == (found.instead is None)
    assert found.decides == there.decides_at
    if found.instead:
        assert found.instead.text
        assert found.instead.text not in found.reason
    if found.is_open:
        assert found.ruling.verdict == "yes"
        assert version
    if not openings:
        assert not found.is_open
