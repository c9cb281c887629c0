"""Finding an item: the first page, the search, the page of an item for two places."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from tongban.basics import calendar
from tongban.basics.tests.each import of_all
from tongban.cases import standing
from tongban.cases.tests import world
from tongban.catalogue import queries as catalogue
from tongban.parties import operations as parties
from tongban.parties.models import Account, Capacity, Kind
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db
PAIR = "from=220100&to=350100"
_ITEMS = Path(catalogue.__file__).parent / "data" / "items.json"
CODES = [item["code"] for item in json.loads(_ITEMS.read_text("utf-8"))["items"]]


def words(response) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", text))


@pytest.fixture
def page(client: Client):
    def get(path: str, status: int = 200) -> str:
        response = client.get(path)
        assert response.status_code == status, response
        return words(response)

    return get


def test_the_first_page_counts_all_items_and_says_how_many_it_has_not_seen(page):
    said = page("/")

    assert "目录收录159项" in said
    assert "公布140项，公开文件里核实到137项，还有3项没有见到原文" in said
    assert "2022年新增22项" in said
    themes = said[said.index("按主题找") : said.index("目录收录")]
    assert sum(int(number) for number in re.findall(r"(\d+)项", themes)) == 159


def test_the_places_to_choose_are_those_of_connected_provinces_and_not_being_sure(client):
    html = client.get("/").content.decode()
    there = html[html.index('id="there"') :]

    assert "吉林省长春市" in there
    assert "福建省福州市" in there
    assert "我不确定" in there
    assert "广东省" not in there


def test_what_can_be_filed_here_stands_first(page):
    said = page("/")
    first = said.index("长春市居民常办")

    assert said.index("夫妻投靠户口迁移", first) < said.index("开具户籍类证明", first)
    assert "内资企业及分支机构设立登记" in page("/?subject=organisation")


def test_one_s_own_case_stands_on_the_first_page_and_nobody_else_s(client):
    case, filled = scenes.submitted()
    mine = words(scenes.browser_of(filled).get("/"))

    assert "我的办件" in mine
    assert "等长春市朝阳区政务服务中心核对身份、收件" in mine
    assert case.number not in client.get("/").content.decode()


def test_the_national_zone_offers_all_places_and_leads_to_the_applicant_s_node(client, settings):
    settings.IS_HUB, settings.NODE_ID = True, "00"
    home = client.get("/").content.decode()
    assert "广东省（还没有接入）" in home
    assert "我的办件" not in home

    item = client.get(f"/items/{world.MOVE_TO_SPOUSE}?{PAIR}").content.decode()
    assert f"http://127.0.0.1:8022/items/{world.MOVE_TO_SPOUSE}?from=220100&amp;to=350100" in item
    assert "/apply/start/" not in item


@pytest.mark.parametrize("typed", ["户口", "夫妻", "fqtk", "投靠 迁移"])
def test_an_item_is_found_by_two_characters_and_by_initials(page, typed):
    assert "夫妻投靠户口迁移" in page(f"/search?q={typed}&{PAIR}")


def test_the_search_keeps_the_pair_and_says_what_can_be_done_first(client):
    html = client.get(f"/search?q=户口&{PAIR}").content.decode()

    assert f"/items/{world.MOVE_TO_SPOUSE}?from=220100&amp;to=350100" in html
    assert html.index("夫妻投靠户口迁移") < html.index("新生儿入户")
    assert "由福州市公安局决定" in html
    assert "网上还没开通" in html


def test_filters_show_one_kind_and_themes_add_up(page):
    assert "夫妻投靠户口迁移" not in page(f"/search?q=户口&{PAIR}&show=bad")
    assert "全部事项：159项" in page("/search")
    assert "税费：9个事项" in page("/search?theme=税费")
    assert "第2页，共8页" in page(f"/search?{PAIR}&page=2")


def test_a_search_that_finds_nothing_says_so_and_offers_a_way_on(page):
    said = page(f"/search?q=宇宙飞船&{PAIR}")

    assert "没有找到“宇宙飞船”" in said
    assert "大家常办的" in said
    assert "异地就医结算备案" in said
    assert "专窗" in said[said.index("问人") : said.index("大家常办的")]


@pytest.mark.parametrize("asked", ["from=999999&to=350100", "from=220100&to=abc"])
def test_a_place_that_does_not_exist_is_said_and_the_page_asks_again(page, asked):
    assert "没有区划代码是" in page(f"/items/{world.MOVE_TO_SPOUSE}?{asked}")
    assert "没有区划代码是" in page(f"/search?{asked}")


def test_an_item_between_two_places_says_who_decides_by_when_and_whom_to_ask(page):
    said = page(f"/items/{world.MOVE_TO_SPOUSE}?{PAIR}")

    assert "能办" in said
    assert "由福州市公安局决定，不用去福州市" in said
    assert "0591-5550101" in said
    assert "异地代收代办（福建省的写法；别的省没有见到文件）" in said
    assert "平台默认，待牵头单位确认" in said
    assert "人证一致" not in said
    today = standing.today()
    last = calendar.add_working_days(today, 1)
    for days in (5, 10):
        last = calendar.add_working_days(last, days)
    assert f"最迟{shown(last)}有决定" in said


def shown(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）"


def test_check_points_are_shown_with_who_looks_at_them(page):
    said = page(f"/items/{world.MOVE_TO_SPOUSE}?{PAIR}")
    version = catalogue.version_in_force(world.MOVE_TO_SPOUSE, standing.today())

    for material in version.materials:
        assert material.name in said
        for point in material.points:
            assert re.sub(r"\s+", "", point.text) in said


def test_somebody_who_is_not_sure_is_asked_what_decides(page):
    assert "您的户口要迁到哪里？" in page(f"/items/{world.MOVE_TO_SPOUSE}?from=220100&to=unsure")
    assert "您的基本医疗保险在哪里参保？" in page(f"/items/{world.MEDICAL}?to=unsure")
    assert "您的户口在哪里？" in page("/items/2020-2-02?to=unsure")


def test_a_county_stands_for_its_city_where_the_city_decides(page):
    assert "由福州市公安局决定" in page(f"/items/{world.MOVE_TO_SPOUSE}?from=220104&to=350102")


def test_two_places_of_one_city_need_no_crossing(page):
    said = page(f"/items/{world.MEDICAL}?from=220104&to=220100")
    assert "不用跨地区" in said
    assert "开始办理" not in said


def test_steps_of_other_places_are_a_crossing_also_for_who_lives_where_it_is_decided(page):
    said = page(f"/items/{world.MOVE_TO_SPOUSE}?from=220104&to=220100")
    assert "不用去迁出地" in said
    assert "不用去长春市" not in said
    assert "各地做什么" in said
    assert "开始办理" in said


def test_a_place_that_has_not_joined_is_named(page):
    said = page(f"/items/{world.MOVE_TO_SPOUSE}?from=220100&to=440100")
    assert "广东省广州市还没有接入本平台" in said


def test_somebody_in_another_province_is_led_to_its_own_node(client):
    html = client.get(f"/items/{world.MOVE_TO_SPOUSE}?from=350100&to=220100").content.decode()
    assert "http://127.0.0.1:8035/items/" in html
    assert "到福建省的平台办理" in html


@of_all("code", CODES)
def test_every_item_of_the_lists_has_an_honest_page(page, code):
    item = catalogue.item(code)
    said = page(f"/items/{code}?{PAIR}")

    assert re.sub(r"\s+", "", item.name) in said
    assert "文件里怎么写的" in said
    assert item.lead in said
    assert "{{" not in said
    assert "None" not in said
    pair = {"here": "220100", "there": "350100"}
    if catalogue.availability(code, **pair, on=standing.today()).is_open:
        assert "开始办理" in said
    else:
        assert "开始办理" not in said
        assert any(
            word in said for word in ("网上还没开通", "要到现场", "没有这件事", "这两地还没开通")
        )


def test_an_item_that_is_not_in_the_lists_is_not_found(page):
    assert "没有找到" in page("/items/2020-9-99", status=404)


def test_windows_are_listed_city_by_city(page):
    said = page("/windows/?from=220200")
    assert "吉林市" in said
    assert "专窗3号" in said
    assert "0432-" in said


def test_the_picture_that_browsers_ask_for_is_there(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 301
    assert "mark" in answer["Location"]


def test_who_acts_for_a_firm_alone_begins_with_what_firms_do(client):
    account = Account.objects.create(username="firm")
    firm = parties.keep_applicant(
        kind=Kind.ORGANISATION, name="示例科技有限公司", number="91350100TB8200008Y",
        division_code="350102", phone="13900000002", at=world.MONDAY,
    )  # fmt: skip
    parties.let_act(
        account=account, applicant=firm, capacity=Capacity.LEGAL_REPRESENTATIVE, at=world.MONDAY
    )
    client.force_login(account)

    assert "企业常办" in words(client.get("/"))
    assert "企业常办" not in words(client.get("/?subject=person"))
