"""Managers at their pages: looking through the catalogue, writing a draft, publishing it by two."""

from datetime import timedelta

import pytest
from django.test import Client

from tongban.cases import standing
from tongban.catalogue import operations, queries
from tongban.catalogue.models import Draft, ImplementationVersion, ItemVersion
from tongban.catalogue.tests.local import an_implementation
from tongban.catalogue.tests.managers import SHIPPED, a_manager
from tongban.oversight.tests.conftest import officer
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db

ITEM = "2020-2-06"
PLACE = "220000"
PAGES = ("items/", f"items/{ITEM}/", "drafts/", "rollouts/", "agreements/", "differences/",
         "lists/", "imports/", "copies/")  # fmt: skip


@pytest.fixture(scope="module")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        operations.load_catalogue()


@pytest.fixture
def drafter(db):
    return a_manager("何十一")


@pytest.fixture
def reviewer(db):
    return a_manager("吕十二")


@pytest.fixture
def at(signed_in):
    """Somebody's browser, with addresses below /oversight/."""

    class Browser:
        def __init__(self, person):
            self.client = signed_in(person)

        def get(self, path, status=200, **more):
            return self.read(self.client.get(f"/oversight/{path}", more), status)

        def post(self, path, status=302, **data):
            data = {key.replace("__", "-"): value for key, value in data.items()}
            answer = self.client.post(f"/oversight/{path}", data)
            if answer.status_code == 302 and status == 302:
                answer = self.client.get(answer["Location"])
                return self.read(answer, 200)
            return self.read(answer, status)

        @staticmethod
        def read(answer, status):
            text = answer.content.decode()
            assert answer.status_code == status, text[:2000]
            return text

    return Browser


@pytest.fixture
def draft(drafter, at):
    """A draft that asks for one material more, with a check point, from a week on."""
    page = at(drafter)
    page.post(f"items/{ITEM}/begin", place=PLACE)
    found = Draft.objects.get()
    asks(page, found)
    found.refresh_from_db()
    page.post(f"drafts/{found.pk}/when/", **{"revision": found.revision, **when_said()})
    found.refresh_from_db()
    return found


def when_said(**more):
    day = standing.today() + timedelta(days=7)
    return {"from_day": day.isoformat(), "why": "核实居住情况", "rule": "keep"} | more


def asks(page, draft, name="居住满半年的证明", **more):
    return page.post(
        f"drafts/{draft.pk}/materials/new/",
        **{
            "revision": draft.revision, "do": "save", "m__name": name, "m__is_required": "on",
            "m__form": "upload", "m__formats": ["pdf"], "m__grade": "C", "m__basis": "示例规定",
            "r__count": 1, "r__0__key": "point_1", "r__0__text": "有公章", "r__0__problem": "没有公章",
            "r__0__mend": "请出具单位盖章", "r__0__judged_by": "receiver", "r__0__under": "",
        } | more,
    )  # fmt: skip


# --- the door ---


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_managers_only(path, at, signed_in):
    assert Client().get(f"/oversight/{path}").status_code == 302
    at(officer(Role.DECIDER, name="王五")).get(path, 403)
    at(officer(Role.OPERATOR, name="云维")).get(path, 403)


@pytest.mark.parametrize("path", PAGES)
def test_a_manager_opens_every_page(path, at, drafter):
    at(drafter).get(path)


def test_a_manager_begins_at_the_catalogue(at, drafter):
    assert at(drafter).client.get("/oversight/").url == "/oversight/items/"


# --- looking through ---


def test_items_are_found_by_filter_and_a_strange_value_narrows_nothing(at, drafter):
    page = at(drafter)
    text = page.get("items/", words="投靠", lead="公安部")
    assert "夫妻投靠户口迁移" in text
    assert "学历公证" not in text
    assert "159项，共收录159项" in page.get("items/", lead="不存在的部")
    assert "没有符合的事项" in page.get("items/", words="没有这种事项")


def test_what_sort_of_matter_an_item_is_stands_in_words(at, drafter):
    page = at(drafter).get("items/", archetype="notary")

    assert "全国无差别办理 · 公证" in page
    assert '<option value="household-move">户口迁移</option>' in page
    assert "notary</span>" not in page


def test_a_version_is_read_in_full_with_its_defaults_marked(at, drafter):
    text = at(drafter).get(f"items/{ITEM}/versions/standard:{SHIPPED}/")
    for words in ("您和配偶已经登记结婚", "平台默认值，待牵头单位确认", "核查要点", "施行中"):
        assert words in text


@pytest.mark.parametrize("ref", ["standard:9", "350000:1", "nothing", "350000:x"])
def test_a_version_that_is_not_there_is_said_not_to_be(ref, at, drafter):
    assert "办不了" in at(drafter).get(f"items/{ITEM}/versions/{ref}/", 404)


# --- writing ---


def test_a_second_press_leads_to_the_same_draft(at, drafter):
    page = at(drafter)
    page.post(f"items/{ITEM}/begin", place=PLACE)
    page.post(f"items/{ITEM}/begin", place=PLACE)
    assert Draft.objects.count() == 1


def test_nobody_drafts_for_another_place(at, drafter):
    text = at(drafter).post(f"items/{ITEM}/begin", 403, place="350000")
    assert "不由本节点服务" in text
    assert not Draft.objects.exists()


def test_the_difference_stands_beside_the_draft(at, drafter, draft):
    text = at(drafter).get(f"drafts/{draft.pk}/")
    assert "材料：居住满半年的证明" in text
    assert "新增" in text
    assert set(draft.content) == {"materials"}
    [material] = draft.content["materials"]["put"]
    assert material["spec"] == "local-220000-1"
    assert material["points"][0]["mend"] == "请出具单位盖章"


def test_a_live_version_knows_nothing_of_a_draft(at, drafter, draft):
    version = queries.version_in_force(ITEM, standing.today(), deciding="220100")
    assert "居住满半年的证明" not in {one.name for one in version.materials}


def test_what_cannot_be_taken_is_said_at_the_field_and_nothing_typed_is_lost(at, drafter, draft):
    text = asks(at(drafter), draft, name="", m__hint="一式两份", status=422)
    assert "填写“材料名称”" in text
    assert 'href="#id_m-name"' in text
    assert "一式两份" in text
    assert "请出具单位盖章" in text


def test_adding_a_check_point_keeps_what_was_typed_and_saves_nothing(at, drafter, draft):
    text = asks(at(drafter), draft, name="写到一半", do="add", status=200)
    assert "写到一半" in text
    assert 'value="point_2"' in text
    assert Draft.objects.get().revision == draft.revision


def test_two_tabs_are_told_and_the_second_decides(at, drafter, draft):
    page = at(drafter)
    old = draft.revision
    page.post(
        f"drafts/{draft.pk}/sections/consultation/", revision=old, u__consultation="先写的一处"
    )
    path = f"drafts/{draft.pk}/sections/consultation/"
    text = page.post(path, 409, revision=old, u__consultation="后写的一处")
    assert "在别的页面保存过了" in text
    assert "后写的一处" in text
    draft.refresh_from_db()
    assert draft.content["consultation"] == "先写的一处"

    assert f'name="revision" value="{draft.revision}"' in text
    page.post(path, revision=draft.revision, u__consultation="后写的一处")
    draft.refresh_from_db()
    assert draft.content["consultation"] == "后写的一处"
    assert "materials" in draft.content


def test_a_material_of_the_standard_can_be_left_out_and_comes_back(at, drafter, draft):
    page = at(drafter)
    path = f"drafts/{draft.pk}/materials/"
    page.post(path, revision=draft.revision, do="remove household-register")
    draft.refresh_from_db()
    assert draft.content["materials"]["drop"] == ["household-register"]
    assert "办不了" in page.post(path, 404, revision=draft.revision, do="remove nothing")


def test_a_draft_without_a_day_or_reason_is_not_handed_in(at, drafter):
    page = at(drafter)
    text = page.post(f"items/{ITEM}/begin", place=PLACE)
    assert "写明从哪一天起施行" in text
    found = Draft.objects.get()
    page.post(f"drafts/{found.pk}/hand-in")
    assert Draft.objects.get().state == Draft.State.EDITING


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"from_day": standing.today().isoformat()}, "最早从公布的第二天起施行"),
        ({"from_day": "明天"}, "写成年-月-日"),
        ({"why": ""}, "填写“为什么修改”"),
        ({"rule": "move"}, "写明为什么让在办的办件改按新规定"),
    ],
)
def test_a_wrong_day_or_no_reason_is_said_at_the_field(said, words, at, drafter, draft):
    text = at(drafter).post(
        f"drafts/{draft.pk}/when/", 422, **{"revision": draft.revision, **when_said(**said)}
    )
    assert words in text


def test_the_preview_shows_what_applicants_will_read(at, drafter, draft):
    text = at(drafter).get(f"drafts/{draft.pk}/preview/")
    assert "居住满半年的证明" in text
    assert "还没有公布" in text


# --- by two people ---


def test_the_drafter_cannot_publish_and_is_told_why(at, drafter, draft):
    page = at(drafter)
    text = page.post(f"drafts/{draft.pk}/hand-in")
    assert "要由另一位事项管理人员审核、公布" in text
    assert f"/oversight/drafts/{draft.pk}/publish/" not in text
    for send in (page.get, page.post):
        assert "由另一位事项管理人员" in send(f"drafts/{draft.pk}/publish/", 403)
    assert not ImplementationVersion.objects.filter(implementation__item=ITEM).exists()


def test_a_second_person_publishes_once_however_often_it_is_pressed(at, drafter, reviewer, draft):
    at(drafter).post(f"drafts/{draft.pk}/hand-in")
    page = at(reviewer)
    assert "夫妻投靠户口迁移" in page.get("drafts/")
    assert "居住满半年的证明" in page.get(f"drafts/{draft.pk}/publish/")

    text = page.post(f"drafts/{draft.pk}/publish/")
    page.post(f"drafts/{draft.pk}/publish/")

    assert "吉林省第1版已公布" in text
    assert "将施行" in text
    row = ImplementationVersion.objects.get(implementation__item=ITEM)
    assert (row.drafted_by, row.published_by) == (drafter.pseudonym, reviewer.pseudonym)
    assert "居住满半年的证明" in page.get(
        f"items/{ITEM}/compare/", a=f"standard:{SHIPPED}", b="220000:1"
    )


def test_a_draft_goes_back_with_the_reason_and_is_written_on(at, drafter, reviewer, draft):
    at(drafter).post(f"drafts/{draft.pk}/hand-in")
    page = at(reviewer)
    assert "填写“为什么退回”" in page.post(f"drafts/{draft.pk}/send-back/", 422, why=" ")
    page.post(f"drafts/{draft.pk}/send-back/", why="依据写错了")
    text = at(drafter).get(f"drafts/{draft.pk}/")
    assert "依据写错了" in text
    assert f"/oversight/drafts/{draft.pk}/materials/" in text


def test_every_reason_for_which_a_draft_came_back_stays_on_its_page(at, drafter, reviewer, draft):
    for why in ("依据写错了", "名称也不对"):
        at(drafter).post(f"drafts/{draft.pk}/hand-in")
        at(reviewer).post(f"drafts/{draft.pk}/send-back/", why=why)
    for person in (drafter, reviewer):
        text = at(person).get(f"drafts/{draft.pk}/")
        assert "退回过2次" in text
        assert text.index("名称也不对") < text.rindex("依据写错了")
    at(drafter).post(f"drafts/{draft.pk}/hand-in")
    at(reviewer).post(f"drafts/{draft.pk}/publish/")
    text = at(reviewer).get(f"drafts/{draft.pk}/")
    for said in ("退回过2次", "依据写错了", "名称也不对", reviewer.name):
        assert said in text


def test_a_part_of_an_item_that_was_split_is_drafted_and_compared(at, drafter, reviewer):
    an_implementation(ITEM, PLACE, part="01", name="配偶投靠")
    page = at(drafter)
    assert "吉林省拆分01（配偶投靠）" in page.get(f"items/{ITEM}/")
    page.post(f"items/{ITEM}/begin", place=f"{PLACE}-01")
    found = Draft.objects.get()
    assert (found.division_code, found.part) == (PLACE, "01")
    assert f'value="{PLACE}-01"' not in page.get(f"items/{ITEM}/")
    asks(page, found)
    found.refresh_from_db()
    page.post(f"drafts/{found.pk}/when/", **{"revision": found.revision, **when_said()})
    assert "吉林省拆分01（配偶投靠）的新版" in page.get(f"drafts/{found.pk}/")
    page.post(f"drafts/{found.pk}/hand-in")
    at(reviewer).post(f"drafts/{found.pk}/publish/")

    assert f"{PLACE}-01:1" in page.get(f"items/{ITEM}/")
    assert "居住满半年的证明" in page.get(f"items/{ITEM}/versions/{PLACE}-01:1/")
    compared = page.get(f"items/{ITEM}/compare/", a=f"standard:{SHIPPED}", b=f"{PLACE}-01:1")
    assert "居住满半年的证明" in compared
    assert "办不了" in page.get(f"items/{ITEM}/versions/{PLACE}-02:1/", 404)
    text = page.get(f"differences/{ITEM}/{PLACE}/")
    assert "拆分01：配偶投靠" in text
    assert "没有拆分序号" not in text


def test_a_part_that_the_list_does_not_name_is_refused_in_a_sentence(at, drafter):
    text = at(drafter).post(f"items/{ITEM}/begin", 404, place=f"{PLACE}-07")
    assert "实施清单里没有拆分序号是07的一项" in text


def test_a_reviewer_cannot_write_in_anothers_draft(at, reviewer, draft):
    page = at(reviewer)
    assert "由另一位事项管理人员编写" in page.get(f"drafts/{draft.pk}/sections/fee/", 403)
    assert "改哪一部分" not in page.get(f"drafts/{draft.pk}/")


def test_giving_up_asks_first_and_changes_nothing_in_force(at, drafter, draft):
    page = at(drafter)
    assert "施行中的规定不受影响" in page.get(f"drafts/{draft.pk}/drop/")
    assert Draft.objects.get().state == Draft.State.EDITING
    assert "草案已放弃" in page.post(f"drafts/{draft.pk}/drop/")
    assert Draft.objects.get().state == Draft.State.DROPPED
    assert ItemVersion.objects.filter(item=ITEM).count() == SHIPPED


def test_what_others_wrote_is_shown_as_text_and_nothing_more(at, drafter, draft):
    page = at(drafter)
    asks(page, draft, name="<script>alert(1)</script>")
    for path in (f"drafts/{draft.pk}/", f"drafts/{draft.pk}/materials/"):
        text = page.get(path)
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
