"""Each shipped roll-out, agreement and duty against the line of the text that it names."""

import csv
import json
import re
from datetime import date

import pytest

from tongban.basics.tests.each import of_all
from tongban.catalogue.operations.rolling import expand
from tongban.catalogue.reader import jilin, listing
from tongban.catalogue.reader.layout import Unreadable
from tongban.jurisdictions import rules as places
from tongban.jurisdictions.reading import divisions

CONTENT = json.loads((listing.DATA / "rollouts.json").read_text("utf-8"))
ITEMS = json.loads(listing.ITEMS.read_text("utf-8"))["items"]
CODES = [item["code"] for item in ITEMS]
BY_CODE = {item["code"]: item for item in ITEMS}
ROLLOUTS = {one["key"]: one for one in CONTENT["rollouts"]}
AGREEMENTS = {one["key"]: one for one in CONTENT["agreements"]}
DUTIES = {one["key"]: one for one in CONTENT["duties"]}
TEXTS = {
    "guobanfa-2022-34": "003",
    "minzhengban-2020-11-27": "004",
    "jizhengbanfa-2020-37": "001",
    "jiminfa-2021-10": "000",
    "baike-2024-12-12": "002",
}
# Members as commonly understood: the text names the group, not the places.
BY_COMMON_NAME = {"guoban-2020-capitals", "guoban-2020-third-child", "jilin-civil-capitals"}


def plain(text):
    return re.sub(r"\s", "", text).replace(",", "，").replace("(", "（").replace(")", "）")


def lines_of(seeds, row):
    text = listing.find(seeds, row.get("read_in") or TEXTS[row["document"]])
    return text.read_text("utf-8").splitlines()


def said(seeds, row):
    """The line of a row and those it names besides, without blanks."""
    lines = lines_of(seeds, row)
    return plain(
        "".join(lines[number - 1] for number in sorted([row["line"], *row.get("more_lines", [])]))
    )


@pytest.fixture(scope="module")
def place_names():
    """The newest name of every code."""
    with divisions.PATH.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


EVERYTHING = {**DUTIES, **{f"a:{k}": v for k, v in AGREEMENTS.items()}, **ROLLOUTS}


@of_all("key", EVERYTHING)
def test_what_a_row_quotes_stands_in_its_lines(seeds, key):
    row = EVERYTHING[key]
    text = said(seeds, row)
    assert row["quotes"]
    for quote in row["quotes"]:
        assert plain(quote) in text, quote


@of_all("key", {**{f"a:{k}": v for k, v in AGREEMENTS.items()}, **ROLLOUTS})
def test_the_day_of_a_row_is_written_in_its_lines(seeds, key):
    row = EVERYTHING[key]
    if not (written := row.get("from_day") or row.get("signed_on")):
        return
    day, precision = date.fromisoformat(written), row.get("precision", "day")
    # A deadline says 底前; a report of a month or a year says no more than that.
    patterns = {
        "day": rf"{day.year}年{day.month}月{day.day}日",
        "month": rf"{day.year}年{day.month}月",
        "year": rf"{day.year}年",
        "by": rf"{day.year}年(底|{day.month}月(底|{day.day}日|，|消息)|在)",
    }
    assert re.search(patterns[precision], said(seeds, row)), patterns[precision]
    if precision == "month":
        assert day.day == 1
    if precision == "year":
        assert (day.month, day.day) == (1, 1)
    if until := row.get("until"):
        assert f"{until[:4]}年底" in said(seeds, row)


@of_all("key", ROLLOUTS)
def test_every_member_is_named_in_the_lines_and_none_is_left_out(seeds, key, place_names):
    row = ROLLOUTS[key]
    if key in BY_COMMON_NAME:
        assert row["note"]
        return
    codes = [*row.get("members", []), *(c for pair in row.get("pairs", []) for c in pair)]
    text = said(seeds, row) + plain("".join(row.get("quotes", []))) + row["name"]
    if row["document"].startswith(("ji", "minzheng")):
        # A plan of a province speaks of its own province without naming it.
        text += {"j": "吉林", "m": "福建"}[row["document"][0]]
    for code in codes:
        if code != "*":
            assert places.plain_name(code, place_names[code]).rstrip("市区") in text, code


def test_where_a_number_of_places_is_declared_all_are_named_or_said_to_be_unknown():
    regions = {
        one["key"]: sum(map(len, one["members"].values()))
        for one in json.loads((divisions.DATA / "regions.json").read_text("utf-8"))["regions"]
    }
    for key, row in ROLLOUTS.items():
        if "declared" not in row:
            continue
        known = (
            len(row.get("members", []))
            + len(row.get("pairs", []))
            + regions.get(row.get("region", ""), 0)
        )
        assert (known == row["declared"]) == row.get("members_known", True), key
        if not row.get("members_known", True):
            assert "未知" in row["note"]


def test_where_a_number_of_items_is_declared_and_not_all_are_named_the_row_says_so():
    for key, row in ROLLOUTS.items():
        named = expand(row.get("items", ()), CODES)
        if row.get("declared_items", 0) > len(named) and not named:
            assert row.get("item_words") or row.get("note"), key


def test_every_line_of_the_report_that_tells_of_a_place_or_a_day_was_looked_at(seeds):
    """Each line with a year or a list is a roll-out's, or it is said why it is none."""
    lines = listing.find(seeds, "002").read_text("utf-8").splitlines()
    told = {
        number
        for row in [*ROLLOUTS.values(), *AGREEMENTS.values(), *DUTIES.values()]
        if (row.get("read_in") or TEXTS[row["document"]]) == "002"
        for number in [row["line"], *row.get("more_lines", [])]
    }
    left_out = {int(number) for number in CONTENT["lines_without_rollout"]["002"]}
    assert not told & left_out - {17}
    for number, line in enumerate(lines, 1):
        if re.search(r"20\d\d年|20\d\d-|通办.*\d+项", line):
            assert number in told | left_out, f"{number}: {line[:60]}"


def test_the_heading_over_a_line_of_the_report_is_the_rows_place(seeds):
    for key, row in ROLLOUTS.items():
        if (row.get("read_in") or TEXTS[row["document"]]) != "002":
            continue
        above = [line.strip() for line in lines_of(seeds, row)[: row["line"] - 1]]
        headings = [line for line in above if len(line) <= 6 and not line.endswith("。")]
        assert headings[-1] == row["place"], key


def test_every_national_day_of_an_item_is_a_rollouts_day_and_the_other_way_round():
    by_item = {}
    for row in ROLLOUTS.values():
        if row["document"].startswith("guobanfa") and row.get("precision") == "by":
            for code in expand(row.get("items", ()), CODES):
                by_item.setdefault(code, set()).add(row["from_day"])
    for code, item in BY_CODE.items():
        national = {
            one["by"] for one in item["source"]["deadlines"] if one["scope"] == "national"
        } - {None}
        planned = by_item.get(code, set())
        if code in {"2020-3-01", "2020-3-02"}:
            # 2021年…开展试点: a year in a sentence, which the reader leaves a sentence.
            assert planned == {"2021-12-31"}
            continue
        assert planned == national, code


def test_staged_deadlines_are_pairs_of_a_day_and_what_is_covered_by_then():
    staged = {
        code: [(one["by"], one["coverage"]) for one in item["source"]["deadlines"] if one["by"]]
        for code, item in BY_CODE.items()
        if item["list"] == "2022"
    }
    assert {code for code, days in staged.items() if len(days) > 1} == {
        "2022-1-01",
        "2022-1-03",
        "2022-1-04",
    }
    assert staged["2022-1-01"] == [
        ("2022-12-31", "在长三角、川渝黔地区启动试点工作"),
        ("2023-12-31", "全部省份完成"),
    ]
    assert [day for day, _ in staged["2022-1-03"]] == ["2022-12-31", "2023-06-30"]
    assert "50％以上省份" in staged["2022-1-03"][0][1]
    assert all(len(days) == 1 for code, days in staged.items() if code[-2:] not in "01 03 04")
    days = [days[-1][0] for days in staged.values()]
    assert {day: days.count(day) for day in set(days)} == {
        "2022-12-31": 16,
        "2023-06-30": 3,
        "2023-12-31": 3,
    }


def test_roll_outs_name_items_that_there_are_and_agreements_roll_outs():
    for row in ROLLOUTS.values():
        expand(row.get("items", ()), CODES)
    with pytest.raises(KeyError, match="2020-9-01"):
        expand(["2020-9-01"], CODES)
    for row in AGREEMENTS.values():
        assert set(row["rollouts"]) <= set(ROLLOUTS)


def test_a_batch_with_exceptions_means_its_other_items():
    assert len(expand(["2020-1-*"], CODES)) == 57
    assert len(expand(["2020-1-*", "!2020-1-21"], CODES)) == 56
    assert expand(["2020-3-04", "2020-3-03"], CODES) == ["2020-3-03", "2020-3-04"]
    assert expand([], CODES) == []


def test_the_shipped_roles_are_what_the_document_says(seeds):
    assert jilin.ROLES.read_text("utf-8") == jilin.dump(seeds)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("“结婚登记”“离婚登记”2 项", "“结婚登记”2 项"),
        ("“结婚登记”“离婚登记”2 项", "“结婚登记”1 项"),
        ("政务服务事项 5", "政务服务事项 6"),
        ("总计 17项", "总计 18项"),
        ("“结婚登记”", "“订婚登记”"),
    ],
)
def test_a_document_whose_counts_do_not_come_out_is_refused(seeds, right, wrong):
    text = listing.find(seeds, "000").read_text("utf-8")
    assert right in text
    with pytest.raises(Unreadable):
        jilin.read_text(text.replace(right, wrong), ITEMS)
