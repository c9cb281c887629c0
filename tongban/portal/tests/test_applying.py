"""Filling in an application: nothing typed is lost, and what is wrong is said at its field."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tongban.cases import standing
from tongban.cases.models import Case, Draft
from tongban.cases.operations import drafts
from tongban.cases.rules import version_of
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.catalogue import queries as catalogue
from tongban.catalogue.answers import FORMATS
from tongban.catalogue.versions import Field
from tongban.portal import asking
from tongban.portal.tests import scenes
from tongban.portal.tests.test_finding import words

pytestmark = pytest.mark.django_db
START = f"/apply/start/?item={world.MOVE_TO_SPOUSE}&from=220100&to=350100"
SPOUSE = {
    "spouse_name": "张三",
    "spouse_id_number": world.identity_number(77),
    "married_on": "2015年5月20日",
}


def other_relation() -> str:
    """The question that comes up when one is neither spouse nor in-law of the householder."""
    version = catalogue.version_in_force(world.MOVE_TO_SPOUSE, standing.today())
    return version.fields()["householder_relation_other"].label


def begin(client: Client, **changes) -> Draft:
    """Begin 夫妻投靠户口迁移 from 长春 for 福州 through the pages."""
    chosen = {
        "item": world.MOVE_TO_SPOUSE,
        "from": "220100",
        "to": "350100",
        "applicant": str(client.applicant.pk),
        "mode": "RECEIVED_FOR",
        "window": "220104",
    }
    response = client.post("/apply/start/", chosen | changes)
    assert response.status_code == 302, words(response)
    return Draft.objects.get(pk=response["Location"].split("/")[2])


def page_of(draft: Draft, key: str) -> str:
    return f"/apply/{draft.pk}/step/{key}/"


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def send(client: Client, draft: Draft, key: str, typed: dict[str, str]):
    """Open a page of the form and send it, as a browser without script does."""
    html = client.get(page_of(draft, key)).content.decode()
    carried = {name: hidden(html, name) for name in ("_seen", "_was")}
    return client.post(page_of(draft, key), {**carried, **typed})


def answers(draft: Draft) -> dict[str, str]:
    draft.refresh_from_db()
    return drafts.answers_of(draft)


def error_at(response, field: str) -> str:
    """What the page says at one field; it must stand in the summary in the same words."""
    html = response.content.decode()
    found = re.search(rf'id="id_{field}-e">(.*?)</p>', html, re.DOTALL)
    assert found, f"no error at {field}: {words(response)}"
    said = re.sub(r"<[^>]+>", "", found[1]).strip()
    summary = html[html.index("errsum") : html.index("</ul>", html.index("errsum"))]
    assert f'href="#id_{field}"' in summary
    assert said.split("；")[0] in summary
    return said


def test_beginning_needs_a_sign_in_and_comes_back_to_the_same_pair(client):
    response = client.get(START)

    assert response.status_code == 302
    back = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    assert back == START


def test_what_was_chosen_to_begin_with_survives_a_sign_in(lisi):
    chosen = {"item": "2020-2-10", "from": "220100", "to": "350100", "mode": "RECEIVED_FOR"}
    lisi.logout()
    response = lisi.post("/apply/start/", chosen | {"window": "220104"})
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == ["/apply/start/"]
    lisi.force_login(lisi.account)

    html = lisi.get("/apply/start/").content.decode()
    assert re.search(r'value="RECEIVED_FOR"[^>]*checked', html)
    assert re.search(r'value="220104"[^>]*selected', html)
    assert not Draft.objects.exists()


def test_beginning_twice_continues_the_same_application(lisi):
    assert begin(lisi) == begin(lisi)
    assert Draft.objects.count() == 1


def test_a_window_must_be_chosen_where_a_window_receives(lisi):
    response = lisi.post("/apply/start/", {
        "item": world.MOVE_TO_SPOUSE, "from": "220100", "to": "350100",
        "applicant": str(lisi.applicant.pk), "mode": "RECEIVED_FOR",
    })  # fmt: skip

    assert response.status_code == 422
    assert "选择到哪个专窗交材料" in error_at(response, "window")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": "ONLINE"}, "mode"),
        ({"window": "350102"}, "window"),
        ({"applicant": "x"}, "applicant"),
    ],
)
def test_what_is_not_offered_cannot_be_begun(lisi, changes, field):
    chosen = {
        "item": world.MOVE_TO_SPOUSE, "from": "220100", "to": "350100",
        "applicant": str(lisi.applicant.pk), "mode": "RECEIVED_FOR", "window": "220104",
    }  # fmt: skip
    response = lisi.post("/apply/start/", chosen | changes)

    assert response.status_code == 422
    assert "要改" in words(response)
    assert not Draft.objects.exists()


def test_somebody_else_cannot_be_the_applicant(lisi):
    _account, other = world.a_person("孙八", serial=52)
    response = lisi.post("/apply/start/", {
        "item": world.MOVE_TO_SPOUSE, "from": "220100", "to": "350100",
        "applicant": str(other.pk), "mode": "RECEIVED_FOR", "window": "220104",
    })  # fmt: skip
    assert response.status_code == 422
    assert not Draft.objects.exists()


def test_an_item_for_organisations_is_not_begun_by_a_person(lisi):
    said = words(lisi.get("/apply/start/?item=2020-1-31&from=220100&to=350100"))
    assert "由企业或其他组织申请" in said
    assert "开始填写" not in said


@pytest.mark.parametrize(
    "pair",
    ["from=220100&to=440100", "from=220100", "from=350100&to=220100"],
)
def test_a_pair_that_is_not_open_leads_to_the_page_that_says_why(lisi, pair):
    response = lisi.get(f"/apply/start/?item={world.MOVE_TO_SPOUSE}&{pair}")

    assert response.status_code == 302
    assert response["Location"].startswith(f"/items/{world.MOVE_TO_SPOUSE}?")
    assert not Draft.objects.exists()


def test_an_item_without_online_filing_is_refused_in_words(lisi):
    response = lisi.get("/apply/start/?item=2020-1-12&from=220100&to=350100")
    assert response.status_code == 422
    assert "还没有开通网上提交" in words(response)


def test_who_lives_where_it_is_decided_can_still_let_the_other_place_do_its_part(lisi):
    pair = "from=220104&to=220100"
    said = words(lisi.get(f"/apply/start/?item={world.MOVE_TO_SPOUSE}&{pair}"))
    assert "多地联办" in said
    draft = begin(lisi, **{"from": "220104", "to": "220100", "mode": "JOINT", "window": ""})
    assert (draft.mode, draft.receiving_place) == (Mode.JOINT, "")


def test_a_window_of_the_deciding_place_is_offered_to_who_comes_in_person(lisi):
    said = words(lisi.get("/apply/start/?item=2020-3-03&from=220100&to=350100"))
    assert "当场核对身份" in said
    assert "到哪个窗口现场办" in said
    begun = {"item": "2020-3-03", "mode": "ON_SITE", "window": "350102"}
    assert begin(lisi, **begun).receiving_place == "350102"


def test_a_page_is_kept_even_when_it_is_wrong_and_says_so_at_the_field(lisi):
    draft = begin(lisi)
    wrong = world.identity_number(77)[:-1] + ("1" if world.identity_number(77)[-1] != "1" else "2")
    response = send(lisi, draft, "spouse", {**SPOUSE, "spouse_id_number": wrong})

    assert response.status_code == 422
    assert "校验位不对" in error_at(response, "spouse_id_number")
    assert answers(draft)["spouse_id_number"] == wrong
    again = lisi.get(page_of(draft, "spouse"))
    assert "校验位不对" in error_at(again, "spouse_id_number")
    assert f'value="{wrong}"' in again.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("spouse_id_number", "220104190102300012", "不存在"),
        ("spouse_id_number", "220104", "18位，您填了6位"),
        ("married_on", "2020-02-30", "这一天不存在"),
        ("married_on", "2999-01-01", "还没有到"),
        ("spouse_name", "", "填写配偶姓名"),
        ("spouse_name", "李4", "全名"),
    ],
)
def test_every_mistake_is_said_at_its_field_with_what_to_do(lisi, field, typed, said):
    draft = begin(lisi)
    response = send(lisi, draft, "spouse", {**SPOUSE, field: typed})

    assert response.status_code == 422
    assert said in error_at(response, field)
    assert "非法" not in words(response)
    assert "无效" not in words(response)


@pytest.mark.parametrize("kind", ["past-date", "date", "coming-date"])
def test_the_example_of_a_date_is_one_that_the_question_takes(kind):
    on = date(2031, 12, 31)
    field = Field(
        key="day", label="哪天", hint="", example="", widget="date", is_required=True, format=kind
    )

    hint = asking._hint(field, on)

    for typed in re.findall("“(.+?)”", hint):
        assert FORMATS[kind](typed, on) in hint, hint


def test_a_good_page_leads_on_and_the_last_one_to_the_materials(lisi):
    draft = begin(lisi)

    assert send(lisi, draft, "spouse", SPOUSE)["Location"] == page_of(draft, "from")
    place = {"from_division": "长春市朝阳区", "from_address": "示例路8号"}
    assert send(lisi, draft, "from", place)["Location"] == page_of(draft, "move")
    assert answers(draft)["from_division"] == world.CHAOYANG


def test_what_the_account_already_says_stands_in_the_field_and_is_not_yet_an_answer(lisi):
    draft = begin(lisi, item="2020-2-01")
    where = [step.key for step in version_of(draft).steps if "deliver_by" in keys_of(step)]
    response = send(lisi, draft, where[0], {"deliver_by": "post"})

    html = lisi.get(response["Location"]).content.decode()

    assert f'value="{lisi.applicant.name}"' in html
    assert f'value="{lisi.applicant.phone}"' in html
    assert answers(draft) == {"deliver_by": "post"}


def keys_of(step) -> set[str]:
    return {field.key for field in step.fields}


def test_a_page_can_be_put_off_without_being_judged(lisi):
    draft = begin(lisi)
    response = send(lisi, draft, "spouse", {"spouse_name": "张三", "_later": "1"})

    assert response["Location"] == f"/apply/{draft.pk}/"
    assert answers(draft)["spouse_name"] == "张三"
    assert "有2处要改" in words(lisi.get(f"/apply/{draft.pk}/"))


def test_a_place_of_another_city_is_not_offered_and_refused_at_the_field(lisi):
    draft = begin(lisi)
    html = lisi.get(page_of(draft, "move")).content.decode()
    assert "福建省福州市鼓楼区" in html
    assert "福建省厦门市" not in html

    moved = {
        k: v
        for k, v in world.move_answers("350203").items()
        if k.startswith(("move", "house", "dwell"))
    }
    response = send(lisi, draft, "move", moved)
    assert "您填的迁入地在福建省厦门市" in error_at(response, "move_to_division")
    assert answers(draft)["move_to_division"] == "350203"


def test_a_name_that_several_places_have_is_asked_back_as_a_choice(lisi):
    draft = begin(lisi)
    response = send(lisi, draft, "from", {"from_division": "朝阳区", "from_address": "示例路8号"})

    assert response.status_code == 422
    assert "叫“朝阳区”的地方有" in error_at(response, "from_division")
    assert "北京市朝阳区" in words(response)
    chosen = {"from_division": world.CHAOYANG, "from_address": "示例路8号"}
    assert send(lisi, draft, "from", chosen).status_code == 302


def test_a_name_that_no_place_has_stays_in_the_field_with_what_to_do(lisi):
    draft = begin(lisi)
    response = send(lisi, draft, "from", {"from_division": "月球市", "from_address": "示例路8号"})

    assert "没有认出“月球市”" in error_at(response, "from_division")
    assert 'value="月球市"' in response.content.decode()


def test_a_question_that_an_answer_brings_up_is_asked_next_and_not_called_a_mistake(lisi):
    draft = begin(lisi)
    moved = {
        k: v
        for k, v in world.move_answers("350102").items()
        if k.startswith(("move", "house", "dwell"))
    }
    response = send(lisi, draft, "move", {**moved, "householder_relation": "other"})

    assert response.status_code == 302
    assert "more=householder_relation_other" in response["Location"]
    page = lisi.get(response["Location"].split("#")[0])
    assert other_relation() in words(page)
    assert "要改" not in words(page)


def test_with_script_a_changed_choice_brings_its_question_at_once(lisi):
    draft = begin(lisi)
    page = lisi.get(page_of(draft, "move")).content.decode()
    assert 'hx-select="#questions"' in page
    response = lisi.post(
        page_of(draft, "move"),
        {"householder_relation": "other", "_look": "1"},
        headers={"HX-Request": "true"},
    )

    assert response.status_code == 200
    assert other_relation() in words(response)
    # Not saved: the press that follows may overtake it, and would be taken for another tab's.
    assert "householder_relation" not in answers(draft)


def test_what_was_typed_before_the_sign_in_ran_out_is_saved_after_signing_in_again(lisi):
    draft = begin(lisi)
    lisi.logout()
    response = lisi.post(page_of(draft, "spouse"), SPOUSE)
    assert response.status_code == 302
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [page_of(draft, "spouse")]
    assert "张三" not in str(dict(lisi.session))

    lisi.force_login(lisi.account)
    back = lisi.get(page_of(draft, "spouse"))
    assert back.status_code == 302
    assert answers(draft)["spouse_name"] == "张三"
    assert "登录以前填的内容已经保存" in words(lisi.get(back["Location"]))


def test_what_one_person_typed_is_not_saved_for_the_next_one_at_the_same_computer(lisi):
    draft = begin(lisi)
    lisi.logout()
    lisi.post(page_of(draft, "spouse"), SPOUSE)
    other, _applicant = world.a_person("孙八", serial=52)

    lisi.force_login(other)
    assert lisi.get(page_of(draft, "spouse")).status_code == 404
    assert answers(draft) == {}


def test_a_page_sent_with_the_token_of_an_earlier_sign_in_is_shown_again(lisi):
    draft = begin(lisi)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(lisi.account)
    response = strict.post(page_of(draft, "spouse"), SPOUSE)

    assert response.status_code == 403
    html = response.content.decode()
    assert "您填的都在" in html
    carried = {name: hidden(html, name) for name in SPOUSE}
    token = hidden(html, "csrfmiddlewaretoken")
    again = strict.post(page_of(draft, "spouse"), {**carried, "csrfmiddlewaretoken": token})
    assert again.status_code == 302
    assert answers(draft)["spouse_name"] == "张三"


def test_another_tab_s_answers_are_not_overwritten_unseen(lisi):
    draft = begin(lisi)
    old = lisi.get(page_of(draft, "spouse")).content.decode()
    send(lisi, draft, "spouse", SPOUSE)
    stale = {name: hidden(old, name) for name in ("_seen", "_was")}
    response = lisi.post(page_of(draft, "spouse"), {**SPOUSE, **stale, "spouse_name": "张叁"})

    assert response.status_code == 409
    assert "这一页在别的窗口里改过" in words(response)
    assert 'value="张叁"' in response.content.decode()
    assert answers(draft)["spouse_name"] == "张三"
    now = {name: hidden(response.content.decode(), name) for name in ("_seen", "_was")}
    assert (
        lisi.post(page_of(draft, "spouse"), {**SPOUSE, **now, "spouse_name": "张叁"}).status_code
        == 302
    )
    assert answers(draft)["spouse_name"] == "张叁"


def test_pressing_twice_on_a_page_is_no_conflict(lisi):
    draft = begin(lisi)
    html = lisi.get(page_of(draft, "spouse")).content.decode()
    carried = {name: hidden(html, name) for name in ("_seen", "_was")}
    for _press in range(2):
        assert lisi.post(page_of(draft, "spouse"), {**SPOUSE, **carried}).status_code == 302


def test_coming_back_greets_with_when_it_was_saved_and_what_is_open(lisi):
    draft = begin(lisi)
    assert "您在继续" not in words(lisi.get(f"/apply/{draft.pk}/"))
    send(lisi, draft, "spouse", SPOUSE)
    said = words(lisi.get(f"/apply/{draft.pk}/"))

    assert "您在继续" in said
    assert "一共6步，已完成1步" in said
    assert "做完上面的才能提交" in said


def test_applications_begun_are_listed_and_can_be_deleted_after_being_asked(lisi):
    draft = begin(lisi)
    assert "填写中，还没有提交" in words(lisi.get("/cases/"))
    assert "不能恢复" in words(lisi.get(f"/apply/{draft.pk}/drop/"))
    assert Draft.objects.exists()

    assert lisi.post(f"/apply/{draft.pk}/drop/").status_code == 302
    assert not Draft.objects.exists()
    assert lisi.get(f"/apply/{draft.pk}/").status_code == 404


def test_nobody_else_s_application_exists(stranger):
    filled = world.a_draft()
    for path in ("", "step/spouse/", "materials/", "papers/id-card", "check/", "done/", "drop/"):
        response = stranger.get(f"/apply/{filled.draft.pk}/{path}")
        assert response.status_code == 404, path
    for path in ("step/spouse/", "materials/", "check/", "drop/"):
        assert stranger.post(f"/apply/{filled.draft.pk}/{path}", {}).status_code == 404, path
    assert Draft.objects.get() == filled.draft


def test_pages_of_a_person_are_not_kept_by_the_browser(lisi):
    draft = begin(lisi)
    for path in (f"/apply/{draft.pk}/", "/cases/", page_of(draft, "spouse")):
        assert "no-store" in lisi.get(path)["Cache-Control"]


def test_changing_one_answer_leads_back_to_the_check(lisi):
    filled = world.a_draft()
    browser = scenes.browser_of(filled)
    html = browser.get(page_of(filled.draft, "spouse") + "?back=check").content.decode()
    carried = {name: hidden(html, name) for name in ("_seen", "_was")}
    response = browser.post(page_of(filled.draft, "spouse") + "?back=check", {**SPOUSE, **carried})
    assert response["Location"] == f"/apply/{filled.draft.pk}/check/"


def test_a_draft_that_became_a_case_can_neither_be_changed_nor_lost(lisi):
    case, filled = scenes.submitted()
    browser = scenes.browser_of(filled)
    for path in ("", "step/spouse/", "materials/", "check/"):
        assert browser.get(f"/apply/{filled.draft.pk}/{path}")["Location"].endswith("/done/")
    response = browser.post(page_of(filled.draft, "spouse"), SPOUSE)
    assert response.status_code == 409
    assert "已经提交" in words(response)
    assert case.number in response.content.decode()
    assert Case.objects.count() == 1


def test_both_modes_are_offered_where_both_are_open(lisi):
    said = words(lisi.get("/apply/start/?item=2020-2-10&from=220100&to=350100"))
    assert "全程网办：" in said
    assert "异地代收代办：" in said
    draft = begin(lisi, item="2020-2-10", mode="ONLINE", window="")
    assert (draft.mode, draft.receiving_place) == (Mode.ONLINE, "")


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        ("money", "120000.00", "120,000.00元"),
        ("money", "十二万", "十二万"),
        ("past-date", "2020-05-20", "2020年5月20日（周三）"),
        ("past-date", "二〇二〇年", "二〇二〇年"),
    ],
)
def test_an_answer_is_read_back_as_people_write_it_even_a_wrong_one(kind, typed, read):
    field = Field(
        key="one", label="一项", hint="", example="", widget="text", is_required=True, format=kind,
        unit="元" if kind == "money" else "",
    )  # fmt: skip
    question = asking.Question(
        field=field, value=typed, shown=typed, hint="", width="", errors=(), options=()
    )

    assert question.in_words == read
