"""Files that a manager hands in: looked at first, taken in once, by another."""

import json
import os
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from tongban.cases import standing
from tongban.catalogue import operations
from tongban.catalogue.interchange.columns import COLUMNS
from tongban.catalogue.models import Implementation, ImplementationVersion
from tongban.catalogue.tests.managers import a_manager
from tongban.oversight import handins

pytestmark = pytest.mark.django_db
DAY = standing.today() + timedelta(days=3)


@pytest.fixture(scope="module")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        operations.load_catalogue()


@pytest.fixture(autouse=True)
def _beside(monkeypatch):
    """The work that is done beside the pages is done at once here."""
    monkeypatch.setattr(handins, "_beside", lambda work: work())


@pytest.fixture
def one(db, signed_in):
    """Who hands files in."""
    return signed_in(a_manager("何十一"))


@pytest.fixture
def other(db, signed_in):
    """Who takes them in."""
    return signed_in(a_manager("吕十二"))


def a_file(*rows, name="清单.csv"):
    """A file in the template's columns."""
    headings = [column.heading for column in COLUMNS]
    by_key = {column.key: column.heading for column in COLUMNS}
    lines = [",".join(headings)]
    for row in rows:
        cells = {by_key[key]: value for key, value in row.items()}
        lines.append(",".join(cells.get(heading, "") for heading in headings))
    return SimpleUploadedFile(name, "\n".join(lines).encode("utf-8-sig"))


def a_row(**cells):
    return {
        "item": "2020-2-06", "place": "220000", "level": "2", "name": "夫妻投靠户口迁移",
        "authority_name": "吉林省公安厅", "from_day": DAY.isoformat(), "consultation": "示例窗口",
    } | cells  # fmt: skip


def hand_in(client, file):
    answer = client.post("/oversight/imports/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer["Location"]


def text(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def mine():
    return ImplementationVersion.objects.filter(came_from="import")


def test_a_file_is_looked_at_and_nothing_is_written(one):
    path = hand_in(one, a_file(a_row()))
    page = text(one, path)
    assert "等另一个人导入" in page
    assert "要由另一位事项管理人员看过以后导入" in page
    assert "示例窗口" in page
    assert not mine().exists()
    row = Implementation.objects.filter(item="2020-2-06", division_code="220000")
    assert not row.exists()


def test_who_handed_it_in_does_not_take_it_in(one):
    path = hand_in(one, a_file(a_row()))
    answer = one.post(f"{path}take-in", follow=True)
    assert "要由另一位事项管理人员导入" in answer.content.decode()
    assert not mine().exists()


def test_another_takes_it_in_once_however_often_it_is_pressed(one, other):
    path = hand_in(one, a_file(a_row()))
    for _press in range(2):
        other.post(f"{path}take-in")
    page = text(other, path)
    assert "写入1行" in page
    assert mine().get().from_day == DAY
    assert "撤掉" not in page


def test_faults_are_told_with_row_column_and_how_to_mend(one, other):
    path = hand_in(one, a_file(a_row(place="999999"), a_row(item="2099-9-99")))
    page = text(one, path)
    assert "必须改" in page
    assert "第2行" in page
    assert "第3行" in page
    assert "一行也不会导入" in page
    csv = b"".join(one.get(f"{path}faults.csv").streaming_content).decode("utf-8-sig")
    assert len(csv.strip().splitlines()) >= 3

    answer = other.post(f"{path}take-in")
    assert answer.status_code == 409
    assert not mine().exists()


def test_a_file_that_cannot_be_read_is_said_to_be_so(one):
    page = text(one, hand_in(one, SimpleUploadedFile("x.xlsx", b"PK nothing of the kind")))
    assert "读不了" in page


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.exe", b"MZ"), "只能导入.csv、.xlsx或.json文件"),
        (SimpleUploadedFile("a.csv", b""), "文件是空的"),
        (None, "选择要导入的文件"),
    ],
)
def test_what_is_no_file_of_ours_is_refused_at_the_field(one, file, words):
    answer = one.post("/oversight/imports/", {"file": file} if file else {})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_was_published_meanwhile_asks_for_another_look(one, other, signed_in):
    first, second = (hand_in(one, a_file(a_row(consultation=said))) for said in ("甲处", "乙处"))
    other.post(f"{first}take-in")
    answer = other.post(f"{second}take-in", follow=True)
    assert "请重新预览" in answer.content.decode()
    assert mine().count() == 1


def test_work_that_nobody_writes_about_any_more_is_broken_and_can_begin_anew(one):
    path = hand_in(one, a_file(a_row()))
    [folder] = handins._folder().iterdir()
    state = json.loads((folder / "state.json").read_text("utf-8"))
    state |= {"phase": "looking", "heard_at": "2026-01-01T00:00:00+00:00"}
    (folder / "state.json").write_text(json.dumps(state), "utf-8")

    assert "做到一半中断了" in text(one, path)
    one.post(f"{path}again")
    assert "等另一个人导入" in text(one, path)


def test_a_page_of_work_says_how_far_it_is(one):
    path = hand_in(one, a_file(a_row()))
    [folder] = handins._folder().iterdir()
    state = json.loads((folder / "state.json").read_text("utf-8"))
    handins._write(folder, state | {"phase": "looking", "done": 40, "total": 100})

    page = text(one, path)
    assert "已完成40%" in page
    assert "一行也没有写入" in page
    part = one.get(f"{path}?part", headers={"hx-request": "true"})
    assert "<html" not in part.content.decode()
    assert "HX-Refresh" not in part
    handins._write(folder, state)
    assert one.get(f"{path}?part", headers={"hx-request": "true"})["HX-Refresh"] == "true"


def test_a_file_that_is_given_up_is_gone(one):
    path = hand_in(one, a_file(a_row()))
    one.post(f"{path}give-up")
    text(one, path, 404)
    assert handins.every() == []


@pytest.mark.parametrize("token", ["nothing", "..", "a-b"])
def test_no_other_folder_is_reached(one, token):
    text(one, f"/oversight/imports/{token}/", 404)


@pytest.mark.parametrize(
    "kind",
    ["template.xlsx", "template.csv", "implementations.xlsx", "implementations.csv",
     "implementations.json", "lists.csv"],
)  # fmt: skip
def test_templates_and_exports_can_be_downloaded(one, kind):
    answer = one.get(f"/oversight/imports/download/{kind}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert len(b"".join(answer.streaming_content)) > 20


def test_a_long_step_without_a_word_is_not_taken_for_broken_work(one, monkeypatch):
    monkeypatch.setattr(handins, "BEAT", 0.02)
    heard = []

    def slow(*_args, **_more):
        [work] = handins.every()
        for _time in range(3):
            seem_silent(work)
            heard.append(is_heard_again(work))
        raise handins.WrongFile("读完了")

    monkeypatch.setattr(handins.importing, "plan", slow)
    path = hand_in(one, a_file(a_row()))
    assert heard == [True] * 3
    assert "读完了" in text(one, path)


def seem_silent(work):
    """The last word and the last beat were long ago."""
    folder = handins._folder() / work.token
    before = now() - 2 * handins.SILENT_AFTER
    state = {**work.state, "heard_at": before.isoformat()}
    (folder / "state.json").write_text(json.dumps(state), "utf-8")
    (folder / handins.PULSE).touch()
    os.utime(folder / handins.PULSE, (before.timestamp(),) * 2)


def is_heard_again(work):
    deadline = time.monotonic() + 60
    while (phase := handins.one(work.token).phase) == "broken" and time.monotonic() < deadline:
        time.sleep(0.01)
    return phase == "looking"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"phase": "looking"}, "正在检查，一行也没有写入"),
        ({"phase": "taking", "step": "checking"}, "第一步，共两步"),
        ({"phase": "taking", "step": "writing"}, "第二步，共两步：正在写入"),
        ({"phase": "taking", "step": "writing", "done": 10}, "正在公布、更新检索"),
    ],
)
def test_the_page_says_which_step_is_under_way(one, state, words):
    path = hand_in(one, a_file(a_row()))
    found = handins.one(path.strip("/").rpartition("/")[2])
    handins._write(found.faults_file.parent, found.state | {"done": 4, "total": 10} | state)
    page = text(one, path)
    assert words in page
    assert "重新检查" not in page
