"""The guide of an item for two places: situations, differences, paper; and finding by any name."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now

from tongban.cases import standing
from tongban.cases.tests import world
from tongban.catalogue import guides
from tongban.catalogue.tests import managers
from tongban.portal import printing
from tongban.portal.tests.test_finding import PAIR, words

pytestmark = pytest.mark.django_db
MOVE = f"/items/{world.MOVE_TO_SPOUSE}"


def test_questions_are_asked_one_by_one_and_lead_to_the_exact_list(client):
    query, seen = PAIR, []
    while asked := _asked_next(client.get(f"{MOVE}?{query}").content.decode()):
        assert asked[0] not in seen
        seen.append(asked[0])
        query += f"&{asked[0]}={asked[1]}"

    said = words(client.get(f"{MOVE}?{query}"))
    assert seen
    assert re.search(r"按您的情形，一共\d+份", said)
    assert "您的情形：" in said
    assert "看情况" not in said


def _asked_next(html: str) -> tuple[str, str] | None:
    """The question that the page asks now and its first answer, as a browser would send it."""
    radios = [tag for tag in re.findall(r"<input[^>]*>", html) if 'type="radio"' in tag]
    for tag in radios:
        name, value = re.search(r'name="(s-[^"]+)"', tag), re.search(r'value="([^"]+)"', tag)
        if name and value:
            return name[1], value[1]
    return None


def test_an_answer_that_nobody_offers_is_not_heard(client):
    said = words(client.get(f"{MOVE}?{PAIR}&s-nothing=x&s-home_kind=nonsense"))
    assert "要哪些材料" in said


def test_the_guide_comes_on_paper_for_the_pair(client):
    answer = client.get(f"{MOVE}/guide.pdf?{PAIR}")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert b"pdfaid" in answer.content


@pytest.mark.parametrize("code", ["2020-3-03", "2020-1-28", "2022-1-08", "2020-1-14"])
def test_every_kind_of_item_has_a_guide_on_paper(client, code):
    answer = client.get(f"/items/{code}/guide.pdf?{PAIR}")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


def test_paper_without_a_pair_asks_for_it(client):
    answer = client.get(f"{MOVE}/guide.pdf?from=220100")
    assert (answer.status_code, answer["Location"]) == (302, f"{MOVE}?from=220100")


def test_a_typing_error_is_put_right_and_said(client):
    said = words(client.get(f"/search?q=结昏登记&{PAIR}"))
    assert "没有“结昏登记”，按“结婚登记”查到的" in said
    assert "结婚登记" in said


def test_a_place_typed_along_becomes_the_place_that_decides(client):
    html = client.get("/search?q=福州户口迁移&from=220100").content.decode()
    assert "from=220100&amp;to=350100" in html


def test_the_list_is_narrowed_by_department_with_the_numbers_left(client):
    said = words(client.get(f"/search?{PAIR}&lead=公安部"))
    assert "公安部：11个事项" in said
    narrower = words(client.get(f"/search?{PAIR}&lead=公安部&mode=RECEIVED_FOR"))
    (left,) = re.findall(r"：(\d+)个事项", narrower)
    assert 0 < int(left) < 11
    assert "公安部（取消）" in narrower


def test_a_filter_that_nothing_has_shows_everything(client):
    assert "全部事项：159项" in words(client.get("/search?lead=没有这个部门&theme=x"))


def test_a_hundred_items_stand_on_one_page_when_asked(client):
    html = client.get(f"/search?{PAIR}&size=100").content.decode()
    assert html.count('class="row hit"') == 100


def test_suggestions_are_the_options_of_a_list(client):
    html = client.get("/suggestions?q=fqtk").content.decode()
    assert '<option value="夫妻投靠户口迁移" label="夫妻投靠户口迁移（fqtk）">' in html
    assert client.get("/suggestions?q=").content.strip() == b""


def test_what_is_asked_there_and_not_here_is_said_before_anything_is_begun(lisi):
    managers.published(
        managers.a_manager("丙"),
        managers.a_manager("丁"),
        place=world.JILIN_CITY,
        content=managers.STRICTER,
        from_day=standing.today(),
        at=now() - timedelta(days=1),
    )
    pair = f"from=220104&to={world.JILIN_CITY}"
    assert "无犯罪记录证明" in words(lisi.get(f"{MOVE}?{pair}"))[:3000]
    start = words(lisi.get(f"/apply/start/?item={world.MOVE_TO_SPOUSE}&{pair}"))
    assert "和您所在地不一样" in start
    assert "无犯罪记录证明" in start


def test_a_source_that_only_reports_is_marked_among_the_documents_too(client):
    code, here, there = "2020-3-02", "110101", "130102"
    found = guides.guide(code, here=here, there=there, on=standing.today())
    reports = [one for one in found.bases if one.is_report]
    assert {one.document.key for one in reports} == {"baike-2024-12-12"}
    html = client.get(f"/items/{code}?from={here}&to={there}").content.decode()
    documents = html[html.index('id="basis"') :].partition("</ul>")[0]
    assert documents.count("（报道或汇编，不是政策原文）") == len(reports)
    told = [printing._basis(one) for one in found.bases]
    assert sum(one.endswith("（报道或汇编，不是政策原文）") for one in told) == len(reports)
