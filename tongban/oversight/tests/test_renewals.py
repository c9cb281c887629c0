"""Managers renew the national lists by their pages: one prepares, another confirms, once."""

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils.html import escape

from tongban.cases import standing
from tongban.catalogue import operations, queries
from tongban.catalogue.models import Batch, ItemChange, PreparedRenewal, Publication
from tongban.catalogue.operations import preparing
from tongban.catalogue.tests.managers import a_manager
from tongban.oversight.editing.renewing import FORMS, written
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


class Browser:
    """A manager's browser: `page(kind, do, **said)` gives the text and the status."""

    def __init__(self, client, officer):
        self.client, self.officer = client, officer

    def __call__(self, kind, do="check", **said):
        return self._send(f"{PAGE}{kind}/", under() | said | {"do": do})

    def decide(self, found, do, *, status=200, **said):
        text, answered = self._send(f"{PAGE}{found.pk}/", said | {"do": do})
        assert answered == status, answered
        return text

    def get(self, path=""):
        return self.client.get(PAGE + path).content.decode()

    def _send(self, path, said):
        answer = self.client.post(path, said)
        if answer.status_code == 302:
            answer = self.client.get(answer["Location"])
        return answer.content.decode(), answer.status_code


@pytest.fixture
def page(manager, signed_in):
    """The one who prepares."""
    return Browser(signed_in(manager), manager)


@pytest.fixture
def second(manager, signed_in):
    """The one who confirms."""
    officer = a_manager("吕十二")
    return Browser(signed_in(officer), officer)


def querydict(said):
    found = QueryDict(mutable=True)
    for name, value in said.items():
        found.setlist(name, value if isinstance(value, list) else [value])
    return found


def words(html):
    """What is read on a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


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
    assert "提交以前再看一遍" in text
    assert f"编码{MERGED}和它的名称仍然查得到，指到“孤儿救助资格认定”" in text
    assert f"编码{KEPT}照旧办理" in text
    assert "按申请那天的规定办完" in text
    assert f"（{manager.pseudonym}）和确认的人名下" in text
    assert "要由另一位事项管理人员核对、确认" in text
    assert not PreparedRenewal.objects.exists()
    assert not Publication.objects.exists()


def test_what_is_submitted_waits_for_a_second_person(page, manager, second):
    text, status = page("merge", "confirm", **merging())
    assert status == 200
    assert "清单还没有变" in text
    assert "要由另一位事项管理人员核对后确认" in text
    assert 'value="confirm"' not in text
    assert "您编写的，等另一位事项管理人员确认" in page.get()
    text = second.get()
    assert "等您或者另一位事项管理人员确认" in text
    assert "清单更新 1" in words(text)
    assert not ItemChange.objects.exists()

    found = PreparedRenewal.objects.get()
    assert "由另一位事项管理人员" in page.decide(found, "confirm", status=403)
    for words_there in (manager.name, "二（一）", f"指到“{queries.item(KEPT).name}”", MERGED):
        assert words_there in second.get(f"{found.pk}/")


def test_a_confirmed_renewal_is_written_signed_and_in_the_history(page, manager, second):
    page("merge", "confirm", **merging())
    found = PreparedRenewal.objects.get()
    for _press in range(2):
        text = second.decide(found, "confirm")
        assert "已更新" in text
    change = ItemChange.objects.get()
    assert (change.before, change.after) == ([KEPT, MERGED], [KEPT])
    assert (change.by, change.confirmed_by) == (manager.pseudonym, second.officer.pseudonym)
    assert Publication.objects.get().body["changes"][0]["kind"] == "renewal"
    for said in ("合并", "事实无人抚养儿童认定", "二（一）", "清单化管理", manager.name,
                 f"{second.officer.name}确认", "没有等待确认的更新"):  # fmt: skip
        assert said in text
    assert "还没有更新过" not in text


def test_submitting_and_confirming_twice_renews_once(page, second):
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
            assert (status, "等待确认" in text) == (200, True), kind
        found = PreparedRenewal.objects.get(kind=kind)
        assert "已更新" in second.decide(found, "confirm")
    assert ItemChange.objects.count() == Publication.objects.count() == 5


def test_what_is_sent_back_says_why_and_is_written_again_from_there(page, second):
    page("rename", "confirm", before=KEPT, name="孤儿救助认定")
    found = PreparedRenewal.objects.get()
    assert "填写“为什么退回”" in second.decide(found, "send-back", status=422, why=" ")
    assert "已退回" in second.decide(found, "send-back", why="名称和文件不一样")
    text = page.get()
    assert "退回给您的" in text
    assert "名称和文件不一样" in text
    text = page.get(f"{found.pk}/")
    assert f"/oversight/renewals/rename/?from={found.pk}" in text
    again = page.get(f"rename/?from={found.pk}")
    assert 'value="孤儿救助认定"' in again
    assert f'value="{KEPT}"' in again
    assert "现在是" not in second.decide(found, "confirm", status=409)
    assert not ItemChange.objects.exists()


@pytest.mark.parametrize("kind", ["merge", "split", "add", "batch"])
def test_every_kind_is_begun_again_with_all_that_was_written(kind, page):
    said = {
        "merge": merging,
        "add": adding,
        "split": lambda: {"count": "2", "before": "2020-2-10", "after_0": "2020-2-10",
                          "after_1": "2020-2-11"},
        "batch": lambda: {"list": "2026", "number": "1", "name": "测试批次",
                          "declared_total": "1", "due_on": "2027-06-30"},
    }[kind]()  # fmt: skip
    page(kind, "confirm", **said)
    found = PreparedRenewal.objects.get()
    assert "已撤回" in page.decide(found, "withdraw")
    again = FORMS[kind](written(preparing.wanted_of(found)))
    assert again.is_valid(), again.errors
    first = FORMS[kind](querydict(under() | said))
    assert first.is_valid()
    assert {k: v for k, v in first.cleaned_data.items() if v} == {
        k: v for k, v in again.cleaned_data.items() if v
    }


def test_what_another_has_ended_is_refused_in_a_sentence(page, second):
    page("merge", "confirm", **merging())
    waiting = PreparedRenewal.objects.get()
    page("retire", "confirm", before=MERGED)
    second.decide(PreparedRenewal.objects.get(kind="retire"), "confirm")
    text = second.decide(waiting, "confirm", status=409)
    assert f"事项{MERGED}已经取消或者并入别的事项，不能再改" in text
    assert ItemChange.objects.count() == 1
    text, status = page("merge", **merging())
    assert (status, "不能再改" in text) == (409, True)


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


def test_a_batch_is_opened_once_and_an_item_put_into_it(page, second):
    said = {"list": "2026", "number": "1", "name": "测试批次", "declared_total": "1", "due_on": ""}
    text, _status = page("batch", **said)
    assert "测试批次" in text
    page("batch", "confirm", **said)
    assert not Batch.objects.filter(list_id="2026").exists()
    for _press in range(2):
        assert "已更新" in second.decide(PreparedRenewal.objects.get(kind="batch"), "confirm")
    assert "2026 · 测试批次（公布1项，已收录0项）" in page.get("add/")
    page("add", "confirm", **adding(batch="2026-1", number="1"))
    second.decide(PreparedRenewal.objects.get(kind="add"), "confirm")
    assert queries.item("2026-1-01").cooperating == ["民政部", "教育部"]
    text, status = page("batch", **(said | {"name": "另一个名称"}))
    assert (status, "这个批次已经有了" in text) == (422, True)


def test_the_page_of_an_ended_item_leads_to_what_it_became(page, second, manager, signed_in):
    page("merge", "confirm", **merging())
    second.decide(PreparedRenewal.objects.get(), "confirm")
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
    assert "等待确认" not in text
    assert client.get(f"{PAGE}1/").status_code == 403


def test_nobody_but_managers_comes_in(signed_in, hub):
    client = signed_in(officer(Role.DECIDER, name="王五"))
    for path in ("", "merge/"):
        assert client.get(PAGE + path).status_code == 403


def test_there_is_no_other_kind(page, manager, signed_in):
    assert signed_in(manager).get(f"{PAGE}delete/").status_code == 404
