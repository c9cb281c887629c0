"""Managers renew the national lists by their pages: read, check what follows, confirm, once."""

from datetime import timedelta

import pytest
from django.utils.html import escape

from tongban.cases import standing
from tongban.catalogue import operations, queries
from tongban.catalogue.models import Batch, ItemChange, Publication
from tongban.catalogue.tests.managers import a_manager
from tongban.oversight.tests.conftest import officer
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db

MERGED, KEPT = "2020-2-09", "2020-2-08"
PAGE = "/oversight/renewals/"


@pytest.fixture(scope="module")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        operations.load_catalogue()


@pytest.fixture
def manager(settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    return a_manager("何十一")


@pytest.fixture
def page(manager, signed_in):
    """The manager's browser: `page(kind, do, **said)` gives the text and the status."""
    client = signed_in(manager)

    def send(kind, do="check", **said):
        answer = client.post(f"{PAGE}{kind}/", under() | said | {"do": do})
        if answer.status_code == 302:
            answer = client.get(answer["Location"])
        return answer.content.decode(), answer.status_code

    send.get = lambda path="": client.get(PAGE + path).content.decode()
    return send


def under(**more):
    return {
        "document": "guobanfa-2022-34", "place": "二（一）", "on": standing.today().isoformat(),
        "why": "清单化管理",
    } | more  # fmt: skip


def merging(**more):
    return {
        "count": "3", "before_0": f"{KEPT} {queries.item(KEPT).name}", "before_1": MERGED,
        "before_2": "", "after": queries.item(KEPT).name,
    } | more  # fmt: skip


def adding(**more):
    return {
        "batch": "2020-1", "number": "58", "name": "测试用的第58项", "lead": "公安部",
        "cooperating": "民政部、教育部", "scenario": "只在测试里有。", "theme": "户籍和身份证件",
        "subjects": ["person"],
    } | more  # fmt: skip


def test_an_empty_history_says_what_will_be_here(page):
    text = page.get()
    assert "清单还没有更新过" in text
    for title in ("新增事项", "合并事项", "拆分事项", "事项更名", "取消事项", "新开批次"):
        assert title in text


def test_what_will_follow_is_shown_before_anything_is_written(page, manager):
    text, status = page("merge", **merging())
    assert status == 200
    assert "确认以前再看一遍" in text
    assert f"编码{MERGED}和它的名称仍然查得到，指到“孤儿救助资格认定”" in text
    assert f"编码{KEPT}照旧办理" in text
    assert "按申请那天的规定办完" in text
    assert f"（{manager.pseudonym}）名下" in text
    assert "不再由第二个人审核" in text
    assert not ItemChange.objects.exists()
    assert not Publication.objects.exists()


def test_a_confirmed_renewal_is_written_signed_and_in_the_history(page, manager):
    text, _status = page("merge", "confirm", **merging())
    assert "已更新" in text
    change = ItemChange.objects.get()
    assert (change.before, change.after, change.by) == ([KEPT, MERGED], [KEPT], manager.pseudonym)
    assert Publication.objects.get().body["changes"][0]["kind"] == "renewal"
    for words in ("合并", "事实无人抚养儿童认定", "二（一）", "清单化管理", manager.name):
        assert words in text
    assert "还没有更新过" not in text


def test_confirming_twice_renews_once_and_says_the_same(page):
    for kind, said in (
        ("merge", merging()),
        ("rename", {"before": "2020-2-06", "name": "夫妻相互投靠户口迁移"}),
        ("split", {"count": "2", "before": "2020-2-10", "after_0": "2020-2-10",
                   "after_1": "2020-2-11"}),
        ("add", adding()),
        ("retire", {"before": "2020-2-12"}),
    ):  # fmt: skip
        for _press in range(2):
            text, status = page(kind, "confirm", **said)
            assert (status, "已更新" in text) == (200, True), kind
    assert ItemChange.objects.count() == Publication.objects.count() == 5


def test_what_another_has_ended_is_refused_in_a_sentence(page):
    page("retire", "confirm", before=MERGED)
    text, status = page("merge", "confirm", **merging())
    assert status == 409
    assert f"事项{MERGED}已经取消或者并入别的事项，不能再改" in text
    assert ItemChange.objects.count() == 1


def test_errors_stand_at_their_fields_and_nothing_written_is_lost(page):
    text, status = page("merge", **merging(before_1="没有的事项", place="", document=""))
    assert status == 422
    for words in ("目录里没有这个编码或名称", "填写“在文件的哪里”", "选择依据的文件"):
        assert words in text
    assert 'value="没有的事项"' in text
    tomorrow = (standing.today() + timedelta(days=1)).isoformat()
    text, status = page("retire", before=MERGED, on=tomorrow)
    assert (status, "还没到这一天，到了再改" in text) == (422, True)
    text, status = page("merge", **merging(before_1=KEPT))
    assert (status, "至少选两个事项" in text) == (422, True)
    text, status = page("add", **adding(number="57"))
    assert (status, "这个序号已经有事项了" in text) == (422, True)
    text, status = page("rename", before=KEPT, name=queries.item(KEPT).name)
    assert (status, "和现在的名称一样" in text) == (422, True)


def test_a_form_grows_by_a_row_and_can_be_gone_back_to_without_being_judged(page):
    text, status = page("merge", "more", **merging(place=""))
    assert status == 200
    assert 'name="before_3"' in text
    assert "errsum" not in text
    assert escape(f"{KEPT} 孤儿救助资格认定") in text
    text, status = page("add", "edit", **adding())
    assert (status, "测试用的第58项" in text, "errsum" in text) == (200, True, False)
    assert 'value="person" id="id_subjects_0" checked' in text


def test_a_batch_is_opened_once_and_an_item_put_into_it(page):
    said = {"list": "2026", "number": "1", "name": "测试批次", "declared_total": "1", "due_on": ""}
    text, _status = page("batch", **said)
    assert "测试批次" in text
    assert not Batch.objects.filter(list_id="2026").exists()
    for _press in range(2):
        text, status = page("batch", "confirm", **said)
        assert (status, "可以往里新增事项" in text) == (200, True)
    assert "2026 · 测试批次（公布1项，已收录0项）" in text
    page("add", "confirm", **adding(batch="2026-1", number="1"))
    assert queries.item("2026-1-01").cooperating == ["民政部", "教育部"]
    text, status = page("batch", **(said | {"name": "另一个名称"}))
    assert (status, "这个批次已经有了" in text) == (422, True)


def test_the_page_of_an_ended_item_leads_to_what_it_became(page, manager, signed_in):
    page("merge", "confirm", **merging())
    text = signed_in(manager).get(f"/oversight/items/{MERGED}/").content.decode()
    assert "合并，现在是" in text
    assert f"/oversight/items/{KEPT}/" in text
    assert "事实无人抚养儿童认定" in page.get(f"?item={KEPT}")
    assert "没有更新过" in page.get("?item=2020-2-06")


def test_a_node_reads_the_history_and_renews_nothing(signed_in, settings):
    settings.NODE_ID, settings.IS_HUB = "22", False
    client = signed_in(a_manager("吕十二"))
    text = client.get(PAGE).content.decode()
    assert "清单在国家枢纽更新" in text
    assert "新增事项" not in text
    for answer in (client.get(f"{PAGE}retire/"), client.post(f"{PAGE}retire/", {"do": "confirm"})):
        assert answer.status_code == 403
        assert "只能在国家枢纽修改" in answer.content.decode()


def test_nobody_but_managers_comes_in(signed_in, hub):
    client = signed_in(officer(Role.DECIDER, name="王五"))
    for path in ("", "merge/"):
        assert client.get(PAGE + path).status_code == 403


def test_there_is_no_other_kind(page, manager, signed_in):
    assert signed_in(manager).get(f"{PAGE}delete/").status_code == 404
