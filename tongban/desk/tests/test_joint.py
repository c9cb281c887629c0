"""Joint steps at the desk: a partner sees his step and nothing more, the lead sees them all."""

import pytest
from django.urls import reverse

from tongban.cases.joint import operations
from tongban.cases.joint.models import JointStep
from tongban.cases.models import Case
from tongban.cases.operations import review
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import CHANGCHUN, JILIN_CITY, MONDAY
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.parties.models import Role
from tongban.ui.tests.page_checks import check_pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return world.a_decider(name="牵头人")


@pytest.fixture
def partner():
    """Who confirms the marriage, the first step."""
    return world.a_decider(JILIN_CITY, "minzheng", name="民政")


@pytest.fixture
def police():
    """Who takes somebody out of the register, the second step."""
    return world.a_decider(CHANGCHUN, "gongan", name="迁出")


def reviewed(lead) -> Case:
    """A joint case of 长春 to 吉林市, under review at its lead."""
    case, _ = world.a_case(mode=Mode.JOINT)
    stages.claimed(case, lead)
    return review.accept_case(number=case.number, officer=lead, at=MONDAY)


@pytest.fixture
def case(lead):
    return reviewed(lead)


@pytest.fixture
def begun(case, lead):
    return operations.begin(number=case.number, officer=lead, note="请尽快", at=MONDAY)


def the_step(case, key="check_marriage"):
    return JointStep.objects.filter(number=case.number, key=key).latest("asked_at")


def lead_page(case):
    return reverse("desk:case-joint", args=[case.number])


def step_page(case, key="check_marriage"):
    return reverse("desk:joint-step", args=[the_step(case, key).chain])


def said(response):
    return response.content.decode()


def test_the_lead_sees_the_plan_begins_and_follows_it(case, lead, signed_in):
    client = signed_in(lead)
    plan = said(client.get(lead_page(case)))
    assert all(words in plan for words in ("核对婚姻登记", "迁出登记", "落户核对", "平台默认值"))
    answer = client.post(lead_page(case), {"do": "begin", "begin-note": ""})
    assert answer.status_code == 302
    after = said(client.get(lead_page(case)))
    assert "等办理" in after
    assert "还没轮到" in after
    again = client.post(lead_page(case), {"do": "begin", "begin-note": ""})
    assert again.status_code == 409


def test_a_case_is_approved_only_after_its_steps_and_the_bench_says_so(case, lead, signed_in):
    bench = said(signed_in(lead).get(reverse("desk:case", args=[case.number])))
    assert lead_page(case) in bench
    assert "先开始联办，各地都办好、结束联办以后才能准予" in bench


def test_a_partner_finds_his_step_with_what_it_needs_and_answers_it(begun, partner, signed_in):
    client = signed_in(partner)
    queue = said(client.get(reverse("desk:joint-steps")))
    assert step_page(begun) in queue
    page = said(client.get(step_page(begun)))
    assert "核对申请人和配偶的婚姻登记记录" in page
    assert "请尽快" in page
    assert "户口簿上的住址" not in page
    answer = client.post(step_page(begun), {"do": "finish", "finish-note": ""})
    assert answer.status_code == 302
    assert the_step(begun).state == "done"
    assert the_step(begun, "move_out").state == "arrived"
    assert "已办好" in said(client.get(f"{reverse('desk:joint-steps')}?shown=answered"))


def test_a_refusal_needs_its_ground_and_nothing_typed_is_lost(begun, partner, signed_in):
    client = signed_in(partner)
    empty = client.post(step_page(begun), {"do": "refuse", "refuse-ground": " "})
    assert empty.status_code == 422
    assert "写明理由" in said(empty)
    client.post(step_page(begun), {"do": "refuse", "refuse-ground": "查无记录"})
    late = client.post(step_page(begun), {"do": "finish", "finish-note": "其实有"})
    assert late.status_code == 409
    assert "其实有" in said(late)
    assert the_step(begun).state == "refused"


def test_the_lead_asks_once_more_or_gives_up_and_ends(begun, lead, partner, signed_in):
    operations.refuse(chain=the_step(begun).chain, officer=partner, ground="照片看不清", at=MONDAY)
    client = signed_in(lead)
    page = said(client.get(lead_page(begun)))
    assert "照片看不清" in page
    assert "“核对婚姻登记”被拒绝了" in page
    wrong = client.post(lead_page(begun), {"do": "stop", "stop-reason": ""})
    assert wrong.status_code == 422
    client.post(lead_page(begun), {"do": "stop", "stop-reason": "不办了"})
    assert "没有一处还留着办过的结果" in said(client.get(lead_page(begun)))
    assert client.post(lead_page(begun), {"do": "end"}).status_code == 302
    begun.refresh_from_db()
    assert (begun.state, begun.joint) == ("under_review", "refused")


def test_a_fact_is_confirmed_contradicted_or_not_to_be_looked_up(begun, lead, partner, signed_in):
    client = signed_in(partner)
    page = said(client.get(step_page(begun)))
    assert all(words in page for words in ("核对一致", "核对不符", "不能核对"))
    empty = client.post(step_page(begun), {"do": "contradict", "contradict-ground": ""})
    assert empty.status_code == 422
    client.post(step_page(begun), {"do": "contradict", "contradict-ground": "登记簿上是离婚"})
    assert the_step(begun).state == "contradicted"
    shown = said(signed_in(lead).get(lead_page(begun)))
    assert all(words in shown for words in ("“核对婚姻登记”核对不符", "登记簿上是离婚", "再请一次"))
    assert "用其他办法核对" not in shown


def test_what_changes_something_is_done_or_refused(begun, partner, police, signed_in):
    operations.finish(chain=the_step(begun).chain, officer=partner, note="", at=MONDAY)
    page = said(signed_in(police).get(step_page(begun, "move_out")))
    assert "告诉牵头地办好了" in page
    assert "核对不符" not in page


def test_a_fact_refused_there_is_looked_up_otherwise(begun, lead, partner, signed_in):
    operations.refuse(chain=the_step(begun).chain, officer=partner, ground="系统维护", at=MONDAY)
    client = signed_in(lead)
    assert "“核对婚姻登记”用其他办法核对" in said(client.get(lead_page(begun)))
    asked = {"do": "lookup", "key": "check_marriage"}
    assert client.post(lead_page(begun), asked | {"lookup-how": ""}).status_code == 422
    client.post(lead_page(begun), asked | {"lookup-how": "电话问了民政局"})
    after = said(client.get(lead_page(begun)))
    assert "电话问了民政局" in after
    assert "被拒绝了" not in after
    assert the_step(begun, "move_out").state == "arrived"


def test_papers_of_a_step_are_for_its_partner_alone(begun, partner, police, signed_in):
    step = the_step(begun)
    digest = begun.materials.get(spec="marriage-certificate").digest
    path = reverse("desk:joint-paper", args=[step.chain, digest])
    shown = signed_in(partner).get(path)
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content) == world.PNG
    assert signed_in(police).get(path).status_code == 404
    assert signed_in(partner).get(path.replace(digest, "0" * 64)).status_code == 404


@pytest.mark.parametrize("who", ["police", "clerk", "receiver of the office"])
def test_a_step_of_another_office_does_not_exist(begun, police, partner, signed_in, who):
    strangers = {
        "police": lambda: police,
        "clerk": world.a_clerk,
        "receiver of the office": lambda: world.an_officer(
            partner.authority, Role.RECEIVER, name="收件"
        ),
    }
    client = signed_in(strangers[who]())
    assert client.get(step_page(begun)).status_code == 404
    assert client.post(step_page(begun), {"do": "finish"}).status_code == 404
    assert step_page(begun) not in said(client.get(reverse("desk:joint-steps")))
    assert the_step(begun).state == "arrived"


def test_a_partner_does_not_see_the_case_itself(begun, partner, signed_in):
    assert signed_in(partner).get(reverse("desk:case", args=[begun.number])).status_code == 403
    assert signed_in(partner).get(lead_page(begun)).status_code == 403


class TestPages:
    """The guide's checks, in the state in which each page has most on it."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_pages_of_joint_steps_are_usable(self, browser, live_server, country):
        lead = world.a_decider(name="牵头人")
        partner = world.a_decider(JILIN_CITY, "minzheng", name="民政")
        case = reviewed(lead)
        operations.begin(number=case.number, officer=lead, note="请尽快", at=MONDAY)
        pages = [reverse("desk:joint-steps"), step_page(case)]
        check_pages(browser, live_server.url, pages, cookies=cookies_of(partner))
        operations.refuse(chain=the_step(case).chain, officer=partner, ground="查无", at=MONDAY)
        check_pages(browser, live_server.url, [lead_page(case)], cookies=cookies_of(lead))
