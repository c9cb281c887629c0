"""授权: given after reading, accepted by the agent, ended by either; and filing by it."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from tongban.cases import queries, standing
from tongban.cases.operations import drafts
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.test_mandates import a_draft as fill_in
from tongban.parties.mandates.models import Mandate
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db
PAIR = "from=220100&to=220200"


@pytest.fixture
def agent(db):
    browser = Client()
    browser.account, browser.applicant = world.a_person("王小明", serial=52)
    browser.force_login(browser.account)
    return browser


def filled_in(**change):
    return {
        "agent_name": "王小明",
        "agent_number": world.identity_number(52),
        "scope": "some",
        "items": [world.MOVE_TO_SPOUSE],
        "until_on": (standing.today() + timedelta(days=30)).isoformat(),
    } | change


def given(giver, **change) -> Mandate:
    page = giver.post("/mandates/give/", filled_in(**change)).content.decode()
    agreed = html.unescape(re.findall(r'name="agreed" value="([^"]+)"', page)[0])
    done = giver.post("/mandates/give/", filled_in(**change) | {"agreed": agreed, "consent": "1"})
    assert done.status_code == 302, done.content.decode()
    return Mandate.objects.get()


def test_the_words_are_read_before_anything_is_given(lisi):
    page = lisi.post("/mandates/give/", filled_in())
    assert page.status_code == 200
    words = page.content.decode()
    assert "李四同意由王小明" in words
    assert "夫妻投靠" in words
    assert world.identity_number(52) not in re.sub(r"<input[^>]+>", "", words)
    assert "checked" not in words
    assert not Mandate.objects.exists()


def test_without_the_tick_nothing_is_given(lisi):
    page = lisi.post("/mandates/give/", filled_in()).content.decode()
    agreed = html.unescape(re.findall(r'name="agreed" value="([^"]+)"', page)[0])
    refused = lisi.post("/mandates/give/", filled_in(agreed=agreed))
    assert refused.status_code == 422
    assert 'href="#id_consent"' in refused.content.decode()
    assert not Mandate.objects.exists()


def test_words_that_were_not_those_read_are_shown_again(lisi):
    refused = lisi.post("/mandates/give/", filled_in(agreed="同意一切", consent="1"))
    assert refused.status_code == 422
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y/%-m/%-d"])
def test_a_last_day_is_read_as_people_write_it(lisi, form):
    day = standing.today() + timedelta(days=30)
    assert given(lisi, until_on=day.strftime(form)).until_on == day


def test_what_was_agreed_to_is_kept_as_it_was_read(lisi):
    mandate = given(lisi)
    assert mandate.words.startswith("李四同意由王小明")
    assert mandate.items == [world.MOVE_TO_SPOUSE]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agent_name": ""}, "agent_name"),
        ({"agent_number": "123"}, "agent_number"),
        ({"scope": ""}, "scope_0"),
        ({"items": []}, "items_0"),
        ({"items": ["2020-9-99"]}, "items_0"),
        ({"until_on": ""}, "until_on"),
        ({"until_on": "2026-13-40"}, "until_on"),
        ({"until_on": "2020-01-01"}, "until_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(lisi, change, field):
    refused = lisi.post("/mandates/give/", filled_in(**change))
    assert refused.status_code == 422
    assert f'href="#id_{field}"' in refused.content.decode()
    assert not Mandate.objects.exists()


def test_everything_wrong_is_said_at_once_and_only_at_its_own_field(lisi):
    wrong = filled_in(agent_number="123", until_on="昨天", items=[])
    page = lisi.post("/mandates/give/", wrong).content.decode()

    for field in ("agent_number", "until_on", "items_0"):
        assert f'href="#id_{field}"' in page
    assert page.count("至少选一件事") == 2  # in the summary and at the choices
    assert "&#x27;]" not in page

    one = lisi.post("/mandates/give/", filled_in(until_on="昨天")).content.decode()
    assert one.count("写明到哪一天为止") == 2


def test_the_agent_accepts_and_files_and_the_case_names_both(lisi, agent):
    mandate = given(lisi)
    assert "等您接受" in agent.get("/mandates/").content.decode()
    start = f"/apply/start/?item={world.MOVE_TO_SPOUSE}&{PAIR}"
    assert "李四" not in agent.get(start).content.decode()
    agent.post(f"/mandates/{mandate.pk}/accept/")
    page = agent.get(start).content.decode()
    assert "李四（由您代办）" in page
    assert "王小明（本人）" in page
    sent = {
        "item": world.MOVE_TO_SPOUSE, "from": "220100", "to": "220200",
        "applicant": str(lisi.applicant.pk), "mode": "RECEIVED_FOR", "window": world.CHAOYANG,
    }  # fmt: skip
    begun = agent.post("/apply/start/", sent)
    assert begun.status_code == 302
    assert "李四" in agent.get(begun["Location"]).content.decode()
    # The principal's own list of what is being filled in stays his own.
    assert begun["Location"] not in lisi.get("/cases/").content.decode()


def test_beyond_the_scope_the_form_does_not_offer_the_principal(lisi, agent):
    mandate = given(lisi, items=["2020-2-61"])
    agent.post(f"/mandates/{mandate.pk}/accept/")
    start = f"/apply/start/?item={world.MOVE_TO_SPOUSE}&{PAIR}"
    assert "李四" not in agent.get(start).content.decode()
    sent = {
        "item": world.MOVE_TO_SPOUSE, "from": "220100", "to": "220200",
        "applicant": str(lisi.applicant.pk), "mode": "RECEIVED_FOR", "window": world.CHAOYANG,
    }  # fmt: skip
    assert agent.post("/apply/start/", sent).status_code == 422


def filed(lisi, agent):
    mandate = given(lisi)
    agent.post(f"/mandates/{mandate.pk}/accept/")
    draft = fill_in(agent.account, lisi.applicant, at=scenes.now())
    half = fill_in_half(agent, lisi)
    done = drafts.submit_draft(draft_id=draft.pk, account=agent.account, at=scenes.now())
    return mandate, queries.Case.objects.get(pk=done.number), draft, half


def fill_in_half(agent, lisi):
    return drafts.start_draft(
        account=agent.account, applicant=lisi.applicant, item=world.MOVE_TO_SPOUSE,
        mode=Mode.RECEIVED_FOR,
        places=drafts.Places(world.CHAOYANG, world.CHAOYANG, world.FUZHOU), at=scenes.now(),
    )  # fmt: skip


@pytest.mark.parametrize("ender", ["principal", "agent"])
def test_after_the_end_the_agent_finds_nothing_by_lists_search_files_or_addresses(
    lisi, agent, ender
):
    mandate, case, draft, half = filed(lisi, agent)
    digest = case.materials.first().digest
    spec = half.papers.first().spec if half.papers.exists() else "owner-consent"
    case_urls = [
        f"/cases/{case.number}/",
        f"/cases/{case.number}/receipt/",
        f"/cases/{case.number}/papers/{digest}",
        f"/cases/{case.number}/withdraw/",
        f"/cases/?number={case.number}",
        f"/apply/{draft.pk}/done/",
        f"/apply/{half.pk}/",
        f"/apply/{half.pk}/step/move/",
        f"/apply/{half.pk}/materials/",
        f"/apply/{half.pk}/check/",
    ]
    for url in case_urls:
        answer = agent.get(url)
        b"".join(answer)  # a file is open until it was read
        assert answer.status_code in {200, 302}, url
    assert "经办人：王小明（代办人）" in lisi.get(f"/cases/{case.number}/").content.decode()
    browser = lisi if ender == "principal" else agent
    browser.post(f"/mandates/{mandate.pk}/end/")
    for url in [*case_urls, f"/apply/{half.pk}/papers/{spec}"]:
        answer = agent.get(url)
        assert answer.status_code == 404, url
        said = answer.content.decode()
        assert lisi.applicant.name not in said.replace("王小明", "")
    for url in ("/", "/cases/", "/messages/", "/mandates/give/"):
        said = agent.get(url).content.decode()
        assert case.number not in said
        assert str(half.pk) not in said
    for url in (f"/cases/{case.number}/mend/", f"/cases/{case.number}/sign/"):
        assert agent.post(url).status_code == 404
    assert lisi.get(f"/cases/{case.number}/").status_code == 200


def test_a_stranger_finds_no_mandate(lisi, stranger):
    mandate = given(lisi)
    assert "李四" not in stranger.get("/mandates/").content.decode()
    for path in ("", "end/"):
        assert stranger.get(f"/mandates/{mandate.pk}/{path}").status_code == 404
    for path in ("accept/", "end/"):
        assert stranger.post(f"/mandates/{mandate.pk}/{path}").status_code == 404
    mandate.refresh_from_db()
    assert (mandate.accepted_at, mandate.ended_at) == (None, None)
