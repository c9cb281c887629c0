"""The shipped places: complete, dated, and found by the codes of any year."""

from collections import Counter
from datetime import date

import pytest

from tongban.jurisdictions import operations, queries, snapshot
from tongban.jurisdictions.models import Division, Level

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
ALL_PROVINCES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"
)


def test_there_are_thirty_one_provinces_the_corps_and_three_places_not_connected():
    codes = {place.code[:2] for place in queries.provinces(TODAY)}

    assert codes == {*ALL_PROVINCES.split(), "66", "71", "81", "82"}


def test_all_cities_and_counties_of_today_are_there():
    levels = Counter(row.level for row in Division.objects.filter(valid_to=None))

    # 293 cities, 30 prefectures of peoples, 7 districts, 3 leagues; 2845 counties and the four
    # districts that 大兴安岭 runs outside the statutory list.
    assert levels == {Level.PROVINCE: 35, Level.CITY: 333, Level.COUNTY: 2845 + 4}


def test_places_directly_under_a_province_have_no_pretended_city_above_them():
    for code, name in {
        "429004": "湖北省仙桃市",
        "419001": "河南省济源市",
        "469024": "海南省临高县",
        "659001": "新疆维吾尔自治区石河子市",
        "110105": "北京市朝阳区",
        "500229": "重庆市城口县",
    }.items():
        assert queries.full_name(code) == name
        assert [place.level for place in queries.ancestors(code)] == [Level.PROVINCE]
    assert not Division.objects.filter(name__in=["市辖区", "省直辖县级行政单位"]).exists()


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("370882", "370812", "兖州区"),
        ("540422", "540481", "米林市"),
        ("542623", "540481", "米林市"),  # 林芝地区米林县, then 林芝市米林县, then a city
        ("500221", "500115", "长寿区"),
        ("510221", "500115", "长寿区"),  # 长寿县 while 重庆 belonged to 四川
        ("220381", "220184", "公主岭市"),
        ("350402", "350404", "三元区"),  # merged; named by the second source
        ("652300", "652300", "昌吉回族自治州"),
    ],
)
def test_a_replaced_code_leads_to_the_place_of_today(old, new, name):
    place = queries.resolve(old, TODAY)

    assert (place.code, place.name) == (new, name)


def test_a_code_means_what_it_meant_on_the_day():
    assert queries.division("130502", date(2019, 6, 1)).name == "桥东区"
    assert queries.division("130502", date(2021, 6, 1)).name == "襄都区"
    assert queries.resolve("370882", date(2010, 1, 1)).name == "兖州市"
    assert not queries.exists("370812", date(2010, 1, 1))
    assert not queries.exists("370882", TODAY)


def test_young_counties_are_there_from_their_year_on():
    for code, name, year in [("653229", "和安县", 2024), ("653228", "和康县", 2024)]:
        assert queries.division(code, TODAY).name == name
        assert not queries.exists(code, date(year - 1, 12, 31))
    for code in ("330113", "330114"):  # missing in one source, amended
        assert queries.exists(code, TODAY)


def test_a_successor_that_nobody_told_us_is_not_guessed():
    # 江北区 and 渝北区 went into 两江新区 and 北碚区 in 2025: which part went where is not in the source.
    for code in ("500105", "500112", "110103", "110104"):
        assert queries.division(code).successors == []
        with pytest.raises(queries.DivisionEnded) as refusal:
            queries.resolve(code, TODAY)
        assert queries.short_name(code) in refusal.value.message


def test_a_code_that_nobody_ever_had_is_refused():
    for code in ("990000", "", "22", "2201040"):
        with pytest.raises(queries.NoSuchDivision):
            queries.division(code)


def test_every_successor_exists_and_no_chain_goes_round():
    for row in Division.objects.exclude(successors=[]):
        seen, place = set(), row
        while not queries.exists(place.code, TODAY) and place.successors:
            step = (place.code, place.valid_from)
            assert step not in seen, row.code
            seen.add(step)
            later = [queries.division(heir) for heir in place.successors]
            assert len(later) == 1
            # A code with two names is followed within itself: the newest row comes next.
            place = later[0]


def test_every_place_of_today_has_a_parent_of_today():
    provinces = {place.code for place in queries.provinces(TODAY)}
    for row in Division.objects.filter(valid_to=None).exclude(level=Level.PROVINCE):
        assert queries.exists(row.parent_code, TODAY), row.code
        assert queries.ancestors(row.code)[0].code in provinces


def test_names_are_whole_or_as_people_say_them():
    assert queries.full_name("220104") == "吉林省长春市朝阳区"
    assert queries.short_name("220100") == "长春市"
    assert queries.plain_name("220100") == "吉林 长春"
    assert queries.plain_name("222400") == "吉林 延边"
    assert queries.plain_name("150100") == "内蒙古 呼和浩特"
    assert queries.plain_name("110105") == "北京 朝阳区"


def test_who_decides_for_a_place_is_its_city():
    assert queries.deciding_place("220104") == "220100"
    assert queries.deciding_place("220100") == "220100"
    assert queries.deciding_place("110105") == "110000"
    assert queries.deciding_place("429004") == "429004"
    assert queries.deciding_place("441900") == "441900"


def test_cities_of_a_province_are_those_that_decide():
    names = [place.name for place in queries.cities("220000", TODAY)]
    assert names[:2] == ["长春市", "吉林市"]
    assert len(names) == 9
    assert [place.name for place in queries.cities("500000", TODAY)] == ["重庆市"]
    assert "仙桃市" in [place.name for place in queries.cities("420000", TODAY)]
    assert len(queries.counties("110000", TODAY)) == 16
    assert queries.counties("441900", TODAY) == []


def test_a_place_lies_within_the_places_above_it_only():
    assert queries.is_within("220104", "220000")
    assert queries.is_within("220104", "220104")
    assert not queries.is_within("220000", "220104")
    assert not queries.is_within("110105", "220000")


def test_loading_twice_changes_nothing(django_assert_max_num_queries):
    before = list(Division.objects.values_list("id", "code"))
    with django_assert_max_num_queries(15):
        loaded = operations.load_reference(at=snapshot_day())
    assert not loaded.changed
    assert before == list(Division.objects.values_list("id", "code"))


def snapshot_day():
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, tzinfo=UTC)


def test_names_cost_no_query_once_read(django_assert_num_queries):
    queries.full_name("220104")
    with django_assert_num_queries(0):
        for _ in range(50):
            queries.full_name("350102")
            queries.node_for("350102")
            queries.shared_regions("220100", "350100", TODAY)


def test_a_load_is_noticed_by_those_who_remember(monkeypatch):
    queries.full_name("220104")
    Division.objects.filter(code="220104").update(name="示例区")
    operations.stamp(at=snapshot_day())

    assert queries.full_name("220104") == "吉林省长春市示例区"


def test_another_process_notices_a_load_within_seconds(monkeypatch):
    queries.full_name("220104")
    clock = [snapshot._memory.looked_at]
    monkeypatch.setattr(snapshot.time, "monotonic", lambda: clock[0])
    Division.objects.filter(code="220104").update(name="示例区")
    # As another process does it: the row changes, this process is not told.
    monkeypatch.setattr(snapshot, "look_again", lambda: None)
    operations.stamp(at=snapshot_day())

    assert queries.short_name("220104") == "朝阳区"
    clock[0] += snapshot.LOOK_EVERY + 0.1
    assert queries.short_name("220104") == "示例区"
