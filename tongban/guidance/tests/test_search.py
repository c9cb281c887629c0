"""What people type, and what they find."""

from django.db import connection
from django.test import TestCase

from tongban.catalogue import queries as catalogue
from tongban.catalogue.operations import load_catalogue
from tongban.guidance import operations, wording
from tongban.guidance.models import SearchEntry
from tongban.guidance.queries import search


def names(text, **more):
    return [item.name for item in search(text, **more)]


class TestSearch(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_catalogue()
        operations.index_items()

    def test_a_name_finds_its_item_first(self):
        for item in catalogue.items():
            found = names(item.name)
            assert item.name in found[:2], item.name

    def test_two_characters_find_every_name_that_holds_them(self):
        found = search("户口", limit=50)
        assert found.total == 8
        assert all("户口" in item.name or "户" in item.name for item in found)
        assert sum("户口迁移" in item.name for item in found) == 6

    def test_one_character_finds_names_that_hold_it(self):
        found = names("税")
        assert "异地电子缴税" in found
        assert all("税" in name for name in found[:3])

    def test_initials_find_in_any_width_and_case(self):
        for typed in ("fqtk", "FQTK", "ｆｑｔｋ", " fqtk ", "hkqy"):
            assert "夫妻投靠户口迁移" in names(typed), typed
        assert names("fqtk") == ["夫妻投靠户口迁移"]

    def test_initials_and_characters_may_be_mixed(self):
        assert names("gjj提取") == names("公积金 提取")

    def test_syllables_find_from_the_beginning_and_long_ones_anywhere(self):
        assert names("fuqi") == ["夫妻投靠户口迁移"]
        assert "住房公积金汇缴" in names("gongjijin")

    def test_everyday_words_find_what_the_lists_call_otherwise(self):
        expected = {
            "落户": "夫妻投靠户口迁移",
            "迁户口": "夫妻投靠户口迁移",
            "上户口": "新生儿入户",
            "看病": "异地就医结算备案",
            "转社保": "企业职工基本养老保险关系转移接续",
            "取公积金": "租房提取住房公积金",
            "异地贷款证明": "出具贷款职工住房公积金缴存使用证明",
            "残疾人补贴": "困难残疾人生活补贴和重度残疾人护理补贴资格认定",
            "注册公司": "内资企业及分支机构设立登记",
            "领证": "结婚登记",
            "房产证": "不动产抵押登记",
        }
        for typed, name in expected.items():
            assert name in names(typed), typed

    def test_what_was_looked_for_too_is_said(self):
        assert search("落户").also == ("户口迁移",)

    def test_a_sentence_finds_what_most_of_it_means(self):
        assert names("被裁员了可以领钱吗") == ["失业保险金申领"]
        assert names("我想迁户口到福州")[0].endswith("户口迁移")
        assert "内资企业及分支机构注销登记" in names("公司不干了要关掉")

    def test_several_pieces_must_all_fit(self):
        found = names("公积金 退休")
        assert sorted(found) == ["提前退休提取住房公积金", "正常退休提取住房公积金"]

    def test_a_lead_unit_finds_its_items_when_no_name_holds_it(self):
        assert "夫妻投靠户口迁移" in names("公安部", limit=50)

    def test_the_better_fit_comes_first_and_then_the_shorter_name(self):
        assert names("结婚登记")[0] == "结婚登记"
        lengths = [len(name) for name in names("户口迁移")]
        assert lengths == sorted(lengths)

    def test_a_code_finds_its_item(self):
        found = search("２０２０-2-06")
        assert ([i.code for i in found], found.by) == (["2020-2-06"], "code")

    def test_nothing_typed_finds_nothing(self):
        for typed in (
            "",
            "   ",
            "\u3000",
            "\n\t",
            "\x00",
            "%",
            "_",
            "%%",
            "、。！",
            "'",
            '"',
            "\\",
        ):
            found = search(typed)
            assert (len(found), found.total, found.suggestions) == (0, 0, ()), repr(typed)

    def test_wildcards_and_quotes_are_only_signs(self):
        plain = names("户口")
        for typed in ("%户口%", "户口_", "户_口' OR 1=1 --", "户口\\", "户口;", "户口\x00"):
            found = names(typed)
            assert set(found) <= {one.name for one in catalogue.items()}
            if typed != "户_口' OR 1=1 --":
                assert found == plain, typed

    def test_nonsense_finds_nothing_and_says_so(self):
        for typed in ("asdfgh", "你好世界", "🙂🙂", "zzzz", "龘"):
            found = search(typed)
            assert (found.items, found.total) == ((), 0), typed

    def test_characters_that_do_not_stand_together_do_not_fit(self):
        """Every pair of this stands in 机关事业单位…养老保险与…养老保险互转, but not one after another."""
        assert search("位基本养老保险互").by == "words"
        assert search("基本养老保险互转").by == "fits"

    def test_what_comes_near_is_suggested(self):
        assert search("fqtx").suggestions == ("夫妻投靠户口迁移",)
        for typed in ("孤尔救助", "夫期投靠", "失业宝险金"):
            found = search(typed)
            near = [*(item.name for item in found), *found.suggestions]
            right = {"孤": "孤儿救助资格认定", "夫": "夫妻投靠户口迁移", "失": "失业保险金申领"}
            assert right[typed[0]] in near, typed

    def test_very_long_text_is_cut_and_answered(self):
        assert search("户口" * 5000).total > 0
        assert search("x" * 100_000).total == 0
        assert search(" ".join(["户口"] * 3000)).total == 8

    def test_found_items_can_be_narrowed(self):
        assert all(item.theme == "税费" for item in search("社会保险费", theme="税费"))
        everybody = search("登记", limit=200)
        organisations = search("登记", limit=200, subject="organisation")
        assert 0 < organisations.total < everybody.total
        assert search("户口", theme="税费").total == 0

    def test_found_items_come_in_pages(self):
        every = names("登记", limit=200)
        assert names("登记", limit=5) + names("登记", limit=5, offset=5) == every[:10]
        assert search("登记", limit=5).total == len(every)
        assert names("登记", limit=0) == names("登记", limit=-1) == []
        assert names("登记", limit=3, offset=-5) == every[:3]

    def test_indexing_again_writes_nothing(self):
        # The catalogue itself is looked up once in a while, whoever asks.
        operations.index_items()
        with self.assertNumQueries(1):
            assert operations.index_items() == 159

    def test_every_item_has_an_entry_with_its_initials(self):
        assert SearchEntry.objects.count() == 159
        assert SearchEntry.objects.get(pk="2020-2-06").initials == "fqtkhkqy"

    def test_short_words_are_looked_up_by_index(self):
        """With so few rows a plan would read them all, so that is forbidden here."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "EXPLAIN SELECT 1 FROM guidance_searchentry"
                " WHERE grams @> guidance_grams('户口') AND strpos(text, '户口') > 0"
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "search_grams" in plan

    def test_every_everyday_phrase_leads_to_an_item(self):
        for name, said in wording.wording().says.items():
            assert any(name in item.name for item in catalogue.items()), name
            for phrase in said:
                found = search(phrase, limit=50)
                assert any(name in item.name for item in found), f"{phrase} -> {name}"


def test_pieces_are_cut_at_spaces_signs_and_between_letters_and_characters():
    assert wording.pieces("ＧＪＪ提取，退休 退休") == ["gjj", "提取", "退休"]
    assert wording.pieces("残疾类别/等级") == ["残疾类别", "等级"]


def test_a_piece_longer_than_looked_at_is_cut():
    assert wording.pieces("户" * 200) == ["户" * wording.LONGEST]


def test_words_that_carry_nothing_are_left_out():
    assert wording.words("怎么办理跨省通办") == []
    assert "户口" in wording.words("我要迁户口")


def test_readings_of_names():
    assert wording.initials("异地就医结算备案") == "ydjyjsba"
    assert wording.pinyin("公积金") == "gongjijin"
