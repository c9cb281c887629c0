"""What people type, and what stands first: each row is one sentence about the search."""

import pytest

from tongban.catalogue.models import Implementation, Level
from tongban.guidance import correcting, operations, queries, sounds, wording
from tongban.guidance.models import LocalEntry

FIRST = {
    # names and parts of names
    "夫妻投靠户口迁移": "夫妻投靠户口迁移",
    "新生儿": "新生儿入户",
    "无犯罪记录": "开具有无犯罪记录证明",
    "异地就医": "异地就医结算备案",
    "排污": "排污许可",
    "二手车": "小型非营运二手车交易登记",
    "孤儿": "孤儿救助资格认定",
    "再生育": "再生育审批（三孩及以上）",
    "租房提取": "租房提取住房公积金",
    "汇缴": "住房公积金汇缴",
    "医疗广告": "医疗广告审查",
    "临时身份证": "临时居民身份证办理",
    # everyday words
    "上户口": "新生儿入户",
    "小孩上户口": "新生儿入户",
    "领证": "结婚登记",
    "离婚": "离婚登记",
    "驾照": "机动车驾驶证公证",
    "医保码": "医保电子凭证申领",
    "准生证": "生育登记（一孩/二孩）",
    "交房租": "租房提取住房公积金",
    "买房提取": "购房提取住房公积金",
    "异地贷款证明": "出具贷款职工住房公积金缴存使用证明",
    "被裁员了可以领钱吗": "失业保险金申领",
    "失业金": "失业保险金申领",
    "关店": "个体工商户注销登记",
    "开店": "个体工商户设立登记",
    "调档": "流动人员人事档案接收、转递",
    "缴税": "异地电子缴税",
    "执照丢了": "营业执照遗失补领、换发",
    "残疾人补贴": "困难残疾人生活补贴和重度残疾人护理补贴资格认定",
    "法考": "法律职业资格认定（享受放宽条件政策的除外）",
    "毕业证公证": "学历公证",
    "护理补贴": "困难残疾人生活补贴和重度残疾人护理补贴资格认定",
    # pinyin and initials
    "fqtk": "夫妻投靠户口迁移",
    "FQTK": "夫妻投靠户口迁移",
    "ｆｑｔｋ": "夫妻投靠户口迁移",
    "jhdj": "结婚登记",
    "lhdj": "离婚登记",
    "xserh": "新生儿入户",
    "jiehun": "结婚登记",
    "paiwu": "排污许可",
    "gjj汇缴": "住房公积金汇缴",
    "xueligongzheng": "学历公证",
    # another character of the same sound
    "户藉类证明": "开具户籍类证明",
    "结昏登记": "结婚登记",
    "孤尔救助": "孤儿救助资格认定",
    "夫期投靠": "夫妻投靠户口迁移",
    "失业宝险金": "失业保险金申领",
    "学力公证": "学历公证",
    "居民生份证": "临时居民身份证办理",
    "营业执造": "营业执照遗失补领、换发",
    "异地就依": "异地就医结算备案",
    "新生尔入户": "新生儿入户",
    # a character wrong, too many, missing, or in the wrong place
    "残及人证换领": "残疾人证换领",
    "离婚登己": "离婚登记",
    "婚结登记": "结婚登记",
    "失业保险险金": "失业保险金申领",
    "疗医广告": "医疗广告审查",
    "无犯罪纪录": "开具有无犯罪记录证明",
    # a place along with it
    "福州 结婚登记": "结婚登记",
    "长春新生儿入户": "新生儿入户",
    "changchun jiehun": "结婚登记",
    "吉林省长春市 学历公证": "学历公证",
    # codes
    "2020-2-06": "夫妻投靠户口迁移",
    "２０２２-1-08": "租房提取住房公积金",
}


@pytest.mark.django_db
class TestTyped:
    @pytest.mark.parametrize(("typed", "name"), FIRST.items())
    def test_it_stands_first(self, typed, name):
        assert next(iter(queries.search(typed))).name == name

    @pytest.mark.parametrize("typed", ["公机金", "公积晶", "gjj", "住房公积金"])
    def test_every_way_to_write_the_fund_finds_its_items(self, typed):
        assert all("公积金" in item.name for item in queries.search(typed))
        assert queries.search(typed).total >= 12

    def test_what_was_put_right_is_said(self):
        found = queries.search("户藉类证明")
        assert found.wrong[:2] == "户藉"
        assert found.right[:2] == "户籍"
        assert queries.search("户籍").right == ""

    def test_a_place_in_the_text_is_taken_as_the_place_that_decides(self):
        assert queries.search("福州 户口迁移").place == "350100"
        assert queries.search("吉林省长春市公积金").place == "220100"
        assert queries.search("changchun hukou").place == "220100"
        assert queries.search("户口迁移").place == ""

    def test_a_place_alone_means_everything_that_is_done_there(self):
        found = queries.search("厦门市")
        assert (found.by, found.place, found.total) == ("place", "350200", 159)

    @pytest.mark.parametrize(
        ("typed", "name", "said"),
        [
            ("fqtk", "夫妻投靠户口迁移", "fqtk"),
            ("新生", "新生儿入户", ""),
            ("结昏登记", "结婚登记", "结昏登记"),
        ],
    )
    def test_suggestions_come_while_one_types(self, typed, name, said):
        first = queries.suggest(typed)[0]
        assert (first.name, first.said) == (name, said)

    def test_nothing_typed_suggests_nothing(self):
        assert queries.suggest(" ，") == []
        assert queries.suggest("龘龘龘") == []


def an_implementation(name: str, place: str = "350100", item: str = "2020-1-24"):
    return Implementation.objects.create(
        item_id=item, division_code=place, authority_name="虚构机关", level=Level.CITY, name=name
    )


@pytest.mark.django_db
class TestNamesOfPlaces:
    def test_the_name_that_a_place_gives_finds_the_national_item(self):
        one = an_implementation("跨统筹区长期居住人员登记")
        assert operations.index_implementations([one.pk]) == 1

        for typed in ("长期居住人员", "跨统筹区长期居住人员登记", "ktcqcqjz"):
            found = queries.search(typed)
            assert [item.code for item in found] == ["2020-1-24"], typed
            local = found.locals["2020-1-24"]
            assert (local.place, local.shown) == ("350100", "跨统筹区长期居住人员登记")

    def test_with_a_deciding_place_its_own_name_is_the_one_that_is_told(self):
        mine = an_implementation("跨统筹区长期居住人员登记")
        other = an_implementation("长期居住人员备案", place="220100")
        operations.index_implementations([mine.pk, other.pk])

        assert queries.search("长期居住", there="350100").locals["2020-1-24"].place == "350100"
        assert queries.search("长期居住", there="220100").locals["2020-1-24"].place == "220100"

    def test_a_name_of_the_province_counts_for_its_cities(self):
        one = an_implementation("全省一卡登记", place="350000")
        operations.index_implementations([one.pk])

        assert queries.search("一卡登记", there="350200").locals["2020-1-24"].place == "350000"

    def test_a_name_that_is_the_national_one_needs_no_entry(self):
        one = an_implementation("排污许可")
        assert operations.index_implementations([one.pk]) == 0

    def test_what_is_renamed_or_retired_is_found_no_more(self):
        one = an_implementation("跨统筹区长期居住人员登记")
        operations.index_implementations([one.pk])
        one.name = "在外居住备案"
        one.save()
        operations.index_implementations([one.pk])
        assert queries.search("跨统筹区长期居住人员登记").by != "fits"
        assert queries.search("在外居住").total == 1

        one.retired_on = "2026-01-01"
        one.save()
        operations.index_implementations([one.pk])
        assert not LocalEntry.objects.filter(pk=one.pk).exists()

    def test_a_name_is_found_as_soon_as_its_row_is_committed(
        self, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            an_implementation("跨统筹区长期居住人员登记")
        assert queries.search("长期居住人员").total == 1

    def test_making_all_anew_comes_to_the_same_entries(self):
        for place in ("350100", "350200"):
            an_implementation("跨统筹区长期居住人员登记", place=place)
        first = operations.index_implementations()
        rows = set(LocalEntry.objects.values_list("place", "name", "initials", "pinyin"))
        assert operations.index_implementations() == first
        assert set(LocalEntry.objects.values_list("place", "name", "initials", "pinyin")) == rows


def test_the_shipped_sounds_are_those_of_the_dictionary():
    table = sounds.build()
    assert "籍" in table["ji"]
    assert set(sounds.readings("单")) == {("dan",), ("can",), ("san",)}
    shipped = set(sounds._of_characters())
    assert shipped == {one for characters in table.values() for one in characters}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("单县", "shanxian"),
        ("解家庄", "xiejiazhuang"),
        ("曾家镇", "zengjiazhen"),
        ("仇庄", "qiuzhuang"),
        ("曾都区", "zengduqu"),
        ("重庆市", "chongqingshi"),
        ("长春市", "changchunshi"),
        ("六安市", "luanshi"),
        ("解放区", "jiefangqu"),
        ("检查", "jiancha"),
        ("单位社会保险费", "danweishehuibaoxianfei"),
    ],
)
def test_places_and_families_are_read_as_people_read_them(name, read):
    assert wording.pinyin(name) == read


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["户口迁移", "你好世界", "我要办社保卡", "异地就医备案", "", "abc"]
)
def test_what_is_right_or_means_something_else_is_left_alone(typed):
    assert correcting.correct(typed) is None
