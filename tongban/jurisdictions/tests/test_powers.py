"""Who is competent where, who receives, which node serves, which groups places share."""

import base64
import json
import re
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from tongban.basics import identifiers
from tongban.jurisdictions import operations, queries
from tongban.jurisdictions.directory import DirectoryMalformed
from tongban.jurisdictions.models import Authority, Node, NodeKey, Region, Window
from tongban.jurisdictions.tests import introducing
from tongban.trust import signing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _no_node_is_known_yet(db):
    """Tests of other folders share this database, and some of them connect its nodes for good."""
    NodeKey.objects.all().delete()
    Node.objects.update(public_key="", key_id="")


# Lead units as the two lists of items write them.
LEAD_UNITS = (
    "公安部 人力资源社会保障部 住房城乡建设部 住房和城乡建设部 国家医保局 民政部 市场监管总局 自然资源部 司法部 "
    "中国残联 税务总局 国家卫生健康委 国家药监局 国家邮政局 生态环境部 商务部 交通运输部 国家林草局 水利部"
)


@pytest.mark.parametrize("unit", LEAD_UNITS.split())
def test_every_lead_unit_of_the_lists_has_a_line_down_to_the_places(unit):
    department = queries.department_of_ministry(unit)

    assert department is not None
    organ = queries.competent_authority(department.key, "350102")
    assert organ.division_code == ("350100" if department.has_city_organs else "350000")


def test_a_county_is_decided_for_by_its_city():
    assert queries.competent_authority("gongan", "220104").name == "长春市公安局"
    assert queries.competent_authority("gongan", "220100").name == "长春市公安局"
    assert queries.competent_authority("zhufang_gongjijin", "350102").name == (
        "福州市住房公积金管理中心"
    )


def test_a_replaced_code_is_decided_for_by_who_decides_there_now():
    # 公主岭 went from 四平 to 长春 in 2020.
    assert queries.competent_authority("gongan", "220381", on=TODAY).name == "长春市公安局"
    assert queries.competent_authority("gongan", "220381", on=date(2019, 1, 1)).name == (
        "四平市公安局"
    )


def test_where_nobody_is_registered_the_refusal_names_the_place():
    with pytest.raises(queries.NoCompetentAuthority) as refusal:
        queries.competent_authority("gongan", "440103")
    assert "广东省广州市荔湾区" in refusal.value.message


def test_municipalities_name_their_organs_otherwise():
    operations.load_sandbox_offices(provinces=["11", "31", "50", "66"], at=NOW)

    assert queries.competent_authority("gongan", "110105").name == "北京市公安局"
    assert queries.competent_authority("zhufang_gongjijin", "310101").name == (
        "上海市公积金管理中心"
    )
    assert queries.competent_authority("shuili", "500101").name == "重庆市水利局"
    assert queries.competent_authority("gongan", "660000").name == "新疆生产建设兵团公安局"
    assert queries.window_authority("110105").name == "北京市朝阳区政务服务中心"
    assert queries.window_authority("660000").name == "新疆生产建设兵团政务服务中心"


def test_windows_stand_in_the_county_and_in_the_city():
    assert queries.window_authority("220104").name == "长春市朝阳区政务服务中心"
    assert queries.window_authority("220100").name == "长春市政务服务中心"
    names = [window.name for window in queries.receiving_windows("220100")]
    assert names[0] == "长春市政务服务中心“跨省通办”专窗"
    assert "长春市朝阳区政务服务中心“跨省通办”专窗" in names
    assert len(names) == 1 + len(queries.counties("220100", TODAY))


def test_everything_of_the_sandbox_is_plainly_fictional():
    assert Authority.objects.filter(is_sandbox=False).count() == 0
    for organ in Authority.objects.all():
        assert identifiers.check_credit_code(organ.code) == organ.code
        assert organ.code[8:10] == "TB"
        assert re.fullmatch(r"(0\d{2,3}-)?555\d{4}", organ.phone), organ.phone
        assert "示例" in organ.address
        assert organ.office_hours["is_default"]
    for window in Window.objects.all():
        assert re.fullmatch(r"(0\d{2,3}-)?555\d{4}", window.phone)
    assert queries.competent_authority("gongan", "350100").phone.startswith("0591-555")


def test_the_same_offices_are_made_on_every_node():
    before = list(Authority.objects.order_by("code").values())
    Authority.objects.filter(code=before[0]["code"]).update(phone="")
    operations.load_sandbox_offices(provinces=["35", "220000"], at=NOW)

    assert list(Authority.objects.order_by("code").values()) == before


def test_all_provinces_are_furnished_in_bulk(django_assert_max_num_queries):
    provinces = [place.code for place in queries.provinces(TODAY)]
    with django_assert_max_num_queries(40):
        loaded = operations.load_sandbox_offices(provinces=provinces, at=NOW)
    assert loaded.authorities > 10_000
    assert loaded.windows > 3_000


def test_a_place_has_one_organ_of_a_department():
    organ = Authority.objects.get(department="gongan", division_code="350100")
    organ.code = organ.code[:-1] + ("1" if organ.code[-1] != "1" else "2")
    with pytest.raises(IntegrityError), transaction.atomic():
        organ.save(force_insert=True)


def test_a_node_serves_its_province_and_closed_places_are_not_served():
    assert queries.node_for("350102").code == "35"
    assert queries.node_for("659001").code == "65"
    assert queries.node_for("660000").code == "66"
    assert queries.this_node().code == "22"
    assert [node.code for node in queries.nodes() if node.is_hub] == ["00"]
    assert len([node for node in queries.nodes() if node.is_open]) == 33
    for code in ("710000", "810000", "820000"):
        with pytest.raises(queries.PlaceNotServed, match="尚未接入"):
            queries.node_for(code)


def a_key():
    return signing.signer_from_pem(signing.new_key())


def a_directory(tmp_path, *nodes):
    path = tmp_path / "directory.json"
    path.write_text(json.dumps({"nodes": list(nodes)}), "utf-8")
    return path


def an_entry(number, signer, **changes):
    entry = {
        "code": number,
        "base_url": f"http://127.0.0.1:80{number}/",
        "public_key": signer.public_key,
    }
    return entry | changes


def test_the_directory_introduces_nodes(tmp_path):
    jilin, fujian = a_key(), a_key()
    path = a_directory(tmp_path, an_entry("22", jilin), an_entry("35", fujian))

    nodes = introducing.load_directory(path, at=NOW)

    assert [node.code for node in nodes] == ["22", "35"]
    assert queries.node("35").base_url == "http://127.0.0.1:8035"
    assert queries.public_key("35", fujian.key_id) == fujian.public_key
    assert queries.public_key("35", jilin.key_id) is None
    assert not queries.node("44").is_connected


def test_a_new_key_does_not_make_old_signatures_unreadable(tmp_path):
    old, new = a_key(), a_key()
    introducing.load_directory(a_directory(tmp_path, an_entry("35", old)), at=NOW)
    introducing.load_directory(a_directory(tmp_path, an_entry("35", new)), at=NOW)

    assert queries.node("35").public_key == new.public_key
    assert queries.public_key("35", old.key_id) == old.public_key
    assert NodeKey.objects.filter(node="35").count() == 2


def test_a_node_that_left_the_directory_is_not_connected(tmp_path):
    introducing.load_directory(a_directory(tmp_path, an_entry("35", a_key())), at=NOW)
    introducing.load_directory(a_directory(tmp_path, an_entry("22", a_key())), at=NOW)

    assert not queries.node("35").is_connected


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"nodes": {}, "x": 1',
        '{"nodes": [{"code": "35"}]}',
        '{"nodes": ["35"]}',
        '{"nodes": [{"code": "35", "base_url": 8035, "public_key": ""}]}',
    ],
)
def test_a_file_that_is_no_directory_is_refused_whole(tmp_path, content):
    path = tmp_path / "directory.json"
    path.write_text(content, "utf-8")
    with pytest.raises(DirectoryMalformed):
        introducing.load_directory(path, at=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "99"},
        {"code": "81"},  # not open
        {"code": "22"},  # twice
        {"base_url": "javascript:alert(1)"},
        {"public_key": "not base64"},
        {"public_key": base64.b64encode(b"too short").decode()},
        {"public_key": None},
    ],
)
def test_one_wrong_entry_and_nothing_of_the_directory_is_taken(tmp_path, changes):
    path = a_directory(tmp_path, an_entry("22", a_key()), an_entry("35", a_key(), **changes))

    with pytest.raises(DirectoryMalformed):
        introducing.load_directory(path, at=NOW)

    assert not Node.objects.exclude(public_key="").exists()


def test_groups_have_members_from_a_day_on():
    assert queries.region_members("xinan", date(2021, 7, 31)) == []
    assert set(queries.region_members("xinan", date(2022, 4, 30))) == {
        "500000", "510000", "520000", "530000", "540000",
    }  # fmt: skip
    assert "450000" in queries.region_members("xinan", date(2022, 5, 1))


def test_places_share_the_groups_that_hold_both():
    def names(one, other):
        return {region.name for region in queries.shared_regions(one, other, TODAY)}

    assert names("220104", "210102") == {"东北三省", "东北三省八市"}
    assert names("220104", "230102") == {"东北三省", "东北三省八市", "哈长城市群"}
    assert names("440900", "450900") == {
        "茂名·玉林",
        "北部湾城市群",
        "泛珠三角",
        "婚姻登记试点二十一省份",
    }
    assert names("220104", "350102") == set()


def test_every_group_says_where_it_comes_from_and_has_real_members():
    regions = Region.objects.prefetch_related("members")
    assert {"长三角", "京津冀", "西南地区", "东北三省", "华北五省区", "中部六省", "川渝"} <= {
        region.name for region in regions
    }
    for region in regions:
        assert region.source
        assert region.is_default == ("通称" in region.source)
        for member in region.members.all():
            assert queries.exists(member.division_code, TODAY)
        # A group with a document has a day; one by custom has none.
        assert region.is_default == all(m.valid_from is None for m in region.members.all())
