"""What the applicant said and what happened: masked until asked for, and the asking is logged."""

import pytest
from django.urls import reverse
from structlog.testing import capture_logs

from tongban.cases.tests import world
from tongban.desk.tests import stages

pytestmark = pytest.mark.django_db


def test_numbers_are_masked_until_somebody_asks_and_the_asking_is_logged(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    window = signed_in(clerk)
    number, spouse = world.identity_number(1), world.identity_number(77)
    masked = window.get(reverse("desk:particulars", args=[case.number])).text
    assert number not in masked
    assert spouse not in masked
    assert "13900000002" not in masked
    assert f"{number[:4]}**********{number[-4:]}" in masked

    with capture_logs() as logged:
        shown = window.post(reverse("desk:numbers", args=[case.number])).text
    assert number in shown
    assert spouse in shown
    assert "13900000002" in shown
    asked = [line for line in logged if line["event"] == "desk.number_shown"]
    assert [(line["case"], line["officer"]) for line in asked] == [(case.number, clerk.pseudonym)]
    assert number not in str(logged)


def test_answers_stand_under_the_steps_and_words_of_the_form(signed_in):
    case, _ = world.a_case()
    page = signed_in(world.a_clerk()).get(reverse("desk:particulars", args=[case.number])).text
    version = world.queries.version_of(case)
    for step in version.steps:
        assert step.title in page
    for said in (
        "配偶",
        "吉林省吉林市昌邑区",
        "2020年5月20日（周三）",
        "东街街道示例巷12号3单元501",
    ):
        assert said in page
    assert "220202" not in page.split("<main")[1].replace(case.number, "")


def test_the_history_tells_everything_with_its_words(signed_in):
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    stages.correction(case, clerk, officer)
    page = signed_in(officer).get(reverse("desk:history", args=[case.number])).text
    for said in (
        "申请人提交申请",
        "本人到场，人证一致",
        "移交吉林市",
        "一次性告知补正",
        "没有写到房号",
        "写到房号，例如12号3单元501",
    ):
        assert said in page
    assert page.index("一次性告知补正") < page.index("申请人提交申请")


def test_a_crossing_shows_its_three_truths(signed_in):
    case, _ = world.a_case(deciding=world.FUZHOU)
    clerk = world.a_clerk()
    world.handed_over(case, clerk)
    page = signed_in(clerk).get(reverse("desk:history", args=[case.number])).text
    for said in ("未发出", "未送达", "未答复"):
        assert said in page
